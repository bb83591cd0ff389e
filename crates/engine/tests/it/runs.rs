//! Whole runs against peft: 20 steps of torch's AdamW from the same adapter on the same rows.

use crate::support::fixture;
use karat_engine::Engine;
use karat_types::Method;
use karat_types::ports::{Control, TrainJob, Trained, Trainer};
use karat_types::train::{RunEvent, TrainSettings};
use serde_json::Value;
use std::fs;
use std::path::{Path, PathBuf};

fn training(part: &str) -> PathBuf {
    PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("tests/fixtures/training").join(part)
}

fn settings(run: &Value) -> TrainSettings {
    let mut settings = serde_json::json!({
        "method": if run["adapter"].is_null() { Method::Full } else { Method::Lora },
        "steps": 20, "max_length": 64, "dropout": 0.0, "shuffle": false,
    });
    let own = [
        "batch_size",
        "accumulation",
        "learning_rate",
        "schedule",
        "warmup_steps",
        "weight_decay",
        "max_grad_norm",
    ];
    for key in own {
        settings[key] = run[key].clone();
    }
    serde_json::from_value(settings).unwrap()
}

fn job(root: &Path, run: &Value, settings: TrainSettings) -> TrainJob {
    TrainJob {
        model_dir: fixture("base"),
        init_adapter: run["adapter"].as_str().map(training),
        train: training("rows.jsonl"),
        held_out: None,
        settings,
        work_dir: root.join("work"),
        out_dir: root.join("out"),
        prompts: Vec::new(),
    }
}

/// (loss, lr, norm, tokens) of each step.
fn steps(job: &TrainJob) -> Vec<[f64; 4]> {
    let mut steps = Vec::new();
    let ended = Engine::default().train(job, &mut |event| {
        if let RunEvent::Step { loss, lr, grad_norm, tokens, .. } = event {
            steps.push([loss, lr, grad_norm, tokens as f64]);
        }
        Control::Continue
    });
    assert!(matches!(ended, Ok(Trained::Saved(_))), "{ended:?}");
    steps
}

fn expected() -> Vec<(String, Value)> {
    let text = fs::read_to_string(training("expected.json")).unwrap();
    serde_json::from_str::<serde_json::Map<_, _>>(&text).unwrap().into_iter().collect()
}

fn check(name: &str, run: &Value, got: &[[f64; 4]]) {
    let theirs = |key: &str, i: usize| run[key][i].as_f64().unwrap();
    assert_eq!(got.len(), 20);
    for (i, [loss, lr, norm, tokens]) in got.iter().enumerate() {
        let (wanted, step) = (theirs("losses", i), i + 1);
        assert!((loss - wanted).abs() < 1e-3, "{name}, step {step}: loss {loss} instead of {wanted}");
        assert!((lr - theirs("lrs", i)).abs() < 1e-12, "{name}, step {step}: rate {lr}");
        assert!((norm / theirs("norms", i) - 1.0).abs() < 5e-3, "{name}, step {step}: norm {norm}");
        assert_eq!(*tokens, theirs("tokens", i), "{name}, step {step}");
    }
}

#[test]
fn twenty_steps_have_pefts_losses_under_every_setting() {
    for (name, run) in expected() {
        let root = tempfile::tempdir().unwrap();
        check(&name, &run, &steps(&job(root.path(), &run, settings(&run))));
    }
}

#[test]
fn checkpointing_attribution_and_packing_into_the_same_steps_change_nothing() {
    let expected = expected();
    let run = &expected.iter().find(|run| run.0 == "constant").unwrap().1;
    let root = tempfile::tempdir().unwrap();
    let plain = steps(&job(&root.path().join("plain"), run, settings(run)));
    let with = |name: &str, settings: TrainSettings| {
        let job = job(&root.path().join(name), run, settings);
        (steps(&job), fs::read(job.out_dir.join("adapter_model.safetensors")).unwrap())
    };
    let (_, adapter) = with("again", settings(run));
    let (checkpointed, same) = with("checkpointing", TrainSettings { checkpointing: true, ..settings(run) });
    assert!(checkpointed == plain && same == adapter);
    let (accounted, same) = with("attribution", TrainSettings { attribution: Some(true), ..settings(run) });
    assert!(accounted == plain && same == adapter);
    // One row of up to 30 tokens after the other: other micro-batches, the same rows a step.
    let packed = |batch_size, accumulation| TrainSettings {
        batch_size,
        accumulation,
        max_length: 30,
        packing: batch_size > 4,
        steps: Some(3),
        ..settings(run)
    };
    let (whole, _) = with("packed", packed(15, 1));
    let rows: Vec<usize> = lengths()
        .into_iter()
        .scan(0, |sum, n| {
            *sum += n;
            Some(*sum)
        })
        .collect();
    let taken = rows.partition_point(|&sum| sum <= 450);
    let (apart, _) = with("apart", packed(1, taken as u32));
    assert!((whole[0][0] - apart[0][0]).abs() < 1e-6 && whole[0][3] == apart[0][3], "{whole:?} {apart:?}");
}

fn lengths() -> Vec<usize> {
    let text = fs::read_to_string(training("rows.jsonl")).unwrap();
    let row =
        |line: &str| serde_json::from_str::<Value>(line).unwrap()["input_ids"].as_array().unwrap().len();
    text.lines().map(row).collect()
}
