//! The rows as Parquet, written group by group and column by column.

mod columns;
mod media;

pub(crate) use media::{MediaTable, columns as media_columns};

use crate::view::release::Row;
use columns::{integer, integers, text, texts};
use karat_types::Problem;
use parquet::basic::Compression;
use parquet::file::properties::WriterProperties;
use parquet::file::writer::SerializedFileWriter;
use parquet::schema::types::{Type, TypePtr};
use std::io::Write;
use std::sync::Arc;

/// Rows a row group: small enough to hold, large enough to compress.
const ROWS_PER_GROUP: usize = 50_000;
/// Bytes of content after which a row group ends all the same.
const BYTES_PER_GROUP: usize = 32_000_000;

/// A Snappy-compressed Parquet file of texts being written; columns as the JSONL's
/// fields, with the span as two integers.
pub(crate) struct TextTable<W: Write + Send> {
    file: SerializedFileWriter<W>,
    waiting: Vec<Row>,
    bytes: usize,
}

impl<W: Write + Send> TextTable<W> {
    /// An empty file.
    pub(crate) fn new(out: W) -> Result<Self, Problem> {
        let properties = WriterProperties::builder().set_compression(Compression::SNAPPY).build();
        let file = schema().and_then(|schema| SerializedFileWriter::new(out, schema, Arc::new(properties)));
        Ok(Self { file: file.map_err(|e| failed(&e))?, waiting: Vec::new(), bytes: 0 })
    }

    /// Adds rows.
    pub(crate) fn add(&mut self, rows: Vec<Row>) -> Result<(), Problem> {
        self.bytes += rows.iter().map(|r| r.content.len()).sum::<usize>();
        self.waiting.extend(rows);
        if self.waiting.len() >= ROWS_PER_GROUP || self.bytes >= BYTES_PER_GROUP {
            self.flush().map_err(|e| failed(&e))?;
        }
        Ok(())
    }

    /// Ends the file.
    pub(crate) fn end(mut self) -> Result<(), Problem> {
        self.flush().and_then(|()| self.file.close()).map(|_| ()).map_err(|e| failed(&e))
    }

    fn flush(&mut self) -> parquet::errors::Result<()> {
        let part = std::mem::take(&mut self.waiting);
        self.bytes = 0;
        if part.is_empty() {
            return Ok(());
        }
        let mut group = self.file.next_row_group()?;
        integers(&mut group, &part, |r| r.index)?;
        texts(&mut group, &part, |r| r.content.clone())?;
        texts(&mut group, &part, |r| r.contributor.to_string())?;
        texts(&mut group, &part, |r| r.contributor_name.clone())?;
        texts(&mut group, &part, |r| r.submission.to_string())?;
        integers(&mut group, &part, |r| r.span[0])?;
        integers(&mut group, &part, |r| r.span[1])?;
        texts(&mut group, &part, |r| r.licence.clone())?;
        texts(&mut group, &part, |r| r.leaf.hex())?;
        texts(&mut group, &part, |r| r.shape.clone().unwrap_or_else(|| "text".into()))?;
        group.close().map(|_| ())
    }
}

pub(super) fn failed(error: &parquet::errors::ParquetError) -> Problem {
    Problem::internal(format!("The Parquet file could not be written: {error}."))
}

fn schema() -> parquet::errors::Result<TypePtr> {
    let fields = [
        integer("index")?,
        text("content")?,
        text("contributor")?,
        text("contributor_name")?,
        text("submission")?,
        integer("span_start")?,
        integer("span_end")?,
        text("licence")?,
        text("leaf")?,
        text("shape")?,
    ];
    let fields = fields.into_iter().map(Arc::new).collect();
    Ok(Arc::new(Type::group_type_builder("row").with_fields(fields).build()?))
}

#[cfg(test)]
mod tests {
    use super::*;
    use karat_types::Hash;
    use karat_types::id::{ContributorId, SubmissionId};
    use parquet::file::reader::{FileReader, SerializedFileReader};
    use parquet::record::RowAccessor;

    #[test]
    fn what_is_written_is_read_back() {
        let row = Row {
            index: 7,
            content: "Grüße, 世界".into(),
            contributor: ContributorId::new(),
            contributor_name: "ada".into(),
            submission: SubmissionId::new(),
            span: [3, 18],
            licence: "MIT".into(),
            leaf: Hash::of(b"leaf"),
            shape: None,
            media: None,
        };
        let mut bytes = Vec::new();
        let mut table = TextTable::new(&mut bytes).unwrap();
        table.add(vec![row.clone()]).unwrap();
        table.add(vec![row.clone()]).unwrap();
        table.end().unwrap();
        let reader = SerializedFileReader::new(bytes::Bytes::from(bytes)).unwrap();
        let rows: Vec<_> = reader.get_row_iter(None).unwrap().map(Result::unwrap).collect();
        assert_eq!(rows.len(), 2);
        assert_eq!(rows[1].get_string(1).unwrap(), &row.content);
        assert_eq!(rows[0].get_long(6).unwrap(), 18);
        assert_eq!(rows[0].get_string(8).unwrap(), &row.leaf.hex());
    }
}
