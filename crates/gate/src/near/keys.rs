//! The keys under which likely copies are found: stored with a content, looked up for
//! the next one.
//!
//! * Texts: min-hashes (Broder 1997) in 20 bands of six. Two texts of likeness J share a
//!   band with the chance 1 − (1 − J⁶)²⁰: .996 at J = .8, .999,97 at .9, .08 at .4; the
//!   shingles themselves then decide exactly. Besides, every
//!   eighth shingle (of long texts every 16th or 32nd, by value), so that a chapter is
//!   found in its book.
//! * Images: gradient hashes in eight pieces of 16 bits: the image as it is and with its
//!   edges cut is found by what comes turned, mirrored, cut or whole.
//! * Recordings: the hash of the samples, and up to 1,024 words of the fingerprint.

use super::Prints;
use super::image::TURNS;
use super::words::{WordHash, mix};
use serde::{Deserialize, Serialize};

/// One key: what it is of, and the value.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
pub struct Key {
    /// Which band, sample or piece.
    pub band: u16,
    /// Its value.
    pub hash: i64,
}

impl Key {
    fn of(band: u16, hash: u64) -> Self {
        Self { band, hash: hash.cast_signed() }
    }
}

const BANDS: usize = 20;
const ROWS: usize = 6;
/// The band of sampled shingles; before it those of min-hashes.
pub(super) const SAMPLED: u16 = BANDS as u16;
/// The first of eight bands of pieces of gradient hashes of images as they are.
const WHOLE: u16 = 32;
/// The first of eight bands of those with their edges cut.
const CUT: u16 = 40;
/// The band of hashes of samples.
const SAMPLES: u16 = 48;
/// The band of words of fingerprints.
const CHROMA: u16 = 49;
/// Most words of a fingerprint that are keys.
const MOST_CHROMA: usize = 1024;

/// Two numbers for each min-hash: `x ↦ (x ⊕ c) · a`, `a` odd, a bijection of 64 bits.
const HASHES: [(u64, u64); BANDS * ROWS] = {
    let mut out = [(0, 0); BANDS * ROWS];
    let mut i = 0;
    while i < out.len() {
        let n = 2 * i as u64;
        out[i] = (mix(n.wrapping_mul(0x9e37_79b9_7f4a_7c15) ^ 0x6b61_7261), mix(!n) | 1);
        i += 1;
    }
    out
};

/// The keys a content is stored under.
pub(super) fn stored(prints: &Prints) -> Vec<Key> {
    let mut keys = bands(&prints.shingles);
    let every = if prints.thinned > 0 { 32 } else { every(prints.shingles.len()) };
    keys.extend(sampled(&prints.shingles, every));
    keys.extend(stored_forms(&prints.gradients));
    keys.extend(sound(prints));
    keys
}

/// The keys likely copies of a content are found by.
pub(super) fn sought(prints: &Prints) -> Vec<Key> {
    let mut keys = bands(&prints.shingles);
    // A short text may stand in a long one, which is stored under fewer of its shingles:
    // ask for the most that any text of at least this length is stored under.
    keys.extend(sampled(&prints.shingles, every(prints.shingles.len())));
    keys.extend(sought_forms(&prints.gradients));
    keys.extend(sound(prints));
    keys
}

/// One of how many shingles is a key, for a text with so many.
const fn every(shingles: usize) -> u64 {
    match shingles {
        0..=8_192 => 8,
        8_193..=32_768 => 16,
        _ => 32,
    }
}

fn bands(shingles: &[u64]) -> Vec<Key> {
    if shingles.len() < super::shingle::LEAST {
        return Vec::new();
    }
    let least: Vec<u64> = HASHES
        .iter()
        .map(|&(c, a)| shingles.iter().map(|&x| (x ^ c).wrapping_mul(a)).min().unwrap_or(0))
        .collect();
    let rows = least.chunks(ROWS);
    rows.zip(0..).map(|(rows, band)| Key::of(band, WordHash::of(rows.iter().copied()))).collect()
}

fn sampled(shingles: &[u64], every: u64) -> impl Iterator<Item = Key> {
    let shown = if shingles.len() < super::shingle::LEAST { &[] } else { shingles };
    shown.iter().filter(move |&&shingle| shingle % every == 0).map(|&shingle| Key::of(SAMPLED, shingle))
}

/// Each hash in eight pieces of two lines: the first with the fourth and so on, and each
/// with the one half an image below.
fn pieces(first: u16, gradients: &[u64]) -> impl Iterator<Item = Key> {
    const LINES: [[u32; 2]; 8] = [[0, 3], [1, 6], [2, 5], [4, 7], [0, 4], [1, 5], [2, 6], [3, 7]];
    let line = |gradient: u64, n: u32| gradient >> (8 * n) & 0xff;
    let piece = move |gradient: u64, (band, [a, b]): (u16, [u32; 2])| {
        Key::of(first + band, line(gradient, a) << 8 | line(gradient, b))
    };
    gradients.iter().flat_map(move |&gradient| (0..).zip(LINES).map(move |lines| piece(gradient, lines)))
}

/// An image is stored as it is, and with its edges cut.
fn forms(gradients: &[u64]) -> (&[u64], &[u64]) {
    gradients.split_at(gradients.len().min(TURNS))
}

fn stored_forms(gradients: &[u64]) -> Vec<Key> {
    let (turns, cuts) = forms(gradients);
    distinct(pieces(WHOLE, turns.get(..1).unwrap_or_default()).chain(pieces(CUT, cuts)))
}

/// A copy may be turned, and may be the one that is cut or the one that is not.
fn sought_forms(gradients: &[u64]) -> Vec<Key> {
    let (turns, _) = forms(gradients);
    distinct(pieces(WHOLE, gradients).chain(pieces(CUT, turns)))
}

fn distinct(keys: impl Iterator<Item = Key>) -> Vec<Key> {
    let mut keys: Vec<Key> = keys.collect();
    keys.sort_unstable();
    keys.dedup();
    keys
}

fn sound(prints: &Prints) -> Vec<Key> {
    let mut words = prints.chroma.clone();
    words.sort_unstable_by_key(|&word| mix(u64::from(word)));
    words.dedup();
    let head = |hash: &karat_types::Hash| WordHash::of(hash.0.iter().map(|&byte| u64::from(byte)));
    let samples = prints.samples.iter().map(|hash| Key::of(SAMPLES, head(hash)));
    samples.chain(words.into_iter().take(MOST_CHROMA).map(|word| Key::of(CHROMA, word.into()))).collect()
}
