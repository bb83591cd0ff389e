//! The whole gate: which checks run, in which order, and what they amount to.

use crate::door::{kind, licence, made, name};
use crate::evidence::finding;
use crate::examined::{Examined, Read};
use crate::input::{GATE_VERSION, Input, Rules};
use crate::near::leak::EvalSets;
use crate::near::{Judged, Prints};
use crate::{audio, document, image, score, text, unread};
use karat_types::finding::{NotRun, Verdict};
use karat_types::{Class, Finding, GateOutcome, Modality};
use serde_json::json;
use std::collections::HashSet;

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
    let mut verdict = begin(rules);
    verdict.findings.extend(size(input));
    verdict.findings.extend(name::check(input.name));
    declaration(rules, &mut verdict);
    if input.bytes.is_empty() {
        skip(&mut verdict, "A5", "an empty file has no type");
    } else {
        let looked = kind::check(input.name, input.bytes, rules.modality);
        verdict.media_type = looked.media_type;
        verdict.findings.extend(looked.findings);
    }
    let mut read = content(input, &mut verdict);
    verdict.findings.append(&mut read.findings);
    verdict.not_run.append(&mut read.not_run);
    unread::complete(&mut verdict, rules.modality, &read);
    verdict.parts = score::begin(rules.modality, read.quality);
    Examined { verdict: settle(verdict), prints: read.prints, derived: read.derived }
}

/// A verdict before anything was looked at.
fn begin(rules: &Rules) -> Verdict {
    Verdict {
        outcome: GateOutcome::Passed,
        score: None,
        score_version: score::VERSION.into(),
        parts: score::begin(rules.modality, None),
        profile: rules.profile.as_str().into(),
        profile_version: rules.profile.version(),
        gate_version: GATE_VERSION,
        media_type: None,
        findings: Vec::new(),
        not_run: needs_the_datanet(rules.modality),
        nearest: None,
    }
}

/// What is said of a file whose reader ended before it answered, `how` = how it ended.
///
/// Only what needs no parser is judged beside it.
pub fn reader_failed(input: &Input<'_>, how: &str) -> Examined {
    let rules = &input.rules;
    let mut verdict = begin(rules);
    verdict.findings.extend(size(input));
    verdict.findings.extend(name::check(input.name));
    declaration(rules, &mut verdict);
    let message = format!("Our reader stopped before it had read the file: {how}.");
    let given = "1 GB of memory, 20 s of processor time, no files, no network";
    verdict.findings.push(finding("reader_failed", json!(how), json!(given), message));
    let why = "our reader failed before it had read the file";
    skip(&mut verdict, "A5", why);
    unread::stopped(&mut verdict, rules.modality, why);
    Examined { verdict: settle(verdict), prints: Prints::default(), derived: Vec::new() }
}

/// Adds the findings of a check that needed more than the bytes, and says that it ran.
///
/// Of a file that could not be read, a check of its content found nothing because there was
/// nothing to look at: it stays listed as not run.
pub fn join(mut verdict: Verdict, check: &str, findings: Vec<Finding>) -> Verdict {
    if findings.is_empty() && unread::needs_content(check) && unread::is_unread(&verdict) {
        return verdict;
    }
    verdict.not_run.retain(|entry| entry.check != check);
    score::near_ran(&mut verdict, check, &findings);
    verdict.findings.extend(findings);
    settle(verdict)
}

/// Adds check T20: the finding and the part of the score, or why there is neither.
pub fn join_fit(verdict: Verdict, fit: Result<text::fit::Fit, String>) -> Verdict {
    let (verdict, value, from) = match fit {
        Ok(fit) => (join(verdict, "T20", fit.finding.into_iter().collect()), Some(fit.value), fit.from),
        Err(why) => (not_run(verdict, "T20", &why), None, why),
    };
    score::measured(verdict, score::Part::Fit, value, &from)
}

/// What was declared is judged; what nobody was asked is said to be missing.
fn declaration(rules: &Rules, verdict: &mut Verdict) {
    let declared = rules.declared.clone().unwrap_or_default();
    if let Some(licence) = &declared.licence {
        verdict.findings.extend(licence::check(licence, &rules.licences));
    }
    verdict.findings.extend(made::check(rules));
    let asked = [
        (declared.licence.is_some(), "--licence SPDX"),
        (declared.origin.is_some(), "--origin ORIGIN"),
        (declared.source_type.is_some(), "--source-type TYPE"),
    ];
    let missing: Vec<_> = asked.iter().filter(|(given, _)| !given).map(|(_, flag)| *flag).collect();
    if !missing.is_empty() {
        skip(verdict, "A10", &format!("not all of it was declared: use {}", missing.join(", ")));
    }
}

