//! Checkpoints: the whole state in a folder that appears at once or not at all.

use super::state::{NOT_FINITE, State};
use super::{Data, attribution};
use crate::weights::{self, Tensors};
use crate::{adapter, disk, fingerprint};
use karat_types::Problem;
use karat_types::ports::TrainJob;
use karat_types::train::TrainSummary;
use serde::{Deserialize, Serialize};
use std::path::{Path, PathBuf};

/// Everything but the tensors.
#[derive(Serialize, Deserialize)]
struct Note {
    v: u32,
    run: String,
    step: u64,
    summary: TrainSummary,
    speeds: Vec<f64>,
    #[serde(default)]
    attribution: Option<attribution::Note>,
}

/// The checkpoints of one run.
pub(super) struct Folder {
    dir: PathBuf,
    /// Hash of what decides the result; another run's checkpoint is not taken up.
    run: String,
}

impl Folder {
    pub(super) fn open(job: &TrainJob, data: &Data) -> Result<Self, Problem> {
        std::fs::create_dir_all(&job.work_dir).map_err(|e| disk::failed(&job.work_dir, &e))?;
        let settings = serde_json::to_string(&job.settings).map_err(|e| Problem::internal(e.to_string()))?;
        let adapter = match &job.init_adapter {
            Some(dir) => fingerprint::file(&dir.join("adapter_model.safetensors"))?,
            None => "fresh".into(),
        };
        let base = fingerprint::base(&job.model_dir)?;
        let run = fingerprint::bytes(format!("{settings}\n{base}\n{adapter}\n{}", data.sha256).as_bytes());
        Ok(Self { dir: job.work_dir.clone(), run })
    }

    /// Whole checkpoints by step, newest first.
    fn list(&self) -> Vec<(u64, PathBuf)> {
        let entries = std::fs::read_dir(&self.dir).into_iter().flatten().flatten();
        let step = |path: &Path| path.file_name()?.to_str()?.strip_prefix("checkpoint-")?.parse::<u64>().ok();
        let mut list: Vec<_> = entries.filter_map(|e| Some((step(&e.path())?, e.path()))).collect();
        list.sort_unstable_by(|a, b| b.cmp(a));
        list
    }

    /// Takes the newest checkpoint up again and tells its step.
    pub(super) fn restore(&self, state: &mut State) -> Result<Option<u64>, Problem> {
        let Some((step, dir)) = self.list().into_iter().next() else { return Ok(None) };
        let damaged = |e: &dyn std::fmt::Display| {
            Problem::conflict(
                "checkpoint_damaged",
                format!("{} cannot be taken up again: {e}.", dir.display()),
                "Delete this folder; the run then goes on from the checkpoint before it, or from the start.",
            )
        };
        let text = std::fs::read_to_string(dir.join("state.json")).map_err(|e| damaged(&e))?;
        let note: Note = serde_json::from_str(&text).map_err(|e| damaged(&e))?;
        if note.run != self.run {
            return Err(Problem::conflict(
                "checkpoint_of_another_run",
                format!("{} belongs to a run with other settings, data or base.", dir.display()),
                "Use a new folder for this run, or start the old run again with its own settings.",
            ));
        }
        let tensors = Tensors::open_files(&[dir.join("state.safetensors")])?;
        for (i, &id) in state.optimiser.ids.iter().enumerate() {
            let param = state.model.params().get(id);
            let (name, shape) = (param.name.clone(), param.shape.clone());
            state.model.params_mut().data_mut(id).copy_from_slice(&tensors.read(&name, &shape)?);
            state.optimiser.first[i] = tensors.read(&format!("adam.first.{name}"), &shape)?;
            state.optimiser.second[i] = tensors.read(&format!("adam.second.{name}"), &shape)?;
        }
        if let (Some(ledger), Some(note)) = (&mut state.ledger, &note.attribution) {
            ledger.restore(note, &tensors, step)?;
        }
        (state.step, state.summary, state.speeds) = (step, note.summary, note.speeds);
        Ok(Some(step))
    }

    /// Adds to a problem what is left of a run whose numbers after `step` are no good: a
    /// checkpoint of just these goes.
    pub(super) fn name_last(&self, mut problem: Problem, step: u64) -> Problem {
        if problem.code != NOT_FINITE {
            return problem;
        }
        let mut list = self.list();
        if list.first().is_some_and(|newest| newest.0 == step) {
            // What cannot be removed is found again by whoever takes the run up.
            let _ = std::fs::remove_dir_all(list.remove(0).1);
        }
        let left = match list.first() {
            None => " There is no checkpoint before it.".to_owned(),
            Some((step, dir)) if dir.join("adapter").is_dir() => {
                let dir = dir.join("adapter");
                format!(" The last good one, after step {step}, is an adapter in {}.", dir.display())
            }
            Some((step, dir)) => {
                format!(" The last good checkpoint, after step {step}, is {}.", dir.display())
            }
        };
        problem.detail.push_str(&left);
        problem
    }

    /// Writes the state; the two newest checkpoints are kept.
    pub(super) fn save(&self, state: &State) -> Result<(), Problem> {
        let note = Note {
            v: 1,
            run: self.run.clone(),
            step: state.step,
            summary: state.summary.clone(),
            speeds: state.speeds.clone(),
            attribution: state.ledger.as_ref().map(|ledger| ledger.note()),
        };
        let json = serde_json::to_string(&note).map_err(|e| Problem::internal(e.to_string()))?;
        let mut tensors = Vec::new();
        for (i, &id) in state.optimiser.ids.iter().enumerate() {
            let param = state.model.params().get(id);
            let mut push = |name: String, data| tensors.push((name, param.shape.clone(), data));
            push(param.name.clone(), state.model.params().data(id));
            push(format!("adam.first.{}", param.name), &state.optimiser.first[i][..]);
            push(format!("adam.second.{}", param.name), &state.optimiser.second[i][..]);
        }
        tensors.extend(state.ledger.iter().flat_map(|ledger| ledger.tensors()));
        disk::publish(&self.dir.join(format!("checkpoint-{:08}", state.step)), |dir| {
            weights::write(&dir.join("state.safetensors"), &tensors)?;
            if let Some(config) = &state.lora {
                let dir = dir.join("adapter");
                std::fs::create_dir(&dir).map_err(|e| disk::failed(&dir, &e))?;
                adapter::save(&state.model, config, &dir, None)?;
            }
            disk::write(&dir.join("state.json"), json.as_bytes())
        })?;
        for (_, old) in self.list().into_iter().skip(2) {
            std::fs::remove_dir_all(&old).map_err(|e| disk::failed(&old, &e))?;
        }
        Ok(())
    }
}
