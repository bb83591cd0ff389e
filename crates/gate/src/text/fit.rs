//! T20: how near a text is to the purpose of its datanet.
//!
//! A text is known by its commonest words ([`terms`]); a datanet by the words of its charter
//! and by a [`Sketch`] of what it has accepted. Their likeness is the cosine between the
//! word weights, in whole thousandths. A text is only ever held for this once the sketch
//! has [`ENOUGH`] documents; before that the charter's words move the score a little.
//!
//! How far is far was set by looking at 16 corpora of manuals, guides and man pages in nine
//! languages: of 5,401 texts against 50 or 200 others of their corpus, 4 have less than
//! [`OUTSIDE`] of the usual likeness, and in 14 of the corpora 95 in 100 have [`USUAL`] or
//! more. Of German texts among 5 in 100 of their kind every second is far from the middle;
//! they are not far from each other, which is why [`KIN`] keeps them from being held.

use super::{function_words, language};
use crate::evidence::finding;
use karat_types::Finding;
use serde_json::json;
use std::collections::HashMap;

/// Accepted documents from which on an outsider is held.
pub const ENOUGH: usize = 50;
/// Accepted documents that are compared with, the newest.
pub const NEWEST: usize = 200;
/// Words kept of one text.
pub(crate) const MOST_TERMS: usize = 256;
/// Different words below which there is nothing to compare.
const FEWEST_TERMS: usize = 20;
/// The same for a charter.
const FEWEST_CHARTER_TERMS: usize = 5;
/// A text this near, of 1,000 of what is usual in the datanet, is held below it.
const OUTSIDE: u32 = 150;
/// From here on, of 1,000 of what is usual, a text is as near as any.
const USUAL: u32 = 400;
/// A text this like a single accepted one, of 1,000, is no outsider.
const KIN: u32 = 150;
/// The least that is left of the part unless a person has to look. A mean with it never
/// falls below 60 of 100, where datanets accept if their owner says nothing else.
const FLOOR: u32 = 600;
/// The least that is left of an outsider's.
const OUTSIDER_FLOOR: u32 = 100;
/// Share of a charter's words, of 1,000, a text that fits has.
const CHARTER_SHARE: u32 = 250;
/// Confidence in a language, of 1,000, with which it is another one.
const SURE: u32 = 800;
/// Documents after which the usual likeness is taken.
const WARM_UP: usize = 10;

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
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Sketch<'a> {
    documents: Vec<&'a [(u32, u16)]>,
    /// Hash of a word and in how many documents it is.
    words: HashMap<u32, u32>,
    /// The sum of the squares of those numbers.
    squares: u64,
    /// Likenesses, of 1,000, of documents to those before them, added up.
    likeness: u64,
    /// How many were added up.
    compared: u32,
}

impl<'a> Sketch<'a> {
    /// The sketch of the last [`NEWEST`] of these documents' [`terms`].
    pub fn of(documents: impl IntoIterator<Item = &'a [(u32, u16)]>) -> Self {
        let all: Vec<_> = documents.into_iter().collect();
        let mut sketch = Self::default();
        all.iter().skip(all.len().saturating_sub(NEWEST)).for_each(|terms| sketch.add(terms));
        sketch
    }

    fn add(&mut self, terms: &'a [(u32, u16)]) {
        if self.documents.len() >= WARM_UP && terms.len() >= FEWEST_TERMS {
            self.likeness += u64::from(self.likeness(terms));
            self.compared += 1;
        }
        self.documents.push(terms);
        for &(hash, _) in terms {
            let documents = self.words.entry(hash).or_default();
            // (n + 1)² − n²
            self.squares += 2 * u64::from(*documents) + 1;
            *documents += 1;
        }
    }

    /// Cosine, of 1,000, between a document and the middle of the set.
    fn likeness(&self, terms: &[(u32, u16)]) -> u32 {
        let in_set = |hash| u64::from(self.words.get(&hash).copied().unwrap_or(0));
        let shared = terms.iter().map(|&(hash, count)| weight(count) * in_set(hash)).sum();
        cosine(shared, square(terms), self.squares)
    }

