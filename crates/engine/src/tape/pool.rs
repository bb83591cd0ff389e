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
        let mut buffer = match self.best(len) {
            Some(i) => self.free.swap_remove(i),
            None => {
                // The buffer that had this purpose in a shorter batch goes, or every longer
                // batch would leave a whole set behind.
                if let Some(i) = self.outgrown(len) {
                    self.free.swap_remove(i);
                }
                Vec::with_capacity(len)
            }
        };
        buffer.resize(len, F::ZERO);
        buffer
    }

    fn best(&self, len: usize) -> Option<usize> {
        let fits = |b: &Vec<F>| (len..=2 * len + 1024).contains(&b.capacity());
        let fitting = self.free.iter().enumerate().filter(|(_, b)| fits(b));
        fitting.min_by_key(|(_, b)| b.capacity()).map(|(i, _)| i)
    }

    fn outgrown(&self, len: usize) -> Option<usize> {
        let smaller = self.free.iter().enumerate().filter(|(_, b)| b.capacity() < len);
        smaller.max_by_key(|(_, b)| b.capacity()).filter(|(_, b)| b.capacity() >= len / 2).map(|(i, _)| i)
    }

    /// A buffer of zeros.
    pub fn zeros(&mut self, len: usize) -> Vec<F> {
        let mut buffer = self.take(len);
        buffer.fill(F::ZERO);
        buffer
    }

    /// Numbers at rest: between passes, all that the passes ever held at once.
    pub fn held(&self) -> usize {
        self.free.iter().map(Vec::capacity).sum()
    }

    /// Takes a buffer back.
    pub fn give(&mut self, buffer: Vec<F>) {
        if buffer.capacity() > 0 {
            self.free.push(buffer);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn batches_of_many_lengths_leave_no_pile_behind() {
        let mut pool = Pool::<f32>::default();
        for tokens in (500..1000).chain(500..1000) {
            let buffers: Vec<_> = [64, 64, 176, 8].iter().map(|width| pool.take(tokens * width)).collect();
            assert!(buffers.iter().zip([64, 64, 176, 8]).all(|(b, width)| b.len() == tokens * width));
            buffers.into_iter().for_each(|b| pool.give(b));
        }
        let held = pool.held();
        assert!(
            held <= 2 * 1000 * (64 + 64 + 176 + 8),
            "{held} numbers at rest in {} buffers",
            pool.free.len()
        );
    }
}
