//! `karat check`: one bad input of each kind, and what is said of it.

use crate::run::{Answer, karat};
use karat_testkit::signed::Authority;
use serde_json::{Value, json};
use std::path::Path;
use tempfile::TempDir;

const PROSE: &str = "The river rises in the hills behind the town and runs for two days before it reaches the sea. \
In spring the water is cold and fast, and people who live along it keep their boats on the bank until May. My \
grandmother used to say that you could hear the stones talk at night, which was only the gravel moving under the \
flood, but nobody ever told her so. We still go there in summer, when the water is warm.\n";

fn folder(files: &[(&str, &[u8])]) -> TempDir {
    let dir = tempfile::tempdir().unwrap();
    for (name, bytes) in files {
        std::fs::write(dir.path().join(name), bytes).unwrap();
    }
    dir
}

fn check(dir: &Path, more: &[&str]) -> Answer {
    karat(dir, &[&["check", "--type", "text", "--json"], more].concat())
}

fn codes(line: &Value) -> Vec<&str> {
    line["findings"].as_array().unwrap().iter().map(|f| f["code"].as_str().unwrap()).collect()
}

#[test]
fn honest_prose_passes_with_all_that_could_not_be_asked() {
    let dir = folder(&[("river.md", PROSE.as_bytes())]);
    let answer = check(dir.path(), &["river.md"]);
    assert_eq!(answer.code, 0, "{}", answer.stderr);
    let line = &answer.lines()[0];
    assert_eq!(
        (&line["file"], &line["outcome"], &line["score"]),
        (&json!("river.md"), &json!("passed"), &json!(100))
    );
    assert_eq!(line["findings"], json!([]));
    let not_run: Vec<_> =
        line["not_run"].as_array().unwrap().iter().map(|n| n["check"].as_str().unwrap()).collect();
    assert_eq!(not_run, ["A1", "A4", "T13", "A8", "A11", "T14", "T20", "A10"]);
    assert!(line["ms"].is_u64() && line["explain"].is_null());
    let explained = check(dir.path(), &["--explain", "river.md"]).lines().remove(0);
    assert!(explained["explain"].as_str().unwrap().contains("quality"), "{explained}");
}

#[test]
fn every_bad_file_is_told_why_and_all_are_judged() {
    let big = "word ".repeat(2_000_001);
    let dir = folder(&[
        ("empty.txt", b""),
        ("big.txt", big.as_bytes()),
        ("latin.txt", b"Gr\xfc\xdfe aus K\xf6ln am Rhein"),
        ("short.txt", b"Too short."),
        ("picture.txt", b"\x89PNG\r\n\x1a\n\0\0\0\rIHDR\0\0\0\x01\0\0\0\x01"),
        ("code.rs", PROSE.as_bytes()),
    ]);
    let files = ["empty.txt", "big.txt", "latin.txt", "short.txt", "picture.txt", "code.rs"];
    let answer = check(dir.path(), &files);
    assert_eq!(answer.code, 0);
    let expected =
        ["empty_file", "file_too_big", "not_utf8", "text_too_short", "wrong_type", "wrong_extension"];
    let lines = answer.lines();
    assert_eq!(lines.len(), files.len());
    for (line, code) in lines.iter().zip(expected) {
        assert_eq!((line["outcome"].as_str(), &line["score"]), (Some("refused"), &Value::Null), "{line}");
        assert!(codes(line).contains(&code), "{line}");
        for finding in line["findings"].as_array().unwrap() {
            assert!(finding["fix"].as_str().unwrap().len() > 10);
        }
    }
    assert_eq!(
        lines[2]["findings"][0]["evidence"],
        json!({"kind": "line", "line": 1, "column": 3, "start": 2, "end": 3})
    );
}

