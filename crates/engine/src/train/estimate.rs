//! What a folder holds, and what a run would need, before it starts.

use super::Plan;
use crate::config::Config;
use crate::kernel::cpu::Cpu;
use crate::kernel::{Kernel, Mat};
use crate::lora::{LoraConfig, Targets};
use crate::quant::bnb;
use crate::tokenizer::Tokenizer;
use crate::weights::Tensors;
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
        },
    })
}

fn count(tensors: &Tensors) -> u64 {
    let size = |name| tensors.shape(name).map_or(0, |s| s.iter().product::<usize>()) as u64;
    tensors.names().map(size).sum()
}

/// Memory from arithmetic, steps from the plan, time from the matrix products of the run
/// and the speed this machine shows in a fifth of a second.
///
/// # Errors
/// What reading the config says.
pub fn estimate(dir: &Path, s: &TrainSettings, rows: u64, bytes: u64) -> Result<Estimate, Problem> {
    let c = Config::read(dir)?;
    let sites = family::sites(&c);
    let full = s.method == Method::Full;
    let targets = s.target_modules.clone().map_or(Targets::All, Targets::Named);
    let adapter = LoraConfig { targets, ..LoraConfig::new(s.rank as usize, s.alpha) };
    let matmul: usize = sites.iter().map(|site| site.outs * site.ins).sum();
    let low: usize =
        sites.iter().filter(|x| adapter.covers(x)).map(|x| (x.outs + x.ins) * adapter.rank).sum();
    let parameters = family::parameters(&c);
    let trainable = if full { parameters } else { low };

    let row = (bytes as f64 / rows.max(1) as f64 / BYTES_PER_TOKEN).clamp(1.0, f64::from(s.max_length));
    let plan = Plan::new(s, rows.max(1) as usize);
    let rows_run =
        plan.steps as f64 * (f64::from(s.batch_size) * f64::from(s.accumulation)).min(rows.max(1) as f64);
    let tokens = rows_run * row;
    // Forward and the gradient of the inputs; full training adds that of the weights.
    let passes = if full { 3.0 } else { 2.0 };
    let attention = (c.layers * c.heads * c.head_dim) as f64 * row * 7.0;
    let work =
        tokens * (2.0 * passes * matmul as f64 + 6.0 * if full { 0.0 } else { low as f64 } + attention);

    // Values kept for the backward, a token: residual stream, norms, heads, feed-forward.
    let heads = (2 * c.heads + 2 * c.kv_heads) * c.head_dim;
    let kept = c.layers * (4 * c.hidden_size + heads + 3 * c.intermediate_size) + 3 * c.hidden_size;
    let batch_tokens = f64::from(s.batch_size) * f64::from(s.max_length);
    // Four bits and an eighth instead of 32, wherever an adapter may sit.
    let four: usize = if s.method == Method::Qlora {
        sites.iter().filter(|site| site.adaptable).map(|site| site.outs * site.ins).sum()
    } else {
        0
    };
    let numbers = parameters as f64 - 0.87 * four as f64
        + 3.0 * trainable as f64
        + 1.15 * batch_tokens * kept as f64
        + 4e6;
    Ok(Estimate {
        memory_bytes: (4.0 * numbers) as u64 + 32_000_000,
        steps: plan.steps,
        seconds: OVERHEAD * work / flops_per_second(),
        trainable: trainable as u64,
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
