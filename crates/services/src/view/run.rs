//! Runs: one fine-tuning job, live.

use crate::view::submission::ReleaseRef;
use karat_types::id::{AccountId, ModelId, ReleaseId, RunId};
use karat_types::train::{Estimate, TrainSettings, TrainSummary};
use karat_types::{Hash, Micros, RunState};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

/// The new-run form.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, ToSchema)]
pub struct RunForm {
    /// What to call the run and its adapter; 1–60 letters, digits, `-`, `_`, `.`.
    pub name: String,
    /// The base model.
    pub base: ModelId,
    /// Continue from this adapter.
    #[serde(default)]
    pub init_adapter: Option<ModelId>,
    /// Train on this release …
    #[serde(default)]
    pub release: Option<ReleaseId>,
    /// … or on an uploaded JSONL, by its hash (`POST /api/v1/files`).
    #[serde(default)]
    pub file: Option<Hash>,
    /// Settings.
    #[serde(default)]
    pub settings: TrainSettings,
    /// Percent of submissions (or rows of a file) held out; default 5.
    #[serde(default)]
    pub held_out_percent: Option<u32>,
    /// Prompts answered at each evaluation; three defaults when empty.
    #[serde(default)]
    pub prompts: Vec<String>,
}

/// A run.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, ToSchema)]
pub struct Run {
    /// Its id.
    pub id: RunId,
    /// Its name.
    pub name: String,
    /// Where it stands.
    pub state: RunState,
    /// The base.
    pub base: ModelId,
    /// The base's name.
    pub base_name: String,
    /// The release.
    pub release: Option<ReleaseId>,
    /// What it trains on, for people.
    pub data_name: String,
    /// Settings.
    pub settings: TrainSettings,
    /// The same run as a command.
    pub command: String,
    /// Steps taken.
    pub step: u64,
    /// Steps in all; 0 until it started.
    pub total_steps: u64,
    /// Last loss.
    pub loss: Option<f64>,
    /// Last speed.
    pub tokens_per_s: Option<f64>,
    /// Seconds left, from the steps taken.
    pub eta_seconds: Option<f64>,
    /// Stopped releases it learned from, itself or by the models it builds on: data in
    /// them was withdrawn since.
    pub since_withdrawn: Vec<ReleaseRef>,
    /// The adapter (or model) it made.
    pub model: Option<ModelId>,
    /// What it amounted to.
    pub summary: Option<TrainSummary>,
    /// Why it failed.
    pub error: Option<String>,
    /// Who started it.
    pub created_by: Option<AccountId>,
    /// When.
    pub created_at: Micros,
    /// When work began.
    pub started_at: Option<Micros>,
    /// When it ended.
    pub finished_at: Option<Micros>,
}

/// A step's numbers; keyed by (run, step).
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize, ToSchema)]
pub struct Metric {
    /// Steps taken.
    pub step: u64,
    /// Training loss.
    pub loss: Option<f64>,
    /// Held-out loss.
    pub eval_loss: Option<f64>,
    /// Learning rate.
    pub lr: Option<f64>,
    /// Gradient norm before clipping.
    pub grad_norm: Option<f64>,
    /// Speed.
    pub tokens_per_s: Option<f64>,
}

/// An answer pinned under the step that produced it.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, ToSchema)]
pub struct RunSample {
    /// Steps taken.
    pub step: u64,
    /// Which prompt.
    pub index: u32,
    /// The prompt.
    pub prompt: String,
    /// The answer.
    pub text: String,
}

/// Everything the run page shows; a reload starts here and then follows the stream.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, ToSchema)]
pub struct RunDetail {
    /// The run.
    pub run: Run,
    /// All steps so far.
    pub metrics: Vec<Metric>,
    /// All answers so far.
    pub samples: Vec<RunSample>,
    /// Last event already contained: send as `Last-Event-ID`.
    pub last_event: i64,
}

/// What a run would need.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, ToSchema)]
pub struct RunEstimate {
    /// Numbers.
    pub estimate: Estimate,
    /// Rows it would train on.
    pub rows: u64,
    /// The same run as a command.
    pub command: String,
}
