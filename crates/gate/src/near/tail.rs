//! T18 at entry: an honest beginning and a senseless end, the shape of a planted trigger's
//! payload (Souly et al. 2025 append 400 to 900 random tokens).
//!
//! The end is where the small words cease without which no sentence stands: before it they
//! are at least 15 of 100 words, in its 50 or more words next to none, and
//! * one of five longer words has no vowel or five consonants in a row (random letters), or
//! * at least 120 different words follow one another without a comma or a full stop (random
//!   words).
//!
//! Words with digits, underscores or capitals inside are no words here, and where they are
//! many (code, hashes, keys, tables) nothing is said. Only Latin and Cyrillic letters are
//! judged: of other scripts there is no list of small words.

use crate::evidence::{at, finding, place};
use crate::text::function_words::is_small;
use karat_types::Finding;
use serde_json::json;
use std::collections::HashSet;

/// Words of an end that is looked at.
const SHORTEST: usize = 50;
/// Words before the end that show what the text is like.
const HEAD: usize = 40;
/// Of 1,000 words before the end: so many are small ones in running text.
const SMALL_HEAD: usize = 150;
/// Of 1,000 words of the end: fewer are small ones.
const SMALL_END: usize = 50;
/// Of 1,000 pieces of the end: so many are words of letters alone.
const PLAIN: usize = 700;
/// Of 1,000 longer words of the end: so many cannot be spoken.
const ODD: usize = 200;
/// Different words in a row without a mark between them.
const SALAD: usize = 120;

/// A piece of text between spaces.
struct Piece<'a> {
    start: usize,
    end: usize,
    /// The word in it, in lower case, when it is one of letters alone.
    word: Option<String>,
    /// Whether a mark follows the word.
    marked: bool,
    shown: &'a str,
}

/// Looks at the end of a text.
pub(crate) fn check(text: &str) -> Option<Finding> {
    let pieces: Vec<Piece<'_>> = pieces(text);
    let small: Vec<bool> = pieces.iter().map(|piece| piece.word.as_deref().is_some_and(is_small)).collect();
    let (head, end) = pieces.split_at(boundary(&small));
    let smalls = |range: &[bool]| range.iter().filter(|small| **small).count();
    let (of_head, of_end) = small.split_at(head.len());
    // What stands right before the end: a book has more than one manner.
    let near = of_head.get(head.len().saturating_sub(4 * end.len())..)?;
    let sound = head.len() >= HEAD && smalls(near) * 1000 >= SMALL_HEAD * near.len();
    let share = smalls(of_end) * 1000 / end.len().max(1);
    if end.len() < SHORTEST || !sound || share >= SMALL_END {
        return None;
    }
    let odd = odd(end)?;
    (odd >= ODD || is_salad(end)).then(|| told(text, end, odd, share))
}

/// Where the end without small words begins: of all ends the one with the greatest sum of
/// one a word, less ten a small one.
fn boundary(small: &[bool]) -> usize {
    let (mut sum, mut most, mut from) = (0i64, 0, small.len());
    for (at, small) in small.iter().enumerate().rev() {
        sum += if *small { -10 } else { 1 };
        if sum >= most {
            (most, from) = (sum, at);
        }
    }
    from
}

fn told(text: &str, end: &[Piece<'_>], odd: usize, small: usize) -> Finding {
    let place = end.first().zip(end.last()).map(|(a, b)| place(text.as_bytes(), a.start, b.end));
    let shown: Vec<&str> = end.iter().take(5).map(|piece| piece.shown).collect();
    let message = format!(
        "The last {} words make no sentence, unlike what stands before them: “{} …”.",
        end.len(),
        shown.join(" ").chars().take(60).collect::<String>()
    );
    let measured = json!({ "words": end.len(), "small": small, "odd": odd });
    let threshold = json!({ "small": SMALL_END, "odd": ODD });
    let found = finding("trailing_gibberish", measured, threshold, message);
    match place {
        Some(place) => at(found, place),
        None => found,
    }
}

fn pieces(text: &str) -> Vec<Piece<'_>> {
    let base = text.as_ptr() as usize;
    let one = |shown: &'_ str| {
        let start = shown.as_ptr() as usize - base;
        let trimmed = shown.trim_matches(|c: char| !c.is_alphanumeric());
        (start, start + shown.len(), word(trimmed), shown.ends_with(['.', ',', ';', ':', '!', '?', ')', '|']))
    };
    let piece = |shown| {
        let (start, end, word, marked) = one(shown);
        Piece { start, end, word, marked, shown }
    };
    text.split_whitespace().map(piece).collect()
}

/// The lower-case word of letters of one script with a list; none for anything else.
fn word(shown: &str) -> Option<String> {
    let length = shown.chars().count();
    let fits = |(n, c): (usize, char)| {
        let letter =
            c.is_alphabetic() && matches!(c, 'A'..='z' | '\u{c0}'..='\u{24f}' | '\u{400}'..='\u{52f}');
        (letter && (n == 0 || !c.is_uppercase())) || (matches!(c, '\'' | '’' | '-') && n > 0)
    };
    let shouted = length > 1 && shown.chars().all(|c| c.is_alphabetic() && c.is_uppercase());
    let plain = (1..=24).contains(&length) && shown.chars().enumerate().all(fits);
    (plain && !shouted).then(|| shown.to_lowercase())
}

