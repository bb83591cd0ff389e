//! One file offered to a datanet; its content never changes.

use sea_orm::entity::prelude::*;

/// One file offered to a datanet; its content never changes.
#[derive(Clone, Debug, PartialEq, DeriveEntityModel)]
#[sea_orm(table_name = "submission")]
pub struct Model {
    #[sea_orm(primary_key, auto_increment = false)]
    pub id: Uuid,
    pub datanet_id: Uuid,
    pub contributor_id: Uuid,
    pub file_name: String,
    pub bytes: i64,
    /// Blob of the original.
    pub content_hash: String,
    /// Hash of the normalised text.
    pub normal_hash: Option<String>,
    pub state: String,
    pub trial: bool,
    pub licence: String,
    pub origin: String,
    pub consent: bool,
    pub source_type: String,
    pub profile: String,
    pub gate_version: i32,
    pub score: Option<i32>,
    pub media_type: Option<String>,
    /// JSON verdict, as the gate said it.
    pub verdict: Option<String>,
    /// UTC day its slot was spent on.
    pub day: i64,
    pub created_at: i64,
    pub checked_at: Option<i64>,
    pub decided_at: Option<i64>,
    /// JSON list of reject reasons.
    pub reasons: Option<String>,
    pub note: Option<String>,
    /// The earliest submission of the same or nearly the same content.
    pub cluster_id: Option<Uuid>,
    /// The transcript that came with a recording.
    pub transcript: Option<String>,
    /// Why it waits for the operator and not for a reviewer: `reader_failed`, `known_bad`.
    pub set_aside: Option<String>,
    /// JSON rules it was last judged by: with them the verdict can be replayed.
    pub rules: Option<String>,
}

/// None: joins are written where they are needed.
#[derive(Clone, Copy, Debug, EnumIter, DeriveRelation)]
pub enum Relation {}

impl ActiveModelBehavior for ActiveModel {}
