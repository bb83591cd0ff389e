//! A community dataset.

use sea_orm::entity::prelude::*;

/// A community dataset.
#[derive(Clone, Debug, PartialEq, DeriveEntityModel)]
#[sea_orm(table_name = "datanet")]
pub struct Model {
    #[sea_orm(primary_key, auto_increment = false)]
    pub id: Uuid,
    pub name: String,
    /// Lower-case name; unique.
    pub name_key: String,
    pub purpose: String,
    pub guidelines: String,
    pub modality: String,
    /// JSON list of words.
    pub topics: String,
    /// JSON list of SPDX ids.
    pub licences: String,
    /// The gate's set of thresholds.
    pub profile: String,
    pub policy: String,
    /// Score from which `automatic` accepts.
    pub threshold: i32,
    pub open: bool,
    /// Limit a contributor; none = the general one.
    pub files_per_day: Option<i32>,
    /// Limit over all contributors.
    pub bytes_per_day_all: Option<i64>,
    pub owner_id: Uuid,
    pub created_at: i64,
    pub updated_at: i64,
    /// ISO 639-1; none = any language.
    pub language: Option<String>,
    /// Whether only what people made is taken.
    pub human_only: bool,
}

/// None: joins are written where they are needed.
#[derive(Clone, Copy, Debug, EnumIter, DeriveRelation)]
pub enum Relation {}

impl ActiveModelBehavior for ActiveModel {}
