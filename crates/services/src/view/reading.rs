//! What was read of a file, so that a finding can be shown at its place.

use karat_types::id::SubmissionId;
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

/// The text of a file, or taken out of a document.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize, ToSchema)]
pub struct Reading {
    /// The text, from its beginning.
    pub text: String,
    /// Whether the file has more text than is sent.
    pub cut: bool,
    /// Whether the text was taken out of a document: then `spans` say where it stands in
    /// the file.
    pub extracted: bool,
    /// Where stretches of the text come from; ascending, without overlap.
    pub spans: Vec<ReadSpan>,
    /// How large the pages of the file are, the first first; empty where it has none.
    pub pages: Vec<PageSize>,
}

/// How large a page is as it is shown, turned and cropped as the file says.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct PageSize {
    /// Points.
    pub width: u32,
    /// Points.
    pub height: u32,
}

/// A stretch of the text and its place in the file.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, ToSchema)]
pub struct ReadSpan {
    /// First byte in the text.
    pub start: u64,
    /// One past the last byte in the text.
    pub end: u64,
    /// Where it stands.
    pub place: ReadPlace,
}

/// A place in a document.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, ToSchema)]
#[serde(tag = "kind", rename_all = "snake_case")]
pub enum ReadPlace {
    /// A box on a page, in points from the page's top left corner.
    Page {
        /// Page, from 1.
        page: u32,
        /// x, y, width, height.
        area: [u32; 4],
    },
    /// A paragraph of a document.
    Paragraph {
        /// Its number, from 1.
        number: u32,
    },
    /// A record of a file of records.
    Record {
        /// Line of the file, from 1.
        line: u64,
    },
}

/// What a person looks at instead of the raw picture or sound.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, ToSchema)]
#[serde(tag = "kind", rename_all = "snake_case")]
pub enum Preview {
    /// A picture, at most 1280 pixels wide or high, without what its file says of its maker.
    Image {
        /// `data:` URL of a PNG or a JPEG, at most 200 kB.
        url: String,
        /// Pixels of the original, in which findings give their boxes.
        width: u32,
        /// Pixels of the original.
        height: u32,
    },
    /// A drawing of a sound.
    Sound {
        /// `duration_ms`, `sample_rate`, `channels`, `peaks` (lowest and highest sample of
        /// each of the equal parts of the recording) and `spectrogram`.
        #[schema(value_type = Object)]
        sound: serde_json::Value,
    },
}

/// A place that speaks of a person, and what could stand there instead.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct Mask {
    /// First byte in the text.
    pub start: u64,
    /// One past the last byte in the text.
    pub end: u64,
    /// What it is: `email`, `phone`, `ip`, …
    pub kind: String,
    /// What to put there.
    pub replacement: String,
}

/// The text of a file that is not UTF-8, as UTF-8.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct Converted {
    /// The encoding it was read as.
    pub encoding: String,
    /// The whole text.
    pub text: String,
}

/// What is nearest of all that is there already.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, ToSchema)]
pub struct Neighbour {
    /// The submission; none where it may not be seen, and none in review, where it could
    /// tell whose the item is.
    pub submission: Option<SubmissionId>,
    /// How alike they are, in thousandths; none where it was not measured.
    pub likeness: Option<u32>,
    /// How much of the new one stands in this one, in thousandths.
    pub contained: Option<u32>,
    /// Its text, where it may be seen.
    pub reading: Option<Reading>,
    /// Its preview, where it may be seen.
    pub preview: Option<Preview>,
    /// Where it can be heard, for a recording that may be seen.
    pub sound_url: Option<String>,
}
