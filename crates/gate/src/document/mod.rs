//! Documents: where the text of a PDF, a DOCX or a file of records comes from.

use crate::examined::Read;
use crate::input::Rules;
use serde::{Deserialize, Serialize};

/// The text of a document and where each stretch of it stands in the file.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct Extract {
    /// The text, UTF-8, lines ending in `\n`.
    pub text: String,
    /// Where it comes from; ascending, without overlap.
    pub spans: Vec<Span>,
}

/// A stretch of extracted text and its place in the file.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Span {
    /// First byte in the text.
    pub start: u64,
    /// One past the last byte in the text.
    pub end: u64,
    /// Where it stands.
    pub place: Place,
}

/// A place in a document.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(tag = "kind", rename_all = "snake_case")]
pub enum Place {
    /// A box on a page, in points from the page's top left corner.
    Page {
        /// Page, from 1.
        page: u32,
        /// x, y, width, height.
        area: [u32; 4],
    },
    /// A paragraph of a DOCX, from 1.
    Paragraph {
        /// Its number.
        number: u32,
    },
    /// A record of a file of records.
    Record {
        /// Line of the file (Parquet: the record), from 1.
        line: u64,
    },
}

/// Whether text has to be taken out of files of this type first.
pub(crate) fn is_document(_media_type: &str) -> bool {
    false
}

/// All checks on a document.
pub(crate) fn check(_bytes: &[u8], _media_type: &str, _rules: &Rules) -> Read {
    Read::default()
}
