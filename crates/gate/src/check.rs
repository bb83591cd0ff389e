//! The whole gate: which checks run, in which order, and what they amount to.

use crate::door::{kind, licence, name};
use crate::evidence::finding;
use crate::examined::{Examined, Read};
use crate::input::{GATE_VERSION, Input};
use crate::{audio, document, image, score, text};
use karat_types::finding::{NotRun, Verdict};
use karat_types::{Class, Finding, GateOutcome, Modality};
use serde_json::json;

/// The verdict alone.
pub fn check(input: &Input<'_>) -> Verdict {
    examine(input).verdict
}

/// Everything the gate can say of one file from its bytes alone, and what it made of them.
///
/// Checks that need the datanet are listed in `not_run`; who has the datanet adds their
/// results with [`join`].
pub fn examine(input: &Input<'_>) -> Examined {
    let rules = &input.rules;
    let mut verdict = Verdict {
        outcome: GateOutcome::Passed,
        score: None,
        score_version: score::VERSION.into(),
        parts: Vec::new(),
        profile: rules.profile.as_str().into(),
        profile_version: rules.profile.version(),
        gate_version: GATE_VERSION,
        media_type: None,
        findings: Vec::new(),
        not_run: needs_the_datanet(rules.modality),
    };
    verdict.findings.extend(size(input));
    verdict.findings.extend(name::check(input.name));
    match &rules.declared {
        None => skip(&mut verdict, "A10", "no licence was given: use --licence SPDX"),
        Some(declared) => verdict.findings.extend(licence::check(&declared.licence, &rules.licences)),
    }
    if input.bytes.is_empty() {
        skip(&mut verdict, "A5", "an empty file has no type");
    } else {
        let looked = kind::check(input.name, input.bytes, rules.modality);
        verdict.media_type = looked.media_type;
        verdict.findings.extend(looked.findings);
    }
    let read = content(input, &mut verdict);
    verdict.findings.extend(read.findings);
    verdict.not_run.extend(read.not_run);
    verdict.parts = score::begin(read.quality);
    Examined { verdict: settle(verdict), prints: read.prints, derived: read.derived }
}

/// Adds the findings of a check that needed more than the bytes, and says that it ran.
pub fn join(mut verdict: Verdict, check: &str, findings: Vec<Finding>) -> Verdict {
    verdict.not_run.retain(|entry| entry.check != check);
    score::near_ran(&mut verdict, check, &findings);
    verdict.findings.extend(findings);
    settle(verdict)
}

/// The same for [`text::fit`]: the finding, and the part of the score.
pub fn join_fit(verdict: Verdict, fit: Option<text::fit::Fit>) -> Verdict {
    let (value, from, found) = match fit {
        Some(fit) => (Some(fit.value), fit.from, fit.finding),
        None => (None, "too few words to compare".to_owned(), None),
    };
    let verdict = join(verdict, "T20", found.into_iter().collect());
    score::measured(verdict, score::Part::Fit, value, &from)
}

/// The stage behind the door: only for content of the right type and size.
fn content(input: &Input<'_>, verdict: &mut Verdict) -> Read {
    let stopped = ["empty_file", "file_too_big", "wrong_type", "truncated_media"];
    if verdict.findings.iter().any(|f| stopped.contains(&f.code.as_str())) {
        skip(verdict, "content", "the file was stopped before its content was read");
        return Read::default();
    }
    let media_type = verdict.media_type.as_deref().unwrap_or_default();
    match input.rules.modality {
        Modality::Image => image::check(input.bytes, media_type, &input.rules),
        Modality::Audio => audio::check(input.bytes, media_type, &input.rules),
        Modality::Text if document::is_document(media_type) => {
            document::check(input.bytes, media_type, &input.rules)
        }
        Modality::Text => text::check(input.bytes, &input.rules),
    }
}

