use super::*;
use crate::document::testing::{PROSE, codes, judge};
use crate::document::{JSONL, PARQUET};
use karat_types::GateOutcome;
use proptest::prelude::*;

fn chat(question: &str, answer: &str) -> String {
    json!({"messages": [{"role": "user", "content": question}, {"role": "assistant", "content": answer}]})
        .to_string()
}

fn transcripts(question: &str, answer: &str) -> Value {
    let told = |answer: &str| format!("\n\nHuman: {question}\n\nAssistant: {answer}");
    json!({"chosen": told(answer), "rejected": told("I would rather not say.")})
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
        json!({"instruction": "Describe the river.", "context": "", "response": PROSE, "category": "open_qa"})
            .to_string(),
        json!({"instruction": "Describe it.", "answer": PROSE}).to_string(),
        json!({"prompt": "River?", "response": PROSE}).to_string(),
        json!({"input": "River?", "output": PROSE}).to_string(),
        json!({"question": "River?", "answer": PROSE}).to_string(),
        json!({"query": "River?", "response": PROSE, "history": []}).to_string(),
        json!({"id": "flan.1", "system_prompt": "Answer kindly.", "question": "River?", "response": PROSE}).to_string(),
        json!([{"role": "user", "content": "River?"}, {"role": "assistant", "content": PROSE}]).to_string(),
        json!({"systemInstruction": {"role": "system", "parts": [{"text": "Answer kindly."}]}, "contents": [
            {"role": "user", "parts": [{"text": "River?"}]}, {"role": "model", "parts": [{"text": PROSE}]}]})
        .to_string(),
        transcripts("River?", PROSE).to_string(),
        json!({"system": "Answer kindly.", "question": "River?", "chosen": PROSE, "rejected": "No."}).to_string(),
        json!({"title": "The river", "content": PROSE}).to_string(),
        json!({"index": 4, "shape": "chat", "content": chat("River?", PROSE), "contributor": "ada"}).to_string(),
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
fn words_that_come_twice_in_a_record_have_two_places() {
    let odd = "odd \u{202e} sign";
    let line = chat(&format!("An {odd} and an {odd}, {PROSE}"), &format!("The {odd} again."));
    let verdict = judge("a.jsonl", line.as_bytes());
    let places: Vec<_> =
        verdict.findings.iter().filter(|f| f.code == "bidi_controls").map(|f| f.evidence.clone()).collect();
    let starts: std::collections::BTreeSet<_> = places
        .iter()
        .filter_map(|place| match place {
            Some(Evidence::Line { start, .. }) => Some(*start),
            _ => None,
        })
        .collect();
    assert!(!places.is_empty() && starts.len() == places.len(), "{places:?}");
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
    let csv = format!("text,note\n\"{PROSE}\",ok\n\"{PROSE} Again.\",\"=cmd|' /C calc'!A0\"\nwords,=1+1\n");
    let verdict = judge("a.csv", csv.as_bytes());
    let found = verdict.findings.iter().find(|f| f.code == "csv_formula").unwrap();
    assert_eq!((verdict.outcome, &found.measured), (GateOutcome::Held, &json!(2)));
    assert_eq!(
        found.message,
        "2 cells are formulas; the first, on line 3 in field note, is “=cmd|' /C calc'!A0”."
    );
    let Some(Evidence::Line { line: 3, start, end, .. }) = found.evidence else { panic!("{found:?}") };
    assert_eq!(&csv[start as usize..end as usize], "\"=cmd|' /C calc'!A0\"");
    assert_eq!(codes("a.csv", format!("text,note\n\"{PROSE}\",- none (yet)\n").as_bytes()), [""; 0]);
    assert_eq!(
        codes("a.csv", format!("text,\"=HYPERLINK(\"\"x\"\")\"\n\"{PROSE}\",1\n").as_bytes()),
        ["csv_formula"]
    );
    let lines = json!({"text": PROSE, "note": "=cmd|' /C calc'!A0"}).to_string();
    assert_eq!(codes("a.jsonl", lines.as_bytes()), [""; 0], "no spreadsheet opens JSON lines");
}

#[test]
fn every_dialect_of_spreadsheets_is_read() {
    let quoted = PROSE.replace(' ', "  \r\n");
    for (name, separator, said) in [
        ("a.csv", ",", None),
        ("a.csv", ";", Some("semicolons")),
        ("a.csv", "\t", Some("tabs")),
        ("a.csv", "|", Some("bars")),
        ("a.tsv", "\t", None),
        ("a.tsv", ",", Some("commas")),
    ] {
        for (start, end) in [("", "\n"), ("\u{feff}", "\r\n")] {
            let rows = [
                format!("text{separator}price, in euros{separator}note"),
                format!("\"{quoted}\"{separator}\"1,50\"{separator}a"),
                format!("\"He said \"\"no; never\"\", and went.\"{separator}\"2,50\"{separator}"),
            ];
            // The name of the second column has the comma in it, so it needs quotes there.
            let table = rows.join(end).replace("price, in euros", "\"price, in euros\"");
            let table = format!("{start}{table}{end}{separator}{separator}{end}");
            let verdict = judge(name, table.as_bytes());
            assert_eq!(verdict.outcome, GateOutcome::Passed, "{name} {separator} {verdict:?}");
            let tag = verdict.findings.iter().find(|f| f.code == "csv_separator");
            assert_eq!(tag.and_then(|f| f.measured.as_str()), said, "{name} {separator}");
            let list = records(table.as_bytes(), verdict.media_type.as_deref().unwrap());
            assert_eq!(list[1].fields["text"], "He said \"no; never\", and went.");
            assert_eq!((list.len(), &list[0].fields["price, in euros"]), (2, &json!("1,50")));
        }
    }
    let single = format!("text\n{PROSE}, and so on\nMore; or less.\n");
    let verdict = judge("a.csv", single.as_bytes());
    assert!(
        verdict.outcome == GateOutcome::Passed && verdict.findings.iter().all(|f| f.code != "csv_separator")
    );
    let frame = format!(",text\n0,\"{PROSE}\"\n1,More words.\n");
    assert_eq!(codes("a.csv", frame.as_bytes()), [""; 0]);
}

#[test]
fn ragged_rows_and_other_encodings_are_refused_with_their_place() {
    let verdict = judge("a.csv", format!("text;n\n\"{PROSE}\";1\nx;2;3\n").as_bytes());
    let found = verdict.findings.iter().find(|f| f.code == "csv_broken").unwrap();
    assert_eq!(found.message, "Line 3: expected 2 fields as in the first line, found 3 fields.");
    assert_eq!(codes("a.csv", b"text,n\ncaf\xe9,1\n"), ["not_utf8"]);
    let utf16: Vec<u8> =
        format!("\u{feff}text,n\n{PROSE},1\n").encode_utf16().flat_map(u16::to_le_bytes).collect();
    let verdict = judge("a.csv", &utf16);
    assert_eq!(
        (verdict.outcome, verdict.findings[0].code.as_str()),
        (GateOutcome::Refused, "not_utf8"),
        "{verdict:?}"
    );
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
    use ::parquet::basic::{Compression, ConvertedType, GzipLevel, Repetition, Type as Physical, ZstdLevel};
    use ::parquet::data_type::{ByteArray, ByteArrayType};
    use ::parquet::file::properties::WriterProperties;
    use ::parquet::file::writer::SerializedFileWriter;
    use ::parquet::schema::types::Type;
    use std::sync::Arc;

    /// A file with one column `name` of these texts.
    fn parquet(name: &str, texts: &[&str], compression: Compression) -> Vec<u8> {
        written(name, texts, compression, true)
    }

    fn written(name: &str, texts: &[&str], compression: Compression, dictionary: bool) -> Vec<u8> {
        let column = Type::primitive_type_builder(name, Physical::BYTE_ARRAY)
            .with_repetition(Repetition::REQUIRED)
            .with_converted_type(ConvertedType::UTF8)
            .build()
            .unwrap();
        let schema = Type::group_type_builder("row").with_fields(vec![Arc::new(column)]).build().unwrap();
        let properties =
            WriterProperties::builder().set_compression(compression).set_dictionary_enabled(dictionary);
        let properties = Arc::new(properties.build());
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
        for compression in codecs() {
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

    /// Every way of packing that is taken.
    fn codecs() -> [Compression; 5] {
        [
            Compression::UNCOMPRESSED,
            Compression::SNAPPY,
            Compression::ZSTD(ZstdLevel::default()),
            Compression::GZIP(GzipLevel::default()),
            Compression::LZ4_RAW,
        ]
    }

    #[test]
    fn bombs_of_every_codec_are_stopped_before_they_unpack() {
        let long = "a".repeat(1_000_000);
        let rows = vec![long.as_str(); 101];
        for compression in codecs().into_iter().skip(1) {
            // Every row has its own bytes, or all share those of one dictionary.
            for dictionary in [false, true] {
                let bytes = written("text", &rows, compression, dictionary);
                assert!(bytes.len() < 10_000_000, "{compression}: {}", bytes.len());
                assert_eq!(codes("a.parquet", &bytes)[0], "stream_bomb", "{compression}");
            }
        }
    }

    /// A file of one row whose page, of a million bytes, states `stated` of them.
    fn lying(compression: Compression, stated: u32) -> Vec<u8> {
        let mut bytes = parquet("text", &["a".repeat(1_000_000).as_str()], compression);
        // Header of the dictionary: 1 (kind) = 2, then 2 (size): 0x15, 0x04, 0x15 and the varint.
        let size = 1_000_004_u32;
        let varint = |mut n: u32| {
            let mut out = Vec::new();
            for _ in 0..3 {
                out.push((n & 0x7f) as u8 | if out.len() < 2 { 0x80 } else { 0 });
                n >>= 7;
            }
            out
        };
        let header = [&[0x15, 4, 0x15][..], &varint(size << 1)].concat();
        let at = bytes.windows(header.len()).position(|w| w == header).expect("a page header");
        bytes[at + 3..at + 6].copy_from_slice(&varint(stated << 1));
        bytes
    }

    #[test]
    fn pages_that_state_too_little_are_not_unpacked_beyond_it() {
        for compression in codecs() {
            let expected = match compression {
                Compression::GZIP(_) => "stream_bomb",
                // Nothing of it has to be unpacked: the page is as long as it is.
                Compression::UNCOMPRESSED => "text_too_short",
                _ => "broken_document",
            };
            let verdict = judge("a.parquet", &lying(compression, 20_000));
            let refused = verdict.findings.iter().find(|f| f.class == karat_types::Class::Refuse);
            assert_eq!(refused.map_or("", |f| &f.code), expected, "{compression}: {verdict:?}");
            assert_eq!(
                codes("a.parquet", &lying(compression, 1_000_004)),
                ["text_too_short"],
                "{compression}"
            );
        }
    }

    #[test]
    fn damage_and_encryption_are_told_apart() {
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
        // The codec's number in the footer: 1 is Snappy, 4 Brotli, 5 the LZ4 of Hadoop, each
        // as zigzag twice that.
        for (number, name) in [(4, "BROTLI"), (5, "LZ4"), (3, "LZO")] {
            let mut bytes = parquet("text", &[PROSE], Compression::SNAPPY);
            let footer = bytes.len()
                - 8
                - u32::from_le_bytes(*bytes[bytes.len() - 8..].first_chunk().unwrap()) as usize;
            // Column metadata: field 3 (path) ends with the name, then field 4 (codec): 0x15.
            let at = footer
                + bytes[footer..].windows(6).position(|w| &w[..4] == b"text" && w[4] == 0x15).unwrap()
                + 5;
            bytes[at] = 2 * number;
            let verdict = judge("a.parquet", &bytes);
            assert_eq!(verdict.findings[0].code, "parquet_unsupported", "{verdict:?}");
            assert_eq!(
                verdict.findings[0].message,
                format!(
                    "Column \"text\" is compressed with {name}; taken are Snappy, Zstandard, gzip, LZ4 (raw) or none."
                )
            );
            assert!(verdict.findings[0].fix.contains("compression=\"snappy\""));
        }
    }

    proptest! {
        #![proptest_config(ProptestConfig::with_cases(600))]
        #[test]
        fn damaged_files_are_judged_alike_twice(at in 0.0_f64..1.0, value in any::<u8>(), cut in 0.5_f64..2.0, compression in proptest::sample::select(codecs().to_vec())) {
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
    fn any_lines_are_judged_without_a_panic(text in "(\\{\"(text|messages|role|content|from|prompt|contents|parts|question|answer|chosen|rejected|shape)\": ?|\\[\\{|: ?|Human: |\\\\n\\\\nAssistant: |\"|\\[|\\]|\\}|,|\n|\r|1|words|\\PC){0,80}") {
        for name in ["a.jsonl", "a.csv", "a.tsv"] {
            let once = serde_json::to_vec(&judge(name, text.as_bytes())).unwrap();
            prop_assert_eq!(once, serde_json::to_vec(&judge(name, text.as_bytes())).unwrap());
        }
    }
}

#[test]
fn what_stands_beside_the_words_is_searched_for_what_may_not_be_released() {
    let token = format!("AKIA{}", "Z7QK4XWM2NVT5RJD");
    let call = json!({"messages": [
        {"role": "user", "content": "Read the door for me."},
        {"role": "assistant", "content": null, "tool_calls": [
            {"id": "1", "type": "function", "function": {"name": "read", "arguments": format!("{{\"key\": \"{token}\"}}")}}]},
        {"role": "tool", "content": "A hundred springs."},
        {"role": "assistant", "content": PROSE}]});
    let mut name = json!({"text": PROSE});
    name[token.as_str()] = json!(1);
    for (what, record, code) in [
        ("arguments of a tool", call, "access_token"),
        ("a column nobody trains on", json!({"text": PROSE, "notes": token}), "access_token"),
        ("deep below", json!({"text": PROSE, "meta": [{"a": [{"b": token}]}]}), "access_token"),
        ("the name of a field", name, "access_token"),
        ("orders", json!({"text": PROSE, "tag": "<|im_start|>system"}), "instruction_like"),
        ("an account", json!({"text": PROSE, "payee": "IBAN DE89 3704 0044 0532 0130 00"}), "bank_account"),
    ] {
        let verdict = judge("a.jsonl", record.to_string().as_bytes());
        let found = verdict.findings.iter().find(|f| f.code == code);
        assert!(found.is_some_and(|f| f.evidence.is_some()), "{what}: {:?}", verdict.findings);
    }
    let csv = format!("text,who\n\"{PROSE}\",{token}\n");
    assert_eq!(codes("a.csv", csv.as_bytes()), ["access_token"]);
    let honest = json!({"text": PROSE, "id": "3f2b8c1e-0d5a-4c57-9a51-7c5e4f6b1a2d", "url": "https://example.org/a",
        "sha": "9f86d081884c7d659a2feaa0c55ad015a3bf4f1b2b0b822cd15d6c15b0f00a08", "n": 4_111_111_111_111_111_u64});
    assert_eq!(codes("a.jsonl", honest.to_string().as_bytes()), [""; 0]);
}

#[test]
fn a_field_that_stands_twice_and_a_file_of_copies_are_refused() {
    let twice = format!("{{\"text\": \"another\", \"text\": {}}}", json!(PROSE));
    assert_eq!(codes("a.jsonl", twice.as_bytes()), ["record_not_json"]);
    let one = json!({"prompt": "Door?", "completion": "A hundred springs."}).to_string();
    let copies = format!("{}\n{}", json!({"text": PROSE}), format!("{one}\n").repeat(60));
    assert!(codes("a.jsonl", copies.as_bytes()).contains(&"records_repeated".to_owned()));
    let few = format!("{}\n{}", json!({"text": PROSE}), format!("{one}\n").repeat(8));
    assert!(!codes("a.jsonl", few.as_bytes()).contains(&"records_repeated".to_owned()));
}

#[test]
fn findings_in_every_form_point_at_their_words_and_are_said_once() {
    let token = format!("AKIA{}", "Z7QK4XWM2NVT5RJD");
    let secret = format!("{PROSE} Then I wrote down {token} and went home.");
    let row = json!({"index": 1, "shape": "plain", "content": json!({"text": secret}).to_string()});
    for record in [
        transcripts("River?", &secret),
        transcripts(&secret, PROSE),
        json!({"instruction": "Why?", "context": secret, "response": "So it is."}),
        json!({"question": "Why?", "answer": secret}),
        json!({"system_prompt": secret, "question": "Why?", "response": "So it is."}),
        json!([{"role": "user", "content": "River?"}, {"role": "assistant", "content": secret}]),
        json!({"contents": [{"role": "user", "parts": [{"text": secret}]}, {"role": "model", "parts": [{"text": "So."}]}]}),
        json!({"content": secret}),
        row,
    ] {
        let lines = format!("{}\n{record}\n", chat("And before?", "Nothing of note was seen there."));
        let verdict = judge("a.jsonl", lines.as_bytes());
        let found: Vec<_> = verdict.findings.iter().filter(|f| f.code == "access_token").collect();
        assert_eq!(found.len(), 1, "{record}: {verdict:?}");
        let Some(Evidence::Line { line, start, end, .. }) = found[0].evidence else { panic!("{found:?}") };
        let place = &lines[start as usize..end as usize];
        assert!(line == 2 && place.contains(&token), "{record}: {place}");
    }
    let mut around = json!({"shape": "plain", "content": json!({"text": PROSE}).to_string()});
    around["notes"] = json!(token);
    assert_eq!(
        codes("a.jsonl", around.to_string().as_bytes()),
        ["access_token"],
        "beside what a row carries"
    );
}

#[test]
fn rows_of_a_release_are_the_records_they_carry() {
    let row =
        json!({"index": 4, "shape": "chat", "content": chat("River?", PROSE), "licence": "MIT"}).to_string();
    let list = records(row.as_bytes(), JSONL);
    assert_eq!((list.len(), list[0].shape), (1, Shape::Chat));
    assert_eq!(list[0].fields.keys().collect::<Vec<_>>(), ["messages"]);
    let broken = json!({"shape": "chat", "content": "{\"messages\": []}"}).to_string();
    assert_eq!(codes("a.jsonl", broken.as_bytes()), ["record_field_missing"]);
    let list = json!([{"role": "user", "content": "q"}, {"role": "assistant", "content": "a"}]);
    let bare = records(list.to_string().as_bytes(), JSONL);
    assert_eq!(bare[0].fields["messages"], list);
    let csv = records(b"question;answer\nWhy?;So\n", "text/csv");
    assert_eq!((csv[0].shape, &csv[0].fields["answer"]), (Shape::Instruction, &json!("So")));
}

#[test]
fn an_unknown_form_is_told_the_known_ones_and_where_they_stand() {
    let verdict = judge("a.jsonl", json!({"colour": 3, "words": PROSE}).to_string().as_bytes());
    let found = &verdict.findings[0];
    assert_eq!(found.code, "record_shape_unknown");
    assert!(
        found.message.contains("/docs/reference/rows") && found.message.ends_with("found colour, words.")
    );
}
