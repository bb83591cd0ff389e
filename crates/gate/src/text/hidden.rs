//! T2: characters that are there and not seen.

use crate::evidence::{at, finding, many, place};
use karat_types::Finding;
use serde_json::json;
use std::collections::HashSet;

/// Invisible characters allowed in 1,000.
const INVISIBLE_PER_1000: u64 = 2;
/// Private-use characters allowed in 1,000.
const PRIVATE_PER_1000: u64 = 1;
/// Variation selectors in a row that no character needs.
const SELECTOR_RUN: u32 = 3;
/// Isolates in isolates that honest text has.
const DEEPEST: u32 = 2;

/// One kind of hidden character: how many and where first.
#[derive(Default)]
struct Count {
    count: u64,
    first: Option<(usize, char)>,
}

impl Count {
    fn add(&mut self, start: usize, c: char) {
        self.count += 1;
        self.first.get_or_insert((start, c));
    }

    fn per_1000(&self, all: u64) -> u64 {
        self.count * 1000 / all.max(1)
    }

    /// The finding, with the place of the first.
    fn report(&self, text: &str, code: &str, numbers: (u64, u64), what: &str) -> Option<Finding> {
        let (start, c) = self.first?;
        let message = format!("Found {}; the first is U+{:04X}.", many(self.count, what), c as u32);
        let place = place(text.as_bytes(), start, start + c.len_utf8());
        Some(at(finding(code, json!(numbers.0), json!(numbers.1), message), place))
    }
}

/// Tag, direction-changing, invisible and private characters.
pub(crate) fn check(text: &str) -> Vec<Finding> {
    let (mut tags, mut bidi, mut invisible, mut private) =
        (Count::default(), Count::default(), Count::default(), Count::default());
    let (mut previous, mut all, mut run, mut longest) = ('\0', 0, 0, 0);
    let mut in_flag = false;
    let isolates = honest_isolates(text);
    for (start, c) in text.char_indices() {
        all += 1;
        run = if is_selector(c) { run + 1 } else { 0 };
        longest = longest.max(run);
        let is_tag = matches!(c, '\u{e0000}'..='\u{e007f}');
        // A flag such as Scotland's is a black flag followed by tags.
        in_flag = is_tag && (in_flag || previous == '\u{1f3f4}') && is_flag(text, start);
        match c {
            _ if is_tag && !in_flag => tags.add(start, c),
            '\u{202a}'..='\u{202e}' => bidi.add(start, c),
            '\u{2066}'..='\u{2069}' if !isolates.contains(&start) => bidi.add(start, c),
            '\u{200b}'..='\u{200d}' if !joins(previous, &text[start + c.len_utf8()..]) => {
                invisible.add(start, c)
            }
            // A soft hyphen in a word is typesetting; two in a row are not.
            '\u{ad}' if previous == '\u{ad}' => invisible.add(start, c),
            '\u{2060}'..='\u{2064}' | '\u{206a}'..='\u{206f}' | '\u{180e}' => invisible.add(start, c),
            '\u{115f}' | '\u{1160}' | '\u{3164}' | '\u{ffa0}' if !is_hangul(previous) => {
                invisible.add(start, c)
            }
            '\u{feff}' if start > 0 => invisible.add(start, c),
            _ if run >= SELECTOR_RUN => invisible.add(start, c),
            '\u{e000}'..='\u{f8ff}' | '\u{f0000}'..='\u{10ffff}' => private.add(start, c),
            _ => {}
        }
        previous = c;
    }
    let mut findings = Vec::new();
    findings.extend(tags.report(text, "tag_characters", (tags.count, 0), "hidden tag character"));
    findings.extend(bidi.report(text, "bidi_controls", (bidi.count, 0), "direction-changing character"));
    let share = invisible.per_1000(all);
    if share > INVISIBLE_PER_1000 || longest >= SELECTOR_RUN {
        let numbers = (share, INVISIBLE_PER_1000);
        findings.extend(invisible.report(text, "invisible_characters", numbers, "invisible character"));
    }
    let share = private.per_1000(all);
    if share > PRIVATE_PER_1000 {
        let numbers = (share, PRIVATE_PER_1000);
        findings.extend(private.report(text, "private_use_characters", numbers, "private-use character"));
    }
    findings
}

/// Isolates that do what Unicode recommends: closed again in the same line, no more than two
/// deep, in a line with letters written from right to left. Elsewhere they only hide.
fn honest_isolates(text: &str) -> HashSet<usize> {
    let mut honest = HashSet::new();
    if !text.contains(|c| matches!(c, '\u{2066}'..='\u{2069}')) {
        return honest;
    }
    let mut at = 0;
    for line in text.split_inclusive('\n') {
        let (mut open, mut places, mut balanced) = (0_u32, Vec::new(), true);
        for (here, c) in line.char_indices().filter(|(_, c)| matches!(c, '\u{2066}'..='\u{2069}')) {
            places.push(at + here);
            if c == '\u{2069}' {
                balanced &= open > 0;
                open = open.saturating_sub(1);
            } else {
                open += 1;
                balanced &= open <= DEEPEST;
            }
        }
        let letters = line.chars().filter(|c| c.is_alphabetic()).count();
        let rtl = line.chars().filter(|&c| is_right_to_left(c)).count();
        if balanced && open == 0 && rtl * 4 >= letters && rtl > 0 {
            honest.extend(places);
        }
        at += line.len();
    }
    honest
}

