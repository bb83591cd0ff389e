//! A file made from a submission: its text, its cleaned form, its preview.

use sea_orm::entity::prelude::*;

/// A file made from a submission: its text, its cleaned form, its preview.
#[derive(Clone, Debug, PartialEq, DeriveEntityModel)]
#[sea_orm(table_name = "derived")]
pub struct Model {
    #[sea_orm(primary_key, auto_increment = false)]
    pub submission_id: Uuid,
    #[sea_orm(primary_key, auto_increment = false)]
    /// `extract`, `cleaned` or `preview`.
    pub kind: String,
    /// Blob of the derived file.
    pub hash: String,
    pub media_type: String,
    pub bytes: i64,
}

/// None: joins are written where they are needed.
#[derive(Clone, Copy, Debug, EnumIter, DeriveRelation)]
pub enum Relation {}

impl ActiveModelBehavior for ActiveModel {}
