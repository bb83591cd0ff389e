//! A sequence that looks planted, and the submissions that carry it.

use sea_orm::entity::prelude::*;

/// A sequence that looks planted, and the submissions that carry it.
#[derive(Clone, Debug, PartialEq, DeriveEntityModel)]
#[sea_orm(table_name = "alert")]
pub struct Model {
    #[sea_orm(primary_key, auto_increment = false)]
    pub id: Uuid,
    pub datanet_id: Uuid,
    pub sequence: String,
    /// JSON list of submissions.
    pub submissions: String,
    pub created_at: i64,
    pub dismissed_at: Option<i64>,
    /// Account that dismissed it.
    pub dismissed_by: Option<Uuid>,
    /// Why it was dismissed.
    pub reason: Option<String>,
}

/// None: joins are written where they are needed.
#[derive(Clone, Copy, Debug, EnumIter, DeriveRelation)]
pub enum Relation {}

impl ActiveModelBehavior for ActiveModel {}
