//! Places in a file and the findings that point at them.

use crate::codes;
use karat_types::{Evidence, Finding};
use serde_json::Value;

/// Line and column (both from 1, columns in characters) of the bytes `start..end`.
///
/// Bytes that are not text count as one column each, so a place in a broken file is
/// still a place.
pub(crate) fn place(bytes: &[u8], start: usize, end: usize) -> Evidence {
    let before = &bytes[..start.min(bytes.len())];
    let line = 1 + before.iter().filter(|&&b| b == b'\n').count();
    let line_start = before.iter().rposition(|&b| b == b'\n').map_or(0, |at| at + 1);
    let column = 1 + String::from_utf8_lossy(&before[line_start..]).chars().count();
    Evidence::Line { line: line as u64, column: column as u64, start: start as u64, end: end as u64 }
}

/// A finding of the table's code, with its facts.
///
/// Check, version, class and fix come from [`codes::CODES`], so that a code always
/// means the same thing; `message` is this file's own sentence.
pub(crate) fn finding(code: &str, measured: Value, threshold: Value, message: String) -> Finding {
    let entry = codes::get(code);
    Finding {
        check: entry.check.into(),
        version: entry.version,
        class: entry.class,
        code: entry.code.into(),
        measured,
        threshold,
        evidence: None,
        message,
        fix: entry.fix.into(),
    }
}

/// `1 control character`, `2 control characters`.
pub(crate) fn many(count: u64, one: &str) -> String {
    format!("{count} {one}{}", if count == 1 { "" } else { "s" })
}

/// Adds the place to a finding.
pub(crate) fn at(mut finding: Finding, place: Evidence) -> Finding {
    finding.evidence = Some(place);
    finding
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn one_is_not_many() {
        assert_eq!((many(1, "place"), many(2, "place")), ("1 place".into(), "2 places".into()));
    }

    #[test]
    fn columns_count_characters_and_lines_start_at_one() {
        let text = "äöü\nab→c".as_bytes();
        let at = text.len() - 1;
        assert_eq!(
            place(text, at, at + 1),
            Evidence::Line { line: 2, column: 4, start: at as u64, end: at as u64 + 1 }
        );
        assert_eq!(place(b"", 0, 0), Evidence::Line { line: 1, column: 1, start: 0, end: 0 });
    }
}
