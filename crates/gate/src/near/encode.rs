//! Prints as bytes, for a database.
//!
//! `KP2`, then the words a text is about, then each other field in the order of the struct:
//! hashes as a byte 0 or 1 and, if 1, 32 bytes; lists as their length (u32) and their
//! numbers; all little-endian. The words stand first so that a database can hand out them
//! alone: [`Prints::HEAD_BYTES`] always hold them.

use super::Prints;
use crate::text::fit::MOST_TERMS;
use karat_types::Hash;

const MARK: &[u8; 3] = b"KP2";

/// Bytes that are no prints of this version.
#[derive(Debug, thiserror::Error)]
#[error("stored prints are broken or of another version")]
pub struct BadPrints;

impl Prints {
    /// Bytes from the start that hold the words of any text.
    pub const HEAD_BYTES: usize = MARK.len() + 4 + 6 * MOST_TERMS;

    /// The prints as bytes.
    pub fn to_bytes(&self) -> Vec<u8> {
        let mut out = MARK.to_vec();
        put_list(&mut out, &self.terms, |(hash, count)| {
            let ([a, b, c, d], [e, f]) = (hash.to_le_bytes(), count.to_le_bytes());
            [a, b, c, d, e, f]
        });
        put_hash(&mut out, self.normal.as_ref());
        put_list(&mut out, &self.shingles, |n| n.to_le_bytes());
        out.extend(self.thinned.to_le_bytes());
        put_list(&mut out, &self.gradients, |n| n.to_le_bytes());
        put_list(&mut out, &self.detail, |n| n.to_le_bytes());
        put_hash(&mut out, self.samples.as_ref());
        put_list(&mut out, &self.chroma, |n| n.to_le_bytes());
        out
    }

    /// The prints these bytes are of.
    pub fn from_bytes(bytes: &[u8]) -> Result<Self, BadPrints> {
        let mut rest = bytes.strip_prefix(MARK).ok_or(BadPrints)?;
        let from = &mut rest;
        let prints = Self {
            terms: take_terms(from)?,
            normal: take_hash(from)?,
            shingles: take_list(from, u64::from_le_bytes)?,
            thinned: u32::from_le_bytes(take(from)?),
            gradients: take_list(from, u64::from_le_bytes)?,
            detail: take_list(from, u64::from_le_bytes)?,
            samples: take_hash(from)?,
            chroma: take_list(from, u32::from_le_bytes)?,
        };
        let sane = rest.is_empty() && prints.thinned < u64::BITS;
        if sane { Ok(prints) } else { Err(BadPrints) }
    }

    /// The words alone, from the first [`Self::HEAD_BYTES`] or more.
    pub fn terms_of(head: &[u8]) -> Result<Vec<(u32, u16)>, BadPrints> {
        take_terms(&mut head.strip_prefix(MARK).ok_or(BadPrints)?)
    }
}

fn take_terms(from: &mut &[u8]) -> Result<Vec<(u32, u16)>, BadPrints> {
    take_list(from, |[a, b, c, d, e, f]| (u32::from_le_bytes([a, b, c, d]), u16::from_le_bytes([e, f])))
}

fn put_hash(out: &mut Vec<u8>, hash: Option<&Hash>) {
    out.push(u8::from(hash.is_some()));
    out.extend(hash.iter().flat_map(|hash| hash.0));
}

fn put_list<T: Copy, const N: usize>(out: &mut Vec<u8>, list: &[T], bytes: fn(T) -> [u8; N]) {
    out.extend((list.len() as u32).to_le_bytes());
    out.extend(list.iter().flat_map(|&n| bytes(n)));
}

fn take<const N: usize>(from: &mut &[u8]) -> Result<[u8; N], BadPrints> {
    let (head, rest) = from.split_first_chunk::<N>().ok_or(BadPrints)?;
    *from = rest;
    Ok(*head)
}

fn take_hash(from: &mut &[u8]) -> Result<Option<Hash>, BadPrints> {
    match take::<1>(from)? {
        [0] => Ok(None),
        [1] => Ok(Some(Hash(take(from)?))),
        _ => Err(BadPrints),
    }
}

fn take_list<T, const N: usize>(from: &mut &[u8], of: fn([u8; N]) -> T) -> Result<Vec<T>, BadPrints> {
    let length = u32::from_le_bytes(take(from)?) as usize;
    let (head, rest) = length.checked_mul(N).and_then(|n| from.split_at_checked(n)).ok_or(BadPrints)?;
    *from = rest;
    Ok(head.as_chunks::<N>().0.iter().map(|&n| of(n)).collect())
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    proptest! {
        #[test]
        fn prints_come_back_as_they_were(
            shingles in proptest::collection::vec(any::<u64>(), 0..20),
            chroma in proptest::collection::vec(any::<u32>(), 0..20),
            hashes in any::<(Option<[u8; 32]>, Option<[u8; 32]>)>(),
            thinned in 0u32..64,
        ) {
            let prints = Prints {
                normal: hashes.0.map(Hash),
                gradients: shingles.iter().map(|n| !n).collect(),
                detail: shingles.iter().map(|n| n / 3).collect(),
                terms: chroma.iter().map(|n| (*n, *n as u16)).collect(),
                samples: hashes.1.map(Hash),
                shingles, thinned, chroma,
            };
            let bytes = prints.to_bytes();
            let head = &bytes[..bytes.len().min(Prints::HEAD_BYTES)];
            prop_assert_eq!(&Prints::terms_of(head).unwrap(), &prints.terms);
            prop_assert_eq!(Prints::from_bytes(&bytes).unwrap(), prints);
            prop_assert!(Prints::from_bytes(&bytes[..bytes.len() - 1]).is_err());
        }

        #[test]
        fn any_bytes_are_read_without_a_panic(bytes in proptest::collection::vec(any::<u8>(), 0..100)) {
            let bytes = [MARK.as_slice(), &bytes].concat();
            let words = Prints::terms_of(&bytes);
            prop_assert!(Prints::from_bytes(&bytes).is_err() || words.is_ok());
        }
    }

    #[test]
    fn the_head_holds_as_many_words_as_a_text_can_have() {
        let text: String = (0..4000_u32).map(|n| format!("word{} ", letters(n))).collect();
        let prints = Prints { terms: crate::text::fit::terms(&text), ..Prints::of_text(&text) };
        assert_eq!(prints.terms.len(), MOST_TERMS);
        assert_eq!(Prints::terms_of(&prints.to_bytes()[..Prints::HEAD_BYTES]).unwrap(), prints.terms);
    }

    fn letters(n: u32) -> String {
        n.to_string().bytes().map(|digit| char::from(digit - b'0' + b'a')).collect()
    }
}
