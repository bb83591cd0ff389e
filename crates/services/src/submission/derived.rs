//! Files the gate made from a submission: its text, its cleaned form, its preview. Their
//! bytes are blobs, written before the rows that name them.

use crate::app::App;
use crate::words::hash;
use karat_gate::{Derived, DerivedKind};
use karat_store::{Tx, entity, query};
use karat_types::{Hash, Problem};
use uuid::Uuid;

/// A derived file whose bytes are among the blobs.
pub(super) struct Kept {
    kind: DerivedKind,
    media_type: String,
    hash: Hash,
    bytes: u64,
}

/// Puts the bytes among the blobs.
pub(super) async fn keep(app: &App, files: Vec<Derived>) -> Result<Vec<Kept>, Problem> {
    let mut kept = Vec::with_capacity(files.len());
    for Derived { kind, media_type, bytes } in files {
        let length = bytes.len() as u64;
        let hash = app.store.blobs().put(bytes).await?;
        kept.push(Kept { kind, media_type, hash, bytes: length });
    }
    Ok(kept)
}

/// Names them in rows, in place of what an earlier reading made.
pub(super) async fn save(tx: &Tx, submission: Uuid, kept: Vec<Kept>) -> Result<(), Problem> {
    let rows = kept.into_iter().map(|file| entity::derived::Model {
        submission_id: submission,
        kind: file.kind.as_str().to_owned(),
        hash: file.hash.hex(),
        media_type: file.media_type,
        bytes: i64::try_from(file.bytes).unwrap_or(i64::MAX),
    });
    Ok(query::derived::replace(tx, submission, rows.collect()).await?)
}

/// The files made from a submission, with their bytes: for callers that know the reader
/// may have them.
pub async fn load(app: &App, submission: Uuid) -> Result<Vec<Derived>, Problem> {
    let mut files = Vec::new();
    for row in query::derived::of(app.store.db(), submission).await? {
        let Some(kind) = DerivedKind::named(&row.kind) else { continue };
        let bytes = app.store.blobs().get(hash(&row.hash)?).await?;
        files.push(Derived { kind, media_type: row.media_type, bytes: bytes.to_vec() });
    }
    Ok(files)
}
