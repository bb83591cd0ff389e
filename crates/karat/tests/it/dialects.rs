//! Every form of a record: what the gate takes is what the engine trains, from JSON lines,
//! CSV and Parquet alike.

use crate::process::Karat;
use crate::shapes::{parquet, parts, tiny};
use karat_engine::rows::{self, Limits, TokenRow};
use karat_engine::tokenizer::Tokenizer;
use karat_gate::document::{JSONL, PARQUET, TABLES, records};
use karat_types::Problem;
use proptest::prelude::*;
use proptest::test_runner::{Config, TestRunner};
use serde_json::{Map, Value, json};
use std::path::Path;

/// A record, its shape, what is learnt of it and what is only read.
type Case = (Value, &'static str, &'static str, &'static [&'static str]);

fn cases() -> Vec<Case> {
    let (user, model) =
        (json!({"role": "user", "content": "why"}), json!({"role": "assistant", "content": "so"}));
    let bad = json!({"role": "assistant", "content": "no"});
    vec![
        (
            json!({"instruction": "why", "context": "it is", "response": "so", "category": "qa"}),
            "instruction",
            "so",
            &["why", "it is"],
        ),
        (json!({"instruction": "why", "context": "", "response": "so"}), "instruction", "so", &["why"]),
        (
            json!({"instruction": "why", "answer": "so", "history": [["a", "b"]]}),
            "instruction",
            "bso",
            &["a", "why"],
        ),
        (json!({"prompt": "why", "response": "so"}), "instruction", "so", &["why"]),
        (json!({"input": "why", "output": "so"}), "instruction", "so", &["why"]),
        (json!({"input": [user], "output": "so"}), "instruction", "so", &["why"]),
        (json!({"question": "why", "answer": "so"}), "instruction", "so", &["why"]),
        (json!({"query": "why", "response": "so"}), "instruction", "so", &["why"]),
        (
            json!({"id": "1", "system_prompt": "be kind", "question": "why", "response": "so"}),
            "instruction",
            "so",
            &["be kind", "why"],
        ),
        (json!([user, model]), "chat", "so", &["why"]),
        (json!([{"from": "human", "value": "why"}, {"from": "gpt", "value": "so"}]), "chat", "so", &["why"]),
        (
            json!({"systemInstruction": {"parts": [{"text": "be kind"}]}, "contents": [{"role": "user", "parts": [{"text": "why"}]}, {"role": "model", "parts": [{"text": "so"}]}]}),
            "chat",
            "so",
            &["be kind", "why"],
        ),
        (
            json!({"chosen": "\n\nHuman: why\n\nAssistant: so", "rejected": "\n\nHuman: why\n\nAssistant: no"}),
            "preference",
            "so",
            &["why"],
        ),
        (json!({"chosen": [user, model], "rejected": [user, bad]}), "preference", "so", &["why"]),
        (json!({"prompt": [user], "chosen": [model], "rejected": [bad]}), "preference", "so", &["why"]),
        (
            json!({"system": "be kind", "question": "why", "chosen": "so", "rejected": "no"}),
            "preference",
            "so",
            &["be kind", "why"],
        ),
        (json!({"content": "so it goes", "title": "a"}), "plain", "so it goes", &[]),
        (
            json!({"index": 3, "content": "{\"query\": \"why\", \"response\": \"so\"}", "shape": "instruction", "leaf": "x"}),
            "instruction",
            "so",
            &["why"],
        ),
    ]
}

/// The record as files of every kind that can hold it.
fn files(record: &Value) -> Vec<(&'static str, &'static str, Vec<u8>)> {
    let mut out = vec![("r.jsonl", JSONL, format!("{record}\n").into_bytes())];
    let Value::Object(map) = record else { return out };
    let cell = |value: &Value| value.as_str().map_or_else(|| value.to_string(), str::to_owned);
    let cells: Vec<(&str, String)> = map.iter().map(|(name, value)| (name.as_str(), cell(value))).collect();
    let names: Vec<&str> = cells.iter().map(|cell| cell.0).collect();
    let quoted: Vec<String> =
        cells.iter().map(|cell| format!("\"{}\"", cell.1.replace('"', "\"\""))).collect();
    out.push(("r.csv", TABLES[0], format!("{}\r\n{}\r\n", names.join(","), quoted.join(",")).into_bytes()));
    if map.values().all(Value::is_string) {
        let columns: Vec<(&str, &str)> = cells.iter().map(|(name, text)| (*name, text.as_str())).collect();
        out.push(("r.parquet", PARQUET, parquet(&columns)));
    }
    out
}

