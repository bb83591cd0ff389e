//! Every direct dependency has a line in `docs/adr/deps.md`: what, why, cost.

use super::metadata::Member;
use super::table;
use serde_json::Value;
use std::collections::BTreeSet;
use std::path::Path;

/// The packages of the web, each with its own list.
const WEB: &[&str] = &["ui/package.json", "e2e/package.json"];

/// Names of everything this project depends on directly, Rust and web.
pub(super) fn direct(root: &Path, members: &[Member]) -> Result<BTreeSet<String>, String> {
    let ours: Vec<&str> = members.iter().map(|member| member.name.as_str()).collect();
    let all = members.iter().flat_map(|member| member.normal.iter().chain(&member.dev));
    let mut names: BTreeSet<String> = all.filter(|name| !ours.contains(&name.as_str())).cloned().collect();
    for file in WEB.iter().filter(|file| root.join(file).exists()) {
        let text = super::read(root, file)?;
        let package: Value = serde_json::from_str(&text).map_err(|error| format!("{file}: {error}"))?;
        for list in ["dependencies", "devDependencies"] {
            names.extend(package[list].as_object().into_iter().flat_map(|o| o.keys().cloned()));
        }
    }
    Ok(names)
}

/// Dependencies without a line, lines without a dependency, lines that do not say all.
pub(super) fn check(page: &str, direct: &BTreeSet<String>) -> Vec<String> {
    let Some(rows) = table::rows(page, &["dependency", "what", "why", "cost"]) else {
        return vec!["docs/adr/deps.md: there is no table “| dependency | what | why | cost |”".into()];
    };
    let mut faults = Vec::new();
    let mut named = BTreeSet::new();
    for row in &rows {
        let names = row.first().map(|cell| table::quoted(cell)).unwrap_or_default();
        if row.len() != 4 || names.is_empty() || row.iter().any(String::is_empty) {
            faults.push(format!("docs/adr/deps.md: “{}” does not say what, why and cost", row.join(" | ")));
        }
        named.extend(names);
    }
    faults.extend(
        direct
            .difference(&named)
            .map(|name| format!("docs/adr/deps.md: `{name}` has no line: what, why, cost")),
    );
    faults.extend(
        named
            .difference(direct)
            .map(|name| format!("docs/adr/deps.md: nothing depends on `{name}` any more")),
    );
    faults
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn page_and_manifests_must_name_the_same() {
        let page = "| dependency | what | why | cost |\n|---|---|---|---|\n| `a`, `b` | x | y | z |\n| `old` | x | y | z |\n| `c` | x | | z |\n";
        let direct: BTreeSet<String> = ["a", "b", "c", "new"].map(str::to_owned).into();
        let faults = check(page, &direct);
        assert_eq!(faults.len(), 3, "{faults:?}");
        assert!(faults[0].contains("`c`") && faults[1].contains("`new`") && faults[2].contains("`old`"));
        assert_eq!(check("", &direct).len(), 1);
    }
}
