//! `karat train`: fine-tunes a base on rows; an adapter or a full model comes out.

use super::model_args::{PrecisionArg, set_threads};
use crate::{chart, out, progress};
use clap::ValueEnum;
use indicatif::ProgressBar;
use karat_engine::Engine;
use karat_engine::adapter;
use karat_engine::config::Config;
use karat_engine::model_init::refuse_existing;
use karat_types::ports::{Control, TrainJob, Trained, Trainer};
use karat_types::train::{RunEvent, Schedule, TrainSettings, TrainSummary};
use karat_types::{Method, Problem};
use serde_json::json;
use std::path::{Path, PathBuf};

/// Fine-tunes a model on rows of any known format
#[derive(clap::Args)]
#[command(
    allow_negative_numbers = true,
    after_help = "Example: karat train --model ./base --data rows.jsonl --method lora --steps 100 --out ./tuned"
)]
pub(crate) struct Args {
    /// Folder of the base model
    #[arg(long, value_name = "DIR")]
    model: PathBuf,
    /// Rows: .jsonl, .json, .csv, .parquet, .txt or .md
    #[arg(long, value_name = "FILE")]
    data: PathBuf,
    /// Rows the model is measured on and never trained on
    #[arg(long, value_name = "FILE")]
    held_out: Option<PathBuf>,
    /// Hold this part of --data out, whole submissions where there are any
    #[arg(long, value_name = "PERCENT", conflicts_with = "held_out", value_parser = percent)]
    held_out_percent: Option<f64>,
    /// Where the adapter (or the full model) goes; must not exist yet
    #[arg(long, value_name = "DIR")]
    out: PathBuf,
    /// What is trained
    #[arg(long, value_enum, default_value_t)]
    method: MethodArg,
    /// Start from this adapter instead of a fresh one
    #[arg(long, value_name = "DIR")]
    init_adapter: Option<PathBuf>,
    #[command(flatten)]
    settings: SettingsArgs,
    /// A prompt answered at each evaluation; may be given more than once
    #[arg(long, value_name = "TEXT")]
    prompt: Vec<String>,
    /// Checkpoints live here, a run found here is taken up again [default: OUT.work, removed at the end]
    #[arg(long, value_name = "DIR")]
    work_dir: Option<PathBuf>,
    /// Threads; 0 = all of the machine's
    #[arg(long, value_name = "N", default_value_t = 0)]
    threads: usize,
    /// Print a JSON object a step, then a summary
    #[arg(long)]
    json: bool,
}

/// What is trained.
#[derive(Clone, Copy, Debug, Default, ValueEnum)]
enum MethodArg {
    /// Two thin matrices beside each linear layer.
    #[default]
    Lora,
    /// The same, over a base held in four bits (NF4).
    Qlora,
    /// Every weight.
    Full,
}

/// Shape of the learning rate over time.
#[derive(Clone, Copy, Debug, Default, ValueEnum)]
enum ScheduleArg {
    /// Flat after the warm-up.
    Constant,
    /// Half a cosine down to zero.
    #[default]
    Cosine,
    /// A straight line down to zero.
    Linear,
}