fn load(
    dir: &Path,
    name: &str,
    bytes: &[u8],
    tokenizer: &Result<Tokenizer, Problem>,
) -> Result<Vec<TokenRow>, Problem> {
    let path = dir.join(name);
    std::fs::write(&path, bytes).unwrap();
    let vocabulary = tokenizer.as_ref().unwrap().vocabulary();
    rows::load(&path, tokenizer, Limits { max_length: 1024, context: 1024, vocabulary }).map(|rows| rows.rows)
}

#[test]
fn every_form_is_taken_and_trained_from_every_kind_of_file() {
    let karat = Karat::sqlite();
    let tokenizer = Tokenizer::load(&tiny(&karat));
    for (record, shape, learnt, read) in cases() {
        for (name, media_type, bytes) in files(&record) {
            let taken = records::records(&bytes, media_type);
            let shapes: Vec<&str> = taken.iter().map(|record| record.shape.as_str()).collect();
            assert_eq!(shapes, [shape], "{name}: {record}");
            let rows = load(karat.dir(), name, &bytes, &tokenizer).unwrap();
            let [trained, only_read] = parts(&rows[0], tokenizer.as_ref().unwrap());
            assert_eq!(trained.replace('\n', ""), learnt, "{name}: {record}");
            let places: Vec<_> = read.iter().map(|words| only_read.find(words)).collect();
            assert!(
                places.is_sorted() && places.iter().all(Option::is_some),
                "{name}: {record}: {only_read}"
            );
            assert!(!only_read.contains("no"), "{name}: {record}: {only_read}");
            // And as a release hands it on.
            let line = json!({"content": Value::Object(taken[0].fields.clone()).to_string(), "shape": shape});
            let again = load(karat.dir(), "r.jsonl", line.to_string().as_bytes(), &tokenizer).unwrap();
            assert_eq!(again, rows, "{name}: {record}");
        }
    }
}

const NAMES: [&str; 24] = [
    "text",
    "content",
    "messages",
    "conversations",
    "contents",
    "instruction",
    "question",
    "query",
    "prompt",
    "input",
    "context",
    "output",
    "response",
    "answer",
    "completion",
    "chosen",
    "rejected",
    "history",
    "system",
    "system_prompt",
    "systemInstruction",
    "role",
    "shape",
    "title",
];

fn value() -> impl Strategy<Value = Value> {
    let turn = |role: &str, words: &str| json!({"role": role, "content": words, "parts": [{"text": words}]});
    let said = |from: &str, words: &str| json!({"from": from, "value": words});
    let turns = prop_oneof![
        Just(turn("user", "why")),
        Just(turn("assistant", "so")),
        Just(turn("assistant", "no")),
        Just(turn("model", "so")),
        Just(turn("system", "be kind")),
        Just(said("human", "why")),
        Just(said("gpt", "so")),
        Just(json!(["a", "b"])),
    ];
    prop_oneof![
        6 => "(words|so|\n\nHuman: why|\n\nAssistant: so|\n\nAssistant:| ){1,4}".prop_map(Value::from),
        4 => proptest::collection::vec(turns, 0..4).prop_map(Value::from),
        1 => prop_oneof![Just(Value::Null), Just(json!("")), Just(json!(7)), Just(json!("user")), Just(json!("chat"))],
        1 => Just(turn("assistant", "so")),
        1 => Just(json!("{\"query\": \"why\", \"response\": \"so\"}")),
    ]
}

/// Whatever fields stand together: what the gate takes, the engine can train, with a token
/// that is learnt.
#[test]
fn whatever_the_gate_takes_the_engine_trains() {
    let karat = Karat::sqlite();
    let tokenizer = Tokenizer::load(&tiny(&karat));
    let record = proptest::collection::vec((proptest::sample::select(&NAMES), value()), 1..5);
    let taken = std::cell::Cell::new(0);
    let mut runner = TestRunner::new(Config { cases: 2000, failure_persistence: None, ..Config::default() });
    let checked = runner.run(&record, |fields| {
        let map: Map<String, Value> =
            fields.into_iter().map(|(name, value)| (name.to_owned(), value)).collect();
        let line = Value::Object(map).to_string();
        if records::records(line.as_bytes(), JSONL).is_empty() {
            return Ok(());
        }
        taken.set(taken.get() + 1);
        match load(karat.dir(), "any.jsonl", line.as_bytes(), &tokenizer) {
            Ok(rows) => prop_assert!(!rows.is_empty()),
            Err(problem) => prop_assert!(false, "{line}: {problem}"),
        }
        Ok(())
    });
    checked.unwrap();
    assert!(taken.get() > 100, "{} of the records were taken", taken.get());
}
