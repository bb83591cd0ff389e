//! The integer products in the instructions of x86 processors.

use super::blocks::{Bits, Group, LANES, Line};
use super::dot::Quantised;
use std::arch::x86_64::*;

/// Four neighbouring inputs of a block, as one number to spread over a vector.
#[inline(always)]
fn four(quants: &[i8; 32], i: usize) -> i32 {
    i32::from_le_bytes([
        quants[4 * i] as u8,
        quants[4 * i + 1] as u8,
        quants[4 * i + 2] as u8,
        quants[4 * i + 3] as u8,
    ])
}

/// # Safety
/// The processor must have AVX-512 F, BW and VNNI; the sizes of `group` and `x` must fit.
#[target_feature(enable = "avx512f,avx512bw,avx512vnni")]
#[expect(unsafe_code, reason = "vector loads from slices whose sizes the caller checked")]
pub(super) unsafe fn vnni<const R: usize>(group: Group<'_>, x: &Quantised, row: usize) -> [[f32; LANES]; R] {
    let mut totals = [_mm512_setzero_ps(); R];
    let (low, per) = (_mm512_set1_epi8(15), group.bits.lines());
    for block in 0..x.blocks {
        // SAFETY: `block` is inside the group's scales.
        let scales = unsafe { _mm256_loadu_si256(group.scales.as_ptr().add(block).cast()) };
        let scales = _mm512_cvtph_ps(scales);
        let at = |r: usize| (row + r) * x.blocks + block;
        let mut sums: [__m512i; R] =
            std::array::from_fn(|r| _mm512_set1_epi32(-group.bits.offset() * x.sums[at(r)]));
        for i in 0..per {
            // SAFETY: line `block · per + i` is inside the group and aligned to 64 bytes.
            let line = unsafe { _mm512_load_si512(group.lines.as_ptr().add(block * per + i).cast()) };
            match group.bits {
                Bits::Eight => {
                    for (r, sum) in sums.iter_mut().enumerate() {
                        let inputs = _mm512_set1_epi32(four(&x.quants[at(r)], i));
                        *sum = _mm512_dpbusd_epi32(*sum, line, inputs);
                    }
                }
                Bits::Four => {
                    let first = _mm512_and_si512(line, low);
                    let second = _mm512_and_si512(_mm512_srli_epi16(line, 4), low);
                    for (r, sum) in sums.iter_mut().enumerate() {
                        let quants = &x.quants[at(r)];
                        *sum = _mm512_dpbusd_epi32(*sum, first, _mm512_set1_epi32(four(quants, i)));
                        *sum = _mm512_dpbusd_epi32(*sum, second, _mm512_set1_epi32(four(quants, 4 + i)));
                    }
                }
            }
        }
        for (r, total) in totals.iter_mut().enumerate() {
            let scale = _mm512_mul_ps(scales, _mm512_set1_ps(x.scales[at(r)]));
            *total = _mm512_fmadd_ps(_mm512_cvtepi32_ps(sums[r]), scale, *total);
        }
    }
    totals.map(|total| {
        let mut out = [0.0; LANES];
        // SAFETY: sixteen numbers.
        unsafe { _mm512_storeu_ps(out.as_mut_ptr(), total) };
        out
    })
}

/// # Safety
/// The processor must have AVX2, FMA and F16C; the sizes of `group` and `x` must fit.
#[target_feature(enable = "avx2,fma,f16c")]
#[expect(unsafe_code, reason = "vector loads from slices whose sizes the caller checked")]
pub(super) unsafe fn avx2<const R: usize>(group: Group<'_>, x: &Quantised, row: usize) -> [[f32; LANES]; R] {
    let mut totals = [[_mm256_setzero_ps(); 2]; R];
    let per = group.bits.lines();
    for block in 0..x.blocks {
        let at = |r: usize| (row + r) * x.blocks + block;
        let lines = &group.lines[block * per..][..per];
        for half in 0..2 {
            // SAFETY: eight of the sixteen scales of this block.
            let scales = unsafe { _mm_loadu_si128(group.scales[block].as_ptr().add(8 * half).cast()) };
            let scales = _mm256_cvtph_ps(scales);
            for (r, total) in totals.iter_mut().enumerate() {
                let quants = &x.quants[at(r)];
                // SAFETY: this function's own features are those of the functions called.
                let sum = match group.bits {
                    Bits::Eight => unsafe { eight_256(lines, half, quants) },
                    Bits::Four => {
                        let sum = unsafe { four_256(lines, half, quants) };
                        _mm256_sub_epi32(sum, _mm256_set1_epi32(8 * x.sums[at(r)]))
                    }
                };
                let scale = _mm256_mul_ps(scales, _mm256_set1_ps(x.scales[at(r)]));
                total[half] = _mm256_fmadd_ps(_mm256_cvtepi32_ps(sum), scale, total[half]);
            }
        }
    }
    totals.map(|total| {
        let mut out = [0.0; LANES];
        // SAFETY: twice eight numbers.
        unsafe {
            _mm256_storeu_ps(out.as_mut_ptr(), total[0]);
            _mm256_storeu_ps(out.as_mut_ptr().add(8), total[1]);
        }
        out
    })
}

