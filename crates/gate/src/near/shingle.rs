//! T13: how much of one text stands in another.
//!
//! A *shingle* is five words in a row, as one number; a text's shingles are a set. The
//! likeness of two texts is the Jaccard index of their sets, counted exactly: |A∩B| /
//! |A∪B|. Of texts with more than [`MOST`] different shingles only those below a power of
//! two are kept, the same ones in every text, so that sets of unlike size stay comparable;
//! 131,072 random shingles tell the likeness to ± 0.0014 (one standard error).

use super::words::{Word, WordHash};

/// Words of a shingle.
pub(super) const WIDTH: usize = 5;
/// Most shingles kept of a text: about 800 KB of prose are kept whole.
const MOST: usize = 1 << 17;
/// Below this number of shingles two texts are only compared as wholes.
pub(super) const LEAST: usize = 50;

/// The shingles of a text, ascending, each once; and of how many (as a power of two) one
/// was kept.
pub(super) fn shingles(words: &[Word]) -> (Vec<u64>, u32) {
    let mut all: Vec<u64> = runs(words, WIDTH, None).map(|(hash, _)| hash).collect();
    all.sort_unstable();
    all.dedup();
    let mut thinned = 0;
    while all.len() > MOST {
        thinned += 1;
        all.truncate(below(&all, thinned));
    }
    all.shrink_to_fit();
    (all, thinned)
}

/// Each run of `width` words with its number, after `head` where one is given. Words are
/// their numbers, with or without their places.
pub(super) fn runs<T>(words: &[T], width: usize, head: Option<u64>) -> impl Iterator<Item = (u64, &[T])>
where
    T: Copy,
    u64: From<T>,
{
    let number =
        move |run: &[T]| WordHash::of(head.into_iter().chain(run.iter().map(|word| u64::from(*word))));
    words.windows(width).map(move |run| (number(run), run))
}

/// How many of the ascending shingles stay when one of 2^`thinned` is kept.
fn below(shingles: &[u64], thinned: u32) -> usize {
    shingles.partition_point(|&shingle| shingle.checked_shr(u64::BITS - thinned).unwrap_or(0) == 0)
}

/// What two sets of shingles have in common.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(super) struct Common {
    /// |A∩B| of 1,000 |A∪B|, rounded down.
    pub(super) likeness: u32,
    /// |A∩B| of 1,000 |A|, rounded down.
    pub(super) contained: u32,
}

/// Compares a text's shingles with another's; both with how far they were thinned. None
/// where too few are left to say anything.
pub(super) fn compare(one: (&[u64], u32), other: (&[u64], u32)) -> Option<Common> {
    let thinned = one.1.max(other.1);
    let a = &one.0[..below(one.0, thinned)];
    let b = &other.0[..below(other.0, thinned)];
    if a.len() < LEAST || b.len() < LEAST {
        return None;
    }
    let both = in_both(a, b);
    let per_mille = |part: usize, whole: usize| (part * 1000 / whole.max(1)) as u32;
    Some(Common { likeness: per_mille(both, a.len() + b.len() - both), contained: per_mille(both, a.len()) })
}

fn in_both(a: &[u64], b: &[u64]) -> usize {
    let (mut i, mut j, mut both) = (0, 0, 0);
    while let (Some(x), Some(y)) = (a.get(i), b.get(j)) {
        both += usize::from(x == y);
        i += usize::from(x <= y);
        j += usize::from(y <= x);
    }
    both
}

#[cfg(test)]
mod tests {
    use super::super::words::words;
    use super::*;
    use proptest::prelude::*;

    fn of(text: &str) -> (Vec<u64>, u32) {
        shingles(&words(text))
    }

    fn numbered(range: std::ops::Range<usize>) -> String {
        range.map(|n| format!("word{n} ")).collect()
    }

    fn between(a: &str, b: &str) -> Option<Common> {
        let ((a, x), (b, y)) = (of(a), of(b));
        compare((&a, x), (&b, y))
    }

    #[test]
    fn likeness_and_containment_are_counted_exactly() {
        // 196 and 96 shingles, all of the second in the first.
        let (long, short) = (numbered(0..200), numbered(0..100));
        assert_eq!(between(&short, &long), Some(Common { likeness: 96 * 1000 / 196, contained: 1000 }));
        assert_eq!(between(&long, &short).unwrap().contained, 96 * 1000 / 196);
        assert_eq!(between(&long, &long), Some(Common { likeness: 1000, contained: 1000 }));
        assert_eq!(between(&long, &numbered(300..500)), Some(Common::default()));
    }

    #[test]
    fn short_texts_are_not_compared_by_shingles() {
        assert_eq!(between(&numbered(0..53), &numbered(0..200)), None);
        assert!(between(&numbered(0..54), &numbered(0..200)).is_some());
        assert!(of("one two three four").0.is_empty());
    }

    #[test]
    fn huge_texts_are_thinned_and_stay_comparable() {
        let (whole, half) = (of(&numbered(0..600_000)), of(&numbered(0..300_000)));
        assert!(whole.0.len() <= MOST && whole.0.len() > MOST / 4 && whole.1 == 3);
        let common = compare((&half.0, half.1), (&whole.0, whole.1)).unwrap();
        assert!(common.likeness.abs_diff(500) < 8 && common.contained == 1000, "{common:?}");
    }

    proptest! {
        #[test]
        fn comparing_counts_what_sets_count(
            a in proptest::collection::btree_set(0u64..400, 50..200),
            b in proptest::collection::btree_set(0u64..400, 50..200),
        ) {
            let both = a.intersection(&b).count();
            let union = a.union(&b).count();
            let lists: [Vec<u64>; 2] = [a.iter().copied().collect(), b.iter().copied().collect()];
            let common = compare((&lists[0], 0), (&lists[1], 0)).unwrap();
            prop_assert_eq!(common.likeness as usize, both * 1000 / union);
            prop_assert_eq!(common.contained as usize, both * 1000 / a.len());
        }
    }
}
