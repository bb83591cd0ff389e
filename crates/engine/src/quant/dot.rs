//! Integer products of sixteen rows of a weight with rows of inputs in eight bits.
//!
//! Three kinds of instructions, the widest chosen at run time: AVX-512 VNNI, AVX2 and
//! portable. The sums of a block are whole numbers and the steps in floating point are the
//! same everywhere, fused multiply-adds in the order of the blocks, so all three give the
//! same bytes.

use super::blocks::{BLOCK, Bits, Group, LANES, largest, nearest};
#[cfg(target_arch = "x86_64")]
use super::dot_x86;
use crate::kernel::cpu::simd::simd;
use crate::real::Real;
use half::f16;
use std::sync::LazyLock;

/// Which instructions a product runs on.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Level {
    /// Vectors of 512 bits with integer products.
    Vnni,
    /// Vectors of 256 bits.
    Avx2,
    /// Whatever the compiler makes of a loop.
    Portable,
}

impl Level {
    /// The best this processor has.
    pub fn here() -> Self {
        static HERE: LazyLock<Level> = LazyLock::new(|| {
            [Level::Vnni, Level::Avx2].into_iter().find(|l| l.works()).unwrap_or(Level::Portable)
        });
        *HERE
    }

    /// Whether this processor has it.
    pub fn works(self) -> bool {
        #[cfg(target_arch = "x86_64")]
        {
            use std::arch::is_x86_feature_detected as has;
            match self {
                Self::Vnni => has!("avx512f") && has!("avx512bw") && has!("avx512vnni"),
                Self::Avx2 => has!("avx2") && has!("fma") && has!("f16c"),
                Self::Portable => true,
            }
        }
        #[cfg(not(target_arch = "x86_64"))]
        matches!(self, Self::Portable)
    }

    /// Whether it has vectors of sixteen numbers.
    pub(crate) fn vectors_of_512(self) -> bool {
        self == Self::Vnni
    }

    /// Its name.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Vnni => "avx512-vnni",
            Self::Avx2 => "avx2",
            Self::Portable => "portable",
        }
    }
}

/// Rows of inputs in eight bits: blocks of 32 with a scale, the last filled up with zeros.
pub(crate) struct Quantised {
    /// By row and block.
    pub(crate) quants: Vec<[i8; BLOCK]>,
    /// Scale of each block.
    pub(crate) scales: Vec<f32>,
    /// Sum of each block's integers.
    pub(crate) sums: Vec<i32>,
    /// Blocks a row.
    pub(crate) blocks: usize,
}

impl Quantised {
    /// Quantises `rows` rows.
    pub(crate) fn of<F: Real>(x: &[F], rows: usize) -> Self {
        let x = F::as_f32(x);
        let ins = x.len() / rows.max(1);
        let blocks = ins.div_ceil(BLOCK);
        let count = rows * blocks;
        let mut out =
            Self { quants: vec![[0; BLOCK]; count], scales: vec![0.0; count], sums: vec![0; count], blocks };
        let mut part = [0.0f32; BLOCK];
        for (i, quants) in out.quants.iter_mut().enumerate() {
            let (row, block) = (&x[i / blocks * ins..][..ins], i % blocks);
            let here = &row[block * BLOCK..ins.min((block + 1) * BLOCK)];
            part[here.len()..].fill(0.0);
            part[..here.len()].copy_from_slice(here);
            (out.scales[i], out.sums[i]) = quantise(&part, quants);
        }
        out
    }
}

simd! {
    /// Scale and sum of a block.
    fn quantise(x: &[f32; BLOCK], quants: &mut [i8; BLOCK]) -> (f32, i32) {
        let largest = largest(x);
        // A number that is none must not become 0: it spoils the scale.
        let scale = largest / 127.0 + 0.0 * x.iter().sum::<f32>();
        let inverse = if largest > 0.0 { 127.0 / largest } else { 0.0 };
        let mut sum = 0;
        for (q, x) in quants.iter_mut().zip(x) {
            let whole = nearest(x * inverse) as i32;
            sum += whole;
            *q = whole as i8;
        }
        (scale, sum)
    }
}

/// Rows of inputs that share one look at a line of the weight.
const AT_ONCE: usize = 4;

/// The products of one group with every row of inputs: `done(row, sixteen outputs)`.
pub(crate) fn group(
    level: Level,
    group: Group<'_>,
    x: &Quantised,
    mut done: impl FnMut(usize, &[f32; LANES]),
) {
    let rows = x.scales.len() / x.blocks.max(1);
    let mut row = 0;
    while row < rows {
        match rows - row {
            1 => each(&some::<1>(level, group, x, row), row, &mut done),
            2 => each(&some::<2>(level, group, x, row), row, &mut done),
            3 => each(&some::<3>(level, group, x, row), row, &mut done),
            _ => each(&some::<AT_ONCE>(level, group, x, row), row, &mut done),
        }
        row += AT_ONCE.min(rows - row);
    }
}

fn each<const R: usize>(sums: &[[f32; LANES]; R], row: usize, done: &mut impl FnMut(usize, &[f32; LANES])) {
    for (i, sums) in sums.iter().enumerate() {
        done(row + i, sums);
    }
}

#[inline]
fn some<const R: usize>(level: Level, group: Group<'_>, x: &Quantised, row: usize) -> [[f32; LANES]; R] {
    assert!(group.lines.len() == x.blocks * group.bits.lines() && group.scales.len() == x.blocks);
    assert!((row + R) * x.blocks <= x.quants.len());
    match level {
        // SAFETY: the level is only ever chosen when the processor has its instructions, and
        // the sizes were just checked.
        #[cfg(target_arch = "x86_64")]
        #[expect(unsafe_code, reason = "instructions the processor was asked for")]
        Level::Vnni => unsafe { dot_x86::vnni::<R>(group, x, row) },
        #[cfg(target_arch = "x86_64")]
        #[expect(unsafe_code, reason = "instructions the processor was asked for")]
        Level::Avx2 => unsafe { dot_x86::avx2::<R>(group, x, row) },
        _ => portable(group, x, row),
    }
}

fn portable<const R: usize>(group: Group<'_>, x: &Quantised, row: usize) -> [[f32; LANES]; R] {
    let mut totals = [[0.0f32; LANES]; R];
    for block in 0..x.blocks {
        let lines = &group.lines[block * group.bits.lines()..][..group.bits.lines()];
        for (r, totals) in totals.iter_mut().enumerate() {
            let at = (row + r) * x.blocks + block;
            let quants = &x.quants[at];
            for (lane, total) in totals.iter_mut().enumerate() {
                let mut sum = -group.bits.offset() * x.sums[at];
                for (i, line) in lines.iter().enumerate() {
                    for j in 0..4 {
                        let byte = i32::from(line.0[lane * 4 + j]);
                        let q = |i: usize| i32::from(quants[i]);
                        sum += match group.bits {
                            Bits::Eight => byte * q(4 * i + j),
                            Bits::Four => (byte & 15) * q(4 * i + j) + (byte >> 4) * q(16 + 4 * i + j),
                        };
                    }
                }
                let scale = f16::from_bits(group.scales[block][lane]).to_f32() * x.scales[at];
                *total = (sum as f32).mul_add(scale, *total);
            }
        }
    }
    totals
}