/// Says why a check that needs more than the bytes did not run, in place of what was said.
pub fn not_run(mut verdict: Verdict, check: &str, why: &str) -> Verdict {
    if unread::needs_content(check) && unread::is_unread(&verdict) {
        return verdict;
    }
    match verdict.not_run.iter_mut().find(|entry| entry.check == check) {
        Some(entry) => entry.why = why.into(),
        None => skip(&mut verdict, check, why),
    }
    verdict
}

/// The verdict as it was given, from what the bytes say again (`fresh`) and what depended
/// on the moment, which is all in the `stored` verdict: what else was in the datanet, what
/// the scanner said. The same gate over the same bytes gives the stored verdict again.
pub fn replay(fresh: Verdict, stored: &Verdict) -> Verdict {
    let mut verdict = fresh;
    for check in MOMENT {
        let of = |n: &&NotRun| n.check == check;
        match (verdict.not_run.iter().any(|n| n.check == check), stored.not_run.iter().find(of)) {
            (true, None) => {
                let told = stored.findings.iter().filter(|f| f.check == check).cloned().collect();
                verdict = join(verdict, check, told);
            }
            (true, Some(entry)) => verdict = not_run(verdict, check, &entry.why),
            (false, _) => {}
        }
    }
    for part in [score::Part::Originality, score::Part::Fit] {
        if let Some(was) = stored.parts.iter().find(|was| was.part == part.as_str()) {
            verdict = score::measured(verdict, part, was.value, &was.from);
        }
    }
    Verdict { nearest: stored.nearest.clone(), ..verdict }
}

/// Checks whose answer depends on the moment, in the order their findings stand behind
/// those of the bytes.
pub(crate) const MOMENT: [&str; 10] = ["A1", "A4", "T13", "I9", "S9", "T14", "T18", "T20", "A8", "A11"];

/// Adds what comparing with the datanet's contents gave: the findings and the content
/// that is most like this one.
pub fn join_near(verdict: Verdict, modality: Modality, judged: Judged) -> Verdict {
    let verdict = join(verdict, near_check(modality), judged.findings);
    let verdict = match &judged.nearest {
        None => verdict,
        Some(nearest) => {
            let most = nearest.likeness.max(nearest.contained).min(1000);
            let from = format!("1,000 less the {most} it has in common with what is nearest");
            score::measured(verdict, score::Part::Originality, Some(1000 - most), &from)
        }
    };
    Verdict { nearest: judged.nearest, ..verdict }
}

/// Adds check T14, where there are sets to look for and a text to look in.
pub fn join_leaks(verdict: Verdict, sets: &EvalSets, text: Option<&str>) -> Verdict {
    match text.filter(|_| !sets.is_empty()) {
        Some(text) => join(verdict, "T14", sets.check(text)),
        None => verdict,
    }
}

/// The stage behind the door: only for content of the right type and size.
fn content(input: &Input<'_>, verdict: &mut Verdict) -> Read {
    let stopped = ["empty_file", "file_too_big", "wrong_type", "truncated_media", "encrypted_document"];
    if verdict.findings.iter().any(|f| stopped.contains(&f.code.as_str())) {
        let why = "the file was stopped before its content was read";
        unread::stopped(verdict, input.rules.modality, why);
        return Read { stopped: Some(why), ..Read::default() };
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
        entry("A8", "not scanned: no virus scanner is set up"),
        entry("A11", "the operator keeps no list of files to look at"),
    ];
    if modality == Modality::Text {
        missing.push(entry(
            "T14",
            "no evaluation sets were given: use --eval-sets DIR, or the setting eval_sets_dir of a server",
        ));
        missing.push(entry(
            "T20",
            "needs the datanet's purpose or its accepted texts: use --purpose FILE, --against DIR or submit to a server",
        ));
    }
    missing
}

fn skip(verdict: &mut Verdict, check: &str, why: &str) {
    verdict.not_run.push(NotRun { check: check.into(), why: why.into() });
}

