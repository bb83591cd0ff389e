//! What a run leaves behind: an adapter peft can load, or a whole model folder.

use super::Data;
use super::state::State;
use crate::export::companions;
use crate::{adapter, disk};
use karat_types::Problem;
use karat_types::ports::TrainJob;
use serde_json::json;

/// Writes the output folder; it appears at once.
pub(super) fn save(job: &TrainJob, state: &State, data: &Data) -> Result<(), Problem> {
    if let Some(parent) = job.out_dir.parent() {
        std::fs::create_dir_all(parent).map_err(|e| disk::failed(parent, &e))?;
    }
    let four = state.model.params().iter().any(|(_, p)| p.weight().dense().is_none());
    let training = json!({
        "settings": job.settings,
        "data_sha256": data.sha256,
        "steps": state.step,
        "base_held_as": if four { "nf4" } else { "f32" },
    });
    disk::publish(&job.out_dir, |dir| match &state.lora {
        Some(config) => adapter::save(&state.model, config, dir, Some((&job.model_dir, &training))),
        None => {
            state.model.save(dir)?;
            companions(&job.model_dir, dir)
        }
    })
}
