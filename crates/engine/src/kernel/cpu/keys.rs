//! Scores of one query in vectors of sixteen: decoding spends its time here as soon as the
//! context is long.

use std::arch::x86_64::*;

/// Whether [`scores`] can do this.
pub(super) fn fits(q: &[f32]) -> bool {
    q.len().is_multiple_of(16) && std::arch::is_x86_feature_detected!("avx512f")
}

/// `scores[j] = scale · q·k[j]`, the rows of k `stride` apart; four keys at a time, so that
/// adding up the lanes of one hides behind the products of the others.
pub(super) fn scores(q: &[f32], k: &[f32], stride: usize, scale: f32, scores: &mut [f32]) {
    assert!(fits(q));
    if let Some(last) = scores.len().checked_sub(1) {
        assert!(last * stride + q.len() <= k.len());
    }
    let mut fours = scores.chunks_exact_mut(4);
    let mut first = 0;
    for scores in fours.by_ref() {
        // SAFETY: the processor was asked, and the last key ends inside `k` (just asserted).
        #[expect(unsafe_code, reason = "instructions the processor was asked for")]
        let sums = unsafe { some::<4>(q, k.as_ptr().add(first * stride), stride) };
        scores.iter_mut().zip(sums).for_each(|(score, sum)| *score = scale * sum);
        first += 4;
    }
    for score in fours.into_remainder() {
        // SAFETY: as above.
        #[expect(unsafe_code, reason = "instructions the processor was asked for")]
        let [sum] = unsafe { some::<1>(q, k.as_ptr().add(first * stride), stride) };
        *score = scale * sum;
        first += 1;
    }
}

/// # Safety
/// AVX-512 F; `N` rows of `q.len()` numbers, a multiple of sixteen, `stride` apart at `k`.
#[target_feature(enable = "avx512f")]
#[expect(unsafe_code, reason = "vector loads inside bounds the caller checked")]
unsafe fn some<const N: usize>(q: &[f32], k: *const f32, stride: usize) -> [f32; N] {
    let mut sums = [_mm512_setzero_ps(); N];
    for at in (0..q.len()).step_by(16) {
        // SAFETY: `at + 16` is inside the query, and inside every row by the contract.
        unsafe {
            let q = _mm512_loadu_ps(q.as_ptr().add(at));
            for (j, sum) in sums.iter_mut().enumerate() {
                *sum = _mm512_fmadd_ps(q, _mm512_loadu_ps(k.add(j * stride + at)), *sum);
            }
        }
    }
    sums.map(|sum| _mm512_reduce_add_ps(sum))
}
