//! The account of contributors: it adds up, it changes nothing, and it survives a kill.

use crate::support::fixture;
use karat_engine::lora::{self, LoraConfig};
use karat_engine::net::Grads;
use karat_engine::optim::{self, AdamW};
use karat_engine::rng::Rng;
use karat_engine::tape::{Batch, Pass, Pool};
use karat_engine::train::{Data, Plan};
use karat_engine::{Engine, Model};
use karat_types::Method;
use karat_types::ports::{Control, TrainJob, Trained, Trainer};
use karat_types::train::{RunEvent, TrainSettings, TrainSummary};
use safetensors::SafeTensors;
use serde_json::Value;
use sha2::{Digest, Sha256};
use std::collections::BTreeMap;
use std::fs;
use std::path::Path;

const NAMES: [&str; 5] = ["ada", "bob", "cy", "di", "eve"];
const FILES: [&str; 5] = [
    "adapter_model.safetensors",
    "attribution.json",
    "displacement.safetensors",
    "snapshots.safetensors",
    "schedule.jsonl",
];

/// Rows of several contributors, each with a pattern of his own.
fn write_rows(path: &Path, count: u64) {
    let mut rng = Rng::new(&[5]);
    let row = |i: u64| {
        let (who, first, len) = ((i * i + i / 3) % 5, rng.below(60), 3 + rng.below(20));
        let ids: Vec<u64> = (0..len).map(|k| 1 + (first + k * (who + 1)) % 60).collect();
        let row = serde_json::json!({ "input_ids": ids, "contributor": NAMES[who as usize], "row": format!("r{i}") });
        row.to_string()
    };
    fs::write(path, (0..count).map(row).collect::<Vec<_>>().join("\n")).unwrap();
}

fn settings() -> TrainSettings {
    TrainSettings {
        learning_rate: 1e-2,
        batch_size: 3,
        accumulation: 2,
        steps: Some(15),
        max_length: 32,
        rank: 4,
        alpha: 8.0,
        dropout: 0.1,
        weight_decay: 0.1,
        max_grad_norm: 0.3,
        eval_every: Some(4),
        ..TrainSettings::default()
    }
}

fn job(root: &Path, name: &str, settings: TrainSettings) -> TrainJob {
    let train = root.join("rows.jsonl");
    if !train.exists() {
        write_rows(&train, 25);
    }
    TrainJob {
        model_dir: fixture("base"),
        init_adapter: None,
        train,
        held_out: None,
        settings,
        work_dir: root.join(format!("{name}.work")),
        out_dir: root.join(name),
        prompts: Vec::new(),
    }
}

fn finish(job: &TrainJob) -> (TrainSummary, Vec<f64>) {
    let mut losses = Vec::new();
    let ended = Engine::default().train(job, &mut |event| {
        if let RunEvent::Step { loss, .. } = event {
            losses.push(loss);
        }
        Control::Continue
    });
    let Ok(Trained::Saved(summary)) = ended else { panic!("{ended:?}") };
    (summary, losses)
}

fn json(path: &Path) -> Value {
    serde_json::from_str(&fs::read_to_string(path).unwrap()).unwrap()
}

/// Tensors by name.
fn tensors(path: &Path) -> BTreeMap<String, Vec<f64>> {
    let bytes = fs::read(path).unwrap();
    let file = SafeTensors::deserialize(&bytes).unwrap();
    let floats = |data: &[u8]| {
        data.chunks_exact(4).map(|c| f64::from(f32::from_le_bytes(c.try_into().unwrap()))).collect()
    };
    file.tensors().into_iter().map(|(name, view)| (name, floats(view.data()))).collect()
}

fn norm<'a>(numbers: impl Iterator<Item = &'a f64>) -> f64 {
    numbers.map(|x| x * x).sum::<f64>().sqrt()
}

