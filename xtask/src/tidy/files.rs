//! The source files of the house.

use std::path::{Path, PathBuf};

/// Folders that hold no source of ours.
const SKIPPED: &[&str] =
    &["target", "node_modules", "dist", "karat-data", "test-results", "playwright-report"];
/// Written by a generator; the code it is written from is looked at instead.
const GENERATED: &[&str] = &["ui/src/api/schema.ts", "ui/src/routeTree.gen.ts"];

/// Which language a file is in.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Language {
    Rust,
    TypeScript,
}

/// One source file.
#[derive(Debug)]
pub(super) struct Source {
    /// From the root, with `/`.
    pub(super) name: String,
    pub(super) language: Language,
    pub(super) text: String,
}

/// All of them, by name.
pub(super) fn sources(root: &Path) -> Result<Vec<Source>, String> {
    let mut found = Vec::new();
    walk(root, root, &mut found)?;
    found.sort_by(|a, b| a.name.cmp(&b.name));
    Ok(found)
}

fn walk(root: &Path, folder: &Path, found: &mut Vec<Source>) -> Result<(), String> {
    let unread = |error: std::io::Error| format!("{}: {error}", folder.display());
    for entry in std::fs::read_dir(folder).map_err(unread)? {
        let path: PathBuf = entry.map_err(unread)?.path();
        let name = path.strip_prefix(root).unwrap_or(&path).to_string_lossy().replace('\\', "/");
        let last = name.rsplit('/').next().unwrap_or_default();
        if path.is_dir() {
            if !last.starts_with('.') && !SKIPPED.contains(&last) {
                walk(root, &path, found)?;
            }
            continue;
        }
        let Some(language) = language(last) else { continue };
        if !GENERATED.contains(&name.as_str()) {
            let text = std::fs::read_to_string(&path).map_err(|error| format!("{name}: {error}"))?;
            found.push(Source { name, language, text });
        }
    }
    Ok(())
}

fn language(name: &str) -> Option<Language> {
    match name.rsplit_once('.')?.1 {
        "rs" => Some(Language::Rust),
        "ts" | "tsx" => Some(Language::TypeScript),
        _ => None,
    }
}
