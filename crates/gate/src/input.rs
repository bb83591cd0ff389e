//! What the gate is told about a file.

use crate::profile::Profile;
use karat_types::{Modality, Origin, SourceType};
use serde::{Deserialize, Serialize};

/// Version of the whole gate; any change that can change a verdict raises it.
pub const GATE_VERSION: u32 = 3;

/// One file at the door.
#[derive(Clone, Debug)]
pub struct Input<'a> {
    /// The file's own name, without folders.
    pub name: &'a str,
    /// Its content.
    pub bytes: &'a [u8],
    /// What it is judged by.
    pub rules: Rules,
}

impl<'a> Input<'a> {
    /// A file for a datanet of this modality with every setting at its default and
    /// nothing declared.
    pub fn new(name: &'a str, bytes: &'a [u8], modality: Modality) -> Self {
        Self { name, bytes, rules: Rules::of(modality) }
    }
}

/// What a file is judged by: the datanet's settings and the contributor's declaration.
///
/// Together with name and bytes it is all the gate needs, so it also travels to the child
/// process in which untrusted formats are decoded.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Rules {
    /// What the datanet holds.
    pub modality: Modality,
    /// The thresholds the datanet chose.
    pub profile: Profile,
    /// Largest file, bytes.
    pub max_bytes: u64,
    /// What the contributor declared; none = nobody was asked (an offline pre-check).
    pub declared: Option<Declared>,
    /// SPDX licences the datanet takes; empty = any valid expression.
    pub licences: Vec<String>,
    /// The language the datanet wants, ISO 639-1; none = any.
    pub language: Option<String>,
    /// Whether only what people made is taken.
    pub human_only: bool,
    /// Certificates whose Content Credentials are trusted, a PEM bundle; none = nobody's.
    pub trust_anchors: Option<String>,
    /// The transcript that came with a recording.
    pub transcript: Option<String>,
}

impl Rules {
    /// The defaults of a modality.
    pub const fn of(modality: Modality) -> Self {
        Self {
            modality,
            profile: Profile::of(modality),
            max_bytes: 10 * karat_types::limits::MB,
            declared: None,
            licences: Vec::new(),
            language: None,
            human_only: false,
            trust_anchors: None,
            transcript: None,
        }
    }
}

/// What a contributor says of a file. Consent is asked of a person and not of a file, so
/// it is no matter for the gate.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Declared {
    /// An SPDX expression, when it was asked; an empty one is refused.
    pub licence: Option<String>,
    /// Where the file comes from, when it was asked.
    pub origin: Option<Origin>,
    /// How it was made, when it was asked.
    pub source_type: Option<SourceType>,
}

impl Declared {
    /// Only a licence.
    pub fn licence(licence: impl Into<String>) -> Self {
        Self { licence: Some(licence.into()), origin: None, source_type: None }
    }
}
