//! `cargo xtask tidy`: the rules of the house that no compiler knows.

mod arrows;
mod deps;
mod files;
mod lengths;
mod lexer;
mod licences;
mod metadata;
mod table;
mod words;

use std::path::Path;

/// Walks the house and names everything that is out of place, all at once.
pub(crate) fn run(root: &Path) -> Result<(), String> {
    let metadata = metadata::read(root)?;
    let sources = files::sources(root)?;
    let mut faults = Vec::new();
    faults.extend(arrows::check(&read(root, "docs/ARCHITECTURE.md")?, &metadata.members));
    faults.extend(licences::check(&metadata.packages));
    faults.extend(deps::check(&read(root, "docs/adr/deps.md")?, &deps::direct(root, &metadata.members)?));
    for file in &sources {
        faults.extend(lengths::check(file));
        faults.extend(words::check(file));
    }
    if faults.is_empty() {
        println!("tidy: {} source files, {} packages in order", sources.len(), metadata.packages.len());
        return Ok(());
    }
    Err(format!("{}\n{} places are untidy", faults.join("\n"), faults.len()))
}

fn read(root: &Path, name: &str) -> Result<String, String> {
    std::fs::read_to_string(root.join(name)).map_err(|error| format!("{name}: {error}"))
}
