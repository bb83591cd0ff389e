//! One fine-tuning job.

use sea_orm::entity::prelude::*;

/// One fine-tuning job.
#[derive(Clone, Debug, PartialEq, DeriveEntityModel)]
#[sea_orm(table_name = "run")]
pub struct Model {
    #[sea_orm(primary_key, auto_increment = false)]
    pub id: Uuid,
    pub name: String,
    pub state: String,
    pub base_id: Uuid,
    pub init_adapter_id: Option<Uuid>,
    pub release_id: Option<Uuid>,
    /// Blob of an uploaded JSONL, when there is no release.
    pub file_hash: Option<String>,
    pub data_name: String,
    pub settings: String,
    pub held_out_percent: i32,
    pub prompts: String,
    pub step: i64,
    pub total_steps: i64,
    pub loss: Option<f64>,
    pub tokens_per_s: Option<f64>,
    pub model_id: Option<Uuid>,
    pub summary: Option<String>,
    pub error: Option<String>,
    /// Manifest of the last checkpoint's blobs.
    pub checkpoint: Option<String>,
    pub created_by: Option<Uuid>,
    pub created_at: i64,
    pub started_at: Option<i64>,
    pub finished_at: Option<i64>,
}

/// None: joins are written where they are needed.
#[derive(Clone, Copy, Debug, EnumIter, DeriveRelation)]
pub enum Relation {}

impl ActiveModelBehavior for ActiveModel {}
