//! Flags that several model commands share.

use clap::ValueEnum;
pub(crate) use karat_engine::set_threads;
use karat_types::Precision;
use karat_types::ports::{GenerateRequest, Prompt};
use std::path::PathBuf;

/// How the base is held and computed with.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, ValueEnum)]
pub(crate) enum PrecisionArg {
    /// 32-bit floats: the reference.
    #[default]
    F32,
    /// 16-bit brain floats: half the memory.
    Bf16,
    /// 8-bit integers in blocks: about a quarter.
    Q8,
    /// 4-bit integers in blocks: about a seventh.
    Q4,
    /// bitsandbytes' 4-bit floats, what QLoRA trains on.
    Nf4,
}

impl From<PrecisionArg> for Precision {
    fn from(arg: PrecisionArg) -> Self {
        match arg {
            PrecisionArg::F32 => Self::F32,
            PrecisionArg::Bf16 => Self::Bf16,
            PrecisionArg::Q8 => Self::Q8,
            PrecisionArg::Q4 => Self::Q4,
            PrecisionArg::Nf4 => Self::Nf4,
        }
    }
}

/// A base, and what is put on top of it.
#[derive(Clone, Debug, clap::Args)]
pub(crate) struct ModelArgs {
    /// Folder of the base model
    #[arg(long, value_name = "DIR")]
    pub(crate) model: PathBuf,
    /// Folder of an adapter
    #[arg(long, value_name = "DIR")]
    pub(crate) adapter: Option<PathBuf>,
    /// How the base is held and computed with
    #[arg(long, value_enum, default_value_t)]
    pub(crate) precision: PrecisionArg,
    /// Threads; 0 = all of the machine's
    #[arg(long, value_name = "N", default_value_t = 0)]
    pub(crate) threads: usize,
}

/// How the next token is chosen.
#[derive(Clone, Debug, clap::Args)]
pub(crate) struct SamplingArgs {
    /// Tokens at most
    #[arg(long, value_name = "N", default_value_t = 128)]
    pub(crate) max_tokens: u32,
    /// 0 = always the likeliest token; higher = more surprising
    #[arg(long, value_name = "T", default_value_t = 0.7)]
    pub(crate) temperature: f64,
    /// Only the likeliest tokens that together have this probability; 1 = all
    #[arg(long, value_name = "P", default_value_t = 0.95)]
    pub(crate) top_p: f64,
    /// Seed of the choice; the same seed gives the same answer
    #[arg(long, value_name = "N", default_value_t = 42)]
    pub(crate) seed: u64,
    /// Text that ends the answer; may be given more than once
    #[arg(long, value_name = "TEXT")]
    pub(crate) stop: Vec<String>,
}

impl SamplingArgs {
    /// The request for `prompt`.
    pub(crate) fn request(&self, model: &ModelArgs, prompt: Prompt) -> GenerateRequest {
        GenerateRequest {
            model_dir: model.model.clone(),
            adapter_dir: model.adapter.clone(),
            prompt,
            max_tokens: self.max_tokens,
            temperature: self.temperature,
            top_p: self.top_p,
            seed: self.seed,
            stop: self.stop.clone(),
            precision: model.precision.into(),
        }
    }
}
