//! Events: what observers may want to know, in the order it became true.

use crate::conn::{Conn, Engine, Tx};
use crate::entity::event::{ActiveModel, Column, Entity};
use crate::{Result, StoreError};
use karat_types::{Clock, Micros, clock::SystemClock};
use sea_orm::{ColumnTrait, ConnectionTrait, EntityTrait, QueryFilter, QueryOrder, QuerySelect, Set};
use serde::Serialize;

pub use crate::entity::event::Model as EventRow;

/// Events come into being one after the other: without this lock a reader could see
/// event 6 before event 5 is committed, go on from 6, and never see 5.
const ORDER_LOCK: &str = "SELECT pg_advisory_xact_lock(461228237173)";

/// An event on its way.
#[derive(Clone, Debug)]
pub(crate) struct NewEvent {
    topic: String,
    kind: String,
    payload: String,
    at: Micros,
}

/// Adds an event to the transaction; it is written when the transaction commits.
///
/// Topics: `submission:<id>`, `run:<id>`, …; the payload is a view as observers get it.
pub fn append(tx: &Tx, topic: &str, kind: &str, payload: &impl Serialize) -> Result<()> {
    let payload = serde_json::to_string(payload).map_err(|e| StoreError::Other(e.to_string()))?;
    let at = SystemClock.now();
    tx.push_event(NewEvent { topic: topic.to_owned(), kind: kind.to_owned(), payload, at });
    Ok(())
}

/// The last thing a transaction does before it commits.
pub(crate) async fn write(tx: &Tx, events: Vec<NewEvent>) -> Result<()> {
    if tx.engine() == Engine::Postgres {
        tx.execute_unprepared(ORDER_LOCK).await?;
    }
    let rows = events.into_iter().map(|e| ActiveModel {
        topic: Set(e.topic),
        kind: Set(e.kind),
        payload: Set(e.payload),
        created_at: Set(e.at.0),
        ..Default::default()
    });
    Entity::insert_many(rows).exec_without_returning(tx).await?;
    Ok(())
}

/// Events after `seq`, oldest first; no topics = all of them.
pub async fn after<C: Conn>(conn: &C, seq: i64, topics: &[String], limit: u64) -> Result<Vec<EventRow>> {
    let mut query = Entity::find().filter(Column::Seq.gt(seq));
    if !topics.is_empty() {
        query = query.filter(Column::Topic.is_in(topics));
    }
    Ok(query.order_by_asc(Column::Seq).limit(limit).all(conn).await?)
}

/// Number of the newest event; 0 when there is none.
pub async fn last_seq<C: Conn>(conn: &C) -> Result<i64> {
    let last = Entity::find().order_by_desc(Column::Seq).limit(1).one(conn).await?;
    Ok(last.map_or(0, |e| e.seq))
}

/// Forgets events older than `before`; rows they speak of are untouched.
pub async fn prune(tx: &Tx, before: Micros) -> Result<u64> {
    let done = Entity::delete_many().filter(Column::CreatedAt.lt(before.0)).exec(tx).await?;
    Ok(done.rows_affected)
}
