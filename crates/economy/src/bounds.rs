//! Products of very many factors, known to lie between two short numbers.
//!
//! A product with a million bits is kept as its first 63 bits, rounded down and rounded
//! up. Comparing two such products is exact whenever their ranges do not touch, which is
//! nearly always; when they touch, the caller compares the whole numbers.

use std::cmp::Ordering;

/// `lo · 2^exponent ≤ value ≤ hi · 2^exponent`, with `2^62 ≤ lo < 2^63` and `lo ≤ hi`.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Bounds {
    lo: u64,
    hi: u64,
    exponent: i64,
}

impl Bounds {
    /// One.
    pub(crate) const ONE: Self = Self { lo: 1 << 62, hi: 1 << 62, exponent: -62 };

    /// An exact number from 1 to 2^63 − 1.
    pub(crate) fn exact(value: u64) -> Self {
        assert!(value > 0 && value >> 63 == 0, "{value} is outside 1..2^63");
        let shift = value.leading_zeros() - 1;
        Self { lo: value << shift, hi: value << shift, exponent: -i64::from(shift) }
    }

    /// The product.
    pub(crate) fn times(self, other: Self) -> Self {
        let lo = u128::from(self.lo) * u128::from(other.lo);
        let hi = u128::from(self.hi) * u128::from(other.hi);
        let cut = 128 - lo.leading_zeros() - 63;
        let rounded_up = (hi >> cut) + u128::from(hi & ((1 << cut) - 1) != 0);
        // `hi` is a few units above `lo`, so it fits: at most 2^63 and a little.
        Self {
            lo: (lo >> cut) as u64,
            hi: rounded_up as u64,
            exponent: self.exponent + other.exponent + i64::from(cut),
        }
    }

    /// The power, by squaring.
    pub(crate) fn pow(self, mut exponent: u64) -> Self {
        let (mut base, mut out) = (self, Self::ONE);
        while exponent > 0 {
            if exponent & 1 == 1 {
                out = out.times(base);
            }
            exponent >>= 1;
            if exponent > 0 {
                base = base.times(base);
            }
        }
        out
    }

    /// Less or greater when that is certain, equal when both are exact, else none.
    pub(crate) fn compare(self, other: Self) -> Option<Ordering> {
        if self.below(other) {
            Some(Ordering::Less)
        } else if other.below(self) {
            Some(Ordering::Greater)
        } else if self == other && self.lo == self.hi {
            Some(Ordering::Equal)
        } else {
            None
        }
    }

    /// Whether the whole range of `self` lies under that of `other`.
    fn below(self, other: Self) -> bool {
        let gap = self.exponent.abs_diff(other.exponent);
        // Mantissas have 63 bits, an upper one perhaps 64: a larger gap decides alone.
        if gap > 2 {
            return self.exponent < other.exponent;
        }
        let (high, low) = (u128::from(self.hi), u128::from(other.lo));
        if self.exponent > other.exponent { (high << gap) < low } else { high < (low << gap) }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use num_bigint::BigUint;
    use proptest::prelude::*;

    /// `mantissa · 2^(exponent + 6300)`, whole for every exponent of the tests.
    fn big(mantissa: u64, exponent: i64) -> BigUint {
        BigUint::from(mantissa) << u64::try_from(exponent + 6300).unwrap()
    }

    fn product(factors: &[u64]) -> (Bounds, BigUint) {
        let bounds = factors.iter().fold(Bounds::ONE, |all, &f| all.times(Bounds::exact(f)));
        (bounds, factors.iter().map(|&f| BigUint::from(f)).product())
    }

    proptest! {
        #[test]
        fn the_true_product_lies_between_the_bounds(factors in proptest::collection::vec(1_u64..1 << 40, 0..100)) {
            let (bounds, exact) = product(&factors);
            let exact = exact << 6300;
            prop_assert!(big(bounds.lo, bounds.exponent) <= exact);
            prop_assert!(exact <= big(bounds.hi, bounds.exponent));
            prop_assert!(bounds.hi - bounds.lo < 400);
        }

        #[test]
        fn a_certain_comparison_is_the_true_one(
            one in proptest::collection::vec(1_u64..10_000, 0..30),
            two in proptest::collection::vec(1_u64..10_000, 0..30),
        ) {
            let ((a, exact_a), (b, exact_b)) = (product(&one), product(&two));
            if let Some(order) = a.compare(b) {
                prop_assert_eq!(order, exact_a.cmp(&exact_b));
            }
        }
    }

    #[test]
    fn powers_are_products_and_equal_numbers_are_equal() {
        assert_eq!(Bounds::exact(3).pow(20), Bounds::exact(3_486_784_401));
        assert_eq!(Bounds::exact(6).compare(Bounds::exact(6)), Some(Ordering::Equal));
        assert_eq!(Bounds::exact(1).compare(Bounds::exact(1 << 40)), Some(Ordering::Less));
        let touching = Bounds::exact(10_001).pow(1000);
        assert_eq!(touching.compare(touching), None);
    }
}
