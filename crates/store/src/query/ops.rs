//! Counts for whoever runs the server.

use crate::Result;
use crate::conn::Conn;
use crate::entity::{run, submission};
use sea_orm::{ColumnTrait, EntityTrait, QuerySelect};

/// How many submissions stand in each state.
pub async fn submission_states(conn: &impl Conn) -> Result<Vec<(String, i64)>> {
    use submission::Column as C;
    let counts = submission::Entity::find().select_only().column(C::State).column_as(C::Id.count(), "n");
    Ok(counts.group_by(C::State).into_tuple().all(conn).await?)
}

/// How many runs stand in each state.
pub async fn run_states(conn: &impl Conn) -> Result<Vec<(String, i64)>> {
    use run::Column as C;
    let counts = run::Entity::find().select_only().column(C::State).column_as(C::Id.count(), "n");
    Ok(counts.group_by(C::State).into_tuple().all(conn).await?)
}
