//! When two files are the same: by bytes, and by text.

use karat_types::Hash;
use unicode_normalization::UnicodeNormalization;

const DOMAIN: &[u8] = b"karat-normal/v1";

/// The identity of a file: SHA-256 of its bytes.
pub fn content_hash(bytes: &[u8]) -> Hash {
    Hash::of(bytes)
}

/// The identity of a text whatever its letter case, white space and form of characters;
/// none when the bytes are not UTF-8 or hold nothing but white space.
pub fn normal_hash(bytes: &[u8]) -> Option<Hash> {
    let normal = normalise(std::str::from_utf8(bytes).ok()?);
    (!normal.is_empty()).then(|| Hash::of_parts(&[DOMAIN, normal.as_bytes()]))
}

/// NFKC, case-folded, byte order mark dropped, white space collapsed to single spaces.
///
/// Folding is upper-casing then lower-casing each character, which joins what full
/// Unicode folding joins (`ß` = `ss`, `ς` = `σ`).
pub fn normalise(text: &str) -> String {
    let mut rest = text.strip_prefix('\u{feff}').unwrap_or(text);
    let mut out = Collapsed { text: String::with_capacity(rest.len()), gap: false };
    // An ASCII character joins nothing before it, but an accent behind it joins it: a piece
    // that needs the tables begins with the last ASCII character before it, and ends at the
    // next one.
    while !rest.is_empty() {
        let ascii = rest.bytes().position(|byte| !byte.is_ascii()).unwrap_or(rest.len());
        let plain = if ascii == rest.len() { ascii } else { ascii.saturating_sub(1) };
        let (head, tail) = rest.split_at(plain);
        head.bytes().for_each(|byte| out.push(char::from(byte.to_ascii_lowercase())));
        let from = ascii - plain;
        let length = tail.bytes().skip(from).position(|byte| byte.is_ascii());
        let (piece, next) = tail.split_at(length.map_or(tail.len(), |length| from + length));
        if piece.chars().all(is_simple) {
            piece.chars().for_each(|c| out.fold(c));
        } else {
            folded(piece).chars().for_each(|c| out.push(c));
        }
        rest = next;
    }
    out.text
}

/// Folding can open new compositions, and those new foldings (`ŉ`, `ǰ`, Greek letters with
/// iota): three rounds reach a fixed point, which a test walks.
fn folded(piece: &str) -> String {
    let mut folded: String = fold(piece.nfkc());
    for _ in 0..2 {
        folded = fold(folded.nfkc());
    }
    folded.nfkc().collect()
}

fn fold(chars: impl Iterator<Item = char>) -> String {
    chars.flat_map(char::to_uppercase).flat_map(char::to_lowercase).collect()
}

/// Characters that have one form only, alone or beside each other, and whose folding has:
/// a test walks them.
const fn is_simple(c: char) -> bool {
    matches!(c, '\0'..='\x7f' | 'À'..='Þ' | 'à'..='ÿ' | 'Ā'..='ď' | 'ę'..='ě' | 'ł'..='ň' | 'ő'..='ż'
        | '\u{2010}' | '\u{2012}'..='\u{2015}' | '\u{2018}'..='\u{201d}' | 'Ѐ'..='я' | 'ё'
        | 'ぁ'..='ゔ' | 'ァ'..='ヺ' | '\u{3001}'..='\u{300d}' | '\u{4e00}'..='\u{9fff}')
}

/// A text with its white space collapsed.
struct Collapsed {
    text: String,
    gap: bool,
}

impl Collapsed {
    fn push(&mut self, c: char) {
        if c.is_whitespace() {
            self.gap = !self.text.is_empty();
            return;
        }
        if std::mem::take(&mut self.gap) {
            self.text.push(' ');
        }
        self.text.push(c);
    }

    /// A simple character.
    fn fold(&mut self, c: char) {
        if c.is_ascii() {
            return self.push(c.to_ascii_lowercase());
        }
        c.to_uppercase().flat_map(char::to_lowercase).for_each(|c| self.push(c));
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn case_space_and_form_do_not_matter() {
        assert_eq!(normalise("\u{feff} Straße\r\n\tｆｉｎ  "), "strasse fin");
        assert_eq!(normalise("ΟΔΟΣ"), normalise("οδος"));
        assert_eq!(normal_hash("Hello  World".as_bytes()), normal_hash(b"hello world\n"));
        assert_ne!(normal_hash(b"hello world"), normal_hash(b"helloworld"));
    }

    #[test]
    fn what_is_no_text_has_no_normal_hash() {
        assert_eq!(normal_hash(b"\xff\xfe"), None);
        assert_eq!(normal_hash(b" \n"), None);
    }

    #[test]
    fn every_character_reaches_a_fixed_point() {
        for c in ('\0'..=char::MAX).filter(|c| !c.is_whitespace()) {
            let once = normalise(&format!("a{c}b"));
            assert_eq!(normalise(&once), once, "{c:?} U+{:04X}", c as u32);
        }
    }

    /// All at once by the tables alone.
    fn slowly(text: &str) -> String {
        let folded = folded(text.strip_prefix('\u{feff}').unwrap_or(text));
        folded.split_whitespace().collect::<Vec<_>>().join(" ")
    }

    #[test]
    fn simple_characters_have_one_form() {
        for c in ('\0'..=char::MAX).filter(|c| is_simple(*c)) {
            let mut out = Collapsed { text: String::new(), gap: false };
            out.fold(c);
            assert_eq!(out.text, slowly(&c.to_string()), "{c:?}");
        }
    }

    proptest! {
        #[test]
        fn pieces_give_what_the_whole_gives(text in "([a-zA-Z \n\u{85}]|[À-ſ\u{300}-\u{345}]|[ぁ-ヿ\u{3099}ㄱ-힣ᄀ-ᇿ]|[Ͱ-ӿ]|[ǰŉßİſﬁΐ“”—]|\\PC){0,40}") {
            prop_assert_eq!(normalise(&text), slowly(&text));
        }

        #[test]
        fn normalising_twice_changes_nothing(text in "\\PC*") {
            let once = normalise(&text);
            prop_assert_eq!(normalise(&once), once);
        }
    }
}
