//! The words of a text as numbers: what shingles, leaks and triggers are counted in.
//!
//! A *word* is a run of letters, digits, marks and `_`, whatever its case, its accents
//! (U+0300–U+036F) and the form of its characters (NFKD). Characters that show nothing
//! (zero-width ones, soft hyphens, variation selectors) neither end a word nor belong to
//! it. Scripts without spaces between words have a word at every character: in Han and
//! kana the character with the one before it, in Thai, Lao, Khmer, Myanmar and Tibetan
//! with the three before it; so an inserted character moves nothing behind it.
//!
//! A word's number is its `WordHash`, a stable hash of the project's own: no seed, the same
//! on every machine. It is no cryptographic hash and need not be: whoever makes two words
//! collide only makes his own text look more like another's.

use unicode_normalization::char::decompose_compatible;

/// A word and where it stands.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Word {
    /// Its number.
    pub hash: u64,
    /// First byte in the text.
    pub start: usize,
    /// One past its last byte.
    pub end: usize,
}

impl From<Word> for u64 {
    fn from(word: Word) -> Self {
        word.hash
    }
}

/// All words of a text, in order.
pub fn words(text: &str) -> Vec<Word> {
    let mut reader = Reader { out: Vec::with_capacity(text.len() / 6), ..Reader::default() };
    for (at, c) in text.char_indices() {
        let end = at + c.len_utf8();
        if c.is_ascii() {
            reader.take(c.to_ascii_lowercase(), at, end);
        } else {
            decompose_compatible(c, |part| match part {
                'ß' | 'ẞ' => {
                    reader.take('s', at, end);
                    reader.take('s', at, end);
                }
                'ς' => reader.take('σ', at, end),
                _ => part.to_lowercase().for_each(|low| reader.take(low, at, end)),
            });
        }
    }
    reader.close();
    reader.out
}

