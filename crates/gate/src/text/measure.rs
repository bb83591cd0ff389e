//! What is measured of a text, in integers.
//!
//! Shares are per mille. A threshold is only meaningful with the way words are counted,
//! so both carry one version: a *word* here is a run of non-space characters with at
//! least one letter or digit; scripts that put no spaces between words count two
//! characters as one word.

use super::function_words;
use super::letters;
use super::noise::Noise;
use super::prose::Prose;
use super::scripts::is_spaceless;
use super::shape::{
    Lines, Mixed, Tokens, copied_phrases, longest_word, phrase_key, repeated_paragraphs, templated,
};
use std::collections::{HashMap, HashSet};

/// Words in a window of the variety measure.
const WINDOW: usize = 100;

/// All measures of one text.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Measures {
    /// The readable part all shares are of.
    pub prose: Prose,
    /// Words of the whole text, markup and code included.
    pub raw_words: u64,
    /// Letters of the whole text.
    pub letters: u64,
    /// Whether most letters belong to scripts without spaces between words.
    pub spaceless: bool,
    /// Words of running text.
    pub words: u64,
    /// Words of running text with a letter, of 1,000.
    pub with_letter: u64,
    /// Mean length of words with a letter, in thousandths of a character.
    pub mean_length: u64,
    /// Characters of running text that are neither letter, digit nor space, of 1,000.
    pub symbols: u64,
    /// Characters of addresses, of 1,000 of the whole text.
    pub links: u64,
    /// Characters in lines that came before, of 1,000 of running text.
    pub repeated_lines: u64,
    /// For two, three and four words: characters in the commonest phrase, of 1,000.
    pub top_phrases: [u64; 3],
    /// Characters in phrases of five to ten words that came before, of 1,000; for each length.
    pub copied_phrases: [u64; 6],
    /// Characters in phrases of ten words that come ten times or oftener, of 1,000.
    pub templated: u64,
    /// Characters of paragraphs that came before, of 1,000.
    pub repeated_paragraphs: u64,
    /// Characters in the longest word, code aside.
    pub longest_word: u64,
    /// Shapes of the lines.
    pub lines: Lines,
    /// Different words of 1,000, mean over windows of 100 words.
    pub variety: u64,
    /// Of 1,000 neighbouring letters, how many are strange to each other; none for too few
    /// letters of ASCII.
    pub strange_letters: Option<u64>,
    /// Different lines of running text.
    pub different_lines: u64,
    /// Different words with a letter.
    pub different_words: u64,
    /// Different function words of the best-fitting language; none for scripts without a list.
    pub function_words: Option<u64>,
    /// What looks as if chance had made it.
    pub noise: Noise,
}

impl Measures {
    /// Measures a text.
    pub fn of(text: &str) -> Self {
        let prose = Prose::of(text.strip_prefix('\u{feff}').unwrap_or(text));
        let letters = text.chars().filter(|c| c.is_alphabetic()).count() as u64;
        let spaceless_letters = text.chars().filter(|&c| is_spaceless(c)).count() as u64;
        let spaceless = spaceless_letters * 2 > letters;
        let words: Vec<String> = prose.lines.iter().flat_map(|line| words_of(line, spaceless)).collect();
        let tokens = Tokens::of(&words);
        let with_letter: Vec<&String> = words.iter().filter(|w| w.chars().any(char::is_alphabetic)).collect();
        let letter_lengths: u64 = with_letter.iter().map(|w| w.chars().count() as u64).sum();
        Self {
            raw_words: text.split_whitespace().filter(|w| w.chars().any(char::is_alphanumeric)).count()
                as u64,
            letters,
            spaceless,
            words: words.len() as u64,
            with_letter: share(with_letter.len() as u64, words.len() as u64),
            mean_length: letter_lengths * 1000 / (with_letter.len() as u64).max(1),
            symbols: symbols(&prose.lines),
            links: share(prose.link_chars, prose.all_chars),
            repeated_lines: repeated_lines(&prose.lines),
            top_phrases: top_phrases(&tokens),
            copied_phrases: copied_phrases(&tokens),
            templated: templated(&tokens),
            repeated_paragraphs: repeated_paragraphs(text),
            longest_word: longest_word(&prose.lines),
            lines: Lines::of(text, &prose.lines, words.len() as u64),
            variety: variety(&tokens),
            strange_letters: letters::strange(&words),
            different_lines: prose.lines.iter().collect::<HashSet<_>>().len() as u64,
            different_words: with_letter.iter().collect::<HashSet<_>>().len() as u64,
            function_words: function_words::best(&words),
            noise: Noise::of(&prose.lines),
            prose,
        }
    }
}