#[test]
fn licences_are_judged_when_given() {
    let dir = folder(&[("river.txt", PROSE.as_bytes())]);
    let with = |licence: &str| check(dir.path(), &["--licence", licence, "river.txt"]).lines().remove(0);
    assert_eq!(with("MIT/Apache-2.0")["outcome"], "passed");
    assert_eq!(codes(&with("my own")), ["licence_unknown"]);
    assert_eq!(codes(&with("")), ["licence_missing"]);
}

#[test]
fn hidden_direction_marks_are_held() {
    let dir = folder(&[("river.txt", format!("{PROSE}\u{202e}hidden").as_bytes())]);
    let line = check(dir.path(), &["river.txt"]).lines().remove(0);
    assert_eq!((&line["outcome"], codes(&line)), (&json!("held"), vec!["bidi_controls"]));
    assert_eq!(line["findings"][0]["class"], "hold");
}

#[test]
fn duplicates_are_looked_for_in_a_folder() {
    let dir = folder(&[("mine.txt", PROSE.as_bytes()), ("loud.txt", PROSE.to_uppercase().as_bytes())]);
    let there = folder(&[("theirs.txt", PROSE.as_bytes())]);
    let against = there.path().to_str().unwrap();
    let lines = check(dir.path(), &["--against", against, "mine.txt", "loud.txt"]).lines();
    assert_eq!((codes(&lines[0]), codes(&lines[1])), (vec!["duplicate_exact"], vec!["duplicate_normalised"]));
    assert!(!lines[0]["not_run"].to_string().contains("--against"));
    // A file is not its own duplicate.
    let lines = check(dir.path(), &["--against", ".", "mine.txt"]).lines();
    assert_eq!(codes(&lines[0]), ["duplicate_normalised"]);
    let missing = check(dir.path(), &["--against", "nowhere", "mine.txt"]);
    assert_eq!((missing.code, &missing.problem()["code"]), (1, &json!("folder_not_readable")));
}

#[test]
fn a_missing_file_fails_but_the_others_are_judged() {
    let dir = folder(&[("river.txt", PROSE.as_bytes())]);
    let answer = check(dir.path(), &["nowhere.txt", "river.txt"]);
    assert_eq!((answer.code, answer.lines().len()), (1, 1));
    assert_eq!(answer.problem()["code"], "file_not_readable");
    assert!(answer.problem()["detail"].as_str().unwrap().contains("nowhere.txt"));
}

#[test]
fn people_read_place_fact_and_fix() {
    let dir = folder(&[("bell.txt", format!("{PROSE}ring \u{7} ring").as_bytes())]);
    let answer = karat(dir.path(), &["check", "--type", "text", "bell.txt"]);
    for part in [
        "bell.txt: refused",
        "refused (control_characters, line 2, column 6): Found 1 control character; the first is U+0007.",
        "fix: Remove them",
        "not run: A4 (needs the datanet",
    ] {
        assert!(answer.stdout.contains(part), "{part} in {}", answer.stdout);
    }
    assert_eq!(answer.code, 0);
}

/// Three seconds of a tone that comes and goes, 16 kHz.
fn tone() -> Vec<u8> {
    let tone = |i: i16, n: u32| if (n / 4_000).is_multiple_of(2) { (i % 64 - 32) * 200 } else { 0 };
    let samples: Vec<u8> = (0..48_000_u32).flat_map(|n| tone((n % 64) as i16, n).to_le_bytes()).collect();
    [
        b"RIFF\x24\x77\x01\0WAVEfmt \x10\0\0\0\x01\0\x01\0\x80\x3e\0\0\0\x7d\0\0\x02\0\x10\0data\0\x77\x01\0"
            .as_slice(),
        &samples,
    ]
    .concat()
}

