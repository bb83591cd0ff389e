//! Records out of CSV (RFC 4180), and of the same with tabs.
//!
//! The rules are the engine's: what one reads, the other reads alike.

use serde_json::{Map, Value};
use std::ops::Range;

/// A record, or what is wrong with it; the line it begins on and its bytes.
pub(super) struct Line {
    pub(super) line: u64,
    pub(super) span: Range<usize>,
    pub(super) cells: Result<Vec<String>, String>,
}

/// Columns a table has at most.
const MAX_COLUMNS: usize = 1000;

/// The cells of every record that is not blank. A quote that is never closed ends the list.
pub(super) fn lines(text: &str, separator: u8) -> impl Iterator<Item = Line> {
    let mut at = Cursor { text, separator, at: 0, line: 1, done: false };
    std::iter::from_fn(move || at.next())
}

struct Cursor<'a> {
    text: &'a str,
    separator: u8,
    at: usize,
    line: u64,
    done: bool,
}

impl Cursor<'_> {
    fn next(&mut self) -> Option<Line> {
        loop {
            if self.done || self.at >= self.text.len() {
                return None;
            }
            let (start, line) = (self.at, self.line);
            let mut quoted = false;
            let cells = self.record(&mut quoted);
            self.done |= cells.is_err();
            let mut end = self.at;
            let bytes = self.text.as_bytes();
            while end > start && matches!(bytes.get(end - 1), Some(b'\n' | b'\r')) {
                end -= 1;
            }
            let blank = !quoted && matches!(cells.as_deref(), Ok([one]) if one.trim().is_empty());
            if !blank {
                return Some(Line { line, span: start..end, cells });
            }
        }
    }

    /// Reads one record, up to and with its line end.
    fn record(&mut self, quoted: &mut bool) -> Result<Vec<String>, String> {
        let bytes = self.text.as_bytes();
        let mut cells = Vec::new();
        loop {
            if cells.len() > MAX_COLUMNS {
                return Err(format!("more than {MAX_COLUMNS} fields"));
            }
            let cell = if bytes.get(self.at) == Some(&b'"') {
                *quoted = true;
                let cell = self.quoted_cell(cells.len() + 1)?;
                let after = bytes.get(self.at).copied();
                let closed = after.is_none_or(|b| b == self.separator || b == b'\n')
                    || (after == Some(b'\r') && matches!(bytes.get(self.at + 1), Some(b'\n') | None));
                if !closed {
                    return Err(format!("field {}: text stands after the closing quote", cells.len() + 1));
                }
                self.at += usize::from(after == Some(b'\r'));
                cell
            } else {
                let rest = &bytes[self.at..];
                let end = rest.iter().position(|&b| b == self.separator || b == b'\n').unwrap_or(rest.len());
                let cell = &self.text[self.at..self.at + end];
                self.at += end;
                let ends_line = bytes.get(self.at) == Some(&b'\n');
                // A quote inside a plain cell is a character like any other.
                cell.strip_suffix('\r').filter(|_| ends_line).unwrap_or(cell).to_owned()
            };
            cells.push(cell);
            match bytes.get(self.at) {
                Some(b'\n') => {
                    self.at += 1;
                    self.line += 1;
                    return Ok(cells);
                }
                Some(_) => self.at += 1,
                None => return Ok(cells),
            }
        }
    }

    /// Reads from the opening to behind the closing quote, two quotes being one.
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
                        return Ok(cell);
                    }
                    from = self.at;
                }
                Some(b'\n') => self.line += 1,
                Some(_) => {}
            }
            self.at += 1;
        }
    }
}

/// What is wrong with the names of the columns.
pub(super) fn names_fault(names: &[String], separator: u8) -> Option<String> {
    if let [only] = names {
        let other = [';', '\t', '|', ','].into_iter().find(|c| *c as u8 != separator && only.contains(*c));
        if let Some(other) = other {
            let shown = if other == '\t' { "tabs".to_owned() } else { format!("“{other}”") };
            let wanted = if separator == b'\t' { "tabs" } else { "commas" };
            return Some(format!("the first line seems to be separated by {shown} instead of {wanted}"));
        }
    }
    names.iter().enumerate().find_map(|(i, name)| {
        let again = names[..i].contains(name);
        (name.is_empty() || again)
            .then(|| format!("field {} of the first line: expected a name of its own, found “{name}”", i + 1))
    })
}