/// Recomputes the identity from the files alone.
fn identity(out: &Path) -> f64 {
    let (moved, start) =
        (tensors(&out.join("displacement.safetensors")), tensors(&out.join("snapshots.safetensors")));
    let (mut apart, mut way) = (Vec::new(), Vec::new());
    for (name, end) in tensors(&out.join("adapter_model.safetensors")) {
        let begin = &start[&format!("step.00000000.{name}")];
        let parts: Vec<&Vec<f64>> = moved
            .iter()
            .filter(|(key, _)| key.ends_with(&format!(".{name}")))
            .map(|(_, part)| part)
            .collect();
        assert!(parts.len() > 1, "{name}");
        for i in 0..end.len() {
            let delta = end[i] - begin[i];
            way.push(delta);
            apart.push(parts.iter().map(|part| part[i]).sum::<f64>() - delta);
        }
    }
    norm(apart.iter()) / norm(way.iter())
}

#[test]
fn displacements_add_up_whatever_the_run_does() {
    let root = tempfile::tempdir().unwrap();
    let variants = [
        ("plain", settings()),
        ("packed", TrainSettings { packing: true, ..settings() }),
        ("checkpointing", TrainSettings { checkpointing: true, dropout: 0.5, ..settings() }),
        ("unclipped", TrainSettings { max_grad_norm: 0.0, weight_decay: 0.0, dropout: 0.0, ..settings() }),
        ("rslora", TrainSettings { rslora: true, batch_size: 7, accumulation: 1, ..settings() }),
        ("slow", TrainSettings { learning_rate: 1e-5, ..settings() }),
    ];
    for (name, settings) in variants {
        let job = job(root.path(), name, settings);
        let (summary, _) = finish(&job);
        let told = summary.attribution.unwrap();
        assert_eq!(told.contributors, 5);
        assert!(told.identity_error < 1e-5 || name == "slow", "{name}: {told:?}");
        assert!(told.gradient_error < 1e-5, "{name}: {told:?}");
        let ours = identity(&job.out_dir);
        // The files hold 32 bits of each part.
        assert!(ours < told.identity_error + 1e-5, "{name}: {ours} instead of {told:?}");
        let report = json(&job.out_dir.join("attribution.json"));
        let entries = report["contributors"].as_array().unwrap();
        assert_eq!(entries.iter().map(|e| e["contributor"].as_str().unwrap()).collect::<Vec<_>>(), NAMES);
        let sum = |key: &str| entries.iter().map(|e| e[key].as_f64().unwrap()).sum::<f64>();
        let whole = sum("share") + report["decay"]["share"].as_f64().unwrap();
        assert!((whole - 1.0).abs() < 1e-4 && (sum("loss_share") - 1.0).abs() < 1e-9, "{name}: {whole}");
        assert_eq!(sum("tokens"), summary.tokens as f64);
        assert!(entries.iter().all(|e| e["norm"].as_f64().unwrap() > 0.0));
    }
}

#[test]
fn the_schedule_is_committed_to_and_its_root_is_in_the_manifest() {
    let root = tempfile::tempdir().unwrap();
    let job = job(root.path(), "out", settings());
    let (summary, _) = finish(&job);
    let text = fs::read_to_string(job.out_dir.join("schedule.jsonl")).unwrap();
    let lines: Vec<Value> = text.lines().map(|line| serde_json::from_str(line).unwrap()).collect();
    // 25 rows in steps of 6: 6, 6, 6, 6, 1, then again.
    assert_eq!(lines.len(), 3 * 25);
    assert_eq!(lines.iter().filter(|line| line["step"] == 5).count(), 1);
    assert!(
        lines
            .iter()
            .all(|line| line["row"].as_str().unwrap().starts_with('r') && line["weight"].as_u64() > Some(0))
    );
    fn tree(leaves: &[&str]) -> Vec<u8> {
        if let [leaf] = leaves {
            return Sha256::new().chain_update([0]).chain_update(leaf).finalize().to_vec();
        }
        let split = leaves.len().next_power_of_two() / 2;
        let (left, right) = leaves.split_at(split);
        Sha256::new().chain_update([1]).chain_update(tree(left)).chain_update(tree(right)).finalize().to_vec()
    }
    let wanted: String =
        tree(&text.lines().collect::<Vec<_>>()).iter().map(|byte| format!("{byte:02x}")).collect();
    assert_eq!(summary.schedule_root, wanted);
    assert_eq!(json(&job.out_dir.join("karat.json"))["training"]["schedule_root"], wanted);
    assert_eq!(json(&job.out_dir.join("attribution.json"))["schedule"]["root"], wanted);
    // What is left out, packed otherwise or run again does not move the commitment's meaning.
    let weights = BTreeMap::from([("bob".to_owned(), 0.0)]);
    let left_out = TrainSettings { contributor_weights: weights, checkpointing: true, ..settings() };
    assert_eq!(finish(&self::job(root.path(), "without", left_out)).0.schedule_root, wanted);
}

