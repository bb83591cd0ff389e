//! Models pulled from a hub that drops connections, lies, refuses, or is killed in the middle.

use crate::hub::{Hub, Mood};
use crate::models::HOME;
use crate::run::{Answer, karat};
use serde_json::Value;
use std::path::Path;
use std::process::{Command, Stdio};
use std::time::{Duration, Instant};
use tempfile::TempDir;

fn hub() -> Hub {
    Hub::of(&HOME.path().join("base"))
}

fn pull(hub: &Hub, dir: &TempDir, more: &[&str]) -> Answer {
    let mut args = vec!["models", "pull", "org/tiny", "--out", "got", "--json", "--endpoint", &hub.url];
    args.extend(more);
    karat(dir.path(), &args)
}

fn place() -> TempDir {
    tempfile::tempdir().unwrap()
}

/// The same model, byte for byte, and nothing else in the folder.
fn same_as_base(dir: &Path) {
    let base = HOME.path().join("base");
    let list = |dir: &Path| -> Vec<String> {
        let names = std::fs::read_dir(dir).unwrap().map(|e| e.unwrap().file_name().into_string().unwrap());
        let mut names: Vec<String> = names.collect();
        names.sort();
        names
    };
    assert_eq!(list(dir), list(&base));
    for name in list(dir) {
        assert!(
            std::fs::read(dir.join(&name)).unwrap() == std::fs::read(base.join(&name)).unwrap(),
            "{name}"
        );
    }
}

fn refused(said: &Answer) -> Value {
    assert_ne!(said.code, 0, "{}", said.stdout);
    said.problem()
}

#[test]
fn a_model_arrives_whole_and_a_second_pull_fetches_nothing() {
    let (hub, dir) = (hub(), place());
    hub.put("modeling_tiny.py", Some(b"import os"));
    hub.put("pytorch_model.bin", Some(b"\x80"));
    let said = pull(&hub, &dir, &["--token", "secret"]);
    assert_eq!(said.code, 0, "{}", said.stderr);
    same_as_base(&dir.path().join("got"));
    let said = &said.lines()[0];
    assert_eq!(said["model"]["family"], "llama");
    assert!(said["files"].as_array().unwrap().iter().all(|f| f["sha256"].as_str().unwrap().len() == 64));
    let asked = hub.asked();
    assert!(
        asked.iter().all(|a| a.token.is_some() != a.elsewhere),
        "the token went to another host: {asked:?}"
    );
    assert!(asked.iter().any(|a| a.elsewhere));
    assert_eq!(pull(&hub, &dir, &[]).code, 0);
    assert_eq!(hub.asked(), []);
}

#[test]
fn dropped_connections_are_taken_up_where_they_broke_off() {
    let (hub, dir) = (hub(), place());
    hub.mood(Mood::Drops(20_000));
    let said = pull(&hub, &dir, &[]);
    assert_eq!(said.code, 0, "{}", said.stderr);
    same_as_base(&dir.path().join("got"));
    let asked = hub.asked();
    let weights: Vec<usize> =
        asked.iter().filter(|a| a.elsewhere && a.name == "model.safetensors").map(|a| a.from).collect();
    assert!(weights.len() > 3, "{weights:?}");
    assert!(weights.windows(2).all(|w| w[1] == w[0] + 20_000), "{weights:?}");
}

#[test]
fn a_server_without_ranges_or_with_too_much_to_do_is_waited_for() {
    for mood in [Mood::IgnoresRanges(5_000), Mood::Busy(3)] {
        let (hub, dir) = (hub(), place());
        hub.mood(mood);
        let said = pull(&hub, &dir, &[]);
        assert_eq!(said.code, 0, "{mood:?}: {}", said.stderr);
        same_as_base(&dir.path().join("got"));
    }
}

