use super::*;
use crate::document::testing::{PROSE, codes, judge};
use crate::document::{JSONL, PARQUET};
use karat_types::GateOutcome;
use proptest::prelude::*;

fn chat(question: &str, answer: &str) -> String {
    json!({"messages": [{"role": "user", "content": question}, {"role": "assistant", "content": answer}]})
        .to_string()
}

#[test]
fn honest_records_of_every_shape_pass() {
    let lines = [
        chat("What does the river do?", PROSE),
        json!({"conversations": [{"from": "human", "value": "Tell me."}, {"from": "gpt", "value": PROSE}]})
            .to_string(),
        json!({"instruction": "Describe the river.", "input": "", "output": PROSE}).to_string(),
        json!({"prompt": "River?", "completion": PROSE}).to_string(),
        json!({"prompt": "River?", "chosen": PROSE, "rejected": "No."}).to_string(),
        json!({"text": PROSE, "url": "https://example.org"}).to_string(),
    ];
    for line in &lines {
        let verdict = judge("a.jsonl", format!("\u{feff}{line}\r\n\n").as_bytes());
        assert_eq!(verdict.media_type.as_deref(), Some(JSONL));
        assert_eq!(verdict.outcome, GateOutcome::Passed, "{line}: {verdict:?}");
    }
    let verdict = judge("a.jsonl", lines.join("\n").as_bytes());
    assert!(verdict.findings.iter().any(|f| f.code == "record_shapes_mixed"), "{verdict:?}");
    let csv = format!("text,source\r\n\"{PROSE}\",\"the \"\"town\"\"\"\r\n");
    assert_eq!(codes("a.csv", csv.as_bytes()), [""; 0]);
    assert_eq!(
        codes("a.tsv", csv.replace(",source", "\tsource").replace(",\"the", "\t\"the").as_bytes()),
        [""; 0]
    );
}

#[test]
fn plain_text_that_looks_like_records_stays_text() {
    let verdict = judge("a.txt", format!("text,more\n{PROSE}\n").as_bytes());
    assert_eq!((verdict.media_type.as_deref(), verdict.outcome), (Some("text/plain"), GateOutcome::Passed));
}

#[test]
fn all_broken_lines_are_listed_with_line_field_expected_and_found() {
    let lines =
        [chat("q", PROSE), "{\"text\": 7}".into(), "oops".into(), "[1]".into(), chat("q", "").to_string()];
    let verdict = judge("a.jsonl", lines.join("\n").as_bytes());
    let told: Vec<_> =
        verdict.findings.iter().map(|f| (f.code.as_str(), f.measured["line"].as_u64())).collect();
    let expected = [
        ("record_wrong_type", Some(2)),
        ("record_not_json", Some(3)),
        ("record_not_json", Some(4)),
        ("record_field_missing", Some(5)),
    ];
    assert_eq!(told, expected);
    assert_eq!(
        verdict.findings[0].message,
        "Line 2: field text: expected a string with words in it, found the number 7."
    );
    let place = verdict.findings[1].evidence.clone();
    assert!(matches!(place, Some(Evidence::Line { line: 3, column: 1, .. })), "{place:?}");
    assert!(verdict.findings[3].message.contains("messages[1].content"));
}

#[test]
fn twenty_broken_lines_are_listed_and_the_rest_counted() {
    let verdict = judge("a.jsonl", "{\"text\": 1}\n".repeat(33).as_bytes());
    assert_eq!(verdict.findings.len(), 21);
    assert_eq!(verdict.findings[20].code, "more_broken_records");
    assert_eq!(verdict.findings[20].measured, json!(33));
}

#[test]
fn files_without_records_and_broken_tables_say_so() {
    assert_eq!(codes("a.jsonl", b"\n \n"), ["records_none"]);
    assert_eq!(codes("a.csv", b"text\n"), ["records_none"]);
    assert_eq!(codes("a.csv", b"text,text\na,b\n"), ["csv_broken"]);
    assert_eq!(codes("a.csv", b"text;n\na;b\n"), ["csv_broken"]);
    assert_eq!(codes("a.csv", b"text,n\na,\"b\n"), ["csv_broken"]);
    assert_eq!(codes("a.csv", b"text,n\na\n"), ["csv_broken"]);
    assert_eq!(codes("a.jsonl", b"{\"text\": \"caf\xe9\"}"), ["not_utf8"]);
    assert_eq!(codes("a.jsonl", b"[{\"text\": \"x\"}]"), ["record_not_json"]);
}

