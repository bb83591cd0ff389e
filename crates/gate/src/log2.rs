//! Logarithms without floating point, so that a verdict is the same on every machine.

/// log₂ of a number from 1 to 2³² − 1, in 65,536ths, by squaring: each round gives one more binary
/// place.
pub(crate) fn log2(number: u64) -> u64 {
    let whole = u64::from(number.max(1).ilog2());
    // 1 ≤ x < 2 in 2⁻³².
    let mut x = (number.max(1) << 32) >> whole;
    let mut places = 0;
    for _ in 0..16 {
        x = ((u128::from(x) * u128::from(x)) >> 32) as u64;
        places <<= 1;
        if x >= 2 << 32 {
            places |= 1;
            x >>= 1;
        }
    }
    (whole << 16) | places
}

#[cfg(test)]
mod tests {
    use super::log2;

    #[test]
    fn powers_are_exact_and_others_rounded_down() {
        assert_eq!([0, 1, 2, 1024, 3].map(log2), [0, 0, 65_536, 655_360, 103_872]);
    }
}