fn size(input: &Input<'_>) -> Option<Finding> {
    let (bytes, most) = (input.bytes.len() as u64, input.rules.max_bytes);
    if bytes == 0 {
        return Some(finding("empty_file", json!(0), json!(1), "The file has no content.".into()));
    }
    (bytes > most).then(|| {
        let message = format!("The file has {bytes} bytes; {most} are allowed.");
        finding("file_too_big", json!(bytes), json!(most), message)
    })
}

/// The check that looks for near-duplicates of a modality.
pub const fn near_check(modality: Modality) -> &'static str {
    match modality {
        Modality::Text => "T13",
        Modality::Image => "I9",
        Modality::Audio => "S9",
    }
}

fn needs_the_datanet(modality: Modality) -> Vec<NotRun> {
    let entry = |check: &str, why: &str| NotRun { check: check.into(), why: why.into() };
    let mut missing = vec![
        entry("A1", "daily limits are counted when the file is submitted"),
        entry("A4", "needs the datanet: use --against DIR or submit to a server"),
        entry(near_check(modality), "needs the datanet: use --against DIR or submit to a server"),
    ];
    if modality == Modality::Text {
        missing.push(entry("T20", "needs the datanet's charter and accepted texts: submit to a server"));
    }
    missing
}

fn skip(verdict: &mut Verdict, check: &str, why: &str) {
    verdict.not_run.push(NotRun { check: check.into(), why: why.into() });
}

