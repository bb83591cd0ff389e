//! A copy of everything, to start again from.

use crate::authz::{self, Action};
use crate::{Actor, App};
pub use karat_store::Backup;
use karat_types::Problem;
use std::path::Path;

/// Copies rows and blobs into the new folder `out`; `karat serve --data-dir OUT` runs on it.
pub async fn create(app: &App, actor: &Actor, out: &Path) -> Result<Backup, Problem> {
    authz::require(actor, Action::Operate, false)?;
    Ok(app.store.back_up(out).await?)
}
