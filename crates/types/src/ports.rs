//! The doors through which `services` reaches the workshop without seeing tensors.
//!
//! Blocking, with a callback that also carries the wish to stop: the caller puts
//! them on a thread of their own.

use crate::train::{Estimate, ModelInfo, RunEvent, TrainSettings, TrainSummary};
use crate::{Precision, Problem};
use serde::{Deserialize, Serialize};
use std::path::{Path, PathBuf};

/// The answer of a callback.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Control {
    /// Go on.
    Continue,
    /// Stop after this step and save what there is.
    StopAndSave,
    /// Stop now, save nothing.
    Cancel,
}

/// A run as the trainer sees it: folders in, a folder out.
#[derive(Clone, Debug)]
pub struct TrainJob {
    /// The base model's folder (Hugging Face layout).
    pub model_dir: PathBuf,
    /// Start from this adapter instead of a fresh one.
    pub init_adapter: Option<PathBuf>,
    /// Training rows, JSONL.
    pub train: PathBuf,
    /// Held-out rows, JSONL.
    pub held_out: Option<PathBuf>,
    /// The settings.
    pub settings: TrainSettings,
    /// Checkpoints live here; one found here is resumed from.
    pub work_dir: PathBuf,
    /// The adapter (or the full model) goes here, atomically.
    pub out_dir: PathBuf,
    /// Prompts answered at each evaluation.
    pub prompts: Vec<String>,
}

/// Trains models; the engine is one, tests have another.
pub trait Trainer: Send + Sync {
    /// Runs to the end, or to what the callback says; resumes from `work_dir`.
    fn train(&self, job: &TrainJob, on: &mut dyn FnMut(RunEvent) -> Control) -> Result<Trained, Problem>;
    /// Reads a model or adapter folder.
    fn inspect(&self, dir: &Path) -> Result<ModelInfo, Problem>;
    /// What a run over `rows` rows of `bytes` bytes in all would need.
    fn estimate(
        &self,
        dir: &Path,
        settings: &TrainSettings,
        rows: u64,
        bytes: u64,
    ) -> Result<Estimate, Problem>;
}

/// How a run ended.
#[derive(Clone, Debug, PartialEq)]
pub enum Trained {
    /// The output folder is complete.
    Saved(TrainSummary),
    /// Cancelled: there is no output.
    Cancelled,
}

/// One message of a chat.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, utoipa::ToSchema)]
pub struct ChatMessage {
    /// `system`, `user` or `assistant`.
    pub role: String,
    /// The words.
    pub content: String,
}

/// What to continue.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Prompt {
    /// Plain text, continued as it stands.
    Text(String),
    /// A conversation, rendered by the model's chat template.
    Chat(Vec<ChatMessage>),
}

/// A request for words.
#[derive(Clone, Debug)]
pub struct GenerateRequest {
    /// The base model's folder.
    pub model_dir: PathBuf,
    /// An adapter's folder.
    pub adapter_dir: Option<PathBuf>,
    /// What to continue.
    pub prompt: Prompt,
    /// Tokens at most.
    pub max_tokens: u32,
    /// 0 = always the likeliest token.
    pub temperature: f64,
    /// Only the likeliest tokens that together have this probability; 1 = all.
    pub top_p: f64,
    /// Seed of the sampler.
    pub seed: u64,
    /// Texts that end the answer; they are not part of it.
    pub stop: Vec<String>,
    /// How the base is held.
    pub precision: Precision,
}

/// A finished answer.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Generated {
    /// The words, without the prompt.
    pub text: String,
    /// Tokens of the prompt.
    pub prompt_tokens: u64,
    /// Tokens of the answer.
    pub completion_tokens: u64,
    /// `stop` or `length`.
    pub finish_reason: String,
}

/// Answers prompts.
pub trait Generator: Send + Sync {
    /// Streams the answer piece by piece; a piece is always whole characters.
    fn generate(
        &self,
        request: &GenerateRequest,
        on: &mut dyn FnMut(&str) -> Control,
    ) -> Result<Generated, Problem>;
}
