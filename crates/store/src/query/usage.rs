//! What was entered on a day: by contributor, by contributor and datanet, and by datanet.

use crate::entity::usage;
use crate::{Conn, Result, Tx};
use sea_orm::prelude::Uuid;
use sea_orm::sea_query::{Expr, ExprTrait, OnConflict};
use sea_orm::{EntityTrait, IntoActiveModel};

/// Whose day is counted.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Key {
    /// Nil = everybody in the datanet.
    pub contributor: Uuid,
    /// Nil = over all datanets.
    pub datanet: Uuid,
    /// UTC day.
    pub day: i64,
}

/// What to add; negative numbers give back.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Delta {
    /// Files that pass or may pass.
    pub files: i32,
    /// Their bytes.
    pub bytes: i64,
    /// Of the files, those marked *trial*.
    pub trial: i32,
    /// Uploads and pre-checks.
    pub attempts: i32,
    /// Their bytes.
    pub attempt_bytes: i64,
}

/// Adds to a day and says what it is now. The row is held until the transaction ends, so
/// whoever comes second sees what the first one took: that makes limits race-free.
pub async fn add(tx: &Tx, key: Key, delta: Delta) -> Result<usage::Model> {
    use usage::Column as C;
    let row = usage::Model {
        contributor_id: key.contributor,
        datanet_id: key.datanet,
        day: key.day,
        files: delta.files,
        bytes: delta.bytes,
        trial: delta.trial,
        attempts: delta.attempts,
        attempt_bytes: delta.attempt_bytes,
    };
    let sum = |column: C| Expr::col((usage::Entity, column));
    let on_conflict = OnConflict::columns([C::ContributorId, C::DatanetId, C::Day])
        .value(C::Files, sum(C::Files).add(delta.files))
        .value(C::Bytes, sum(C::Bytes).add(delta.bytes))
        .value(C::Trial, sum(C::Trial).add(delta.trial))
        .value(C::Attempts, sum(C::Attempts).add(delta.attempts))
        .value(C::AttemptBytes, sum(C::AttemptBytes).add(delta.attempt_bytes))
        .to_owned();
    Ok(usage::Entity::insert(row.into_active_model())
        .on_conflict(on_conflict)
        .exec_with_returning(tx)
        .await?)
}

/// What was entered; none = nothing.
pub async fn get(conn: &impl Conn, key: Key) -> Result<Option<usage::Model>> {
    Ok(usage::Entity::find_by_id((key.contributor, key.datanet, key.day)).one(conn).await?)
}