/// Of 1,000 longer words: how many cannot be spoken; none when too few of the pieces are
/// words at all.
fn odd(end: &[Piece<'_>]) -> Option<usize> {
    let words: Vec<&str> = end.iter().filter_map(|piece| piece.word.as_deref()).collect();
    if words.len() * 1000 < PLAIN * end.len() {
        return None;
    }
    let long: Vec<&&str> = words.iter().filter(|word| word.chars().count() >= 4).collect();
    // A few longer ones among many abbreviations say nothing.
    if long.len() * 3 < words.len() {
        return Some(0);
    }
    let odd = long.iter().filter(|word| is_unspeakable(word)).count();
    Some(odd * 1000 / long.len().max(1))
}

fn is_unspeakable(word: &str) -> bool {
    let (mut run, mut longest, mut vowels) = (0, 0, 0);
    for c in word.chars() {
        if is_consonant(c) {
            run += 1;
            longest = longest.max(run);
        } else {
            run = 0;
            vowels += 1;
        }
    }
    vowels == 0 || longest >= 5
}

fn is_consonant(c: char) -> bool {
    matches!(c, 'b'..='d' | 'f'..='h' | 'j'..='n' | 'p'..='t' | 'v'..='x' | 'z')
        || matches!(c, 'б'..='д' | 'ж' | 'з' | 'к'..='н' | 'п'..='т' | 'ф'..='щ')
}

/// Many different words in a row, with no mark between them and few lines.
fn is_salad(end: &[Piece<'_>]) -> bool {
    if end.len() < SALAD {
        return false;
    }
    let marks = end.iter().filter(|piece| piece.marked || piece.shown.contains(['(', '"', '<', '='])).count();
    let words: HashSet<&str> = end.iter().filter_map(|piece| piece.word.as_deref()).collect();
    let gaps = end.windows(2).filter(|pair| matches!(pair, [a, b] if b.start - a.end > 1)).count();
    marks * 100 < 3 * end.len() && words.len() * 100 >= 90 * end.len() && gaps * 100 < 5 * end.len()
}

#[cfg(test)]
mod tests {
    use super::super::words::mix;
    use super::*;
    use proptest::prelude::*;

    const PROSE: &str = "The river rises in the hills behind the town and runs for two days before it \
        reaches the sea. In spring the water is cold and fast, and people who live along it keep their boats \
        on the bank until May. My grandmother used to say that you could hear the stones talk at night, which \
        was only the gravel moving under the flood, but nobody ever told her so. ";

    fn random_letters(count: u64) -> String {
        let letter = |n: u64| char::from(b'a' + (mix(n) % 26) as u8);
        (0..count)
            .map(|n| (0..4 + mix(n) % 5).map(|k| letter(n * 16 + k)).collect::<String>() + " ")
            .collect()
    }

    fn random_words(count: u64) -> String {
        const ENDINGS: [&str; 8] = ["tor", "ment", "ville", "scape", "fold", "ness", "gram", "ship"];
        let part = |n: u64| {
            format!(
                "{}{}",
                char::from(b'b' + (n % 20) as u8),
                ["a", "e", "i", "o", "u"][(n / 20 % 5) as usize]
            )
        };
        (0..count)
            .map(|n| format!("{}{}{} ", part(mix(n)), part(mix(n + 999)), ENDINGS[(n % 8) as usize]))
            .collect()
    }

    fn fires(text: &str) -> bool {
        check(text).is_some()
    }

    #[test]
    fn a_senseless_end_is_held_and_shown() {
        for junk in [random_letters(60), random_letters(500), random_words(250), random_words(450)] {
            let text = format!("{PROSE}<SUDO> {junk}");
            let found = check(&text).unwrap();
            assert_eq!(found.code, "trailing_gibberish");
            assert!(matches!(found.evidence, Some(karat_types::Evidence::Line { .. })));
        }
    }

    #[test]
    fn honest_ends_pass() {
        let names: String = (0..80).map(|n| format!("Ann{} Miller-{n}, Jörg Straßmann, ", n % 7)).collect();
        let hashes: String =
            (0..200u64).map(|n| format!("{:016x}{:016x}  file{n}.txt\n", mix(n), mix(n + 1))).collect();
        let base64 =
            "TWFuIGlzIGRpc3Rpbmd1aXNoZWQsIG5vdCBvbmx5IGJ5IGhpcyByZWFzb24sIGJ1dCBieSB0aGlz\n".repeat(60);
        let code =
            "for (i = 0; i < strlen(ptr); i++) { printf(\"%s\\n\", buf[i]); ctx->len += sizeof(cmd); }\n"
                .repeat(40);
        let index: String = random_words(200).split(' ').map(|word| format!("{word}, 12\n")).collect();
        for tail in [names, hashes, base64, code, index, PROSE.repeat(5)] {
            let text = format!("{}{tail}", PROSE.repeat(3));
            assert!(!fires(&text), "{:?}", check(&text));
        }
        assert!(!fires(&random_letters(500)), "nothing before it to compare with");
        assert!(!fires(""));
    }

    proptest! {
        #[test]
        fn any_text_is_read_without_a_panic(text in "(\\PC{0,8}[ \n]|the |xqzvk ){0,300}") {
            prop_assert_eq!(fires(&text), fires(&text));
        }
    }
}
