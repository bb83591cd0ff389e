//! A base model or an adapter: a manifest of blobs.

use sea_orm::entity::prelude::*;

/// A base model or an adapter: a manifest of blobs.
#[derive(Clone, Debug, PartialEq, DeriveEntityModel)]
#[sea_orm(table_name = "model")]
pub struct Model {
    #[sea_orm(primary_key, auto_increment = false)]
    pub id: Uuid,
    pub name: String,
    pub kind: String,
    pub base_id: Option<Uuid>,
    pub run_id: Option<Uuid>,
    pub family: String,
    pub parameters: i64,
    pub context: i64,
    pub chat: bool,
    pub manifest: String,
    pub manifest_hash: String,
    pub bytes: i64,
    pub created_by: Option<Uuid>,
    pub created_at: i64,
}

/// None: joins are written where they are needed.
#[derive(Clone, Copy, Debug, EnumIter, DeriveRelation)]
pub enum Relation {}

impl ActiveModelBehavior for ActiveModel {}
