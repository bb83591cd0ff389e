//! Which checks did not run because the file could not be read.
//!
//! A check that never ran must not look like one that found nothing. Readers say how far
//! they came; what is behind that is listed here, one entry a check, in one place for all
//! kinds of files.

use crate::codes::code_table;
use crate::document;
use crate::examined::Read;
use karat_types::Modality;
use karat_types::finding::{NotRun, Verdict};
use std::collections::BTreeSet;

/// Judged by the declaration alone, whatever the content is.
const OF_THE_DECLARATION: &str = "T19";
/// Of every modality the check that is the first to need the whole content.
const FIRST: [&str; 3] = ["T5", "I3", "S4"];

/// The checks of a modality's content, in the order of their numbers: from the table of
/// codes, and those that exist to be listed as not run.
pub fn content_checks(modality: Modality) -> Vec<&'static str> {
    let letter = match modality {
        Modality::Text => 'T',
        Modality::Image => 'I',
        Modality::Audio => 'S',
    };
    let coded = code_table().map(|entry| entry.check);
    let all: BTreeSet<(u32, &str)> = coded
        .chain(["I12"])
        .filter(|check| *check != OF_THE_DECLARATION)
        .filter_map(|check| Some((check.strip_prefix(letter)?.parse().ok()?, check)))
        .collect();
    all.into_iter().map(|(_, check)| check).collect()
}

/// Whether a verdict is of a file whose content could not be read.
pub(crate) fn is_unread(verdict: &Verdict) -> bool {
    verdict.not_run.iter().any(|entry| FIRST.contains(&entry.check.as_str()))
}

/// Whether a check needs the content, so that nothing can be added to it without.
pub(crate) fn needs_content(check: &str) -> bool {
    check.starts_with(['T', 'I', 'S']) && check != OF_THE_DECLARATION
}

/// The same file before its content: nothing of it was looked at.
pub(crate) fn stopped(verdict: &mut Verdict, modality: Modality, why: &str) {
    for check in ["A6", "A7"].into_iter().chain(content_checks(modality)) {
        list(verdict, check, why);
    }
}

/// Lists what a reader did not come to.
pub(crate) fn complete(verdict: &mut Verdict, modality: Modality, read: &Read) {
    let document = verdict.media_type.as_deref().is_some_and(document::is_document);
    if !unread(modality, read) {
        return;
    }
    let why = read.stopped.unwrap_or("the file could not be read");
    let first: &[&str] = if document { &["A6", "A7"] } else { &[] };
    for check in first.iter().copied().chain(content_checks(modality)) {
        if !read.ran.contains(&check) {
            list(verdict, check, why);
        }
    }
}

/// Without words or a quality nothing was measured.
fn unread(modality: Modality, read: &Read) -> bool {
    read.quality.is_none() && (modality != Modality::Text || read.prints.normal.is_none())
}

