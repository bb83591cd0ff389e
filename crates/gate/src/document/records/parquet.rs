//! Parquet: the limits of the gate, and what is said of a file that passes none of them.

use super::shape::{self, Fault};
use super::{Broken, Read, Spot};
use crate::evidence::finding;
use bytes::Bytes;
use karat_rows::parquet::{self, CODECS, Limits, Wrong};
use serde_json::json;

/// Far above what fits into a file of the size that is taken, unless it was made to.
const LIMITS: Limits =
    Limits { page: 50_000_000, total: 100_000_000, rows: 1_000_000, values: 20_000_000, listed: 4_000_000 };

/// Hands over every row, or says why the file cannot be read.
pub(super) fn walk(bytes: &[u8], each: &mut dyn FnMut(Spot, Read)) -> Result<(), Broken> {
    let read = parquet::walk(&Bytes::copy_from_slice(bytes), &LIMITS, &mut |number, record| {
        let at = usize::try_from(number - 1).unwrap_or(usize::MAX);
        let spot = Spot { line: number, span: at..at.saturating_add(1) };
        each(spot, record.map_err(|field| (no_text(field), 1)));
    });
    read.map_err(|wrong| Box::new(told(wrong)))
}

fn no_text(field: String) -> Fault {
    let expected = "text, a number, a date, true or false, a list or a struct".into();
    Fault { code: "record_wrong_type", field, expected, found: "bytes that are not UTF-8".into() }
}

fn told(wrong: Wrong) -> karat_types::Finding {
    match wrong {
        Wrong::Damaged(why) => {
            let why = shape::brief(&why);
            let message = format!("The Parquet file cannot be read: {why}.");
            finding("broken_document", json!(why), json!("a complete Parquet file"), message)
        }
        Wrong::Encrypted => {
            let message = "The Parquet file is encrypted.".to_owned();
            finding("encrypted_document", json!("Parquet encryption"), json!("none"), message)
        }
        Wrong::Packed { column, codec } => {
            let message =
                format!("Column {} is compressed with {codec}; taken are {CODECS}.", shape::brief(&column));
            finding("parquet_unsupported", json!(codec), json!(CODECS), message)
        }
        Wrong::TooMuch { what, found, most } => {
            let code = if what.is_bomb() { "stream_bomb" } else { "too_complex" };
            let message = format!("{}: {found} found, {most} allowed.", what.as_str());
            finding(code, json!(found), json!(most), message)
        }
    }
}