#[test]
fn a_killed_pull_goes_on_from_its_bytes() {
    let (hub, dir) = (hub(), place());
    hub.mood(Mood::Hangs(30_000));
    let mut child = Command::new(env!("CARGO_BIN_EXE_karat"))
        .args(["models", "pull", "org/tiny", "--out", "got", "--endpoint", &hub.url])
        .current_dir(dir.path())
        .stderr(Stdio::null())
        .spawn()
        .unwrap();
    let part = |dir: &Path| {
        let parts = std::fs::read_dir(dir.join("got")).into_iter().flatten().flatten();
        let parts = parts.filter(|e| e.file_name().to_string_lossy().starts_with(".model.safetensors"));
        parts.map(|e| e.metadata().unwrap().len()).max().unwrap_or(0)
    };
    let began = Instant::now();
    while part(dir.path()) < 30_000 {
        assert!(began.elapsed() < crate::process::PATIENCE, "nothing arrives");
        std::thread::sleep(Duration::from_millis(20));
    }
    child.kill().unwrap();
    child.wait().unwrap();
    assert!(!dir.path().join("got/model.safetensors").exists());
    hub.asked();
    hub.mood(Mood::Good);
    let said = pull(&hub, &dir, &[]);
    assert_eq!(said.code, 0, "{}", said.stderr);
    same_as_base(&dir.path().join("got"));
    let from: Vec<usize> = hub.asked().iter().filter(|a| a.elsewhere).map(|a| a.from).collect();
    assert_eq!(from, [30_000]);
}

#[test]
fn wrong_bytes_never_get_the_files_name() {
    let (hub, dir) = (hub(), place());
    hub.mood(Mood::Spoils);
    assert_eq!(refused(&pull(&hub, &dir, &[]))["code"], "download_corrupt");
    let left = std::fs::read_dir(dir.path().join("got")).unwrap();
    assert!(left.flatten().all(|file| file.file_name().to_string_lossy().ends_with(".part")));
    std::fs::write(dir.path().join("got/config.json"), "{}").unwrap();
    hub.mood(Mood::Good);
    assert_eq!(refused(&pull(&hub, &dir, &[]))["code"], "file_exists");
    assert_eq!(std::fs::read(dir.path().join("got/config.json")).unwrap(), b"{}");
}

#[test]
fn what_cannot_be_had_is_said_at_once() {
    let (hub, dir) = (hub(), place());
    for (mood, code) in [(Mood::Refuses(403), "hub_denied"), (Mood::Refuses(404), "hub_not_found")] {
        hub.mood(mood);
        assert_eq!(refused(&pull(&hub, &dir, &[]))["code"], code);
    }
    hub.mood(Mood::Good);
    let say = |repo: &str, endpoint: &str| {
        karat(dir.path(), &["models", "pull", repo, "--endpoint", endpoint, "--json"])
    };
    assert_eq!(refused(&say("org/none", &hub.url))["code"], "hub_not_found");
    assert_eq!(refused(&say("../etc", &hub.url))["code"], "hub_name_invalid");
    assert_eq!(refused(&say("org/tiny", "hub.example"))["code"], "server_invalid");
    assert_eq!(refused(&say("org/tiny", "http://127.0.0.1:9"))["code"], "hub_unreachable");
}

#[test]
fn a_strange_family_and_pickles_are_refused_before_the_weights_come() {
    let (hub, dir) = (hub(), place());
    hub.put("config.json", Some(br#"{"model_type": "mamba"}"#));
    let problem = refused(&pull(&hub, &dir, &[]));
    assert_eq!(problem["code"], "architecture_unknown");
    assert!(hub.asked().iter().all(|a| !a.name.ends_with(".safetensors")));
    hub.put("model.safetensors", None);
    hub.put("pytorch_model.bin", Some(b"\x80"));
    let problem = refused(&pull(&hub, &dir, &[]));
    assert_eq!(problem["code"], "weights_pickle");
    assert!(problem["detail"].as_str().unwrap().contains("pytorch_model.bin"));
}