/// Orders the findings, refusals first, says none twice, and draws the conclusion.
fn settle(mut verdict: Verdict) -> Verdict {
    let mut said = HashSet::new();
    verdict.findings.retain(|f| said.insert(json!([f.check, f.code, f.evidence, f.message]).to_string()));
    let moment = |check: &str| MOMENT.iter().position(|c| *c == check).map_or(0, |at| at + 1);
    verdict.findings.sort_by_key(|f| (f.class, moment(&f.check)));
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
        assert_eq!(checks, ["A1", "A4", "T13", "A8", "A11", "T14", "T20", "A10"]);
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
        let mut input = Input::new("river.txt", PROSE.as_bytes(), Modality::Text);
        input.rules.declared = Some(Declared {
            licence: Some("MIT".into()),
            origin: Some(karat_types::Origin::Own),
            source_type: Some(karat_types::SourceType::Human),
        });
        let verdict = check(&input);
        let verdict = join(verdict, "A1", Vec::new());
        let verdict = join(verdict, "A4", vec![known::already_yours("018f")]);
        assert_eq!((verdict.outcome, verdict.score), (GateOutcome::Refused, None));
        let checks: Vec<_> = verdict.not_run.iter().map(|n| n.check.as_str()).collect();
        assert_eq!(checks, ["T13", "A8", "A11", "T14", "T20"]);
    }

    #[test]
    fn a_verdict_is_replayed_from_the_bytes_and_what_it_says_of_its_moment() {
        let input = Input::new("river.txt", PROSE.as_bytes(), Modality::Text);
        let fresh = check(&input);
        // In another order than the checks have.
        let told = join(fresh.clone(), "A8", vec![crate::outside::virus_found("Eicar")]);
        let told = join(told, "A4", vec![known::duplicate_exact("018f")]);
        let told = not_run(join(told, "A1", Vec::new()), "A11", "the list could not be read");
        let again = replay(fresh.clone(), &told);
        assert_eq!(serde_json::to_vec(&again).unwrap(), serde_json::to_vec(&told).unwrap());
        assert_eq!(replay(fresh.clone(), &fresh), fresh);
        let other = Finding { message: "changed".into(), ..known::duplicate_exact("018f") };
        assert_ne!(replay(join(fresh.clone(), "A4", vec![other]), &told), told);
    }

    #[test]
    fn the_fit_is_replayed_with_its_value_or_its_reason() {
        let input = Input::new("river.txt", PROSE.as_bytes(), Modality::Text);
        let fresh = check(&input);
        let found = Some(finding("off_topic", json!(90), json!(150), "far".into()));
        let fit = text::fit::Fit { value: 360, from: "likeness 9 of 1,000".into(), finding: found };
        for fit in [Ok(fit), Err("too few words".to_owned())] {
            let told = join(join_fit(fresh.clone(), fit), "A1", Vec::new());
            let again = replay(fresh.clone(), &told);
            assert_eq!(serde_json::to_vec(&again).unwrap(), serde_json::to_vec(&told).unwrap());
        }
        let unsaid = join_fit(fresh.clone(), Err("too few words".into()));
        assert_eq!((unsaid.score, unsaid.parts[3].from.as_str()), (fresh.score, "too few words"));
        let run = |n: &&NotRun| n.check == "T20";
        assert_eq!(unsaid.not_run.iter().find(run).unwrap().why, "too few words");
    }

    #[test]
    fn a_failed_reader_holds_the_file_and_says_how() {
        let mut input = Input::new("river.pdf", b"%PDF-1.7", Modality::Text);
        let examined = reader_failed(&input, "it was ended by signal 11");
        let verdict = &examined.verdict;
        assert_eq!((verdict.outcome, verdict.score), (GateOutcome::Held, None));
        assert_eq!(
            (codes(verdict), &verdict.findings[0].measured),
            (vec!["reader_failed"], &json!("it was ended by signal 11"))
        );
        assert!(["A5", "A7", "T1", "T13"].iter().all(|c| verdict.not_run.iter().any(|n| n.check == *c)));
        input.rules.declared = Some(Declared::licence(""));
        assert_eq!(codes(&reader_failed(&input, "x").verdict), ["licence_missing", "reader_failed"]);
    }

    #[test]
    fn the_same_is_not_said_twice_of_the_same_place() {
        let at = |start| crate::evidence::place(b"key and key", start, start + 3);
        let found =
            |start| crate::evidence::at(finding("few_words", json!(1), json!(2), "key".into()), at(start));
        let mut verdict = begin(&Rules::of(Modality::Text));
        verdict.findings = vec![found(0), found(8), found(0)];
        let settled = settle(settle(verdict));
        assert_eq!(settled.findings, [found(0), found(8)]);
    }

    #[test]
    fn work_of_a_model_is_refused_where_only_people_s_is_taken() {
        let mut input = Input::new("river.txt", PROSE.as_bytes(), Modality::Text);
        let source_type = Some(karat_types::SourceType::AiGenerated);
        input.rules.declared = Some(Declared { source_type, ..Declared::licence("MIT") });
        let verdict = check(&input);
        assert_eq!((verdict.outcome, codes(&verdict)), (GateOutcome::Passed, vec!["declared_ai"]));
        input.rules.human_only = true;
        let verdict = check(&input);
        assert_eq!((verdict.outcome, codes(&verdict)), (GateOutcome::Refused, vec!["not_made_by_people"]));
        assert_eq!(codes(&reader_failed(&input, "x").verdict), ["not_made_by_people", "reader_failed"]);
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
