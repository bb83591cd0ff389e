//! A tiny base made on the spot, trained, scored, asked; and every way to give it nonsense.

use crate::run::{Answer, karat, karat_asked};
use serde_json::{Value, json};
use std::path::{Path, PathBuf};
use std::sync::LazyLock;
use tempfile::TempDir;

const TEXT: &str = "The gate checks each file and says why. Who contributes is credited: the release \
    names the submission, the run names the release, and the adapter names the run.\n\n";

/// A folder with `base` (a model of 20 k parameters), made once for all tests.
pub(crate) static HOME: LazyLock<TempDir> = LazyLock::new(|| {
    let home = tempfile::tempdir().unwrap();
    std::fs::write(home.path().join("text.md"), TEXT.repeat(20)).unwrap();
    let said = init(home.path(), "base");
    assert_eq!(said.code, 0, "{}", said.stderr);
    home
});

fn init(home: &Path, name: &str) -> Answer {
    let shape =
        "--hidden 32 --intermediate 48 --layers 2 --heads 4 --kv-heads 2 --context 64 --vocabulary 320";
    let mut arguments =
        vec!["models", "init", "--tokenizer-text", "text.md", "--seed", "7", "--out", name, "--json"];
    arguments.extend(shape.split(' '));
    karat(home, &arguments)
}

/// Runs a command line in the common folder.
fn say(line: &str) -> Answer {
    karat(HOME.path(), &line.split(' ').collect::<Vec<_>>())
}

/// The lines of a command that must have worked.
fn lines(said: Answer) -> Vec<Value> {
    assert_eq!(said.code, 0, "{}", said.stderr);
    said.lines()
}

/// The problem of a command that must have failed, whole.
fn problem(said: Answer) -> Value {
    assert_ne!(said.code, 0, "expected a refusal, got {}", said.stdout);
    let problem = said.problem();
    assert!(problem["detail"].as_str().is_some_and(|s| !s.is_empty()), "{problem}");
    assert!(problem["hint"].as_str().is_some_and(|s| !s.is_empty()), "{problem}");
    problem
}

/// Its code word.
fn refusal(said: Answer) -> String {
    problem(said)["code"].as_str().unwrap().to_owned()
}

/// A copy of the base to spoil.
fn copy(name: &str) -> PathBuf {
    let to = HOME.path().join(name);
    std::fs::create_dir(&to).unwrap();
    for entry in std::fs::read_dir(HOME.path().join("base")).unwrap() {
        let entry = entry.unwrap();
        std::fs::copy(entry.path(), to.join(entry.file_name())).unwrap();
    }
    to
}

fn rows(name: &str, text: &str) {
    std::fs::write(HOME.path().join(name), text).unwrap();
}

fn number(value: &Value) -> f64 {
    value.as_f64().unwrap_or_else(|| panic!("{value} is not a number"))
}

#[test]
fn the_same_seed_makes_the_same_base_and_nothing_is_overwritten() {
    let mut again = lines(init(HOME.path(), "again")).remove(0);
    assert_eq!((&again["family"], &again["dtype"]), (&json!("llama"), &json!("F32")));
    assert!(again["parameters"].as_u64().unwrap() > 10_000);
    assert!(again["training"]["memory_bytes"].as_u64().unwrap() > 0);
    let mut inspected = lines(say("models inspect again --json")).remove(0);
    // The time is measured, so it is never twice the same.
    assert!(
        again["training"]["seconds"].take().is_number()
            && inspected["training"]["seconds"].take().is_number()
    );
    assert_eq!(inspected, again);
    for file in ["model.safetensors", "tokenizer.json", "config.json"] {
        let read = |name: &str| std::fs::read(HOME.path().join(name).join(file)).unwrap();
        assert!(read("base") == read("again"), "{file} differs");
    }
    assert_eq!(refusal(init(HOME.path(), "again")), "out_exists");
}

