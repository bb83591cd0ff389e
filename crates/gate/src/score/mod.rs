//! The validation score, version v1: four parts and one number.
//!
//! ```text
//! score = the greatest whole s with (10·s)^W ≤ v₁^w₁ · v₂^w₂ · …       W = w₁ + w₂ + …
//! ```
//!
//! over the parts that were measured, each value v from 0 to 1,000: their weighted geometric
//! mean, rounded down to a whole point of 100. All weights together are 12, so the powers
//! fit into 128 bits and nothing is ever rounded on the way.

mod parts;
mod quality;

pub use parts::{Part, explain, measured};
pub(crate) use parts::{begin, near_ran, refresh};
pub use quality::{page, text_quality};

/// The name of this formula.
pub const VERSION: &str = "v1";

/// The weighted geometric mean of values 0–1,000, as a score 0–100; none without a value.
///
/// `(value, weight)`; the weights together are at most 12.
pub fn mean(parts: &[(u32, u32)]) -> Option<u32> {
    let weights: u32 = parts.iter().map(|(_, weight)| weight).sum();
    if weights == 0 || weights > parts::ALL_WEIGHTS {
        return None;
    }
    let product: u128 =
        parts.iter().map(|&(value, weight)| u128::from(value.min(1000)).pow(weight)).product();
    (0..=100_u32).rev().find(|&score| u128::from(10 * score).pow(weights) <= product)
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn the_mean_of_equal_parts_is_each_of_them() {
        for value in [0, 10, 370, 1000] {
            assert_eq!(mean(&[(value, 1), (value, 2), (value, 7), (value, 2)]), Some(value / 10));
        }
        assert_eq!(mean(&[(1000, 1), (999, 7)]), Some(99));
        assert_eq!(mean(&[(1000, 1), (0, 7)]), Some(0));
        assert_eq!(mean(&[]), None);
    }

    #[test]
    fn a_mean_computed_by_hand() {
        // 1000¹ · 600⁷ = 2.799…·10²²; 63 → 630⁸ = 2.48·10²², 64 → 640⁸ = 2.81·10²².
        assert_eq!(mean(&[(1000, 1), (600, 7)]), Some(63));
    }

    proptest! {
        #[test]
        fn a_better_part_never_lowers_the_score(
            a in 0u32..=1000, b in 0u32..=1000, c in 0u32..=1000, more in 0u32..=1000,
        ) {
            let score = |c| mean(&[(a, 1), (b, 2), (c, 7)]).unwrap();
            prop_assert!(score(c) <= score(c.max(more)));
            let (least, most) = (a.min(b).min(c), a.max(b).max(c));
            prop_assert!((least / 10..=most / 10).contains(&score(c)));
        }
    }
}
