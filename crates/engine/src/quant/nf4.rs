//! bitsandbytes' NF4: four bits a number, one scale a block of the row-major flattening.
//!
//! Bit for bit what bitsandbytes 0.50 writes and reads on a processor: value = code entry ×
//! largest magnitude of the block, the first value of a pair in the high nibble.

use rayon::prelude::*;

/// Numbers a block has unless a file says otherwise.
pub const BLOCK: usize = 64;

/// The sixteen values: quantiles of a normal distribution, scaled to ±1.
pub const CODE: [f32; 16] = [
    -1.0,
    -0.696_192_8,
    -0.525_073_05,
    -0.394_917_5,
    -0.284_441_38,
    -0.184_773_43,
    -0.091_050_036,
    0.0,
    0.079_580_3,
    0.160_930_2,
    0.246_112_3,
    0.337_915_24,
    0.440_709_83,
    0.562_617,
    0.722_956_84,
    1.0,
];

/// What a block without magnitude is divided by instead; bitsandbytes' number.
const TINY: f32 = 1e-38;

/// Blocks a task encodes.
const TASK: usize = 1 << 10;

/// Numbers in four bits, with a scale a block.
#[derive(Clone, Debug, PartialEq)]
pub struct Encoded {
    /// Two numbers a byte, the first in the high nibble.
    pub nibbles: Vec<u8>,
    /// Largest magnitude of each block.
    pub absmax: Vec<f32>,
}

/// Between neighbouring values of the code; a number on a border belongs to the lower one.
fn borders() -> [f32; 15] {
    std::array::from_fn(|i| (CODE[i] + CODE[i + 1]) / 2.0)
}

/// The entry of each number of one block: how many borders lie below it.
#[inline(always)]
fn entries(x: &[f32], scale: impl Fn(f32) -> f32, borders: &[f32; 15], out: &mut [u8]) {
    for (out, &x) in out.iter_mut().zip(x) {
        let v = scale(x).clamp(-1.0, 1.0);
        *out = borders.iter().map(|&b| u8::from(b < v)).sum();
    }
}

/// Encodes one block, the last of all when it is `short`, and returns its scale.
fn encode_block(x: &[f32], short: bool, borders: &[f32; 15], nibbles: &mut [u8]) -> f32 {
    let mut own = [7u8; BLOCK];
    let absmax = x.iter().fold(0.0f32, |m, x| if x.abs() > m { x.abs() } else { m });
    // bitsandbytes multiplies whole blocks by the inverse and divides the rest: the last bit
    // of a quotient may decide an entry.
    let absmax = if short { absmax.max(TINY) } else { absmax };
    if short {
        entries(x, |x| x / absmax, borders, &mut own);
    } else {
        let inverse = 1.0 / absmax.max(TINY);
        entries(x, |x| x * inverse, borders, &mut own);
    }
    for (out, pair) in nibbles.iter_mut().zip(own.chunks_exact(2)) {
        *out = pair[0] << 4 | pair[1];
    }
    absmax
}

/// Encodes finite numbers in blocks of 64, the last block short when their count is no
/// multiple of it.
pub fn encode(x: &[f32]) -> Encoded {
    let mut nibbles = vec![0; x.len().div_ceil(2)];
    let mut absmax = vec![0.0; x.len().div_ceil(BLOCK)];
    encode_into(x, &mut nibbles, &mut absmax);
    Encoded { nibbles, absmax }
}

/// Encodes whole blocks (or the end of a tensor) into place.
pub(crate) fn encode_into(x: &[f32], nibbles: &mut [u8], absmax: &mut [f32]) {
    let borders = borders();
    let tasks = x.par_chunks(TASK * BLOCK).zip(nibbles.par_chunks_mut(TASK * BLOCK / 2));
    tasks.zip(absmax.par_chunks_mut(TASK)).for_each(|((x, nibbles), absmax)| {
        let blocks = x.chunks(BLOCK).zip(nibbles.chunks_mut(BLOCK / 2)).zip(absmax);
        for ((x, nibbles), absmax) in blocks {
            *absmax = encode_block(x, x.len() < BLOCK, &borders, nibbles);
        }
    });
}