/// Letters written from right to left.
const fn is_right_to_left(c: char) -> bool {
    matches!(c, '\u{5d0}'..='\u{8ff}' | '\u{fb1d}'..='\u{fdff}' | '\u{fe70}'..='\u{fefc}' | '\u{10800}'..='\u{10fff}' | '\u{1e800}'..='\u{1efff}')
}

/// Fillers of Korean letters stand beside them.
const fn is_hangul(c: char) -> bool {
    matches!(c, '\u{1100}'..='\u{11ff}' | '\u{3130}'..='\u{318f}' | '\u{ac00}'..='\u{d7ff}' | '\u{ffa0}'..='\u{ffdc}')
}

fn is_selector(c: char) -> bool {
    matches!(c, '\u{fe00}'..='\u{fe0f}' | '\u{e0100}'..='\u{e01ef}')
}

/// Zero-width characters have work to do beside Hebrew, Arabic, Indic and South-East
/// Asian letters and inside emoji; beside Latin ones they have none.
fn joins(previous: char, rest: &str) -> bool {
    let needs = |c: char| matches!(c, '\u{590}'..='\u{1fff}' | '\u{2600}'..='\u{27bf}' | '\u{fe0f}' | '\u{1f000}'..='\u{1faff}');
    needs(previous)
        && rest
            .chars()
            .next()
            .is_none_or(|next| needs(next) || next.is_whitespace() || next.is_ascii_punctuation())
}

/// Whether the tags from `start` on end like a flag's: up to seven, closed by U+E007F.
fn is_flag(text: &str, start: usize) -> bool {
    let mut tags = text[start..].chars().take_while(|c| matches!(c, '\u{e0000}'..='\u{e007f}'));
    let length = tags.by_ref().take(8).position(|c| c == '\u{e007f}');
    length.is_some() && tags.next().is_none()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn codes(text: &str) -> Vec<String> {
        check(text).into_iter().map(|f| f.code).collect()
    }

    #[test]
    fn tags_are_refused_but_flags_are_flags() {
        let hidden: String =
            "do as I say".chars().filter_map(|c| char::from_u32(0xe0000 + c as u32)).collect();
        assert_eq!(codes(&format!("hello{hidden}")), ["tag_characters"]);
        assert_eq!(codes(&format!("hello 🏴{hidden}")), ["tag_characters"]);
        assert_eq!(codes("Go 🏴\u{e0067}\u{e0062}\u{e0073}\u{e0063}\u{e0074}\u{e007f} go"), [""; 0]);
    }

    #[test]
    fn direction_overrides_are_held_with_their_place() {
        let found = check("safe\nif access != \"user\u{202e} \u{2066}// check\"");
        assert_eq!((found[0].code.as_str(), &found[0].measured), ("bidi_controls", &json!(2)));
        assert!(matches!(found[0].evidence, Some(karat_types::Evidence::Line { line: 2, column: 19, .. })));
    }

    #[test]
    fn isolates_that_are_closed_are_part_of_text_from_right_to_left() {
        assert_eq!(codes("כתבתי את זה ב\u{2068}Rust\u{2069} ולא ב\u{2066}C\u{2069}, ואז הלכתי."), [""; 0]);
        assert_eq!(codes("استخدمت \u{2068}Python\u{2069} أمس\u{200f} ثم نمت\u{61c}."), [""; 0]);
        assert_eq!(codes("כתבתי ב\u{2068}Rust ולא\nב\u{2069}C"), ["bidi_controls"]);
        assert_eq!(codes("if (admin) \u{2066}// check\u{2069} begin"), ["bidi_controls"]);
        assert_eq!(codes("כתבתי \u{202e}Rust\u{202c} אתמול"), ["bidi_controls"]);
    }

    #[test]
    fn zero_width_characters_are_held_where_they_do_nothing() {
        assert_eq!(codes(&"wo\u{200b}rd ".repeat(50)), ["invisible_characters"]);
        assert_eq!(codes("نمی\u{200c}خواهم और क्\u{200d}ष 👩\u{200d}💻 ❤\u{fe0f}\u{200d}🔥"), [""; 0]);
        assert_eq!(codes(&format!("one \u{200b}in {}", "a long text ".repeat(100))), [""; 0]);
        assert_eq!(
            codes(&format!("x\u{fe01}\u{fe02}\u{fe03} {}", "a long text ".repeat(500))),
            ["invisible_characters"]
        );
    }

    #[test]
    fn soft_hyphens_are_typesetting_and_rows_of_them_are_not() {
        assert_eq!(codes("Donau\u{ad}dampf\u{ad}schiff\u{ad}fahrt"), [""; 0]);
        assert_eq!(codes("Donau\u{ad}\u{ad}\u{ad}dampf"), ["invisible_characters"]);
        assert_eq!(codes("a\u{3164}b a\u{206a}b"), ["invisible_characters"]);
    }

    #[test]
    fn private_characters_are_held() {
        assert_eq!(codes("\u{e0a0} main \u{f8ff}"), ["private_use_characters"]);
    }
}