    /// Cosine, of 1,000, between a document and the one of the set that is most like it.
    fn nearest(&self, terms: &[(u32, u16)]) -> u32 {
        let counts: HashMap<u32, u64> = terms.iter().map(|&(hash, count)| (hash, weight(count))).collect();
        let to = |other: &&[(u32, u16)]| {
            let shared = other.iter().filter_map(|(hash, count)| Some(counts.get(hash)? * weight(*count)));
            cosine(shared.sum(), square(terms), square(other))
        };
        self.documents.iter().map(to).max().unwrap_or(0)
    }

    /// The usual likeness of an accepted document, of 1,000; none before there are enough.
    fn usual(&self) -> Option<u32> {
        let usual = (self.likeness / u64::from(self.compared.max(1))) as u32;
        (self.documents.len() >= ENOUGH && usual > 0).then_some(usual)
    }
}

/// A scalar product by the lengths, whose squares these are, of 1,000. √(own·other) cannot
/// be less than shared: Cauchy and Schwarz.
fn cosine(shared: u64, own: u64, other: u64) -> u32 {
    let lengths = (u128::from(own) * u128::from(other)).isqrt().max(1);
    (u128::from(shared) * 1000 / lengths).min(1000) as u32
}

fn square(terms: &[(u32, u16)]) -> u64 {
    terms.iter().map(|&(_, count)| weight(count).pow(2)).sum()
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

/// How near a text, of these [`terms`], is to a datanet's charter and accepted set; or why
/// that cannot be said.
pub fn fit(terms: &[(u32, u16)], text: &str, charter: &str, accepted: &Sketch<'_>) -> Result<Fit, String> {
    if terms.len() < FEWEST_TERMS {
        return Err(format!("the text has {} different words to compare by, of {FEWEST_TERMS}", terms.len()));
    }
    match accepted.usual() {
        Some(usual) => Ok(to_accepted(terms, accepted, usual)),
        None => to_charter(terms, text, charter, accepted.documents.len()),
    }
}

fn to_accepted(terms: &[(u32, u16)], accepted: &Sketch<'_>, usual: u32) -> Fit {
    let found = accepted.likeness(terms);
    let near = (found * 1000 / usual).min(1000);
    let far = near < OUTSIDE && accepted.nearest(terms) < KIN;
    let value = match near {
        _ if far => (near * FLOOR / OUTSIDE).max(OUTSIDER_FLOOR),
        0..OUTSIDE => FLOOR,
        OUTSIDE..USUAL => FLOOR + (near - OUTSIDE) * (1000 - FLOOR) / (USUAL - OUTSIDE),
        _ => 1000,
    };
    let documents = accepted.documents.len();
    let from = format!("likeness {found} of 1,000 to {documents} accepted texts, usual {usual}");
    Fit { value, from, finding: far.then(|| outside(near)) }
}

fn to_charter(terms: &[(u32, u16)], text: &str, charter: &str, accepted: usize) -> Result<Fit, String> {
    let wanted = self::terms(charter);
    let (words, few) = (wanted.len(), format!("{accepted} of {ENOUGH} accepted texts to compare with"));
    if words < FEWEST_CHARTER_TERMS {
        return Err(format!("the datanet's purpose has {words} words to compare with; {few}"));
    }
    if let (Some(one), Some(other)) = (sure_language(charter), sure_language(text))
        && one != other
    {
        return Err(format!("the text is in {other}, the datanet's purpose in {one}; {few}"));
    }
    let has = |hash: u32| terms.binary_search_by_key(&hash, |&(hash, _)| hash).is_ok();
    let shared = wanted.iter().filter(|&&(hash, _)| has(hash)).count();
    let share = (shared * 1000 / words) as u32;
    let value = FLOOR + share.min(CHARTER_SHARE) * (1000 - FLOOR) / CHARTER_SHARE;
    let from = format!("{shared} of the {words} words of the datanet's purpose; {few}");
    Ok(Fit { value, from, finding: None })
}

fn sure_language(text: &str) -> Option<&'static str> {
    language::of(text).filter(|(_, confidence)| *confidence >= SURE).map(|(language, _)| language)
}