#[derive(clap::Args)]
struct SettingsArgs {
    /// Rank of the adapter [default: 16, or what --init-adapter has]
    #[arg(long, value_name = "N")]
    rank: Option<u32>,
    /// The adapter's update is scaled by alpha / rank [default: 32, or what --init-adapter has]
    #[arg(long, value_name = "X")]
    alpha: Option<f64>,
    /// Scale by alpha / √rank instead (rsLoRA)
    #[arg(long)]
    rslora: bool,
    /// Part of the adapter's input that is dropped at random [default: 0.05, or what
    /// --init-adapter says]
    #[arg(long, value_name = "P")]
    dropout: Option<f64>,
    /// Linear layers that get an adapter, by suffix, with commas between [default: all]
    #[arg(long, value_name = "q_proj,v_proj", value_delimiter = ',')]
    target_modules: Option<Vec<String>>,
    /// Rows a micro-batch
    #[arg(long, value_name = "N", default_value_t = TrainSettings::default().batch_size)]
    batch_size: u32,
    /// Micro-batches a step
    #[arg(long, value_name = "N", default_value_t = TrainSettings::default().accumulation)]
    accumulation: u32,
    /// Peak learning rate [default: 2e-4, for --method full 2e-5]
    #[arg(long, value_name = "X")]
    lr: Option<f64>,
    /// Shape of the learning rate over time
    #[arg(long, value_enum, default_value_t)]
    schedule: ScheduleArg,
    /// Steps until the peak [default: 3 % of all]
    #[arg(long, value_name = "N")]
    warmup_steps: Option<u64>,
    /// Decoupled weight decay
    #[arg(long, value_name = "X", default_value_t = TrainSettings::default().weight_decay)]
    weight_decay: f64,
    /// Gradients are scaled down to this norm; 0 = off
    #[arg(long, value_name = "X", default_value_t = TrainSettings::default().max_grad_norm)]
    max_grad_norm: f64,
    /// Exact number of steps
    #[arg(long, value_name = "N", conflicts_with = "epochs")]
    steps: Option<u64>,
    /// Passes over the data
    #[arg(long, value_name = "X", default_value_t = TrainSettings::default().epochs)]
    epochs: f64,
    /// Tokens a row at most; what is longer is cut and counted [default: 256, or the model's context]
    #[arg(long, value_name = "N")]
    max_length: Option<u32>,
    /// Steps between evaluations [default: ten a run]
    #[arg(long, value_name = "N")]
    eval_every: Option<u64>,
    /// Steps between checkpoints, besides those at evaluations
    #[arg(long, value_name = "N")]
    save_every: Option<u64>,
    /// Fill each micro-batch up to batch-size × max-length tokens with as many rows as fit
    #[arg(long, overrides_with = "no_packing")]
    packing: bool,
    /// A micro-batch has batch-size rows, however short [default]
    #[arg(long)]
    no_packing: bool,
    /// Run each block again in the backward: less memory, a third more time, the same numbers
    #[arg(long)]
    checkpointing: bool,
    #[command(flatten)]
    attribution: AttributionArgs,
    /// Seed of order, dropout and initial adapter
    #[arg(long, value_name = "N", default_value_t = TrainSettings::default().seed)]
    seed: u64,
    /// Number format of the computation: f32 or bf16
    #[arg(long, value_enum, default_value_t)]
    precision: PrecisionArg,
    /// With --method qlora: keep the scales of the four-bit blocks as they are
    #[arg(long)]
    no_double_quant: bool,
    /// Take the rows in the order of the file
    #[arg(long)]
    no_shuffle: bool,
}

#[derive(clap::Args)]
struct AttributionArgs {
    /// Account for what each contributor's rows moved [default: when rows name contributors]
    #[arg(long, overrides_with = "no_attribution")]
    attribution: bool,
    /// Keep no account of contributors
    #[arg(long)]
    no_attribution: bool,
    /// Memory for the account; contributors beyond it share one entry
    #[arg(long, value_name = "MB", default_value_t = TrainSettings::default().attribution_memory_mb)]
    attribution_memory: u32,
    /// Weight of a contributor's rows in the gradient, 0 = as if they taught nothing; may be
    /// given more than once
    #[arg(long, value_name = "NAME=X", value_parser = weight)]
    contributor_weight: Vec<(String, f64)>,
}

impl AttributionArgs {
    fn wanted(&self) -> Option<bool> {
        (self.attribution || self.no_attribution).then_some(self.attribution)
    }
}

fn weight(text: &str) -> Result<(String, f64), String> {
    let (name, weight) = text.rsplit_once('=').ok_or("expected NAME=WEIGHT, such as ada=0")?;
    match weight.parse::<f64>() {
        Ok(w) if w >= 0.0 && w.is_finite() => Ok((name.to_owned(), w)),
        _ => Err(format!("the weight is '{weight}', expected a number from 0 on")),
    }
}

fn percent(text: &str) -> Result<f64, String> {
    match text.parse::<f64>() {
        Ok(p) if p > 0.0 && p <= 90.0 => Ok(p),
        _ => Err("expected a number above 0, at most 90".into()),
    }
}