/// One entry, unless the check said something or has its own reason; that it also needs a
/// datanet is no longer what it lacks.
fn list(verdict: &mut Verdict, check: &str, why: &str) {
    if verdict.findings.iter().any(|finding| finding.check == check) {
        return;
    }
    let moment = super::check::MOMENT.contains(&check);
    match verdict.not_run.iter_mut().find(|entry| entry.check == check) {
        Some(entry) if moment => entry.why = why.to_owned(),
        Some(_) => {}
        None => verdict.not_run.push(NotRun { check: check.into(), why: why.into() }),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::near::{Prints, known::Known};
    use crate::{Input, examine, join, join_near, not_run, reader_failed};
    use proptest::prelude::*;

    fn listed(verdict: &Verdict) -> Vec<&str> {
        verdict.not_run.iter().map(|entry| entry.check.as_str()).collect()
    }

    #[test]
    fn every_modality_has_its_checks_in_order() {
        let text = content_checks(Modality::Text);
        assert_eq!((text.first(), text.last()), (Some(&"T1"), Some(&"T20")));
        assert!(text.contains(&"T13") && text.contains(&"T16") && !text.contains(&"T19"));
        assert_eq!(content_checks(Modality::Image).len(), 12);
        assert_eq!(content_checks(Modality::Audio).len(), 11);
        for check in FIRST {
            assert!(Modality::ALL.iter().any(|m| content_checks(*m).contains(&check)), "{check}");
        }
    }

    /// Files of each kind that cannot be read, with their names.
    fn broken() -> Vec<(&'static str, Modality, Vec<u8>)> {
        let riff = [
            b"RIFF\xff\0\0\0WAVEfmt \x10\0\0\0\x01\0\x01\0\x80\x3e\0\0\0\x7d\0\0\x02\0\x10\0data".as_slice(),
            &[0xff; 90],
        ]
        .concat();
        vec![
            (
                "broken.pdf",
                Modality::Text,
                b"%PDF-1.7\n1 0 obj << /Type /Catalog >> endobj\ntrailer".to_vec(),
            ),
            ("zstd.parquet", Modality::Text, [b"PAR1".as_slice(), &[7; 60], b"\x20\0\0\0PAR1"].concat()),
            ("latin.txt", Modality::Text, b"Gr\xfc\xdfe aus Wien".to_vec()),
            ("latin.csv", Modality::Text, b"prompt,completion\nGr\xfc\xdfe,Wien\n".to_vec()),
            ("empty.txt", Modality::Text, Vec::new()),
            ("picture.txt", Modality::Text, b"\x89PNG\r\n\x1a\n\0\0\0\rIHDR".to_vec()),
            (
                "cut.png",
                Modality::Image,
                b"\x89PNG\r\n\x1a\n\0\0\0\rIHDR\0\0\0\x10\0\0\0\x10\x08\x02\0\0\0".to_vec(),
            ),
            ("cut.wav", Modality::Audio, riff),
            ("cut.flac", Modality::Audio, b"fLaC\0\0\0\x22and then not what it says it is, by far".to_vec()),
        ]
    }

    #[test]
    fn a_file_that_cannot_be_read_lists_every_check_of_its_content() {
        for (name, modality, bytes) in broken() {
            let input = Input::new(name, &bytes, modality);
            for examined in [examine(&input), reader_failed(&input, "it was ended by signal 9")] {
                let verdict = &examined.verdict;
                let (listed, found) = (listed(verdict), &verdict.findings);
                for check in content_checks(modality) {
                    let told = listed.contains(&check) || found.iter().any(|f| f.check == check);
                    let early = ["I1", "I2", "I11", "S1", "S2", "S3", "S11"].contains(&check);
                    assert!(told || early, "{name}: {check} in {listed:?}, {found:?}");
                }
                let mut once = listed.clone();
                once.sort_unstable();
                once.dedup();
                assert_eq!(once.len(), listed.len(), "{name}: {listed:?}");
                assert!(is_unread(verdict), "{name}");
            }
        }
    }

    #[test]
    fn what_needs_the_content_is_not_joined_to_a_file_without() {
        let (name, modality, bytes) = broken().swap_remove(0);
        let examined = examine(&Input::new(name, &bytes, modality));
        let before = examined.verdict.clone();
        let known =
            Known::new([("other.txt".into(), crate::content_hash(b"x"), Prints::of_text("some words"))]);
        let verdict = known.judge(examined.verdict, (modality, &bytes, &examined.prints), &|_| false);
        let verdict = join_near(verdict, modality, crate::near::Judged::default());
        let verdict = not_run(join(verdict, "T20", Vec::new()), "T14", "there are no sets");
        assert!(!listed(&verdict).contains(&"A4"), "equal bytes need no reader");
        for check in ["T13", "T14", "T20"] {
            let why = |v: &Verdict| v.not_run.iter().find(|n| n.check == check).map(|n| n.why.clone());
            assert_eq!(why(&verdict), why(&before), "{check}");
            assert!(why(&verdict).is_some_and(|why| !why.contains("--")), "{check}");
        }
        let originality =
            |v: &Verdict| v.parts.iter().find(|p| p.part == "originality").and_then(|p| p.value);
        assert_eq!(originality(&verdict), None);
        assert_eq!(crate::replay(before, &verdict), verdict);
    }

    proptest! {
        #[test]
        fn whatever_comes_each_check_ran_or_is_listed(
            kind in 0usize..9, cut in 0usize..200, flip in any::<(usize, u8)>(),
        ) {
            let (name, modality, mut bytes) = broken().swap_remove(kind);
            bytes.truncate(bytes.len().min(cut));
            if let Some(byte) = bytes.get_mut(flip.0 % 200) {
                *byte = flip.1;
            }
            let verdict = examine(&Input::new(name, &bytes, modality)).verdict;
            let listed = listed(&verdict);
            // Either the whole content was looked at, or everything behind the reader is named.
            if verdict.parts.iter().any(|p| p.part == "quality" && p.value.is_some()) {
                prop_assert!(!is_unread(&verdict), "{:?}", listed);
            } else if is_unread(&verdict) {
                for check in content_checks(modality).into_iter().filter(|c| !["I1", "I2", "I11", "S1", "S2", "S3"].contains(c)) {
                    let told = listed.contains(&check) || verdict.findings.iter().any(|f| f.check == check);
                    prop_assert!(told, "{} of {}: {:?}", check, name, listed);
                }
            } else {
                prop_assert!(modality == Modality::Text && verdict.findings.iter().any(|f| f.class == karat_types::Class::Refuse));
            }
        }
    }
}
