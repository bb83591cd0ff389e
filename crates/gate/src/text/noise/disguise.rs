//! Texts that are a language only when they are read backwards, or with every letter moved
//! on in the alphabet (ROT13 and its kin).
//!
//! Of a language the lists know, at least 150 to 400 of 1,000 words are small ones. Where
//! hardly any are, every word is read backwards and with its letters moved by 1 to 25; when
//! one of these has as many small words as a language, and the text as it is has not, it
//! was made from that language. No text in a language without a list does that by chance.

use super::super::function_words::LISTS;
use super::super::language;
use std::collections::HashSet;
use unicode_normalization::char::is_combining_mark;

/// Small words, of 1,000, of one language from which on a text is in it.
pub(super) const LEAST_UNDONE: u64 = 200;
/// Small words of one language the text may have as it is.
const MOST_PLAIN: u64 = 100;
/// Different small words that say so.
const DIFFERENT: usize = 8;
/// Words that are read.
const MOST_WORDS: usize = 1500;
/// Words below which nothing is said.
const FEWEST: u64 = 40;
/// The longest small word, bytes.
const LONGEST: usize = 24;

/// What a text is once it is undone.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Disguise {
    /// Letters each one has to be moved back; none: the words are backwards.
    pub moved: Option<u8>,
    /// The language then.
    pub language: &'static str,
    /// Small words of it then, of 1,000.
    pub undone: u64,
    /// Small words of the best-fitting language as it is, of 1,000.
    pub plain: u64,
}

impl Disguise {
    /// The facts, in words.
    pub(super) fn facts(&self) -> String {
        let Self { language, undone, plain, .. } = self;
        let how = match self.moved {
            None => "Read backwards".to_owned(),
            Some(by) => format!("With every letter moved back by {by}"),
        };
        format!(
            "{how} it is in the language '{language}' ({undone} of 1,000 words are small words of it); as it is, it is in none ({plain} of 1,000)."
        )
    }
}

/// Reads running text in disguise; none where it is none. `dense`: most letters are of
/// scripts without spaces, and what words there are is markup.
pub(super) fn of(lines: &[&str], dense: bool) -> Option<Disguise> {
    // Single letters are names of keys and variables.
    let split = |line: &str| -> Vec<String> {
        let words = line.split(|c: char| !c.is_alphabetic() && !is_combining_mark(c));
        words.filter(|word| word.chars().nth(1).is_some()).map(str::to_lowercase).collect()
    };
    let words: Vec<String> = lines.iter().copied().flat_map(split).take(MOST_WORDS).collect();
    let all = words.len() as u64;
    let plain = Fit::of(words.iter().map(String::as_str));
    if dense || all < FEWEST || plain.votes * 1000 > all * MOST_PLAIN {
        return None;
    }
    let short: Vec<&str> = words.iter().map(String::as_str).filter(|word| word.len() <= LONGEST).collect();
    let backwards = || short.iter().map(|word| word.chars().rev().collect::<String>()).collect::<Vec<_>>();
    let moved = |by: u8| short.iter().map(|word| moved(word, by)).collect::<Vec<_>>();
    let ways = std::iter::once(None).chain((1..26).map(Some));
    ways.filter_map(|way| {
        let read = way.map_or_else(backwards, moved);
        let fit = Fit::of(read.iter().map(String::as_str));
        let undone = fit.votes * 1000 / all;
        (undone >= LEAST_UNDONE && fit.different >= DIFFERENT).then(|| Disguise {
            moved: way,
            language: LISTS.get(fit.list).map_or("", |(code, _)| code),
            undone,
            plain: plain.votes * 1000 / all,
        })
    })
    .max_by_key(|found| found.undone)
}

/// A word with its letters moved back.
fn moved(word: &str, by: u8) -> String {
    let back = |c: char| match c {
        'a'..='z' => char::from(b'a' + (c as u8 - b'a' + 26 - by) % 26),
        other => other,
    };
    word.chars().map(back).collect()
}

/// The list that has most of some words.
struct Fit {
    list: usize,
    votes: u64,
    different: usize,
}

impl Fit {
    fn of<'a>(words: impl Iterator<Item = &'a str> + Clone) -> Self {
        let mut votes = vec![0_u64; LISTS.len()];
        for mut lists in words.clone().filter_map(language::lists_of) {
            while lists != 0 {
                if let Some(of_list) = votes.get_mut(lists.trailing_zeros() as usize) {
                    *of_list += 1;
                }
                lists &= lists - 1;
            }
        }
        let best = votes.iter().enumerate().max_by_key(|&(list, votes)| (*votes, std::cmp::Reverse(list)));
        let (list, votes) = best.map_or((0, 0), |(list, votes)| (list, *votes));
        let of_list = |word: &&str| language::lists_of(word).is_some_and(|lists| lists >> list & 1 == 1);
        Self { list, votes, different: words.filter(of_list).collect::<HashSet<_>>().len() }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const PLAIN: &str = "The committee met on Tuesday evening in the library and seven of the members were \
        present. The treasurer reported that the roof fund now stands at four thousand pounds, which is enough \
        for the first half of the work, and it was agreed to ask the builder whether the two halves could be \
        done in one go.";

    fn read(text: &str) -> Option<Disguise> {
        of(&[text], false)
    }

    #[test]
    fn backwards_and_moved_letters_are_undone() {
        assert_eq!(read(PLAIN), None);
        let found = read(&PLAIN.chars().rev().collect::<String>()).unwrap();
        assert_eq!((found.moved, found.language), (None, "en"));
        for by in [1, 13, 25] {
            let hidden = moved(&PLAIN.to_lowercase(), by);
            let found = read(&hidden).unwrap();
            assert_eq!((found.moved, found.language), (Some(26 - by), "en"));
            assert!(found.facts().contains("moved back by"), "{}", found.facts());
        }
    }

    #[test]
    fn a_language_without_a_list_is_left_alone() {
        let zulu = "Umfula uqala emagqumeni angemuva kwedolobha ugeleza izinsuku ezimbili ngaphambi kokuba ufike olwandle olungekude kakhulu kodwa olubandayo ekuseni ";
        let maori = "Ka rere te awa i nga puke kei muri i te taone e rua nga ra i mua i te taenga ki te moana kei te tata tonu te moana engari he makariri te wai i te ata ";
        for text in [zulu, maori] {
            assert_eq!(read(&text.repeat(4)), None, "{text}");
        }
    }
}
