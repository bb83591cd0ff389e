//! What was entered on a day; nil ids stand for "all".

use sea_orm::entity::prelude::*;

/// What was entered on a day; nil ids stand for "all".
#[derive(Clone, Debug, PartialEq, DeriveEntityModel)]
#[sea_orm(table_name = "usage")]
pub struct Model {
    /// Nil = the datanet's aggregate.
    #[sea_orm(primary_key, auto_increment = false)]
    pub contributor_id: Uuid,
    /// Nil = over all datanets.
    #[sea_orm(primary_key, auto_increment = false)]
    pub datanet_id: Uuid,
    #[sea_orm(primary_key, auto_increment = false)]
    pub day: i64,
    pub files: i32,
    pub bytes: i64,
    pub trial: i32,
    pub attempts: i32,
    pub attempt_bytes: i64,
}

/// None: joins are written where they are needed.
#[derive(Clone, Copy, Debug, EnumIter, DeriveRelation)]
pub enum Relation {}

impl ActiveModelBehavior for ActiveModel {}
