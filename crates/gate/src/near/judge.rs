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
/// What one's own earlier content is called.
const OWN: &str = "one of your own submissions";
/// The code of an earlier version that is out of the way.
pub(super) const EARLIER: &str = "earlier_version";

/// What became of an earlier content, as far as it matters to those who come after it.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub enum Fate {
    /// It stands: a copy of it is a copy.
    #[default]
    Stands,
    /// The contributor's own, and nobody has decided on it: it can be withdrawn.
    Waits,
    /// It may not have been its sender's to give, or its sender took it back: what equals
    /// it is held for a person, and no more.
    Freed,
    /// The contributor's own, and out of the way: a corrected version is welcome. The
    /// words say what happened: `rejected on 2026-11-20`.
    Past(String),
}

/// An earlier content as far as it may be spoken of.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Seen {
    /// Its id, or the name of its file.
    pub id: String,
    /// Whether the same contributor sent it.
    pub own: bool,
    /// Whether everybody, or its sender here, may see it.
    pub shown: bool,
    /// What became of it.
    pub fate: Fate,
}

/// What comparing with likely copies gave.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Judged {
    /// The finding of the earlier content that weighs most, and that of the nearest
    /// earlier version of one's own that is out of the way.
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
    /// The same, no graver than what became of the other content allows.
    fn bounded(self, fate: &Fate) -> Self {
        let level = if *fate == Fate::Freed { self.level.min(Level::Close) } else { self.level };
        Self { level, ..self }
    }

    /// The greatest share, of 1,000.
    fn most(&self) -> u32 {
        self.likeness.max(self.contained).max(self.holds.unwrap_or(0))
    }
}

/// Compares a content with likely copies; of equally near ones the first counts.
pub fn judge(own: &Prints, modality: Modality, others: &[(Seen, Prints)]) -> Judged {
    let compared = others.iter().enumerate().filter_map(|(n, (seen, prints))| {
        let found = compare(own, prints, modality)?.bounded(&seen.fate);
        Some((n, seen, found)).filter(|(_, _, found)| found.most() > 0)
    });
    let compared: Vec<_> = compared.collect();
    let cluster =
        compared.iter().filter(|(_, _, found)| found.level >= Level::Close).map(|(n, ..)| *n).collect();
    let weight = |found: &Likeness| (found.level, found.most(), found.likeness);
    let worst = |of: fn(&Fate) -> bool| {
        let those = compared.iter().rev().filter(|(_, seen, _)| of(&seen.fate));
        those.max_by_key(|(_, _, found)| weight(found)).map(|(_, seen, found)| (*seen, *found))
    };
    let tell = |of| worst(of).and_then(|(seen, found)| told(modality, seen, found));
    let copy = tell(|fate| !matches!(fate, Fate::Past(_)));
    let nearest = match worst(|fate| matches!(fate, Fate::Stands | Fate::Waits)) {
        Some((seen, found)) => Some(Nearest {
            id: seen.shown.then(|| seen.id.clone()),
            likeness: found.likeness,
            contained: found.contained,
            own: seen.own,
        }),
        // What is only like something that was given free costs no originality.
        None => copy.is_some().then(nothing_near),
    };
    let past = tell(|fate| matches!(fate, Fate::Past(_)));
    Judged { findings: copy.into_iter().chain(past).collect(), nearest, cluster }
}

/// For a content that has nothing in common with any that stands.
const fn nothing_near() -> Nearest {
    Nearest { id: None, likeness: 0, contained: 0, own: false }
}

/// The finding of a content that equals an earlier one which does not stand: none where
/// that one does.
pub fn equals(modality: Modality, seen: &Seen) -> Option<Finding> {
    let same = Likeness {
        level: Level::Same,
        likeness: 1000,
        contained: 1000,
        holds: (modality == Modality::Audio).then_some(1000),
        bits: (modality == Modality::Image).then_some(0),
    };
    match seen.fate {
        Fate::Stands | Fate::Waits => None,
        Fate::Freed | Fate::Past(_) => told(modality, seen, same.bounded(&seen.fate)),
    }
}

/// A finding of one's own earlier content that still waits, with the way out.
pub fn withdraw_first(finding: Finding) -> Finding {
    let fix = "The first one still waits for a decision: to send this in its place, withdraw that one and send this again. Otherwise there is nothing to do.";
    Finding { fix: fix.into(), ..finding }
}

