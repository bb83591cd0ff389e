//! A final decision; `seq` is gap-free.

use sea_orm::entity::prelude::*;

/// A final decision; `seq` is gap-free.
#[derive(Clone, Debug, PartialEq, DeriveEntityModel)]
#[sea_orm(table_name = "decision")]
pub struct Model {
    #[sea_orm(primary_key, auto_increment = false)]
    pub seq: i64,
    pub id: Uuid,
    pub submission_id: Uuid,
    pub datanet_id: Uuid,
    pub contributor_id: Uuid,
    pub policy: String,
    pub outcome: String,
    pub reasons: String,
    pub note: Option<String>,
    /// None = the automatic policy.
    pub account_id: Option<Uuid>,
    pub season: i64,
    pub created_at: i64,
}

/// None: joins are written where they are needed.
#[derive(Clone, Copy, Debug, EnumIter, DeriveRelation)]
pub enum Relation {}

impl ActiveModelBehavior for ActiveModel {}
