//! The AVX-512 pieces of a product: packing into panels, and the tile that multiplies them.
//!
//! A tile is 14 rows × 32 columns: 28 accumulators, two vectors of `b` and one broadcast
//! of `a` fill the 32 registers. Panels hold `k` rows of 14 (`a`) or 32 (`b`) numbers, so
//! both are read from front to back.

use std::arch::x86_64::*;

/// Rows of a tile.
pub(super) const ROWS: usize = 14;
/// Columns of a tile.
pub(super) const COLS: usize = 32;
/// Columns of a narrow product at most: one vector.
pub(super) const NARROW: usize = 16;
/// Rows a narrow tile takes at once.
const NARROW_ROWS: usize = 8;

/// Whether this processor has what the tiles need.
pub(super) fn available() -> bool {
    use std::arch::is_x86_feature_detected as has;
    has!("avx512f") && has!("avx512vl") && has!("avx2") && has!("fma")
}

/// Where a tile goes: `c` has `rows` × `cols` numbers, `stride` apart.
#[derive(Clone, Copy)]
pub(super) struct Goal {
    pub(super) c: *mut f32,
    pub(super) stride: usize,
    pub(super) rows: usize,
    pub(super) cols: usize,
    pub(super) alpha: f32,
    pub(super) accumulate: bool,
}

/// The first `n` of 16 lanes.
fn lanes(n: usize) -> u16 {
    if n >= 16 { u16::MAX } else { (1 << n) - 1 }
}

/// `c = α·a·b` for one tile; `a` is packed with as many columns as the tile has rows, rows
/// of `b` are `step` apart. Masks keep loads and stores inside `cols`.
///
/// # Safety
/// The processor has AVX-512F; `a` holds k · rows numbers, `b` k rows of `cols`; the
/// rectangle of the goal may be written.
#[target_feature(enable = "avx512f")]
#[expect(unsafe_code, reason = "reads and writes through raw pointers, whose extents the caller promises")]
unsafe fn tile_of<const R: usize>(k: usize, a: *const f32, (b, step): (*const f32, usize), goal: Goal) {
    let (low, high) = (lanes(goal.cols), lanes(goal.cols.saturating_sub(16)));
    let mut sum = [[_mm512_setzero_ps(); 2]; R];
    let (mut a, mut b) = (a, b);
    // SAFETY: k steps over `a` and `b`, masked to the columns there are.
    unsafe {
        for _ in 0..k {
            let (b0, b1) = (_mm512_maskz_loadu_ps(low, b), _mm512_maskz_loadu_ps(high, b.wrapping_add(16)));
            for (i, sum) in sum.iter_mut().enumerate() {
                let x = _mm512_set1_ps(*a.add(i));
                sum[0] = _mm512_fmadd_ps(x, b0, sum[0]);
                sum[1] = _mm512_fmadd_ps(x, b1, sum[1]);
            }
            a = a.wrapping_add(R);
            b = b.wrapping_add(step);
        }
        store(&sum, goal);
    }
}

/// Writes the sums of a tile, scaled, or adds them.
///
/// # Safety
/// The processor has AVX-512F; the rectangle of the goal may be written.
#[target_feature(enable = "avx512f")]
#[expect(unsafe_code, reason = "writes through a raw pointer, whose extent the caller promises")]
#[inline]
unsafe fn store<const R: usize>(sum: &[[__m512; 2]; R], goal: Goal) {
    let masks = [lanes(goal.cols), lanes(goal.cols.saturating_sub(16))];
    let alpha = _mm512_set1_ps(goal.alpha);
    for (i, sum) in sum.iter().enumerate() {
        for (half, mask) in masks.into_iter().enumerate() {
            let c = goal.c.wrapping_add(i * goal.stride + 16 * half);
            // SAFETY: row i of the goal, masked to its columns.
            unsafe {
                let old = if goal.accumulate { _mm512_maskz_loadu_ps(mask, c) } else { _mm512_setzero_ps() };
                _mm512_mask_storeu_ps(c, mask, _mm512_fmadd_ps(alpha, sum[half], old));
            }
        }
    }
}

/// Whether this processor multiplies brain floats.
pub(super) fn brain_available() -> bool {
    available() && std::arch::is_x86_feature_detected!("avx512bf16")
}

