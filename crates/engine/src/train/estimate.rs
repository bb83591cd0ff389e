//! What a folder holds, and what a run would need, before it starts.

use super::memory::{self, Load};
use super::{Plan, evaluate};
use crate::config::Config;
use crate::kernel::cpu::Cpu;
use crate::kernel::{Kernel, Mat};
use crate::lora::Targets;
use crate::quant::bnb;
use crate::tokenizer::Tokenizer;
use crate::weights::{self, Tensors};
use crate::{adapter, family};
use karat_types::train::{Estimate, ModelInfo, TrainSettings};
use karat_types::{Method, ModelKind, Problem};
use std::path::Path;
use std::sync::OnceLock;
use std::time::{Duration, Instant};

/// Bytes of English text a token, about, with a vocabulary of some thousands.
const BYTES_PER_TOKEN: f64 = 3.5;
/// A step takes about this much longer than its matrix products at full speed: those are
/// nine tenths of a step on the models of `benches/speed.rs`, small products are slower, and
/// evaluations come on top.
const OVERHEAD: f64 = 1.4;

/// Reads a model or adapter folder without loading its numbers.
///
/// # Errors
/// What the config, the weights and the adapter say.
pub fn inspect(dir: &Path) -> Result<ModelInfo, Problem> {
    if dir.join("adapter_config.json").exists() && !dir.join("config.json").exists() {
        return inspect_adapter(dir);
    }
    let config = Config::read(dir)?;
    let tensors = Tensors::open_model(dir)?;
    let tokenizer = Tokenizer::load(dir).ok();
    let quantised = bnb::note(dir, &tensors);
    Ok(ModelInfo {
        kind: ModelKind::Base,
        family: config.model_type.clone(),
        parameters: if quantised.is_some() { family::parameters(&config) as u64 } else { count(&tensors) },
        dtype: quantised.unwrap_or_else(|| tensors.dtype()),
        context: config.context as u64,
        vocabulary: config.vocab_size as u64,
        chat_template: tokenizer.as_ref().is_some_and(|t| t.template().is_some()),
        tokenizer: tokenizer.is_some(),
        linear_sites: family::linear_suffixes(&config),
    })
}

fn inspect_adapter(dir: &Path) -> Result<ModelInfo, Problem> {
    let config = adapter::read_config(dir)?;
    let tensors = Tensors::open_files(&[dir.join("adapter_model.safetensors")])?;
    Ok(ModelInfo {
        kind: ModelKind::Adapter,
        family: "lora".into(),
        parameters: count(&tensors),
        dtype: tensors.dtype(),
        context: 0,
        vocabulary: 0,
        chat_template: false,
        tokenizer: false,
        linear_sites: match config.targets {
            Targets::All => Vec::new(),
            Targets::Named(names) => names,
            Targets::Pattern(regex) => vec![regex],
        },
    })
}

fn count(tensors: &Tensors) -> u64 {
    let size = |name| tensors.shape(name).map_or(0, |s| s.iter().product::<usize>()) as u64;
    tensors.names().map(size).sum()
}

/// Memory from arithmetic, steps from the plan, time from the matrix products of the run
/// and the speed this machine shows in a fifth of a second. The rows are taken as equally
/// long for the time, and as long as they may be for the memory.
///
/// # Errors
/// What reading the config says.
pub fn estimate(dir: &Path, s: &TrainSettings, rows: u64, bytes: u64) -> Result<Estimate, Problem> {
    let c = Config::read(dir)?;
    let sites = family::sites(&c);
    let matmul: f64 = sites.iter().map(|site| memory::share(&c, site) * (site.outs * site.ins) as f64).sum();
    let rows = rows.max(1);
    let row = (bytes as f64 / rows as f64 / BYTES_PER_TOKEN).clamp(1.0, f64::from(s.max_length));
    let plan = Plan::new(s, &vec![row.ceil() as usize; rows as usize]);
    let tokens = if s.packing { s.batch_size as usize } else { (s.batch_size as usize).min(rows as usize) };
    let tokens = tokens * s.max_length as usize;
    let load = Load { tokens, evaluated: tokens.min(evaluate::TOKENS), contributors: 0 };
    let need = memory::need(&c, s, load);

    let size = |path: std::path::PathBuf| std::fs::metadata(path).map_or(0, |file| file.len());
    let on_disk = weights::model_files(dir).map_or(0, |files| files.into_iter().map(size).sum());

    let read = plan.rows() as f64 * row;
    // Forward and the gradient of the inputs; full training adds that of the weights, and
    // checkpointing a second forward.
    let passes = if s.method == Method::Full { 3.0 } else { 2.0 } + if s.checkpointing { 1.0 } else { 0.0 };
    let low = if s.method == Method::Full { 0 } else { need.trained };
    let attention = (c.layers * c.heads * c.head_dim) as f64 * row * 7.0;
    let work = read * (2.0 * passes * matmul + 6.0 * low as f64 + attention);
    Ok(Estimate {
        memory_bytes: need.peak(on_disk),
        steps: plan.steps,
        seconds: OVERHEAD * work / flops_per_second(),
        trainable: need.trained as u64,
    })
}

/// Floating-point operations a second in products of the size training has, measured once
/// a process: sliders ask often.
fn flops_per_second() -> f64 {
    static SPEED: OnceLock<f64> = OnceLock::new();
    *SPEED.get_or_init(measure)
}

fn measure() -> f64 {
    const SIZE: usize = 512;
    let (a, b) = (vec![0.5f32; SIZE * SIZE], vec![0.25f32; SIZE * SIZE]);
    let mut c = vec![0.0f32; SIZE * SIZE];
    let mut run = || Cpu.matmul(1.0, Mat::new(&a, SIZE, SIZE), Mat::new(&b, SIZE, SIZE), false, &mut c);
    run();
    let (began, mut times) = (Instant::now(), 0);
    while began.elapsed() < Duration::from_millis(200) {
        run();
        times += 1;
    }
    f64::from(times) * 2.0 * (SIZE * SIZE * SIZE) as f64 / began.elapsed().as_secs_f64()
}
