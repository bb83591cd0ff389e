//! The leaves of a release's tree in a file of their own: hashes alone, so that proofs can
//! be made when the content is gone.

use super::folder::{PLAIN, keep_text};
use super::read::{file_named, ready};
use super::{all_rows, parse_hash};
use crate::authz::{self, Action};
use crate::view::release::{LeafProof, ReleaseFile};
use crate::{Actor, App};
use karat_store::entity::release::Model as Stored;
use karat_types::id::ReleaseId;
use karat_types::{Hash, Problem};

/// Name of the file: one leaf a line, in hex.
pub(crate) const NAME: &str = "leaves.txt";

/// Keeps the file.
pub(super) async fn keep(app: &App, leaves: &[Hash]) -> Result<ReleaseFile, Problem> {
    let text: String = leaves.iter().map(|leaf| format!("{leaf}\n")).collect();
    keep_text(app, NAME, PLAIN, text).await
}

/// The leaves of a release that is ready, stopped or not.
pub(crate) async fn read(app: &App, release: &Stored) -> Result<Vec<Hash>, Problem> {
    let Some(file) = file_named(app, release, NAME).await? else {
        // Releases made before there was such a file.
        return Ok(all_rows(app, release).await?.iter().map(|row| row.leaf).collect());
    };
    let bytes = app.store.blobs().get(file.sha256).await?;
    let text = std::str::from_utf8(&bytes).map_err(|e| Problem::internal(format!("Stored leaves: {e}.")))?;
    text.lines().map(parse_hash).collect()
}

/// The proof that leaf `index` is in the release, without its content.
pub async fn leaf_proof(app: &App, actor: &Actor, id: ReleaseId, index: u64) -> Result<LeafProof, Problem> {
    authz::require(actor, Action::ReadRelease, false)?;
    let leaves = read(app, &ready(app, id).await?).await?;
    let missing = || Problem::missing("row", index);
    let place = usize::try_from(index).map_err(|_| missing())?;
    let path = karat_tlog::inclusion_proof(&leaves, place).ok_or_else(missing)?;
    let leaf = *leaves.get(place).ok_or_else(missing)?;
    Ok(LeafProof { index, leaf, root: karat_tlog::root(&leaves), size: leaves.len() as u64, path })
}
