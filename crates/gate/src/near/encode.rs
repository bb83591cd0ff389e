//! Prints as bytes, for a database.
//!
//! `KP2`, then each field in the order of the struct: hashes as a byte 0 or 1 and, if 1,
//! 32 bytes; lists as their length (u32) and their numbers; all little-endian.

use super::Prints;
use karat_types::Hash;

const MARK: &[u8; 3] = b"KP2";

/// Bytes that are no prints of this version.
#[derive(Debug, thiserror::Error)]
#[error("stored prints are broken or of another version")]
pub struct BadPrints;

impl Prints {
    /// The prints as bytes.
    pub fn to_bytes(&self) -> Vec<u8> {
        let mut out = MARK.to_vec();
        put_hash(&mut out, self.normal.as_ref());
        put_list(&mut out, &self.shingles, |n| n.to_le_bytes());
        out.extend(self.thinned.to_le_bytes());
        put_list(&mut out, &self.terms, |(hash, count)| {
            let ([a, b, c, d], [e, f]) = (hash.to_le_bytes(), count.to_le_bytes());
            [a, b, c, d, e, f]
        });
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
            normal: take_hash(from)?,
            shingles: take_list(from, u64::from_le_bytes)?,
            thinned: u32::from_le_bytes(take(from)?),
            terms: take_list(from, |[a, b, c, d, e, f]| {
                (u32::from_le_bytes([a, b, c, d]), u16::from_le_bytes([e, f]))
            })?,
            gradients: take_list(from, u64::from_le_bytes)?,
            detail: take_list(from, u64::from_le_bytes)?,
            samples: take_hash(from)?,
            chroma: take_list(from, u32::from_le_bytes)?,
        };
        let sane = rest.is_empty() && prints.thinned < u64::BITS;
        if sane { Ok(prints) } else { Err(BadPrints) }
    }
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
            prop_assert_eq!(Prints::from_bytes(&bytes).unwrap(), prints);
            prop_assert!(Prints::from_bytes(&bytes[..bytes.len() - 1]).is_err());
        }

        #[test]
        fn any_bytes_are_read_without_a_panic(bytes in proptest::collection::vec(any::<u8>(), 0..100)) {
            let _ = Prints::from_bytes(&[MARK.as_slice(), &bytes].concat());
        }
    }
}
