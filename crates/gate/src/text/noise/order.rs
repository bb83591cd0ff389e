//! Whether words stand in an order.
//!
//! Two small words that no sentence puts next to each other (“the of”, “and and”): the table
//! [`STRANGERS`] has them for ten languages, and everywhere a word and itself is such a pair.
//! In honest text at most 3 of 10 neighbouring small words are, usually none; in shuffled text four to
//! six of ten. Besides, in every text with sentences the same two words come again more often
//! than in the same text shuffled; how often they would then is known exactly:
//! all pairs of places, times the square of the chance that two words are the same.
//! Both must agree. In a long text of any language the second alone says it, together with
//! a third fact: that a word and itself stand next to each other, and next but one, as often
//! as chance has it, which no language does.

use super::super::language;
use super::super::shape::{Mixed, phrase_key};
use super::pairs::STRANGERS;
use std::collections::{HashMap, HashSet};
use std::sync::LazyLock;

/// Strangers of 1,000 neighbouring small words, three of them forgiven, from which on a
/// person looks.
pub(super) const MOST_STRANGERS: u64 = 250;
/// Neighbouring small words below which nothing is said.
const FEWEST_PAIRS: u64 = 10;
/// Strangers that are forgiven: typing errors, titles, lists.
const FORGIVEN: u64 = 3;
/// Strangers that are needed.
const FEWEST_STRANGERS: u64 = 6;
/// Words that are read.
const MOST_WORDS: usize = 20_000;
/// Pairs expected in shuffled text below which the number found says nothing.
const FEW_EXPECTED: u64 = 8;
/// The same in a text of any language, and its words.
const MANY_EXPECTED: u64 = 30;
const MANY_WORDS: u64 = 500;
/// Chance, of 1,000, that two words are the same, beyond which a text has too few different
/// words to have an order.
const FEW_WORDS: u64 = 30;

/// What was found of the order of words.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Order {
    /// Small words that stand right behind another one of the same language.
    pub pairs: u64,
    /// Of these, pairs that no sentence has.
    pub strangers: u64,
    /// The first of them.
    pub first: String,
    /// Pairs of words that came again, in hundredths of what shuffling would give; none
    /// where that is too few.
    pub again: Option<u64>,
    /// Whether words of any language come as in a shuffled text.
    pub shuffled: bool,
    /// The line of running text the first stranger stands on, from 0.
    pub line: usize,
}

impl Order {
    /// Strangers of 1,000 neighbouring small words, three of them forgiven.
    pub fn share(&self) -> u64 {
        let by_words = self.strangers.saturating_sub(FORGIVEN) * 1000 / self.pairs.max(1);
        if self.shuffled { 1000 } else { by_words }
    }

    pub(super) fn is_clear(&self) -> bool {
        self.shuffled || self.share() >= MOST_STRANGERS && self.strangers >= FEWEST_STRANGERS
    }

    /// The facts, in words.
    pub(super) fn facts(&self) -> String {
        let mut facts = Vec::new();
        if self.strangers > FORGIVEN {
            let Self { pairs, strangers, first, .. } = self;
            facts.push(format!(
                "{strangers} of {pairs} neighbouring small words are pairs that no sentence has, such as “{first}”"
            ));
        }
        if let Some(again) = self.again {
            let (whole, part) = (again / 100, again % 100);
            facts.push(format!(
                "the same two words come again {whole}.{part:02} times as often as if the text had been shuffled"
            ));
        }
        facts.join("; ")
    }
}

/// For each language its strangers.
static TABLE: LazyLock<HashMap<&str, HashSet<(&str, &str)>>> = LazyLock::new(|| {
    let row = |row: &'static str| {
        let (first, rest) = row.split_once('>').unwrap_or_default();
        rest.split(' ').map(move |second| (first, second))
    };
    STRANGERS.iter().map(|&(code, rows)| (code, rows.split(';').flat_map(row).collect())).collect()
});

/// A word as it stands in the text.
struct Word {
    text: String,
    line: usize,
    /// Whether nothing but a space is between it and the one before.
    joined: bool,
}

/// Measures running text; none where there are too few words to say. `dense`: most letters are of
/// scripts without spaces, so there are no words to see.
pub(super) fn of(lines: &[&str], dense: bool, language: Option<&str>) -> Option<Order> {
    if dense {
        return None;
    }
    let words = words(lines);
    let mut found = small_words(&words, language);
    let ids = ids(&words);
    let (again, expected, same) = pairs_again(&ids);
    if expected >= FEW_EXPECTED * 1000 {
        found.again = Some(again * 100_000 / expected);
    }
    // As in sentences: the small words must be strangers by chance.
    if found.again.is_some_and(|again| again > 250) {
        (found.pairs, found.strangers) = (0, 0);
    }
    let count = ids.len() as u64;
    let many =
        count >= MANY_WORDS && expected >= MANY_EXPECTED * 1000 && same <= FEW_WORDS * count * count / 1000;
    found.shuffled =
        many && again * 100_000 <= expected * 115 && doubles(&ids) * 1000 * count >= same * 2 * 650;
    (found.shuffled || found.pairs >= FEWEST_PAIRS).then_some(found)
}

