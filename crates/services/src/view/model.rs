//! Models: bases and adapters.

use crate::view::submission::ReleaseRef;
use karat_types::id::{ModelId, RunId};
use karat_types::{Hash, Micros, ModelKind};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

/// A base model or an adapter.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, ToSchema)]
pub struct Model {
    /// Its id.
    pub id: ModelId,
    /// Unique name; the API calls an adapter `base:adapter`.
    pub name: String,
    /// Base or adapter.
    pub kind: ModelKind,
    /// The base an adapter sits on.
    pub base: Option<ModelId>,
    /// The base's name.
    pub base_name: Option<String>,
    /// The run that made it.
    pub run: Option<RunId>,
    /// `llama`, …
    pub family: String,
    /// Number of parameters.
    pub parameters: u64,
    /// Longest context, tokens.
    pub context: u64,
    /// Whether it can chat, or only continue text.
    pub chat: bool,
    /// Hash of the manifest.
    pub manifest: Hash,
    /// Bytes on disk.
    pub bytes: u64,
    /// Stopped releases it learned from: data in them was withdrawn since it was trained.
    pub since_withdrawn: Vec<ReleaseRef>,
    /// When it was added.
    pub created_at: Micros,
}

/// A file of a model.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct ModelFile {
    /// Its name.
    pub name: String,
    /// Its hash.
    pub hash: Hash,
    /// Its size.
    pub bytes: u64,
}
