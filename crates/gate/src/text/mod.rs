//! T1–T17: what a text must survive.

pub mod decode;
mod encoded;
pub mod fit;
pub(crate) mod function_words;
mod hidden;
pub(crate) mod instructions;
pub mod language;
mod letters;
pub mod measure;
mod mixed;
mod mojibake;
pub mod noise;
pub mod personal;
mod phrases;
pub mod prose;
mod quote;
pub(crate) mod scripts;
mod secrets;
mod seen;
mod shape;

use crate::evidence::{at, finding, place};
use crate::examined::Read;
use crate::input::Rules;
use crate::near::{Prints, tail};
use crate::profile::Profile;
use crate::score;
use karat_types::{Class, Finding};
use measure::Measures;
use serde_json::json;

/// Words a text needs at least.
const MIN_WORDS: u64 = 50;
/// Characters in repeated phrases of ten words, of 1,000, from which on a text is one
/// passage again and again.
const ONE_PASSAGE: u64 = 900;
/// Characters a text needs at least in scripts that put no spaces between words: two count
/// as one word there, as in every measure.
const MIN_CHARACTERS: u64 = 2 * MIN_WORDS;

/// All checks on a text file.
pub(crate) fn check(bytes: &[u8], rules: &Rules) -> Read {
    match decode::decode(bytes) {
        Ok(text) => check_extracted(text, rules),
        Err(broken) => Read { findings: vec![*broken], ..Read::default() },
    }
}

/// All checks on text that is decoded already, such as that of a document; places are
/// places in this text.
pub(crate) fn check_extracted(text: &str, rules: &Rules) -> Read {
    let profile = rules.profile;
    let measures = Measures::of(text);
    let mut findings = decode::check(text);
    findings.extend(mojibake::check(text));
    findings.extend(length(text, &measures, profile));
    findings.extend(quote::add(text, repeated(&measures).into_iter().collect()));
    findings.extend(hidden::check(text));
    findings.extend(mixed::check(text));
    findings.extend(secrets::check(text));
    findings.extend(personal::check(text));
    findings.extend(instructions::check(text));
    findings.extend(tail::check(text));
    findings.extend(noise::check(text, &measures.prose.lines, &measures.noise));
    let (quality, reasons) = score::text_quality(&measures, profile);
    findings.extend(quote::add(text, reasons));
    let mut not_run = Vec::new();
    match language::check(&measures.prose.lines, rules.language.as_deref()) {
        Ok(found) => findings.extend(found),
        Err(why) => not_run.push(why),
    }
    let refused = findings.iter().any(|f| f.class == Class::Refuse);
    let prints = Prints { terms: fit::terms(text), ..Prints::of_text(text) };
    Read { findings, quality: (!refused).then_some(quality), prints, not_run, ..Read::default() }
}

/// The checks that protect people and models, on text that is released beside the words: names of
/// fields, identifiers, arguments of tools. It is no prose, so nothing is said of its quality.
pub(crate) fn check_beside(text: &str) -> Vec<Finding> {
    let mut findings = decode::check(text);
    findings.extend(hidden::check(text));
    findings.extend(secrets::check(text));
    findings.extend(personal::check(text));
    findings.extend(instructions::check(text));
    findings
}

fn length(text: &str, measures: &Measures, profile: Profile) -> Option<Finding> {
    if profile == Profile::Short {
        return None;
    }
    let (found, least, what) = if measures.spaceless {
        (measures.letters, MIN_CHARACTERS, "characters")
    } else {
        (measures.raw_words, MIN_WORDS, "words")
    };
    (found < least).then(|| {
        let message = format!("The text has {found} {what}; at least {least} are needed.");
        let message = if measures.spaceless {
            format!("{message} Two characters count as one word in this script.")
        } else {
            message
        };
        let finding = finding("text_too_short", json!(found), json!(least), message);
        // What was counted is all of it.
        let (start, end) = (text.len() - text.trim_start().len(), text.trim_end().len());
        if start < end { at(finding, place(text.as_bytes(), start, end)) } else { finding }
    })
}

/// Far beyond the limits of web corpora, which honest forms and tables exceed.
fn repeated(measures: &Measures) -> Option<Finding> {
    let [.., tens] = measures.copied_phrases;
    (tens >= ONE_PASSAGE && measures.words >= MIN_WORDS).then(|| {
        let message = format!("{tens} of 1,000 characters stand in phrases of ten words that came before.");
        finding("one_passage_repeated", json!(tens), json!(ONE_PASSAGE), message)
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn codes(text: &str, profile: Profile) -> Vec<String> {
        let rules = Rules { profile, ..Rules::of(karat_types::Modality::Text) };
        check(text.as_bytes(), &rules).findings.into_iter().map(|f| f.code).collect()
    }

    #[test]
    fn the_shortest_text_is_fifty_words_or_a_hundred_characters() {
        let words = |n: usize| (0..n).map(|i| format!("word{i} ")).collect::<String>();
        assert!(codes(&words(49), Profile::Prose).contains(&"text_too_short".into()));
        assert!(!codes(&words(50), Profile::Technical).contains(&"text_too_short".into()));
        assert!(codes(&"日本語".repeat(33), Profile::Prose).contains(&"text_too_short".into()));
        assert!(!codes(&"日本語".repeat(34), Profile::Prose).contains(&"text_too_short".into()));
        assert!(!codes(&"ภาษาไทย".repeat(15), Profile::Prose).contains(&"text_too_short".into()));
        assert!(!codes("Why is the sky blue?", Profile::Short).contains(&"text_too_short".into()));
    }

    #[test]
    fn bytes_that_are_no_text_get_one_reason_and_no_score() {
        let read = check(b"one\ntwo \xff three", &Rules::of(karat_types::Modality::Text));
        assert_eq!(
            (read.findings.len(), read.findings[0].code.as_str(), read.quality),
            (1, "not_utf8", None)
        );
    }
}
