//! Speed and memory of the engine on random weights, one line of JSON a measurement:
//! `cargo bench -p karat-engine -- lora --threads 1 --batch 4 --length 256`.
//!
//! Jobs: products, bandwidth, lora, full, prefill, decode; all of them without one. Wall
//! time needs a quiet machine; tokens a processor second do not. Peak memory is the
//! process's, so measure one job a process.

use karat_engine::Model;
use karat_engine::config::Config;
use karat_engine::kernel::cpu::Cpu;
use karat_engine::kernel::{self, Kernel, Mat};
use karat_engine::lora::{self, LoraConfig};
use karat_engine::net::Grads;
use karat_engine::optim::{self, AdamW};
use karat_engine::quant::Held;
use karat_engine::rng::Rng;
use karat_engine::tape::{Batch, Pass, Pool};
use karat_types::Precision;
use rayon::prelude::*;
use std::path::Path;
use std::time::Instant;

/// What to measure.
#[derive(Clone, Debug)]
struct Wish {
    job: String,
    precision: String,
    model: String,
    threads: usize,
    batch: usize,
    length: usize,
    steps: usize,
    dropout: f64,
}

impl Wish {
    /// From the command line; a flag nobody knows ends the program.
    fn read() -> Self {
        let mut wish = Self {
            job: String::new(),
            precision: "f32".into(),
            model: "large".into(),
            threads: 1,
            batch: 4,
            length: 256,
            steps: 3,
            dropout: 0.0,
        };
        let mut args = std::env::args().skip(1);
        while let Some(arg) = args.next() {
            let mut number = || args.next().and_then(|a| a.parse::<f64>().ok()).unwrap_or_else(|| usage());
            match arg.as_str() {
                "--threads" => wish.threads = number() as usize,
                "--batch" => wish.batch = number() as usize,
                "--length" => wish.length = number() as usize,
                "--steps" => wish.steps = number() as usize,
                "--dropout" => wish.dropout = number(),
                "--precision" => wish.precision = args.next().unwrap_or_else(|| usage()),
                "--model" => wish.model = args.next().unwrap_or_else(|| usage()),
                "--bench" => {}
                job if !job.starts_with('-') => wish.job = job.into(),
                _ => usage(),
            }
        }
        wish
    }

    /// The 41 M LLaMA every number of the design is about, a base as the demo makes it, or
    /// the model of a folder.
    fn config(&self) -> Config {
        match self.model.as_str() {
            dir if Path::new(dir).is_dir() => Config::read(Path::new(dir)).unwrap_or_else(|_| usage()),
            "large" => {
                let untied = serde_json::json!({ "tie_word_embeddings": false });
                Config::llama(16_384, 512, 1408, 8, (8, 4)).with(untied).unwrap_or_else(|_| usage())
            }
            "small" => Config::llama(4096, 192, 512, 4, (6, 3)),
            _ => usage(),
        }
    }

    fn model(&self) -> Model {
        let dir = Path::new(&self.model);
        let Ok(precision) = self.precision.parse::<Precision>() else { usage() };
        if dir.is_dir() {
            let held = Held { packed: self.job != "decode", ..Held::from(precision) };
            return Model::load_as(dir, None, held).unwrap_or_else(|problem| {
                eprintln!("{problem}");
                usage()
            });
        }
        if precision == Precision::F32 { Model::init(self.config(), 1) } else { usage() }
    }

    /// One line: medians of `times` (wall, processor seconds), each over `tokens`.
    fn report(&self, job: &str, tokens: usize, mut times: Vec<(f64, f64)>) {
        let tokens = tokens as f64;
        let cpu = times.iter().map(|t| t.1).sum::<f64>() / times.len() as f64;
        times.sort_by(|a, b| a.0.total_cmp(&b.0));
        let line = serde_json::json!({
            "job": job, "model": self.model, "precision": self.precision, "threads": self.threads,
            "batch": self.batch, "length": self.length,
            "tokens_per_s": (tokens / times[times.len() / 2].0).round(),
            "cpu_tokens_per_s": (tokens / cpu).round(),
            "best_tokens_per_s": (tokens / times[0].0).round(),
            "peak_rss_mib": peak_mib(), "kernel": kernel::describe().of(&self.precision),
        });
        println!("{line}");
    }
}

