//! What cargo knows of the house and of everything it is built from.

use crate::shell;
use serde_json::Value;
use std::path::Path;

/// A package of the whole tree.
pub(super) struct Package {
    pub(super) name: String,
    pub(super) version: String,
    /// Its licence expression; empty when it names none.
    pub(super) licence: String,
}

/// A package of this workspace.
pub(super) struct Member {
    pub(super) name: String,
    /// What it depends on when shipped, and what only its tests or build need.
    pub(super) normal: Vec<String>,
    pub(super) dev: Vec<String>,
}

/// Both.
pub(super) struct Metadata {
    pub(super) packages: Vec<Package>,
    pub(super) members: Vec<Member>,
}

/// Asks cargo.
pub(super) fn read(root: &Path) -> Result<Metadata, String> {
    let mut cargo = shell::command(shell::cargo(), &["metadata", "--format-version", "1", "--locked"]);
    let output = cargo.current_dir(root).output().map_err(|error| format!("cargo metadata: {error}"))?;
    if !output.status.success() {
        return Err(format!("cargo metadata: {}", String::from_utf8_lossy(&output.stderr)));
    }
    let value = serde_json::from_slice(&output.stdout).map_err(|error| format!("cargo metadata: {error}"))?;
    Ok(parse(&value))
}

fn parse(value: &Value) -> Metadata {
    let members = strings(&value["workspace_members"]);
    let packages = value["packages"].as_array().map(Vec::as_slice).unwrap_or_default();
    let is_member = |package: &&Value| members.iter().any(|id| Some(id.as_str()) == package["id"].as_str());
    Metadata {
        packages: packages.iter().map(package).collect(),
        members: packages.iter().filter(is_member).map(member).collect(),
    }
}

fn package(value: &Value) -> Package {
    Package { name: text(&value["name"]), version: text(&value["version"]), licence: text(&value["license"]) }
}

fn member(value: &Value) -> Member {
    let of = |normal: bool| {
        let all = value["dependencies"].as_array().map(Vec::as_slice).unwrap_or_default();
        all.iter().filter(|d| d["kind"].is_null() == normal).map(|d| text(&d["name"])).collect()
    };
    Member { name: text(&value["name"]), normal: of(true), dev: of(false) }
}

fn text(value: &Value) -> String {
    value.as_str().unwrap_or_default().to_owned()
}

fn strings(value: &Value) -> Vec<String> {
    value.as_array().into_iter().flatten().map(text).collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    #[test]
    fn members_are_told_from_the_rest_and_dev_from_normal() {
        let metadata = parse(&json!({
            "workspace_members": ["a#1"],
            "packages": [
                {"id": "a#1", "name": "a", "version": "1.0.0", "license": null, "dependencies": [
                    {"name": "b", "kind": null}, {"name": "c", "kind": "dev"}]},
                {"id": "b#1", "name": "b", "version": "2.0.0", "license": "MIT", "dependencies": []},
            ],
        }));
        assert_eq!(metadata.members.len(), 1);
        assert_eq!(
            (&metadata.members[0].normal[..], &metadata.members[0].dev[..]),
            (&["b".into()][..], &["c".into()][..])
        );
        assert_eq!(
            (metadata.packages[0].licence.as_str(), metadata.packages[1].licence.as_str()),
            ("", "MIT")
        );
    }
}