#[test]
fn training_lowers_the_loss_and_the_adapter_is_used() {
    let line = |text: &str| json!({ "text": text }).to_string();
    let data: String = TEXT.split(". ").cycle().take(16).map(|text| line(text) + "\n").collect();
    rows("rows.jsonl", &data);
    let said = say(
        "train --model base --data rows.jsonl --held-out rows.jsonl --method lora --rank 4 --steps 5 --batch-size 4 --lr 0.02 --warmup-steps 0 --max-length 48 --seed 3 --out tuned --json",
    );
    let told = lines(said);
    let steps: Vec<&Value> = told.iter().filter(|l| l.get("step").is_some()).collect();
    assert_eq!(steps.len(), 5);
    for (i, step) in steps.iter().enumerate() {
        assert_eq!(step["step"], i + 1);
        assert!(
            ["loss", "lr", "grad_norm", "tokens", "tokens_per_s"]
                .iter()
                .all(|k| number(&step[k]).is_finite())
        );
    }
    let summary = told.last().unwrap();
    assert_eq!((&summary["steps"], &summary["out"]), (&json!(5), &json!("tuned")));
    assert!(number(&summary["eval_last"]) < number(&summary["eval_first"]), "{summary}");
    assert!(!HOME.path().join("tuned.work").exists());

    let manifest: Value =
        serde_json::from_slice(&std::fs::read(HOME.path().join("tuned/karat.json")).unwrap()).unwrap();
    assert_eq!(manifest["training"]["settings"]["rank"], 4);
    for part in ["base_sha256", "tokenizer_sha256", "template_sha256"] {
        assert_eq!(manifest[part].as_str().unwrap().len(), 64);
    }
    let config = std::fs::read_to_string(HOME.path().join("tuned/adapter_config.json")).unwrap();
    assert!(config.contains("\"peft_type\": \"LORA\""));

    rows("score.txt", TEXT.trim());
    let base = lines(say("score --model base --text-file score.txt --json")).remove(0);
    let tuned = lines(say("score --model base --adapter tuned --text-file score.txt --json")).remove(0);
    assert!(number(&tuned["perplexity"]) < number(&base["perplexity"]));

    let other = copy("other");
    std::fs::write(other.join("chat_template.jinja"), "{{ messages }}").unwrap();
    let refused = say("score --model other --adapter tuned --ids 1,2 --json");
    assert_eq!(refusal(refused), "adapter_for_another_base");

    let exists = say("train --model base --data rows.jsonl --steps 1 --out tuned --json");
    assert_eq!(refusal(exists), "out_exists");
}

#[test]
fn scores_are_log_probabilities_and_ids_need_no_tokenizer() {
    let bare = copy("bare");
    for file in ["tokenizer.json", "tokenizer_config.json", "chat_template.jinja"] {
        std::fs::remove_file(bare.join(file)).unwrap();
    }
    let scored = lines(say("score --model bare --ids 0,9,8,7 --json")).remove(0);
    assert_eq!(scored["ids"], json!([0, 9, 8, 7]));
    let logprobs = scored["logprobs"].as_array().unwrap();
    assert!(logprobs[0].is_null() && logprobs.len() == 4);
    let sum: f64 = logprobs[1..].iter().map(number).sum();
    assert!(logprobs[1..].iter().all(|p| number(p) < 0.0));
    assert!((number(&scored["perplexity"]) - (-sum / 3.0).exp()).abs() < 1e-3);

    rows("ids.jsonl", "{\"input_ids\": [5, 6, 7, 8], \"labels\": [-100, -100, 7, 8]}\n");
    let trained = say("train --model bare --data ids.jsonl --method full --steps 2 --out bare-full --json");
    assert_eq!(lines(trained).last().unwrap()["steps"], 2);
    assert_eq!(lines(say("score --model bare-full --ids 1,2,3 --json"))[0]["ids"], json!([1, 2, 3]));
    rows("plain.txt", "hi there");
    assert_eq!(refusal(say("score --model bare --text-file plain.txt --json")), "tokenizer_missing");
    assert_eq!(refusal(say("score --model bare --ids 1,999 --json")), "ids_invalid");
    assert_eq!(refusal(say("score --model bare --ids 1 --json")), "text_too_short");
}

