//! kill -9 of a worker in the middle of its work: another takes it up, with the same end.

use crate::process::{Karat, Server};
use karat_types::Hash;
use serde_json::{Value, json};
use std::time::Duration;

/// The form of a datanet with the policy `automatic`.
pub(crate) fn datanet(name: &str) -> Value {
    json!({
        "name": name, "purpose": "What is learned while testing.", "modality": "text",
        "policy": "automatic", "threshold": 0, "open": true
    })
}

/// A text nobody else has, long enough for the gate.
pub(crate) fn text(number: usize) -> String {
    let subjects = ["the baker", "a gardener", "my neighbour", "the harbour master", "our teacher"];
    let verbs = ["measures", "remembers", "repairs", "describes", "weighs"];
    let things = ["the old scale", "a wooden boat", "the morning bread", "a broken clock", "the north wall"];
    let mut out = format!("# Note {number}\n\n");
    for n in 0..24 {
        let (s, v, t) =
            (subjects[(n + number) % 5], verbs[(n * 2 + number / 5) % 5], things[(n * 3 + number / 25) % 5]);
        out.push_str(&format!(
            "On day {n} of week {number}, {s} {v} {t} before noon and writes down what was found. "
        ));
        if n % 6 == 5 {
            out.push_str("\n\n");
        }
    }
    out
}

async fn checks_survive(karat: Karat) {
    const FILES: usize = 40;
    let server = karat.serve().await;
    let net = server.post("datanets", datanet("Killed checks")).await;
    let id = net["id"].as_str().unwrap().to_owned();
    for number in 0..FILES {
        server
            .upload(&format!("datanets/{id}/submissions"), &format!("{number}.md"), text(number).into())
            .await;
    }
    // Killed again and again while it checks, and taken up again each time.
    for _ in 0..4 {
        let worker = karat.worker();
        tokio::time::sleep(Duration::from_millis(250)).await;
        worker.kill();
    }
    let _worker = karat.worker();
    let done = server.until(&format!("datanets/{id}"), |net| net["counts"]["moving"] == 0).await;
    assert_eq!(done["counts"]["accepted"], FILES, "{done}");
    release_is_whole(&server, &id, FILES).await;
}

/// Every submission once, in order, under one root that follows from the rows.
async fn release_is_whole(server: &Server, datanet: &str, files: usize) {
    let release = server.post(&format!("datanets/{datanet}/releases"), json!({})).await;
    let path = format!("releases/{}", release["id"].as_str().unwrap());
    let release = server.until(&path, |release| release["state"] != "building").await;
    assert_eq!(release["state"], "ready", "{release}");
    assert_eq!(release["submissions"], files);
    let jsonl = server.download(&format!("{path}/download/jsonl")).await;
    let rows: Vec<Value> =
        String::from_utf8(jsonl).unwrap().lines().map(|line| serde_json::from_str(line).unwrap()).collect();
    let leaves: Vec<Hash> = rows.iter().map(|row| row["leaf"].as_str().unwrap().parse().unwrap()).collect();
    assert_eq!(release["root"], karat_tlog::root(&leaves).hex());
    let mut seen: Vec<_> = rows.iter().map(|row| row["submission"].to_string()).collect();
    seen.dedup();
    assert_eq!(seen.len(), files);
}

#[tokio::test(flavor = "multi_thread")]
async fn checks_survive_kill_9_on_sqlite() {
    checks_survive(Karat::sqlite()).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn checks_survive_kill_9_on_postgres_and_s3() {
    checks_survive(Karat::postgres_and_s3()).await;
}

/// The same run twice, once undisturbed and once with its worker killed: the same bytes.
async fn run_survives(karat: Karat) {
    let base = karat.dir().join("tiny");
    let words = karat.dir().join("words.md");
    std::fs::write(&words, (0..200).map(text).collect::<String>()).unwrap();
    karat.must(
        &[
            "models",
            "init",
            "--tokenizer-text",
            words.to_str().unwrap(),
            "--vocabulary",
            "600",
            "--hidden",
            "64",
            "--intermediate",
            "128",
            "--layers",
            "2",
            "--heads",
            "2",
            "--kv-heads",
            "2",
            "--out",
            base.to_str().unwrap(),
        ],
        "",
    );
    karat.must(&["models", "add", "tiny", base.to_str().unwrap()], "");
    let server = karat.serve().await;
    let models = server.get("models").await;
    let base = models["items"][0]["id"].clone();
    let rows: String = (0..120).map(|n| json!({ "text": text(n) }).to_string() + "\n").collect();
    let file = server.upload("files", "rows.jsonl", rows.into()).await;
    let form = |name: &str| {
        json!({
            "name": name, "base": base, "file": file,
            "settings": { "steps": 60, "batch_size": 4, "max_length": 64, "rank": 4, "eval_every": 10, "seed": 7 }
        })
    };
    let undisturbed = finished(&karat, &server, form("undisturbed"), 0).await;
    let killed = finished(&karat, &server, form("killed"), 2).await;
    assert_eq!(undisturbed, killed, "the adapter differs");
}

/// Runs to the end with the worker killed `kills` times on the way; returns the hash of
/// the adapter's weights.
async fn finished(karat: &Karat, server: &Server, form: Value, kills: u64) -> Value {
    let run = server.post("runs", form).await;
    let path = format!("runs/{}", run["id"].as_str().unwrap());
    for kill in 1..=kills {
        let worker = karat.worker();
        server.until(&path, |detail| detail["run"]["step"].as_u64() >= Some(kill * 15)).await;
        worker.kill();
    }
    let worker = karat.worker();
    let is_final =
        |detail: &Value| !["queued", "running"].contains(&detail["run"]["state"].as_str().unwrap());
    let detail = server.until(&path, is_final).await;
    drop(worker);
    assert_eq!(detail["run"]["state"], "done", "{detail}");
    assert_eq!(detail["run"]["step"], 60);
    let steps: Vec<_> =
        detail["metrics"].as_array().unwrap().iter().map(|m| m["step"].as_u64().unwrap()).collect();
    assert!(steps.windows(2).all(|pair| pair[0] < pair[1]), "{steps:?}");
    let files = server.get(&format!("models/{}/files", detail["run"]["model"].as_str().unwrap())).await;
    let weights = files.as_array().unwrap().iter().find(|file| file["name"] == "adapter_model.safetensors");
    weights.unwrap()["hash"].clone()
}

#[tokio::test(flavor = "multi_thread")]
async fn a_run_survives_kill_9_on_sqlite() {
    run_survives(Karat::sqlite()).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_run_survives_kill_9_on_postgres_and_s3() {
    run_survives(Karat::postgres_and_s3()).await;
}
