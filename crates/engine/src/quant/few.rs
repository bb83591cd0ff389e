//! Products of a few rows with several weights in one go: decoding is bound by reading the
//! weights, and by how often threads must meet.

use super::dot::Quantised;
use crate::real::Real;
use rayon::prelude::*;
use std::marker::PhantomData;
use std::ops::Range;

/// Bytes of weights worth a task of their own.
const TASK_BYTES: usize = 1 << 15;

/// A matrix several tasks write in different columns.
#[derive(Clone, Copy)]
pub struct Cells<'a, F> {
    data: *mut F,
    len: usize,
    width: usize,
    life: PhantomData<&'a F>,
}

#[expect(unsafe_code, reason = "tasks write disjoint columns; each use says why")]
unsafe impl<F: Send> Send for Cells<'_, F> {}
#[expect(unsafe_code, reason = "tasks write disjoint columns; each use says why")]
unsafe impl<F: Send> Sync for Cells<'_, F> {}

impl<'a, F> Cells<'a, F> {
    /// Rows of `width` numbers.
    pub fn new(data: &'a mut [F], width: usize) -> Self {
        Self { data: data.as_mut_ptr(), len: data.len(), width, life: PhantomData }
    }

    /// Some columns of a row.
    ///
    /// # Safety
    /// No two slices that live at once may overlap.
    #[expect(unsafe_code, reason = "the caller owns these columns among the tasks")]
    pub unsafe fn piece(&self, row: usize, first: usize, len: usize) -> &'a mut [F] {
        let at = row * self.width + first;
        assert!(first + len <= self.width && at + len <= self.len);
        // SAFETY: in bounds (just checked) of a buffer borrowed for 'a; disjointness is the
        // caller's promise.
        unsafe { std::slice::from_raw_parts_mut(self.data.add(at), len) }
    }
}

/// What the rows of a product look like to the tasks.
pub struct Input<'a, F> {
    /// The numbers, row by row.
    pub x: &'a [F],
    /// How many rows.
    pub rows: usize,
    /// The same in eight bits, for weights that multiply integers.
    pub(crate) quantised: Option<Quantised>,
}

impl<'a, F: Real> Input<'a, F> {
    /// Looks at `rows` rows; in integers too when a weight needs them.
    pub fn of(x: &'a [F], rows: usize, integers: bool) -> Self {
        Self { x, rows, quantised: integers.then(|| Quantised::of(x, rows)) }
    }
}

/// A weight whose product can be cut into units of outputs that any thread may take. No
/// output depends on the cut.
pub trait Few<F: Real>: Sync {
    /// How many units there are.
    fn units(&self) -> usize;
    /// Bytes a unit reads.
    fn unit_bytes(&self) -> usize;
    /// Whether it multiplies the input in eight bits.
    fn on_integers(&self) -> bool {
        false
    }
    /// Computes the outputs of some units.
    fn run(&self, units: Range<usize>, input: &Input<'_, F>, y: Cells<'_, F>);
}

/// One product of several: `y = x·Wᵀ`.
pub struct Job<'a, F> {
    /// The weight.
    pub weight: &'a dyn Few<F>,
    /// Rows of inputs.
    pub x: &'a [F],
    /// How many.
    pub rows: usize,
    /// Rows of outputs.
    pub y: &'a mut [F],
}

/// A job on its way, with its place among the bytes of all.
struct Laid<'a, F> {
    weight: &'a dyn Few<F>,
    input: usize,
    y: Cells<'a, F>,
    first_byte: usize,
}

/// Computes all jobs; the threads meet once.
pub fn multiply<F: Real>(jobs: &mut [Job<'_, F>]) {
    let mut inputs: Vec<Input<'_, F>> = Vec::with_capacity(1);
    let (mut laid, mut bytes) = (Vec::with_capacity(jobs.len()), 0);
    for job in jobs.iter_mut() {
        let same =
            |i: &Input<'_, F>| std::ptr::eq(i.x, job.x) && i.quantised.is_some() == job.weight.on_integers();
        let input = inputs.iter().position(same).unwrap_or_else(|| {
            inputs.push(Input::of(job.x, job.rows, job.weight.on_integers()));
            inputs.len() - 1
        });
        let width = job.y.len() / job.rows.max(1);
        laid.push(Laid { weight: job.weight, input, y: Cells::new(job.y, width), first_byte: bytes });
        bytes += job.weight.units() * job.weight.unit_bytes();
    }
    // Rows beyond the first cost arithmetic instead of memory.
    let work = bytes * inputs.iter().map(|i| i.rows).max().unwrap_or(1);
    let pieces = rayon::current_num_threads().min(work / TASK_BYTES).max(1);
    let piece = |i: usize| {
        let (from, to) = (bytes * i / pieces, bytes * (i + 1) / pieces);
        for job in &laid {
            let unit = job.weight.unit_bytes().max(1);
            let border = |byte: usize| (byte.saturating_sub(job.first_byte) / unit).min(job.weight.units());
            let (first, last) = (border(from), if i + 1 == pieces { job.weight.units() } else { border(to) });
            if first < last {
                job.weight.run(first..last, &inputs[job.input], job.y);
            }
        }
    };
    match pieces {
        1 => piece(0),
        2 => drop(rayon::join(|| piece(0), || piece(1))),
        _ => (0..pieces).into_par_iter().for_each(piece),
    }
}
