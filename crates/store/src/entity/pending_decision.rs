//! A decision that can still be undone.

use sea_orm::entity::prelude::*;

/// A decision that can still be undone.
#[derive(Clone, Debug, PartialEq, DeriveEntityModel)]
#[sea_orm(table_name = "pending_decision")]
pub struct Model {
    #[sea_orm(primary_key, auto_increment = false)]
    pub submission_id: Uuid,
    pub outcome: String,
    pub reasons: String,
    pub note: Option<String>,
    pub account_id: Uuid,
    pub created_at: i64,
    pub final_at: i64,
}

/// None: joins are written where they are needed.
#[derive(Clone, Copy, Debug, EnumIter, DeriveRelation)]
pub enum Relation {}

impl ActiveModelBehavior for ActiveModel {}
