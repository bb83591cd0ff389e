//! The rows of a release, written file by file.

use super::archive::Archive;
use super::folder::{self, Folder, keep, part_name};
use super::rows::{Source, of_submission};
use super::table::{MediaTable, TextTable};
use super::{leaves, media};
use crate::App;
use crate::model::cannot_write;
use crate::view::release::{ReleaseFile, Row, RowMedia};
use bytes::Bytes;
use karat_store::query::release::Item;
use karat_types::{Hash, Modality, Problem};
use serde_json::json;
use std::fs::File;
use std::io::{BufWriter, Write};
use std::path::{Path, PathBuf};

/// What was written.
pub(crate) struct Written {
    /// The leaves, in the order of the rows.
    pub(crate) leaves: Vec<Hash>,
    /// Bytes of content.
    pub(crate) bytes: u64,
    /// The files, `rows.jsonl` first, then the Parquet files.
    pub(crate) files: Vec<ReleaseFile>,
}

/// Name of the rows as JSONL.
pub(crate) const ROWS: &str = "rows.jsonl";

/// Writes the rows of `items` and notes in each where its rows are.
pub(crate) async fn rows(
    app: &App,
    folder: &Folder,
    items: &mut [Item],
    modality: Modality,
) -> Result<Written, Problem> {
    let mut written = match modality {
        Modality::Text => texts(app, folder, items, modality).await?,
        Modality::Image | Modality::Audio => files(app, folder, items, modality).await?,
    };
    written.files.push(leaves::keep(app, &written.leaves).await?);
    Ok(written)
}

/// JSONL on its way to the disk.
struct Lines {
    path: PathBuf,
    file: BufWriter<File>,
}

impl Lines {
    fn new(folder: &Folder) -> Result<Self, Problem> {
        let (path, file) = folder.create("rows")?;
        Ok(Self { path, file })
    }

    fn add(&mut self, row: &Row) -> Result<(), Problem> {
        let line = super::rows::line(row).map_err(|e| Problem::internal(format!("A row: {e}.")))?;
        writeln!(self.file, "{line}").map_err(|e| cannot_write(&self.path, &e))
    }

    async fn end(mut self, app: &App) -> Result<ReleaseFile, Problem> {
        self.file.flush().map_err(|e| cannot_write(&self.path, &e))?;
        drop(self.file);
        keep(app, &self.path, ROWS.to_owned(), folder::JSONL, true).await
    }
}

/// The rows of one text, numbered from `first`, and the size of its file.
pub(super) async fn cut(
    app: &App,
    item: &Item,
    modality: Modality,
    first: u64,
) -> Result<(Vec<Row>, u64), Problem> {
    let content = app.store.blobs().get(item.content_hash).await?;
    let extract = match item.derived.iter().find(|d| d.kind == "extract") {
        Some(kept) => Some(app.store.blobs().get(super::parse_hash(&kept.hash)?).await?),
        None => None,
    };
    let source = Source {
        submission: item.submission,
        contributor: item.contributor,
        contributor_name: &item.contributor_name,
        licence: &item.licence,
        content_hash: item.content_hash,
        bytes: &content,
        media_type: item.media_type.as_deref().unwrap_or_default(),
        extract: extract.as_deref(),
    };
    Ok((of_submission(&source, modality, first), content.len() as u64))
}

async fn texts(
    app: &App,
    folder: &Folder,
    items: &mut [Item],
    modality: Modality,
) -> Result<Written, Problem> {
    let mut lines = Lines::new(folder)?;
    let (path, out) = folder.create("table")?;
    let mut table = TextTable::new(out)?;
    let (mut all, mut bytes) = (Vec::new(), 0);
    for item in items {
        let (cut, size) = cut(app, item, modality, all.len() as u64).await?;
        bytes += size;
        item.first_row = all.len() as u64;
        item.rows = cut.len() as u64;
        for row in &cut {
            lines.add(row)?;
            all.push(row.leaf);
        }
        table.add(cut)?;
    }
    table.end()?;
    let rows = lines.end(app).await?;
    let table = keep(app, &path, part_name("data", 0, 1, "parquet"), folder::PARQUET, true).await?;
    Ok(Written { leaves: all, bytes, files: vec![rows, table] })
}

