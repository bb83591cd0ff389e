//! Rows of every shape from the upload to the trained model: through the gate, a decision,
//! a release and a run, and nothing is lost or learnt that should not be.

use crate::kill::datanet;
use crate::process::{Karat, Server};
use karat_engine::rows::{self, IGNORED, Limits, TokenRow};
use karat_engine::tokenizer::Tokenizer;
use parquet::basic::{ConvertedType, Repetition, Type as Physical};
use parquet::data_type::{ByteArray, ByteArrayType};
use parquet::file::properties::WriterProperties;
use parquet::file::writer::SerializedFileWriter;
use parquet::schema::types::Type;
use serde_json::{Value, json};
use std::path::Path;
use std::sync::Arc;

const SYSTEM: &str = "You answer as the keeper of a lighthouse would.";
const ASK: &str = "How do you know that a storm is coming?";
const STORM: &str = "The gulls leave the rocks an hour before the wind turns, and the glass falls so quickly that \
    you can watch it. When both happen I light the lamp early, whatever the clock says, and write it down.";
const ASK_MORE: &str = "And what do you do while it lasts?";
const WATCH: &str = "I sit beside the lamp and count between the waves. There is little else that a single person \
    could do up here, except to keep the fire dry and to answer the bell of every ship that rings hers.";
const BREAD_ASK: &str = "Explain how to tell, without a clock, that a loaf is done.";
const BREAD: &str = "Knock on its underside with a knuckle: a finished loaf sounds \"hollow\", like a small drum.\n\
    If it answers with a dull thud, give it five minutes more, and turn it so that the pale side faces the heat. \
    A crust that sings while it cools was baked hot enough; one that stays silent will be soft tomorrow.";
const HIVE_ASK: &str = "Why do the bees hang in front of their hive in the evening?";
const HIVE: &str = "Because it is too warm and too crowded inside. On hot nights the older bees move out so that \
    the air can pass between the combs, and they hang there in a beard until it is cool enough to go back in. \
    Give them shade and a second entrance, and by the next evening most of them will have stayed at home.";
const HIVE_BAD: &str =
    "They are angry, so you should close the entrance at once and wait until they calm down again.";
const NOTE: &str = "# The mill\n\nThe wheel of our mill turned for the last time in the winter when the stream froze \
    to its bed. My father broke the ice from the paddles every morning, until one of them came off in his hands. \
    After that the miller bought a motor, and the stream had nothing to do but to be looked at by visitors.\n";

const GLASS_ASK: &str = "What does the text say about the window of the chapel?";
const GLASS_TEXT: &str = "The eastern window was taken out in the year of the flood, pane by pane, and each pane was \
    wrapped in straw. When the water had gone, two of the panes were missing, and they are plain glass to this day.";
const GLASS: &str = "It was removed before the water came, with every pane packed in straw. Two panes got lost on the \
    way, so there is now clear glass where they had been, and on bright mornings two white spots move along the floor.";
const KNOT_ASK: &str = "My shoelaces open all day. What am I doing wrong?";
const KNOT_FIRST: &str =
    "Very likely you tie a granny knot: look whether the bow lies across the shoe or along it.";
const KNOT_ASK_MORE: &str = "It lies along the shoe, from the toes to the ankle.";
const KNOT: &str = "Then turn the first half around: if you are used to lay left over right, begin with right over left, \
    and make the bow as you always did. It will lie across the shoe, and it holds until you pull at one of its ends.";
const KNOT_BAD: &str =
    "You should buy shoes without laces, since nobody has ever found out why bows come undone.";

/// A Parquet file with one row of these columns.
pub(crate) fn parquet(columns: &[(&str, &str)]) -> Vec<u8> {
    let column = |(name, _): &(&str, &str)| {
        let text = Type::primitive_type_builder(name, Physical::BYTE_ARRAY)
            .with_repetition(Repetition::REQUIRED)
            .with_converted_type(ConvertedType::UTF8);
        Arc::new(text.build().unwrap())
    };
    let fields = columns.iter().map(column).collect();
    let schema = Type::group_type_builder("row").with_fields(fields).build().unwrap();
    let mut out = Vec::new();
    let properties = Arc::new(WriterProperties::builder().build());
    let mut file = SerializedFileWriter::new(&mut out, Arc::new(schema), properties).unwrap();
    let mut group = file.next_row_group().unwrap();
    for (_, text) in columns {
        let mut column = group.next_column().unwrap().unwrap();
        let value = ByteArray::from(text.as_bytes().to_vec());
        column.typed::<ByteArrayType>().write_batch(&[value], None, None).unwrap();
        column.close().unwrap();
    }
    group.close().unwrap();
    file.close().unwrap();
    out
}

