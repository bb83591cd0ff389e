//! Buffers that are used again: a step asks the system for no memory after the first.

use crate::real::Real;

/// Buffers at rest.
pub struct Pool<F> {
    free: Vec<Vec<F>>,
}

impl<F> Default for Pool<F> {
    fn default() -> Self {
        Self { free: Vec::new() }
    }
}

impl<F: Real> Pool<F> {
    /// A buffer of `len` numbers with *any* content: the smallest that is large enough.
    pub fn take(&mut self, len: usize) -> Vec<F> {
        let fits = self.free.iter().enumerate().filter(|(_, b)| b.capacity() >= len);
        let best = fits.min_by_key(|(_, b)| b.capacity()).filter(|(_, b)| b.capacity() <= 2 * len + 1024);
        let mut buffer = match best.map(|(i, _)| i) {
            Some(i) => self.free.swap_remove(i),
            None => Vec::with_capacity(len),
        };
        buffer.resize(len, F::ZERO);
        buffer
    }

    /// A buffer of zeros.
    pub fn zeros(&mut self, len: usize) -> Vec<F> {
        let mut buffer = self.take(len);
        buffer.fill(F::ZERO);
        buffer
    }

    /// Takes a buffer back.
    pub fn give(&mut self, buffer: Vec<F>) {
        if buffer.capacity() > 0 {
            self.free.push(buffer);
        }
    }
}
