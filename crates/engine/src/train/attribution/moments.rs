//! First moments and displacements of all parties, tile by tile.
//!
//! A tile is a stretch of the trained numbers, short enough that the moments of all parties
//! stay near the processor while they are added up. In memory tiles follow each other; in a
//! tile each party has one row.

use crate::kernel::Update;
use crate::net::ParamId;
use crate::tape::Parts;
use karat_types::Problem;
use rayon::prelude::*;

/// Numbers a tile.
const TILE: usize = 1024;

/// The account itself.
pub(super) struct Moments {
    parties: usize,
    len: usize,
    /// `m_c`.
    first: Vec<f32>,
    /// `U_c`, the sum of both: what a long sum of small steps would lose is in the second.
    moved: [Vec<f32>; 2],
}

/// What AdamW did to one parameter in a step.
pub(super) struct Entry<'a> {
    pub(super) id: ParamId,
    pub(super) update: &'a Update,
    /// The moments after the step.
    pub(super) first: &'a [f32],
    pub(super) second: &'a [f32],
}

/// One parameter's stretch in a tile.
struct Piece<'a> {
    entry: &'a Entry<'a>,
    /// First number in the parameter.
    from: usize,
    /// First number in the tile.
    at: usize,
    len: usize,
}

/// A tile of all three arrays.
struct Tile<'a> {
    /// Numbers of a row.
    width: usize,
    first: &'a mut [f32],
    high: &'a mut [f32],
    low: &'a mut [f32],
}

impl Moments {
    pub(super) fn zeros(parties: usize, len: usize) -> Self {
        let zeros = || vec![0.0; parties * len];
        Self { parties, len, first: zeros(), moved: [zeros(), zeros()] }
    }

    /// Enters a step: `present` are the parties with rows in it, in the order of their parts.
    pub(super) fn enter(&mut self, entries: &[Entry<'_>], present: &[usize], parts: &Parts<f32>) {
        let (tiles, parties) = (pieces(entries, self.len), self.parties);
        let size = parties * TILE;
        let [high, low] = &mut self.moved;
        let arrays =
            self.first.par_chunks_mut(size).zip(high.par_chunks_mut(size)).zip(low.par_chunks_mut(size));
        arrays.zip(&tiles).for_each(|(((first, high), low), pieces)| {
            let mut tile = Tile { width: first.len() / parties, first, high, low };
            pieces.iter().for_each(|piece| tile.enter(piece, present, parts));
        });
    }

    /// `U_c` of a party.
    pub(super) fn moved(&self, party: usize) -> Vec<f32> {
        let [high, low] = &self.moved;
        let tiles = high.chunks(self.parties * TILE).zip(low.chunks(self.parties * TILE));
        let row = |(high, low): (&[f32], &[f32])| -> Vec<f32> {
            let own = party * (high.len() / self.parties)..(party + 1) * (high.len() / self.parties);
            high[own.clone()].iter().zip(&low[own]).map(|(high, low)| high + low).collect()
        };
        tiles.flat_map(row).collect()
    }

    /// `Σ_c U_c`.
    pub(super) fn sum(&self) -> Vec<f64> {
        let [high, low] = &self.moved;
        let tiles = high.chunks(self.parties * TILE).zip(low.chunks(self.parties * TILE));
        let tile = |(high, low): (&[f32], &[f32])| -> Vec<f64> {
            let width = high.len() / self.parties;
            let column =
                |data: &[f32], i| data.iter().skip(i).step_by(width).map(|&u| f64::from(u)).sum::<f64>();
            (0..width).map(|i| column(high, i) + column(low, i)).collect()
        };
        tiles.flat_map(tile).collect()
    }

    /// The arrays by name, for a checkpoint.
    pub(super) fn rows(&self) -> [(&'static str, &[f32]); 3] {
        [("first", &self.first), ("moved.high", &self.moved[0]), ("moved.low", &self.moved[1])]
    }

    /// Takes the arrays back by name and length.
    pub(super) fn restore(
        &mut self,
        read: impl Fn(&str, usize) -> Result<Vec<f32>, Problem>,
    ) -> Result<(), Problem> {
        let len = self.first.len();
        self.first = read("first", len)?;
        self.moved = [read("moved.high", len)?, read("moved.low", len)?];
        Ok(())
    }
}

/// Which stretches of which parameters lie in each tile.
fn pieces<'a>(entries: &'a [Entry<'a>], len: usize) -> Vec<Vec<Piece<'a>>> {
    let mut tiles: Vec<Vec<Piece<'_>>> = (0..len.div_ceil(TILE)).map(|_| Vec::new()).collect();
    let mut begin = 0;
    for entry in entries {
        let mut from = 0;
        while from < entry.first.len() {
            let at = (begin + from) % TILE;
            let own = (TILE - at).min(entry.first.len() - from);
            tiles[(begin + from) / TILE].push(Piece { entry, from, at, len: own });
            from += own;
        }
        begin += entry.first.len();
    }
    tiles
}

impl Tile<'_> {
    /// `m_c ← β₁·m_c + (1 − β₁)·γ·g_c` of all, and `U_c ← U_c − m_c · rate/(√v/root + ε)`.
    ///
    /// The moments must add up to the moment itself, or what they miss is blown up wherever
    /// contributors pull against each other: there the denominator is small. So the rounding
    /// that is missing is given to one of them, the one with the largest moment.
    fn enter(&mut self, piece: &Piece<'_>, present: &[usize], parts: &Parts<f32>) {
        let &Piece { entry, from, at, len } = piece;
        let u = entry.update;
        let (keep, add) = (u.beta.0 as f32, (1.0 - u.beta.0 as f32) * u.scale as f32);
        let (rate, root, eps) = (u.rate as f32, u.root as f32, u.eps as f32);
        let mut missing = [0.0f64; TILE];
        let (mut largest, mut whose) = ([-1.0f32; TILE], [0u32; TILE]);
        let mut factor = [0.0f32; TILE];
        for i in 0..len {
            missing[i] = f64::from(entry.first[from + i]);
            factor[i] = rate / (entry.second[from + i].sqrt() / root + eps);
        }
        let width = self.width;
        for party in 0..self.first.len() / width {
            let row = &mut self.first[party * width + at..][..len];
            match present.binary_search(&party) {
                Ok(part) => {
                    let grads = &parts.get(part).get(entry.id)[from..from + len];
                    row.iter_mut().zip(grads).for_each(|(m, &g)| *m = *m * keep + g * add);
                }
                Err(_) => row.iter_mut().for_each(|m| *m *= keep),
            }
            for (i, &m) in row.iter().enumerate() {
                missing[i] -= f64::from(m);
                let larger = m.abs() > largest[i];
                largest[i] = if larger { m.abs() } else { largest[i] };
                whose[i] = if larger { party as u32 } else { whose[i] };
            }
        }
        for i in 0..len {
            self.first[whose[i] as usize * width + at + i] += missing[i] as f32;
        }
        for party in 0..self.first.len() / width {
            let own = party * width + at..party * width + at + len;
            let moments = self.first[own.clone()].iter().zip(&factor);
            let words = self.high[own.clone()].iter_mut().zip(&mut self.low[own]);
            for ((high, low), (&m, &factor)) in words.zip(moments) {
                // Knuth's exact sum: nothing of the step is lost.
                let (old, step) = (*high, -m * factor);
                let sum = old + step;
                let part = sum - old;
                *low += (old - (sum - part)) + (step - part);
                *high = sum;
            }
        }
    }
}
