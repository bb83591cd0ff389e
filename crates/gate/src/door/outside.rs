//! A8 and A11: what only a server can ask. The gate opens no socket and no file; it holds
//! the words, the list's form, and the comparing.

use crate::evidence::finding;
use crate::near::Prints;
use karat_types::{Finding, Hash};
use serde_json::json;
use std::collections::HashSet;

/// The scanner found this signature.
pub fn virus_found(signature: &str) -> Finding {
    let signature: String = signature.chars().filter(|c| !c.is_control()).take(200).collect();
    let message = format!("The virus scanner recognised {signature}.");
    finding("virus_found", json!(signature), json!("nothing recognised"), message)
}

/// The file is on the operator's list. What is on it is nobody's business but theirs, so
/// nothing is said that could help to get around it.
pub fn known_bad() -> Finding {
    let message = "The operator of this server has to look at this file before anything else happens.";
    finding("known_bad", json!("asks for a look"), json!("none needed"), message.to_owned())
}

/// Files that may not go on: by their SHA-256, and images by their gradient hash.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Blocklist {
    files: HashSet<Hash>,
    images: Vec<u64>,
}

/// Bits in which two gradient hashes of the same picture may differ; the threshold of I9.
const SAME_IMAGE: u32 = 4;

impl Blocklist {
    /// Reads a list: one hash a line, 64 hex digits of a file or 16 of an image; the rest
    /// of a line, empty lines and lines that begin with `#` are remarks. A line that is
    /// none of it is an error that names its number.
    pub fn read(text: &str) -> Result<Self, String> {
        let mut list = Self::default();
        for (number, line) in (1..).zip(text.lines()) {
            let Some(word) = line.split_whitespace().next().filter(|word| !word.starts_with('#')) else {
                continue;
            };
            match word.len() {
                64 => drop(list.files.insert(word.to_ascii_lowercase().parse().map_err(|_| bad(number))?)),
                16 => list.images.push(u64::from_str_radix(word, 16).map_err(|_| bad(number))?),
                _ => return Err(bad(number)),
            }
        }
        Ok(list)
    }

    /// How many hashes it has.
    pub fn len(&self) -> usize {
        self.files.len() + self.images.len()
    }

    /// Whether there is nothing on it.
    pub fn is_empty(&self) -> bool {
        self.len() == 0
    }

    /// Whether this content is on it; an image also turned, mirrored or cropped.
    pub fn has(&self, content: &Hash, prints: &Prints) -> bool {
        let close = |a: &u64, b: &u64| (a ^ b).count_ones() <= SAME_IMAGE;
        self.files.contains(content)
            || prints.gradients.iter().any(|own| self.images.iter().any(|bad| close(own, bad)))
    }
}

fn bad(line: usize) -> String {
    format!("line {line} is neither a SHA-256 (64 hex digits) nor an image hash (16)")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_list_knows_files_and_pictures_that_look_the_same() {
        let hash = Hash::of(b"bad");
        let text = format!("# a list\n\n{}  a remark\n00000000000000ff\n", hash.hex().to_uppercase());
        let list = Blocklist::read(&text).unwrap();
        assert_eq!((list.len(), list.is_empty()), (2, false));
        let image = |hash| Prints { gradients: vec![u64::MAX, hash], ..Prints::default() };
        assert!(list.has(&hash, &Prints::default()));
        assert!(!list.has(&Hash::of(b"good"), &Prints::default()));
        assert!(list.has(&Hash::of(b"good"), &image(0xf0)));
        assert!(!list.has(&Hash::of(b"good"), &image(0x07)));
        assert!(Blocklist::default().is_empty());
    }

    #[test]
    fn a_line_that_is_no_hash_is_named() {
        for text in ["\nabc", "#\nzz00000000000000", &format!("\n{}", "x".repeat(64))] {
            assert!(Blocklist::read(text).unwrap_err().starts_with("line 2 "), "{text}");
        }
    }

    #[test]
    fn a_signature_is_one_line() {
        assert_eq!(virus_found("Eicar\u{1b}[2J\nTest").message, "The virus scanner recognised Eicar[2JTest.");
    }
}
