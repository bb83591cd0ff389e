//! The programs compared: ours as cargo builds it, the peers in a Python environment of their own.

use super::{median, python};
use crate::shell;
use serde_json::Value;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};

/// Packages of the environment; llama.cpp is built from its source for this processor.
const PACKAGES: &[&str] = &["torch", "transformers", "peft", "safetensors", "numpy", "gguf"];

/// Who does a job.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Side {
    Ours,
    Torch,
    Llama,
}

/// A job with its shape.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(super) struct Job {
    pub(super) side: Side,
    pub(super) name: &'static str,
    pub(super) precision: &'static str,
    pub(super) threads: u32,
    pub(super) batch: u32,
    pub(super) length: u32,
}

/// Medians over the runs of a job.
#[derive(Clone, Debug, Default)]
pub(super) struct Measured {
    pub(super) tokens_per_s: f64,
    pub(super) cpu_tokens_per_s: f64,
    pub(super) peak_mib: f64,
    pub(super) kernel: String,
}

/// Everything that is needed to run a job.
pub(super) struct Bench {
    ours: PathBuf,
    python: PathBuf,
    model: PathBuf,
    /// Set where PyTorch's tile instructions die.
    pub(super) capped: bool,
}

impl Bench {
    /// Builds our side, makes the model, the environment and looks whether PyTorch survives.
    pub(super) fn prepare(config: &str) -> Result<Self, String> {
        crate::setup::for_benchmarks()?;
        let home = super::home()?;
        let ours = super::measuring_program("karat-engine", "speed")?;
        let model = model(&home, config)?;
        let python = python::environment("venv", PACKAGES, &["torch", "transformers", "peft", "gguf"])?;
        if !python::has(&python, "llama_cpp") {
            let source =
                ["-m", "pip", "install", "-q", "--no-binary", "llama-cpp-python", "llama-cpp-python"];
            shell::run(&mut shell::command(&python, &source))?;
        }
        let mut bench = Self { ours, python, model, capped: false };
        let probe =
            Job { side: Side::Torch, name: "prefill", precision: "bf16", threads: 1, batch: 1, length: 32 };
        bench.capped = !bench.command(&probe).stdout(Stdio::null()).status().is_ok_and(|s| s.success());
        Ok(bench)
    }

    /// Runs a job once and reads its line.
    pub(super) fn once(&self, job: &Job) -> Result<Value, String> {
        let output = self.command(job).stderr(Stdio::inherit()).output().map_err(|e| e.to_string())?;
        let text = String::from_utf8_lossy(&output.stdout);
        let line = text.lines().rev().find(|line| line.starts_with('{'));
        line.and_then(|line| serde_json::from_str(line).ok())
            .ok_or_else(|| format!("{job:?} printed no result ({}):\n{text}", output.status))
    }

    /// One number our own program prints about the machine.
    pub(super) fn bandwidth(&self, threads: u32) -> Result<f64, String> {
        let job = Job { side: Side::Ours, name: "bandwidth", precision: "f32", threads, batch: 1, length: 1 };
        Ok(self.once(&job)?["bytes_per_s"].as_f64().unwrap_or(0.0))
    }

    fn command(&self, job: &Job) -> Command {
        let mut command = match job.side {
            Side::Ours => shell::command(&self.ours, &[]),
            Side::Torch => self.script("torch_peer.py"),
            Side::Llama => self.script("llama_peer.py"),
        };
        command.arg(job.name).arg("--model").arg(&self.model);
        command.args(["--precision", job.precision]);
        for (flag, number) in [("--threads", job.threads), ("--batch", job.batch), ("--length", job.length)] {
            command.args([flag, &number.to_string()]);
        }
        command.env("OMP_NUM_THREADS", job.threads.to_string());
        if self.capped {
            command.env("ONEDNN_MAX_CPU_ISA", "AVX512_CORE_FP16");
        }
        command
    }

    fn script(&self, name: &str) -> Command {
        let mut command = shell::command(&self.python, &[]);
        command.arg(shell::root().join("benches/engine").join(name));
        command
    }
}

/// Medians of what the runs of one job printed.
pub(super) fn medians(runs: &[Value]) -> Measured {
    let of = |key: &str| median(runs.iter().filter_map(|run| run[key].as_f64()).collect()).unwrap_or(0.0);
    let kernel = runs.first().and_then(|run| run["kernel"].as_str()).unwrap_or_default();
    Measured {
        tokens_per_s: of("tokens_per_s"),
        cpu_tokens_per_s: of("cpu_tokens_per_s"),
        peak_mib: of("peak_rss_mib"),
        kernel: kernel.to_owned(),
    }
}

/// The model both sides load, made once.
fn model(home: &Path, config: &str) -> Result<PathBuf, String> {
    let (dir, json) = (home.join("model"), home.join("config.json"));
    let old = std::fs::read_to_string(&json).unwrap_or_default();
    if old == config && dir.join("model.safetensors").exists() {
        return Ok(dir);
    }
    // Only what an earlier run made; nothing may be there the first time.
    let _ = std::fs::remove_dir_all(&dir);
    std::fs::write(&json, config).map_err(|e| format!("{}: {e}", json.display()))?;
    shell::run(&mut shell::command(shell::cargo(), &["build", "-p", "karat"]))?;
    let mut init = shell::command(shell::karat()?, &["models", "init", "--seed", "1", "--config"]);
    shell::run(init.arg(&json).arg("--out").arg(&dir))?;
    Ok(dir)
}
