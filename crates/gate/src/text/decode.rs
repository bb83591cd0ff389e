//! T1: bytes that are text.

use crate::door::kind::utf16;
use crate::evidence::{at, finding, many, place};
use karat_types::{Evidence, Finding};
use serde_json::json;
use std::ops::Range;

/// Replacement characters in 10,000 characters above which a person looks.
const SOME_LOST: u64 = 10;
/// The same above which the text is broken.
const TOO_MANY_LOST: u64 = 100;

/// The text without its byte order mark, or the place of the first byte that is not UTF-8.
pub(crate) fn decode(bytes: &[u8]) -> Result<&str, Box<Finding>> {
    if let Some(found) = utf16(bytes) {
        return Err(broken(bytes, 0..bytes.len().min(2), found.to_owned()));
    }
    std::str::from_utf8(bytes).map_err(|error| {
        let start = error.valid_up_to();
        let end = start + error.error_len().unwrap_or(bytes.len() - start);
        broken(bytes, start..end, format!("byte 0x{:02X}", bytes[start]))
    })
}

fn broken(bytes: &[u8], span: Range<usize>, found: String) -> Box<Finding> {
    let place = place(bytes, span.start, span.end);
    let message = match &place {
        Evidence::Line { line, column, .. } => {
            format!("The text is not UTF-8: {found} in line {line}, column {column} (byte {}).", span.start)
        }
        _ => format!("The text is not UTF-8: {found} at byte {}.", span.start),
    };
    Box::new(at(finding("not_utf8", json!(found), json!("UTF-8"), message), place))
}

/// Control and replacement characters, and a byte order mark.
pub(crate) fn check(text: &str) -> Vec<Finding> {
    let mut findings = Vec::new();
    if text.starts_with('\u{feff}') {
        let message = "The text starts with a byte order mark; it is left out.".to_owned();
        findings.push(finding("byte_order_mark", json!(1), json!(0), message));
    }
    findings.extend(controls(text));
    findings.extend(replaced(text));
    findings
}

fn controls(text: &str) -> Option<Finding> {
    let is_bad = |c: char| c.is_control() && !matches!(c, '\t' | '\n' | '\r' | '\u{c}' | '\u{85}');
    let (start, first) = text.char_indices().find(|&(_, c)| is_bad(c))?;
    let count = text[start..].chars().filter(|&c| is_bad(c)).count() as u64;
    let message = format!("Found {}; the first is U+{:04X}.", many(count, "control character"), first as u32);
    let place = place(text.as_bytes(), start, start + first.len_utf8());
    Some(at(finding("control_characters", json!(count), json!(0), message), place))
}

fn replaced(text: &str) -> Option<Finding> {
    let start = text.find('\u{fffd}')?;
    let count = text[start..].chars().filter(|&c| c == '\u{fffd}').count() as u64;
    let share = count * 10_000 / text.chars().count() as u64;
    let message = format!("{} lost in an earlier conversion (�).", many(count, "character"));
    let found = if share > TOO_MANY_LOST {
        finding("replacement_characters", json!(share / 10), json!(TOO_MANY_LOST / 10), message)
    } else if share > SOME_LOST {
        finding("some_replacement_characters", json!(share), json!(SOME_LOST), message)
    } else {
        return None;
    };
    Some(at(found, place(text.as_bytes(), start, start + 3)))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn codes(text: &str) -> Vec<String> {
        check(text).into_iter().map(|f| f.code).collect()
    }

    #[test]
    fn the_first_bad_byte_has_a_line_and_a_column() {
        let broken = decode(b"f\xc3\xbcr\nK\xf6ln").unwrap_err();
        assert_eq!(broken.evidence, Some(Evidence::Line { line: 2, column: 2, start: 6, end: 7 }));
        assert!(broken.message.contains("byte 0xF6 in line 2, column 2"), "{}", broken.message);
        assert!(broken.fix.contains("iconv"));
        let cut = decode("f\u{fc}".as_bytes().split_last().unwrap().1).unwrap_err();
        assert_eq!(cut.evidence, Some(Evidence::Line { line: 1, column: 2, start: 1, end: 2 }));
        assert!(decode(b"\xff\xfeh\0i\0").unwrap_err().message.contains("UTF-16 (little endian) in line 1"));
    }

    #[test]
    fn controls_are_refused_but_for_the_four_of_plain_text() {
        assert_eq!(codes("a\tb\r\nc\u{c}d"), [""; 0]);
        for bad in ["a\0b", "a\u{1b}[31mb", "a\u{7f}b", "a\u{92}b"] {
            assert_eq!(codes(bad), ["control_characters"], "{bad:?}");
        }
        assert_eq!(check("x\n\u{7}\u{7}")[0].measured, json!(2));
    }

    #[test]
    fn a_byte_order_mark_is_only_noted() {
        assert_eq!(codes("\u{feff}hello"), ["byte_order_mark"]);
    }

    #[test]
    fn lost_characters_are_weighed() {
        let text = |lost: usize| "\u{fffd}".repeat(lost) + &"a".repeat(10_000 - lost);
        assert_eq!(codes(&text(10)), [""; 0]);
        assert_eq!(codes(&text(11)), ["some_replacement_characters"]);
        assert_eq!(codes(&text(101)), ["replacement_characters"]);
    }
}