fn words(lines: &[&str]) -> Vec<Word> {
    let mut out = Vec::new();
    for (line, text) in lines.iter().enumerate() {
        let mut joined = false;
        for token in text.split_whitespace() {
            let core = token.trim_matches(|c: char| !c.is_alphanumeric());
            if core.is_empty() || !core.chars().all(|c| !c.is_numeric()) {
                joined = false;
                continue;
            }
            joined &= token.starts_with(core);
            out.push(Word { text: core.to_lowercase(), line, joined });
            joined = token.ends_with(core);
        }
        if out.len() >= MOST_WORDS {
            break;
        }
    }
    out
}

/// Counts the strangers of the language the text is in.
fn small_words(words: &[Word], language: Option<&str>) -> Order {
    let mut found = Order::default();
    let Some((code, list)) = language.and_then(language::list_of) else {
        return found;
    };
    let small: HashSet<&str> = list.split(' ').collect();
    let strangers = TABLE.get(code);
    for pair in words.windows(2) {
        let [one, two] = pair else { continue };
        let (first, second) = (one.text.as_str(), two.text.as_str());
        if !two.joined || !small.contains(first) || !small.contains(second) {
            continue;
        }
        found.pairs += 1;
        if first == second || strangers.is_some_and(|of| of.contains(&(first, second))) {
            if found.strangers == 0 {
                (found.first, found.line) = (format!("{first} {second}"), one.line);
            }
            found.strangers += 1;
        }
    }
    found
}

/// Words as numbers.
fn ids(words: &[Word]) -> Vec<u32> {
    let mut numbers: HashMap<&str, u32> = HashMap::new();
    let mut out = Vec::with_capacity(words.len());
    for word in words {
        let next = numbers.len() as u32;
        out.push(*numbers.entry(&word.text).or_insert(next));
    }
    out
}

/// Pairs of places with the same two words; how many a shuffled text would have, in
/// thousandths; ordered pairs of places with the same word.
fn pairs_again(ids: &[u32]) -> (u64, u64, u64) {
    let same = |length: usize| -> u64 {
        let mut counts: HashMap<u64, u64, Mixed> = HashMap::default();
        ids.windows(length).for_each(|run| *counts.entry(phrase_key(run)).or_default() += 1);
        counts.values().map(|&n| n * (n - 1)).sum()
    };
    let (one, two, count) = (same(1), same(2), ids.len() as u64);
    let all = u128::from(count * count.saturating_sub(1)).max(1);
    let places = count.saturating_sub(1);
    let of_pairs = u128::from(places * places.saturating_sub(1));
    let expected = of_pairs * 500 * u128::from(one) / all * u128::from(one) / all;
    (two / 2, expected as u64, one)
}

/// Places where a word stands next to itself, or next but one.
fn doubles(ids: &[u32]) -> u64 {
    let next = ids.windows(2).filter(|pair| pair.first() == pair.last()).count();
    let next_but_one = ids.windows(3).filter(|three| three.first() == three.last()).count();
    (next + next_but_one) as u64
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_table_has_what_nobody_says() {
        for (code, pair) in [("en", ("the", "of")), ("de", ("der", "und")), ("fr", ("le", "les"))] {
            assert!(TABLE[code].contains(&pair), "{code} {pair:?}");
        }
        assert!(!TABLE["en"].contains(&("of", "the")));
        for (code, strangers) in TABLE.iter() {
            let list: HashSet<&str> = language::list_of(code).unwrap().1.split(' ').collect();
            assert!(strangers.iter().all(|(a, b)| list.contains(a) && list.contains(b)), "{code}");
        }
    }

    #[test]
    fn what_shuffling_would_give_is_exact() {
        // Two words, ten places: each pair of places has the same word by 40 of 90; 36 pairs
        // of nine places.
        let ids = [0, 1, 0, 1, 0, 1, 0, 1, 0, 1];
        assert_eq!(pairs_again(&ids), (10 + 6, 72 * 500 * 40 / 90 * 40 / 90, 40));
        assert_eq!(doubles(&ids), 8);
    }

    #[test]
    fn a_break_parts_words() {
        let order = |text: &str| small_words(&words(&[text]), Some("en"));
        let said = "it is in the house and that is what they have for all of us, of the old town by the sea, and not for them; ";
        assert_eq!(order(said).strangers, 0);
        let broken = order(&format!("{said} the of, and, and the the"));
        assert_eq!((broken.strangers, broken.first.as_str()), (2, "the of"));
    }
}
