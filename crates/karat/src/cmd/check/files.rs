//! Which files are meant.

use karat_gate::known::Known;
use karat_gate::{Examiner, Input, Rules};
use karat_types::Problem;
use std::collections::HashMap;
use std::path::{Path, PathBuf};

/// The files named, and in place of a folder those in it, by name; and what could not be
/// looked at.
pub(super) fn all(named: &[PathBuf]) -> (Vec<PathBuf>, Vec<String>) {
    let (mut files, mut unread) = (Vec::new(), Vec::new());
    for path in named {
        if path.is_dir() {
            walk(path, &mut files, &mut unread);
        } else {
            files.push(path.clone());
        }
    }
    (files, unread)
}

/// Links to folders are not followed: they may lead in circles.
fn walk(dir: &Path, files: &mut Vec<PathBuf>, unread: &mut Vec<String>) {
    let mut open = vec![dir.to_path_buf()];
    while let Some(path) = open.pop() {
        if path != dir && (path.is_file() || !path.is_dir()) {
            files.push(path);
            continue;
        }
        match sorted(&path) {
            // The last is taken first.
            Ok(inside) => open.extend(inside.into_iter().rev().filter(|path| !is_linked_folder(path))),
            Err(error) => unread.push(format!("{}: {error}", path.display())),
        }
    }
}

/// The content of a file. Pipes and devices have none: waiting for one would hold up all
/// the others.
pub(super) fn content(file: &Path) -> std::io::Result<Vec<u8>> {
    if std::fs::metadata(file)?.is_file() {
        return std::fs::read(file);
    }
    Err(std::io::Error::other("it is no regular file"))
}

fn is_linked_folder(path: &Path) -> bool {
    path.is_symlink() && path.is_dir()
}

/// What is in a folder, by name, without hidden files.
fn sorted(dir: &Path) -> std::io::Result<Vec<PathBuf>> {
    let mut inside = Vec::new();
    for entry in std::fs::read_dir(dir)? {
        let entry = entry?;
        if !entry.file_name().as_encoded_bytes().starts_with(b".") {
            inside.push(entry.path());
        }
    }
    inside.sort();
    Ok(inside)
}

/// The files that are checked, in the order they are meant. With `--against` their own
/// folder a file is held against those before it and never against itself.
pub(super) struct Checked(HashMap<PathBuf, usize>);

impl Checked {
    pub(super) fn of(files: &[PathBuf]) -> Self {
        let numbered = files.iter().enumerate().rev();
        Self(numbered.filter_map(|(n, file)| Some((file.canonicalize().ok()?, n))).collect())
    }

    /// Whether `other` is checked too, and not before `file`.
    pub(super) fn not_before(&self, file: &Path, other: &str) -> bool {
        let place = |path: &Path| path.canonicalize().ok().and_then(|path| self.0.get(&path).copied());
        place(Path::new(other)).is_some_and(|other| place(file).is_none_or(|own| other >= own))
    }
}

/// What the files of a folder are recognised by.
pub(super) fn known(dir: &Path, rules: &Rules, examiner: &dyn Examiner) -> Result<Known, Problem> {
    let unreadable = |what: &dyn std::fmt::Display| {
        Problem::bad(
            "folder_not_readable",
            format!("{} could not be read: {what}.", dir.display()),
            "Give --against a folder of files you may read.",
        )
    };
    std::fs::read_dir(dir).map_err(|error| unreadable(&error))?;
    let (files, unread) = all(&[dir.to_path_buf()]);
    if let Some(first) = unread.first() {
        return Err(unreadable(first));
    }
    let mut known = Vec::with_capacity(files.len());
    for file in files {
        let bytes = content(&file).map_err(|error| unreadable(&error))?;
        let name = file.file_name().unwrap_or_default().to_string_lossy();
        let input = Input { name: &name, bytes: &bytes, rules: rules.clone() };
        let prints = examiner.examine(&input).prints;
        known.push((file.display().to_string(), karat_gate::content_hash(&bytes), prints));
    }
    Ok(Known::new(known))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn folders_are_walked_in_order_without_hidden_files_and_circles() {
        let dir = tempfile::tempdir().unwrap();
        let at = |name: &str| dir.path().join(name);
        std::fs::create_dir_all(at("b/c")).unwrap();
        std::fs::create_dir(at(".git")).unwrap();
        for name in ["z.txt", "a.txt", "b/two.txt", "b/c/one.txt", ".hidden", ".git/config"] {
            std::fs::write(at(name), name).unwrap();
        }
        std::os::unix::fs::symlink(dir.path(), at("b/loop")).unwrap();
        let (files, unread) = all(&[at("z.txt"), dir.path().to_path_buf(), at("nowhere")]);
        let names: Vec<_> = files
            .iter()
            .map(|f| f.strip_prefix(dir.path()).unwrap().to_string_lossy().into_owned())
            .collect();
        assert_eq!(names, ["z.txt", "a.txt", "b/c/one.txt", "b/two.txt", "z.txt", "nowhere"]);
        assert!(unread.is_empty());
    }
}