/// A tile of bf16 products, sums in f32: `pairs` pairs a row of `a` (`step` pairs apart) and
/// as many rows of 32 pairs of `b`.
///
/// # Safety
/// The processor has AVX-512F and AVX-512 BF16; `a` has R rows, `b` is packed in whole
/// panels; the rectangle of the goal may be written.
#[target_feature(enable = "avx512f,avx512bf16")]
#[expect(unsafe_code, reason = "reads through raw pointers, whose extents the caller promises")]
unsafe fn brain_of<const R: usize>(pairs: usize, (a, step): (*const u32, usize), b: *const u32, goal: Goal) {
    let mut sum = [[_mm512_setzero_ps(); 2]; R];
    // SAFETY: `pairs` steps over `a` and `b`; any bits are brain floats.
    unsafe {
        for l in 0..pairs {
            let right = b.add(COLS * l);
            let b0 = brain_floats(_mm512_loadu_si512(right.cast()));
            let b1 = brain_floats(_mm512_loadu_si512(right.add(16).cast()));
            for (i, sum) in sum.iter_mut().enumerate() {
                let x = brain_floats(_mm512_set1_epi32(*a.add(i * step + l) as i32));
                sum[0] = _mm512_dpbf16_ps(sum[0], x, b0);
                sum[1] = _mm512_dpbf16_ps(sum[1], x, b1);
            }
        }
        store(&sum, goal);
    }
}

/// The same bits as brain floats.
#[target_feature(enable = "avx512f,avx512bf16")]
#[inline]
fn brain_floats(bits: __m512i) -> __m512bh {
    // SAFETY: both are 64 bytes of any content.
    #[expect(unsafe_code, reason = "the intrinsics have no cast for it")]
    unsafe {
        std::mem::transmute::<__m512i, __m512bh>(bits)
    }
}

/// [`brain_of`] for a goal of up to 32 rows.
///
/// # Safety
/// As [`brain_of`], with the rows of the goal.
#[target_feature(enable = "avx512f,avx512bf16")]
#[expect(unsafe_code, reason = "passes the promise of the caller on")]
pub(super) unsafe fn brain(pairs: usize, (a, step): (*const u32, usize), b: *const u32, goal: Goal) {
    const MOST: usize = 11;
    for first in (0..goal.rows).step_by(MOST) {
        let rows = MOST.min(goal.rows - first);
        let (a, c) = ((a.wrapping_add(first * step), step), goal.c.wrapping_add(first * goal.stride));
        let goal = Goal { c, rows, ..goal };
        macro_rules! by_rows {
            ($($n:literal)*) => {
                // SAFETY: the caller's promise, for these rows.
                match rows { $($n => unsafe { brain_of::<$n>(pairs, a, b, goal) },)* _ => {} }
            };
        }
        by_rows!(1 2 3 4 5 6 7 8 9 10 11);
    }
}

/// [`tile_of`] with the rows of the goal.
///
/// # Safety
/// As [`tile_of`].
#[target_feature(enable = "avx512f")]
#[expect(unsafe_code, reason = "passes the promise of the caller on")]
pub(super) unsafe fn tile(k: usize, a: *const f32, b: (*const f32, usize), goal: Goal) {
    macro_rules! by_rows {
        ($($n:literal)*) => {
            // SAFETY: the caller's promise.
            match goal.rows { $($n => unsafe { tile_of::<$n>(k, a, b, goal) },)* _ => {} }
        };
    }
    by_rows!(1 2 3 4 5 6 7 8 9 10 11 12 13 14);
}

/// Rows and columns of a 16 × 16 block swapped.
#[target_feature(enable = "avx512f")]
fn transpose(r: [__m512; 16]) -> [__m512; 16] {
    let pairs = |a: __m512, b: __m512| {
        let (a, b) = (_mm512_castps_pd(a), _mm512_castps_pd(b));
        (_mm512_castpd_ps(_mm512_unpacklo_pd(a, b)), _mm512_castpd_ps(_mm512_unpackhi_pd(a, b)))
    };
    // fours[4g + j] holds, in its 128-bit lane l, column 4l + j of rows 4g … 4g + 3.
    let mut fours = r;
    for g in (0..16).step_by(4) {
        let (a, b) = (_mm512_unpacklo_ps(r[g], r[g + 1]), _mm512_unpackhi_ps(r[g], r[g + 1]));
        let (c, d) = (_mm512_unpacklo_ps(r[g + 2], r[g + 3]), _mm512_unpackhi_ps(r[g + 2], r[g + 3]));
        (fours[g], fours[g + 1]) = pairs(a, c);
        (fours[g + 2], fours[g + 3]) = pairs(b, d);
    }
    let mut out = r;
    for j in 0..4 {
        let even = |a, b| _mm512_shuffle_f32x4::<0x88>(a, b);
        let odd = |a, b| _mm512_shuffle_f32x4::<0xdd>(a, b);
        let (a, b) = (even(fours[j], fours[4 + j]), even(fours[8 + j], fours[12 + j]));
        (out[j], out[8 + j]) = (even(a, b), odd(a, b));
        let (a, b) = (odd(fours[j], fours[4 + j]), odd(fours[8 + j], fours[12 + j]));
        (out[4 + j], out[12 + j]) = (even(a, b), odd(a, b));
    }
    out
}