/// How alike two contents are, and how much of `own` stands in `other`, both of 1,000;
/// none where they cannot be compared.
pub fn measure(own: &Prints, other: &Prints, modality: Modality) -> Option<(u32, u32)> {
    compare(own, other, modality).map(|found| (found.likeness, found.contained))
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
    let code = match seen.fate {
        Fate::Past(_) if found.level > Level::Apart => EARLIER,
        _ => code(modality, seen.own, found.level)?,
    };
    let name = match &seen.fate {
        Fate::Past(what) => format!("{OWN} ({what})"),
        // Which one, the finding's place says.
        _ if seen.own => OWN.to_owned(),
        _ if seen.shown => seen.id.clone(),
        _ => HIDDEN.to_owned(),
    };
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
    let told = if seen.fate == Fate::Waits { withdraw_first(told) } else { told };
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
        Seen { id: id.into(), shown: true, ..Seen::default() }
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
    fn what_became_of_the_earlier_one_says_how_much_it_weighs() {
        let own = numbered(0..1000);
        let judged = |seen: Seen, range| judge(&own, Modality::Text, &[(seen, numbered(range))]);
        let mine = |fate| Seen { own: true, fate, ..seen("mine") };
        let past = || mine(Fate::Past("rejected on 2026-11-20".into()));
        for range in [10..1010, 100..1100, 100..9000] {
            let Judged { findings, nearest, .. } = judged(past(), range);
            assert_eq!(findings.len(), 1);
            assert_eq!((findings[0].code.as_str(), findings[0].class), (EARLIER, karat_types::Class::Tag));
            let said = &findings[0].message;
            assert!(said.contains("one of your own submissions (rejected on 2026-11-20)"), "{said}");
            assert_eq!(nearest, None, "one's own earlier version costs no originality");
        }
        assert_eq!(judged(past(), 900..5000).findings, []);
        let freed = Seen { shown: false, fate: Fate::Freed, ..seen("secret") };
        let held = judged(freed, 10..1010);
        assert_eq!((held.findings[0].code.as_str(), &held.findings[0].evidence), ("similar_text", &None));
        assert_eq!(held.nearest, Some(nothing_near()));
        assert_eq!(judged(mine(Fate::Freed), 10..1010).findings[0].code, "resembles_yours");
        for (range, code) in [(10..1010, "similar_to_yours"), (100..1100, "resembles_yours")] {
            let waits = judged(mine(Fate::Waits), range).findings.remove(0);
            assert_eq!(waits.code, code);
            assert!(waits.fix.contains("withdraw that one"), "{}", waits.fix);
        }
        // One that is out of the way hides none that stands.
        let both = [(past(), own.clone()), (seen("other"), numbered(100..1100))];
        let codes: Vec<_> = judge(&own, Modality::Text, &both).findings.into_iter().map(|f| f.code).collect();
        assert_eq!(codes, ["similar_text", EARLIER]);
    }

    #[test]
    fn what_equals_one_that_does_not_stand_is_held_or_told() {
        for modality in Modality::ALL {
            assert_eq!(equals(*modality, &seen("a")), None);
            let freed = equals(*modality, &Seen { fate: Fate::Freed, ..Seen::default() }).unwrap();
            assert_eq!((freed.class, &freed.evidence), (karat_types::Class::Hold, &None));
            let past = Seen { own: true, fate: Fate::Past("withdrawn".into()), ..seen("mine") };
            assert_eq!(equals(*modality, &past).unwrap().code, EARLIER);
        }
    }

    #[test]
    fn ones_own_is_spoken_of_in_words() {
        let own = numbered(0..1000);
        let sound = |length: u32| Prints {
            chroma: (0..length).map(|n| n.wrapping_mul(2_654_435_761)).collect(),
            ..Prints::default()
        };
        let image = |hash| Prints { gradients: vec![hash], ..Prints::default() };
        let cases = [
            (
                own.clone(),
                Modality::Text,
                numbered(100..9000),
                " % of this text stands in one of your own submissions.",
            ),
            (
                image(0),
                Modality::Image,
                image(1),
                "1 of 64 bits of the pattern of light and dark differ from one of your own submissions.",
            ),
            (
                sound(400),
                Modality::Audio,
                sound(4000),
                " % of this recording is in one of your own submissions.",
            ),
        ];
        for (new, modality, there, end) in cases {
            let seen = Seen { own: true, ..seen("01a20015-18e2-7000-8000-000000000001") };
            let found = judge(&new, modality, &[(seen, there)]).findings.remove(0);
            assert!(found.message.ends_with(end), "{}", found.message);
        }
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
