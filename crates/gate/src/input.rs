//! What the gate is told about a file.

use karat_types::Modality;
use serde::{Deserialize, Serialize};

/// Version of the whole gate; any change that can change a verdict raises it.
pub const GATE_VERSION: u32 = 1;

/// One file at the door.
#[derive(Clone, Debug)]
pub struct Input<'a> {
    /// The file's own name, without folders.
    pub name: &'a str,
    /// Its content.
    pub bytes: &'a [u8],
    /// What the datanet holds.
    pub modality: Modality,
    /// The thresholds the datanet chose.
    pub profile: Profile,
    /// How big a file may be.
    pub limits: Limits,
    /// What the contributor declared.
    pub declared: Declared<'a>,
    /// SPDX licences the datanet takes; empty = any valid expression.
    pub allowed_licences: &'a [String],
}

impl<'a> Input<'a> {
    /// A file for a datanet of this modality with every setting at its default and
    /// nothing declared.
    pub fn new(name: &'a str, bytes: &'a [u8], modality: Modality) -> Self {
        Self {
            name,
            bytes,
            modality,
            profile: Profile::default(),
            limits: Limits::default(),
            declared: Declared::NotAsked,
            allowed_licences: &[],
        }
    }
}

/// The licence, as the contributor declared it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Declared<'a> {
    /// Nobody was asked (an offline pre-check): the licence check does not run.
    NotAsked,
    /// An SPDX expression; an empty one is refused.
    Licence(&'a str),
}

/// A named set of thresholds; the datanet chooses one.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Profile {
    /// Running text.
    #[default]
    Prose,
    /// Documentation: version numbers, symbols and links among the words cost less.
    Technical,
    /// Sayings, questions, captions: there is no shortest length.
    Short,
}

impl Profile {
    /// The word it is stored and typed as.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Prose => "prose",
            Self::Technical => "technical",
            Self::Short => "short",
        }
    }
}

impl std::str::FromStr for Profile {
    type Err = String;
    fn from_str(s: &str) -> Result<Self, Self::Err> {
        match s {
            "prose" => Ok(Self::Prose),
            "technical" => Ok(Self::Technical),
            "short" => Ok(Self::Short),
            other => Err(format!("'{other}' is not one of: prose, technical, short")),
        }
    }
}

/// Limits on one file.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Limits {
    /// Largest file, bytes.
    pub max_bytes: u64,
}

impl Default for Limits {
    fn default() -> Self {
        Self { max_bytes: 10 * karat_types::limits::MB }
    }
}
