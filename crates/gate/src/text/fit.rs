//! T20: how near a text is to the purpose of its datanet.
//!
//! A text is known by its commonest words ([`terms`]); a datanet by the words of its charter
//! and by a [`Sketch`] of what it has accepted. Their likeness is the cosine between the
//! word weights, in whole thousandths. A text is only ever held for this once the sketch
//! has [`ENOUGH`] documents; before that the charter's words move the score a little.

use super::function_words;
use crate::evidence::finding;
use karat_types::Finding;
use serde::{Deserialize, Serialize};
use serde_json::json;
use std::collections::HashMap;

/// Accepted documents from which on an outsider is held.
pub const ENOUGH: u32 = 50;
/// Words kept of one text.
const MOST_TERMS: usize = 256;
/// Words kept of all accepted texts.
const MOST_KNOWN: usize = 8192;
/// Different words below which there is nothing to compare.
const FEWEST_TERMS: usize = 20;
/// A text this near, of 1,000 of what is usual in the datanet, is held below it.
const OUTSIDE: u32 = 150;
/// The least a charter's words leave of the part: a charter is short, a text may be right
/// without them.
const CHARTER_FLOOR: u32 = 500;
/// The least that is left of the part beside an accepted set.
const FLOOR: u32 = 100;
/// Share of a charter's words, of 1,000, a text that fits has.
const CHARTER_SHARE: u64 = 250;
/// Documents after which the usual likeness is taken.
const WARM_UP: u32 = 10;

/// The commonest words of a text: hash and count, ascending by hash.
///
/// Words have three letters or more and are none of the small words of our lists; scripts
/// without spaces give pairs of characters.
pub fn terms(text: &str) -> Vec<(u32, u16)> {
    let mut counts: HashMap<u32, u16> = HashMap::new();
    let mut add = |word: &str| {
        let count = counts.entry(hash(word)).or_default();
        *count = count.saturating_add(1);
    };
    let mut lower = String::new();
    for word in text.split(|c: char| !c.is_alphanumeric()).filter(|word| !word.is_empty()) {
        lower.clear();
        lower.extend(word.chars().flat_map(char::to_lowercase));
        if super::measure::is_spaceless_word(&lower) {
            let mut ends = lower.char_indices().map(|(at, c)| (at, at + c.len_utf8()));
            let mut before = ends.next();
            for here in ends {
                if let Some((start, _)) = before {
                    add(&lower[start..here.1]);
                }
                before = Some(here);
            }
        } else if lower.chars().count() >= 3
            && !lower.chars().any(char::is_numeric)
            && !function_words::is_small(&lower)
        {
            add(&lower);
        }
    }
    let mut all: Vec<(u32, u16)> = counts.into_iter().collect();
    all.sort_unstable_by_key(|&(hash, count)| (std::cmp::Reverse(count), hash));
    all.truncate(MOST_TERMS);
    all.sort_unstable();
    all
}

/// FNV-1a, 32 bits.
fn hash(word: &str) -> u32 {
    word.bytes().fold(0x811c_9dc5, |hash, byte| (hash ^ u32::from(byte)).wrapping_mul(0x0100_0193))
}

/// What a datanet has accepted, as its words. The same documents in the same order give the
/// same sketch.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Sketch {
    /// Documents in it.
    pub documents: u32,
    /// Hash of a word and in how many documents it is, ascending by hash.
    pub words: Vec<(u32, u32)>,
    /// Likenesses, of 1,000, of documents to those before them, added up.
    likeness: u64,
    /// How many were added up.
    compared: u32,
}

impl Sketch {
    /// The sketch of these documents' [`terms`].
    pub fn of<'a>(documents: impl IntoIterator<Item = &'a [(u32, u16)]>) -> Self {
        let mut sketch = Self::default();
        documents.into_iter().for_each(|terms| sketch.add(terms));
        sketch
    }

    /// Adds one document.
    pub fn add(&mut self, terms: &[(u32, u16)]) {
        if self.documents >= WARM_UP && terms.len() >= FEWEST_TERMS {
            self.likeness += u64::from(self.likeness(terms));
            self.compared += 1;
        }
        self.documents += 1;
        let mut words: HashMap<u32, u32> = self.words.drain(..).collect();
        for &(hash, _) in terms {
            *words.entry(hash).or_default() += 1;
        }
        self.words = words.into_iter().collect();
        if self.words.len() > MOST_KNOWN {
            self.words.sort_unstable_by_key(|&(hash, documents)| (std::cmp::Reverse(documents), hash));
            self.words.truncate(MOST_KNOWN);
        }
        self.words.sort_unstable();
    }

    /// Cosine, of 1,000, between a document and the middle of the set.
    fn likeness(&self, terms: &[(u32, u16)]) -> u32 {
        let middle = |documents: u32| u64::from(documents) * 256 / u64::from(self.documents.max(1));
        let own: u128 = terms.iter().map(|&(_, count)| u128::from(weight(count)).pow(2)).sum();
        let all: u128 = self.words.iter().map(|&(_, n)| u128::from(middle(n)).pow(2)).sum();
        let shared: u128 = terms
            .iter()
            .filter_map(|&(hash, count)| {
                let at = self.words.binary_search_by_key(&hash, |&(hash, _)| hash).ok()?;
                Some(u128::from(weight(count)) * u128::from(middle(self.words.get(at)?.1)))
            })
            .sum();
        // √(own·all) cannot be less than shared: Cauchy and Schwarz.
        (shared * 1000 / (own * all).isqrt().max(1)).min(1000) as u32
    }

    /// The usual likeness of an accepted document, of 1,000.
    fn usual(&self) -> u32 {
        (self.likeness / u64::from(self.compared.max(1))) as u32
    }
}