#[test]
fn images_and_sounds_are_taken_by_their_content() {
    let wav = tone();
    let dir = folder(&[("a.wav", &wav), ("a.png", &wav)]);
    let answer = karat(dir.path(), &["check", "--type", "audio", "--json", "a.wav", "a.png"]);
    let lines = answer.lines();
    assert_eq!((&lines[0]["outcome"], &lines[0]["media_type"]), (&json!("passed"), &json!("audio/wav")));
    assert_eq!(codes(&lines[1]), ["wrong_extension"]);
    let answer = karat(dir.path(), &["check", "--type", "image", "--json", "a.png"]);
    assert_eq!(codes(&answer.lines()[0]), ["wrong_type"]);
    assert_eq!(karat(dir.path(), &["check", "--type", "video", "a.png"]).code, 2);
}

#[test]
fn folders_are_walked_and_told_in_order() {
    let dir = folder(&[("b.txt", PROSE.as_bytes()), ("a.txt", b"Too short."), (".hidden.txt", b"")]);
    std::fs::create_dir(dir.path().join("c")).unwrap();
    std::fs::write(dir.path().join("c/d.pdf"), b"%PDF-1.7 broken").unwrap();
    let answer = check(dir.path(), &["b.txt", "nowhere.txt", "."]);
    let files: Vec<_> = answer.lines().iter().map(|l| l["file"].as_str().unwrap().to_owned()).collect();
    assert_eq!(files, ["b.txt", "./a.txt", "./b.txt", "./c/d.pdf"]);
    assert_eq!(answer.code, 1, "one was not there");
}

#[test]
fn what_was_not_declared_is_not_judged_and_said() {
    let dir = folder(&[("river.txt", PROSE.as_bytes())]);
    let declared = |more: &[&str]| {
        let line = check(dir.path(), &[more, &["river.txt"]].concat()).lines().remove(0);
        let entry = line["not_run"].as_array().unwrap().iter().find(|n| n["check"] == "A10").cloned();
        entry.map(|n| n["why"].as_str().unwrap().to_owned())
    };
    assert!(declared(&["--origin", "own"]).unwrap().ends_with("use --licence SPDX, --source-type TYPE"));
    let all = ["--licence", "MIT", "--origin", "own", "--source-type", "human"];
    assert_eq!(declared(&all), None);
}

#[test]
fn a_pipe_holds_up_nothing() {
    let dir = folder(&[("z.txt", PROSE.as_bytes())]);
    let made = std::process::Command::new("mkfifo").arg(dir.path().join("a.txt")).status().unwrap();
    assert!(made.success());
    let mut command = std::process::Command::new("timeout");
    command.args(["60", env!("CARGO_BIN_EXE_karat"), "check", "--type", "text", "--json", "."]);
    let answer = command.current_dir(dir.path()).output().unwrap();
    assert_eq!(answer.status.code(), Some(1), "it would wait for ever and be ended with 124");
    let said = String::from_utf8(answer.stdout).unwrap();
    assert!(said.lines().count() == 1 && said.contains("./z.txt"), "{said}");
    let problem = String::from_utf8(answer.stderr).unwrap();
    assert!(
        problem.contains("file_not_readable") && problem.contains("a.txt: it is no regular file"),
        "{problem}"
    );
    let named = check(dir.path(), &["a.txt", "z.txt"]);
    assert_eq!((named.code, named.lines().len()), (1, 1));
}

