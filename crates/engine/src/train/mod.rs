//! Training: rows in, an adapter or a full model out.

mod attribution;
mod available;
mod checkpoint;
mod data;
mod estimate;
mod evaluate;
mod memory;
mod output;
mod plan;
mod preflight;
mod state;
mod worker;

pub use data::Data;
pub use estimate::{estimate, inspect};
pub use plan::Plan;

use crate::config::Config;
use attribution::Commitment;
use karat_types::Problem;
use karat_types::ports::{Control, TrainJob, Trained};
use karat_types::train::RunEvent;
use state::State;
use std::time::{Duration, Instant};
use worker::Worker;

/// A checkpoint at least this often, besides the one at each evaluation.
const CHECKPOINT_EVERY: Duration = Duration::from_secs(600);

/// What a run is told: nothing of it changes once the first step is taken.
struct Run<'a> {
    job: &'a TrainJob,
    data: &'a Data,
    plan: &'a Plan,
    committed: &'a Commitment,
}

/// Runs a job to its end, or to what the callback says. A checkpoint in the work folder is
/// taken up again; on one kind of processor the result has the same bytes as without the
/// interruption, whatever the number of threads.
///
/// # Errors
/// What the model, the rows and the settings say; `memory_too_small`, `disk_too_small`,
/// `loss_not_finite`, `adapter_not_learning`, `attribution_inexact`, `disk_write_failed`.
pub fn run(job: &TrainJob, on: &mut dyn FnMut(RunEvent) -> Control) -> Result<Trained, Problem> {
    preflight::check_settings(&job.settings)?;
    let config = Config::read(&job.model_dir)?;
    let data = Data::load(job, &config)?;
    preflight::check_weights(&job.settings, &data)?;
    let plan = Plan::new(&job.settings, &data.lengths());
    memory::check(job, &config, &data, &plan)?;
    let committed = attribution::commit(&plan, &data);
    let run = Run { job, data: &data, plan: &plan, committed: &committed };
    let mut state = State::prepare(&run)?;
    let checkpoints = checkpoint::Folder::open(job, &data)?;
    let taken_up = checkpoints.restore(&mut state)?;

    let mut events = Events { on, wish: Control::Continue };
    events.tell(state.started(&run));
    if let Some(step) = taken_up {
        events.tell(RunEvent::Rewound { step });
    }
    let mut last_checkpoint = Instant::now();
    let mut worker = Worker::new(&run, &state);
    if state.step == 0 {
        worker.evaluate(&mut state, &mut events)?;
    }

    while state.step < plan.steps && events.wish == Control::Continue {
        let event = worker.step(&mut state).map_err(|p| checkpoints.name_last(p, state.step))?;
        events.tell(event);
        if state.step == preflight::STEPS {
            worker.preflight(&mut state, &mut events)?;
        }
        let evaluate = plan.evaluates(state.step) || events.wish == Control::StopAndSave;
        let due = evaluate || plan.saves(state.step) || last_checkpoint.elapsed() >= CHECKPOINT_EVERY;
        if due && events.wish != Control::Cancel {
            worker.sound(&state).map_err(|p| checkpoints.name_last(p, state.step))?;
        }
        if evaluate && events.wish != Control::Cancel {
            worker.evaluate(&mut state, &mut events)?;
        }
        if due && events.wish != Control::Cancel && state.step < plan.steps {
            checkpoints.save(&state)?;
            last_checkpoint = Instant::now();
            events.tell(RunEvent::Checkpoint { step: state.step });
        }
    }

    if events.wish == Control::Cancel {
        return Ok(Trained::Cancelled);
    }
    state.summary.stopped_early = state.step < plan.steps;
    state.settle(&mut events);
    output::save(&run, &state)?;
    Ok(Trained::Saved(state.finished()?))
}

/// The callback, and the strongest wish it has uttered.
struct Events<'a> {
    on: &'a mut dyn FnMut(RunEvent) -> Control,
    wish: Control,
}

impl Events<'_> {
    fn tell(&mut self, event: RunEvent) {
        match (self.wish, (self.on)(event)) {
            (Control::Cancel, _) | (_, Control::Continue) => {}
            (_, wish) => self.wish = wish,
        }
    }
}
