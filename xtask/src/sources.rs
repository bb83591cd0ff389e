//! Real text for the demo: the Markdown files of the crates the build downloaded.

use crate::shell;
use serde_json::{Value, json};
use std::collections::BTreeMap;
use std::io::Write;
use std::path::{Path, PathBuf};

/// Writes one line `{path, contributor, licence}` a file.
pub(crate) fn write(list: &Path) -> Result<(), String> {
    let metadata = metadata()?;
    let packages = metadata["packages"].as_array().map(Vec::as_slice).unwrap_or_default();
    let mut lines = Vec::new();
    let mut owners = BTreeMap::new();
    for package in packages.iter().filter(|package| package["source"].is_string()) {
        let (contributor, licence) = credit(package, &mut owners);
        let manifest = package["manifest_path"].as_str().unwrap_or_default();
        let mut files = Vec::new();
        if let Some(folder) = Path::new(manifest).parent() {
            markdown(folder, &mut files);
        }
        files.sort();
        for path in files {
            lines.push(json!({ "path": path, "contributor": contributor, "licence": licence }).to_string());
        }
    }
    let mut out = std::fs::File::create(list).map_err(|e| format!("{}: {e}", list.display()))?;
    writeln!(out, "{}", lines.join("\n")).map_err(|e| format!("{}: {e}", list.display()))
}

/// What cargo knows of the crates of this machine's build; offline when there is no network.
fn metadata() -> Result<Value, String> {
    let host = host()?;
    let args = ["metadata", "--format-version", "1", "--locked", "--filter-platform", &host];
    let mut output = shell::command(shell::cargo(), &args).output().map_err(|e| e.to_string())?;
    if !output.status.success() {
        let mut offline = shell::command(shell::cargo(), &args);
        output = offline.arg("--offline").output().map_err(|e| e.to_string())?;
    }
    if !output.status.success() {
        return Err(format!("cargo metadata failed:\n{}", String::from_utf8_lossy(&output.stderr)));
    }
    serde_json::from_slice(&output.stdout).map_err(|e| format!("cargo metadata: {e}"))
}

fn host() -> Result<String, String> {
    let output = shell::command("rustc", &["-vV"]).output().map_err(|e| format!("rustc: {e}"))?;
    let text = String::from_utf8_lossy(&output.stdout).into_owned();
    let host = text.lines().find_map(|line| line.strip_prefix("host: "));
    host.map(str::to_owned).ok_or_else(|| "rustc -vV does not name its host".into())
}

/// Who wrote a crate, and under what licence; an empty licence is for the gate to refuse.
/// Owners differ only in case here and there (`dtolnay`, `DTolnay`): the first spelling stays.
fn credit(package: &Value, owners: &mut BTreeMap<String, String>) -> (String, String) {
    let name = package["name"].as_str().unwrap_or_default();
    let owner = package["repository"].as_str().and_then(owner).unwrap_or(name);
    let contributor = owners.entry(owner.to_lowercase()).or_insert_with(|| owner.to_owned()).clone();
    (contributor, package["license"].as_str().unwrap_or_default().to_owned())
}

/// The first part of the repository's path: `https://host/OWNER/repository`.
fn owner(url: &str) -> Option<&str> {
    let path = url.split_once("://")?.1.split_once('/')?.1;
    let (owner, repository) = path.split_once('/')?;
    let usable = !owner.is_empty() && !repository.trim_matches('/').is_empty();
    usable.then_some(owner)
}

/// Markdown under `folder`, without licence texts.
fn markdown(folder: &Path, found: &mut Vec<PathBuf>) {
    for entry in std::fs::read_dir(folder).into_iter().flatten().flatten() {
        let path = entry.path();
        let name = entry.file_name().to_string_lossy().to_lowercase();
        if entry.file_type().is_ok_and(|kind| kind.is_dir()) {
            if !name.contains("license") && !name.contains("licence") {
                markdown(&path, found);
            }
        } else if name.ends_with(".md") && !is_licence(&name) {
            found.push(path);
        }
    }
}

fn is_licence(name: &str) -> bool {
    ["license", "licence", "copying", "copyright", "unlicense", "notice"]
        .iter()
        .any(|word| name.contains(word))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_owner_is_read_from_the_repository() {
        assert_eq!(owner("https://github.com/dtolnay/anyhow"), Some("dtolnay"));
        assert_eq!(owner("https://gitlab.com/a/b/c.git"), Some("a"));
        assert_eq!(owner("https://example.org/only"), None);
        let mut owners = BTreeMap::new();
        let package = json!({ "name": "x", "repository": null, "license": null });
        assert_eq!(credit(&package, &mut owners), ("x".into(), String::new()));
    }

    #[test]
    fn licence_texts_are_left_out() {
        let dir = std::env::temp_dir().join(format!("karat-xtask-{}", std::process::id()));
        std::fs::create_dir_all(dir.join("LICENSES")).unwrap();
        for name in ["README.md", "LICENSE-MIT.md", "CHANGELOG.MD", "lib.rs", "LICENSES/x.md"] {
            std::fs::write(dir.join(name), "x").unwrap();
        }
        let mut found = Vec::new();
        markdown(&dir, &mut found);
        std::fs::remove_dir_all(&dir).unwrap();
        let mut names: Vec<_> =
            found.iter().map(|p| p.file_name().unwrap().to_string_lossy().into_owned()).collect();
        names.sort();
        assert_eq!(names, ["CHANGELOG.MD", "README.md"]);
    }
}