impl Args {
    fn settings(&self, context: u64) -> Result<TrainSettings, Problem> {
        let s = &self.settings;
        let usual_length = TrainSettings::default().max_length;
        let (rank, alpha, dropout) = self.adapter()?;
        let (method, usual) = match self.method {
            MethodArg::Lora => (Method::Lora, 2e-4),
            MethodArg::Qlora => (Method::Qlora, 2e-4),
            MethodArg::Full => (Method::Full, 2e-5),
        };
        Ok(TrainSettings {
            method,
            learning_rate: s.lr.unwrap_or(usual),
            batch_size: s.batch_size,
            accumulation: s.accumulation,
            epochs: s.epochs,
            steps: s.steps,
            schedule: match s.schedule {
                ScheduleArg::Constant => Schedule::Constant,
                ScheduleArg::Cosine => Schedule::Cosine,
                ScheduleArg::Linear => Schedule::Linear,
            },
            warmup_steps: s.warmup_steps,
            weight_decay: s.weight_decay,
            max_grad_norm: s.max_grad_norm,
            max_length: s
                .max_length
                .unwrap_or(u32::try_from(context).map_or(usual_length, |c| c.min(usual_length))),
            seed: s.seed,
            shuffle: !s.no_shuffle,
            rank,
            alpha,
            dropout: s.dropout.unwrap_or(dropout),
            target_modules: s
                .target_modules
                .as_ref()
                .map(|names| names.iter().map(|n| n.trim().to_owned()).collect()),
            rslora: s.rslora,
            eval_every: s.eval_every,
            save_every: s.save_every,
            packing: s.packing,
            checkpointing: s.checkpointing,
            attribution: s.attribution.wanted(),
            attribution_memory_mb: s.attribution.attribution_memory,
            contributor_weights: s.attribution.contributor_weight.iter().cloned().collect(),
            precision: s.precision.into(),
            double_quant: !s.no_double_quant,
        })
    }

    /// Rank, α and dropout. An adapter that is trained on goes on as it was made.
    fn adapter(&self) -> Result<(u32, f64, f64), Problem> {
        let (s, usual) = (&self.settings, TrainSettings::default());
        let Some(dir) = &self.init_adapter else {
            return Ok((s.rank.unwrap_or(usual.rank), s.alpha.unwrap_or(usual.alpha), usual.dropout));
        };
        let made = adapter::read_config(dir)?;
        let other = |name: &str, wanted: f64, has: f64| {
            Problem::bad(
                "setting_invalid",
                format!("--{name} is {wanted}, the adapter in {} has {has}.", dir.display()),
                format!(
                    "Leave --{name} out to go on with this adapter, or --init-adapter to begin a new one."
                ),
            )
        };
        if let Some(rank) = s.rank.filter(|&rank| rank as usize != made.rank) {
            return Err(other("rank", f64::from(rank), made.rank as f64));
        }
        if let Some(alpha) = s.alpha.filter(|&alpha| alpha != made.alpha) {
            return Err(other("alpha", alpha, made.alpha));
        }
        Ok((u32::try_from(made.rank).unwrap_or(usual.rank), made.alpha, made.dropout))
    }

    fn work_dir(&self) -> PathBuf {
        self.work_dir.clone().unwrap_or_else(|| {
            let mut name = self.out.clone().into_os_string();
            name.push(".work");
            name.into()
        })
    }

    /// The files to train on and to hold out; parted into the working folder if asked for.
    fn data(&self, work: &Path) -> Result<(PathBuf, Option<PathBuf>), Problem> {
        let Some(percent) = self.held_out_percent else {
            return Ok((self.data.clone(), self.held_out.clone()));
        };
        let parted = karat_engine::rows::split::part(&self.data, percent, self.settings.seed)?;
        let extension = self.data.extension().map_or("jsonl".into(), |e| e.to_string_lossy());
        let kind = if ["txt", "md", "markdown"].contains(&&*extension) { &*extension } else { "jsonl" };
        let write = |name: &str, text: &str| {
            let path = work.join(format!("{name}.{kind}"));
            std::fs::write(&path, text).map_err(|e| unwritable(&path, &e)).map(|()| path)
        };
        Ok((write("train", &parted.train)?, Some(write("held-out", &parted.held_out)?)))
    }
}

