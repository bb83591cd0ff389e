//! A model folder as a manifest of blobs, and back.

use crate::view::model::ModelFile;
use karat_types::{Hash, ModelKind, Problem};
use serde::{Deserialize, Serialize};
use std::path::{Path, PathBuf};

/// What a stored model consists of; its hash names the model.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Manifest {
    /// Version of this shape.
    pub v: u32,
    /// Base or adapter.
    pub kind: ModelKind,
    /// The base's manifest, for an adapter.
    pub base: Option<Hash>,
    /// Files, by name.
    pub files: Vec<ModelFile>,
}

impl Manifest {
    /// The manifest's text; field and file order are fixed, so equal models are equal bytes.
    pub fn text(&self) -> Result<String, Problem> {
        serde_json::to_string(self).map_err(|e| Problem::internal(format!("The model's manifest: {e}.")))
    }

    /// Bytes in all.
    pub fn bytes(&self) -> u64 {
        self.files.iter().map(|f| f.bytes).sum()
    }
}

/// The files of `dir` that belong to a model, by name. Sub-folders and hidden files stay
/// outside; a pickle is refused, because opening one runs whatever it says.
pub(crate) fn files_of(dir: &Path) -> Result<Vec<PathBuf>, Problem> {
    let entries = std::fs::read_dir(dir).map_err(|e| {
        Problem::new(
            404,
            "model_folder_missing",
            format!("The model folder '{}' cannot be read: {e}.", dir.display()),
            "Give the path of a folder with config.json, model.safetensors and tokenizer.json.",
        )
    })?;
    let mut files = Vec::new();
    for entry in entries.flatten() {
        let path = entry.path();
        let name = entry.file_name().to_string_lossy().into_owned();
        if name.starts_with('.') || !path.is_file() {
            continue;
        }
        if is_pickle(&name) {
            return Err(pickle(&name));
        }
        if belongs(&name) {
            files.push(path);
        }
    }
    files.sort();
    Ok(files)
}

/// Files of a run's account of contributors that are not for everybody.
pub(crate) const ACCOUNT: [&str; 3] = ["displacement.safetensors", "snapshots.safetensors", "schedule.jsonl"];

fn belongs(name: &str) -> bool {
    !ACCOUNT.contains(&name)
        && [".json", ".safetensors", ".jinja", ".txt", ".md", ".model"].iter().any(|end| name.ends_with(end))
}

fn is_pickle(name: &str) -> bool {
    [".bin", ".pt", ".pth", ".ckpt", ".pkl"].iter().any(|end| name.ends_with(end))
}

fn pickle(name: &str) -> Problem {
    Problem::bad(
        "pickle_refused",
        format!("The folder holds '{name}', a pickle: opening one runs whatever code it carries."),
        "Use the model's safetensors files instead; most models publish both.",
    )
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_model_files_are_taken_and_pickles_are_refused() {
        let dir = tempfile::tempdir().unwrap();
        for name in ["model.safetensors", "config.json", ".hidden.json", "notes.exe", ACCOUNT[0], ACCOUNT[1]]
        {
            std::fs::write(dir.path().join(name), "x").unwrap();
        }
        let names: Vec<_> = files_of(dir.path())
            .unwrap()
            .iter()
            .map(|p| p.file_name().unwrap().to_string_lossy().into_owned())
            .collect();
        assert_eq!(names, ["config.json", "model.safetensors"]);
        std::fs::write(dir.path().join("pytorch_model.bin"), "x").unwrap();
        assert_eq!(files_of(dir.path()).unwrap_err().code, "pickle_refused");
        assert_eq!(files_of(&dir.path().join("absent")).unwrap_err().code, "model_folder_missing");
    }
}
