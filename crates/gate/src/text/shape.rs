//! T8 to T12: repetition beyond single phrases, and the shape of lines.

use super::measure::share;
use super::scripts::is_spaceless;
use aho_corasick::AhoCorasick;
use std::collections::{HashMap, HashSet};
use std::hash::{BuildHasherDefault, DefaultHasher, Hash, Hasher};
use std::sync::LazyLock;

/// Lines of 1,000 of some shape, and shares of characters, of 1,000.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Lines {
    /// Lines that begin with a bullet.
    pub bullets: u64,
    /// Lines that end with an ellipsis.
    pub ellipses: u64,
    /// Lines that end like a sentence.
    pub ended: u64,
    /// Lines of 30 characters or less.
    pub short: u64,
    /// Lines of running text a 1,000 words.
    pub breaks: u64,
    /// Lines of notices that stand on every page of the web.
    pub boilerplate: u64,
    /// Digits among the visible characters of running text.
    pub digits: u64,
    /// Round, square and curly brackets among them.
    pub brackets: u64,
}

/// What only the frame of a page says, in lower case.
const BOILERPLATE: &[&str] = &[
    "terms of use",
    "terms of service",
    "cookie policy",
    "privacy policy",
    "uses cookies",
    "use of cookies",
    "accept cookies",
    "accept all cookies",
    "enable javascript",
    "javascript is disabled",
    "subscribe to our newsletter",
    "sign up for our newsletter",
    "all rights reserved",
    "click here to subscribe",
    "share on facebook",
    "follow us on",
];
/// A line longer than this is text and no notice, bytes.
const NOTICE: usize = 200;
/// Most characters of a short line.
const SHORT: usize = 30;

impl Lines {
    /// Counts; `lines` is the running text.
    pub(super) fn of(text: &str, lines: &[String], words: u64) -> Self {
        let all = lines.len() as u64;
        let of = |is: &dyn Fn(&str) -> bool| share(lines.iter().filter(|line| is(line)).count() as u64, all);
        let raw = || text.lines().map(str::trim).filter(|line| !line.is_empty());
        let bullets = raw()
            .filter(|line| {
                line.starts_with(['•', '‣', '▪', '◦', '·'])
                    || line.starts_with("- ")
                    || line.starts_with("* ")
            })
            .count();
        let [visible, digits, brackets] =
            lines.iter().flat_map(|line| line.chars()).fold([0_u64; 3], |[all, digits, brackets], c| {
                let bracket = matches!(c, '(' | ')' | '[' | ']' | '{' | '}');
                [
                    all + u64::from(!c.is_whitespace()),
                    digits + u64::from(c.is_numeric()),
                    brackets + u64::from(bracket),
                ]
            });
        Self {
            bullets: share(bullets as u64, raw().count() as u64),
            ellipses: of(&|line| line.ends_with('…') || line.ends_with("...")),
            ended: of(&|line| {
                line.ends_with(['.', '!', '?', '。', '！', '？', '"', '”', '»', ':', '।', '؟'])
            }),
            short: of(&|line| line.chars().count() <= SHORT),
            breaks: share(all, words),
            boilerplate: of(&is_boilerplate),
            digits: share(digits, visible),
            brackets: share(brackets, visible),
        }
    }
}

static NOTICES: LazyLock<Option<AhoCorasick>> =
    LazyLock::new(|| AhoCorasick::builder().ascii_case_insensitive(true).build(BOILERPLATE).ok());

pub(super) fn is_boilerplate(line: &str) -> bool {
    line.len() <= NOTICE && NOTICES.as_ref().is_some_and(|notices| notices.is_match(line))
}

/// For five to ten words: the share of characters in phrases that came before; each
/// character counts once.
pub(super) fn copied_phrases(words: &Tokens) -> [u64; 6] {
    [5, 6, 7, 8, 9, 10].map(|n| {
        let mut seen: HashSet<u64, Mixed> =
            HashSet::with_capacity_and_hasher(words.ids.len(), Mixed::default());
        let (mut copied, mut at) = (0, 0);
        while let Some(phrase) = words.ids.get(at..at + n) {
            if seen.insert(phrase_key(phrase)) {
                at += 1;
            } else {
                copied += words.length(phrase);
                at += n;
            }
        }
        share(copied, words.all)
    })
}

/// Times a phrase comes that is a template.
const TEMPLATE: u32 = 10;

/// The share of characters in phrases of ten words that come [`TEMPLATE`] times or oftener;
/// each character counts once.
pub(super) fn templated(words: &Tokens) -> u64 {
    const PHRASE: usize = 10;
    let mut counts: HashMap<u64, u32, Mixed> =
        HashMap::with_capacity_and_hasher(words.ids.len(), Mixed::default());
    words.ids.windows(PHRASE).for_each(|phrase| *counts.entry(phrase_key(phrase)).or_default() += 1);
    let (mut covered, mut at) = (0, 0);
    while let Some(phrase) = words.ids.get(at..at + PHRASE) {
        if counts.get(&phrase_key(phrase)).is_some_and(|&count| count >= TEMPLATE) {
            covered += words.length(phrase);
            at += PHRASE;
        } else {
            at += 1;
        }
    }
    share(covered, words.all)
}

