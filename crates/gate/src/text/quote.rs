//! Where a measure of the whole text can be seen: the place and words of the first repetition,
//! of the longest word, of the first notice of a page's frame.

use super::shape::is_boilerplate;
use crate::evidence::{at, place};
use karat_types::Finding;
use std::collections::HashSet;
use std::ops::Range;

/// Characters quoted.
const QUOTED: usize = 60;
/// Words of the phrase that is looked for.
const PHRASE: usize = 5;
/// Words of the text that are looked through.
const MOST_WORDS: usize = 200_000;

/// Adds the place and a quotation to the findings that have one.
pub(super) fn add(text: &str, findings: Vec<Finding>) -> Vec<Finding> {
    findings.into_iter().map(|finding| quoted(text, finding)).collect()
}

fn quoted(text: &str, mut finding: Finding) -> Finding {
    let span = match finding.code.as_str() {
        "repeated_lines" => line_again(text).or_else(|| phrase_again(text)),
        "repeated_phrases" | "copied_phrases" | "one_passage_repeated" => phrase_again(text),
        "endless_word" => spans(text).max_by_key(|span| (span.len(), std::cmp::Reverse(span.start))),
        "page_frame" => lines(text).find(|span| is_boilerplate(&text[span.clone()])),
        _ => None,
    };
    let Some(span) = span else { return finding };
    let words: String = text[span.clone()].split_whitespace().collect::<Vec<_>>().join(" ");
    let mut shown: String = words.chars().take(QUOTED).collect();
    if shown.len() < words.len() {
        shown.push('…');
    }
    let what = match finding.code.as_str() {
        "endless_word" | "page_frame" => "It is",
        _ => "The first that came before is",
    };
    finding.message.push_str(&format!(" {what} “{shown}”."));
    at(finding, place(text.as_bytes(), span.start, span.end))
}

/// Lines with something on them, without the white space around them.
fn lines(text: &str) -> impl Iterator<Item = Range<usize>> + '_ {
    text.lines().map(str::trim).filter(|line| !line.is_empty()).map(|line| within(text, line))
}

/// Words, with what clings to them.
fn spans(text: &str) -> impl Iterator<Item = Range<usize>> + '_ {
    text.split_whitespace().map(|word| within(text, word))
}

fn within(text: &str, part: &str) -> Range<usize> {
    let start = part.as_ptr() as usize - text.as_ptr() as usize;
    start..start + part.len()
}

/// The first line that came before.
fn line_again(text: &str) -> Option<Range<usize>> {
    let mut seen = HashSet::new();
    lines(text).find(|span| text[span.clone()].chars().count() > 10 && !seen.insert(&text[span.clone()]))
}

/// The first phrase that came before.
fn phrase_again(text: &str) -> Option<Range<usize>> {
    let bare = |word: &str| word.trim_matches(|c: char| !c.is_alphanumeric()).to_lowercase();
    let words: Vec<(Range<usize>, String)> = spans(text)
        .map(|span| (span.clone(), bare(&text[span])))
        .filter(|(_, word)| !word.is_empty())
        .take(MOST_WORDS)
        .collect();
    [PHRASE, 2].into_iter().find_map(|length| {
        let mut seen: HashSet<Vec<&str>> = HashSet::new();
        words.windows(length).find_map(|phrase| {
            let again = !seen.insert(phrase.iter().map(|(_, word)| word.as_str()).collect());
            let (first, last) = (phrase.first()?, phrase.last()?);
            again.then_some(first.0.start..last.0.end)
        })
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::evidence::finding;
    use karat_types::Evidence;
    use serde_json::json;

    fn of(code: &str, text: &str) -> Finding {
        add(text, vec![finding(code, json!(1), json!(0), "Much.".to_owned())]).remove(0)
    }

    #[test]
    fn repetition_is_quoted_where_it_begins() {
        let text = "The boat comes in.\nWe wait at home.\n  The boat comes in.\n";
        let found = of("repeated_lines", text);
        assert_eq!(found.message, "Much. The first that came before is “The boat comes in.”.");
        assert!(
            matches!(found.evidence, Some(Evidence::Line { line: 3, column: 3, start: 38, end: 56 })),
            "{found:?}"
        );
        let found = of("copied_phrases", "one two three four five six. Zero, one two three four FIVE!");
        assert!(found.message.ends_with("“one two three four FIVE!”."), "{}", found.message);
        assert_eq!(of("few_words", text).evidence, None);
    }

    #[test]
    fn long_words_and_notices_are_quoted() {
        let found = of("endless_word", &format!("a bb {} c", "x".repeat(90)));
        assert!(found.message.ends_with(&format!("“{}…”.", "x".repeat(60))), "{}", found.message);
        let found = of("page_frame", "Text.\nAccept all cookies now\n");
        assert!(matches!(found.evidence, Some(Evidence::Line { line: 2, .. })), "{found:?}");
    }
}
