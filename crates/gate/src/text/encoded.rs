//! Base64 in a text, read: neither instructions nor secrets must hide in it.

use base64::Engine;
use base64::alphabet;
use base64::engine::{DecodePaddingMode, GeneralPurpose, GeneralPurposeConfig};
use std::ops::Range;

/// Characters a run needs to carry a sentence.
const LEAST: usize = 32;
/// Characters read of one run.
const MOST: usize = 64 * 1024;
/// Characters read of all runs of a text.
const ALL: usize = 1024 * 1024;
/// Of 1,000 decoded characters, how many are printable in text.
const PRINTABLE: usize = 900;

/// A run of base64 that carries text.
pub(super) struct Run {
    /// Where it stands.
    pub(super) span: Range<usize>,
    /// What it says.
    pub(super) text: String,
}

/// A run of base64, decoded.
pub(super) struct Data {
    /// Where it stands.
    pub(super) span: Range<usize>,
    /// What it holds.
    pub(super) bytes: Vec<u8>,
}

/// The runs that decode to text.
pub(super) fn runs(text: &str) -> Vec<Run> {
    let said = |data: Data| Some(Run { text: said(&data.bytes)?, span: data.span });
    data(text).into_iter().filter_map(said).collect()
}

/// All runs, unbroken or in lines of equal length as in mail.
pub(super) fn data(text: &str) -> Vec<Data> {
    let bytes = text.as_bytes();
    let (mut found, mut at, mut left) = (Vec::new(), 0, ALL);
    while at < bytes.len() && left > 0 {
        let length = bytes[at..].iter().take_while(|b| is_data(**b)).count();
        if length < LEAST {
            at += length + 1;
            continue;
        }
        let (data, end) = joined(bytes, at, length);
        left = left.saturating_sub(data.len());
        found.extend(decoded(&data).map(|bytes| Data { span: at..end, bytes }));
        at = end;
    }
    found
}

/// The run at `at` with the lines that go on with it.
fn joined(bytes: &[u8], at: usize, length: usize) -> (Vec<u8>, usize) {
    let mut data: Vec<u8> = bytes[at..at + length].to_vec();
    let mut end = at + length;
    while data.len() < MOST {
        let gap = match bytes.get(end..).unwrap_or_default() {
            [b'\r', b'\n', ..] => 2,
            [b'\n', ..] => 1,
            _ => break,
        };
        let next = bytes[end + gap..].iter().take_while(|b| is_data(**b)).count();
        // A last line may be shorter; a word on a line of its own is none of it.
        let line_ends = bytes.get(end + gap + next).is_none_or(|b| matches!(b, b'\r' | b'\n'));
        if next == 0 || next > length || !line_ends || length < 60 {
            break;
        }
        data.extend_from_slice(&bytes[end + gap..end + gap + next]);
        end += gap + next;
        if next < length {
            break;
        }
    }
    data.truncate(MOST);
    (data, end)
}

const fn is_data(b: u8) -> bool {
    b.is_ascii_alphanumeric() || matches!(b, b'+' | b'/' | b'=' | b'-' | b'_')
}

/// What the data holds; none where it is no base64.
pub(super) fn decoded(data: &[u8]) -> Option<Vec<u8>> {
    // Long words and paths are made of the same characters; encoded text has both cases.
    let mixed = data.iter().any(u8::is_ascii_uppercase) && data.iter().any(u8::is_ascii_lowercase);
    if !mixed {
        return None;
    }
    let data: Vec<u8> = data
        .iter()
        .filter(|b| **b != b'=')
        .map(|b| match b {
            b'-' => b'+',
            b'_' => b'/',
            other => *other,
        })
        .collect();
    let lenient = GeneralPurposeConfig::new()
        .with_decode_allow_trailing_bits(true)
        .with_decode_padding_mode(DecodePaddingMode::Indifferent);
    let whole = data.len() - usize::from(data.len() % 4 == 1);
    GeneralPurpose::new(&alphabet::STANDARD, lenient).decode(&data[..whole]).ok()
}

/// What the bytes say, if they are text.
pub(super) fn said(bytes: &[u8]) -> Option<String> {
    let text = String::from_utf8_lossy(bytes);
    let all = text.chars().count();
    let printable =
        text.chars().filter(|c| *c != '\u{fffd}' && (!c.is_control() || c.is_whitespace())).count();
    (printable * 1000 >= all * PRINTABLE).then(|| text.into_owned())
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn only_runs_that_carry_text_are_read() {
        let text = base64::engine::general_purpose::STANDARD.encode("What is said here is said in full.");
        let found = runs(&format!("ä {text}."));
        assert_eq!(found.len(), 1);
        assert_eq!(
            (found[0].span.clone(), found[0].text.as_str()),
            (3..3 + text.len(), "What is said here is said in full.")
        );
        for other in [
            "a".repeat(100),
            "aB3+/xYz".repeat(20),
            "/usr/local/share/Documentation/for/programs/of/all/kinds".into(),
        ] {
            assert!(runs(&other).is_empty(), "{other}");
        }
    }

    proptest! {
        #[test]
        fn any_text_is_read_without_a_panic(text in "([A-Za-z0-9+/=]{0,90}|\n|\r\n|\\PC){0,20}") {
            for run in runs(&text) {
                prop_assert!(text.get(run.span).is_some());
            }
        }
    }
}
