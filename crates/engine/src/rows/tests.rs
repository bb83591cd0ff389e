use super::*;
use crate::testing;
use tempfile::TempDir;

const LIMITS: Limits = Limits { max_length: 64, context: 2048, vocabulary: 400 };

fn file(name: &str, text: &str) -> (TempDir, std::path::PathBuf) {
    let dir = tempfile::tempdir().unwrap();
    let path = dir.path().join(name);
    std::fs::write(&path, text).unwrap();
    (dir, path)
}

fn read(name: &str, text: &str) -> Result<Rows, Problem> {
    let (_model, tokenizer) = testing::tokenizer();
    let (_dir, path) = file(name, text);
    load(&path, &Ok(tokenizer), LIMITS)
}

/// The text that is trained, and the text that is not.
fn shown(row: &TokenRow) -> (String, String) {
    let (_model, tokenizer) = testing::tokenizer();
    let part = |trained: bool| {
        let pairs = row.input_ids.iter().zip(&row.labels);
        let ids: Vec<u32> = pairs.filter(|(_, l)| (**l != IGNORED) == trained).map(|(id, _)| *id).collect();
        tokenizer.decode(&ids).unwrap()
    };
    (part(true), part(false))
}

#[test]
fn every_format_trains_the_answer_and_its_end() {
    let rows = [
        r#"{"messages": [{"role": "user", "content": "q"}, {"role": "assistant", "content": "a"}]}"#,
        r#"{"conversations": [{"from": "human", "value": "q"}, {"from": "gpt", "value": "a"}]}"#,
        r#"{"instruction": "q", "output": "a"}"#,
    ];
    for row in rows {
        let rows = read("r.jsonl", row).unwrap();
        assert_eq!(shown(&rows.rows[0]), ("a".into(), "\nq\n\n\n".into()), "{row}");
        let labels = &rows.rows[0].labels;
        assert_eq!(labels[labels.len() - 2..], [4, IGNORED], "<|end|> is trained, the line break is not");
        assert_eq!(rows.rows[0].input_ids[0], 0);
    }
    let lines = r#"[{"role": "user", "content": "q"}, {"role": "assistant", "content": "a"}]
[{"role": "user", "content": "r"}, {"role": "assistant", "content": "b"}]
"#;
    let rows = read("r.jsonl", lines).unwrap();
    assert_eq!(rows.rows.iter().map(|row| shown(row).0).collect::<Vec<_>>(), ["a", "b"], "a line each");
    let over_lines = lines.lines().next().unwrap().replace(", ", ",\n");
    let rows = read("r.json", &over_lines).unwrap();
    assert_eq!((rows.rows.len(), shown(&rows.rows[0]).0), (1, "a".into()), "one conversation");
    let rows = read("r.json", &format!("[{}]", lines.trim_end().replace('\n', ","))).unwrap();
    assert_eq!(rows.rows.len(), 2, "an array of conversations");
    let pair = read("r.jsonl", r#"{"prompt": "the gate", "completion": " checks"}"#).unwrap();
    assert_eq!(shown(&pair.rows[0]), (" checks".into(), "the gate".into()));
    assert_eq!(pair.rows[0].labels.last(), Some(&1));
}

#[test]
fn text_is_trained_from_bos_to_eos() {
    let rows =
        read("r.jsonl", "{\"text\": \"hi </s>\"}\n\n{\"content\": \"ho\", \"submission\": \"s\"}\n").unwrap();
    assert_eq!((rows.rows.len(), rows.truncated), (2, 0));
    for row in &rows.rows {
        assert_eq!((row.input_ids[0], row.input_ids.last()), (0, Some(&1)));
        assert!(row.input_ids[1..row.input_ids.len() - 1].iter().all(|&id| id > 4));
        assert!(row.labels.iter().zip(&row.input_ids).all(|(&l, &id)| i64::from(l) == i64::from(id)));
    }
    assert_eq!((rows.rows[0].source, rows.rows[1].source), (0, 1));
}

#[test]
fn tokenised_rows_need_no_tokenizer_and_a_text_row_does() {
    let (_dir, path) = file("r.jsonl", "{\"input_ids\": [1, 2, 3], \"labels\": [-100, 2, -100]}\n");
    let none = Tokenizer::load(Path::new("/nowhere"));
    let rows = load(&path, &none, LIMITS).unwrap();
    assert_eq!(rows.rows[0].labels, [-100, 2, -100]);
    let (_dir, path) = file("r.jsonl", "{\"input_ids\": [1, 2]}\n{\"text\": \"x\"}\n");
    let problem = load(&path, &none, LIMITS).unwrap_err();
    assert_eq!(problem.code, "tokenizer_missing");
    assert!(problem.detail.contains("r.jsonl line 2"), "{}", problem.detail);
}

#[test]
fn bad_lines_are_named() {
    let cases = [
        ("{\"text\": \"x\"}\n{\"text\": 1}", "row_invalid", "line 2: field 'text'"),
        ("{\"text\": \"x\"}\n\nnot json", "row_not_json", "line 3"),
        ("{\"a\": 1}", "row_format_unknown", "[a]"),
        ("{\"prompt\": \"p\", \"rejected\": \"b\"}", "row_invalid", "field 'chosen'"),
        ("{\"prompt\": \"p\", \"completion\": \"b\", \"label\": false}", "rows_none", "no row"),
        ("{\"input_ids\": [1, 2], \"labels\": [1, -5]}", "row_invalid", "line 1: field 'labels[1]'"),
        ("{\"messages\": [{\"role\": \"user\", \"content\": \"q\"}]}", "row_nothing_trained", "line 1"),
        ("{\"input_ids\": [1, 2], \"labels\": [1, -100]}", "row_nothing_trained", "line 1"),
        (
            "{\"input_ids\": [1, 400]}",
            "row_invalid",
            "'input_ids[1]': expected a token id from 0 to 399, found 400",
        ),
        ("\n \n", "rows_none", "no row"),
        ("[{\"text\": \"x\"}, {\"text\": 2}]", "row_invalid", "record 2"),
    ];
    for (text, code, words) in cases {
        let problem = read("r.jsonl", text).unwrap_err();
        assert_eq!(problem.code, code, "{text}");
        assert!(problem.detail.contains(words), "{}", problem.detail);
        assert!(!problem.hint.is_empty());
    }
    let (_model, tokenizer) = testing::tokenizer();
    let (_dir, path) = file("r.jsonl", "");
    std::fs::write(&path, b"{\"text\": \"\xff\"}").unwrap();
    let tokenizer = Ok(tokenizer);
    assert_eq!(load(&path, &tokenizer, LIMITS).unwrap_err().code, "file_unreadable");
    assert_eq!(load(Path::new("/nowhere.jsonl"), &tokenizer, LIMITS).unwrap_err().code, "file_unreadable");
}

#[test]
fn a_conversation_needs_a_template_and_an_instruction_does_not() {
    let (_model, tokenizer) = testing::without_template();
    let tokenizer = Ok(tokenizer);
    let chat = r#"{"messages": [{"role": "user", "content": "q"}, {"role": "assistant", "content": "a"}]}"#;
    let (_dir, path) = file("r.jsonl", chat);
    assert_eq!(load(&path, &tokenizer, LIMITS).unwrap_err().code, "no_chat_template");
    let (_dir, path) = file("r.jsonl", r#"{"instruction": "q", "output": "a"}"#);
    let limits = Limits { max_length: 500, ..LIMITS };
    let rows = load(&path, &tokenizer, limits).unwrap();
    let (trained, read) = shown(&rows.rows[0]);
    assert_eq!(trained, "a");
    assert!(read.ends_with("### Instruction:\nq\n\n### Response:\n"), "{read}");
}

#[test]
fn long_rows_are_cut_and_counted_and_never_lose_all_that_is_trained() {
    let long = "word ".repeat(300);
    let rows = read("r.jsonl", &format!("{{\"text\": \"{long}\"}}\n{{\"text\": \"short\"}}")).unwrap();
    assert_eq!(rows.truncated, 1);
    assert!(rows.rows.iter().all(|r| r.input_ids.len() <= 64 && r.labels.len() == r.input_ids.len()));
    let problem = read("r.jsonl", &format!("{{\"prompt\": \"{long}\", \"completion\": \"c\"}}")).unwrap_err();
    assert_eq!(problem.code, "row_nothing_trained");
    assert!(problem.hint.contains("--max-length"));
}

#[test]
fn a_document_loses_nothing() {
    let text = format!("# Title\n\n{}\n\nend\n", testing::TEXT.repeat(8));
    let rows = read("a.md", &text).unwrap();
    assert!(rows.rows.len() > 3 && rows.truncated == 0);
    assert!(rows.rows.iter().all(|r| r.input_ids.len() <= 64 && r.input_ids[0] == 0));
    let all: String = rows.rows.iter().map(|r| shown(r).0).collect();
    assert_eq!(all, text);
}

#[test]
fn a_row_the_model_cannot_read_whole_is_refused() {
    let (_model, tokenizer) = testing::tokenizer();
    let ids: Vec<u32> = (0..50).collect();
    let text = format!("{{\"text\": \"x\"}}\n{}\n", serde_json::json!({"input_ids": ids}));
    let (_dir, path) = file("r.jsonl", &text);
    let limits = |max_length, context| Limits { max_length, context, ..LIMITS };
    let tokenizer = Ok(tokenizer);
    assert_eq!(load(&path, &tokenizer, limits(20, 64)).unwrap().truncated, 1);
    let problem = load(&path, &tokenizer, limits(20, 49)).unwrap_err();
    assert_eq!(problem.code, "row_too_long");
    assert!(problem.detail.contains("line 2: 50 tokens, the model reads 49"), "{problem}");
    let long = "the gate checks each file and says why. ".repeat(9);
    let running =
        [serde_json::json!({ "content": long, "submission": "s" }), serde_json::json!({ "text": long })];
    let (_dir, path) = file("running.jsonl", &running.map(|row| row.to_string()).join("\n"));
    assert_eq!(load(&path, &tokenizer, limits(20, 49)).unwrap().truncated, 2);
}

#[test]
fn csv_and_parquet_hold_the_same_rows_as_json() {
    let json =
        read("r.jsonl", "{\"prompt\": \"the gate\", \"completion\": \" checks, \\\"why\\\"\"}").unwrap();
    let csv = read("r.csv", "prompt,completion\r\nthe gate,\" checks, \"\"why\"\"\"\r\n").unwrap();
    assert_eq!(csv, json);
    let semicolons = "\u{feff}prompt;completion\r\nthe gate;\" checks, \"\"why\"\"\"\r\n;\r\n";
    assert_eq!(read("r.csv", semicolons).unwrap(), json);
    let problem = read("r.csv", "text,n\na,1\n\nb\n").unwrap_err();
    assert!(problem.code == "row_invalid" && problem.detail.contains("r.csv line 4"), "{problem}");
    assert!(problem.detail.contains("expected 2 fields as in the first line, found 1 field"), "{problem}");
    let (_model, tokenizer) = testing::tokenizer();
    let tokenizer = Ok(tokenizer);
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/fixtures/rows");
    let (parquet, same) = ("chats.parquet", "chats.jsonl");
    let [parquet, same] = [parquet, same].map(|name| load(&folder.join(name), &tokenizer, LIMITS).unwrap());
    assert_eq!(parquet.rows.len(), 3);
    assert_eq!(parquet, same);
    let packed = load(&folder.join("zstd.parquet"), &tokenizer, LIMITS).unwrap();
    assert_eq!(packed, read("r.jsonl", "{\"text\": \"words\"}").unwrap());
    let brotli = load(&folder.join("brotli.parquet"), &tokenizer, LIMITS).unwrap_err();
    assert!(brotli.code == "file_unreadable" && brotli.hint.contains("snappy"), "{brotli}");
    assert!(brotli.detail.contains("compressed with BROTLI"), "{brotli}");
}

proptest::proptest! {
    #![proptest_config(proptest::prelude::ProptestConfig::with_cases(200))]

    /// Whatever people write, with control tokens and white space mixed in: the answer is
    /// trained whole, the question never, and no control token comes out of their words.
    #[test]
    fn any_words_keep_their_place(
        asked in "( |\n|a|<s>|</s>|<\\|end\\|>|<\\|assistant\\|>|é|🦀|\u{F0000}|\\PC){0,12}x",
        said in "( |\n|b|<s>|</s>|<\\|end\\|>|<\\|user\\|>|漢|\u{F0001}|\\PC){0,12}y",
    ) {
        let (_model, tokenizer) = shared();
        let row = serde_json::json!({"messages": [
            {"role": "user", "content": asked},
            {"role": "assistant", "content": said},
        ]});
        let example = format::read(&row).unwrap();
        let rows = encode::encode(example, tokenizer, 0).unwrap();
        proptest::prop_assert_eq!(rows.len(), 1);
        let tokenizer = tokenizer.as_ref().unwrap();
        let pairs = || rows[0].input_ids.iter().zip(&rows[0].labels);
        let trained: Vec<u32> = pairs().filter(|p| *p.1 != IGNORED).map(|p| *p.0).collect();
        let controls: Vec<u32> = rows[0].input_ids.iter().copied().filter(|&id| id < 5).collect();
        proptest::prop_assert_eq!(controls, vec![0, 2, 4, 3, 4]);
        proptest::prop_assert_eq!(trained.last(), Some(&4));
        let learnt = tokenizer.decode(&trained).unwrap();
        proptest::prop_assert_eq!(learnt.trim(), said.trim());
    }
}

/// One tokenizer for all cases: training it is the slow part.
fn shared() -> &'static (TempDir, Result<Tokenizer, Problem>) {
    static SHARED: std::sync::LazyLock<(TempDir, Result<Tokenizer, Problem>)> =
        std::sync::LazyLock::new(|| {
            let (dir, tokenizer) = testing::tokenizer();
            (dir, Ok(tokenizer))
        });
    &SHARED
}
