//! The tokens of one pass: sequences laid end to end, never padded.

use crate::config::Rope;
use crate::kernel::Span;
use crate::real::Real;

/// Sequences laid end to end with their positions.
#[derive(Clone, Debug, Default)]
pub struct Batch {
    /// Token ids.
    pub ids: Vec<u32>,
    /// Position of each token in its sequence.
    pub positions: Vec<u32>,
    /// Where each sequence begins, and the end.
    pub bounds: Vec<usize>,
    /// One key a token, for masks that depend on (seed, step, row) only.
    pub keys: Vec<u64>,
}

impl Batch {
    /// Sequences from position 0, without mask keys.
    pub fn new<'a>(sequences: impl IntoIterator<Item = &'a [u32]>) -> Self {
        let mut batch = Self { bounds: vec![0], ..Self::default() };
        sequences.into_iter().for_each(|ids| batch.push(ids, 0));
        batch
    }

    /// Adds a sequence whose first token stands at `position`.
    pub fn push_after(&mut self, position: usize, ids: &[u32]) {
        let first = self.len();
        self.push(ids, 0);
        self.positions[first..].iter_mut().for_each(|p| *p += position as u32);
    }

    /// Adds a sequence; `row` is the key of its masks.
    pub fn push(&mut self, ids: &[u32], row: u64) {
        if self.bounds.is_empty() {
            self.bounds.push(0);
        }
        self.ids.extend_from_slice(ids);
        self.positions.extend(0..ids.len() as u32);
        self.keys.extend((0..ids.len() as u64).map(|position| crate::rng::key(&[row, position])));
        self.bounds.push(self.ids.len());
    }

    /// Number of tokens.
    pub fn len(&self) -> usize {
        self.ids.len()
    }

    /// Whether there is no token.
    pub fn is_empty(&self) -> bool {
        self.ids.is_empty()
    }

    /// Each sequence attends to itself.
    pub fn spans(&self) -> Vec<Span> {
        let one = |w: &[usize]| Span { query: w[0], queries: w[1] - w[0], key: w[0], keys: w[1] - w[0] };
        self.bounds.windows(2).map(one).collect()
    }

    /// cos and sin of every (token, pair), angles rounded to f32 as transformers rounds them.
    pub fn angles<F: Real>(&self, rope: &Rope) -> (Vec<F>, Vec<F>) {
        let factor = rope.attention_factor();
        let (mut cos, mut sin) = (Vec::new(), Vec::new());
        for bounds in self.bounds.windows(2) {
            let positions = &self.positions[bounds[0]..bounds[1]];
            let length = positions.iter().max().map_or(0, |&last| last as usize + 1);
            let frequencies = rope.frequencies(length);
            for (&p, f) in positions.iter().flat_map(|p| frequencies.iter().map(move |f| (p, f))) {
                let angle = f64::from(p as f32 * f);
                cos.push(F::of(angle.cos() * factor));
                sin.push(F::of(angle.sin() * factor));
            }
        }
        (cos, sin)
    }
}
