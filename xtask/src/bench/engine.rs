//! Training, reading and writing of the 41 M LLaMA, beside PyTorch + peft and llama.cpp.

use super::peers::{self, Bench, Job, Measured, Side};
use super::{machine, page};

/// Runs of each side, one after the other in turn.
const ROUNDS: usize = 3;

/// 41 M parameters: the model every target of the engine is about.
const CONFIG: &str = r#"{
  "model_type": "llama", "vocab_size": 16384, "hidden_size": 512, "intermediate_size": 1408,
  "num_hidden_layers": 8, "num_attention_heads": 8, "num_key_value_heads": 4,
  "max_position_embeddings": 4096, "rms_norm_eps": 1e-5, "rope_theta": 10000.0,
  "tie_word_embeddings": false
}
"#;

/// Ours against a peer.
struct Comparison {
    title: &'static str,
    ours: Job,
    peer: Job,
    /// What the ratio of tokens a second should reach.
    target: Option<f64>,
}

const fn job(
    side: Side,
    name: &'static str,
    precision: &'static str,
    threads: u32,
    (batch, length): (u32, u32),
) -> Job {
    Job { side, name, precision, threads, batch, length }
}

fn training() -> Vec<Comparison> {
    let mut list = Vec::new();
    for threads in [1, 2] {
        let mut add = |title, name, precision, shape, side, target| {
            let ours = job(Side::Ours, name, precision, threads, shape);
            let peer = job(side, name, "f32", threads, shape);
            list.push(Comparison { title, ours, peer, target });
        };
        add("LoRA f32, 4 × 256", "lora", "f32", (4, 256), Side::Torch, Some(1.6));
        add("LoRA bf16, 4 × 256", "lora", "bf16", (4, 256), Side::Torch, None);
        add("QLoRA, 4 × 256, beside our own LoRA f32", "lora", "nf4", (4, 256), Side::Ours, Some(0.8));
        if threads == 1 {
            add("LoRA f32, 1 × 256", "lora", "f32", (1, 256), Side::Torch, None);
            add("LoRA f32, 3 × 177", "lora", "f32", (3, 177), Side::Torch, None);
            add("LoRA f32, 1 × 2048", "lora", "f32", (1, 2048), Side::Torch, None);
            add("full f32, 4 × 256", "full", "f32", (4, 256), Side::Torch, None);
        }
    }
    list
}

fn reading_and_writing() -> Vec<Comparison> {
    let mut list = Vec::new();
    for threads in [1, 2] {
        let mut add = |title, name, precision, shape, side, target| {
            let theirs = if side == Side::Torch { "f32" } else { precision };
            let ours = job(Side::Ours, name, precision, threads, shape);
            list.push(Comparison { title, ours, peer: job(side, name, theirs, threads, shape), target });
        };
        add("prefill f32, 1024", "prefill", "f32", (1, 1024), Side::Torch, Some(1.3));
        add("decode f32, batch 1", "decode", "f32", (1, 256), Side::Torch, Some(2.0));
        add("decode Q8, batch 1", "decode", "q8", (1, 256), Side::Llama, Some(1.7));
        add("decode Q4, batch 1", "decode", "q4", (1, 256), Side::Llama, Some(2.0));
        if threads == 1 {
            add("prefill f32, 256", "prefill", "f32", (1, 256), Side::Torch, None);
            add("prefill bf16, 1024", "prefill", "bf16", (1, 1024), Side::Torch, None);
            add("decode f32, batch 8", "decode", "f32", (8, 256), Side::Torch, None);
            add("decode f32, batch 1, beside llama.cpp", "decode", "f32", (1, 256), Side::Llama, None);
        }
    }
    list
}

/// Runs the comparisons whose title has `part`; all of them write the page anew.
pub(super) fn run(part: Option<&str>) -> Result<(), String> {
    let bench = Bench::prepare(CONFIG)?;
    let machine = machine::describe();
    println!("{machine}");
    if machine::load() > 0.5 {
        println!("Something else is running: these numbers will not be worth much.");
    }
    let mut rows = Vec::new();
    let all = training().into_iter().chain(reading_and_writing());
    for comparison in all.filter(|c| part.is_none_or(|part| c.title.contains(part))) {
        let row = compare(&bench, &comparison)?;
        println!("{}", row.markdown());
        rows.push(row);
    }
    let bandwidth = [bench.bandwidth(1)?, bench.bandwidth(2)?];
    let text = page::results(&machine, bench.capped, bandwidth, &rows);
    println!("\n{text}");
    if part.is_none() { page::write("engine", &text) } else { Ok(()) }
}

/// One side, then the other, so that what disturbs the machine disturbs both.
fn compare(bench: &Bench, c: &Comparison) -> Result<page::Row, String> {
    let (mut ours, mut theirs) = (Vec::new(), Vec::new());
    for _ in 0..ROUNDS {
        ours.push(bench.once(&c.ours)?);
        theirs.push(bench.once(&c.peer)?);
    }
    let (ours, peer): (Measured, Measured) = (peers::medians(&ours), peers::medians(&theirs));
    let peer_name = match c.peer.side {
        Side::Ours => "ours",
        Side::Torch => "torch",
        Side::Llama => "llama.cpp",
    };
    Ok(page::Row { title: c.title, threads: c.ours.threads, ours, peer, peer_name, target: c.target })
}
