//! The web UI: installed and built only when something changed.

use crate::shell;
use std::path::Path;
use std::time::SystemTime;

/// Installs what the lock file of `folder` says, unless it is there already.
///
/// Not `npm ci`, which deletes everything that is installed first: after a change of the
/// lock file only what differs is fetched. The lock file names the binaries of every system;
/// those of others are optional and passed over.
pub(crate) fn install(folder: &Path) -> Result<bool, String> {
    let lock = folder.join("package-lock.json");
    // npm writes this file last; a broken install does not have it.
    let installed = folder.join("node_modules/.package-lock.json");
    if modified(&installed).is_some_and(|at| modified(&lock).is_none_or(|lock| lock <= at)) {
        return Ok(false);
    }
    let mut npm = shell::command("npm", &["install", "--no-save", "--no-audit", "--no-fund"]);
    shell::run(npm.current_dir(folder))?;
    Ok(true)
}

/// Builds the UI when a source is newer than what was built.
pub(crate) fn build() -> Result<(), String> {
    let ui = shell::root().join("ui");
    let installed = install(&ui)?;
    let built = modified(&ui.join("dist/index.html"));
    let sources = ["src", "public", "index.html", "vite.config.ts", "package-lock.json"];
    let newest = sources.iter().filter_map(|name| newest(&ui.join(name))).max();
    if !installed && built.is_some() && newest <= built {
        return Ok(());
    }
    shell::run(shell::command("npm", &["run", "build"]).current_dir(&ui))
}

fn modified(path: &Path) -> Option<SystemTime> {
    path.metadata().ok()?.modified().ok()
}

fn newest(path: &Path) -> Option<SystemTime> {
    if !path.is_dir() {
        return modified(path);
    }
    std::fs::read_dir(path).ok()?.flatten().filter_map(|entry| newest(&entry.path())).max()
}
