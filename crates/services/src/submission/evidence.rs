//! What is shown of a submission to those who may judge it: never the raw media, whose
//! file can name its maker.

use super::check::judge;
use super::read::{File, readable, still_there};
use super::reading::{self, reading};
use super::view::nameless;
use crate::app::{Actor, App};
use crate::view::reading::{Preview, Reading};
use crate::words::{hash, json};
use bytes::Bytes;
use karat_gate::document::Extract;
use karat_gate::{Derived, DerivedKind};
use karat_store::entity;
use karat_types::Problem;
use karat_types::finding::Verdict;
use karat_types::id::SubmissionId;

/// Most of a text that is sent at once; the whole file is behind its link.
pub(crate) const MAX_TEXT_BYTES: usize = 1_000_000;

/// What was read of a text or a document.
pub async fn extract(app: &App, actor: &Actor, id: SubmissionId) -> Result<Reading, Problem> {
    let row = readable(app, actor, id).await?;
    still_there(&row)?;
    read(app, &row, &derived_files(app, &row).await?)
        .await?
        .ok_or_else(|| nothing("text", "This submission is no text, or none could be read from it."))
}

/// A picture or a sound to look at.
pub async fn preview(app: &App, actor: &Actor, id: SubmissionId) -> Result<Preview, Problem> {
    let row = readable(app, actor, id).await?;
    still_there(&row)?;
    reading::preview(&derived_files(app, &row).await?)
        .ok_or_else(|| nothing("preview", "The gate made no preview of this submission."))
}

/// A recording to hear, without what its file says of its maker.
pub async fn sound(app: &App, actor: &Actor, id: SubmissionId) -> Result<File, Problem> {
    let row = readable(app, actor, id).await?;
    still_there(&row)?;
    if !is_sound(&row) {
        return Err(nothing("sound", "This submission is no recording."));
    }
    cleaned(app, &row).await
}

/// Picture or sound without what its file says of its maker.
pub(super) async fn cleaned(app: &App, row: &entity::submission::Model) -> Result<File, Problem> {
    let cleaned = derived_files(app, row).await?.into_iter().find(|file| file.kind == DerivedKind::Cleaned);
    let bytes = match cleaned {
        Some(file) => Bytes::from(file.bytes),
        // The gate found nothing to take away.
        None => app.store.blobs().get(hash(&row.content_hash)?).await?,
    };
    Ok(File { name: nameless(&row.file_name), media_type: media_type(row).to_owned(), bytes })
}

/// Whether a document says in its properties who made it (check T16).
pub(super) fn names_people(row: &entity::submission::Model) -> Result<bool, Problem> {
    let verdict: Option<Verdict> = row.verdict.as_deref().map(json).transpose()?;
    Ok(verdict.is_some_and(|v| v.findings.iter().any(|f| f.code == karat_gate::document::NAMES_PEOPLE)))
}

/// The whole text of a document in place of the file, which names people.
pub(super) async fn as_text(app: &App, row: &entity::submission::Model) -> Result<File, Problem> {
    let derived = derived_files(app, row).await?;
    let extract = derived.into_iter().find(|file| file.kind == DerivedKind::Extract);
    let extract: Option<Extract> = extract.and_then(|file| serde_json::from_slice(&file.bytes).ok());
    let Some(extract) = extract else {
        return Err(nothing("text", "No text could be read from this document, and its file names people."));
    };
    let stem = row.file_name.rsplit_once('.').map_or(row.file_name.as_str(), |(stem, _)| stem);
    let bytes = Bytes::from(extract.text);
    Ok(File { name: format!("{stem}.txt"), media_type: "text/plain".to_owned(), bytes })
}

/// The text of a submission, as far as it is shown.
pub(crate) async fn read(
    app: &App,
    row: &entity::submission::Model,
    derived: &[Derived],
) -> Result<Option<Reading>, Problem> {
    if is_media(row) {
        return Ok(None);
    }
    let bytes = app.store.blobs().get(hash(&row.content_hash)?).await?;
    Ok(reading(&bytes, derived, MAX_TEXT_BYTES))
}

/// The files made from a submission. A plain text has none. What was not kept (checked by
/// an earlier version) the gate makes again, with the same bytes as the first time.
pub(crate) async fn derived_files(
    app: &App,
    row: &entity::submission::Model,
) -> Result<Vec<Derived>, Problem> {
    if media_type(row).starts_with("text/plain") || media_type(row).starts_with("text/markdown") {
        return Ok(Vec::new());
    }
    let kept = super::derived::load(app, row.id).await?;
    // What our reader failed on is read again by its job alone.
    if !kept.is_empty() || row.set_aside.is_some() {
        return Ok(kept);
    }
    Ok(judge(app, row).await?.derived)
}

/// Whether it is a picture or a recording.
pub(crate) fn is_media(row: &entity::submission::Model) -> bool {
    let media_type = media_type(row);
    media_type.starts_with("image/") || media_type.starts_with("audio/")
}

/// Whether it is a recording.
pub(super) fn is_sound(row: &entity::submission::Model) -> bool {
    media_type(row).starts_with("audio/")
}

/// Whether its raw bytes say nothing but what is read from them.
pub(super) fn is_plain(row: &entity::submission::Model) -> bool {
    let media_type = media_type(row);
    let records = ["application/jsonl", "application/x-ndjson", "application/json"];
    media_type.starts_with("text/") || records.contains(&media_type)
}

fn media_type(row: &entity::submission::Model) -> &str {
    row.media_type.as_deref().unwrap_or("application/octet-stream")
}

pub(super) fn nothing(what: &str, detail: &str) -> Problem {
    Problem::new(404, &format!("no_{what}"), detail, "Its page shows what there is to see of it.")
}