async fn files(
    app: &App,
    folder: &Folder,
    items: &mut [Item],
    modality: Modality,
) -> Result<Written, Problem> {
    let mut lines = Lines::new(folder)?;
    let mut tables = Tables { folder, modality, open: None, done: Vec::new() };
    let mut archives = Archives { folder, open: None, done: Vec::new() };
    let (mut all, mut bytes) = (Vec::new(), 0);
    for (index, item) in items.iter_mut().enumerate() {
        let file = media::released(item)?;
        let content = app.store.blobs().get(file.hash).await?;
        let row = media::row(item, &file, &content, index as u64);
        item.first_row = index as u64;
        item.rows = 1;
        bytes += content.len() as u64;
        lines.add(&row)?;
        all.push(row.leaf);
        if let Some(media) = &row.media {
            tables.add(app, &row, media, content.clone()).await?;
            archives.add(app, &row, media, &content).await?;
        }
    }
    let mut files = vec![lines.end(app).await?];
    files.extend(tables.end(app).await?);
    files.extend(archives.end(app).await?);
    Ok(Written { leaves: all, bytes, files })
}

/// The Parquet files of images and sounds, one open at a time.
struct Tables<'a> {
    folder: &'a Folder,
    modality: Modality,
    open: Option<(PathBuf, MediaTable<BufWriter<File>>)>,
    done: Vec<ReleaseFile>,
}

impl Tables<'_> {
    async fn add(&mut self, app: &App, row: &Row, media: &RowMedia, content: Bytes) -> Result<(), Problem> {
        let most = app.settings.release_part_bytes;
        if self.open.as_ref().is_some_and(|(_, t)| t.bytes + content.len() as u64 > most) {
            self.close(app).await?;
        }
        if self.open.is_none() {
            let (path, out) = self.folder.create("table")?;
            self.open = Some((path, MediaTable::new(out, self.modality)?));
        }
        match &mut self.open {
            Some((_, table)) => table.add(row, media, content),
            None => Ok(()),
        }
    }

    async fn close(&mut self, app: &App) -> Result<(), Problem> {
        if let Some((path, table)) = self.open.take() {
            table.end()?;
            self.done.push(keep(app, &path, String::new(), folder::PARQUET, true).await?);
        }
        Ok(())
    }

    async fn end(mut self, app: &App) -> Result<Vec<ReleaseFile>, Problem> {
        self.close(app).await?;
        Ok(named(self.done, "data", "parquet"))
    }
}

/// The archives, one open at a time.
struct Archives<'a> {
    folder: &'a Folder,
    open: Option<(PathBuf, Archive<BufWriter<File>>)>,
    done: Vec<ReleaseFile>,
}

impl Archives<'_> {
    async fn add(&mut self, app: &App, row: &Row, media: &RowMedia, content: &[u8]) -> Result<(), Problem> {
        let most = app.settings.release_part_bytes;
        if self.open.as_ref().is_some_and(|(_, a)| a.bytes + content.len() as u64 > most) {
            self.close(app).await?;
        }
        if self.open.is_none() {
            let (path, out) = self.folder.create("archive")?;
            self.open = Some((path, Archive::new(out)));
        }
        match &mut self.open {
            Some((_, archive)) => sample(archive, row, media, content),
            None => Ok(()),
        }
    }

    async fn close(&mut self, app: &App) -> Result<(), Problem> {
        if let Some((path, archive)) = self.open.take() {
            archive.end()?;
            self.done.push(keep(app, &path, String::new(), folder::TAR, true).await?);
        }
        Ok(())
    }

    async fn end(mut self, app: &App) -> Result<Vec<ReleaseFile>, Problem> {
        self.close(app).await?;
        Ok(named(self.done, "webdataset", "tar"))
    }
}

/// How many parts there are is known at the end.
fn named(mut files: Vec<ReleaseFile>, folder: &str, end: &str) -> Vec<ReleaseFile> {
    let parts = files.len();
    for (part, file) in files.iter_mut().enumerate() {
        file.name = part_name(folder, part, parts, end);
    }
    files
}

/// One sample of an archive: the file, what is known of it, its transcript; by name.
fn sample(
    archive: &mut Archive<BufWriter<File>>,
    row: &Row,
    media: &RowMedia,
    content: &[u8],
) -> Result<(), Problem> {
    let key =
        Path::new(&media.file).file_stem().map(|k| k.to_string_lossy().into_owned()).unwrap_or_default();
    let mut known = json!({
        "index": row.index, "content": row.content, "contributor": row.contributor,
        "contributor_name": row.contributor_name, "submission": row.submission, "licence": row.licence,
        "leaf": row.leaf,
    });
    let about = serde_json::to_value(media).map_err(|e| Problem::internal(format!("A row: {e}.")))?;
    if let (Some(known), Some(about)) = (known.as_object_mut(), about.as_object()) {
        known.extend(about.clone());
    }
    let known = known.to_string();
    let mut files = vec![(media.file.clone(), content), (format!("{key}.json"), known.as_bytes())];
    if let Some(transcript) = &media.transcript {
        files.push((format!("{key}.txt"), transcript.as_bytes()));
    }
    files.sort_by(|a, b| a.0.cmp(&b.0));
    files.iter().try_for_each(|(name, content)| archive.add(name, content))
}
