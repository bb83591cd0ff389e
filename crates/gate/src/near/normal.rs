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
    let text = text.strip_prefix('\u{feff}').unwrap_or(text);
    if text.is_ascii() {
        return collapse(text.bytes().map(|b| char::from(b.to_ascii_lowercase())), text.len());
    }
    // Folding can open new compositions, and those new foldings (`ʼn`, `ǰ`, Greek
    // letters with iota): three rounds reach a fixed point, which a test walks.
    let mut folded: String = fold(text.nfkc());
    for _ in 0..2 {
        folded = fold(folded.nfkc());
    }
    collapse(folded.nfkc(), folded.len())
}

fn fold(chars: impl Iterator<Item = char>) -> String {
    chars.flat_map(char::to_uppercase).flat_map(char::to_lowercase).collect()
}

fn collapse(chars: impl Iterator<Item = char>, size: usize) -> String {
    let mut out = String::with_capacity(size);
    let mut gap = false;
    for c in chars {
        if c.is_whitespace() {
            gap = !out.is_empty();
        } else {
            if gap {
                out.push(' ');
                gap = false;
            }
            out.push(c);
        }
    }
    out
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

    proptest! {
        #[test]
        fn normalising_twice_changes_nothing(text in "\\PC*") {
            let once = normalise(&text);
            prop_assert_eq!(normalise(&once), once);
        }
    }
}