#[test]
fn a_killed_run_ends_with_the_same_account() {
    let root = tempfile::tempdir().unwrap();
    let whole = job(root.path(), "whole", settings());
    finish(&whole);
    let killed = job(root.path(), "killed", settings());
    let ended = Engine::default().train(&killed, &mut |event| match event {
        RunEvent::Step { step: 10, .. } => Control::Cancel,
        _ => Control::Continue,
    });
    assert_eq!(ended, Ok(Trained::Cancelled));
    finish(&killed);
    for file in FILES {
        let read = |job: &TrainJob| fs::read(job.out_dir.join(file)).unwrap();
        assert!(read(&whole) == read(&killed), "{file} differs");
    }
}

#[test]
fn leaving_a_contributor_out_is_the_run_without_his_gradient() {
    let root = tempfile::tempdir().unwrap();
    let one = TrainSettings { steps: Some(1), max_grad_norm: 0.0, weight_decay: 0.0, ..settings() };
    let with = job(root.path(), "with", one.clone());
    let (_, losses) = finish(&with);
    let weights = |x: f64| BTreeMap::from([("ada".to_owned(), x)]);
    let without =
        job(root.path(), "without", TrainSettings { contributor_weights: weights(0.0), ..one.clone() });
    let (_, same) = finish(&without);
    // The order, the masks and the normaliser stay: the loss of the first step is the same.
    assert_eq!(losses, same);
    let report = json(&without.out_dir.join("attribution.json"));
    let ada = &report["contributors"][0];
    assert!(ada["weight"] == 0.0 && ada["norm"] == 0.0 && ada["rows"].as_u64() > Some(0), "{ada}");

    let longer =
        TrainSettings { steps: Some(12), dropout: 0.0, contributor_weights: weights(0.0), ..settings() };
    let left_out = job(root.path(), "left_out", longer.clone());
    finish(&left_out);
    let by_hand = by_hand(&left_out, "ada");
    for (name, ours) in tensors(&left_out.out_dir.join("adapter_model.safetensors")) {
        let apart = ours.iter().zip(&by_hand[&name]).map(|(x, y)| (x - y).abs()).fold(0.0, f64::max);
        assert!(apart < 1e-5, "{name}: {apart}");
    }
    let problem = Engine::default()
        .train(
            &job(
                root.path(),
                "stranger",
                TrainSettings {
                    contributor_weights: BTreeMap::from([("zoe".to_owned(), 0.0)]),
                    ..settings()
                },
            ),
            &mut |_| Control::Continue,
        )
        .unwrap_err();
    assert!(problem.code == "contributor_unknown" && problem.hint.contains("ada, bob"), "{problem}");
}

