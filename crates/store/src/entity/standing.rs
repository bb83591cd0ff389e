//! A contributor's standing in one season; recomputable from decisions.

use sea_orm::entity::prelude::*;

/// A contributor's standing in one season; recomputable from decisions.
#[derive(Clone, Debug, PartialEq, DeriveEntityModel)]
#[sea_orm(table_name = "standing")]
pub struct Model {
    #[sea_orm(primary_key, auto_increment = false)]
    pub contributor_id: Uuid,
    /// Nil = overall.
    #[sea_orm(primary_key, auto_increment = false)]
    pub datanet_id: Uuid,
    #[sea_orm(primary_key, auto_increment = false)]
    pub season: i64,
    pub accepted: i32,
    pub rejected: i32,
    pub standing_bp: i32,
    /// Decision at which the standing was reached.
    pub reached_seq: i64,
}

/// None: joins are written where they are needed.
#[derive(Clone, Copy, Debug, EnumIter, DeriveRelation)]
pub enum Relation {}

impl ActiveModelBehavior for ActiveModel {}
