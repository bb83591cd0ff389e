//! Writing so that a crash leaves the old or the new, never half of it.

use karat_types::Problem;
use std::fs;
use std::path::{Path, PathBuf};

/// What a failed write becomes.
pub(crate) fn failed(path: &Path, why: &dyn std::fmt::Display) -> Problem {
    Problem::new(
        507,
        "disk_write_failed",
        format!("{} cannot be written: {why}.", path.display()),
        "Free some space or choose another folder, then start again: finished checkpoints are kept.",
    )
}

/// Refuses what will not fit: `bytes` more under `dir`, which need not exist yet. A system
/// that does not tell refuses nothing.
pub(crate) fn has_room(dir: &Path, bytes: u64) -> Result<(), Problem> {
    let there = dir.ancestors().find(|dir| dir.exists()).unwrap_or(Path::new("."));
    let there = if there.as_os_str().is_empty() { Path::new(".") } else { there };
    let Ok(disk) = rustix::fs::statvfs(there) else { return Ok(()) };
    let free = disk.f_bavail.saturating_mul(disk.f_frsize);
    if bytes <= free {
        return Ok(());
    }
    Err(Problem::new(
        507,
        "disk_too_small",
        format!(
            "Checkpoints and result need {} MB under {}, {} MB are free; nothing was started.",
            bytes.div_ceil(1_000_000),
            dir.display(),
            free / 1_000_000
        ),
        "Free some space, or choose another folder with --out or --work-dir.",
    ))
}

/// Forces a file, or the entries of a folder, onto the disk.
pub(crate) fn flush(path: &Path) -> Result<(), Problem> {
    fs::File::open(path).and_then(|f| f.sync_all()).map_err(|e| failed(path, &e))
}

/// Writes a small file and flushes it.
pub(crate) fn write(path: &Path, bytes: &[u8]) -> Result<(), Problem> {
    fs::write(path, bytes).map_err(|e| failed(path, &e))?;
    flush(path)
}

/// Copies a file and flushes it; a file that is not there is no fault.
pub(crate) fn copy(from: &Path, to: &Path) -> Result<(), Problem> {
    if !from.exists() {
        return Ok(());
    }
    fs::copy(from, to).map_err(|e| failed(to, &e))?;
    flush(to)
}

/// Makes `dir` appear whole: `fill` writes into a neighbour, which is then renamed. An older
/// `dir` is replaced.
pub(crate) fn publish(dir: &Path, fill: impl FnOnce(&Path) -> Result<(), Problem>) -> Result<(), Problem> {
    let parent = match dir.parent() {
        Some(parent) if !parent.as_os_str().is_empty() => parent.to_path_buf(),
        _ => PathBuf::from("."),
    };
    let named = |what: &str| {
        let name = dir.file_name().unwrap_or_default().to_string_lossy();
        parent.join(format!(".{name}.{what}"))
    };
    let (fresh, old) = (named("new"), named("old"));
    let remove = |path: &Path| match fs::remove_dir_all(path) {
        Err(e) if e.kind() != std::io::ErrorKind::NotFound => Err(failed(path, &e)),
        _ => Ok(()),
    };
    remove(&fresh)?;
    remove(&old)?;
    fs::create_dir_all(&fresh).map_err(|e| failed(&fresh, &e))?;
    fill(&fresh)?;
    flush(&fresh)?;
    if dir.exists() {
        fs::rename(dir, &old).map_err(|e| failed(dir, &e))?;
    }
    fs::rename(&fresh, dir).map_err(|e| failed(dir, &e))?;
    flush(&parent)?;
    remove(&old)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn room_is_asked_of_the_nearest_folder_there_is() {
        let root = tempfile::tempdir().unwrap();
        let dir = root.path().join("not/yet");
        has_room(&dir, 1).unwrap();
        let problem = has_room(&dir, u64::MAX).unwrap_err();
        assert!(problem.code == "disk_too_small" && problem.detail.contains("not/yet"), "{problem}");
    }

    #[test]
    fn a_failed_publish_leaves_what_was_there() {
        let root = tempfile::tempdir().unwrap();
        let dir = root.path().join("out");
        publish(&dir, |d| write(&d.join("a"), b"1")).unwrap();
        let broken = publish(&dir, |d| {
            write(&d.join("a"), b"2")?;
            Err(Problem::internal("the power went"))
        });
        assert!(broken.is_err());
        assert_eq!(fs::read(dir.join("a")).unwrap(), b"1");
        publish(&dir, |d| write(&d.join("a"), b"3")).unwrap();
        assert_eq!(fs::read(dir.join("a")).unwrap(), b"3");
        assert_eq!(fs::read_dir(root.path()).unwrap().count(), 1);
    }
}
