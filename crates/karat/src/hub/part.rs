//! A file on its way: bytes beside their hash, kept across interruptions.

use super::listing::{Sum, Wanted};
use karat_types::Problem;
use sha1::Digest as _;
use sha2::Digest as _;
use std::fs::{File, OpenOptions};
use std::io::{Read, Write};
use std::path::{Path, PathBuf};

/// What a failed write becomes.
pub(super) fn unwritable(path: &Path, error: &std::io::Error) -> Problem {
    Problem::new(
        507,
        "disk_write_failed",
        format!("Could not write {}: {error}.", path.display()),
        "Free some space or choose a folder you may write to, then run the same command again.",
    )
}

/// Both hashes of what was seen so far.
struct Hashes {
    sha256: sha2::Sha256,
    git: sha1::Sha1,
}

impl Hashes {
    fn new(size: u64) -> Self {
        let git = sha1::Sha1::new_with_prefix(format!("blob {size}\0"));
        Self { sha256: sha2::Sha256::new(), git }
    }

    fn see(&mut self, bytes: &[u8]) {
        self.sha256.update(bytes);
        self.git.update(bytes);
    }

    /// SHA-256, and whether the promised sum was met.
    fn finish(self, promised: &Sum) -> (String, bool) {
        let sha256 = hex(&self.sha256.finalize());
        let met = match promised {
            Sum::Sha256(sum) => sum.eq_ignore_ascii_case(&sha256),
            Sum::GitBlob(sum) => sum.eq_ignore_ascii_case(&hex(&self.git.finalize())),
        };
        (sha256, met)
    }
}

fn hex(bytes: &[u8]) -> String {
    bytes.iter().map(|b| format!("{b:02x}")).collect()
}

/// The unfinished file of a download.
pub(super) struct Part {
    path: PathBuf,
    file: File,
    hashes: Hashes,
    /// Bytes that are there.
    pub(super) len: u64,
    size: u64,
}

impl Part {
    /// Opens what an earlier try left, or begins anew. The commit is in the name: bytes of
    /// another commit are never continued.
    pub(super) fn open(dir: &Path, commit: &str, wanted: &Wanted) -> Result<Self, Problem> {
        let commit: String = commit.chars().filter(char::is_ascii_alphanumeric).take(12).collect();
        let path = dir.join(format!(".{}.{commit}.part", wanted.name));
        let failed = |e: std::io::Error| unwritable(&path, &e);
        let mut file = OpenOptions::new().read(true).append(true).create(true).open(&path).map_err(failed)?;
        let mut hashes = Hashes::new(wanted.size);
        let (mut buffer, mut len) = (vec![0; 1 << 18], 0);
        loop {
            match file.read(&mut buffer).map_err(failed)? {
                0 => break,
                n => {
                    hashes.see(&buffer[..n]);
                    len += n as u64;
                }
            }
        }
        let mut part = Self { path, file, hashes, len, size: wanted.size };
        if part.len > part.size {
            part.restart()?;
        }
        Ok(part)
    }

    /// Forgets every byte.
    pub(super) fn restart(&mut self) -> Result<(), Problem> {
        self.file.set_len(0).map_err(|e| unwritable(&self.path, &e))?;
        (self.hashes, self.len) = (Hashes::new(self.size), 0);
        Ok(())
    }

    /// Adds bytes; more than were promised are a sign of another file and refused.
    pub(super) fn push(&mut self, bytes: &[u8]) -> Result<bool, Problem> {
        if self.len + bytes.len() as u64 > self.size {
            return Ok(false);
        }
        self.file.write_all(bytes).map_err(|e| unwritable(&self.path, &e))?;
        self.hashes.see(bytes);
        self.len += bytes.len() as u64;
        Ok(true)
    }

    /// Gives the file its name when the hash is right; else throws the bytes away.
    pub(super) fn finish(self, name: &Path, promised: &Sum) -> Result<Option<String>, Problem> {
        let failed = |e: std::io::Error| unwritable(&self.path, &e);
        let (sha256, met) = self.hashes.finish(promised);
        if !met {
            std::fs::remove_file(&self.path).map_err(failed)?;
            return Ok(None);
        }
        self.file.sync_all().map_err(failed)?;
        std::fs::rename(&self.path, name).map_err(failed)?;
        let folder = name.parent().filter(|p| !p.as_os_str().is_empty()).unwrap_or(Path::new("."));
        File::open(folder).and_then(|d| d.sync_all()).map_err(failed)?;
        Ok(Some(sha256))
    }
}

/// SHA-256 of a file that is there already, when it is the promised one.
pub(super) fn matches(path: &Path, wanted: &Wanted) -> Result<Option<String>, Problem> {
    let failed = |e: std::io::Error| crate::client::unreadable(path, &e);
    let mut file = File::open(path).map_err(failed)?;
    let mut hashes = Hashes::new(wanted.size);
    let mut buffer = vec![0; 1 << 18];
    loop {
        match file.read(&mut buffer).map_err(failed)? {
            0 => break,
            n => hashes.see(&buffer[..n]),
        }
    }
    let (sha256, met) = hashes.finish(&wanted.sum);
    Ok(met.then_some(sha256))
}
