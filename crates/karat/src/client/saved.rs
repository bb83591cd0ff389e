//! What `karat login` remembers: one server and its key, for the owner's eyes only.

use karat_types::Problem;
use serde::{Deserialize, Serialize};
use std::io::Write;
use std::os::unix::fs::OpenOptionsExt;
use std::path::{Path, PathBuf};

/// A server and a key for it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct Saved {
    /// Address without a slash at the end.
    pub(crate) server: String,
    /// API key.
    pub(crate) key: String,
}

/// What was saved, if anything.
pub(crate) fn read() -> Result<Option<Saved>, Problem> {
    match place() {
        Some(file) => read_from(&file),
        None => Ok(None),
    }
}

/// Saves; returns where.
pub(crate) fn write(saved: &Saved) -> Result<PathBuf, Problem> {
    let file = place().ok_or_else(|| {
        Problem::bad(
            "no_home",
            "Neither XDG_CONFIG_HOME nor HOME is set.",
            "Set HOME, or give --server and --key each time.",
        )
    })?;
    write_to(&file, saved).map_err(|error| {
        Problem::bad(
            "login_not_saved",
            format!("{} cannot be written: {error}.", file.display()),
            "Make it writable, or give --server and --key each time.",
        )
    })?;
    Ok(file)
}

fn place() -> Option<PathBuf> {
    let set = |name| std::env::var_os(name).filter(|value| !value.is_empty()).map(PathBuf::from);
    let config = set("XDG_CONFIG_HOME").or_else(|| set("HOME").map(|home| home.join(".config")))?;
    Some(config.join("karat").join("login.json"))
}

fn read_from(file: &Path) -> Result<Option<Saved>, Problem> {
    let Ok(text) = std::fs::read_to_string(file) else { return Ok(None) };
    serde_json::from_str(&text).map(Some).map_err(|error| {
        Problem::bad(
            "login_broken",
            format!("{} is not what `karat login` writes: {error}.", file.display()),
            "Run `karat login URL` again.",
        )
    })
}

/// Writes beside and renames, so that a full disk does not cost the old login.
fn write_to(file: &Path, saved: &Saved) -> std::io::Result<()> {
    let folder = file.parent().unwrap_or(file);
    std::fs::create_dir_all(folder)?;
    let beside = file.with_extension("new");
    let _ = std::fs::remove_file(&beside);
    let mut out = std::fs::OpenOptions::new().write(true).create_new(true).mode(0o600).open(&beside)?;
    out.write_all(serde_json::to_string(saved)?.as_bytes())?;
    out.sync_all()?;
    std::fs::rename(&beside, file)
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::os::unix::fs::PermissionsExt;

    #[test]
    fn a_login_is_kept_for_its_owner_alone() {
        let dir = tempfile::tempdir().unwrap();
        let file = dir.path().join("karat/login.json");
        assert_eq!(read_from(&file).unwrap(), None);
        let saved = Saved { server: "http://x".into(), key: "karat_k".into() };
        write_to(&file, &saved).unwrap();
        write_to(&file, &saved).unwrap();
        assert_eq!(read_from(&file).unwrap(), Some(saved));
        assert_eq!(file.metadata().unwrap().permissions().mode() & 0o777, 0o600);
        std::fs::write(&file, "{").unwrap();
        assert_eq!(read_from(&file).unwrap_err().code, "login_broken");
    }
}
