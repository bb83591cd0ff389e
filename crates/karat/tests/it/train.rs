//! `karat train` beyond its first steps: accounts, packing, memory, and what it refuses.

use crate::run::{Answer, karat};
use serde_json::{Value, json};
use std::path::Path;
use std::sync::LazyLock;
use tempfile::TempDir;

/// A folder with `base`, a model of six million numbers, and rows of three contributors.
static HOME: LazyLock<TempDir> = LazyLock::new(|| {
    let home = tempfile::tempdir().unwrap();
    std::fs::write(home.path().join("text.md"), "Who contributes is credited. ".repeat(90)).unwrap();
    let shape = "models init --tokenizer-text text.md --seed 7 --out base --json --hidden 256 --intermediate 704 \
        --layers 8 --heads 8 --kv-heads 4 --context 512 --vocabulary 300";
    let said = karat(home.path(), &shape.split_whitespace().collect::<Vec<_>>());
    assert_eq!(said.code, 0, "{}", said.stderr);
    let row = |i: usize, len: usize| {
        let ids: Vec<usize> = (0..len).map(|k| 20 + (i + k * (1 + i % 3)) % 200).collect();
        let who = ["ada", "bob", "cy"][i % 3];
        json!({ "input_ids": ids, "contributor": who, "row": format!("r{i}") }).to_string()
    };
    let write = |name: &str, len: usize| {
        let rows: Vec<String> = (0..24).map(|i| row(i, len)).collect();
        std::fs::write(home.path().join(name), rows.join("\n")).unwrap();
    };
    write("short.jsonl", 12);
    write("long.jsonl", 512);
    home
});

fn train(line: &str) -> Answer {
    let mut words = vec!["train", "--model", "base", "--json"];
    words.extend(line.split(' '));
    karat(HOME.path(), &words)
}

/// The summary of a run that must have ended well.
fn summary(said: &Answer) -> Value {
    assert_eq!(said.code, 0, "{}", said.stderr);
    said.lines().pop().unwrap()
}

fn file(path: &str) -> Value {
    serde_json::from_str(&std::fs::read_to_string(HOME.path().join(path)).unwrap()).unwrap()
}

#[test]
fn a_run_accounts_for_its_contributors_and_can_leave_one_out() {
    let usual = "--data short.jsonl --method lora --steps 4 --batch-size 6 --rank 4 --lr 1e-3 --rslora";
    let said = train(&format!("{usual} --packing --max-length 64 --out account"));
    let told = summary(&said);
    assert_eq!(said.lines().len(), 5);
    assert_eq!(told["attribution"]["contributors"], 3);
    assert!(told["attribution"]["identity_error"].as_f64().unwrap() < 1e-5, "{told}");
    assert!(told["attribution"]["overhead"].as_f64().unwrap() > 0.0, "{told}");
    assert_eq!(file("account/karat.json")["training"]["schedule_root"], told["schedule_root"]);
    assert_eq!(file("account/adapter_config.json")["use_rslora"], true);
    let report = file("account/attribution.json");
    assert_eq!(report["contributors"][1]["contributor"], "bob");
    assert!(HOME.path().join("account/displacement.safetensors").exists());

    let without = train(&format!("{usual} --contributor-weight bob=0 --checkpointing --out without"));
    assert_ne!(summary(&without)["loss_last"], told["loss_last"]);
    assert_eq!(file("without/attribution.json")["contributors"][1]["norm"], 0.0);
    let plain = summary(&train(&format!("{usual} --no-attribution --out plain")));
    assert_eq!(plain["attribution"], Value::Null);
    assert!(!HOME.path().join("plain/attribution.json").exists());
    let stranger = train(&format!("{usual} --contributor-weight zoe=0 --out stranger"));
    assert_eq!((stranger.code, &stranger.problem()["code"]), (1, &json!("contributor_unknown")));
}

/// The estimate of the sliders, and what the process really took.
#[test]
fn the_estimate_of_memory_is_within_a_fifth_of_the_peak() {
    let mut peaks = Vec::new();
    for (name, flags, method) in [
        ("lora", "--method lora --batch-size 8", "lora"),
        ("again", "--method lora --batch-size 8 --checkpointing", "lora"),
        ("full", "--method full --batch-size 4", "full"),
    ] {
        let line = format!(
            "--data long.jsonl --no-attribution --steps 2 --max-length 512 --rank 8 {flags} --out {name}"
        );
        let peak = summary(&train(&line))["peak_memory_bytes"].as_f64().unwrap();
        let settings = json!({
            "method": method, "max_length": 512, "rank": 8, "steps": 2,
            "batch_size": if name == "full" { 4 } else { 8 }, "checkpointing": name == "again",
        });
        let settings = serde_json::from_value(settings).unwrap();
        let estimate = estimate(&HOME.path().join("base"), &settings);
        let ratio = estimate / peak;
        assert!((0.8..1.2).contains(&ratio), "{name}: {ratio:.2} ({estimate} for {peak})");
        peaks.push(peak);
    }
    assert!(peaks[1] < 0.6 * peaks[0], "checkpointing: {peaks:?}");
}

fn estimate(base: &Path, settings: &karat_types::train::TrainSettings) -> f64 {
    use karat_types::ports::Trainer;
    karat_engine::Engine::default().estimate(base, settings, 24, 24 * 512 * 4).unwrap().memory_bytes as f64
}

#[test]
fn a_run_that_no_machine_can_hold_is_refused_before_its_weights_are_read() {
    let giant = HOME.path().join("giant");
    std::fs::create_dir(&giant).unwrap();
    for entry in std::fs::read_dir(HOME.path().join("base")).unwrap() {
        let entry = entry.unwrap();
        std::fs::copy(entry.path(), giant.join(entry.file_name())).unwrap();
    }
    let mut config = file("base/config.json");
    (config["hidden_size"], config["intermediate_size"]) = (json!(65_536), json!(262_144));
    config["num_hidden_layers"] = json!(200);
    config["head_dim"] = json!(8192);
    std::fs::write(giant.join("config.json"), config.to_string()).unwrap();
    let said = karat(
        HOME.path(),
        &["train", "--model", "giant", "--data", "short.jsonl", "--steps", "1", "--out", "o", "--json"],
    );
    let problem = said.problem();
    assert_eq!((said.code, &problem["code"]), (1, &json!("memory_too_small")), "{problem}");
    let detail = problem["detail"].as_str().unwrap();
    assert!(detail.contains("weights") && detail.contains("are available"), "{problem}");
    assert!(!HOME.path().join("o").exists() && !HOME.path().join("o.work").exists());
}

#[test]
fn a_run_that_diverges_ends_with_the_reason_and_without_half_an_output() {
    let said = train(
        "--data short.jsonl --method lora --steps 30 --lr 1e30 --schedule constant --warmup-steps 0 --max-grad-norm 0 --save-every 1 --out hot",
    );
    let problem = said.problem();
    assert_eq!((said.code, &problem["code"]), (1, &json!("loss_not_finite")), "{problem}");
    assert!(problem["hint"].as_str().unwrap().contains("learning rate"));
    assert!(!said.lines().is_empty() && !HOME.path().join("hot").exists(), "{}", said.stdout);
    let zero = train("--data short.jsonl --steps 1 --max-length 0 --out zero");
    assert_eq!((zero.code, &zero.problem()["code"]), (1, &json!("setting_invalid")));
}
