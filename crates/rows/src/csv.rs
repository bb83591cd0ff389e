//! Records out of CSV (RFC 4180), and of the same with semicolons, tabs or bars.

use crate::names::{self, Holds};
use crate::{Record, dialect};
use serde_json::Value;
use std::ops::Range;

/// Columns a table has at most.
const MAX_COLUMNS: usize = 1000;

/// A table whose first record names the fields.
pub struct Table<'a> {
    names: Vec<String>,
    separator: u8,
    first: Row,
    rows: Rows<'a>,
}

/// A record of the file that is not blank.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Row {
    /// Line it begins on, from 1.
    pub line: u64,
    /// Its bytes in the file, without the line end.
    pub span: Range<usize>,
    /// Its fields.
    pub cells: Vec<Cell>,
}

/// One field of a record.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Cell {
    /// What it says, quotes taken off.
    pub text: String,
    /// Its bytes in the file, quotes and all.
    pub span: Range<usize>,
}

/// Why the file is no CSV from here on.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Wrong {
    /// Line the record begins on, from 1.
    pub line: u64,
    /// Bytes of the record as far as it was read.
    pub span: Range<usize>,
    /// What is wrong with it.
    pub what: String,
}

/// Why one row is no record.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Fault {
    /// What a row has to be.
    pub expected: String,
    /// What this one is.
    pub found: String,
}

impl<'a> Table<'a> {
    /// Opens a table, the separator told by its content and, where that leaves a choice, by
    /// the one that is `usual` for its name. None where the file has no record at all.
    ///
    /// # Errors
    /// What is wrong with the first record, or with its names.
    pub fn open(text: &'a str, usual: u8) -> Result<Option<Self>, Wrong> {
        let (separator, start) = dialect::tell(text, usual);
        let mut rows = Rows::new(text, separator, start);
        let Some(first) = rows.next() else { return Ok(None) };
        let first = first?;
        let names: Vec<String> = first.cells.iter().map(|cell| cell.text.trim().to_owned()).collect();
        match names_fault(&names) {
            Some(what) => Err(Wrong { line: first.line, span: first.span, what }),
            None => Ok(Some(Self { names, separator, first, rows })),
        }
    }

    /// What stands between fields: `,`, `;`, `|` or a tab.
    pub fn separator(&self) -> u8 {
        self.separator
    }

    /// The record with the names.
    pub fn first(&self) -> &Row {
        &self.first
    }

    /// The name of a field by its number, from 0.
    pub fn name(&self, field: usize) -> &str {
        self.names.get(field).map_or("", String::as_str)
    }

    /// The record of a row: empty cells are missing fields.
    ///
    /// # Errors
    /// The row has another number of fields than the first one, or words in a column that
    /// has no name.
    pub fn record(&self, row: Row) -> Result<Record, Fault> {
        let many = |n: usize| format!("{n} field{}", if n == 1 { "" } else { "s" });
        if row.cells.len() != self.names.len() {
            return Err(Fault {
                expected: format!("{} as in the first line", many(self.names.len())),
                found: many(row.cells.len()),
            });
        }
        let mut record = Record::new();
        for (i, (name, cell)) in self.names.iter().zip(row.cells).enumerate() {
            if name.is_empty() && !is_number(&cell.text) {
                return Err(Fault {
                    expected: format!("a number or nothing in field {}, which has no name", i + 1),
                    found: brief(&cell.text),
                });
            }
            if !name.is_empty() && !cell.text.is_empty() {
                record.insert(name.clone(), value(name, cell.text));
            }
        }
        Ok(record)
    }
}

impl Iterator for Table<'_> {
    type Item = Result<Row, Wrong>;

    /// The next row; an error is the last.
    fn next(&mut self) -> Option<Self::Item> {
        self.rows.next()
    }
}

