//! S9: how much of two recordings is the same.
//!
//! Fingerprints (Chromaprint, a word every 0.124 s, each of the two seconds around it) are
//! laid over each other at the shifts at which most halves of words agree: both recordings
//! may begin or end with more silence, or be cut. A stretch of four words is the same where
//! at most four bits of 32 differ on average. Measured: in copies one does (after MP3 at 32
//! kbit/s, at another rate, with noise), in other recordings of one speaker six at least.
//!
//! Hums, silence, sweeps and metronomes sound like themselves a second later, and like all
//! others of their kind: words that come again within 0.5 to 1.5 seconds say nothing, and
//! only the others are counted.

use std::collections::HashMap;

/// Words of a stretch.
const STRETCH: usize = 4;
/// Bits of all its words that may differ.
const BITS: u32 = 16;
/// A word that differs from an earlier one in fewer bits comes again.
const AGAIN: u32 = 4;
/// How much earlier, words.
const EARLIER: std::ops::RangeInclusive<usize> = 4..=12;
/// Words that say something, at least.
const LEAST: usize = 4;
/// Words looked at: a recording of the greatest length has about 9,700.
const MOST: usize = 12_000;
/// Places of half a word that are tried: a sound that goes on and on has thousands.
const PLACES: usize = 32;
/// Shifts compared word by word.
const SHIFTS: usize = 4;

/// What two recordings have in common.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Common {
    /// Of 1,000 of whichever has less of it in the other.
    pub(crate) likeness: u32,
    /// Of 1,000 of the first, how much is in the other.
    pub(crate) contained: u32,
    /// Of 1,000 of the other, how much is in the first.
    pub(crate) holds: u32,
}

/// Compares two fingerprints; none where one of them says too little.
pub(crate) fn alike(one: &[u32], other: &[u32]) -> Option<Common> {
    let (a, b) = (&one[..one.len().min(MOST)], &other[..other.len().min(MOST)]);
    let (telling_a, telling_b) = (telling(a), telling(b));
    let count = |telling: &[bool]| telling.iter().filter(|says| **says).count();
    let (all_a, all_b) = (count(&telling_a), count(&telling_b));
    if all_a < LEAST || all_b < LEAST {
        return None;
    }
    let (mut same_a, mut same_b) = (vec![false; a.len()], vec![false; b.len()]);
    for shift in shifts((a, &telling_a), (b, &telling_b)) {
        mark((a, &mut same_a), (b, &mut same_b), shift);
    }
    let share = |same: &[bool], telling: &[bool], all: usize| {
        let found = same.iter().zip(telling).filter(|(same, says)| **same && **says).count();
        (found * 1000 / all) as u32
    };
    let (contained, holds) = (share(&same_a, &telling_a, all_a), share(&same_b, &telling_b, all_b));
    Some(Common { likeness: contained.min(holds), contained, holds })
}

/// Which words are not those of a second earlier again.
fn telling(words: &[u32]) -> Vec<bool> {
    let far = |word: u32, at: Option<usize>| {
        at.and_then(|at| words.get(at)).is_none_or(|other| (word ^ other).count_ones() >= AGAIN)
    };
    let one = |(at, &word): (usize, &u32)| {
        EARLIER.into_iter().all(|by| {
            // The first words have no earlier ones: those later stand for them.
            far(word, at.checked_sub(by).or(Some(at + by)))
        })
    };
    words.iter().enumerate().map(one).collect()
}