pub(super) fn share(part: u64, whole: u64) -> u64 {
    part * 1000 / whole.max(1)
}

/// Whether a word is written in such a script.
pub(crate) fn is_spaceless_word(word: &str) -> bool {
    word.chars().next().is_some_and(is_spaceless)
}

/// Words in lower case without the punctuation around them.
fn words_of(line: &str, spaceless: bool) -> Vec<String> {
    let trimmed = line.split_whitespace().map(|w| w.trim_matches(|c: char| !c.is_alphanumeric()));
    let words = trimmed.filter(|w| !w.is_empty()).map(str::to_lowercase);
    let pairs = |word: String| {
        // Among words with spaces between them a Chinese name is cut up all the same.
        if !spaceless && !word.chars().any(is_spaceless) {
            return vec![word];
        }
        let chars: Vec<char> = word.chars().collect();
        chars.chunks(2).map(|pair| pair.iter().collect::<String>()).collect::<Vec<_>>()
    };
    words.flat_map(pairs).collect()
}

fn symbols(lines: &[String]) -> u64 {
    let visible = || lines.iter().flat_map(|l| l.chars()).filter(|c| !c.is_whitespace());
    // Marks belong to the letters they stand on.
    let symbols = visible().filter(|&c| !c.is_alphanumeric() && !is_mark(c)).count() as u64;
    share(symbols, visible().count() as u64)
}

fn is_mark(c: char) -> bool {
    unicode_normalization::char::is_combining_mark(c)
}

fn repeated_lines(lines: &[String]) -> u64 {
    let mut seen: HashMap<&str, ()> = HashMap::with_capacity(lines.len());
    let (mut repeated, mut all) = (0, 0);
    for line in lines {
        let length = line.chars().count() as u64;
        all += length;
        if seen.insert(line, ()).is_some() {
            repeated += length;
        }
    }
    share(repeated, all)
}

/// For n = 2, 3, 4: the share of characters covered by the phrase that covers most.
fn top_phrases(words: &Tokens) -> [u64; 3] {
    [2, 3, 4].map(|n| {
        let mut counts: HashMap<u64, (u64, u64), Mixed> =
            HashMap::with_capacity_and_hasher(words.ids.len() / 2, Mixed::default());
        for phrase in words.ids.windows(n) {
            counts.entry(phrase_key(phrase)).or_insert_with(|| (words.length(phrase), 0)).1 += 1;
        }
        // Twice is no habit; overlapping occurrences cannot cover more than all.
        let covered =
            |&(length, count): &(u64, u64)| if count > 2 { (length * count).min(words.all) } else { 0 };
        share(counts.values().map(covered).max().unwrap_or(0), words.all)
    })
}

fn variety(words: &Tokens) -> u64 {
    let all = &words.ids;
    let windows: Vec<u64> = all
        .chunks(WINDOW)
        .filter(|window| window.len() == WINDOW || all.len() < WINDOW)
        .map(|window| {
            let mut different = window.to_vec();
            different.sort_unstable();
            different.dedup();
            share(different.len() as u64, window.len() as u64)
        })
        .collect();
    windows.iter().sum::<u64>() / (windows.len() as u64).max(1)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn measures_of_a_small_text_are_what_a_hand_counts() {
        let m = Measures::of("One two, three 4.\nOne two, three 4.\n[x](https://e.example)\nOne two");
        assert_eq!((m.raw_words, m.words), (11, 11));
        assert_eq!(m.with_letter, 818);
        assert_eq!(m.mean_length, (2 * (3 + 3 + 5) + 1 + 6) * 1000 / 9);
        assert_eq!(m.links, 17 * 1000 / 56);
        assert_eq!(m.repeated_lines, 17 * 1000 / 42);
        assert_eq!(m.variety, 5 * 1000 / 11);
        assert_eq!(m.top_phrases, [18 * 1000 / 31, 0, 0]);
    }

    #[test]
    fn an_empty_text_measures_zero() {
        assert_eq!(Measures::of(""), Measures { function_words: None, ..Measures::default() });
    }

    #[test]
    fn scripts_without_spaces_count_pairs_of_characters() {
        let m = Measures::of("これは短い文章です。");
        assert!(m.spaceless);
        assert_eq!((m.words, m.letters), (5, 9));
    }
}
