//! All that comes out of reading a file once.

use crate::document::Extract;
use crate::near::Prints;
use karat_types::finding::Verdict;
use serde::{Deserialize, Serialize};
use std::borrow::Cow;

/// What the gate made of one file.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Examined {
    /// What it says.
    pub verdict: Verdict,
    /// What copies are found by.
    pub prints: Prints,
    /// Files made from the original.
    #[serde(skip)]
    pub derived: Vec<Derived>,
}

impl Examined {
    /// The text of the file: taken out of a document, or the file itself when it is one.
    pub fn text<'a>(&self, bytes: &'a [u8]) -> Option<Cow<'a, str>> {
        let extract = self.derived.iter().find(|derived| derived.kind == DerivedKind::Extract);
        if let Some(extract) = extract {
            let extract: Extract = serde_json::from_slice(&extract.bytes).ok()?;
            return Some(Cow::Owned(extract.text));
        }
        let plain = self.verdict.media_type.as_deref().is_some_and(|kind| kind.starts_with("text/"));
        std::str::from_utf8(bytes).ok().filter(|_| plain).map(Cow::Borrowed)
    }
}

/// A file made from the original, kept beside it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Derived {
    /// What it is for.
    pub kind: DerivedKind,
    /// What it is.
    pub media_type: String,
    /// Its content.
    #[serde(skip)]
    pub bytes: Vec<u8>,
}

/// What a derived file is for.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum DerivedKind {
    /// The text of a document with the places it comes from: JSON of `document::Extract`.
    Extract,
    /// The media file without what would give its maker away; goes into releases.
    Cleaned,
    /// What a person looks at: a small PNG of an image, JSON with peaks and spectrogram of
    /// a recording.
    Preview,
}

impl DerivedKind {
    /// The word it is stored as.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Extract => "extract",
            Self::Cleaned => "cleaned",
            Self::Preview => "preview",
        }
    }

    /// What a stored word means.
    pub fn named(word: &str) -> Option<Self> {
        [Self::Extract, Self::Cleaned, Self::Preview].into_iter().find(|kind| kind.as_str() == word)
    }
}

/// What reading a content of one modality gave.
#[derive(Debug, Default)]
pub(crate) struct Read {
    pub(crate) findings: Vec<karat_types::Finding>,
    /// How good the content is of its kind, 0–100; none when it could not be read.
    pub(crate) quality: Option<u32>,
    pub(crate) not_run: Vec<karat_types::finding::NotRun>,
    pub(crate) prints: Prints,
    pub(crate) derived: Vec<Derived>,
    /// Why the reader stopped, where it did before the content was measured.
    pub(crate) stopped: Option<&'static str>,
    /// Checks that ran before it stopped, whether they found something or not.
    pub(crate) ran: &'static [&'static str],
}
