//! A few rows to look at: one each from different accepted submissions.

use super::load;
use crate::app::{Actor, App};
use crate::authz::{self, Action};
use crate::view::datanet::SampleRow;
use crate::words::hash;
use karat_store::{entity, query};
use karat_types::id::DatanetId;
use karat_types::{Modality, Problem};
use std::collections::HashSet;

/// Rows at most.
const MOST: usize = 20;
/// Newest accepted submissions that are looked through for different contributors.
const LOOKED_THROUGH: u64 = 200;

/// Up to `n` rows of the newest accepted texts, of different contributors where there
/// are enough of them. Datanets of images and sounds have none.
pub async fn sample_rows(
    app: &App,
    actor: &Actor,
    id: DatanetId,
    n: usize,
) -> Result<Vec<SampleRow>, Problem> {
    authz::require(actor, Action::ReadDatanet, false)?;
    let db = app.store.db();
    if load(db, id).await?.modality != Modality::Text.as_str() {
        return Ok(Vec::new());
    }
    let rows = choose(query::submission::accepted(db, id.0, LOOKED_THROUGH).await?, n.min(MOST));
    let people: Vec<_> = rows.iter().map(|row| row.contributor_id).collect();
    let names = query::standing::names(db, &people).await?;
    let mut out = Vec::new();
    for row in rows {
        let bytes = app.store.blobs().get(hash(&row.content_hash)?).await?;
        let Some(content) = first_row(&bytes, row.media_type.as_deref().unwrap_or_default()) else {
            continue;
        };
        out.push(SampleRow {
            content,
            submission: row.id.into(),
            contributor: names.get(&row.contributor_id).cloned().unwrap_or_default(),
            licence: row.licence,
        });
    }
    Ok(out)
}

/// One submission of each contributor first, then the rest.
fn choose(rows: Vec<entity::submission::Model>, n: usize) -> Vec<entity::submission::Model> {
    let mut seen = HashSet::new();
    let (mut firsts, rest): (Vec<_>, Vec<_>) =
        rows.into_iter().partition(|row| seen.insert(row.contributor_id));
    firsts.extend(rest);
    firsts.truncate(n);
    firsts
}

/// The first row a release would cut from the text; of records and of documents, which
/// are read apart from everything else, none.
fn first_row(bytes: &[u8], media_type: &str) -> Option<String> {
    if karat_gate::document::is_document(media_type) {
        return None;
    }
    let text = String::from_utf8_lossy(bytes);
    karat_gate::rows::cut(&text).into_iter().next().map(|span| text[span].to_owned())
}
