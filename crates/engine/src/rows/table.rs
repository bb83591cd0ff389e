//! Records out of files: JSON lines, a JSON array, CSV (RFC 4180, also with tabs) and Parquet.

use karat_types::Problem;
use parquet::file::reader::{FileReader, SerializedFileReader};
use parquet::record::Field;
use serde_json::{Map, Value};
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
        let list = csv(&text, if is("tsv") { '\t' } else { ',' }).map_err(|fault| {
            let (line, what) = (fault.0, fault.1);
            at(line).problem("row_invalid", what, "Repair this line; a field with commas, quotes or line breaks stands in double quotes, a quote inside is doubled.")
        })?;
        return Ok(Records { unit: "line", list });
    }
    if text.trim_start().starts_with('[') {
        let list: Vec<Value> = serde_json::from_str(&text).map_err(|e| at(e.line()).not_json(&e))?;
        let list = list.into_iter().enumerate().map(|(i, value)| (i + 1, value)).collect();
        return Ok(Records { unit: "record", list });
    }
    let lines = text.lines().enumerate().filter(|(_, line)| !line.trim().is_empty());
    let list =
        lines.map(|(i, line)| Ok((i + 1, serde_json::from_str(line).map_err(|e| at(i + 1).not_json(&e))?)));
    Ok(Records { unit: "line", list: list.collect::<Result<_, Problem>>()? })
}

fn starts_with(path: &Path, magic: &[u8; 4]) -> bool {
    let mut first = [0; 4];
    let read =
        std::fs::File::open(path).and_then(|mut file| std::io::Read::read_exact(&mut file, &mut first));
    read.is_ok() && first == *magic
}

/// Line and what is wrong there.
type Wrong = (usize, String);

/// The records of a CSV text whose first record names the fields. Empty cells are left out.
fn csv(text: &str, separator: char) -> Result<Vec<(usize, Value)>, Wrong> {
    let mut records = cells(text, separator)?.into_iter();
    let Some((line, names)) = records.next() else { return Ok(Vec::new()) };
    let names: Vec<String> = names.into_iter().map(|name| name.trim().to_owned()).collect();
    for (i, name) in names.iter().enumerate() {
        if name.is_empty() || names[..i].contains(name) {
            let what =
                format!("field {} of the first line: expected a name of its own, found \"{name}\"", i + 1);
            return Err((line, what));
        }
    }
    let one = |(line, cells): (usize, Vec<String>)| {
        if cells.len() != names.len() {
            let what = format!("expected {} fields as in the first line, found {}", names.len(), cells.len());
            return Err((line, what));
        }
        let filled = names.iter().zip(cells).filter(|(_, cell)| !cell.is_empty());
        let object: Map<String, Value> =
            filled.map(|(name, cell)| (name.clone(), value(name, cell))).collect();
        Ok((line, Value::Object(object)))
    };
    records.map(one).collect()
}

/// Fields that hold lists, written as JSON in their cell.
const LISTS: &[&str] = &[
    "messages",
    "conversations",
    "history",
    "tools",
    "input_ids",
    "labels",
    "attention_mask",
    "preferred_output",
    "non_preferred_output",
];
/// Fields that hold words or messages: JSON only when it is a message or a list of them.
const EITHER: &[&str] = &["prompt", "completion", "chosen", "rejected", "input", "content"];

fn value(name: &str, cell: String) -> Value {
    let json = || serde_json::from_str::<Value>(&cell).ok().filter(|v| v.is_array() || v.is_object());
    let turn = |v: &Value| ["role", "from", "messages"].iter().any(|key| v.get(key).is_some());
    let turns =
        |v: &Value| turn(v) || v.as_array().is_some_and(|list| !list.is_empty() && list.iter().all(turn));
    let read = match (name, &*cell) {
        ("label" | "kto_tag", "true" | "True" | "TRUE") => Some(Value::Bool(true)),
        ("label" | "kto_tag", "false" | "False" | "FALSE") => Some(Value::Bool(false)),
        _ if LISTS.contains(&name) => json(),
        _ if EITHER.contains(&name) => json().filter(turns),
        _ => None,
    };
    read.unwrap_or(Value::String(cell))
}

/// The cells of every record that is not blank, with the line each record begins on.
fn cells(text: &str, separator: char) -> Result<Vec<(usize, Vec<String>)>, Wrong> {
    let mut out = Vec::new();
    let (mut record, mut cell) = (Vec::new(), String::new());
    let (mut line, mut began, mut quoted) = (1, 1, false);
    let mut letters = text.chars().peekable();
    while let Some(letter) = letters.next() {
        match letter {
            '"' if cell.is_empty() && !quoted => {
                line = quoted_cell(&mut letters, &mut cell, line).ok_or_else(|| {
                    (line, format!("field {}: a double quote is never closed", record.len() + 1))
                })?;
                quoted = true;
            }
            '\r' if letters.peek() == Some(&'\n') => {}
            '\n' => {
                record.push(std::mem::take(&mut cell));
                push(&mut out, (began, std::mem::take(&mut record)), quoted);
                (line, quoted) = (line + 1, false);
                began = line;
            }
            _ if letter == separator => {
                record.push(std::mem::take(&mut cell));
                quoted = false;
            }
            _ if quoted => {
                let what = format!("field {}: found \"{letter}\" after a closing quote", record.len() + 1);
                return Err((line, what));
            }
            _ => cell.push(letter),
        }
    }
    record.push(cell);
    push(&mut out, (began, record), quoted);
    Ok(out)
}

