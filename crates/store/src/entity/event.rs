//! Something observers may want to know; `seq` grows in commit order.

use sea_orm::entity::prelude::*;

/// Something observers may want to know; `seq` grows in commit order.
#[derive(Clone, Debug, PartialEq, DeriveEntityModel)]
#[sea_orm(table_name = "event")]
pub struct Model {
    #[sea_orm(primary_key)]
    pub seq: i64,
    pub topic: String,
    pub kind: String,
    /// JSON.
    pub payload: String,
    pub created_at: i64,
}

/// None: joins are written where they are needed.
#[derive(Clone, Copy, Debug, EnumIter, DeriveRelation)]
pub enum Relation {}

impl ActiveModelBehavior for ActiveModel {}