#[test]
fn findings_on_the_text_point_at_the_line_of_the_file() {
    let lines = [chat("q", PROSE), chat("and this?", "an odd \u{202e} sign \"here\"")].join("\n");
    let verdict = judge("a.jsonl", lines.as_bytes());
    let found = verdict.findings.iter().find(|f| f.code == "bidi_controls").unwrap();
    let Some(Evidence::Line { line, start, end, .. }) = found.evidence else { panic!("{found:?}") };
    assert_eq!((line, &lines[start as usize..end as usize]), (2, "\u{202e}"));
}

#[test]
fn what_every_record_repeats_is_checked_once_and_copies_cost_points() {
    let system = "You are a helpful assistant who answers briefly and kindly in all cases.";
    let record = |i: usize| {
        json!({"messages": [{"role": "system", "content": system}, {"role": "user", "content": format!("What is the story of stone number {i}?")},
            {"role": "assistant", "content": format!("{PROSE} Stone {i} was the one I kept.")}]})
        .to_string()
    };
    let extract = super::super::extract([record(1), record(2)].join("\n").as_bytes(), JSONL);
    assert_eq!(extract.text.matches(system).count(), 1);
    assert_eq!(extract.spans.len(), 5);
    let copies = [record(1), record(1), record(2), record(2)].join("\n");
    let verdict = judge("a.jsonl", copies.as_bytes());
    let found = verdict.findings.iter().find(|f| f.code == "duplicate_records").unwrap();
    assert_eq!(found.measured, json!(500));
    assert!(found.message.starts_with("40 points lost: 2 of 4 records") && found.message.contains("line 2"));
}

#[test]
fn formulas_in_cells_are_held() {
    let csv = format!("text,note\n\"{PROSE}\",\"=cmd|' /C calc'!A0\"\n");
    assert_eq!(codes("a.csv", csv.as_bytes()), ["csv_formula"]);
    assert_eq!(codes("a.csv", format!("text,note\n\"{PROSE}\",- none (yet)\n").as_bytes()), [""; 0]);
}

#[test]
fn records_of_a_release_carry_their_bytes_and_fields() {
    let text = format!("{}\n\n{}\n", chat("q", "a"), json!({"text": "t"}));
    let list = records(text.as_bytes(), JSONL);
    assert_eq!(list.len(), 2);
    assert_eq!((list[1].line, list[1].shape), (3, Shape::Plain));
    assert_eq!(&text[list[1].span.start as usize..list[1].span.end as usize], "{\"text\":\"t\"}");
    let table = records(b"text,n\nx,1\n\"a\nb\",2\n", "text/csv");
    assert_eq!((table[1].line, table[1].fields["text"].as_str()), (3, Some("a\nb")));
}

mod parquet_files {
    use super::*;
    use ::parquet::basic::{Compression, ConvertedType, Repetition, Type as Physical};
    use ::parquet::data_type::{ByteArray, ByteArrayType};
    use ::parquet::file::properties::WriterProperties;
    use ::parquet::file::writer::SerializedFileWriter;
    use ::parquet::schema::types::Type;
    use std::sync::Arc;

    /// A file with one column `name` of these texts.
    fn parquet(name: &str, texts: &[&str], compression: Compression) -> Vec<u8> {
        let column = Type::primitive_type_builder(name, Physical::BYTE_ARRAY)
            .with_repetition(Repetition::REQUIRED)
            .with_converted_type(ConvertedType::UTF8)
            .build()
            .unwrap();
        let schema = Type::group_type_builder("row").with_fields(vec![Arc::new(column)]).build().unwrap();
        let properties = Arc::new(WriterProperties::builder().set_compression(compression).build());
        let mut out = Vec::new();
        let mut file = SerializedFileWriter::new(&mut out, Arc::new(schema), properties).unwrap();
        let mut group = file.next_row_group().unwrap();
        let values: Vec<ByteArray> = texts.iter().map(|t| ByteArray::from(t.as_bytes().to_vec())).collect();
        let mut column = group.next_column().unwrap().unwrap();
        column.typed::<ByteArrayType>().write_batch(&values, None, None).unwrap();
        column.close().unwrap();
        group.close().unwrap();
        file.close().unwrap();
        out
    }

