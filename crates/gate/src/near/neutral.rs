//! What is said of a finding to those who must not learn whose the content is.
//!
//! A verdict is written for the contributor and may say that two contents are theirs. A
//! reviewer gets the same fact in words that fit any two contributors: which content the
//! other is, whose, and whether it may be seen is left out in every case, so that leaving
//! it out tells nothing either.

use super::judge::{EARLIER, Level, Likeness, code, message};
use super::known::duplicate_exact;
use crate::check::near_check;
use crate::codes;
use karat_types::{Evidence, Finding, Modality};
use serde_json::json;

/// What every other content is called.
const OTHER: &str = "another submission of this datanet";
/// What there is to do, for somebody who did not send it.
const COMPARE: &str = "Compare the two: what matters is how much of this one is new.";

/// Whether a finding tells the contributor of something of their own.
pub fn is_of_own(finding: &Finding) -> bool {
    ["already_yours", "similar_to_yours", "resembles_yours", EARLIER].contains(&finding.code.as_str())
}

/// The finding for a reader who must not know the author: as it would be were the other
/// content anybody's, and without names the contributor put into the file.
pub fn neutral(finding: Finding, modality: Modality) -> Finding {
    match finding.code.as_str() {
        "already_yours" | "duplicate_exact" => without_place(duplicate_exact(OTHER)),
        "duplicate_normalised" => without_place(super::known::duplicate_normalised(OTHER)),
        "bad_file_name" => Finding {
            message: format!("The name {}.", finding.measured.as_str().unwrap_or("is odd")),
            ..finding
        },
        "signed_manifest" => {
            let message = format!(
                "It carries Content Credentials ({}).",
                finding.measured.as_str().unwrap_or("signed")
            );
            Finding { message, ..finding }
        }
        _ if names_another(&finding) => copied(finding, modality),
        _ => finding,
    }
}

/// Whether it is one of the findings [`super::judge`] makes.
fn names_another(finding: &Finding) -> bool {
    let near = Modality::ALL.iter().any(|modality| near_check(*modality) == finding.check);
    near || finding.check == "A4"
}

/// The finding of a near copy again, from what was measured.
fn copied(finding: Finding, modality: Modality) -> Finding {
    let number = |value: &serde_json::Value, name: &str| {
        value.get(name).and_then(serde_json::Value::as_u64).and_then(|n| u32::try_from(n).ok())
    };
    let level = if number(&finding.threshold, "contained").is_some() {
        Level::Contained
    } else if finding.class == karat_types::Class::Refuse {
        Level::Same
    } else {
        Level::Close
    };
    let code = if finding.code == EARLIER { Some(EARLIER) } else { code(modality, false, level) };
    let Some(entry) = code.map(codes::get) else { return without_place(finding) };
    let likeness = number(&finding.measured, "likeness").unwrap_or_default();
    let found = Likeness {
        level,
        likeness,
        contained: number(&finding.measured, "contained").unwrap_or(likeness),
        holds: number(&finding.measured, "holds"),
        bits: number(&finding.measured, "bits"),
    };
    without_place(Finding {
        check: entry.check.into(),
        version: entry.version,
        code: entry.code.into(),
        message: message(modality, &found, OTHER),
        fix: COMPARE.into(),
        ..finding
    })
}

/// Without the other submission: neither as the place nor as what was measured.
fn without_place(finding: Finding) -> Finding {
    let names = matches!(finding.evidence, Some(Evidence::Submission { .. }));
    let measured = if finding.measured.is_string() { json!(OTHER) } else { finding.measured };
    Finding { evidence: finding.evidence.filter(|_| !names), measured, ..finding }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::near::{Judged, Prints, Seen, judge};

    const ID: &str = "01a20015-18e2-7000-8000-000000000001";

    fn numbered(range: std::ops::Range<usize>) -> Prints {
        Prints::of_text(&range.map(|n| format!("word{n} ")).collect::<String>())
    }

    fn sound(seed: u32, length: u32) -> Prints {
        Prints {
            chroma: (0..length).map(|n| (n + seed).wrapping_mul(2_654_435_761)).collect(),
            ..Prints::default()
        }
    }

    /// The findings of one new content against one there, as each kind of owner is told.
    fn each(new: &Prints, modality: Modality, there: &Prints) -> [Option<Finding>; 3] {
        [(true, true), (false, true), (false, false)].map(|(own, shown)| {
            let seen = Seen { id: ID.into(), own, shown, ..Seen::default() };
            let Judged { mut findings, .. } = judge(new, modality, &[(seen, there.clone())]);
            findings.pop()
        })
    }

    #[test]
    fn a_reader_cannot_tell_ones_own_copy_from_another_s() {
        let image = |hash| Prints { gradients: vec![hash], ..Prints::default() };
        let cases = [
            (numbered(0..1000), Modality::Text, numbered(20..1030)),
            (numbered(0..1000), Modality::Text, numbered(100..1100)),
            (numbered(0..1000), Modality::Text, numbered(100..9000)),
            (image(0), Modality::Image, image(0b111)),
            (image(0), Modality::Image, image(0xff)),
            (sound(0, 400), Modality::Audio, sound(0, 400)),
            (sound(0, 400), Modality::Audio, sound(0, 4000)),
        ];
        for (new, modality, there) in cases {
            let told = each(&new, modality, &there);
            let [own, others, hidden] = told.clone().map(|f| f.map(|f| neutral(f, modality)));
            let own = own.expect("each is a copy");
            assert_ne!(Some(&own), told[0].as_ref(), "the contributor is told more");
            assert_eq!((Some(&own), Some(&own)), (others.as_ref(), hidden.as_ref()));
            let said = serde_json::to_string(&own).unwrap();
            assert!(!said.contains(ID) && !said.contains("your own") && !said.contains("yours"), "{said}");
            assert!(said.contains(OTHER), "{said}");
        }
    }

    #[test]
    fn an_earlier_version_is_told_without_saying_whose_it_was() {
        let fate = crate::near::Fate::Past("rejected on 2026-11-20".into());
        let seen = Seen { id: ID.into(), own: true, shown: true, fate };
        let (new, there) = (numbered(0..1000), numbered(20..1030));
        let found = judge(&new, Modality::Text, &[(seen, there)]).findings.remove(0);
        assert!(is_of_own(&found));
        let told = neutral(found, Modality::Text);
        assert_eq!((told.code.as_str(), told.class), (EARLIER, karat_types::Class::Tag));
        let said = serde_json::to_string(&told).unwrap();
        assert!(said.contains(OTHER), "{said}");
        for word in [ID, "your own", "rejected on"] {
            assert!(!said.contains(word), "{said}");
        }
    }

    #[test]
    fn names_a_contributor_wrote_are_left_out() {
        let shown = |found: Finding| serde_json::to_string(&neutral(found, Modality::Text)).unwrap();
        let copies = [
            crate::known::already_yours(ID),
            crate::known::duplicate_exact(ID),
            crate::known::duplicate_normalised(ID),
        ];
        for found in copies {
            assert!(is_of_own(&found) == (found.code == "already_yours"));
            assert!(!shown(found).contains(ID));
        }
        let name = crate::name::check("by Ann/.\u{202e}txt").remove(0);
        assert!(name.message.contains("Ann") && !shown(name).contains("Ann"));
        let other =
            crate::evidence::finding("text_too_short", json!(3), json!(50), "The text has 3 words.".into());
        assert_eq!(neutral(other.clone(), Modality::Text), other);
    }
}