/// Trains and prints.
pub(crate) fn run(args: &Args) -> Result<(), Problem> {
    set_threads(args.threads);
    refuse_existing(&args.out)?;
    let engine = Engine::default();
    let settings = args.settings(Config::read(&args.model)?.context as u64)?;
    let work = args.work_dir();
    std::fs::create_dir_all(&work).map_err(|e| unwritable(&work, &e))?;
    let (train, held_out) = args.data(&work)?;
    let job = TrainJob {
        model_dir: args.model.clone(),
        init_adapter: args.init_adapter.clone(),
        train,
        held_out,
        settings,
        work_dir: work.clone(),
        out_dir: args.out.clone(),
        prompts: args.prompt.clone(),
    };
    let mut watch = Watch::new(args.json);
    let trained = engine.train(&job, &mut |event| watch.see(event));
    watch.bar.finish_and_clear();
    if trained.is_err() {
        // Goes only when it is empty: a checkpoint is kept.
        let _ = std::fs::remove_dir(&work);
    }
    let Trained::Saved(summary) = trained? else {
        return Err(Problem::internal("The run was cancelled, but nobody cancelled it."));
    };
    if args.work_dir.is_none() {
        std::fs::remove_dir_all(&work).map_err(|e| unwritable(&work, &e))?;
    }
    watch.end(&summary, &args.out)
}

fn unwritable(path: &Path, error: &std::io::Error) -> Problem {
    Problem::new(
        507,
        "disk_write_failed",
        format!("Could not write {}: {error}.", path.display()),
        "Free some space or choose a folder you may write to, then try again.",
    )
}

/// Shows a run: JSON lines for programs, a bar and a chart for people.
struct Watch {
    json: bool,
    bar: ProgressBar,
    losses: Vec<(f64, f64)>,
}

impl Watch {
    fn new(json: bool) -> Self {
        let bar = if json { ProgressBar::hidden() } else { progress::bar("training", 0) };
        Self { json, bar, losses: Vec::new() }
    }

    fn see(&mut self, event: RunEvent) -> Control {
        match event {
            RunEvent::Started {
                total_steps,
                trainable,
                parameters,
                rows_train,
                rows_held_out,
                rows_truncated,
            } => {
                self.bar.set_length(total_steps);
                self.remark(&format!(
                    "{total_steps} steps over {rows_train} rows ({rows_held_out} held out, {rows_truncated} cut to the maximal length); {trainable} of {parameters} parameters are trained"
                ));
            }
            RunEvent::Step { step, loss, lr, grad_norm, tokens, tokens_per_s } => {
                self.losses.push((step as f64, loss));
                if self.json {
                    out::line(json!({ "step": step, "loss": loss, "lr": lr, "grad_norm": grad_norm, "tokens": tokens, "tokens_per_s": tokens_per_s }).to_string());
                }
                self.bar.set_position(step);
                self.bar.set_message(format!("loss {loss:.4}, {tokens_per_s:.0} tokens/s"));
            }
            RunEvent::Eval { step, loss } => {
                if self.json {
                    out::line(json!({ "eval_step": step, "eval_loss": loss }).to_string());
                }
                self.remark(&format!("held-out loss after {step} steps: {loss:.4}"));
            }
            RunEvent::Sample { step, prompt, text, .. } => {
                let line: String =
                    text.split_whitespace().collect::<Vec<_>>().join(" ").chars().take(100).collect();
                self.remark(&format!("after {step} steps: {prompt} → {line}"));
            }
            RunEvent::Rewound { step } => {
                self.bar.set_position(step);
                self.remark(&format!("taken up again after step {step}"));
            }
            RunEvent::Notice { message, .. } => self.remark(&message),
            RunEvent::Checkpoint { .. } => {}
        }
        Control::Continue
    }

    /// A line for the person watching; programs get none.
    fn remark(&self, text: &str) {
        if !self.json {
            self.bar.suspend(|| out::say(text));
        }
    }

    fn end(&self, summary: &TrainSummary, dir: &Path) -> Result<(), Problem> {
        if self.json {
            let mut object = serde_json::to_value(summary).map_err(|e| Problem::internal(e.to_string()))?;
            object["out"] = json!(dir);
            out::line(object.to_string());
            return Ok(());
        }
        for line in chart::line(&chart::smooth(&self.losses, 0.8), 64, 8) {
            out::line(line);
        }
        out::line(format!(
            "{} steps, loss {:.4} → {:.4}, {:.0} tokens/s",
            summary.steps, summary.loss_first, summary.loss_last, summary.tokens_per_s
        ));
        if let (Some(first), Some(last)) = (summary.eval_first, summary.eval_last) {
            out::line(format!("held-out loss {first:.4} → {last:.4}"));
        }
        if let Some(a) = &summary.attribution {
            out::line(format!(
                "{} contributors accounted for; displacements add up within {:.1e}, {:.0} % more time",
                a.contributors,
                a.identity_error,
                a.overhead * 100.0
            ));
        }
        out::line(format!("saved to {}", dir.display()));
        Ok(())
    }
}
