//! I9: how far two images are from each other.

use super::Prints;

/// Bits that may differ in a copy.
pub(super) const SAME: u32 = 4;
/// Bits that may differ in something a person must look at.
pub(super) const CLOSE: u32 = 8;

/// Differing bits, confirmed by the finer hashes and colours where both have them.
pub(super) fn bits(one: &Prints, other: &Prints) -> Option<u32> {
    if one.detail.is_empty() || other.detail.is_empty() {
        return distance(&one.gradients, &other.gradients);
    }
    crate::image::likeness(one, other)
}

/// Differing bits of 64: one image as it is against the other as it is, turned, mirrored
/// or cropped, and the other way round.
fn distance(one: &[u64], other: &[u64]) -> Option<u32> {
    let (a, b) = (one.first()?, other.first()?);
    let to = |first: &u64, all: &[u64]| all.iter().map(|hash| (hash ^ first).count_ones()).min();
    to(a, other).into_iter().chain(to(b, one)).min()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_closest_of_all_forms_counts() {
        assert_eq!(distance(&[0b1111, 0], &[0b1110, u64::MAX]), Some(1));
        assert_eq!(distance(&[0b1111, 0xff00], &[0xff01]), Some(1));
        assert_eq!(distance(&[], &[1]), None);
        // Two crops that agree say nothing.
        assert_eq!(distance(&[0xff, 7], &[0xff00, 7]).unwrap(), 8 - 3);
    }
}