/// Orders the findings, refusals first, and draws the conclusion.
fn settle(mut verdict: Verdict) -> Verdict {
    verdict.findings.sort_by_key(|f| f.class);
    verdict.outcome = match verdict.findings.first().map(|f| f.class) {
        Some(Class::Refuse) => GateOutcome::Refused,
        Some(Class::Hold) => GateOutcome::Held,
        _ => GateOutcome::Passed,
    };
    score::refresh(&mut verdict);
    verdict
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::input::Declared;
    use crate::near::known;
    use proptest::prelude::*;

    const PROSE: &str = "The river rises in the hills behind the town and runs for two days before it \
        reaches the sea. In spring the water is cold and fast, and people who live along it keep their boats \
        on the bank until May. My grandmother used to say that you could hear the stones talk at night, which \
        was only the gravel moving under the flood, but nobody ever told her so. We still go there in summer, when the water is warm.";

    fn codes(verdict: &Verdict) -> Vec<&str> {
        verdict.findings.iter().map(|f| f.code.as_str()).collect()
    }

    #[test]
    fn honest_prose_passes_with_full_score() {
        let verdict = check(&Input::new("river.txt", PROSE.as_bytes(), Modality::Text));
        assert_eq!((verdict.outcome, verdict.score), (GateOutcome::Passed, Some(100)), "{verdict:?}");
        assert_eq!(verdict.media_type.as_deref(), Some("text/plain"));
        let checks: Vec<_> = verdict.not_run.iter().map(|n| n.check.as_str()).collect();
        assert_eq!(checks, ["A1", "A4", "T13", "T20", "A10"]);
    }

    #[test]
    fn all_findings_of_a_stage_are_reported() {
        let bytes = "short \u{202e} and \u{7} odd";
        let mut input = Input::new("dir/a.exe", bytes.as_bytes(), Modality::Text);
        input.rules.declared = Some(Declared::licence("nonsense"));
        let verdict = check(&input);
        let expected = [
            "bad_file_name",
            "licence_unknown",
            "wrong_extension",
            "control_characters",
            "text_too_short",
            "bidi_controls",
            "few_words",
        ];
        assert_eq!(codes(&verdict), expected);
        assert_eq!((verdict.outcome, verdict.score), (GateOutcome::Refused, None));
    }

    #[test]
    fn empty_and_big_files_are_stopped_at_the_door() {
        let empty = check(&Input::new("a.txt", b"", Modality::Text));
        assert_eq!(codes(&empty), ["empty_file"]);
        let big = "word ".repeat(2_000_001);
        assert_eq!(codes(&check(&Input::new("a.txt", big.as_bytes(), Modality::Text))), ["file_too_big"]);
        let just = check(&Input::new("a.txt", &big.as_bytes()[..10_000_000], Modality::Text));
        assert!(!codes(&just).contains(&"file_too_big"));
    }

    #[test]
    fn what_the_datanet_knows_is_joined_and_can_refuse() {
        let verdict = check(&Input::new("river.txt", PROSE.as_bytes(), Modality::Text));
        let verdict = join(verdict, "A1", Vec::new());
        let verdict = join(verdict, "A4", vec![known::already_yours("018f")]);
        assert_eq!((verdict.outcome, verdict.score), (GateOutcome::Refused, None));
        let checks: Vec<_> = verdict.not_run.iter().map(|n| n.check.as_str()).collect();
        assert_eq!(checks, ["T13", "T20", "A10"]);
    }

    #[test]
    fn a_sound_passes_with_a_score_and_a_preview() {
        let samples: Vec<u8> = (0..64_000_u32)
            .flat_map(|i| (((i / 4_000 % 2) * (i % 97) * 100) as i16 - 2_000).to_le_bytes())
            .collect();
        let wav = [
            b"RIFF\0\0\0\0WAVEfmt \x10\0\0\0\x01\0\x01\0\x80\x3e\0\0\0\x7d\0\0\x02\0\x10\0data".as_slice(),
            &(samples.len() as u32).to_le_bytes(),
            &samples,
        ]
        .concat();
        let examined = examine(&Input::new("a.wav", &wav, Modality::Audio));
        assert_eq!(examined.verdict.outcome, GateOutcome::Passed, "{:?}", examined.verdict);
        assert!(examined.verdict.score.is_some() && examined.prints.samples.is_some());
        assert_eq!(examined.derived.len(), 1);
    }

    #[test]
    fn hostile_shapes_are_judged_in_linear_time() {
        // Each would take hours were every place compared with every other.
        for shape in [
            "-----BEGIN PRIVATE KEY-----\n",
            "<a",
            "![",
            "[x](",
            "`` ` ",
            "```a\n",
            "[a]: b\n",
            "\u{1f3f4}\u{e0067}",
            "https://a ",
            "ghp_",
            "a",
            "日",
        ] {
            let text = shape.repeat(1_000_000 / shape.len());
            let verdict = check(&Input::new("a.md", text.as_bytes(), Modality::Text));
            assert!(verdict.score.is_none_or(|score| score < 60), "{shape}: {:?}", verdict.score);
        }
    }

    proptest! {
        #[test]
        fn any_bytes_under_any_name_get_the_same_verdict_twice(
            name in "\\PC{0,40}",
            bytes in proptest::collection::vec(any::<u8>(), 0..2000),
            licence in "\\PC{0,20}",
            modality in proptest::sample::select(Modality::ALL.to_vec()),
        ) {
            let mut input = Input::new(&name, &bytes, modality);
            input.rules.declared = Some(Declared::licence(licence.clone()));
            let once = serde_json::to_vec(&check(&input)).unwrap();
            prop_assert_eq!(once, serde_json::to_vec(&check(&input)).unwrap());
        }

        #[test]
        fn any_text_is_judged_without_a_panic(
            text in "([a-z]{1,8}[ \n]|```\n|\\|[-|]{0,4}\n|\\[x\\]\\(|<a|!\\[|`|#|- |\\PC|\u{200d}|\u{e0061}){0,400}",
        ) {
            let verdict = check(&Input::new("a.md", text.as_bytes(), Modality::Text));
            prop_assert!(verdict.score.is_none_or(|s| s <= 100));
            prop_assert_eq!(verdict.outcome == GateOutcome::Refused, verdict.findings.iter().any(|f| f.class == Class::Refuse));
        }
    }
}