/// The likeliest shifts of `b` against `a`; none at all is one of them.
fn shifts((a, telling_a): (&[u32], &[bool]), (b, telling_b): (&[u32], &[bool])) -> Vec<i64> {
    let halves = |word: u32| [word >> 16, 1 << 16 | word & 0xffff];
    let mut places: HashMap<u32, Vec<i64>> = HashMap::new();
    for ((&word, _), at) in a.iter().zip(telling_a).zip(0..).filter(|((_, says), _)| **says) {
        for half in halves(word) {
            let list = places.entry(half).or_default();
            if list.len() < PLACES {
                list.push(at);
            }
        }
    }
    let mut votes: HashMap<i64, u32> = HashMap::new();
    for ((&word, _), at) in b.iter().zip(telling_b).zip(0i64..).filter(|((_, says), _)| **says) {
        for half in halves(word) {
            for &place in places.get(&half).map_or(&[][..], Vec::as_slice) {
                *votes.entry(place - at).or_default() += 1;
            }
        }
    }
    let mut votes: Vec<(u32, i64)> = votes.into_iter().map(|(shift, n)| (n, shift)).collect();
    votes.sort_by(|x, y| y.0.cmp(&x.0).then(x.1.cmp(&y.1)));
    let likeliest = votes.into_iter().map(|(_, shift)| shift).filter(|shift| *shift != 0);
    [0].into_iter().chain(likeliest.take(SHIFTS)).collect()
}

/// Marks the stretches that are the same when `b` begins `shift` words into `a`.
fn mark((a, same_a): (&[u32], &mut [bool]), (b, same_b): (&[u32], &mut [bool]), shift: i64) {
    let from = |n: i64| usize::try_from(n).unwrap_or(0);
    let (in_a, in_b) = (from(shift), from(-shift));
    let pairs = a.iter().skip(in_a).zip(b.iter().skip(in_b));
    let bits: Vec<u32> = pairs.map(|(x, y)| (x ^ y).count_ones()).collect();
    for (at, stretch) in bits.windows(STRETCH).enumerate() {
        if stretch.iter().sum::<u32>() <= BITS {
            same_a[in_a + at..in_a + at + STRETCH].fill(true);
            same_b[in_b + at..in_b + at + STRETCH].fill(true);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::super::words::mix;
    use super::*;

    fn sound(seed: u64, length: u64) -> Vec<u32> {
        (0..length).map(|n| mix(seed * 1_000_000 + n) as u32).collect()
    }

    fn common(contained: u32, holds: u32) -> Option<Common> {
        Some(Common { likeness: contained.min(holds), contained, holds })
    }

    #[test]
    fn a_shifted_and_disturbed_copy_is_alike_and_another_sound_is_not() {
        let first = sound(1, 200);
        let copy: Vec<u32> =
            first[5..].iter().map(|word| word ^ (mix(u64::from(*word)) as u32 & 0x0101)).collect();
        assert_eq!(alike(&copy, &first), common(1000, 975));
        assert!(alike(&sound(2, 200), &first).unwrap().likeness < 20);
    }

    #[test]
    fn a_part_is_contained_from_both_sides() {
        let whole = sound(1, 400);
        assert_eq!(alike(&whole[100..200], &whole), common(1000, 250));
        assert_eq!(alike(&whole, &whole[100..200]), common(250, 1000));
        // Without its middle a recording is still the same.
        let cut = [&whole[..150], &whole[250..]].concat();
        let found = alike(&cut, &whole).unwrap();
        // At the seams a word of chance may count.
        assert!(found.contained == 1000 && found.holds.abs_diff(750) <= 10, "{found:?}");
    }

    #[test]
    fn hums_ticks_and_silence_say_nothing_beside_speech_or_alone() {
        assert_eq!(alike(&[7; 300], &[7; 300]), None);
        let ticks: Vec<u32> = (0..300).map(|n| mix(n % 8) as u32).collect();
        assert_eq!(alike(&ticks, &ticks), None);
        let padded = |seed| [vec![7; 300], sound(seed, 60)].concat();
        assert_eq!(alike(&padded(1), &padded(2)).map(|found| found.likeness), Some(0));
        assert_eq!(alike(&padded(1), &sound(1, 60)).map(|found| found.contained), Some(1000));
    }

    #[test]
    fn sounds_that_repeat_are_compared_in_linear_time() {
        let loops: Vec<u32> = (0..12_000).map(|n| mix(n % 16) as u32).collect();
        assert_eq!(alike(&loops, &loops), common(1000, 1000));
    }
}