/// `splitmix64`'s last step (Steele, Lea, Flood 2014): every bit of the result hangs on
/// every bit of `x`.
pub(super) const fn mix(x: u64) -> u64 {
    let x = (x ^ (x >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
    let x = (x ^ (x >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
    x ^ (x >> 31)
}

/// The hash of a sequence of numbers: `h ← (rotl(h, 5) ⊕ n) · φ` for each, then [`mix`].
#[derive(Clone, Copy, Debug, Default)]
pub(super) struct WordHash(u64);

impl WordHash {
    pub(super) fn add(&mut self, n: u64) {
        self.0 = (self.0.rotate_left(5) ^ n).wrapping_mul(0x9e37_79b9_7f4a_7c15);
    }

    pub(super) fn of(numbers: impl IntoIterator<Item = u64>) -> u64 {
        let mut hash = Self::default();
        numbers.into_iter().for_each(|n| hash.add(n));
        mix(hash.0)
    }
}

#[derive(Default)]
struct Reader {
    out: Vec<Word>,
    /// The word being read.
    open: Option<(WordHash, usize, usize)>,
    /// The characters before this one in a run without spaces, the nearest first.
    before: [u64; 3],
}

impl Reader {
    fn take(&mut self, c: char, start: usize, end: usize) {
        if shows_nothing(c) {
            return;
        }
        if let Some(reach) = reach(c) {
            self.close_word();
            let before = self.before;
            let run = before.into_iter().take(reach).rev().chain([u64::from(u32::from(c))]);
            self.out.push(Word { hash: WordHash::of(run), start, end });
            self.before = [u64::from(u32::from(c)), before[0], before[1]];
        } else if c.is_alphanumeric() || c == '_' || is_mark(c) {
            self.before = [0; 3];
            let (mut hash, from, _) = self.open.unwrap_or((WordHash::default(), start, end));
            hash.add(u64::from(u32::from(c)));
            self.open = Some((hash, from, end));
        } else {
            self.close();
        }
    }

    fn close(&mut self) {
        self.before = [0; 3];
        self.close_word();
    }

    fn close_word(&mut self) {
        if let Some((hash, start, end)) = self.open.take() {
            self.out.push(Word { hash: mix(hash.0), start, end });
        }
    }
}

fn is_mark(c: char) -> bool {
    !c.is_ascii() && unicode_normalization::char::is_combining_mark(c)
}

fn shows_nothing(c: char) -> bool {
    matches!(c, '\u{300}'..='\u{36f}' | '\u{ad}' | '\u{61c}' | '\u{180b}'..='\u{180f}'
        | '\u{200b}'..='\u{200f}' | '\u{202a}'..='\u{202e}' | '\u{2060}'..='\u{206f}'
        | '\u{fe00}'..='\u{fe0f}' | '\u{feff}' | '\u{e0000}'..='\u{e0fff}')
}

/// How many characters before it belong to the word at a character of a script without
/// spaces; none for other scripts.
fn reach(c: char) -> Option<usize> {
    match c {
        '\0'..='\u{dff}' => None,
        '\u{3005}'..='\u{3007}'
        | '\u{3040}'..='\u{30ff}'
        | '\u{31f0}'..='\u{31ff}'
        | '\u{3400}'..='\u{4dbf}'
        | '\u{4e00}'..='\u{9fff}'
        | '\u{f900}'..='\u{faff}'
        | '\u{20000}'..='\u{323af}' => Some(1),
        '\u{e01}'..='\u{e4e}' | '\u{e81}'..='\u{ece}' | '\u{edc}'..='\u{fbc}' => Some(3),
        '\u{1000}'..='\u{103f}'
        | '\u{1050}'..='\u{108f}'
        | '\u{1780}'..='\u{17d3}'
        | '\u{aa60}'..='\u{aa7f}' => Some(3),
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn hashes(text: &str) -> Vec<u64> {
        words(text).into_iter().map(|word| word.hash).collect()
    }

    fn seen(text: &str) -> Vec<&str> {
        words(text).into_iter().map(|word| &text[word.start..word.end]).collect()
    }

    #[test]
    fn words_are_runs_of_letters_whatever_their_form() {
        assert_eq!(seen("Hello, snake_case—world 42!"), ["Hello", "snake_case", "world", "42"]);
        assert_eq!(hashes("CAFÉ Straße ΟΔΟΣ ﬁn"), hashes("cafe\u{301} STRASSE οδος fin"));
        assert_eq!(hashes("pass\u{200b}word so\u{ad}ft"), hashes("password soft"));
        assert_ne!(hashes("ab"), hashes("ba"));
        assert_ne!(hashes("a b"), hashes("ab"));
        assert_eq!(hashes("हिन्दी भाषा").len(), 2);
        assert_eq!(hashes("한국어 문장").len(), 2);
    }

    #[test]
    fn scripts_without_spaces_have_a_word_at_each_character() {
        assert_eq!(seen("日本語の文 ok"), ["日", "本", "語", "の", "文", "ok"]);
        assert_eq!(hashes("ภาษาไทย").len(), 7);
        // One character more: only the words that reach it differ.
        let (one, two) = (hashes("一二三四五六七八"), hashes("一二X三四五六七八"));
        assert_eq!(one[3..], two[4..]);
    }

    #[test]
    fn the_hash_is_the_same_for_ever() {
        assert_eq!(hashes("hello"), [0x894bfb327c964ee0]);
        assert_eq!(hashes("日本")[1], 0x27535dcdc30aee1e);
    }

    proptest! {
        #[test]
        fn words_stand_in_order_on_character_boundaries(text in "(\\PC|[a-zA-Zé\u{301}\u{200b}日ไ ]){0,200}") {
            let mut start = 0;
            for word in words(&text) {
                prop_assert!(word.start >= start && word.start < word.end && text.get(word.start..word.end).is_some());
                start = word.start;
            }
        }
    }
}
