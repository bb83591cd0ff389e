//! T13, I9, S9: which of the likely copies are copies.

use super::{Prints, audio, image, shingle};
use crate::evidence::{at, finding};
use karat_types::finding::Nearest;
use karat_types::{Evidence, Finding, Modality};
use serde_json::json;

/// Of 1,000: from here on a text or recording is a copy.
const SAME: u32 = 900;
/// Of 1,000: from here on a person must look.
const CLOSE: u32 = 700;
/// Of 1,000 of the new content that stand in one earlier one: a person must look.
const CONTAINED: u32 = 800;
/// What is said of an earlier content that may not be seen.
const HIDDEN: &str = "a submission that is not public";

/// An earlier content as far as it may be spoken of.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Seen {
    /// Its id, or the name of its file.
    pub id: String,
    /// Whether the same contributor sent it.
    pub own: bool,
    /// Whether everybody, or its sender here, may see it.
    pub shown: bool,
}

/// What comparing with likely copies gave.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Judged {
    /// At most one finding: of the earlier content that weighs most.
    pub findings: Vec<Finding>,
    /// The earlier content that is most like this one.
    pub nearest: Option<Nearest>,
    /// Positions of those that are the same or so alike that a person must look: they
    /// are of one cluster.
    pub cluster: Vec<usize>,
}

impl Judged {
    /// For the same content: nothing is nearer.
    pub fn copy_of(id: &str, copy: Option<Finding>) -> Self {
        let nearest = Nearest { id: Some(id.to_owned()), likeness: 1000, contained: 1000, own: false };
        Self { findings: copy.into_iter().collect(), nearest: Some(nearest), cluster: Vec::new() }
    }
}

/// How much two contents have in common.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum Level {
    Apart,
    Contained,
    Close,
    Same,
}

/// How alike two contents are.
#[derive(Clone, Copy, Debug)]
pub(super) struct Likeness {
    pub(super) level: Level,
    /// Of 1,000.
    pub(super) likeness: u32,
    /// Of 1,000 of the new one.
    pub(super) contained: u32,
    /// Of 1,000 of an earlier recording, in the new one.
    pub(super) holds: Option<u32>,
    /// Differing bits of an image.
    pub(super) bits: Option<u32>,
}

impl Likeness {
    /// The greatest share, of 1,000.
    fn most(&self) -> u32 {
        self.likeness.max(self.contained).max(self.holds.unwrap_or(0))
    }
}

/// Compares a content with likely copies; of equally near ones the first counts.
pub fn judge(own: &Prints, modality: Modality, others: &[(Seen, Prints)]) -> Judged {
    let compared = others.iter().enumerate().filter_map(|(n, (seen, prints))| {
        Some((n, seen, compare(own, prints, modality)?)).filter(|(_, _, found)| found.most() > 0)
    });
    let compared: Vec<_> = compared.collect();
    let cluster =
        compared.iter().filter(|(_, _, found)| found.level >= Level::Close).map(|(n, ..)| *n).collect();
    let weight = |found: &Likeness| (found.level, found.most(), found.likeness);
    let worst = compared.iter().rev().max_by_key(|(_, _, found)| weight(found));
    let nearest = worst.map(|(_, seen, found)| Nearest {
        id: seen.shown.then(|| seen.id.clone()),
        likeness: found.likeness,
        contained: found.contained,
        own: seen.own,
    });
    let findings = worst.and_then(|(_, seen, found)| told(modality, seen, *found)).into_iter().collect();
    Judged { findings, nearest, cluster }
}

fn compare(own: &Prints, other: &Prints, modality: Modality) -> Option<Likeness> {
    match modality {
        Modality::Text => {
            let common = shingle::compare((&own.shingles, own.thinned), (&other.shingles, other.thinned))?;
            Some(by_share(common.likeness, common.contained))
        }
        Modality::Image => {
            let bits = image::bits(own, other)?;
            let level = match bits {
                ..=image::SAME => Level::Same,
                _ if bits <= image::CLOSE => Level::Close,
                _ => Level::Apart,
            };
            // Of thousands of unrelated images some differ in a dozen bits only: beyond
            // the threshold nothing is alike.
            let likeness = if level == Level::Apart { 0 } else { 1000 - 40 * bits };
            Some(Likeness { level, likeness, contained: likeness, holds: None, bits: Some(bits) })
        }
        Modality::Audio => {
            if own.samples.is_some() && own.samples == other.samples {
                return Some(Likeness { holds: Some(1000), ..by_share(1000, 1000) });
            }
            let found = audio::alike(&own.chroma, &other.chroma)?;
            let shorter = by_share(found.likeness, found.contained.max(found.holds));
            Some(Likeness { contained: found.contained, holds: Some(found.holds), ..shorter })
        }
    }
}

fn by_share(likeness: u32, contained: u32) -> Likeness {
    let level = match (likeness, contained) {
        (SAME.., _) => Level::Same,
        (CLOSE.., _) => Level::Close,
        (_, CONTAINED..) => Level::Contained,
        _ => Level::Apart,
    };
    Likeness { level, likeness, contained, holds: None, bits: None }
}