/// Words as numbers: equal words, equal numbers.
#[derive(Debug, Default)]
pub(super) struct Tokens {
    pub(super) ids: Vec<u32>,
    lengths: Vec<u64>,
    /// Characters of all words.
    pub(super) all: u64,
}

impl Tokens {
    pub(super) fn of(words: &[String]) -> Self {
        let mut numbers: HashMap<&str, u32> = HashMap::with_capacity(words.len() / 4);
        let mut tokens = Self { ids: Vec::with_capacity(words.len()), ..Self::default() };
        for word in words {
            let next = tokens.lengths.len() as u32;
            let id = *numbers.entry(word).or_insert(next);
            if id == next {
                tokens.lengths.push(word.chars().count() as u64);
            }
            tokens.all += tokens.lengths.get(id as usize).copied().unwrap_or(0);
            tokens.ids.push(id);
        }
        tokens
    }

    /// Characters of a phrase.
    pub(super) fn length(&self, phrase: &[u32]) -> u64 {
        phrase.iter().filter_map(|&id| self.lengths.get(id as usize)).sum()
    }
}

/// One number for a phrase: two different ones share it about never.
pub(super) fn phrase_key(phrase: &[u32]) -> u64 {
    phrase.iter().fold(0x9e37_79b9_7f4a_7c15, |key, &id| {
        let wide = u128::from(key ^ u64::from(id)) * 0xd6e8_feb8_6659_fd93;
        (wide as u64) ^ ((wide >> 64) as u64)
    })
}

/// Takes a key that is mixed already as its own hash.
#[derive(Clone, Copy, Debug, Default)]
pub(super) struct Keyed(u64);

/// For tables of [`phrase_key`]s.
pub(super) type Mixed = BuildHasherDefault<Keyed>;

impl Hasher for Keyed {
    fn finish(&self) -> u64 {
        self.0
    }
    fn write(&mut self, bytes: &[u8]) {
        bytes.iter().for_each(|&byte| self.0 = self.0.rotate_left(8) ^ u64::from(byte));
    }
    fn write_u64(&mut self, key: u64) {
        self.0 = key;
    }
}

/// SipHash with fixed keys: the same everywhere.
fn hash(word: &str) -> u64 {
    let mut hasher = DefaultHasher::new();
    word.hash(&mut hasher);
    hasher.finish()
}

/// Characters of paragraphs that came before.
pub(super) fn repeated_paragraphs(text: &str) -> u64 {
    let mut seen = HashSet::new();
    let (mut repeated, mut all) = (0, 0);
    for paragraph in text.split("\n\n").map(str::trim).filter(|paragraph| !paragraph.is_empty()) {
        let length = paragraph.len() as u64;
        all += length;
        if !seen.insert(hash(paragraph)) {
            repeated += length;
        }
    }
    share(repeated, all)
}

/// Characters of the longest word; scripts without spaces have none.
pub(super) fn longest_word(lines: &[String]) -> u64 {
    let words = lines.iter().flat_map(|line| line.split_whitespace());
    let longest = words.filter(|word| !word.chars().any(is_spaceless)).map(str::len).max();
    longest.unwrap_or(0) as u64
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn copied_phrases_count_each_character_once() {
        let words = |text: &str| Tokens::of(&text.split(' ').map(str::to_owned).collect::<Vec<_>>());
        let once = "aa bb cc dd ee ff gg hh ii jj";
        assert_eq!(copied_phrases(&words(once)), [0; 6]);
        let twice = words(&format!("{once} {once}"));
        assert_eq!(copied_phrases(&twice)[0], 500);
        assert_eq!(copied_phrases(&twice)[5], 500);
    }

    #[test]
    fn a_template_is_a_phrase_of_ten_words_that_comes_ten_times() {
        let words = |text: &str| Tokens::of(&text.split_whitespace().map(str::to_owned).collect::<Vec<_>>());
        let line = |i: usize| format!("n{i:02} aa bb cc dd ee ff gg hh ii jj kk ");
        let text = |count: usize| (0..count).map(line).collect::<String>();
        assert_eq!(templated(&words(&text(9))), 0);
        assert_eq!(templated(&words(&text(10))), 800);
    }

    #[test]
    fn lines_are_counted_by_their_shape() {
        let text = "- one item.\n- another item (2)\nAccept cookies...\nA line that is longer than thirty characters.";
        let prose = super::super::prose::Prose::of(text);
        let lines = Lines::of(text, &prose.lines, 14);
        assert_eq!((lines.bullets, lines.ellipses, lines.ended, lines.short), (500, 250, 750, 750));
        assert_eq!((lines.boilerplate, lines.breaks), (250, 285));
    }

    #[test]
    fn repeated_paragraphs_are_seen() {
        assert_eq!(repeated_paragraphs("same\n\nsame\n\nelse"), 333);
        assert_eq!(longest_word(&["a bbb".into(), "日本語日本語".into()]), 3);
    }
}
