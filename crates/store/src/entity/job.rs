//! One unit of background work.

use sea_orm::entity::prelude::*;

/// One unit of background work.
#[derive(Clone, Debug, PartialEq, DeriveEntityModel)]
#[sea_orm(table_name = "job")]
pub struct Model {
    #[sea_orm(primary_key, auto_increment = false)]
    pub id: Uuid,
    pub queue: String,
    pub kind: String,
    /// JSON.
    pub payload: String,
    pub state: String,
    /// Higher goes first.
    pub priority: i32,
    /// Not before this moment.
    pub run_at: i64,
    /// How often it was claimed; the fencing number.
    pub attempt: i32,
    pub max_attempts: i32,
    pub lease_owner: Option<String>,
    pub lease_until: Option<i64>,
    pub cancel_requested: bool,
    /// Unique among jobs that are not finished.
    pub dedup_key: Option<String>,
    pub last_error: Option<String>,
    pub created_at: i64,
}

/// None: joins are written where they are needed.
#[derive(Clone, Copy, Debug, EnumIter, DeriveRelation)]
pub enum Relation {}

impl ActiveModelBehavior for ActiveModel {}