/// The finding, where there is one.
fn told(modality: Modality, seen: &Seen, found: Likeness) -> Option<Finding> {
    let code = code(modality, seen.own, found.level)?;
    let name = if seen.shown { seen.id.as_str() } else { HIDDEN };
    let name = if seen.own { format!("your own {name}") } else { name.to_owned() };
    let message = message(modality, &found, &name);
    let threshold = match (modality, found.level) {
        (Modality::Image, Level::Same) => json!({ "bits": image::SAME }),
        (Modality::Image, _) => json!({ "bits": image::CLOSE }),
        (_, Level::Contained) => json!({ "contained": CONTAINED }),
        (_, Level::Same) => json!({ "likeness": SAME }),
        _ => json!({ "likeness": CLOSE }),
    };
    let mut measured = json!({ "likeness": found.likeness });
    match found.bits {
        Some(bits) => measured["bits"] = json!(bits),
        None => measured["contained"] = json!(found.contained),
    }
    if let Some(holds) = found.holds {
        measured["holds"] = json!(holds);
    }
    let told = finding(code, measured, threshold, message);
    Some(if seen.shown { at(told, Evidence::Submission { id: seen.id.clone() }) } else { told })
}

/// The sentence: what a content has in common with what `name` says.
pub(super) fn message(modality: Modality, found: &Likeness, name: &str) -> String {
    let share = if found.level == Level::Contained { found.most() } else { found.likeness };
    let percent = format!("{}.{} %", share / 10, share % 10);
    match (found.level, modality) {
        (Level::Contained, Modality::Text) => format!("{percent} of this text stands in {name}."),
        (Level::Contained, _) if found.holds > Some(found.contained) => {
            format!("{percent} of {name} is in this recording.")
        }
        (Level::Contained, _) => format!("{percent} of this recording is in {name}."),
        (_, Modality::Text) => {
            format!("{percent} of the five-word sequences of this text and of {name} are the same.")
        }
        (_, Modality::Image) => {
            let bits = found.bits.unwrap_or_default();
            format!("{bits} of 64 bits of the pattern of light and dark differ from {name}.")
        }
        (_, Modality::Audio) => format!("{percent} of this recording sounds like {name}."),
    }
}

pub(super) fn code(modality: Modality, own: bool, level: Level) -> Option<&'static str> {
    Some(match (level, own, modality) {
        (Level::Apart, ..) => return None,
        (Level::Same, true, _) => "similar_to_yours",
        (_, true, _) => "resembles_yours",
        (Level::Same, _, Modality::Text) => "near_duplicate",
        (Level::Close, _, Modality::Text) => "similar_text",
        (Level::Contained, _, Modality::Text) => "contained_text",
        (Level::Same, _, Modality::Image) => "near_duplicate_image",
        (_, _, Modality::Image) => "similar_image",
        (Level::Same, _, Modality::Audio) => "near_duplicate_recording",
        (_, _, Modality::Audio) => "similar_recording",
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn seen(id: &str) -> Seen {
        Seen { id: id.into(), own: false, shown: true }
    }

    fn numbered(range: std::ops::Range<usize>) -> Prints {
        Prints::of_text(&range.map(|n| format!("word{n} ")).collect::<String>())
    }

    fn said(
        own: &Prints,
        modality: Modality,
        others: &[(Seen, Prints)],
    ) -> Option<(String, Option<Evidence>)> {
        judge(own, modality, others).findings.pop().map(|f| (f.code, f.evidence))
    }

    #[test]
    fn texts_are_refused_held_or_fine_by_their_share() {
        let own = numbered(0..1000);
        let code = |range| said(&own, Modality::Text, &[(seen("a"), numbered(range))]).map(|told| told.0);
        assert_eq!(code(20..1030).as_deref(), Some("near_duplicate"));
        assert_eq!(code(100..1100).as_deref(), Some("similar_text"));
        assert_eq!(code(100..9000).as_deref(), Some("contained_text"));
        // A quote of another, and a whole other text with as much again around it.
        assert_eq!(code(800..1800), None);
        assert_eq!(code(0..450), None);
    }

    #[test]
    fn the_worst_of_many_is_told_and_hidden_ones_are_not_named() {
        let own = numbered(0..1000);
        let all = [
            (seen("close"), numbered(100..1100)),
            (Seen { shown: false, ..seen("secret") }, numbered(10..1010)),
            (seen("apart"), numbered(990..2000)),
        ];
        let judged = judge(&own, Modality::Text, &all);
        assert_eq!(judged.findings[0].code, "near_duplicate");
        assert!(!serde_json::to_string(&judged.findings).unwrap().contains("secret"));
        assert_eq!(
            judged.nearest.as_ref().map(|near| (near.id.as_deref(), near.likeness)),
            Some((None, 980))
        );
        assert_eq!(judged.cluster, [0, 1]);
        let own_copy = [(Seen { own: true, ..seen("mine") }, numbered(10..1010))];
        let told = said(&own, Modality::Text, &own_copy).unwrap();
        assert_eq!(told, ("similar_to_yours".into(), Some(Evidence::Submission { id: "mine".into() })));
    }

    #[test]
    fn images_by_bits_and_recordings_by_samples() {
        let image = |hash| Prints { gradients: vec![hash], ..Prints::default() };
        let code = |hash| said(&image(0), Modality::Image, &[(seen("a"), image(hash))]).map(|told| told.0);
        assert_eq!(code(0b1111).as_deref(), Some("near_duplicate_image"));
        assert_eq!(code(0b1_1111).as_deref(), Some("similar_image"));
        assert_eq!(code(0xff).as_deref(), Some("similar_image"));
        assert_eq!(code(0x1ff), None);
        let sound = |n| Prints { samples: Some(karat_types::Hash([n; 32])), ..Prints::default() };
        let code = |n| said(&sound(1), Modality::Audio, &[(seen("a"), sound(n))]).map(|told| told.0);
        assert_eq!(code(1).as_deref(), Some("near_duplicate_recording"));
        assert_eq!(code(2), None);
    }
}
