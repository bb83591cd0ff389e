//! S9: how alike two recordings sound.
//!
//! Fingerprints are laid over each other at the shift at which most words agree in their
//! upper 16 bits (both may begin or end with more silence, or be cut); there, a word
//! matches when at most six of its 32 bits differ. Words of different sounds differ in
//! about half of their bits: six or fewer do so once in 5,000.

use std::collections::HashMap;

/// Bits of a word that may differ.
const BITS: u32 = 6;
/// Different words a fingerprint needs: a hum or silence has one or two, and every other
/// hum has the same.
const LEAST: usize = 12;
/// Words looked at: a recording of the greatest length has about 9,700.
const MOST: usize = 12_000;
/// Places of one word that are tried: a sound that goes on and on has thousands.
const PLACES: usize = 32;
/// Shifts compared word by word.
const SHIFTS: usize = 4;

/// Matching words of 1,000 of the longer and of 1,000 of the first recording.
pub(super) fn alike(one: &[u32], other: &[u32]) -> Option<(u32, u32)> {
    let (a, b) = (&one[..one.len().min(MOST)], &other[..other.len().min(MOST)]);
    if !says_enough(a) || !says_enough(b) {
        return None;
    }
    let most = shifts(a, b).into_iter().map(|shift| matches(a, b, shift)).max().unwrap_or(0);
    let per_mille = |whole: usize| (most * 1000 / whole.max(1)) as u32;
    Some((per_mille(a.len().max(b.len())), per_mille(a.len())))
}

fn says_enough(words: &[u32]) -> bool {
    words.iter().collect::<std::collections::HashSet<_>>().len() >= LEAST
}

/// The likeliest shifts of `b` against `a`; none at all is one of them.
fn shifts(a: &[u32], b: &[u32]) -> Vec<i64> {
    let mut places: HashMap<u32, Vec<i64>> = HashMap::new();
    for (word, at) in a.iter().zip(0..) {
        let list = places.entry(word >> 16).or_default();
        if list.len() < PLACES {
            list.push(at);
        }
    }
    let mut votes: HashMap<i64, u32> = HashMap::new();
    for (word, at) in b.iter().zip(0i64..) {
        for &place in places.get(&(word >> 16)).map_or(&[][..], Vec::as_slice) {
            *votes.entry(place - at).or_default() += 1;
        }
    }
    let mut votes: Vec<(u32, i64)> = votes.into_iter().map(|(shift, n)| (n, shift)).collect();
    votes.sort_by(|x, y| y.0.cmp(&x.0).then(x.1.cmp(&y.1)));
    [0].into_iter().chain(votes.into_iter().take(SHIFTS).map(|(_, shift)| shift)).collect()
}

fn matches(a: &[u32], b: &[u32], shift: i64) -> usize {
    let from = |n: i64| usize::try_from(n).unwrap_or(0);
    let pairs = a.iter().skip(from(shift)).zip(b.iter().skip(from(-shift)));
    pairs.filter(|(x, y)| (*x ^ *y).count_ones() <= BITS).count()
}

#[cfg(test)]
mod tests {
    use super::super::words::mix;
    use super::*;

    fn sound(seed: u64, length: u64) -> Vec<u32> {
        (0..length).map(|n| mix(seed * 1_000_000 + n) as u32).collect()
    }

    #[test]
    fn a_shifted_and_disturbed_copy_is_alike_and_another_sound_is_not() {
        let first = sound(1, 200);
        let copy: Vec<u32> =
            first[5..].iter().map(|word| word ^ (mix(u64::from(*word)) as u32 & 0x0101)).collect();
        assert_eq!(alike(&copy, &first), Some((975, 1000)));
        assert!(alike(&sound(2, 200), &first).unwrap().0 < 20);
    }

    #[test]
    fn a_part_is_contained_and_a_hum_says_nothing() {
        let whole = sound(1, 400);
        assert_eq!(alike(&whole[100..200], &whole), Some((250, 1000)));
        assert_eq!(alike(&[7; 300], &[7; 300]), None);
    }

    #[test]
    fn sounds_that_repeat_are_compared_in_linear_time() {
        let loops: Vec<u32> = (0..12_000).map(|n| mix(n % 16) as u32).collect();
        assert_eq!(alike(&loops, &loops), Some((1000, 1000)));
    }
}
