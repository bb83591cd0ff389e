//! What a fine-tuning run is told, and what it tells back.

use crate::{Method, ModelKind, Precision};
use serde::{Deserialize, Serialize};
use std::collections::BTreeMap;

/// How the learning rate moves over the steps; transformers' formulas.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize, utoipa::ToSchema)]
#[serde(rename_all = "lowercase")]
pub enum Schedule {
    /// Flat after the warm-up.
    Constant,
    /// Half a cosine down to zero.
    #[default]
    Cosine,
    /// A straight line down to zero.
    Linear,
}

/// The settings of a run: what the sliders set and the command line types.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, utoipa::ToSchema)]
#[serde(default)]
pub struct TrainSettings {
    /// LoRA, QLoRA or full.
    pub method: Method,
    /// Peak learning rate.
    pub learning_rate: f64,
    /// Rows a micro-batch.
    pub batch_size: u32,
    /// Micro-batches a step.
    pub accumulation: u32,
    /// Passes over the data; `steps` wins when both are set.
    pub epochs: f64,
    /// Exact number of steps.
    pub steps: Option<u64>,
    /// Shape of the learning rate over time.
    pub schedule: Schedule,
    /// Steps until the peak; none = 3 % of all steps.
    pub warmup_steps: Option<u64>,
    /// Decoupled weight decay.
    pub weight_decay: f64,
    /// Gradients are scaled down to this norm; 0 = off.
    pub max_grad_norm: f64,
    /// Tokens a row at most; longer rows are cut and counted.
    pub max_length: u32,
    /// Seed of order, dropout and initial weights.
    pub seed: u64,
    /// Shuffle the rows anew each epoch.
    pub shuffle: bool,
    /// LoRA rank.
    pub rank: u32,
    /// LoRA alpha; the update is scaled by alpha / rank.
    pub alpha: f64,
    /// Scale by alpha / √rank instead (rsLoRA).
    pub rslora: bool,
    /// LoRA dropout, 0–1.
    pub dropout: f64,
    /// Linear layers that get an adapter, by suffix; none = all of them.
    pub target_modules: Option<Vec<String>>,
    /// Steps between evaluations on the held-out rows; none = ten a run.
    pub eval_every: Option<u64>,
    /// What the computation runs in: f32 or bf16.
    pub precision: Precision,
    /// QLoRA: the scales of the base are quantised too.
    pub double_quant: bool,
    /// Steps between checkpoints, besides those at evaluations and every ten minutes.
    pub save_every: Option<u64>,
    /// Fill each micro-batch up to batch_size × max_length tokens with as many rows as fit.
    pub packing: bool,
    /// Run each block again in the backward instead of keeping its values: less memory, about
    /// a third more time, the same numbers.
    pub checkpointing: bool,
    /// Account for what each contributor's rows moved; none = when rows name contributors
    /// and an adapter is trained.
    pub attribution: Option<bool>,
    /// Memory for that account, MB; contributors beyond it share one entry.
    pub attribution_memory_mb: u32,
    /// Weight of a contributor's rows in the gradient: 1 when not named, 0 = as if they
    /// taught nothing, everything else staying as it is.
    pub contributor_weights: BTreeMap<String, f64>,
}

impl Default for TrainSettings {
    fn default() -> Self {
        Self {
            method: Method::Lora,
            learning_rate: 2e-4,
            batch_size: 8,
            accumulation: 1,
            epochs: 3.0,
            steps: None,
            schedule: Schedule::Cosine,
            warmup_steps: None,
            weight_decay: 0.01,
            max_grad_norm: 1.0,
            max_length: 256,
            seed: 42,
            shuffle: true,
            rank: 16,
            alpha: 32.0,
            dropout: 0.05,
            rslora: false,
            target_modules: None,
            eval_every: None,
            precision: Precision::F32,
            double_quant: true,
            save_every: None,
            packing: false,
            checkpointing: false,
            attribution: None,
            attribution_memory_mb: 512,
            contributor_weights: BTreeMap::new(),
        }
    }
}

