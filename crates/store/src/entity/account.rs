//! A way in: a name and a password.

use sea_orm::entity::prelude::*;

/// A way in: a name and a password.
#[derive(Clone, Debug, PartialEq, DeriveEntityModel)]
#[sea_orm(table_name = "account")]
pub struct Model {
    #[sea_orm(primary_key, auto_increment = false)]
    pub id: Uuid,
    pub contributor_id: Uuid,
    /// Lower-case.
    pub name: String,
    /// PHC string of argon2id.
    pub password_hash: String,
    pub created_at: i64,
}

/// None: joins are written where they are needed.
#[derive(Clone, Copy, Debug, EnumIter, DeriveRelation)]
pub enum Relation {}

impl ActiveModelBehavior for ActiveModel {}
