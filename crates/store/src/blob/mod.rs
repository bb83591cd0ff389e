//! Blobs: bytes named by their SHA-256, written once, never changed.
//!
//! Equal bytes are kept once. A put that returned is durable: local files are synced
//! together with their folder, S3 answers only then.

mod backend;
mod file;

use crate::{Result, StoreConfig, StoreError};
use bytes::Bytes;
use futures::{StreamExt, TryStreamExt, stream::BoxStream};
use karat_types::Hash;
use object_store::path::Path as Key;
use object_store::{GetOptions, ObjectStore, ObjectStoreExt, PutMode, PutPayload};
use std::sync::Arc;

/// The bytes of a blob as they come.
pub type BlobStream = BoxStream<'static, Result<Bytes>>;

/// The blobs of one Karat.
#[derive(Clone, Debug)]
pub struct Blobs {
    objects: Arc<dyn ObjectStore>,
    prefix: Key,
    label: String,
}

impl Blobs {
    /// Opens local files or S3, as the configuration says; asks S3 nothing yet.
    pub(crate) fn open(config: &StoreConfig) -> Result<Self> {
        let (objects, prefix, label) = backend::open(config)?;
        Ok(Self { objects, prefix, label })
    }

    /// Where the blobs are, to print.
    pub fn label(&self) -> &str {
        &self.label
    }

    /// Keeps `bytes`; they may be there already.
    pub async fn put(&self, bytes: impl Into<Bytes>) -> Result<Hash> {
        let bytes = bytes.into();
        let hash = Hash::of(&bytes);
        if !self.exists(hash).await? {
            self.put_new(hash, bytes).await?;
        }
        Ok(hash)
    }

    async fn put_new(&self, hash: Hash, bytes: Bytes) -> Result<()> {
        let payload = PutPayload::from_bytes(bytes);
        match self.objects.put_opts(&self.key(hash), payload, PutMode::Create.into()).await {
            // Somebody else kept the same bytes in the meantime.
            Ok(_) | Err(object_store::Error::AlreadyExists { .. }) => Ok(()),
            Err(e) => Err(e.into()),
        }
    }

    /// The whole blob, its hash checked.
    pub async fn get(&self, hash: Hash) -> Result<Bytes> {
        let got = self.objects.get(&self.key(hash)).await.map_err(|e| missing(hash, e))?;
        let bytes = got.bytes().await?;
        if Hash::of(&bytes) == hash { Ok(bytes) } else { Err(StoreError::BlobDamaged(hash)) }
    }

    /// Length and bytes as they come, for files that do not fit in memory.
    pub async fn stream(&self, hash: Hash) -> Result<(u64, BlobStream)> {
        let got = self.objects.get(&self.key(hash)).await.map_err(|e| missing(hash, e))?;
        let len = got.meta.size;
        Ok((len, got.into_stream().map_err(StoreError::from).boxed()))
    }

    /// Bytes `range` of the blob as they come.
    pub async fn stream_range(&self, hash: Hash, range: std::ops::Range<u64>) -> Result<BlobStream> {
        let options = GetOptions { range: Some(range.into()), ..GetOptions::default() };
        let got = self.objects.get_opts(&self.key(hash), options).await.map_err(|e| missing(hash, e))?;
        Ok(got.into_stream().map_err(StoreError::from).boxed())
    }

    /// Takes a blob out of the way, so that it is no longer served, and keeps it aside
    /// until [`Self::forget`]. Whoever needs it after all gets it by [`Self::bring_back`].
    pub async fn set_aside(&self, hash: Hash) -> Result<()> {
        if !self.exists(hash).await? {
            return Ok(());
        }
        self.objects.copy(&self.key(hash), &self.grave(hash)).await.map_err(|e| missing(hash, e))?;
        self.remove(&self.key(hash)).await
    }

    /// Gives a blob that was set aside its place again.
    pub async fn bring_back(&self, hash: Hash) -> Result<()> {
        match self.objects.copy(&self.grave(hash), &self.key(hash)).await {
            Ok(()) | Err(object_store::Error::NotFound { .. }) => self.forget(hash).await,
            Err(e) => Err(e.into()),
        }
    }

    /// Destroys a blob that was set aside.
    pub async fn forget(&self, hash: Hash) -> Result<()> {
        self.remove(&self.grave(hash)).await
    }

    async fn remove(&self, key: &Key) -> Result<()> {
        match self.objects.delete(key).await {
            Ok(()) | Err(object_store::Error::NotFound { .. }) => Ok(()),
            Err(e) => Err(e.into()),
        }
    }

    /// Whether the blob is there.
    pub async fn exists(&self, hash: Hash) -> Result<bool> {
        match self.len(hash).await {
            Ok(_) => Ok(true),
            Err(StoreError::BlobMissing(_)) => Ok(false),
            Err(e) => Err(e),
        }
    }

    /// Length in bytes.
    pub async fn len(&self, hash: Hash) -> Result<u64> {
        let head = GetOptions { head: true, ..GetOptions::default() };
        let got = self.objects.get_opts(&self.key(hash), head).await.map_err(|e| missing(hash, e))?;
        Ok(got.meta.size)
    }

    /// Every blob there is, with its length.
    pub fn all(&self) -> BoxStream<'static, Result<(Hash, u64)>> {
        self.objects
            .list(Some(&self.prefix))
            .map_err(StoreError::from)
            .try_filter_map(|meta| async move {
                let hash = meta.location.filename().and_then(|name| name.parse::<Hash>().ok());
                Ok(hash.map(|h| (h, meta.size)))
            })
            .boxed()
    }

    /// Writes, reads and deletes a few bytes: what `karat doctor` calls "blobs work".
    pub async fn probe(&self) -> Result<()> {
        let id = karat_types::id::JobId::new().to_string();
        let key = self.prefix.clone().join("probe").join(id.clone());
        self.objects.put_opts(&key, PutPayload::from(id.clone()), PutMode::Create.into()).await?;
        let back = self.objects.get(&key).await?.bytes().await;
        self.objects.delete(&key).await?;
        if back? == id.as_bytes() {
            return Ok(());
        }
        Err(StoreError::BlobsDown(format!("{} gives back other bytes than were written", self.label)))
    }

    /// Where a blob lies that was set aside: not under a name [`Self::all`] takes for one.
    fn grave(&self, hash: Hash) -> Key {
        self.prefix.clone().join("grave").join(format!("{}.gone", hash.hex()))
    }

    /// `ab/abcd…`: 256 folders keep each of them small.
    fn key(&self, hash: Hash) -> Key {
        let hex = hash.hex();
        self.prefix.clone().join(&hex[..2]).join(hex.as_str())
    }
}

fn missing(hash: Hash, err: object_store::Error) -> StoreError {
    match err {
        object_store::Error::NotFound { .. } => StoreError::BlobMissing(hash),
        other => other.into(),
    }
}
