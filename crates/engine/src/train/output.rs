//! What a run leaves behind: an adapter peft can load, or a whole model folder.

use super::Run;
use super::state::State;
use crate::export::companions;
use crate::{adapter, disk};
use karat_types::Problem;
use serde_json::json;

/// Writes the output folder; it appears at once.
pub(super) fn save(run: &Run<'_>, state: &State) -> Result<(), Problem> {
    let (job, data) = (run.job, run.data);
    if let Some(parent) = job.out_dir.parent() {
        std::fs::create_dir_all(parent).map_err(|e| disk::failed(parent, &e))?;
    }
    let four = state.model.params().iter().any(|(_, p)| p.weight().dense().is_none());
    let training = json!({
        "settings": job.settings,
        "data_sha256": data.sha256,
        "schedule_root": run.committed.root,
        "schedule_lines": run.committed.lines,
        "steps": state.step,
        "base_held_as": if four { "nf4" } else { "f32" },
    });
    disk::publish(&job.out_dir, |dir| {
        if let Some(ledger) = &state.ledger {
            let settings = (&job.settings, run.committed, state.step);
            ledger.write(dir, &state.model, (run.plan, data), settings)?;
        }
        if let Some(config) = &state.lora {
            return adapter::save(&state.model, config, dir, Some((&job.model_dir, &training)));
        }
        state.model.save(dir)?;
        companions(&job.model_dir, dir)?;
        adapter::write_manifest(dir, &job.model_dir, &training)
    })
}