fn outside(near: u32) -> Finding {
    let message = format!(
        "The text has {near} of 1,000 of the likeness usual among the accepted texts, and none of them is near it."
    );
    finding("off_topic", json!(near), json!(OUTSIDE), message)
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

    fn sea(n: usize) -> Vec<Vec<(u32, u16)>> {
        (0..n).map(|i| terms(&text(SEA, i))).collect()
    }

    fn sketch(documents: &[Vec<(u32, u16)>]) -> Sketch<'_> {
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

    fn fit_of(text: &str, charter: &str, accepted: &[Vec<(u32, u16)>]) -> Result<Fit, String> {
        fit(&terms(text), text, charter, &sketch(accepted))
    }

    #[test]
    fn an_insider_passes_and_an_outsider_is_held_from_fifty_on() {
        let charter = "Texts on ships: harbour, vessel, tide, sailor, cargo and reef.";
        let inside = fit_of(&text(SEA, 99), charter, &sea(50)).unwrap();
        assert_eq!((inside.value, inside.finding.as_ref()), (1000, None), "{inside:?}");
        let outside = fit_of(&text(BREAD, 99), charter, &sea(50)).unwrap();
        assert_eq!(outside.finding.as_ref().unwrap().code, "off_topic", "{outside:?}");
        assert!(outside.value < FLOOR);
        let early = fit_of(&text(BREAD, 99), charter, &sea(49)).unwrap();
        assert_eq!((early.value, early.finding), (FLOOR, None));
        assert_eq!(fit_of(&text(SEA, 99), charter, &sea(0)).unwrap().value, 1000);
    }

    #[test]
    fn only_the_newest_count() {
        let (old, new): (Vec<_>, Vec<_>) =
            (0..NEWEST).map(|i| (terms(&text(BREAD, i)), terms(&text(SEA, i)))).unzip();
        assert_eq!(sketch(&[old, new.clone()].concat()), sketch(&new));
    }

    #[test]
    fn the_second_subject_of_a_datanet_is_no_outsider() {
        let mut both = sea(60);
        both[3] = terms(&text(BREAD, 3));
        let found = fit_of(&text(BREAD, 99), "", &both).unwrap();
        assert_eq!((found.value, &found.finding), (FLOOR, &None), "{found:?}");
    }

    #[test]
    fn too_little_is_not_compared_and_it_is_said_why() {
        let why = |text: &str, charter: &str, n| fit_of(text, charter, &sea(n)).unwrap_err();
        assert!(why("harbour vessel anchor", "harbour", 60).starts_with("the text has 3 different words"));
        let short = why(&text(SEA, 1), "Ships.", 3);
        assert_eq!(
            short,
            "the datanet's purpose has 1 words to compare with; 3 of 50 accepted texts to compare with"
        );
        let german = "Hier sammeln wir Texte über die Häfen und Schiffe, die an unserer Küste liegen, \
            und über die Menschen, die auf ihnen arbeiten; es sind nur eigene Texte erlaubt, \
            und wer einen schreibt, der sagt bitte auch, wie er mit dem Hafen zu tun hat.";
        let english = text(SEA, 1) + "It was not for him to say what they would do when we had been there.";
        assert!(why(&english, german, 0).starts_with("the text is in en, the datanet's purpose in de"));
        assert!(fit_of(&english, german, &sea(50)).is_ok());
    }

    #[test]
    fn no_text_that_need_not_be_looked_at_falls_below_sixty_for_this() {
        let charter = "Texts on ships: harbour, vessel, tide, sailor, cargo and reef.";
        let texts = (0..40).map(|i| [text(SEA, i), text(BREAD, i), text(BREAD, i) + &text(SEA, i)]);
        for text in texts.flatten() {
            for accepted in [sea(0), sea(60)] {
                let found = fit_of(&text, charter, &accepted).unwrap();
                let score =
                    |quality| crate::score::mean(&[(1000, 1), (1000, 2), (quality, 7), (found.value, 2)]);
                let before = |quality| crate::score::mean(&[(1000, 1), (1000, 2), (quality, 7)]);
                for quality in (0..=1000).filter(|q| before(*q) >= Some(60)) {
                    assert!(found.finding.is_some() || score(quality) >= Some(60), "{quality} {found:?}");
                }
            }
        }
    }

    #[test]
    fn weights_grow_with_the_logarithm() {
        assert_eq!([1, 2, 3, 4, 1024].map(weight), [256, 512, 640, 768, 256 * 11]);
    }
}
