//! The workshop as the other rooms see it: one value behind the ports.

use crate::generate::Models;
use crate::train;
use karat_types::Problem;
use karat_types::ports::{Control, TrainJob, Trained, Trainer};
use karat_types::train::{Estimate, ModelInfo, RunEvent, TrainSettings};
use std::path::Path;

/// Trains and answers; keeps the models it used last in memory.
#[derive(Default)]
pub struct Engine {
    models: Models,
}

impl Engine {
    pub(crate) fn models(&self) -> &Models {
        &self.models
    }
}

/// Computes on `threads` threads from now on; 0 = all of the machine's. Only the first call
/// counts, and only before anything was computed. The results do not depend on it.
pub fn set_threads(threads: usize) {
    // Fails when the pool is in use already: then it stays as it is.
    let _ = rayon::ThreadPoolBuilder::new().num_threads(threads).build_global();
}

impl Trainer for Engine {
    fn train(&self, job: &TrainJob, on: &mut dyn FnMut(RunEvent) -> Control) -> Result<Trained, Problem> {
        train::run(job, on)
    }

    fn inspect(&self, dir: &Path) -> Result<ModelInfo, Problem> {
        train::inspect(dir)
    }

    fn estimate(
        &self,
        dir: &Path,
        settings: &TrainSettings,
        rows: u64,
        bytes: u64,
    ) -> Result<Estimate, Problem> {
        train::estimate(dir, settings, rows, bytes)
    }
}
