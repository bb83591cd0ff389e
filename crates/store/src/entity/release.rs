//! An immutable snapshot of a datanet's accepted data.

use sea_orm::entity::prelude::*;

/// An immutable snapshot of a datanet's accepted data.
#[derive(Clone, Debug, PartialEq, DeriveEntityModel)]
#[sea_orm(table_name = "release")]
pub struct Model {
    #[sea_orm(primary_key, auto_increment = false)]
    pub id: Uuid,
    pub datanet_id: Uuid,
    pub version: i32,
    pub state: String,
    /// Merkle root over the rows.
    pub root: Option<String>,
    pub rows: i64,
    pub submissions: i64,
    pub contributors: i64,
    pub bytes: i64,
    pub licences: String,
    pub licence_class: Option<String>,
    pub card: String,
    pub manifest_hash: Option<String>,
    pub jsonl_hash: Option<String>,
    pub parquet_hash: Option<String>,
    pub created_by: Option<Uuid>,
    pub created_at: i64,
    pub error: Option<String>,
    /// JSON list of files.
    pub files: Option<String>,
    /// JSON: what waits for a later release, and why.
    pub plan: Option<String>,
    pub stopped_at: Option<i64>,
    pub stopped_why: Option<String>,
}

/// None: joins are written where they are needed.
#[derive(Clone, Copy, Debug, EnumIter, DeriveRelation)]
pub enum Relation {}

impl ActiveModelBehavior for ActiveModel {}
