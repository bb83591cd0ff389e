//! Readers locked in: each thing a reader that was taken over might try is tried, through
//! the real binary.

use crate::run::{Answer, karat};
use serde_json::{Value, json};

fn probe(what: &str, more: &[&str]) -> (Answer, Value) {
    let dir = tempfile::tempdir().unwrap();
    std::fs::write(dir.path().join("a.png"), b"\x89PNG\r\n\x1a\n").unwrap();
    let args = ["check", "--type", "image", "--json", "--reader-probe", what, "a.png"];
    let answer = karat(dir.path(), &[args.as_slice(), more].concat());
    assert_eq!(answer.code, 0, "{}", answer.stderr);
    let line = answer.lines().remove(0);
    assert_eq!(line["outcome"], "held", "{line}");
    let finding = line["findings"][0].clone();
    assert_eq!(
        (&finding["code"], &finding["check"], &finding["class"]),
        (&json!("reader_failed"), &json!("A9"), &json!("hold"))
    );
    (answer, finding)
}

fn measured(what: &str, more: &[&str]) -> String {
    probe(what, more).1["measured"].as_str().unwrap().to_owned()
}

#[cfg(target_os = "linux")]
#[test]
fn a_reader_reaches_no_file_no_network_and_no_other_process() {
    for (what, how) in [
        ("open", "open was stopped: "),
        ("create", "create was stopped: "),
        ("connect", "it tried what a reader may not do"),
        ("exec", "it tried what a reader may not do"),
        ("thread", "it tried what a reader may not do"),
        ("kill", "it tried what a reader may not do"),
    ] {
        let said = measured(what, &[]);
        assert!(said.starts_with(how), "{what}: {said}");
    }
    assert!(!std::env::temp_dir().join("karat-probe").exists());
}

#[cfg(target_os = "linux")]
#[test]
fn a_reader_that_takes_too_much_ends_and_the_file_is_held() {
    assert_eq!(measured("memory", &[]), "it ran out of memory");
    assert_eq!(measured("stack", &[]), "it nested too deep for its stack");
    assert_eq!(measured("spin", &["--reader-cpu-seconds", "1"]), "it used up its processor time");
    assert_eq!(measured("sleep", &["--reader-patience", "2"]), "it took more than 2 s");
}

#[test]
fn a_reader_that_breaks_its_word_is_not_believed() {
    let (_, finding) = probe("panic", &[]);
    assert!(finding["measured"].as_str().unwrap().contains("a probe panics as it was told"), "{finding}");
    assert!(finding["fix"].as_str().unwrap().starts_with("Nothing needs to be done"));
    let said = measured("garbage", &[]);
    assert!(said.contains("answer could not be read"), "{said}");
}

#[test]
fn one_reader_that_dies_costs_one_file() {
    let dir = tempfile::tempdir().unwrap();
    for n in 0..6 {
        std::fs::write(dir.path().join(format!("{n}.png")), b"\x89PNG\r\n\x1a\n").unwrap();
    }
    let answer = karat(dir.path(), &["check", "--type", "image", "--json", "--reader-probe", "panic", "."]);
    let files: Vec<_> = answer.lines().iter().map(|line| line["file"].as_str().unwrap().to_owned()).collect();
    assert_eq!(files, ["./0.png", "./1.png", "./2.png", "./3.png", "./4.png", "./5.png"]);
}
