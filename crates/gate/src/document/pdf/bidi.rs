//! Lines of Hebrew and Arabic: from the order in which letters stand on the page, left to
//! right, to the order in which they are read.

use unicode_normalization::char::is_combining_mark;

/// Whether a letter is read from right to left.
fn is_right(c: char) -> bool {
    matches!(c, '\u{590}'..='\u{8ff}' | '\u{fb1d}'..='\u{fdff}' | '\u{fe70}'..='\u{fefc}' | '\u{10800}'..='\u{10fff}' | '\u{1e800}'..='\u{1efff}')
        && !is_number(c)
}

/// Digits, which are read from left to right everywhere.
fn is_number(c: char) -> bool {
    c.is_ascii_digit() || matches!(c, '\u{660}'..='\u{669}' | '\u{6f0}'..='\u{6f9}')
}

/// What stands inside a number.
fn joins_numbers(c: char) -> bool {
    matches!(c, '.' | ',' | ':' | '/' | '-' | '\u{66a}' | '\u{66b}' | '\u{66c}' | '%')
}

/// Whether a text has letters that are read to the left.
pub(super) fn is_to_left(text: &str) -> bool {
    !text.is_ascii() && text.chars().any(is_right)
}

/// One glyph for several letters (lam and alef) in the order in which they would stand.
pub(super) fn as_seen(text: String) -> String {
    if text.len() > 2 && is_to_left(&text) { text.chars().rev().collect() } else { text }
}

/// Adds a letter at the right; a mark that is drawn over the last letter stands before it,
/// as it would behind it when both are turned around.
pub(super) fn append(line: &mut String, text: &str, over: bool) {
    let mark = over && is_to_left(text) && text.chars().all(is_combining_mark);
    match line.char_indices().next_back().filter(|(_, last)| mark && is_right(*last)) {
        Some((at, _)) => line.insert_str(at, text),
        None => line.push_str(text),
    }
}

/// A stretch of a line that is read in one direction.
struct Run {
    text: Vec<char>,
    right: bool,
}

/// The line as it is read.
pub(super) fn logical(line: &str) -> String {
    if !is_to_left(line) {
        return line.to_owned();
    }
    let chars: Vec<char> = line.chars().collect();
    let to_left = is_line_to_left(&chars);
    let mut runs = runs(&chars, to_left);
    if to_left {
        runs.reverse();
    }
    let mut out = String::with_capacity(line.len());
    for run in runs {
        if run.right {
            out.extend(run.text.iter().rev().map(|c| mirrored(*c)));
        } else {
            out.extend(run.text);
        }
    }
    marks_behind(&out)
}

/// Whether a line as a whole is read to the left: it begins with such a letter at its right
/// and ends with one, or most letters are such.
fn is_line_to_left(chars: &[char]) -> bool {
    let mut strong = chars.iter().filter(|c| c.is_alphabetic()).map(|c| is_right(*c));
    let (first, last) = (strong.next(), strong.next_back());
    if first == last || last.is_none() {
        return first.unwrap_or(false);
    }
    let count = |right: bool| chars.iter().filter(|c| c.is_alphabetic() && is_right(**c) == right).count();
    count(true) >= count(false)
}

/// Parts a line; what has no direction belongs to the letters around it when both sides
/// agree, and to the line otherwise.
fn runs(chars: &[char], to_left: bool) -> Vec<Run> {
    // true: right to left; none: no direction of its own.
    let mut kinds: Vec<Option<bool>> = chars
        .iter()
        .map(|&c| match c {
            c if is_right(c) => Some(true),
            c if c.is_alphabetic() || is_number(c) => Some(false),
            _ => None,
        })
        .collect();
    let mut at = 0;
    while at < chars.len() {
        let end = (at..chars.len()).find(|&i| kinds[i].is_some()).unwrap_or(chars.len());
        if end > at {
            let before = at.checked_sub(1).map(|i| (kinds[i], chars[i]));
            let after = chars.get(end).map(|c| (kinds[end], *c));
            let resolved = match (before, after) {
                (Some((Some(a), left)), Some((Some(b), right))) if a == b => {
                    // Two numbers apart are two, a number with a point inside is one, and a
                    // number in brackets does not belong to the words beside it.
                    let between = &chars[at..end];
                    let numbers = [left, right].map(is_number);
                    let one = between.len() == 1 && joins_numbers(between[0]);
                    let bracket = between.iter().any(|c| mirrored(*c) != *c);
                    let apart = to_left
                        && !a
                        && ((numbers == [true, true] && !one) || (numbers.contains(&true) && bracket));
                    if apart { to_left } else { a }
                }
                _ => to_left,
            };
            kinds[at..end].fill(Some(resolved));
        }
        at = end + 1;
    }
    let mut out: Vec<Run> = Vec::new();
    for (c, kind) in chars.iter().zip(kinds) {
        let right = kind.unwrap_or(to_left);
        match out.last_mut().filter(|run| run.right == right) {
            Some(run) => run.text.push(*c),
            None => out.push(Run { text: vec![*c], right }),
        }
    }
    out
}

fn mirrored(c: char) -> char {
    match c {
        '(' => ')',
        ')' => '(',
        '[' => ']',
        ']' => '[',
        '{' => '}',
        '}' => '{',
        '<' => '>',
        '>' => '<',
        '«' => '»',
        '»' => '«',
        other => other,
    }
}

/// A mark at the beginning of a word belongs behind its first letter.
fn marks_behind(text: &str) -> String {
    let mut out: Vec<char> = text.chars().collect();
    for at in 0..out.len().saturating_sub(1) {
        let starts = at == 0 || out[at - 1].is_whitespace();
        if starts && is_combining_mark(out[at]) && is_right(out[at]) && is_right(out[at + 1]) {
            out.swap(at, at + 1);
        }
    }
    out.into_iter().collect()
}

#[cfg(test)]
mod tests {
    use super::{append, as_seen, logical};

    fn seen(text: &str) -> String {
        text.chars().rev().collect()
    }

    #[test]
    fn lines_are_read_in_their_direction() {
        assert_eq!(logical("plain (text) 1.2"), "plain (text) 1.2");
        assert_eq!(logical(&seen("שלום עולם")), "שלום עולם");
        // In a line of Hebrew: a number, Latin words, brackets.
        let visual = format!("12.5 {} Hello World (2) {}", seen("סוף"), seen("שלום"));
        assert_eq!(logical(&visual), "שלום (2) Hello World סוף 12.5");
        // A Hebrew word in a line of English.
        assert_eq!(logical(&format!("the word {} means peace", seen("שלום"))), "the word שלום means peace");
        assert_eq!(logical(&format!("two words {} in it", seen("אב גד"))), "two words אב גד in it");
    }

    #[test]
    fn ligatures_and_marks_keep_their_letters() {
        let lam_alef = as_seen("لا".into());
        assert_eq!(logical(&format!("{lam_alef}{}", seen("س"))), "سلا");
        let mut line = "ب".to_owned();
        append(&mut line, "\u{64e}", true);
        assert_eq!(logical(&line), "ب\u{64e}");
        assert_eq!(as_seen("ffi".into()), "ffi");
    }
}