fn files() -> [(&'static str, Vec<u8>); 6] {
    let turn = |role: &str, content: &str| json!({ "role": role, "content": content });
    let chat = json!({ "messages": [
        turn("system", SYSTEM), turn("user", ASK), turn("assistant", STORM), turn("user", ASK_MORE), turn("assistant", WATCH),
    ] });
    let quoted = |text: &str| format!("\"{}\"", text.replace('"', "\"\""));
    let csv = format!("instruction,output\n{},{}\n", quoted(BREAD_ASK), quoted(BREAD));
    let dolly = [GLASS_ASK, GLASS_TEXT, GLASS, "closed_qa"].map(quoted).join(";");
    let told = |last: &str| {
        format!(
            "\n\nHuman: {KNOT_ASK}\n\nAssistant: {KNOT_FIRST}\n\nHuman: {KNOT_ASK_MORE}\n\nAssistant: {last}"
        )
    };
    let knots = json!({ "chosen": told(KNOT), "rejected": told(KNOT_BAD) });
    [
        ("chat.jsonl", format!("{chat}\n").into_bytes()),
        ("bread.csv", csv.into_bytes()),
        ("bees.parquet", parquet(&[("prompt", HIVE_ASK), ("chosen", HIVE), ("rejected", HIVE_BAD)])),
        ("mill.md", NOTE.as_bytes().to_vec()),
        ("glass.csv", format!("instruction;context;response;category\n{dolly}\n").into_bytes()),
        ("knots.jsonl", format!("{knots}\n").into_bytes()),
    ]
}

/// Everything submitted, accepted and released; the rows of the release.
async fn released(karat: &Karat, server: &Server) -> (Value, String) {
    let net = server.post("datanets", datanet("Shapes")).await;
    let id = net["id"].as_str().unwrap().to_owned();
    for (name, bytes) in files() {
        server.upload(&format!("datanets/{id}/submissions"), name, bytes).await;
    }
    let _worker = karat.worker();
    let done = server.until(&format!("datanets/{id}"), |net| net["counts"]["moving"] == 0).await;
    assert_eq!(done["counts"]["accepted"], 6, "{done}");
    let release = server.post(&format!("datanets/{id}/releases"), json!({})).await;
    let path = format!("releases/{}", release["id"].as_str().unwrap());
    server.until(&path, |release| release["state"] == "ready").await;
    let rows = server.download(&format!("{path}/download/jsonl")).await;
    (release["id"].clone(), String::from_utf8(rows).unwrap())
}

/// A model of a few thousand numbers that has seen the words of the rows.
pub(crate) fn tiny(karat: &Karat) -> std::path::PathBuf {
    let (words, base) = (karat.dir().join("words.md"), karat.dir().join("tiny"));
    std::fs::write(&words, [STORM, WATCH, BREAD, HIVE, NOTE, GLASS_TEXT, KNOT].concat().repeat(20)).unwrap();
    let shape =
        "--vocabulary 400 --hidden 32 --intermediate 64 --layers 1 --heads 2 --kv-heads 1 --context 1024";
    let (words, out) = (words.to_str().unwrap(), base.to_str().unwrap());
    let mut args = vec!["models", "init", "--tokenizer-text", words, "--out", out];
    args.extend(shape.split(' '));
    karat.must(&args, "");
    karat.must(&["models", "add", "tiny", out], "");
    base
}

fn keeps_its_shape(rows: &[Value]) {
    let of = |shape: &str, field: &str| {
        let row = rows.iter().find(|row| row["shape"] == shape && !row[field].is_null());
        row.unwrap_or_else(|| panic!("no {shape} with {field}"))
    };
    let turns = of("chat", "messages")["messages"].as_array().unwrap();
    let roles: Vec<_> = turns.iter().map(|turn| turn["role"].as_str().unwrap()).collect();
    assert_eq!(roles, ["system", "user", "assistant", "user", "assistant"]);
    let said: Vec<_> = turns.iter().map(|turn| turn["content"].as_str().unwrap()).collect();
    assert_eq!(said, [SYSTEM, ASK, STORM, ASK_MORE, WATCH]);
    let asked = of("instruction", "output");
    assert_eq!((&asked["instruction"], &asked["output"]), (&json!(BREAD_ASK), &json!(BREAD)));
    let judged = of("preference", "prompt");
    assert_eq!(
        (&judged["prompt"], &judged["chosen"], &judged["rejected"]),
        (&json!(HIVE_ASK), &json!(HIVE), &json!(HIVE_BAD))
    );
    let about = of("instruction", "context");
    assert_eq!(
        (&about["instruction"], &about["context"], &about["response"]),
        (&json!(GLASS_ASK), &json!(GLASS_TEXT), &json!(GLASS))
    );
    let told = rows.iter().find(|row| row["shape"] == "preference" && row["prompt"].is_null()).unwrap();
    assert!(
        told["chosen"].as_str().unwrap().ends_with(KNOT)
            && told["rejected"].as_str().unwrap().ends_with(KNOT_BAD)
    );
    assert_eq!(rows.iter().filter(|row| row["shape"] == "text" || row["shape"].is_null()).count(), 1);
}

/// What is learnt of a row, and what is only read.
pub(crate) fn parts(row: &TokenRow, tokenizer: &Tokenizer) -> [String; 2] {
    [true, false].map(|trained| {
        let pairs = row.input_ids.iter().zip(&row.labels);
        let ids: Vec<u32> = pairs.filter(|(_, l)| (**l != IGNORED) == trained).map(|(id, _)| *id).collect();
        tokenizer.decode(&ids).unwrap()
    })
}

fn trains_the_answers_alone(file: &Path, base: &Path) {
    let tokenizer = Tokenizer::load(base);
    let vocabulary = tokenizer.as_ref().unwrap().vocabulary();
    let limits = Limits { max_length: 1024, context: 1024, vocabulary };
    let loaded = rows::load(file, &tokenizer, limits).unwrap();
    assert_eq!((loaded.rows.len(), loaded.truncated), (6, 0));
    let tokenizer = tokenizer.unwrap();
    let all: Vec<_> = loaded.rows.iter().map(|row| parts(row, &tokenizer)).collect();
    let with = |answer: &str| all.iter().find(|[learnt, _]| learnt.contains(answer)).unwrap();
    let [learnt, read] = with(STORM);
    assert_eq!(learnt, &format!("{STORM}{WATCH}"));
    let places =
        [SYSTEM, ASK, ASK_MORE].map(|text| read.find(text).unwrap_or_else(|| panic!("{text} in {read}")));
    assert!(places.is_sorted(), "{read}");
    for (answer, question) in [(BREAD, BREAD_ASK), (HIVE, HIVE_ASK)] {
        let [learnt, read] = with(answer);
        assert_eq!(learnt, answer);
        assert!(read.contains(question) && !read.contains(HIVE_BAD), "{read}");
    }
    let [learnt, read] = with(GLASS);
    assert_eq!(learnt, GLASS);
    assert!(read.contains(GLASS_ASK) && read.contains(GLASS_TEXT), "{read}");
    let [learnt, read] = with(KNOT);
    assert_eq!(learnt, KNOT, "what both answers begin with was asked");
    assert!([KNOT_ASK, KNOT_FIRST, KNOT_ASK_MORE].iter().all(|said| read.contains(said)), "{read}");
    assert!(!read.contains(KNOT_BAD), "{read}");
    let [learnt, read] = with("The wheel of our mill");
    assert_eq!((learnt.trim(), read.trim()), (NOTE.trim(), ""), "a text is learnt whole");
}

async fn rows_keep_their_shape(karat: Karat) {
    let base = tiny(&karat);
    let server = karat.serve().await;
    let (release, text) = released(&karat, &server).await;
    let rows: Vec<Value> = text.lines().map(|line| serde_json::from_str(line).unwrap()).collect();
    assert_eq!(rows.len(), 6, "{text}");
    keeps_its_shape(&rows);
    let file = karat.dir().join("rows.jsonl");
    std::fs::write(&file, &text).unwrap();
    trains_the_answers_alone(&file, &base);

    let models = server.get("models").await;
    let settings = json!({ "steps": 3, "batch_size": 2, "max_length": 1024, "rank": 2, "seed": 7 });
    let form = json!({ "name": "shapes", "base": models["items"][0]["id"], "release": release, "settings": settings });
    let run = server.post("runs", form).await;
    let _worker = karat.worker();
    let path = format!("runs/{}", run["id"].as_str().unwrap());
    let over = |detail: &Value| !["queued", "running"].contains(&detail["run"]["state"].as_str().unwrap());
    let detail = server.until(&path, over).await;
    assert_eq!((&detail["run"]["state"], &detail["run"]["step"]), (&json!("done"), &json!(3)), "{detail}");
    assert!(detail["run"]["model"].is_string(), "an adapter came out: {detail}");
}

#[tokio::test(flavor = "multi_thread")]
async fn rows_keep_their_shape_to_the_trained_model_on_sqlite() {
    rows_keep_their_shape(Karat::sqlite()).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn rows_keep_their_shape_to_the_trained_model_on_postgres_and_s3() {
    rows_keep_their_shape(Karat::postgres_and_s3()).await;
}