    #[test]
    fn rows_are_records_and_broken_ones_are_numbered() {
        for compression in [Compression::SNAPPY, Compression::UNCOMPRESSED] {
            let bytes = parquet("text", &[PROSE, "A second row of words."], compression);
            let verdict = judge("a.parquet", &bytes);
            assert_eq!(
                (verdict.outcome, verdict.media_type.as_deref()),
                (GateOutcome::Passed, Some(PARQUET)),
                "{verdict:?}"
            );
            let list = records(&bytes, PARQUET);
            assert_eq!((list[1].line, list[1].span.clone()), (2, 1..2));
            assert_eq!(list[1].fields["text"], "A second row of words.");
        }
        let verdict = judge("a.parquet", &parquet("text", &[PROSE, " "], Compression::SNAPPY));
        assert_eq!(verdict.findings[0].code, "record_field_missing");
        assert!(verdict.findings[0].message.starts_with("Record 2: field text"), "{verdict:?}");
        assert_eq!(
            codes("a.parquet", &parquet("words", &[PROSE], Compression::SNAPPY)),
            ["record_shape_unknown"]
        );
        assert_eq!(codes("a.parquet", &parquet("text", &[], Compression::SNAPPY)), ["records_none"]);
    }

    #[test]
    fn bombs_and_damage_are_told_apart() {
        let long = "a".repeat(1_000_000);
        let rows = vec![long.as_str(); 200];
        assert_eq!(codes("a.parquet", &parquet("text", &rows, Compression::SNAPPY)), ["stream_bomb"]);
        let good = parquet("text", &[PROSE], Compression::SNAPPY);
        assert_eq!(codes("a.parquet", &good[..good.len() - 20]), ["broken_document"]);
        let mut encrypted = good.clone();
        let end = encrypted.len();
        encrypted[end - 4..].copy_from_slice(b"PARE");
        assert_eq!(codes("a.parquet", &encrypted), ["encrypted_document"]);
        assert_eq!(codes("a.csv", &good), ["wrong_extension"]);
    }

    #[test]
    fn other_compression_says_how_to_convert() {
        // The codec's number in the footer: 1 is Snappy, 6 is Zstandard, as zigzag 2 and 12.
        let mut bytes = parquet("text", &[PROSE], Compression::SNAPPY);
        let footer =
            bytes.len() - 8 - u32::from_le_bytes(*bytes[bytes.len() - 8..].first_chunk().unwrap()) as usize;
        // Column metadata: field 3 (path) ends with the name, then field 4 (codec): 0x15.
        let at =
            footer + bytes[footer..].windows(6).position(|w| &w[..4] == b"text" && w[4] == 0x15).unwrap() + 5;
        bytes[at] = 12;
        let verdict = judge("a.parquet", &bytes);
        assert_eq!(verdict.findings[0].code, "parquet_unsupported", "{verdict:?}");
        assert!(verdict.findings[0].message.contains("ZSTD"));
        assert!(verdict.findings[0].fix.contains("compression=\"snappy\""));
    }

    proptest! {
        #![proptest_config(ProptestConfig::with_cases(600))]
        #[test]
        fn damaged_files_are_judged_alike_twice(at in 0.0_f64..1.0, value in any::<u8>(), cut in 0.5_f64..2.0, plain in any::<bool>()) {
            let compression = if plain { Compression::UNCOMPRESSED } else { Compression::SNAPPY };
            let mut bytes = parquet("text", &[PROSE, "b", "c"], compression);
            let place = (at * bytes.len() as f64) as usize % bytes.len();
            bytes[place] = value;
            if cut < 1.0 {
                bytes.truncate((cut * bytes.len() as f64) as usize);
            }
            let once = serde_json::to_vec(&judge("a.parquet", &bytes)).unwrap();
            prop_assert_eq!(once, serde_json::to_vec(&judge("a.parquet", &bytes)).unwrap());
        }
    }
}

proptest! {
    #[test]
    fn any_lines_are_judged_without_a_panic(text in "(\\{\"(text|messages|role|content|from|prompt)\": ?|\"|\\[|\\]|\\}|,|\n|\r|1|words|\\PC){0,80}") {
        for name in ["a.jsonl", "a.csv", "a.tsv"] {
            let once = serde_json::to_vec(&judge(name, text.as_bytes())).unwrap();
            prop_assert_eq!(once, serde_json::to_vec(&judge(name, text.as_bytes())).unwrap());
        }
    }
}
