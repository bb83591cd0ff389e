//! Files written from the code, and whether they are fresh.

use crate::{shell, ui};
use std::path::{Path, PathBuf};

/// Writes all of them anew.
pub(crate) fn write() -> Result<(), String> {
    shell::run(&mut shell::command(shell::cargo(), &["build", "--package", "karat"]))?;
    let root = shell::root();
    write_into(&root)?;
    println!("Written: {}", OUTPUTS.join(", "));
    Ok(())
}

/// Fails, naming the file, when one differs from what the code says now. Needs a built `karat`.
pub(crate) fn check() -> Result<(), String> {
    let fresh = shell::target_dir()?.join("generated");
    let _ = std::fs::remove_dir_all(&fresh);
    write_into(&fresh)?;
    let mut stale = Vec::new();
    for output in OUTPUTS {
        let mut names = Vec::new();
        files(&fresh.join(output), Path::new(output), &mut names);
        files(&shell::root().join(output), Path::new(output), &mut names);
        names.sort();
        names.dedup();
        let read = |folder: &Path, name: &Path| std::fs::read(folder.join(name)).ok();
        stale.extend(names.into_iter().filter(|name| read(&fresh, name) != read(&shell::root(), name)));
    }
    if stale.is_empty() {
        return Ok(());
    }
    let names: Vec<_> = stale.iter().map(|path| path.display().to_string()).collect();
    Err(format!("Stale: {}. Run `cargo xtask gen` and commit the result.", names.join(", ")))
}

/// What is written; folders are owned whole.
const OUTPUTS: &[&str] = &[
    "crates/api/openapi.json",
    "docs/reference/authorisation.md",
    "docs/reference/cli.md",
    "docs/reference/codes",
    "docs/reference/codes.md",
    "docs/reference/config.md",
    "docs/reference/score-v1.md",
    "ui/src/api/schema.ts",
];

fn write_into(root: &Path) -> Result<(), String> {
    let path = |name: &str| root.join(name);
    for output in OUTPUTS {
        let folder = path(output).parent().map(Path::to_path_buf).unwrap_or_default();
        std::fs::create_dir_all(&folder).map_err(|e| format!("{}: {e}", folder.display()))?;
    }
    let openapi = path("crates/api/openapi.json");
    let mut karat = shell::command(shell::karat()?, &["gen-docs"]);
    shell::run(karat.arg(path("docs")).arg("--openapi").arg(&openapi))?;
    let ui = shell::root().join("ui");
    ui::install(&ui)?;
    let mut typescript = shell::command("npx", &["--no-install", "openapi-typescript"]);
    let schema = path("ui/src/api/schema.ts");
    shell::run(typescript.arg(&openapi).arg("-o").arg(&schema).current_dir(&ui))
}

fn files(path: &Path, name: &Path, found: &mut Vec<PathBuf>) {
    if !path.is_dir() {
        if path.exists() {
            found.push(name.to_path_buf());
        }
        return;
    }
    for entry in std::fs::read_dir(path).into_iter().flatten().flatten() {
        files(&entry.path(), &name.join(entry.file_name()), found);
    }
}
