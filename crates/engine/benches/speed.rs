//! Speed of the engine on random weights: `cargo bench -p karat-engine [-- products|lora|full|decode]`.
//! Wall time needs a quiet machine; processor time is printed beside it.

use karat_engine::Model;
use karat_engine::config::Config;
use karat_engine::kernel::cpu::Cpu;
use karat_engine::kernel::{Kernel, Mat};
use karat_engine::lora::{self, LoraConfig};
use karat_engine::net::Grads;
use karat_engine::optim::{self, AdamW};
use karat_engine::rng::Rng;
use karat_engine::tape::{Batch, Pass, Pool};
use std::time::Instant;

/// The 41 M LLaMA every number of the design is about.
fn large() -> Config {
    Config { tied: false, ..Config::llama(16_384, 512, 1408, 8, (8, 4)) }
}

/// A base as the demo makes it.
fn small() -> Config {
    Config::llama(4096, 192, 512, 4, (6, 3))
}

/// User and system time of this process, seconds.
fn cpu_time() -> f64 {
    let stat = std::fs::read_to_string("/proc/self/stat").unwrap_or_default();
    let fields: Vec<&str> = stat.rsplit(')').next().unwrap_or("").split_whitespace().collect();
    let ticks = |i: usize| fields.get(i).and_then(|f| f.parse::<f64>().ok()).unwrap_or(0.0);
    (ticks(11) + ticks(12)) / 100.0
}

fn report(name: &str, tokens: usize, mut times: Vec<f64>, cpu: f64) {
    let runs = times.len() as f64;
    let status = std::fs::read_to_string("/proc/self/status").unwrap_or_default();
    let peak = status.lines().find_map(|line| line.strip_prefix("VmHWM:")).unwrap_or("").trim();
    times.sort_by(f64::total_cmp);
    println!(
        "{name}: median {:.1} ms = {:.0} tok/s, best {:.0} tok/s, {:.0} tok per CPU second, peak {peak}",
        times[times.len() / 2] * 1e3,
        tokens as f64 / times[times.len() / 2],
        tokens as f64 / times[0],
        tokens as f64 * runs / cpu,
    );
}

fn train(name: &str, config: Config, adapter: Option<f64>, (rows, length): (usize, usize), steps: usize) {
    let vocabulary = config.vocab_size as u64;
    let mut model = Model::init(config, 1);
    match adapter {
        None => model.train_base(),
        Some(_) => {
            let Ok(()) = lora::attach(&mut model, &LoraConfig::new(8, 16.0), &mut lora::fresh(1)) else {
                return;
            };
            model.train_adapter();
        }
    }
    let mut rng = Rng::new(&[1]);
    let mut optimiser = AdamW::new(&model, 0.01);
    let mut grads = Grads::zeros(model.params());
    let mut pool = Pool::default();
    let (mut times, mut began_cpu) = (Vec::new(), 0.0);
    for step in 1..=steps as u64 + 2 {
        if step == 3 {
            began_cpu = cpu_time();
        }
        let (mut batch, mut wanted) = (Batch::default(), Vec::new());
        for row in 0..rows {
            let ids: Vec<u32> = (0..length).map(|_| rng.below(vocabulary) as u32).collect();
            batch.push(&ids, row as u64);
            wanted.extend((1..length).map(|i| ((row * length + i - 1) as u32, ids[i])));
        }
        let began = Instant::now();
        grads.clear();
        let pass = Pass { grads: Some(&mut grads), dropout: adapter.unwrap_or(0.0), ..Pass::default() };
        model.loss(&batch, &wanted, 1.0 / wanted.len() as f64, &mut pool, pass);
        let norm = optim::norm(&grads, &optimiser.ids);
        optimiser.step(&mut model, &grads, optim::clip(norm, 1.0), 1e-4, step);
        if step > 2 {
            times.push(began.elapsed().as_secs_f64());
        }
    }
    report(name, rows * length, times, cpu_time() - began_cpu);
}

fn decode(name: &str, config: Config) {
    let model = Model::init(config, 1);
    let prompt: Vec<u32> = (0..256).collect();
    let mut cache = model.cache();
    let (began, cpu) = (Instant::now(), cpu_time());
    model.logits(&prompt, &mut cache);
    report(&format!("{name}, prefill 256"), 256, vec![began.elapsed().as_secs_f64()], cpu_time() - cpu);
    let (mut times, cpu) = (Vec::new(), cpu_time());
    for id in 0..100 {
        let began = Instant::now();
        model.logits(&[id], &mut cache);
        times.push(began.elapsed().as_secs_f64());
    }
    report(&format!("{name}, decode"), 1, times, cpu_time() - cpu);
}

/// What the matrix products alone reach: the ceiling of everything above.
fn products() {
    const SHAPE: (usize, usize, usize) = (1024, 512, 1408);
    let (a, b) = (vec![0.5f32; SHAPE.0 * SHAPE.1], vec![0.5f32; SHAPE.2 * SHAPE.1]);
    let mut c = vec![0.0f32; SHAPE.0 * SHAPE.2];
    let (began, cpu) = (Instant::now(), cpu_time());
    for _ in 0..200 {
        let (a, b) = (Mat::new(&a, SHAPE.0, SHAPE.1), Mat::new(&b, SHAPE.2, SHAPE.1));
        Cpu.matmul(1.0, a, b.t(), false, &mut c);
    }
    let work = 200.0 * 2e-9 * (SHAPE.0 * SHAPE.1 * SHAPE.2) as f64;
    let (wall, cpu) = (began.elapsed().as_secs_f64(), cpu_time() - cpu);
    println!("products {SHAPE:?}: {:.0} GFLOP/s, {:.0} GFLOP per CPU second", work / wall, work / cpu);
}

fn main() {
    let which = std::env::args().skip(1).find(|a| !a.starts_with('-')).unwrap_or_default();
    for threads in [1, 2] {
        let Ok(pool) = rayon::ThreadPoolBuilder::new().num_threads(threads).build() else { return };
        println!("-- {threads} thread(s)");
        pool.install(|| {
            if "products".contains(&which) {
                products();
            }
            if "lora".contains(&which) {
                train("41 M, LoRA r 8, 4 × 256", large(), Some(0.0), (4, 256), 5);
                train("41 M, LoRA r 8, dropout 0.05, 4 × 256", large(), Some(0.05), (4, 256), 5);
            }
            if "full".contains(&which) {
                train("small base, full, 16 × 256", small(), None, (16, 256), 10);
                train("small base, LoRA r 8, 16 × 256", small(), Some(0.05), (16, 256), 10);
            }
            if "decode".contains(&which) {
                decode("41 M", large());
                decode("small base", small());
            }
        });
    }
}
