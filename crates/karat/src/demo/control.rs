//! The control: the same rows with their words shuffled, so that only the words are left.

use karat_types::Problem;
use serde_json::{Value, json};
use std::path::Path;

/// Writes `from`'s rows to `to`, each row's words in another order.
pub(crate) fn shuffle_file(from: &Path, to: &Path, seed: u64) -> Result<(), Problem> {
    let failed = |error: std::io::Error| Problem::internal(format!("{}: {error}.", to.display()));
    let text = std::fs::read_to_string(from).map_err(failed)?;
    let mut out = String::new();
    let mut random = SplitMix(seed);
    for line in text.lines() {
        let row: Value = serde_json::from_str(line)
            .map_err(|error| Problem::internal(format!("{}: {error}.", from.display())))?;
        let shuffled = shuffle(row["text"].as_str().unwrap_or_default(), &mut random);
        out.push_str(&json!({ "text": shuffled }).to_string());
        out.push('\n');
    }
    std::fs::write(to, out).map_err(failed)
}

/// The same words and the same white space between them, the words in another order.
fn shuffle(text: &str, random: &mut SplitMix) -> String {
    let mut words: Vec<&str> = text.split_whitespace().collect();
    for last in (1..words.len()).rev() {
        words.swap(last, random.below(last as u64 + 1) as usize);
    }
    let mut out = String::with_capacity(text.len());
    let mut words = words.into_iter();
    let mut inside = false;
    for c in text.chars() {
        if c.is_whitespace() {
            out.push(c);
        } else if !inside {
            out.push_str(words.next().unwrap_or_default());
        }
        inside = !c.is_whitespace();
    }
    out
}

/// SplitMix64 (Steele, Lea, Flood 2014): enough to shuffle, the same everywhere.
struct SplitMix(u64);

impl SplitMix {
    fn next(&mut self) -> u64 {
        self.0 = self.0.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let mut z = self.0;
        z = (z ^ (z >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        z = (z ^ (z >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        z ^ (z >> 31)
    }

    /// A number below `bound`; the bias of the remainder is far below what matters here.
    fn below(&mut self, bound: u64) -> u64 {
        self.next() % bound
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_words_stay_and_their_order_goes() {
        let text = "one two  three\nfour five six seven\n";
        let shuffled = shuffle(text, &mut SplitMix(1));
        assert_eq!(shuffled, shuffle(text, &mut SplitMix(1)));
        assert_ne!(shuffled, text);
        let sorted = |t: &str| {
            let mut words: Vec<_> = t.split_whitespace().map(str::to_owned).collect();
            words.sort();
            words
        };
        assert_eq!(sorted(&shuffled), sorted(text));
        assert_eq!(shuffled.matches('\n').count(), 2);
        assert_eq!(shuffle("", &mut SplitMix(1)), "");
    }

    #[test]
    fn a_file_is_shuffled_row_by_row() {
        let dir = tempfile::tempdir().unwrap();
        let (from, to) = (dir.path().join("a"), dir.path().join("b"));
        std::fs::write(&from, "{\"text\":\"a b c d e f g\"}\n{\"text\":\"x\"}\n").unwrap();
        shuffle_file(&from, &to, 7).unwrap();
        let out = std::fs::read_to_string(&to).unwrap();
        assert_eq!(out.lines().count(), 2);
        assert_eq!(out.lines().nth(1), Some("{\"text\":\"x\"}"));
    }
}
