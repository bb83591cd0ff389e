//! Blobs that are files: streamed, so a model of many gigabytes needs little memory.

use super::Blobs;
use crate::{Result, StoreError};
use bytes::Bytes;
use futures::TryStreamExt;
use karat_types::Hash;
use object_store::{ObjectStoreExt, WriteMultipart};
use std::io::Read;
use std::path::{Path, PathBuf};
use tokio::io::AsyncWriteExt;

/// Files up to this size are sent in one piece.
const ONE_PIECE: u64 = 8 << 20;
/// Pieces of larger files; S3 allows 10,000 of them: 160 GB.
const PIECE: usize = 16 << 20;
/// Pieces on their way at the same time.
const PIECES_IN_FLIGHT: usize = 3;

impl Blobs {
    /// Keeps a file's bytes; says their hash and length.
    pub async fn put_file(&self, path: &Path) -> Result<(Hash, u64)> {
        let (hash, len) = hash_file(path).await?;
        if self.exists(hash).await? {
            return Ok((hash, len));
        }
        if len <= ONE_PIECE {
            let bytes = tokio::fs::read(path).await.map_err(|e| at(path, e))?;
            return Ok((self.put(bytes).await?, len));
        }
        self.put_pieces(path, hash).await?;
        Ok((hash, len))
    }

    async fn put_pieces(&self, path: &Path, hash: Hash) -> Result<()> {
        let mut pieces = Pieces::open(path)?;
        let mut upload =
            WriteMultipart::new_with_chunk_size(self.objects.put_multipart(&self.key(hash)).await?, PIECE);
        let sent = loop {
            match pieces.next().await {
                Ok(Some(piece)) => {
                    if let Err(e) = upload.wait_for_capacity(PIECES_IN_FLIGHT).await {
                        break Err(e.into());
                    }
                    upload.put(piece);
                }
                Ok(None) => break Ok(pieces.hash()),
                Err(e) => break Err(at(path, e)),
            }
        };
        // The name is a promise about the bytes, so a file that changes meanwhile is refused.
        match sent {
            Ok(seen) if seen == hash => {
                upload.finish().await?;
                Ok(())
            }
            other => {
                let _ = upload.abort().await;
                other.and_then(|_| {
                    Err(StoreError::Io(format!("{} changed while it was read.", path.display())))
                })
            }
        }
    }

    /// Writes the blob to `path`, which then exists whole and checked, or not at all.
    pub async fn get_to_file(&self, hash: Hash, path: &Path) -> Result<()> {
        let name = path.file_name().unwrap_or_default().to_string_lossy().into_owned();
        let part = path.with_file_name(format!(".{name}.{}.part", std::process::id()));
        let written = self.write_part(hash, &part).await;
        let done = match written {
            Ok(()) => publish(part.clone(), path.to_path_buf()).await,
            Err(e) => Err(e),
        };
        if done.is_err() {
            let _ = tokio::fs::remove_file(&part).await;
        }
        done
    }

    async fn write_part(&self, hash: Hash, part: &Path) -> Result<()> {
        let (_, mut stream) = self.stream(hash).await?;
        let mut file = tokio::fs::File::create(part).await.map_err(|e| at(part, e))?;
        let mut hasher = Hasher::default();
        while let Some(bytes) = stream.try_next().await? {
            hasher.add(&bytes);
            file.write_all(&bytes).await.map_err(|e| at(part, e))?;
        }
        file.flush().await.map_err(|e| at(part, e))?;
        file.sync_all().await.map_err(|e| at(part, e))?;
        if hasher.hash() == hash { Ok(()) } else { Err(StoreError::BlobDamaged(hash)) }
    }
}

/// Gives the finished file its name, durably.
async fn publish(part: PathBuf, path: PathBuf) -> Result<()> {
    let moved = tokio::task::spawn_blocking(move || {
        std::fs::rename(&part, &path)?;
        let folder = path.parent().filter(|p| !p.as_os_str().is_empty()).unwrap_or(Path::new("."));
        std::fs::File::open(folder)?.sync_all()
    });
    Ok(moved.await.map_err(|e| StoreError::Other(e.to_string()))??)
}

/// An I/O error with the file it is about.
fn at(path: &Path, err: std::io::Error) -> StoreError {
    match StoreError::from(err) {
        StoreError::Io(why) => StoreError::Io(format!("{}: {why}.", path.display())),
        StoreError::DiskFull(why) => StoreError::DiskFull(format!("{}: {why}", path.display())),
        other => other,
    }
}

async fn hash_file(path: &Path) -> Result<(Hash, u64)> {
    let mut pieces = Pieces::open(path)?;
    let mut len = 0;
    while let Some(piece) = pieces.next().await.map_err(|e| at(path, e))? {
        len += piece.len() as u64;
    }
    Ok((pieces.hash(), len))
}

/// A file piece by piece, read and hashed off the async threads.
struct Pieces(Option<(std::fs::File, Hasher)>);

impl Pieces {
    fn open(path: &Path) -> Result<Self> {
        let file = std::fs::File::open(path).map_err(|e| at(path, e))?;
        Ok(Self(Some((file, Hasher::default()))))
    }

    async fn next(&mut self) -> std::io::Result<Option<Bytes>> {
        let Some((mut file, mut hasher)) = self.0.take() else { return Ok(None) };
        let read = tokio::task::spawn_blocking(move || {
            let mut piece = Vec::with_capacity(PIECE);
            (&mut file).take(PIECE as u64).read_to_end(&mut piece)?;
            hasher.add(&piece);
            std::io::Result::Ok((file, hasher, piece))
        });
        let (file, hasher, piece) = read.await.map_err(std::io::Error::other)??;
        self.0 = Some((file, hasher));
        Ok((!piece.is_empty()).then(|| Bytes::from(piece)))
    }

    /// Hash of all that was read.
    fn hash(self) -> Hash {
        self.0.map(|(_, hasher)| hasher).unwrap_or_default().hash()
    }
}

/// SHA-256 of bytes that come in pieces.
#[derive(Default)]
struct Hasher(sha2::Sha256);

impl Hasher {
    fn add(&mut self, bytes: &[u8]) {
        sha2::Digest::update(&mut self.0, bytes);
    }

    fn hash(self) -> Hash {
        Hash(sha2::Digest::finalize(self.0).into())
    }
}
