//! What the demo reads: a list of files with their contributors, or a folder.

use karat_types::{Hash, Problem};
use serde::Deserialize;
use std::path::{Path, PathBuf};

/// One file of somebody's.
#[derive(Clone, Debug, PartialEq, Eq, Deserialize)]
pub(crate) struct Source {
    /// Where it is.
    pub(crate) path: PathBuf,
    /// Who is credited.
    pub(crate) contributor: String,
    /// SPDX expression; empty = none given, which the gate refuses.
    #[serde(default)]
    pub(crate) licence: String,
}

impl Source {
    /// Name of the file as a person would upload it.
    pub(crate) fn file_name(&self) -> String {
        self.path.file_name().map(|name| name.to_string_lossy().into_owned()).unwrap_or_default()
    }
}

/// Reads a JSONL of `{path, contributor, licence}`.
pub(crate) fn from_list(list: &Path) -> Result<Vec<Source>, Problem> {
    let text = std::fs::read_to_string(list).map_err(|error| unreadable(list, &error))?;
    let lines = text.lines().enumerate().filter(|(_, line)| !line.trim().is_empty());
    let sources: Result<Vec<_>, _> = lines
        .map(|(number, line)| {
            serde_json::from_str(line).map_err(|error| {
                Problem::bad(
                    "sources_line_invalid",
                    format!("Line {} of {} is not a source: {error}.", number + 1, list.display()),
                    "Each line is one JSON object {\"path\": …, \"contributor\": …, \"licence\": …}; `cargo xtask sources FILE` writes such a list.",
                )
            })
        })
        .collect();
    some(sources?, list)
}

/// Reads the Markdown and text files under `dir`: the first-level folder is the contributor,
/// loose files belong to the folder itself.
pub(crate) fn from_folder(dir: &Path, licence: &str) -> Result<Vec<Source>, Problem> {
    let mut sources = Vec::new();
    let own = dir.canonicalize().ok().and_then(|d| Some(d.file_name()?.to_string_lossy().into_owned()));
    for entry in sorted(dir).map_err(|error| unreadable(dir, &error))? {
        let name = entry.file_name().map(|n| n.to_string_lossy().into_owned()).unwrap_or_default();
        if entry.is_dir() {
            collect(&entry, &name, licence, &mut sources);
        } else {
            collect(&entry, own.as_deref().unwrap_or("me"), licence, &mut sources);
        }
    }
    some(sources, dir)
}

fn collect(path: &Path, contributor: &str, licence: &str, found: &mut Vec<Source>) {
    if path.is_symlink() {
        return; // A link can lead in circles, or out of the folder.
    }
    if path.is_dir() {
        for entry in sorted(path).unwrap_or_default() {
            collect(&entry, contributor, licence, found);
        }
        return;
    }
    let text = path.extension().is_some_and(|e| ["md", "txt"].iter().any(|t| e.eq_ignore_ascii_case(t)));
    if text {
        found.push(Source { path: path.into(), contributor: contributor.into(), licence: licence.into() });
    }
}

fn sorted(dir: &Path) -> std::io::Result<Vec<PathBuf>> {
    let mut entries: Vec<_> = std::fs::read_dir(dir)?.flatten().map(|entry| entry.path()).collect();
    entries.sort();
    Ok(entries)
}

fn some(sources: Vec<Source>, place: &Path) -> Result<Vec<Source>, Problem> {
    if sources.is_empty() {
        return Err(nothing_to_read(&format!("{} holds no Markdown or text file.", place.display())));
    }
    Ok(sources)
}

/// There is no text to play with.
pub(crate) fn nothing_to_read(detail: &str) -> Problem {
    Problem::bad(
        "nothing_to_read",
        detail,
        "Run `cargo xtask run` in Karat's own folder, which finds text by itself, or name a folder of .md and .txt files: karat demo --from DIR --licence CC-BY-4.0",
    )
}

fn unreadable(path: &Path, error: &std::io::Error) -> Problem {
    nothing_to_read(&format!("{} cannot be read: {error}.", path.display()))
}

/// Whether this contributor's text trains the base (about 40 % of them) and so stays out of
/// the release: by the name alone, so it is the same on every machine.
pub(crate) fn trains_base(contributor: &str) -> bool {
    Hash::of_parts(&[b"karat-demo-base/v1", contributor.as_bytes()]).0[0] < 102
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_folder_names_its_contributors() {
        let dir = tempfile::tempdir().unwrap();
        for (name, text) in [("ada/notes/a.md", "x"), ("ada/b.txt", "x"), ("loose.md", "x"), ("c.png", "x")] {
            let path = dir.path().join(name);
            std::fs::create_dir_all(path.parent().unwrap()).unwrap();
            std::fs::write(path, text).unwrap();
        }
        let sources = from_folder(dir.path(), "MIT").unwrap();
        let mut who: Vec<_> = sources.iter().map(|s| (s.contributor.as_str(), s.file_name())).collect();
        who.sort();
        let own = dir.path().file_name().unwrap().to_string_lossy().into_owned();
        let mut expected =
            vec![("ada", "a.md".to_owned()), ("ada", "b.txt".into()), (own.as_str(), "loose.md".into())];
        expected.sort();
        assert_eq!(who, expected);
    }

    #[test]
    fn nothing_to_read_says_how_to_fix_it() {
        let dir = tempfile::tempdir().unwrap();
        let problem = from_folder(dir.path(), "MIT").unwrap_err();
        assert_eq!(problem.code, "nothing_to_read");
        assert!(problem.hint.contains("--from DIR --licence"));
        assert_eq!(from_list(&dir.path().join("none.jsonl")).unwrap_err().code, "nothing_to_read");
    }

    #[test]
    fn a_broken_line_of_the_list_is_named() {
        let dir = tempfile::tempdir().unwrap();
        let list = dir.path().join("list.jsonl");
        std::fs::write(&list, "{\"path\":\"a\",\"contributor\":\"b\"}\n\n{\"path\":1}\n").unwrap();
        assert!(from_list(&list).unwrap_err().detail.starts_with("Line 3 of"));
    }

    #[test]
    fn about_two_fifths_train_the_base() {
        let share = (0..1000).filter(|n| trains_base(&format!("person {n}"))).count();
        assert!((350..450).contains(&share), "{share}");
    }
}
