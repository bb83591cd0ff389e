//! What is there already: prints of contents, and which of them are copies.

pub mod known;
pub mod normal;

use karat_types::Hash;
use serde::{Deserialize, Serialize};

/// What a content is recognised by, stored with its submission.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Prints {
    /// The text whatever its case, spaces and forms of characters; see [`normal`].
    pub normal: Option<Hash>,
    /// Hashes of the text's five-word shingles, ascending, each once.
    pub shingles: Vec<u64>,
    /// What the text is about: hash and count of its commonest words, ascending by hash;
    /// see [`crate::text::fit`].
    #[serde(default)]
    pub terms: Vec<(u32, u16)>,
    /// Gradient hashes of the image: as it is, then turned, mirrored and cropped.
    pub gradients: Vec<u64>,
    /// SHA-256 of the decoded samples.
    pub samples: Option<Hash>,
    /// Chromaprint of the recording.
    pub chroma: Vec<u32>,
}
