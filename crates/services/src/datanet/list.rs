//! The list of datanets: words and filters, newest first.

use super::view::describe;
use crate::app::{Actor, App};
use crate::authz::{self, Action};
use crate::view::Page;
use crate::view::datanet::{Datanet, DatanetQuery};
use crate::words::{PAGE, cursor, next_of, search_words};
use karat_store::query;
use karat_types::Problem;

/// One page of datanets that match.
pub async fn list(app: &App, actor: &Actor, ask: &DatanetQuery) -> Result<Page<Datanet>, Problem> {
    authz::require(actor, Action::ReadDatanet, false)?;
    let filter = query::datanet::Filter {
        words: search_words(ask.q.as_deref().unwrap_or_default()),
        modality: ask.modality.map(|m| m.to_string()),
        licence: ask.licence.as_deref().map(canonical).transpose()?,
        open: ask.open,
    };
    let after = cursor(ask.after.as_deref())?;
    let db = app.store.db();
    let (mut rows, total) = query::datanet::list(db, &filter, after, PAGE + 1).await?;
    let next = next_of(&mut rows, PAGE, |row| row.id);
    Ok(Page { items: describe(db, actor, rows).await?, total, next })
}

fn canonical(licence: &str) -> Result<String, Problem> {
    karat_gate::licence::canonical(licence).map_err(|error| {
        Problem::bad(
            "licence_unknown",
            format!("“{licence}” is not an SPDX licence: {error}."),
            "Use an identifier of https://spdx.org/licenses, such as CC-BY-4.0.",
        )
    })
}
