//! Records out of files: JSON lines, a JSON array, and what `karat-rows` reads, CSV and Parquet.

use karat_rows::{csv, parquet, shape};
use karat_types::Problem;
use serde_json::Value;
use std::path::Path;

/// The records of a file.
pub(super) struct Records {
    /// What their numbers count: lines, or records.
    pub unit: &'static str,
    /// Each with its number, from 1.
    pub list: Vec<(usize, Value)>,
}

/// Reads the records of a file, its kind told by its first bytes, then by its name.
pub(super) fn read(path: &Path) -> Result<Records, Problem> {
    if starts_with(path, b"PAR1") {
        return parquet(path);
    }
    let text = super::read_text(path)?;
    let is = |end: &str| path.extension().is_some_and(|e| e.eq_ignore_ascii_case(end));
    let at = |line: usize| super::Place { path, unit: "line", line };
    if is("csv") || is("tsv") {
        let list = csv(path, &text, if is("tsv") { b'\t' } else { b',' })?;
        return Ok(Records { unit: "line", list });
    }
    if text.trim_start().starts_with('[') && !begins_with_a_conversation(&text) {
        let list: Vec<Value> = serde_json::from_str(&text).map_err(|e| at(e.line()).not_json(&e))?;
        // One conversation over many lines.
        if shape::bare(&list).is_some() {
            return Ok(Records { unit: "record", list: vec![(1, Value::Array(list))] });
        }
        let list = list.into_iter().enumerate().map(|(i, value)| (i + 1, value)).collect();
        return Ok(Records { unit: "record", list });
    }
    let lines = text.lines().enumerate().filter(|(_, line)| !line.trim().is_empty());
    let list =
        lines.map(|(i, line)| Ok((i + 1, serde_json::from_str(line).map_err(|e| at(i + 1).not_json(&e))?)));
    Ok(Records { unit: "line", list: list.collect::<Result<_, Problem>>()? })
}

/// Whether the first line is a record by itself, the list of its messages, and no array of
/// records.
fn begins_with_a_conversation(text: &str) -> bool {
    let line = text.lines().find(|line| !line.trim().is_empty()).unwrap_or_default();
    serde_json::from_str::<Vec<Value>>(line).is_ok_and(|list| shape::bare(&list).is_some())
}

fn starts_with(path: &Path, magic: &[u8; 4]) -> bool {
    let mut first = [0; 4];
    let read =
        std::fs::File::open(path).and_then(|mut file| std::io::Read::read_exact(&mut file, &mut first));
    read.is_ok() && first == *magic
}

/// The records of a CSV text whose first record names the fields.
fn csv(path: &Path, text: &str, usual: u8) -> Result<Vec<(usize, Value)>, Problem> {
    let refuse = |line: u64, what: String| {
        let place = super::Place { path, unit: "line", line: usize::try_from(line).unwrap_or(usize::MAX) };
        place.problem("row_invalid", what, "Repair this line; a field with separators, quotes or line breaks stands in double quotes, a quote inside is doubled.")
    };
    let wrong = |wrong: csv::Wrong| refuse(wrong.line, wrong.what);
    let Some(mut table) = csv::Table::open(text, usual).map_err(wrong)? else { return Ok(Vec::new()) };
    let mut list = Vec::new();
    while let Some(row) = table.next() {
        let row = row.map_err(wrong)?;
        let line = row.line;
        let record = table.record(row);
        let record = record
            .map_err(|fault| refuse(line, format!("expected {}, found {}", fault.expected, fault.found)))?;
        list.push((usize::try_from(line).unwrap_or(usize::MAX), Value::Object(record)));
    }
    Ok(list)
}

fn parquet(path: &Path) -> Result<Records, Problem> {
    let unreadable = |e: &dyn std::fmt::Display| {
        Problem::bad(
            "file_unreadable",
            format!("{} cannot be read as Parquet: {e}.", path.display()),
            format!(
                "Write it with {}, for example df.to_parquet(FILE, compression=\"snappy\"), or give JSON lines.",
                parquet::CODECS
            ),
        )
    };
    let bytes = std::fs::read(path).map_err(|e| unreadable(&e))?;
    let (mut list, mut first_wrong) = (Vec::new(), None);
    let read = parquet::walk(&bytes.into(), &parquet::Limits::NONE, &mut |number, record| {
        let line = usize::try_from(number).unwrap_or(usize::MAX);
        match record {
            Ok(record) => list.push((line, Value::Object(record))),
            Err(field) => drop(first_wrong.get_or_insert((line, field))),
        }
    });
    read.map_err(|e| unreadable(&e))?;
    if let Some((line, name)) = first_wrong {
        let what = format!("field '{name}': expected UTF-8 text, a number or a date, found bytes");
        let place = super::Place { path, unit: "record", line };
        return Err(place.problem(
            "row_invalid",
            what,
            "Store the field as a string, or leave it out of the file.",
        ));
    }
    Ok(Records { unit: "record", list })
}
