//! Fetching a release: one file, or the folder with everything checked.

use crate::client::Client;
use crate::{out, progress};
use clap::ValueEnum;
use futures::StreamExt;
use indicatif::ProgressBar;
use karat_services::view::release::{Release, ReleaseFile, Row};
use karat_types::id::ReleaseId;
use karat_types::{Hash, Problem};
use reqwest::Response;
use sha2::{Digest, Sha256};
use std::io::{BufRead, BufReader, Read};
use std::path::Path;
use tokio::io::AsyncWriteExt;

/// The single files that can be asked for.
#[derive(Clone, Copy, ValueEnum)]
pub(crate) enum Format {
    Jsonl,
    Parquet,
    Manifest,
    Card,
}

/// Fetches one file.
pub(crate) async fn download_file(
    client: &Client,
    release: ReleaseId,
    format: Format,
    file: &Path,
) -> Result<(), Problem> {
    let kind = format.to_possible_value().map(|v| v.get_name().to_owned()).unwrap_or_default();
    let response = client.download(&format!("releases/{release}/download/{kind}")).await?;
    let bar = progress::bar("downloading", response.content_length().unwrap_or(0));
    let written = save(response, file, &bar).await;
    bar.finish_and_clear();
    written.map_err(|error| failed(file, &error))?;
    out::line(format!("{} written", file.display()));
    Ok(())
}

/// Fetches every file into the folder `dir`, then checks each file's hash, each row's leaf
/// and the Merkle root. Files that are there already and right are not fetched again.
pub(crate) async fn download_folder(client: &Client, id: ReleaseId, dir: &Path) -> Result<(), Problem> {
    let release: Release = client.get(&format!("releases/{id}")).await?;
    let files: Vec<ReleaseFile> = client.get(&format!("releases/{id}/files")).await?;
    let bar = progress::bar("downloading", files.iter().map(|f| f.bytes).sum());
    for file in &files {
        let path = dir.join(safe(&file.name)?);
        if let Some(folder) = path.parent() {
            std::fs::create_dir_all(folder).map_err(|error| failed(folder, &error))?;
        }
        if hash_of(&path).is_ok_and(|hash| hash == file.sha256) {
            bar.inc(file.bytes);
            continue;
        }
        let response = client.download(&format!("releases/{id}/files/{}", file.name)).await?;
        let hash = save(response, &path, &bar).await.map_err(|error| failed(&path, &error))?;
        if hash != file.sha256 {
            let _ = std::fs::remove_file(&path);
            return Err(not_what_was_promised(&file.name, file.sha256, hash));
        }
    }
    bar.finish_and_clear();
    let rows = verify(&release, dir)?;
    out::line(format!("{} files written to {}", files.len(), dir.display()));
    out::line(format!(
        "Verified: the hash of each file, the leaf of each of {rows} rows, and the Merkle root"
    ));
    if release.stopped_at.is_some() {
        let next = release.next.as_ref().map(|n| format!(" Use version {} instead: {}.", n.version, n.id));
        let why = release.stopped_why.as_deref().unwrap_or_default();
        out::line(format!("This release is no longer handed out. {why}{}", next.unwrap_or_default()));
    }
    Ok(())
}

/// A name from the server stays inside the folder.
fn safe(name: &str) -> Result<&str, Problem> {
    let plain = |part: &str| {
        !part.is_empty()
            && !part.starts_with('.')
            && part.chars().all(|c| c.is_ascii_alphanumeric() || "-_.".contains(c))
    };
    if name.split('/').all(plain) {
        return Ok(name);
    }
    Err(Problem::bad(
        "file_name_unsafe",
        format!("The server named a file {name:?}, which is no plain name."),
        "Do not trust this server; fetch single files with --format.",
    ))
}

/// Recomputes every leaf from its row and the root from the leaves; says how many rows.
fn verify(release: &Release, dir: &Path) -> Result<usize, Problem> {
    let path = dir.join("rows.jsonl");
    let file = std::fs::File::open(&path).map_err(|error| failed(&path, &error))?;
    let mut leaves: Vec<Hash> = Vec::new();
    for line in BufReader::new(file).lines() {
        let line = line.map_err(|error| failed(&path, &error))?;
        let row: Row = serde_json::from_str(&line).map_err(|e| {
            let place = leaves.len() + 1;
            Problem::bad(
                "row_invalid",
                format!("Line {place} of rows.jsonl is no row: {e}."),
                "Download it again.",
            )
        })?;
        let leaf = karat_tlog::row_leaf(&karat_tlog::Row {
            content: &row.content,
            contributor: row.contributor,
            submission: row.submission,
            span: row.span[0]..row.span[1],
            licence: &row.licence,
        });
        if leaf != row.leaf {
            return Err(not_what_was_promised(&format!("row {}", row.index), row.leaf, leaf));
        }
        leaves.push(leaf);
    }
    let root = karat_tlog::root(&leaves);
    match release.root {
        Some(stated) if stated == root => Ok(leaves.len()),
        Some(stated) => Err(not_what_was_promised("the Merkle root", stated, root)),
        None => Err(Problem::conflict(
            "release_not_ready",
            "The release states no root yet.",
            "Wait until it is ready.",
        )),
    }
}

fn not_what_was_promised(what: &str, stated: Hash, found: Hash) -> Problem {
    Problem::new(
        500,
        "release_not_verified",
        format!("{what}: the server states {stated}, what came is {found}."),
        "Run it again; if it happens twice, tell the operator: what the server keeps is damaged.",
    )
}

fn hash_of(path: &Path) -> std::io::Result<Hash> {
    let mut file = std::fs::File::open(path)?;
    let mut hasher = Sha256::new();
    let mut piece = vec![0; 1 << 20];
    loop {
        match file.read(&mut piece)? {
            0 => return Ok(Hash(hasher.finalize().into())),
            n => hasher.update(piece.get(..n).unwrap_or_default()),
        }
    }
}

/// Writes beside and renames: an interrupted download leaves nothing that looks whole.
async fn save(response: Response, file: &Path, bar: &ProgressBar) -> std::io::Result<Hash> {
    let name = file.file_name().unwrap_or_default().to_string_lossy();
    let beside = file.with_file_name(format!(".{name}.part"));
    let mut target = tokio::fs::File::create(&beside).await?;
    let mut stream = response.bytes_stream();
    let mut hasher = Sha256::new();
    while let Some(piece) = stream.next().await {
        let piece = piece.map_err(std::io::Error::other)?;
        hasher.update(&piece);
        target.write_all(&piece).await?;
        bar.inc(piece.len() as u64);
    }
    target.sync_all().await?;
    tokio::fs::rename(&beside, file).await?;
    Ok(Hash(hasher.finalize().into()))
}

fn failed(file: &Path, error: &std::io::Error) -> Problem {
    Problem::new(
        500,
        "download_failed",
        format!("{}: {error}.", file.display()),
        "Free some space or check the network, then run it again.",
    )
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_stay_inside_the_folder() {
        for good in ["README.md", "data/train-00000-of-00001.parquet"] {
            assert!(safe(good).is_ok());
        }
        for bad in ["../x", "/etc/passwd", "a//b", "", ".hidden", "a/../b", "a\\b", "c:x"] {
            assert_eq!(safe(bad).unwrap_err().code, "file_name_unsafe", "{bad}");
        }
    }
}
