//! The release as a folder: files are written beside each other on disk, then kept as
//! blobs, so that memory stays bounded whatever the release weighs.

use crate::App;
use crate::model::cannot_write;
use crate::view::release::ReleaseFile;
use karat_store::query::job::ClaimedJob;
use karat_types::id::ReleaseId;
use karat_types::{Hash, Problem};
use std::fs::File;
use std::io::BufWriter;
use std::path::{Path, PathBuf};

/// Parts of images and sounds are at most about this large, bytes.
pub(crate) const PART_BYTES: u64 = 500_000_000;

/// Media types of the files a release has.
pub(crate) const JSONL: &str = "application/jsonl";
pub(crate) const PARQUET: &str = "application/vnd.apache.parquet";
pub(crate) const TAR: &str = "application/x-tar";
pub(crate) const JSON: &str = "application/json";
pub(crate) const JSON_LD: &str = "application/ld+json";
pub(crate) const MARKDOWN: &str = "text/markdown";
pub(crate) const PLAIN: &str = "text/plain";

/// Where the files of one build lie until they are blobs.
pub(crate) struct Folder {
    path: PathBuf,
}

impl Folder {
    /// A fresh folder for this attempt; what earlier attempts left is removed. An earlier
    /// attempt that still runs loses its files and fails, which is as well: its job is
    /// another's.
    pub(crate) fn fresh(app: &App, release: ReleaseId, job: &ClaimedJob) -> Result<Self, Problem> {
        let parent = app.cache_dir.join("releases").join(release.to_string());
        let _ = std::fs::remove_dir_all(&parent);
        let path = parent.join(job.attempt.to_string());
        std::fs::create_dir_all(&path).map_err(|e| cannot_write(&path, &e))?;
        Ok(Self { path })
    }

    /// Opens a file to be written.
    pub(crate) fn create(&self, name: &str) -> Result<(PathBuf, BufWriter<File>), Problem> {
        let path = self.path.join(name);
        let file = File::create(&path).map_err(|e| cannot_write(&path, &e))?;
        Ok((path, BufWriter::new(file)))
    }
}

impl Drop for Folder {
    fn drop(&mut self) {
        // Only a cache: what counts is in the blobs.
        let _ = std::fs::remove_dir_all(&self.path);
        if let Some(parent) = self.path.parent() {
            let _ = std::fs::remove_dir(parent);
        }
    }
}

/// Keeps a written file as a blob and removes it from the disk.
pub(crate) async fn keep(
    app: &App,
    path: &Path,
    name: String,
    media_type: &str,
    content: bool,
) -> Result<ReleaseFile, Problem> {
    let (sha256, bytes) = app.store.blobs().put_file(path).await?;
    let _ = std::fs::remove_file(path);
    Ok(ReleaseFile { name, media_type: media_type.to_owned(), bytes, sha256, content })
}

/// Keeps a small file that is in memory.
pub(crate) async fn keep_text(
    app: &App,
    name: &str,
    media_type: &str,
    text: String,
) -> Result<ReleaseFile, Problem> {
    let bytes = text.len() as u64;
    let sha256: Hash = app.store.blobs().put(text).await?;
    Ok(ReleaseFile {
        name: name.to_owned(),
        media_type: media_type.to_owned(),
        bytes,
        sha256,
        content: false,
    })
}

/// `data/train-00000-of-00003.parquet`: the name of a part, as hubs expect it.
pub(crate) fn part_name(folder: &str, part: usize, parts: usize, end: &str) -> String {
    format!("{folder}/train-{part:05}-of-{parts:05}.{end}")
}
