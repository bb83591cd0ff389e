//! What stays of a submission that was taken back.

use sea_orm::entity::prelude::*;

/// What stays of a submission that was taken back.
#[derive(Clone, Debug, PartialEq, DeriveEntityModel)]
#[sea_orm(table_name = "tombstone")]
pub struct Model {
    #[sea_orm(primary_key, auto_increment = false)]
    pub submission_id: Uuid,
    pub content_hash: String,
    pub reason: String,
    pub created_at: i64,
}

/// None: joins are written where they are needed.
#[derive(Clone, Copy, Debug, EnumIter, DeriveRelation)]
pub enum Relation {}

impl ActiveModelBehavior for ActiveModel {}
