//! Checkpoints as blobs, so that any worker can take up any run.

use super::read;
use crate::{App, model};
use karat_store::entity::run::Model as Stored;
use karat_types::{Hash, Problem};
use serde::{Deserialize, Serialize};
use std::path::{Path, PathBuf};

/// A file of a checkpoint, by its path below the work folder.
#[derive(Serialize, Deserialize)]
struct Part {
    path: String,
    hash: Hash,
}

/// Stores what is in the work folder. None when the trainer replaced a file meanwhile:
/// the checkpoint that replaced it will be stored instead.
pub(crate) async fn save(app: &App, work_dir: &Path) -> Result<Option<String>, Problem> {
    let mut parts = Vec::new();
    for file in files_below(work_dir) {
        let Ok(relative) = file.strip_prefix(work_dir) else { continue };
        match app.store.blobs().put_file(&file).await {
            Ok((hash, _)) => parts.push(Part { path: relative.to_string_lossy().into_owned(), hash }),
            Err(_) if !file.exists() => return Ok(None),
            Err(e) => return Err(e.into()),
        }
    }
    let text = serde_json::to_string(&parts).map_err(|e| Problem::internal(e.to_string()))?;
    Ok((!parts.is_empty()).then_some(text))
}

/// Brings the last stored checkpoint into an empty work folder. A folder that has one
/// already (the same machine took the run up again) is newer and stays.
pub(crate) async fn restore(app: &App, run: &Stored, work_dir: &Path) -> Result<(), Problem> {
    let Some(text) = &run.checkpoint else { return Ok(()) };
    if !files_below(work_dir).is_empty() {
        return Ok(());
    }
    let parts: Vec<Part> = read::parse(text)?;
    let staged = work_dir.with_extension("restoring");
    let _ = std::fs::remove_dir_all(&staged);
    for part in parts {
        let path = staged.join(&part.path);
        if let Some(parent) = path.parent() {
            model::create_dir(parent)?;
        }
        app.store.blobs().get_to_file(part.hash, &path).await?;
    }
    std::fs::remove_dir_all(work_dir)
        .and_then(|()| std::fs::rename(&staged, work_dir))
        .map_err(|e| model::cannot_write(work_dir, &e))
}

/// Every file below `dir`, sorted; names that begin with a dot are still being written.
fn files_below(dir: &Path) -> Vec<PathBuf> {
    let mut out = Vec::new();
    let mut todo = vec![dir.to_owned()];
    while let Some(dir) = todo.pop() {
        for entry in std::fs::read_dir(&dir).into_iter().flatten().flatten() {
            let path = entry.path();
            if entry.file_name().to_string_lossy().starts_with('.') {
                continue;
            }
            if path.is_dir() { todo.push(path) } else { out.push(path) }
        }
    }
    out.sort();
    out
}