/// Packs `k` × `n` numbers into rows of `width`, zeros behind the n-th. `turned`: the
/// source has n rows of k numbers, otherwise k rows of n; `stride` between its rows.
///
/// # Safety
/// The processor has AVX-512F; the source holds those rows, `out` k · width numbers, and
/// n ≤ width ≤ 32.
#[target_feature(enable = "avx512f")]
#[expect(unsafe_code, reason = "reads and writes through raw pointers, whose extents the caller promises")]
pub(super) unsafe fn pack(
    (source, stride, turned): (*const f32, usize, bool),
    (k, n): (usize, usize),
    (out, width): (*mut f32, usize),
) {
    for half in (0..width).step_by(16) {
        let (write, read) = (lanes(width - half), lanes(n.saturating_sub(half)));
        if !turned {
            for l in 0..k {
                // SAFETY: row l of the source and of the panel, masked to what is theirs.
                unsafe {
                    let row = _mm512_maskz_loadu_ps(read, source.wrapping_add(l * stride + half));
                    _mm512_mask_storeu_ps(out.wrapping_add(l * width + half), write, row);
                }
            }
            continue;
        }
        for l in (0..k).step_by(16) {
            let mut rows = [_mm512_setzero_ps(); 16];
            for (i, row) in rows.iter_mut().enumerate().take(n.saturating_sub(half)) {
                let at = source.wrapping_add((half + i) * stride + l);
                // SAFETY: columns l … k of row half + i < n.
                *row = unsafe { _mm512_maskz_loadu_ps(lanes(k - l), at) };
            }
            for (i, row) in transpose(rows).into_iter().enumerate().take(k - l) {
                // SAFETY: row l + i < k of the panel.
                unsafe { _mm512_mask_storeu_ps(out.wrapping_add((l + i) * width + half), write, row) };
            }
        }
    }
}

/// `c = α·a·b` for a product of at most [`NARROW`] columns: rows of `a` are read where they
/// are (`stride` apart), `b` is packed in rows of 8 (up to eight columns) or 16.
///
/// # Safety
/// The processor has AVX-512F and VL; `a` has goal.rows rows of k numbers, `b` k rows.
#[target_feature(enable = "avx512f,avx512vl,avx2,fma")]
#[expect(unsafe_code, reason = "reads and writes through raw pointers, whose extents the caller promises")]
pub(super) unsafe fn narrow(k: usize, (a, stride): (*const f32, usize), b: *const f32, goal: Goal) {
    let mask = lanes(goal.cols);
    for first in (0..goal.rows).step_by(NARROW_ROWS) {
        let rows = NARROW_ROWS.min(goal.rows - first);
        // A row too many reads the last one again and is not stored.
        let at: [*const f32; NARROW_ROWS] =
            std::array::from_fn(|i| a.wrapping_add((first + i.min(rows - 1)) * stride));
        // SAFETY: k numbers of rows that exist, k rows of `b`.
        let sums: [__m512; NARROW_ROWS] = unsafe {
            if goal.cols <= 8 {
                let mut sums = [_mm256_setzero_ps(); NARROW_ROWS];
                for l in 0..k {
                    let b = _mm256_loadu_ps(b.add(8 * l));
                    for (sum, a) in sums.iter_mut().zip(at) {
                        *sum = _mm256_fmadd_ps(_mm256_set1_ps(*a.add(l)), b, *sum);
                    }
                }
                sums.map(|sum| _mm512_castps256_ps512(sum))
            } else {
                let mut sums = [_mm512_setzero_ps(); NARROW_ROWS];
                for l in 0..k {
                    let b = _mm512_loadu_ps(b.add(16 * l));
                    for (sum, a) in sums.iter_mut().zip(at) {
                        *sum = _mm512_fmadd_ps(_mm512_set1_ps(*a.add(l)), b, *sum);
                    }
                }
                sums
            }
        };
        for (i, sum) in sums.into_iter().enumerate().take(rows) {
            let c = goal.c.wrapping_add((first + i) * goal.stride);
            // SAFETY: row first + i of the goal, masked to its columns.
            unsafe {
                let old = if goal.accumulate { _mm512_maskz_loadu_ps(mask, c) } else { _mm512_setzero_ps() };
                _mm512_mask_storeu_ps(c, mask, _mm512_fmadd_ps(_mm512_set1_ps(goal.alpha), sum, old));
            }
        }
    }
}