/// Eight rows of a block of 8-bit numbers, without the offset: |w|·(x with w's sign), whose
/// pairs stay inside 16 bits because no number is −128.
#[target_feature(enable = "avx2")]
#[expect(unsafe_code, reason = "vector loads of half a line")]
unsafe fn eight_256(lines: &[Line], half: usize, quants: &[i8; 32]) -> __m256i {
    let (ones, sign) = (_mm256_set1_epi16(1), _mm256_set1_epi8(-128));
    let mut sum = _mm256_setzero_si256();
    for (i, line) in lines.iter().enumerate() {
        // SAFETY: half of the 64 bytes of a line.
        let w = unsafe { _mm256_loadu_si256(line.0.as_ptr().add(32 * half).cast()) };
        let w = _mm256_xor_si256(w, sign);
        let x = _mm256_sign_epi8(_mm256_set1_epi32(four(quants, i)), w);
        let pairs = _mm256_maddubs_epi16(_mm256_abs_epi8(w), x);
        sum = _mm256_add_epi32(sum, _mm256_madd_epi16(pairs, ones));
    }
    sum
}

/// Eight rows of a block of 4-bit numbers, with the offset.
#[target_feature(enable = "avx2")]
#[expect(unsafe_code, reason = "vector loads of half a line")]
unsafe fn four_256(lines: &[Line], half: usize, quants: &[i8; 32]) -> __m256i {
    let (ones, low) = (_mm256_set1_epi16(1), _mm256_set1_epi8(15));
    let mut sum = _mm256_setzero_si256();
    for (i, line) in lines.iter().enumerate() {
        // SAFETY: half of the 64 bytes of a line.
        let w = unsafe { _mm256_loadu_si256(line.0.as_ptr().add(32 * half).cast()) };
        let first = _mm256_and_si256(w, low);
        let second = _mm256_and_si256(_mm256_srli_epi16(w, 4), low);
        let pairs = _mm256_add_epi16(
            _mm256_maddubs_epi16(first, _mm256_set1_epi32(four(quants, i))),
            _mm256_maddubs_epi16(second, _mm256_set1_epi32(four(quants, 4 + i))),
        );
        sum = _mm256_add_epi32(sum, _mm256_madd_epi16(pairs, ones));
    }
    sum
}

/// Decodes pairs of four-bit numbers, the first in the high half of its byte: sixteen bytes
/// become 32 numbers by two lookups in a table of sixteen.
///
/// # Safety
/// The processor must have AVX-512 F.
#[target_feature(enable = "avx512f")]
#[expect(unsafe_code, reason = "vector loads and stores inside chunks of known size")]
pub(super) unsafe fn decode_nf4(bytes: &[u8], values: &[f32; 16], out: &mut [f32]) {
    // SAFETY: sixteen numbers.
    let table = unsafe { _mm512_loadu_ps(values.as_ptr()) };
    let early = _mm512_setr_epi32(0, 16, 1, 17, 2, 18, 3, 19, 4, 20, 5, 21, 6, 22, 7, 23);
    let late = _mm512_setr_epi32(8, 24, 9, 25, 10, 26, 11, 27, 12, 28, 13, 29, 14, 30, 15, 31);
    for (bytes, out) in bytes.chunks_exact(16).zip(out.chunks_exact_mut(32)) {
        // SAFETY: a chunk has sixteen bytes.
        let pairs = _mm512_cvtepu8_epi32(unsafe { _mm_loadu_si128(bytes.as_ptr().cast()) });
        // The lookup reads the low four bits only.
        let low = _mm512_permutexvar_ps(pairs, table);
        let high = _mm512_permutexvar_ps(_mm512_srli_epi32(pairs, 4), table);
        // SAFETY: a chunk has 32 numbers.
        unsafe {
            _mm512_storeu_ps(out.as_mut_ptr(), _mm512_permutex2var_ps(high, early, low));
            _mm512_storeu_ps(out.as_mut_ptr().add(16), _mm512_permutex2var_ps(high, late, low));
        }
    }
}
