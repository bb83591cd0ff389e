//! What the model answered to a pinned prompt at a step.

use sea_orm::entity::prelude::*;

/// What the model answered to a pinned prompt at a step.
#[derive(Clone, Debug, PartialEq, DeriveEntityModel)]
#[sea_orm(table_name = "run_sample")]
pub struct Model {
    #[sea_orm(primary_key, auto_increment = false)]
    pub run_id: Uuid,
    #[sea_orm(primary_key, auto_increment = false)]
    pub step: i64,
    #[sea_orm(primary_key, auto_increment = false)]
    pub idx: i32,
    pub prompt: String,
    pub text: String,
}

/// None: joins are written where they are needed.
#[derive(Clone, Copy, Debug, EnumIter, DeriveRelation)]
pub enum Relation {}

impl ActiveModelBehavior for ActiveModel {}