/// What happens in a run, in order. Losses are nats a trained token, before the update.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, utoipa::ToSchema)]
#[serde(tag = "kind", rename_all = "snake_case")]
pub enum RunEvent {
    /// The run begins, or is taken up again.
    Started {
        /// Steps it will take in all.
        total_steps: u64,
        /// Parameters of the model.
        parameters: u64,
        /// Parameters that are trained.
        trainable: u64,
        /// Rows trained on.
        rows_train: u64,
        /// Rows held out.
        rows_held_out: u64,
        /// Rows cut to the maximal length.
        rows_truncated: u64,
    },
    /// One optimiser step.
    Step {
        /// From 1.
        step: u64,
        /// Loss of this batch.
        loss: f64,
        /// Learning rate used.
        lr: f64,
        /// Norm of the gradient before clipping.
        grad_norm: f64,
        /// Trained tokens in this batch.
        tokens: u64,
        /// Speed of this step.
        tokens_per_s: f64,
    },
    /// Loss on the held-out rows; step 0 is the base before any training.
    Eval {
        /// Steps taken so far.
        step: u64,
        /// Mean loss a token.
        loss: f64,
    },
    /// What the model answers to a pinned prompt at this step.
    Sample {
        /// Steps taken so far.
        step: u64,
        /// Which prompt.
        index: u32,
        /// The prompt.
        prompt: String,
        /// The answer.
        text: String,
    },
    /// A checkpoint is on disk, whole.
    Checkpoint {
        /// Steps taken so far.
        step: u64,
    },
    /// Taken up again from a checkpoint: later steps are void.
    Rewound {
        /// Steps kept.
        step: u64,
    },
    /// Something a person should know; the run goes on.
    Notice {
        /// Steps taken so far.
        step: u64,
        /// Stable word: `loss_did_not_fall`.
        code: String,
        /// What was seen, and what to do about it.
        message: String,
    },
}

/// What the account of contributors came to; its files are beside the adapter.
#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize, utoipa::ToSchema)]
pub struct AttributionSummary {
    /// Contributors with rows in the run.
    pub contributors: u64,
    /// How far the contributors' displacements and the decay are from the adapter's own
    /// displacement, relative.
    pub identity_error: f64,
    /// How far the sum of the contributors' gradients was from the gradient, relative; the
    /// worst step.
    pub gradient_error: f64,
    /// Time the account took, as a part of the time of the steps without it.
    pub overhead: f64,
}

/// What a finished run amounts to.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize, utoipa::ToSchema)]
#[serde(default)]
pub struct TrainSummary {
    /// Steps taken.
    pub steps: u64,
    /// Loss of the first step.
    pub loss_first: f64,
    /// Loss of the last step.
    pub loss_last: f64,
    /// Held-out loss before training.
    pub eval_first: Option<f64>,
    /// Held-out loss after training.
    pub eval_last: Option<f64>,
    /// Median speed.
    pub tokens_per_s: f64,
    /// Trained tokens in all.
    pub tokens: u64,
    /// Whether a person stopped it early.
    pub stopped_early: bool,
    /// What a person should know of the run.
    pub notices: Vec<String>,
    /// Rows cut to the maximal length.
    pub rows_truncated: u64,
    /// Root of the Merkle tree over the schedule: which rows each step saw.
    pub schedule_root: String,
    /// The account of contributors, when there was one.
    pub attribution: Option<AttributionSummary>,
    /// The most memory the process ever had, bytes; 0 where the system does not tell.
    pub peak_memory_bytes: u64,
}

/// What a model folder holds.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, utoipa::ToSchema)]
pub struct ModelInfo {
    /// Base or adapter.
    pub kind: ModelKind,
    /// `llama`, …
    pub family: String,
    /// Number of parameters.
    pub parameters: u64,
    /// Type the weights are stored in: `F32`.
    pub dtype: String,
    /// Longest context, tokens.
    pub context: u64,
    /// Vocabulary size.
    pub vocabulary: u64,
    /// Whether a chat template comes with it.
    pub chat_template: bool,
    /// Whether a tokenizer comes with it.
    pub tokenizer: bool,
    /// Linear layers an adapter can sit on, by suffix.
    pub linear_sites: Vec<String>,
}

/// What a run would need, before it starts.
#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize, utoipa::ToSchema)]
pub struct Estimate {
    /// Peak memory, bytes.
    pub memory_bytes: u64,
    /// Steps in all.
    pub steps: u64,
    /// Wall time, seconds; from the arithmetic of the model and a measured speed.
    pub seconds: f64,
    /// Parameters that would be trained.
    pub trainable: u64,
}