/// Row numbers, as data frames write them in a first column without a name, and the empty
/// columns that spreadsheets append.
fn is_number(text: &str) -> bool {
    text.trim().bytes().all(|b| b.is_ascii_digit() || b == b'.')
}

/// At most 40 characters, and none that would act in a terminal or on a page.
fn brief(text: &str) -> String {
    let mut out: String = text.chars().take(40).map(|c| if c.is_control() { ' ' } else { c }).collect();
    if text.chars().nth(40).is_some() {
        out.push('…');
    }
    format!("“{out}”")
}

/// What is wrong with the names of the columns.
fn names_fault(names: &[String]) -> Option<String> {
    if names.iter().all(String::is_empty) {
        return Some("the first line names no field".to_owned());
    }
    names.iter().enumerate().find_map(|(i, name)| {
        let again = !name.is_empty() && names[..i].contains(name);
        again.then(|| {
            let shown = brief(name);
            format!("field {} of the first line: expected a name of its own, found {shown} again", i + 1)
        })
    })
}

/// The rows of a text, whatever they mean.
pub(crate) struct Rows<'a> {
    text: &'a str,
    separator: u8,
    at: usize,
    line: u64,
    done: bool,
}

impl<'a> Rows<'a> {
    /// Reads from this byte on.
    pub(crate) fn new(text: &'a str, separator: u8, start: usize) -> Self {
        let line = 1 + text[..start].matches('\n').count() as u64;
        Self { text, separator, at: start, line, done: false }
    }

    /// Reads one record, up to and with its line end; whether a field was quoted.
    fn record(&mut self) -> Result<(Vec<Cell>, bool), String> {
        let bytes = self.text.as_bytes();
        let (mut cells, mut quoted) = (Vec::new(), false);
        loop {
            if cells.len() > MAX_COLUMNS {
                return Err(format!("more than {MAX_COLUMNS} fields"));
            }
            let start = self.at;
            let text = if bytes.get(self.at) == Some(&b'"') {
                quoted = true;
                self.quoted_cell(cells.len() + 1)?
            } else {
                self.plain_cell()
            };
            cells.push(Cell { text, span: start..self.at });
            if bytes.get(self.at) == Some(&b'\r') {
                self.at += 1;
            }
            match bytes.get(self.at) {
                Some(b'\n') => {
                    self.at += 1;
                    self.line += 1;
                    return Ok((cells, quoted));
                }
                Some(_) => self.at += 1,
                None => return Ok((cells, quoted)),
            }
        }
    }

    /// A quote inside a plain field is a character like any other.
    fn plain_cell(&mut self) -> String {
        let rest = &self.text.as_bytes()[self.at..];
        let end = rest.iter().position(|&b| b == self.separator || b == b'\n').unwrap_or(rest.len());
        let cell = &self.text[self.at..self.at + end];
        let ends_line = rest.get(end).is_none_or(|&b| b == b'\n');
        let cell = cell.strip_suffix('\r').filter(|_| ends_line).unwrap_or(cell);
        self.at += cell.len();
        cell.to_owned()
    }

    /// From the opening to behind the closing quote, two quotes being one.
    fn quoted_cell(&mut self, field: usize) -> Result<String, String> {
        let bytes = self.text.as_bytes();
        let mut cell = String::new();
        self.at += 1;
        let mut from = self.at;
        loop {
            match bytes.get(self.at) {
                None => return Err(format!("field {field}: a double quote is never closed")),
                Some(b'"') => {
                    cell.push_str(&self.text[from..self.at]);
                    self.at += 1;
                    if bytes.get(self.at) != Some(&b'"') {
                        break;
                    }
                    from = self.at;
                }
                Some(b'\n') => self.line += 1,
                Some(_) => {}
            }
            self.at += 1;
        }
        let after = bytes.get(self.at).copied();
        let closed = after.is_none_or(|b| b == self.separator || b == b'\n')
            || (after == Some(b'\r') && matches!(bytes.get(self.at + 1), Some(b'\n') | None));
        if closed { Ok(cell) } else { Err(format!("field {field}: text stands after the closing quote")) }
    }
}

