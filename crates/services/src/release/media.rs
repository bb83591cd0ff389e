//! Rows of images and sounds: one a file, with what its header says of it.

use crate::view::release::{Row, RowMedia};
use bytes::Bytes;
use karat_store::query::release::Item;
use karat_types::{Hash, Problem};

mod facts;

pub(crate) use facts::Facts;

/// The file of an item that is released: without personal metadata where one was made,
/// else as it came.
pub(crate) struct Released {
    pub(crate) hash: Hash,
    pub(crate) media_type: String,
}

/// Which file of `item` is released.
pub(crate) fn released(item: &Item) -> Result<Released, Problem> {
    match item.derived.iter().find(|d| d.kind == "cleaned") {
        Some(clean) => {
            Ok(Released { hash: super::parse_hash(&clean.hash)?, media_type: clean.media_type.clone() })
        }
        None => Ok(Released {
            hash: item.content_hash,
            media_type: item.media_type.clone().unwrap_or_else(|| "application/octet-stream".into()),
        }),
    }
}

/// The row of a media item with these bytes.
pub(crate) fn row(item: &Item, file: &Released, bytes: &Bytes, index: u64) -> Row {
    let content = format!("sha256:{}", file.hash);
    let span = [0, bytes.len() as u64];
    let leaf = karat_tlog::row_leaf(&karat_tlog::Row {
        content: &content,
        contributor: item.contributor,
        submission: item.submission,
        span: span[0]..span[1],
        licence: &item.licence,
    });
    let facts = Facts::read(&file.media_type, bytes);
    Row {
        index,
        content,
        contributor: item.contributor,
        contributor_name: item.contributor_name.clone(),
        submission: item.submission,
        span,
        licence: item.licence.clone(),
        leaf,
        shape: None,
        media: Some(RowMedia {
            file: format!("{index:09}.{}", ending(&file.media_type)),
            media_type: file.media_type.clone(),
            bytes: bytes.len() as u64,
            width: facts.width,
            height: facts.height,
            duration_ms: facts.duration_ms,
            sample_rate: facts.sample_rate,
            transcript: item.transcript.clone(),
            score: item.score.map(i32::unsigned_abs),
        }),
    }
}

/// The ending of files of this type.
fn ending(media_type: &str) -> &'static str {
    match media_type {
        "image/png" => "png",
        "image/jpeg" => "jpg",
        "image/webp" => "webp",
        "image/tiff" => "tiff",
        "image/bmp" => "bmp",
        "audio/wav" | "audio/x-wav" | "audio/vnd.wave" => "wav",
        "audio/mpeg" => "mp3",
        "audio/flac" => "flac",
        _ => "bin",
    }
}
