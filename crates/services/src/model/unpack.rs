//! From blobs to a folder the engine can open; kept in a cache by hash.

use super::{manifest_of, stored};
use crate::App;
use karat_types::Problem;
use karat_types::id::ModelId;
use std::path::{Path, PathBuf};

/// The model's folder in this machine's cache, made when it is not there yet.
///
/// The folder appears under its final name only when every file is complete, so two
/// processes may unpack the same model at once and a killed one leaves nothing half done.
pub async fn unpack(app: &App, id: ModelId) -> Result<PathBuf, Problem> {
    let model = stored(app, id).await?;
    let dir = app.cache_dir.join("models").join(&model.manifest_hash);
    if dir.is_dir() {
        return Ok(dir);
    }
    let parts = app.cache_dir.join("models").join(format!(".{}-{}", model.manifest_hash, ModelId::new()));
    create(&parts)?;
    for file in manifest_of(&model)?.files {
        app.store.blobs().get_to_file(file.hash, &parts.join(&file.name)).await?;
    }
    match std::fs::rename(&parts, &dir) {
        Ok(()) => Ok(dir),
        // Somebody else was faster: theirs is the same by its hash.
        Err(_) if dir.is_dir() => {
            let _ = std::fs::remove_dir_all(&parts);
            Ok(dir)
        }
        Err(e) => Err(cannot_write(&dir, &e)),
    }
}

/// Makes `dir` with its parents.
pub(crate) fn create(dir: &Path) -> Result<(), Problem> {
    std::fs::create_dir_all(dir).map_err(|e| cannot_write(dir, &e))
}

/// A local write that failed, with the fix.
pub(crate) fn cannot_write(path: &Path, e: &std::io::Error) -> Problem {
    let (status, code) = match e.kind() {
        std::io::ErrorKind::StorageFull => (507, "disk_full"),
        _ => (500, "cannot_write"),
    };
    Problem::new(
        status,
        code,
        format!("'{}' could not be written: {e}.", path.display()),
        "Free some space or check the permissions of the data directory; nothing stored was lost.",
    )
}