/// The same run as a plain loop that never shows the model a row of `absent`, but divides by
/// the tokens that the schedule has for the step.
fn by_hand(job: &TrainJob, absent: &str) -> BTreeMap<String, Vec<f64>> {
    let s = &job.settings;
    let mut model = Model::load(&job.model_dir, None).unwrap();
    let config = LoraConfig::new(s.rank as usize, s.alpha);
    lora::attach(&mut model, &config, &mut lora::fresh(s.seed)).unwrap();
    model.train_adapter();
    let data = Data::load(job, model.config()).unwrap();
    let plan = Plan::new(s, &data.lengths());
    let (mut optimiser, mut cursor) = (AdamW::new(&model, s.weight_decay), plan.cursor());
    for step in 1..=plan.steps {
        let batches = cursor.batches(step).to_vec();
        let tokens: u64 = batches.iter().flatten().map(|&row| data.train[row].trained()).sum();
        let mut grads = Grads::zeros(model.params());
        for row in batches.iter().flatten().map(|&row| &data.train[row]) {
            if data.contributors[row.contributor] == absent {
                continue;
            }
            let batch = Batch::new([&row.ids[..]]);
            let wanted: Vec<(u32, u32)> = (1..).zip(&row.ids[1..]).map(|(i, &id)| (i - 1, id)).collect();
            let pass = Pass { grads: Some(&mut grads), ..Pass::default() };
            model.loss(&batch, &wanted, 1.0 / tokens as f64, &mut Pool::default(), pass);
        }
        let scale = optim::clip(optim::norm(&grads, &optimiser.ids), s.max_grad_norm);
        optimiser.step(&mut model, &grads, scale, plan.rate.at(step), step);
    }
    let own = model.params().iter().filter(|(_, param)| param.trained);
    own.map(|(id, p)| (p.name.clone(), model.params().data(id).iter().map(|&x| f64::from(x)).collect()))
        .collect()
}

#[test]
fn contributors_beyond_the_memory_share_an_entry() {
    let root = tempfile::tempdir().unwrap();
    let train = root.path().join("rows.jsonl");
    let row = |i: usize| {
        let ids: Vec<usize> = (0..4 + i % 7).map(|k| 1 + (i + k) % 60).collect();
        serde_json::json!({ "input_ids": ids, "contributor": i % 120 }).to_string()
    };
    fs::write(&train, (0..180).map(row).collect::<Vec<_>>().join("\n")).unwrap();
    // Rank 16 everywhere on the tiny model: 8 bytes × 18,432 numbers, so 1 MB holds 6.
    let settings = TrainSettings { attribution_memory_mb: 1, rank: 16, batch_size: 20, ..settings() };
    let job = job(root.path(), "out", settings);
    let (summary, _) = finish(&job);
    assert_eq!(summary.attribution.unwrap().contributors, 120);
    let report = json(&job.out_dir.join("attribution.json"));
    let entries = report["contributors"].as_array().unwrap();
    let last = &entries[entries.len() - 1];
    assert!(entries.len() < 10 && last["contributor"] == "rest", "{} entries", entries.len());
    assert_eq!(last["contributors"].as_u64().unwrap() as usize, 121 - entries.len());
    assert!(identity(&job.out_dir) < 1e-5);
}

#[test]
fn rows_without_a_name_are_of_nobody_known_and_full_training_keeps_no_account() {
    let root = tempfile::tempdir().unwrap();
    fs::write(root.path().join("rows.jsonl"), "{\"input_ids\":[1,2,3,4]}\n{\"input_ids\":[5,6,7]}\n")
        .unwrap();
    let plain = job(root.path(), "plain", settings());
    assert_eq!(finish(&plain).0.attribution, None);
    assert!(!plain.out_dir.join("attribution.json").exists());
    let asked = job(root.path(), "asked", TrainSettings { attribution: Some(true), ..settings() });
    finish(&asked);
    let report = json(&asked.out_dir.join("attribution.json"));
    assert_eq!(report["contributors"][0]["contributor"], "unknown");
    Model::load(&asked.model_dir, Some(&asked.out_dir)).unwrap();
    let full = TrainSettings { method: Method::Full, attribution: Some(true), ..settings() };
    let refused = Engine::default().train(&job(root.path(), "full", full), &mut |_| Control::Continue);
    assert_eq!(refused.unwrap_err().code, "setting_invalid");
}
