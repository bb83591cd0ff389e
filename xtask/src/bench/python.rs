//! The Python environments of the peers.

use crate::shell;
use std::path::{Path, PathBuf};
use std::process::Stdio;

/// The Python of an environment below the benchmarks' folder; installing takes minutes
/// the first time.
pub(super) fn environment(name: &str, packages: &[&str], modules: &[&str]) -> Result<PathBuf, String> {
    let dir = super::home()?.join(name);
    let python = dir.join("bin/python");
    if !python.exists() {
        shell::run(shell::command("python3", &["-m", "venv"]).arg(&dir))?;
    }
    if !modules.iter().all(|module| has(&python, module)) {
        shell::run(shell::command(&python, &["-m", "pip", "install", "-q"]).args(packages))?;
    }
    Ok(python)
}

/// Whether the environment has a module.
pub(super) fn has(python: &Path, module: &str) -> bool {
    let mut asked = shell::command(python, &["-c", &format!("import {module}")]);
    asked.stderr(Stdio::null()).status().is_ok_and(|status| status.success())
}
