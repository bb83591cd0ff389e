//! What a base is, in one hash.

use karat_types::Problem;
use sha2::{Digest, Sha256};
use std::fmt::Write as _;
use std::io::Read as _;
use std::path::Path;

use crate::weights;

/// Bytes as hexadecimal digits.
pub(crate) fn hex(bytes: &[u8]) -> String {
    bytes.iter().fold(String::new(), |mut text, byte| {
        let _ = write!(text, "{byte:02x}");
        text
    })
}

/// SHA-256 of some bytes.
pub(crate) fn bytes(data: &[u8]) -> String {
    hex(&Sha256::digest(data))
}

/// SHA-256 of a file.
///
/// # Errors
/// `file_unreadable`.
pub(crate) fn file(path: &Path) -> Result<String, Problem> {
    let unreadable = |e: std::io::Error| {
        Problem::bad(
            "file_unreadable",
            format!("{} cannot be read: {e}.", path.display()),
            "Check the path and the permissions.",
        )
    };
    let mut file = std::fs::File::open(path).map_err(unreadable)?;
    let (mut hash, mut buffer) = (Sha256::new(), vec![0; 1 << 18]);
    loop {
        match file.read(&mut buffer).map_err(unreadable)? {
            0 => return Ok(hex(&hash.finalize())),
            n => hash.update(&buffer[..n]),
        }
    }
}

/// Hash of a base model: its config.json and its weight files, in order.
///
/// # Errors
/// `file_unreadable`, and what finding the weight files says.
pub fn base(dir: &Path) -> Result<String, Problem> {
    let mut lines = format!("karat-base/v1\nconfig.json {}\n", file(&dir.join("config.json"))?);
    for path in weights::model_files(dir)? {
        let name = path.file_name().unwrap_or_default().to_string_lossy().into_owned();
        let _ = writeln!(lines, "{name} {}", file(&path)?);
    }
    Ok(bytes(lines.as_bytes()))
}