/// Reads up to the closing quote, two quotes being one; gives the line it ends on.
fn quoted_cell(
    letters: &mut std::iter::Peekable<std::str::Chars<'_>>,
    cell: &mut String,
    mut line: usize,
) -> Option<usize> {
    loop {
        match letters.next()? {
            '"' if letters.next_if_eq(&'"').is_none() => return Some(line),
            letter => {
                line += usize::from(letter == '\n');
                cell.push(letter);
            }
        }
    }
}

fn push(out: &mut Vec<(usize, Vec<String>)>, (line, record): (usize, Vec<String>), quoted: bool) {
    let blank = record.len() == 1 && record[0].trim().is_empty() && !quoted;
    if !blank {
        out.push((line, record));
    }
}

fn parquet(path: &Path) -> Result<Records, Problem> {
    let unreadable = |e: &dyn std::fmt::Display| {
        Problem::bad(
            "file_unreadable",
            format!("{} cannot be read as Parquet: {e}.", path.display()),
            "Write it with Snappy or no compression, for example df.to_parquet(FILE, compression=\"snappy\"), or give JSON lines.",
        )
    };
    let file = std::fs::File::open(path).map_err(|e| unreadable(&e))?;
    let reader = SerializedFileReader::new(file).map_err(|e| unreadable(&e))?;
    let rows = reader.get_row_iter(None).map_err(|e| unreadable(&e))?;
    let mut list = Vec::new();
    for (i, row) in rows.enumerate() {
        let row = row.map_err(|e| unreadable(&e))?;
        let place = super::Place { path, unit: "record", line: i + 1 };
        let object = group(row.into_columns()).map_err(|name| {
            let what = format!("field '{name}': expected UTF-8 text or a number, found bytes or a date");
            place.problem("row_invalid", what, "Store the field as a string, or leave it out of the file.")
        })?;
        list.push((i + 1, object));
    }
    Ok(Records { unit: "record", list })
}

/// An object of the fields that are there; the error is the name of one JSON cannot hold.
fn group(columns: Vec<(String, Field)>) -> Result<Value, String> {
    let filled = columns.into_iter().filter(|(_, field)| !matches!(field, Field::Null));
    let one = |(name, field): (String, Field)| json(field).map(|value| (name.clone(), value)).ok_or(name);
    filled.map(one).collect::<Result<Map<_, _>, _>>().map(Value::Object)
}

fn json(field: Field) -> Option<Value> {
    Some(match field {
        Field::Null => Value::Null,
        Field::Bool(x) => x.into(),
        Field::Byte(x) => x.into(),
        Field::Short(x) => x.into(),
        Field::Int(x) => x.into(),
        Field::Long(x) => x.into(),
        Field::UByte(x) => x.into(),
        Field::UShort(x) => x.into(),
        Field::UInt(x) => x.into(),
        Field::ULong(x) => x.into(),
        Field::Float(x) => x.into(),
        Field::Double(x) => x.into(),
        Field::Str(text) => text.into(),
        Field::Bytes(bytes) => std::str::from_utf8(bytes.data()).ok()?.into(),
        Field::Group(row) => group(row.into_columns()).ok()?,
        Field::ListInternal(list) => {
            list.elements().iter().cloned().map(json).collect::<Option<Vec<_>>>()?.into()
        }
        Field::MapInternal(map) => {
            let pair = |(key, value): &(Field, Field)| {
                Some((json(key.clone())?.as_str()?.to_owned(), json(value.clone())?))
            };
            Value::Object(map.entries().iter().map(pair).collect::<Option<_>>()?)
        }
        _ => return None,
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    fn rows(text: &str) -> Vec<(usize, Value)> {
        csv(text, ',').unwrap()
    }

    #[test]
    fn cells_are_read_as_the_rfc_says() {
        let text = "text,note\r\n\"a \"\"b\"\", c\r\nd\",x\r\n\r\n plain ,\n\"\",\"last\"";
        let expected = vec![
            (2, json!({"text": "a \"b\", c\r\nd", "note": "x"})),
            (5, json!({"text": " plain "})),
            (6, json!({"note": "last"})),
        ];
        assert_eq!(rows(text), expected);
        assert_eq!(csv("text\tn\na, b\t1\n", '\t').unwrap(), [(2, json!({"text": "a, b", "n": "1"}))]);
        assert!(rows("").is_empty() && rows("text\n").is_empty());
    }

    #[test]
    fn lists_stand_in_cells_as_json_and_words_stay_words() {
        let text = "messages,prompt,label\n\"[{\"\"role\"\":\"\"user\"\"}]\",\"[1, 2]\",True\n";
        assert_eq!(
            rows(text)[0].1,
            json!({"messages": [{"role": "user"}], "prompt": "[1, 2]", "label": true})
        );
        let ids = "input_ids,labels\n\"[1, 2]\",\"[-100, 2]\"\n";
        assert_eq!(rows(ids)[0].1, json!({"input_ids": [1, 2], "labels": [-100, 2]}));
    }

    #[test]
    fn what_is_no_csv_is_named_with_its_line() {
        let wrong = |text: &str| csv(text, ',').unwrap_err();
        assert_eq!(wrong("a,b\n1,2\n3\n"), (3, "expected 2 fields as in the first line, found 1".into()));
        assert_eq!(wrong("a,b\n1,\"x\n"), (2, "field 2: a double quote is never closed".into()));
        assert_eq!(wrong("a\n\"x\"y\n").0, 2);
        assert!(wrong("a,a\n").1.contains("\"a\""));
    }
}
