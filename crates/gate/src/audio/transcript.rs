//! S10: whether a transcript can be one of the recording.

use crate::evidence::finding;
use crate::text::scripts::is_spaceless;
use karat_types::Finding;
use serde_json::json;
use std::collections::HashSet;

/// Characters a second that nobody can say.
const MOST_PER_SECOND: u64 = 40;

/// Of 1,000 words, how many must differ within [`STRETCH`] words.
const LEAST_DIFFERENT: usize = 400;

/// Words looked at together: a long text repeats its small words in any language.
const STRETCH: usize = 100;

/// Words below which repeating them is no sign.
const FEW_WORDS: usize = 10;

/// Longest word, letters: of languages that build words by joining, and of the others.
const LONGEST_JOINED: usize = 35;
const LONGEST: usize = 25;

/// Languages whose words are rarely longer than 25 letters (ISO 639-1).
const SHORT_WORDS: &[&str] =
    &["en", "fr", "es", "it", "pt", "ro", "ru", "uk", "pl", "cs", "ar", "he", "fa", "hi"];

/// What speaks against a transcript of a recording of this length.
pub(super) fn check(text: &str, ms: u64, language: Option<&str>) -> Vec<Finding> {
    let mut findings = Vec::new();
    let chars =
        text.split_whitespace().map(|word| word.chars().count() as u64 + 1).sum::<u64>().saturating_sub(1);
    let per_second = chars * 1000 / ms.max(1);
    if per_second > MOST_PER_SECOND {
        let message = format!("The transcript has {per_second} characters for each second of the recording.");
        findings.push(finding("transcript_too_fast", json!(per_second), json!(MOST_PER_SECOND), message));
    }
    let words: Vec<String> = words(text).map(str::to_lowercase).collect();
    if let Some((different, nth)) = least_different(&words).filter(|(d, _)| *d <= LEAST_DIFFERENT) {
        let message =
            format!("From word {} on, only {different} of 1,000 words of the transcript differ.", nth + 1);
        findings.push(finding("transcript_repeats", json!(different), json!(LEAST_DIFFERENT), message));
    }
    let most = if language.is_some_and(|l| SHORT_WORDS.contains(&l)) { LONGEST } else { LONGEST_JOINED };
    let longest = words.iter().map(|w| (w.chars().count(), w)).max_by_key(|(letters, _)| *letters);
    if let Some((letters, word)) = longest.filter(|(letters, word)| *letters > most && spaced(word)) {
        let shown: String = word.chars().take(40).collect();
        let message = format!("“{shown}” has {letters} letters.");
        findings.push(finding("transcript_long_word", json!(letters), json!(most), message));
    }
    findings
}

fn words(text: &str) -> impl Iterator<Item = &str> {
    text.split(|c: char| !c.is_alphanumeric() && !matches!(c, '\'' | '’')).filter(|word| !word.is_empty())
}

/// The least share of different words of any stretch, per mille, and where it starts.
fn least_different(words: &[String]) -> Option<(usize, usize)> {
    if words.len() < FEW_WORDS {
        return None;
    }
    let starts = (0..).step_by(STRETCH / 2).take_while(|at| *at == 0 || at + STRETCH <= words.len());
    starts
        .map(|at| {
            let part = &words[at..(at + STRETCH).min(words.len())];
            let different: HashSet<&String> = part.iter().collect();
            (different.len() * 1000 / part.len(), at)
        })
        .min()
}

/// Whether the word is of a script that puts spaces between words.
fn spaced(word: &str) -> bool {
    word.chars().filter(|c| is_spaceless(*c)).count() * 2 < word.chars().count()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn codes(text: &str, ms: u64, language: Option<&str>) -> Vec<String> {
        check(text, ms, language).into_iter().map(|f| f.code).collect()
    }

    #[test]
    fn ordinary_transcripts_pass_in_any_script() {
        let none = [""; 0];
        assert_eq!(
            codes("The train to Lisbon leaves from platform four at half past nine.", 4_000, Some("en")),
            none
        );
        assert_eq!(
            codes(
                "私たちは毎年夏になると祖母の家に集まって川で泳いだり花火をしたりして過ごしました",
                6_000,
                Some("ja")
            ),
            none
        );
        assert_eq!(codes("ทุกเช้าฉันจะเดินไปตลาดเพื่อซื้อผักสดและผลไม้ให้ครอบครัว", 6_000, None), none);
        assert_eq!(codes("Die Donaudampfschifffahrtsgesellschaft fuhr täglich.", 4_000, Some("de")), none);
        assert_eq!(codes("yes yes yes yes", 2_000, None), none);
        let long = "it is the way of the world that sun and moon come and go each day";
        let varied: String = (0..40)
            .map(|i| {
                format!(
                    "{long} item{i} town{i} name{i} river{i} sky{i} tree{i} hill{i} road{i} day{i} man{i} "
                )
            })
            .collect();
        assert_eq!(codes(&varied, 400_000, Some("en")), none);
    }

    #[test]
    fn impossible_transcripts_are_told_apart() {
        assert_eq!(codes("The quick brown fox jumps.", 500, None), ["transcript_too_fast"]);
        assert_eq!(codes(&"thank you ".repeat(30), 30_000, None), ["transcript_repeats"]);
        assert_eq!(
            codes(&format!("He said {}", "a".repeat(26)), 5_000, Some("en")),
            ["transcript_long_word"]
        );
        assert_eq!(
            codes(&format!("Hän sanoi {}", "a".repeat(36)), 5_000, Some("fi")),
            ["transcript_long_word"]
        );
        assert_eq!(codes(&format!("Hän sanoi {}", "a".repeat(35)), 5_000, Some("fi")), [""; 0]);
    }
}