impl Iterator for Rows<'_> {
    type Item = Result<Row, Wrong>;

    fn next(&mut self) -> Option<Self::Item> {
        while !self.done && self.at < self.text.len() {
            let (start, line) = (self.at, self.line);
            let read = self.record();
            self.done |= read.is_err();
            let read = read.map(|(cells, quoted)| {
                let end = cells.last().map_or(start, |cell| cell.span.end);
                (Row { line, span: start..end, cells }, quoted)
            });
            match read {
                Err(what) => return Some(Err(Wrong { line, span: start..self.at.max(start), what })),
                // Spreadsheets write rows of separators below the last one.
                Ok((row, quoted)) if quoted || !row.cells.iter().all(|cell| cell.text.trim().is_empty()) => {
                    return Some(Ok(row));
                }
                Ok(_) => {}
            }
        }
        None
    }
}

/// A cell as its field is read.
fn value(name: &str, cell: String) -> Value {
    let json = || serde_json::from_str::<Value>(&cell).ok().filter(|v| v.is_array() || v.is_object());
    let turn = |v: &Value| ["role", "from", "messages", "parts"].iter().any(|key| v.get(key).is_some());
    let turns =
        |v: &Value| turn(v) || v.as_array().is_some_and(|list| !list.is_empty() && list.iter().all(turn));
    let read = match (names::holds(name), &*cell) {
        (Some(Holds::Truth), "true" | "True" | "TRUE") => Some(Value::Bool(true)),
        (Some(Holds::Truth), "false" | "False" | "FALSE") => Some(Value::Bool(false)),
        (Some(Holds::List), _) => json(),
        (Some(Holds::Either), _) => json().filter(turns),
        _ => None,
    };
    read.unwrap_or(Value::String(cell))
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;
    use serde_json::json;

    fn rows(text: &str) -> Vec<(u64, Vec<String>)> {
        let texts = |row: Row| row.cells.into_iter().map(|cell| cell.text).collect();
        Rows::new(text, b',', 0).map(|row| row.unwrap()).map(|row| (row.line, texts(row))).collect()
    }

    fn records(text: &str) -> Vec<(u64, Value)> {
        let mut table = Table::open(text, b',').unwrap().unwrap();
        let mut out = Vec::new();
        while let Some(row) = table.next() {
            let row = row.unwrap();
            out.push((row.line, Value::Object(table.record(row).unwrap())));
        }
        out
    }

    #[test]
    fn cells_are_read_as_the_rfc_says() {
        let text = "text,note\r\n\"a \"\"b\"\", c\r\nd\",x\r\n\r\n plain ,\n\"\",\"last\"";
        let owned = |cells: [&str; 2]| cells.map(str::to_owned).to_vec();
        let expected = vec![
            (1, owned(["text", "note"])),
            (2, owned(["a \"b\", c\r\nd", "x"])),
            (5, owned([" plain ", ""])),
            (6, owned(["", "last"])),
        ];
        assert_eq!(rows(text), expected);
        assert_eq!(rows("a 5\" b,c\n")[0].1, ["a 5\" b", "c"]);
        let places = |text: &str| -> Vec<_> {
            let all = Rows::new(text, b',', 0).map(Result::unwrap);
            all.map(|row| (row.span, row.cells.into_iter().map(|c| c.span).collect::<Vec<_>>())).collect()
        };
        assert_eq!(places("a,\r\n\"b\nc\",d\r\n"), [(0..2, vec![0..1, 2..2]), (4..11, vec![4..9, 10..11])]);
        assert_eq!(places("a,b\r"), [(0..3, vec![0..1, 2..3])]);
    }

    #[test]
    fn what_is_no_csv_is_said() {
        let wrong = |text| {
            Table::open(text, b',').map_or_else(Some, |table| table.unwrap().find_map(Result::err)).unwrap()
        };
        let never = wrong("a,b\n1,\"x\n");
        assert_eq!(
            (never.line, never.span, &*never.what),
            (2, 4..9, "field 2: a double quote is never closed")
        );
        assert!(wrong("a\n\"x\"y\n").what.contains("after the closing quote"));
        assert_eq!(
            wrong("a,a\n").what,
            "field 2 of the first line: expected a name of its own, found “a” again"
        );
        assert_eq!(wrong("\"\",\"\"\n1,2\n").what, "the first line names no field");
        let wide = "a,".repeat(2000);
        let wide = Rows::new(&wide, b',', 0).next().unwrap().unwrap_err();
        assert_eq!(wide.what, "more than 1000 fields");
    }

    #[test]
    fn rows_of_another_length_are_said_with_both_numbers() {
        let mut table = Table::open("text,n\na\n", b',').unwrap().unwrap();
        let row = table.next().unwrap().unwrap();
        let fault = table.record(row).unwrap_err();
        assert_eq!((&*fault.expected, &*fault.found), ("2 fields as in the first line", "1 field"));
    }

    #[test]
    fn row_numbers_and_the_empty_columns_of_spreadsheets_are_left_out() {
        let expected = vec![(2, json!({"text": "a"})), (3, json!({"text": "b"}))];
        assert_eq!(records(",text\n0,a\n1,b\n"), expected);
        assert_eq!(records("text,,\na,,\nb,,\n,,\n,,\n"), expected);
        let mut table = Table::open("text,\na,words\n", b',').unwrap().unwrap();
        let row = table.next().unwrap().unwrap();
        assert_eq!(table.record(row).unwrap_err().found, "“words”");
    }

    #[test]
    fn lists_stand_in_cells_as_json_and_words_stay_words() {
        let text = "messages,prompt,label,text\n\"[{\"\"role\"\":\"\"user\"\"}]\",\"[1, 2]\",True,\n";
        let expected = json!({"messages": [{"role": "user"}], "prompt": "[1, 2]", "label": true});
        assert_eq!(records(text), [(2, expected)]);
        let ids = "input_ids,labels\n\"[1, 2]\",\"[-100, 2]\"\n";
        assert_eq!(records(ids), [(2, json!({"input_ids": [1, 2], "labels": [-100, 2]}))]);
    }

    proptest! {
        #[test]
        fn any_text_is_read_alike_twice(text in "(text|a|\"|,|;|\t|\\||\r|\n|\u{feff}|\\PC){0,60}", usual in prop::sample::select(vec![b',', b'\t'])) {
            let all = |text: &str| {
                let mut out = Vec::new();
                match Table::open(text, usual) {
                    Ok(Some(mut table)) => while let Some(row) = table.next() {
                        out.push(format!("{:?}", row.map(|row| (row.span.clone(), table.record(row)))));
                    },
                    Ok(None) => {}
                    Err(wrong) => out.push(format!("{wrong:?}")),
                }
                out
            };
            prop_assert_eq!(all(&text), all(&text));
        }

        #[test]
        fn what_is_written_is_read(cells in prop::collection::vec(("[a-z\",;|\t\r\n ]{0,12}[a-z]", "[a-z,;\"]{0,6}x"), 1..8), separator in prop::sample::select(vec![',', ';', '\t', '|'])) {
            let quote = |cell: &str| format!("\"{}\"", cell.replace('"', "\"\""));
            let mut text = format!("text{separator}note\r\n");
            for (a, b) in &cells {
                text += &format!("{}{separator}{}\r\n", quote(a), quote(b));
            }
            let read: Vec<Value> = records(&text).into_iter().map(|(_, record)| record).collect();
            let expected: Vec<Value> = cells.iter().map(|(a, b)| json!({"text": a, "note": b})).collect();
            prop_assert_eq!(read, expected);
        }
    }
}