/// 1 + log₂ of a count, in 256ths.
fn weight(count: u16) -> u64 {
    let count = u64::from(count.max(1));
    let whole = u64::from(count.ilog2());
    // Straight between powers of two: at most 0.09 off, and the same everywhere.
    256 + 256 * whole + (count * 256 / (1 << whole)) - 256
}

/// What was found of a text's nearness.
#[derive(Clone, Debug, PartialEq)]
pub struct Fit {
    /// The part of the score, 0–1,000.
    pub value: u32,
    /// What it comes from.
    pub from: String,
    /// The hold of an outsider.
    pub finding: Option<Finding>,
}

/// How near a text is to a datanet's charter and accepted set; none where there is too
/// little to compare.
pub fn fit(terms: &[(u32, u16)], charter: &str, accepted: &Sketch) -> Option<Fit> {
    if terms.len() < FEWEST_TERMS {
        return None;
    }
    if accepted.documents >= ENOUGH && accepted.usual() > 0 {
        let (found, usual) = (accepted.likeness(terms), accepted.usual());
        let near = (found * 1000 / usual).min(1000);
        let from =
            format!("likeness {found} of 1,000 to {} accepted documents, usual {usual}", accepted.documents);
        return Some(Fit { value: near.max(FLOOR), from, finding: outside(near) });
    }
    let wanted = self::terms(charter);
    if wanted.len() < 5 {
        return None;
    }
    let has = |hash: u32| terms.binary_search_by_key(&hash, |&(hash, _)| hash).is_ok();
    let shared = wanted.iter().filter(|&&(hash, _)| has(hash)).count() as u64;
    let share = shared * 1000 / wanted.len() as u64;
    let near = (share.min(CHARTER_SHARE) * 1000 / CHARTER_SHARE) as u32;
    let value = CHARTER_FLOOR + (1000 - CHARTER_FLOOR) * near / 1000;
    let from = format!(
        "{shared} of the charter's {} words; {} of {ENOUGH} accepted documents to compare with",
        wanted.len(),
        accepted.documents
    );
    Some(Fit { value, from, finding: None })
}

fn outside(near: u32) -> Option<Finding> {
    (near < OUTSIDE).then(|| {
        let message =
            format!("The text has {near} of 1,000 of the likeness usual among the accepted documents.");
        finding("off_topic", json!(near), json!(OUTSIDE), message)
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    /// A text of 60 sentences about a subject, different for each number.
    fn text(subject: [&str; 12], number: usize) -> String {
        (0..60)
            .map(|i| {
                let word = |k: usize| subject[(i * 5 + number * 7 + k * 3) % 12];
                format!(
                    "The {} is by the {} and the {} of {}way{}. ",
                    word(0),
                    word(1),
                    word(2),
                    word(0),
                    "i".repeat(i % 9)
                )
            })
            .collect()
    }

    const SEA: [&str; 12] = [
        "harbour",
        "vessel",
        "anchor",
        "tide",
        "lighthouse",
        "rigging",
        "sailor",
        "current",
        "compass",
        "cargo",
        "mast",
        "reef",
    ];
    const BREAD: [&str; 12] = [
        "flour", "yeast", "oven", "dough", "crust", "baker", "salt", "loaf", "kneading", "grain", "mill",
        "butter",
    ];

    fn sketch(n: usize) -> Sketch {
        let documents: Vec<_> = (0..n).map(|i| terms(&text(SEA, i))).collect();
        Sketch::of(documents.iter().map(Vec::as_slice))
    }

    #[test]
    fn small_words_and_numbers_are_no_terms() {
        assert_eq!(terms("the and 17 of it x1 ab"), []);
        assert_eq!(terms("Tide TIDE tide."), [(hash("tide"), 3)]);
        assert_eq!(terms("日本語").len(), 2);
        assert!(
            terms(&(0..9000u32).map(|i| format!("w{} ", "xyz".repeat(i as usize % 300))).collect::<String>())
                .len()
                <= 256
        );
    }

    #[test]
    fn an_insider_passes_and_an_outsider_is_held_from_fifty_on() {
        let charter = "Texts on ships: harbour, vessel, tide, sailor, cargo and reef.";
        let inside = fit(&terms(&text(SEA, 99)), charter, &sketch(50)).unwrap();
        assert!(inside.value > 800 && inside.finding.is_none(), "{inside:?}");
        let outside = fit(&terms(&text(BREAD, 99)), charter, &sketch(50)).unwrap();
        assert_eq!(outside.finding.as_ref().unwrap().code, "off_topic", "{outside:?}");
        let early = fit(&terms(&text(BREAD, 99)), charter, &sketch(49)).unwrap();
        assert_eq!((early.value, early.finding), (CHARTER_FLOOR, None));
        assert_eq!(fit(&terms(&text(SEA, 99)), charter, &sketch(0)).unwrap().value, 1000);
    }

    #[test]
    fn too_little_is_not_compared() {
        assert_eq!(fit(&terms("harbour vessel anchor"), "harbour", &sketch(60)), None);
        assert_eq!(fit(&terms(&text(SEA, 1)), "ships", &sketch(3)), None);
    }

    #[test]
    fn weights_grow_with_the_logarithm() {
        assert_eq!([1, 2, 3, 4, 1024].map(weight), [256, 512, 640, 768, 256 * 11]);
    }

    #[test]
    fn a_sketch_is_the_same_whoever_made_it() {
        let once = serde_json::to_string(&sketch(20)).unwrap();
        assert_eq!(once, serde_json::to_string(&sketch(20)).unwrap());
        assert_eq!(serde_json::from_str::<Sketch>(&once).unwrap(), sketch(20));
    }
}