#[test]
fn answers_are_seeded_and_temperature_zero_is_argmax() {
    let ask = |rest: &str| {
        let line = format!("generate --model base --prompt gate --max-tokens 12 --json {rest}");
        lines(say(&line)).remove(0)
    };
    let cold = ask("--temperature 0");
    assert_eq!(cold, ask("--temperature 0 --seed 9"));
    assert_eq!(cold["completion_tokens"].as_u64().unwrap().min(12), cold["completion_tokens"]);
    let warm = ask("--temperature 2 --top-p 1 --seed 1");
    assert_eq!(warm, ask("--temperature 2 --top-p 1 --seed 1"));
    assert_ne!(warm["text"], ask("--temperature 2 --top-p 1 --seed 2")["text"]);
    let streamed = say("generate --model base --prompt gate --max-tokens 12 --temperature 0");
    assert_eq!(streamed.stdout.strip_suffix('\n').unwrap(), cold["text"].as_str().unwrap());
}

#[test]
fn a_conversation_is_held_line_by_line() {
    let arguments = ["chat", "--model", "base", "--max-tokens", "4", "--temperature", "0", "--json"];
    let said = lines(karat_asked(HOME.path(), &arguments, "hello\n\n/new\nhello\n/quit\nnever read\n"));
    assert_eq!(said.len(), 2);
    assert_eq!(said[0], said[1], "after /new the conversation begins again");
    let silent = copy("silent");
    std::fs::remove_file(silent.join("chat_template.jinja")).unwrap();
    let said = karat_asked(HOME.path(), &["chat", "--model", "silent", "--json"], "hello\n");
    assert_eq!(refusal(said), "no_chat_template");
    assert_eq!(refusal(say("generate --model silent --prompt x --chat --json")), "no_chat_template");
}

#[test]
fn broken_folders_are_refused() {
    assert_eq!(refusal(say("score --model nowhere --ids 1,2 --json")), "model_folder_unknown");
    let cut = copy("cut");
    let weights = cut.join("model.safetensors");
    let bytes = std::fs::read(&weights).unwrap();
    std::fs::write(&weights, &bytes[..bytes.len() / 2]).unwrap();
    assert_eq!(refusal(say("score --model cut --ids 1,2 --json")), "weights_damaged");
    std::fs::write(cut.join("config.json"), "{\"model_type\": \"mamba\"}").unwrap();
    let problem = problem(say("models inspect cut --json"));
    assert!(problem["detail"].as_str().unwrap().contains("mamba"), "{problem}");
}

#[test]
fn bad_rows_are_named_and_leave_nothing_behind() {
    let cases = [
        ("{\"text\": \"fine words\"}\n{\"text\": 5}\n", "row_invalid", "bad.jsonl line 2: field 'text'"),
        ("{\"text\": \"fine words\"}\n{\n", "row_not_json", "line 2"),
        ("{\"prompt\": \"p\", \"rejected\": \"b\"}\n", "row_invalid", "field 'chosen'"),
        ("{\"messages\": [{\"role\": \"user\", \"content\": \"q\"}]}\n", "row_nothing_trained", "line 1"),
        ("\n", "rows_none", "bad.jsonl"),
    ];
    for (text, code, words) in cases {
        rows("bad.jsonl", text);
        let problem = problem(say("train --model base --data bad.jsonl --steps 1 --out never --json"));
        assert_eq!(problem["code"], code, "{problem}");
        assert!(problem["detail"].as_str().unwrap().contains(words), "{problem}");
        assert!(!HOME.path().join("never").exists() && !HOME.path().join("never.work").exists());
    }
    assert_eq!(
        refusal(say("train --model base --data no.jsonl --steps 1 --out never --json")),
        "file_unreadable"
    );
}

#[test]
fn a_person_sees_the_fix_and_a_chart() {
    let said = say("score --model nowhere --ids 1,2");
    assert!(said.code != 0 && said.stderr.contains("fix: "), "{}", said.stderr);
    rows("held.md", &TEXT.repeat(4));
    let said = say(
        "train --model base --data held.md --held-out-percent 50 --steps 6 --max-length 32 --out charted",
    );
    // One paragraph four times is one group: nothing can be held out.
    assert!(said.stderr.contains("held_out_impossible"), "{}", said.stderr);
    rows("held.md", &(0..8).map(|i| format!("{i} {TEXT}")).collect::<String>());
    let said = say(
        "train --model base --data held.md --held-out-percent 25 --steps 6 --max-length 32 --out charted",
    );
    assert_eq!(said.code, 0, "{}", said.stderr);
    assert!(said.stdout.contains('│') && said.stdout.contains("held-out loss"), "{}", said.stdout);
}
