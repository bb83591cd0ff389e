//! The scales of four-bit blocks: as they are, or quantised once more.
//!
//! Double quantisation takes the mean off the scales and stores the rest in eight bits of
//! a *dynamic* code, one scale of their own every 256. Bit for bit what bitsandbytes 0.50
//! computes on a processor with one thread.

use std::sync::{Arc, LazyLock};

/// Scales that share a scale.
pub const NESTED_BLOCK: usize = 256;

/// Scales of four-bit blocks.
#[derive(Clone, Debug)]
pub enum Scales {
    /// One f32 a block.
    Plain(Vec<f32>),
    /// One byte a block.
    Double(Double),
}

/// Scales in eight bits: `map[code] · absmax[i / block] + offset`.
#[derive(Clone, Debug)]
pub struct Double {
    /// Entry of the map, a scale.
    pub codes: Vec<u8>,
    /// Largest magnitude of each block of scales.
    pub absmax: Vec<f32>,
    /// Scales that share a scale.
    pub block: usize,
    /// The 256 values.
    pub map: Arc<[f32; 256]>,
    /// Mean of the scales.
    pub offset: f32,
}

impl Scales {
    /// The scale of block `i`.
    #[inline]
    pub fn get(&self, i: usize) -> f32 {
        match self {
            Self::Plain(absmax) => absmax[i],
            Self::Double(d) => d.map[usize::from(d.codes[i])] * d.absmax[i / d.block] + d.offset,
        }
    }

    /// Bytes held.
    pub fn bytes(&self) -> usize {
        match self {
            Self::Plain(absmax) => 4 * absmax.len(),
            Self::Double(d) => d.codes.len() + 4 * d.absmax.len(),
        }
    }
}

/// The signed dynamic code: seven decades, each decade with twice the values of the one
/// below it, and 0 and 1; ascending.
pub fn dynamic_map() -> Arc<[f32; 256]> {
    static MAP: LazyLock<Arc<[f32; 256]>> = LazyLock::new(|| {
        let mut map = vec![0.0f32, 1.0];
        for decade in 0..7 {
            let steps = 1usize << decade;
            let border = |i: usize| linspace(i, steps + 1);
            let power = 10f64.powi(decade - 6) as f32;
            for i in 0..steps {
                let value = power * ((border(i) + border(i + 1)) / 2.0);
                map.extend([value, -value]);
            }
        }
        map.sort_by(f32::total_cmp);
        Arc::new(std::array::from_fn(|i| map[i]))
    });
    MAP.clone()
}

/// torch.linspace(0.1, 1, n)[i]: from the nearer end, by a fused multiply-add.
fn linspace(i: usize, n: usize) -> f32 {
    let (start, end) = (0.1f32, 1.0f32);
    let step = (end - start) / (n - 1) as f32;
    if i < n / 2 { step.mul_add(i as f32, start) } else { (-step).mul_add((n - 1 - i) as f32, end) }
}

/// Quantises scales (none of them may be missing).
pub fn double(absmax: &[f32]) -> Double {
    let (map, offset) = (dynamic_map(), mean(absmax));
    let mut codes = Vec::with_capacity(absmax.len());
    let mut nested = Vec::with_capacity(absmax.len().div_ceil(NESTED_BLOCK));
    for block in absmax.chunks(NESTED_BLOCK) {
        let rest = || block.iter().map(|x| x - offset);
        let largest = rest().fold(0.0f32, |m, x| m.max(x.abs()));
        nested.push(largest);
        let inverse = 1.0 / largest;
        codes.extend(rest().map(|x| if largest == 0.0 { 0 } else { entry(x * inverse, &map) }));
    }
    Double { codes, absmax: nested, block: NESTED_BLOCK, map, offset }
}

/// The entry of a number in ±1. bitsandbytes cuts ±1 into 65,535 steps and takes the value
/// nearest to the middle of the step, so that 0 does not become 0; we must do the same.
fn entry(x: f32, map: &[f32; 256]) -> u8 {
    const STEPS: f32 = 32_767.5;
    let step = ((x.clamp(-1.0, 1.0) + 1.0) * STEPS + 0.5) as u32;
    let middle = step as f32 / STEPS - 1.0;
    let above = map.partition_point(|&value| value <= middle).clamp(1, 255);
    let (low, high) = (map[above - 1], map[above]);
    let nearest = if (middle - high).abs() < (middle - low).abs() { above } else { above - 1 };
    nearest as u8
}

/// torch's mean of f32 numbers on one thread: eight lanes, four sums side by side, and a
/// cascade of partial sums.
pub fn mean(x: &[f32]) -> f32 {
    const LANES: usize = 8;
    let sum = if x.len() < LANES {
        column(x.len(), &|i, _| x[i], 0)
    } else {
        let whole = x.len() / LANES;
        let rest = x[whole * LANES..].iter().fold(0.0f32, |sum, x| sum + x);
        let lanes = (0..LANES).map(|lane| column(whole, &|i, lane| x[i * LANES + lane], lane));
        lanes.fold(rest, |sum, x| sum + x)
    };
    sum / x.len() as f32
}

/// The sum of one lane: four interleaved cascades, then what is left, then the other three.
fn column(len: usize, at: &dyn Fn(usize, usize) -> f32, lane: usize) -> f32 {
    const SIDE: usize = 4;
    let rows = len / SIDE;
    let mut sums: [f32; SIDE] = std::array::from_fn(|k| cascade(rows, |i| at(i * SIDE + k, lane)));
    for i in rows * SIDE..len {
        sums[0] += at(i, lane);
    }
    sums[1..].iter().fold(sums[0], |sum, x| sum + x)
}

/// Partial sums of 2ᵖ numbers, of 2ᵖ such sums, and so on, four levels.
fn cascade(len: usize, at: impl Fn(usize) -> f32) -> f32 {
    const LEVELS: usize = 4;
    let bits = if len <= 1 { 0 } else { (len - 1).ilog2() as usize + 1 };
    let power = (bits / LEVELS).max(4);
    let (step, mut sums, mut i) = (1usize << power, [0.0f32; LEVELS], 0);
    while i + step <= len {
        for _ in 0..step {
            sums[0] += at(i);
            i += 1;
        }
        for level in 1..LEVELS {
            sums[level] += sums[level - 1];
            sums[level - 1] = 0.0;
            if i & ((step - 1) << (level * power)) != 0 {
                break;
            }
        }
    }
    for i in i..len {
        sums[0] += at(i);
    }
    sums[1..].iter().fold(sums[0], |sum, x| sum + x)
}