fn usage() -> ! {
    eprintln!(
        "speed [products|bandwidth|lora|full|prefill|decode] [--precision f32] [--model large|small|DIR] \
         [--threads n] [--batch n] [--length n] [--steps n] [--dropout p]"
    );
    std::process::exit(2)
}

/// User and system time of this process, seconds.
fn cpu_time() -> f64 {
    let stat = std::fs::read_to_string("/proc/self/stat").unwrap_or_default();
    let fields: Vec<&str> = stat.rsplit(')').next().unwrap_or("").split_whitespace().collect();
    let ticks = |i: usize| fields.get(i).and_then(|f| f.parse::<f64>().ok()).unwrap_or(0.0);
    (ticks(11) + ticks(12)) / 100.0
}

/// The most memory this process ever held, MiB.
fn peak_mib() -> u64 {
    let status = std::fs::read_to_string("/proc/self/status").unwrap_or_default();
    let line = status.lines().find_map(|line| line.strip_prefix("VmHWM:")).unwrap_or("");
    line.trim().trim_end_matches(" kB").parse::<u64>().unwrap_or(0) / 1024
}

/// Wall and processor seconds of what `work` does.
fn timed(work: impl FnOnce()) -> (f64, f64) {
    let (wall, cpu) = (Instant::now(), cpu_time());
    work();
    (wall.elapsed().as_secs_f64(), cpu_time() - cpu)
}

/// Training steps, the first two left out.
fn train(wish: &Wish, full: bool) {
    let (mut model, vocabulary) = (wish.model(), wish.config().vocab_size as u64);
    if full {
        model.train_base();
    } else {
        let Ok(()) = lora::attach(&mut model, &LoraConfig::new(8, 16.0), &mut lora::fresh(1)) else {
            usage()
        };
        model.train_adapter();
    }
    let mut rng = Rng::new(&[1]);
    let mut optimiser = AdamW::new(&model, 0.01);
    let mut grads = Grads::zeros(model.params());
    let mut pool = Pool::default();
    let mut times = Vec::new();
    for step in 1..=wish.steps as u64 + 2 {
        let (mut batch, mut wanted) = (Batch::default(), Vec::new());
        for row in 0..wish.batch {
            let ids: Vec<u32> = (0..wish.length).map(|_| rng.below(vocabulary) as u32).collect();
            batch.push(&ids, row as u64);
            wanted.extend((1..wish.length).map(|i| ((row * wish.length + i - 1) as u32, ids[i])));
        }
        times.push(timed(|| {
            grads.clear();
            let pass = Pass { grads: Some(&mut grads), dropout: wish.dropout, ..Pass::default() };
            model.loss(&batch, &wanted, 1.0 / wanted.len() as f64, &mut pool, pass);
            let norm = optim::norm(&grads, &optimiser.ids);
            optimiser.step(&mut model, &grads, optim::clip(norm, 1.0), 1e-4, step);
        }));
    }
    wish.report(if full { "full" } else { "lora" }, wish.batch * wish.length, times.split_off(2));
}

/// One prompt of `length` tokens into an empty cache; the first is left out.
fn prefill(wish: &Wish) {
    let model = wish.model();
    let prompt: Vec<u32> = (0..wish.length as u32).map(|i| i * 7 % 1000).collect();
    let run = |_| {
        timed(|| {
            model.logits(&prompt, &mut model.cache());
        })
    };
    wish.report("prefill", wish.length, (0..wish.steps + 1).map(run).skip(1).collect());
}