/// The numbers from `first` on; `scale` gives the scale of block `i` of `block` numbers.
#[inline]
pub(crate) fn decode_from(
    (nibbles, code, block): (&[u8], &[f32; 16], usize),
    scale: impl Fn(usize) -> f32,
    first: usize,
    out: &mut [f32],
) {
    let mut at = first;
    let mut rest = out;
    while !rest.is_empty() {
        let count = (block - at % block).min(rest.len());
        let (here, after) = rest.split_at_mut(count);
        let scale = scale(at / block);
        let values: [f32; 16] = std::array::from_fn(|i| code[i] * scale);
        decode_run(nibbles, &values, at, here);
        at += count;
        rest = after;
    }
}

/// Numbers that share a scale.
#[inline]
fn decode_run(nibbles: &[u8], values: &[f32; 16], at: usize, out: &mut [f32]) {
    #[cfg(target_arch = "x86_64")]
    if at.is_multiple_of(2) && out.len().is_multiple_of(32) && super::dot::Level::here().vectors_of_512() {
        // SAFETY: the processor was asked.
        #[expect(unsafe_code, reason = "instructions the processor was asked for")]
        return unsafe { super::dot_x86::decode_nf4(&nibbles[at / 2..][..out.len() / 2], values, out) };
    }
    decode_pairs(nibbles, values, at, out);
}

/// The same, a pair at a time, from any number on.
fn decode_pairs(nibbles: &[u8], values: &[f32; 16], at: usize, out: &mut [f32]) {
    let (lead, out) = out.split_at_mut((at % 2).min(out.len()));
    if let [low] = lead {
        *low = values[usize::from(nibbles[at / 2] & 15)];
    }
    let bytes = &nibbles[at.div_ceil(2)..];
    let mut pairs = out.chunks_exact_mut(2);
    let mut used = 0;
    for (pair, byte) in pairs.by_ref().zip(bytes) {
        pair[0] = values[usize::from(byte >> 4)];
        pair[1] = values[usize::from(byte & 15)];
        used += 1;
    }
    if let [high] = pairs.into_remainder() {
        *high = values[usize::from(bytes[used] >> 4)];
    }
}

/// All numbers again.
pub fn decode(encoded: &Encoded, len: usize) -> Vec<f32> {
    let mut out = vec![0.0; len];
    decode_from((&encoded.nibbles, &CODE, BLOCK), |i| encoded.absmax[i], 0, &mut out);
    out
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn code_values_come_back_as_they_are_and_borders_go_down() {
        let x: Vec<f32> = (0..64).map(|i| CODE[i % 16] * 3.0).collect();
        assert_eq!(decode(&encode(&x), 64), x);
        let mut x = vec![0.0; 64];
        (x[0], x[1]) = (1.0, borders()[9]);
        assert_eq!(encode(&x).nibbles[0], 0xf9);
    }

    #[test]
    fn any_run_decodes_as_part_of_the_whole() {
        let x: Vec<f32> = (0..201).map(|i| ((i * 37) % 101) as f32 - 50.0).collect();
        let encoded = encode(&x);
        let whole = decode(&encoded, x.len());
        for (first, len) in [(0, 201), (1, 200), (63, 2), (64, 64), (65, 63), (127, 74), (200, 1), (3, 0)] {
            let mut part = vec![0.0; len];
            decode_from((&encoded.nibbles, &CODE, BLOCK), |i| encoded.absmax[i], first, &mut part);
            assert_eq!(part, whole[first..first + len], "{first} + {len}");
        }
    }

    #[test]
    fn vectors_and_pairs_decode_the_same() {
        let bytes: Vec<u8> = (0..64).map(|i| (i * 37 + 11) as u8).collect();
        let values: [f32; 16] = std::array::from_fn(|i| CODE[i] * 0.37);
        for len in [32, 64, 128] {
            let (mut vectors, mut pairs) = (vec![9.0; len], vec![8.0; len]);
            decode_run(&bytes, &values, 0, &mut vectors);
            decode_pairs(&bytes, &values, 0, &mut pairs);
            assert_eq!(vectors, pairs);
        }
    }

    #[test]
    fn zeros_stay_zeros() {
        assert_eq!(decode(&encode(&[0.0; 70]), 70), [0.0; 70]);
        assert_eq!(encode(&[]), Encoded { nibbles: vec![], absmax: vec![] });
    }
}