/// Fields that hold lists, written as JSON in their cell.
const LISTS: [&str; 9] = [
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
const EITHER: [&str; 6] = ["prompt", "completion", "chosen", "rejected", "input", "content"];

/// A record of these cells; empty ones are missing fields.
pub(super) fn record(names: &[String], cells: Vec<String>) -> Map<String, Value> {
    let filled = names.iter().zip(cells).filter(|(_, cell)| !cell.is_empty());
    filled.map(|(name, cell)| (name.clone(), value(name, cell))).collect()
}

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

/// Whether a spreadsheet would run a cell: a sign that begins a formula, and a call, a pipe
/// or a reference to another sheet behind it. Words such as `- item`, `-5` or `@ada said`
/// are none.
pub(super) fn is_formula(cell: &str) -> bool {
    let text = cell.trim_start_matches([' ', '\t', '\r', '\n']);
    let mut letters = text.chars();
    let Some(sign @ ('=' | '+' | '-' | '@')) = letters.next() else { return false };
    let rest = letters.as_str();
    if rest.to_ascii_lowercase().starts_with("cmd|") {
        return true;
    }
    let name =
        rest.find(|c: char| !c.is_ascii_alphanumeric() && !"._$+-=@".contains(c)).unwrap_or(rest.len());
    let called = name > 0
        && rest[name..].starts_with(['(', '|', '!'])
        && rest.starts_with(|c: char| !c.is_ascii_digit());
    called
        || (sign == '='
            && rest.starts_with(|c: char| c.is_ascii_alphanumeric() || "($+-\"".contains(c))
            && !rest.contains(' ')
            && rest.contains(['+', '*', '/', '&', ':', '(']))
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    fn rows(text: &str) -> Vec<(u64, Vec<String>)> {
        lines(text, b',').map(|l| (l.line, l.cells.unwrap())).collect()
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
        let spans: Vec<_> = lines("a\r\n\"b\nc\"\r\n", b',').map(|l| l.span).collect();
        assert_eq!(spans, [0..1, 3..8]);
    }

    #[test]
    fn what_is_no_csv_is_said() {
        let wrong = |text| lines(text, b',').find_map(|l| l.cells.err().map(|e| (l.line, e))).unwrap();
        assert_eq!(wrong("a,b\n1,\"x\n"), (2, "field 2: a double quote is never closed".into()));
        assert!(wrong("a\n\"x\"y\n").1.contains("after the closing quote"));
        let names =
            |names: &[&str]| names_fault(&names.iter().map(|n| (*n).to_owned()).collect::<Vec<_>>(), b',');
        assert!(names(&["a;b"]).unwrap().contains("separated by “;” instead of commas"));
        assert!(names(&["a", "a"]).unwrap().contains("field 2"));
        assert_eq!(names(&["text", "b"]), None);
    }

    #[test]
    fn lists_stand_in_cells_as_json_and_words_stay_words() {
        let names = ["messages", "prompt", "label", "text"].map(str::to_owned);
        let cells = ["[{\"role\":\"user\"}]", "[1, 2]", "True", ""].map(str::to_owned).to_vec();
        let expected = json!({"messages": [{"role": "user"}], "prompt": "[1, 2]", "label": true});
        assert_eq!(Value::Object(record(&names, cells)), expected);
    }

    #[test]
    fn formulas_are_told_from_words() {
        for formula in [
            "=HYPERLINK(\"http://x\")",
            "=cmd|' /C calc'!A0",
            "@SUM(A1:A9)",
            "+cmd|' /C x'!A",
            "=1+1",
            "-2+3+cmd|x",
            "=A1*B2",
        ] {
            assert_eq!(is_formula(formula), formula != "-2+3+cmd|x", "{formula}");
        }
        for words in [
            "- a point (see below)",
            "-5",
            "@ada said (yesterday)",
            "+49 30 1234",
            "=",
            "= is a sign",
            "-- (dash)",
            "+1 (agreed)",
        ] {
            assert!(!is_formula(words), "{words}");
        }
    }
}