#[test]
fn a_text_is_compared_with_a_purpose_and_with_what_is_there() {
    let river = "Life by the river: water, boats, the spring flood, stones and summer.";
    let dir =
        folder(&[("river.txt", PROSE.as_bytes()), ("rivers.md", river.as_bytes()), ("few.md", b"Rivers.")]);
    let fit = |more: &[&str]| {
        let line = check(dir.path(), &[more, &["river.txt"]].concat()).lines().remove(0);
        let part =
            line["parts"].as_array().unwrap().iter().find(|part| part["part"] == "fit").unwrap().clone();
        let why = line["not_run"].as_array().unwrap().iter().find(|n| n["check"] == "T20").cloned();
        (part["value"].as_u64(), why.map(|n| n["why"].as_str().unwrap().to_owned()))
    };
    assert_eq!(fit(&["--purpose", "rivers.md"]), (Some(1000), None));
    let (value, why) = fit(&["--purpose", "few.md"]);
    assert!(value.is_none() && why.unwrap().contains("has 1 words"));
    let there = folder(&[]);
    for n in 0..50_u32 {
        let words: String = (0..60).map(|k| format!("word{} ", letters(n * 7 + k * (n + 1)))).collect();
        std::fs::write(there.path().join(format!("{n}.txt")), format!("{river} {words} {PROSE}")).unwrap();
    }
    let (value, why) = fit(&["--against", there.path().to_str().unwrap()]);
    assert!(value > Some(600) && why.is_none(), "{value:?} {why:?}");
    let missing = check(dir.path(), &["--purpose", "nowhere.md", "river.txt"]);
    assert_eq!((missing.code, &missing.problem()["code"]), (1, &json!("text_not_readable")));
}

fn letters(n: u32) -> String {
    n.to_string().bytes().map(|digit| char::from(digit - b'0' + b'a')).collect()
}

#[test]
fn a_signer_on_the_list_is_trusted() {
    let (ours, other) = (Authority::new("camera.test"), Authority::new("other.test"));
    let signed = ours.sign(&tone(), "audio/wav");
    let dir = folder(&[("a.wav", &signed), ("ours.pem", ours.pem().as_bytes()), ("no.pem", b"hello")]);
    std::fs::write(dir.path().join("both.pem"), ours.pem() + "# and\n" + &other.pem()).unwrap();
    std::fs::write(dir.path().join("other.pem"), other.pem()).unwrap();
    let said = |more: &[&str]| {
        karat(dir.path(), &[&["check", "--type", "audio", "--json"], more, &["a.wav"]].concat())
    };
    let worth = |more: &[&str]| {
        let line = said(more).lines().remove(0);
        let found =
            line["findings"].as_array().unwrap().iter().find(|f| f["code"] == "signed_manifest").cloned();
        let found = found.unwrap();
        (found["measured"].as_str().unwrap().to_owned(), found["message"].as_str().unwrap().to_owned())
    };
    assert_eq!(worth(&[]).0, "valid_untrusted");
    assert_eq!(worth(&["--trust-anchors", "other.pem"]).0, "valid_untrusted");
    assert_eq!(worth(&["--trust-anchors", "both.pem"]).0, "trusted");
    let (trusted, message) = worth(&["--trust-anchors", "ours.pem"]);
    assert!(trusted == "trusted" && message.contains("who is on the trust list"), "{message}");
    let broken = said(&["--trust-anchors", "no.pem"]);
    assert_eq!((broken.code, &broken.problem()["code"]), (1, &json!("trust_anchors_unusable")));
    assert!(broken.problem()["detail"].as_str().unwrap().contains("it holds no certificate"));

    // The same file as a setting of the server.
    std::fs::write(dir.path().join("karat.toml"), "trust_anchors = \"both.pem\"\n").unwrap();
    let well = karat(dir.path(), &["doctor", "--data-dir", "."]);
    assert!(well.stdout.contains("trust      2 certificates in both.pem"), "{}", well.stdout);
    assert_eq!(karat(dir.path(), &["migrate", "--data-dir", "."]).code, 0);
    std::fs::write(dir.path().join("karat.toml"), "trust_anchors = \"gone.pem\"\n").unwrap();
    let unwell = karat(dir.path(), &["doctor", "--data-dir", "."]);
    assert!(unwell.code != 0 && unwell.stdout.contains("BAD  trust"), "{}", unwell.stdout);
    let start = karat(dir.path(), &["admin", "unread", "--data-dir", "."]);
    assert!(
        start.code != 0 && start.stderr.contains("The certificates in gone.pem cannot be used"),
        "{}",
        start.stderr
    );
}
