//! One key under which likely copies of a submission are found.

use sea_orm::entity::prelude::*;

/// One key under which likely copies of a submission are found.
#[derive(Clone, Debug, PartialEq, DeriveEntityModel)]
#[sea_orm(table_name = "band")]
pub struct Model {
    #[sea_orm(primary_key, auto_increment = false)]
    pub datanet_id: Uuid,
    #[sea_orm(primary_key, auto_increment = false)]
    pub band: i32,
    #[sea_orm(primary_key, auto_increment = false)]
    pub hash: i64,
    #[sea_orm(primary_key, auto_increment = false)]
    pub submission_id: Uuid,
}

/// None: joins are written where they are needed.
#[derive(Clone, Copy, Debug, EnumIter, DeriveRelation)]
pub enum Relation {}

impl ActiveModelBehavior for ActiveModel {}