/// One token after another in each of `batch` sequences, after `length` tokens.
fn decode(wish: &Wish) {
    const TOKENS: u32 = 64;
    let model = wish.model();
    let prompt: Vec<u32> = (0..wish.length as u32).map(|i| i * 7 % 1000).collect();
    let mut caches: Vec<_> = (0..wish.batch).map(|_| model.cache()).collect();
    for cache in &mut caches {
        model.logits(&prompt, cache);
    }
    let mut few = || {
        for id in 0..TOKENS {
            let ids = [id];
            let mut turns: Vec<_> = caches.iter_mut().map(|cache| (&ids[..], cache)).collect();
            model.logits_of(&mut turns);
        }
    };
    few();
    let times = (0..wish.steps).map(|_| timed(&mut few)).collect();
    wish.report("decode", TOKENS as usize * wish.batch, times);
}

/// What the matrix products alone reach, the ceiling of everything above: GFLOP a second.
fn products(wish: &Wish) {
    let rows = wish.batch * wish.length;
    for (inner, cols) in [(512, 1408), (1408, 512), (512, 256), (512, 16_384), (16_384, 512)] {
        let (a, b) = (vec![0.5f32; rows * inner], vec![0.5f32; cols * inner]);
        let mut c = vec![0.0f32; rows * cols];
        let runs = (100_000_000_000 / (2 * rows * inner * cols)).clamp(1, 1000);
        for turned in [true, false] {
            let (wall, cpu) = timed(|| {
                for _ in 0..runs {
                    let a = Mat::new(&a, rows, inner);
                    let b = if turned { Mat::new(&b, cols, inner).t() } else { Mat::new(&b, inner, cols) };
                    Cpu.matmul(1.0, a, b, false, &mut c);
                }
            });
            let work = 2e-9 * (runs * rows * inner * cols) as f64;
            let line = serde_json::json!({
                "job": "products", "shape": [rows, inner, cols], "weight_by_rows": turned,
                "threads": wish.threads, "precision": wish.precision,
                "gflops": (work / wall).round(), "cpu_gflops": (work / cpu).round(),
                "kernel": kernel::describe().of(&wish.precision),
            });
            println!("{line}");
        }
    }
}

/// How fast memory is read that no cache holds: what decoding a large model cannot beat.
fn bandwidth(wish: &Wish) {
    const NUMBERS: usize = 1 << 28;
    let data = vec![1u32; NUMBERS];
    let sum = || {
        data.par_chunks(1 << 20).map(|part| part.iter().fold(0u32, |s, x| s ^ x)).reduce(|| 0, |a, b| a ^ b)
    };
    let mut times: Vec<f64> =
        (0..wish.steps.max(3)).map(|_| timed(|| assert_eq!(std::hint::black_box(sum()), 0)).0).collect();
    times.sort_by(f64::total_cmp);
    let rate = (4 * NUMBERS) as f64 / times[times.len() / 2];
    println!(
        "{}",
        serde_json::json!({ "job": "bandwidth", "threads": wish.threads, "bytes_per_s": rate.round() })
    );
}

fn main() {
    let wish = Wish::read();
    let Ok(pool) = rayon::ThreadPoolBuilder::new().num_threads(wish.threads).build() else { usage() };
    let jobs = ["products", "bandwidth", "lora", "full", "prefill", "decode"];
    if !wish.job.is_empty() && !jobs.contains(&wish.job.as_str()) {
        usage();
    }
    let chosen = |job: &&str| wish.job.is_empty() || wish.job == *job;
    pool.install(|| {
        for job in jobs.into_iter().filter(chosen) {
            match job {
                "products" => products(&wish),
                "bandwidth" => bandwidth(&wish),
                "lora" => train(&wish, false),
                "full" => train(&wish, true),
                "prefill" => prefill(&wish),
                _ => decode(&wish),
            }
        }
    });
}
