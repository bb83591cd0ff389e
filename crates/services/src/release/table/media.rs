//! Images and sounds as Parquet, in the layout hubs read: a column `image` or `audio` of
//! `{bytes, path}`, and what is known beside it.

use super::columns::{
    binary, bytes as byte_column, integer, integers, maybe_integer, maybe_integers, maybe_text, maybe_texts,
    text, texts,
};
use super::failed;
use crate::view::release::{Row, RowMedia};
use bytes::Bytes;
use karat_types::{Modality, Problem};
use parquet::basic::Compression;
use parquet::data_type::ByteArray;
use parquet::file::metadata::KeyValue;
use parquet::file::properties::{EnabledStatistics, WriterProperties};
use parquet::file::writer::SerializedFileWriter;
use parquet::schema::types::{ColumnPath, Type, TypePtr};
use serde_json::json;
use std::io::Write;
use std::sync::Arc;

/// Rows a row group: viewers read a whole group to show one row.
const ROWS_PER_GROUP: usize = 100;
/// Bytes after which a row group ends all the same: what is held in memory.
const BYTES_PER_GROUP: u64 = 32_000_000;

/// One file of images or sounds being written.
pub(crate) struct MediaTable<W: Write + Send> {
    file: SerializedFileWriter<W>,
    audio: bool,
    waiting: Vec<(Row, RowMedia, Bytes)>,
    held: u64,
    /// Bytes of content so far.
    pub(crate) bytes: u64,
}

impl<W: Write + Send> MediaTable<W> {
    /// An empty file.
    pub(crate) fn new(out: W, modality: Modality) -> Result<Self, Problem> {
        let audio = modality == Modality::Audio;
        let column = column(audio);
        let content = ColumnPath::new(vec![column.into(), "bytes".into()]);
        // Media is compressed already, all different, and too large to be a statistic.
        let properties = WriterProperties::builder()
            .set_compression(Compression::SNAPPY)
            .set_column_compression(content.clone(), Compression::UNCOMPRESSED)
            .set_column_dictionary_enabled(content.clone(), false)
            .set_column_statistics_enabled(content, EnabledStatistics::None)
            .set_key_value_metadata(Some(vec![KeyValue::new("huggingface".to_owned(), features(audio))]))
            .build();
        let file =
            schema(audio).and_then(|schema| SerializedFileWriter::new(out, schema, Arc::new(properties)));
        let file = file.map_err(|e| failed(&e))?;
        Ok(Self { file, audio, waiting: Vec::new(), held: 0, bytes: 0 })
    }

    /// Adds a row with its file.
    pub(crate) fn add(&mut self, row: &Row, media: &RowMedia, content: Bytes) -> Result<(), Problem> {
        self.held += content.len() as u64;
        self.bytes += content.len() as u64;
        self.waiting.push((row.clone(), media.clone(), content));
        if self.waiting.len() >= ROWS_PER_GROUP || self.held >= BYTES_PER_GROUP {
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
        self.held = 0;
        if part.is_empty() {
            return Ok(());
        }
        let mut group = self.file.next_row_group()?;
        byte_column(&mut group, &part, |r| ByteArray::from(r.2.clone()))?;
        texts(&mut group, &part, |r| r.1.file.clone())?;
        integers(&mut group, &part, |r| r.0.index)?;
        texts(&mut group, &part, |r| r.0.content.clone())?;
        texts(&mut group, &part, |r| r.0.contributor.to_string())?;
        texts(&mut group, &part, |r| r.0.contributor_name.clone())?;
        texts(&mut group, &part, |r| r.0.submission.to_string())?;
        texts(&mut group, &part, |r| r.0.licence.clone())?;
        texts(&mut group, &part, |r| r.0.leaf.hex())?;
        texts(&mut group, &part, |r| r.1.media_type.clone())?;
        maybe_integers(&mut group, &part, |r| r.1.score.map(u64::from))?;
        if self.audio {
            maybe_integers(&mut group, &part, |r| r.1.duration_ms)?;
            maybe_integers(&mut group, &part, |r| r.1.sample_rate.map(u64::from))?;
            maybe_texts(&mut group, &part, |r| r.1.transcript.clone())?;
        } else {
            maybe_integers(&mut group, &part, |r| r.1.width.map(u64::from))?;
            maybe_integers(&mut group, &part, |r| r.1.height.map(u64::from))?;
        }
        group.close().map(|_| ())
    }
}

fn column(audio: bool) -> &'static str {
    if audio { "audio" } else { "image" }
}

fn schema(audio: bool) -> parquet::errors::Result<TypePtr> {
    let file = [binary("bytes")?, text("path")?].into_iter().map(Arc::new).collect();
    let mut fields = vec![
        Type::group_type_builder(column(audio))
            .with_repetition(parquet::basic::Repetition::REQUIRED)
            .with_fields(file)
            .build()?,
        integer("index")?,
        text("content")?,
        text("contributor")?,
        text("contributor_name")?,
        text("submission")?,
        text("licence")?,
        text("leaf")?,
        text("media_type")?,
        maybe_integer("score")?,
    ];
    if audio {
        fields.extend([
            maybe_integer("duration_ms")?,
            maybe_integer("sample_rate")?,
            maybe_text("transcript")?,
        ]);
    } else {
        fields.extend([maybe_integer("width")?, maybe_integer("height")?]);
    }
    let fields = fields.into_iter().map(Arc::new).collect();
    Ok(Arc::new(Type::group_type_builder("row").with_fields(fields).build()?))
}

/// The columns and what they are, in the order of the file.
pub(crate) fn columns(modality: Modality) -> Vec<(&'static str, &'static str)> {
    let mut all = vec![
        (column(modality == Modality::Audio), if modality == Modality::Audio { "audio" } else { "image" }),
        ("index", "int64"),
        ("content", "string"),
        ("contributor", "string"),
        ("contributor_name", "string"),
        ("submission", "string"),
        ("licence", "string"),
        ("leaf", "string"),
        ("media_type", "string"),
        ("score", "int64"),
    ];
    if modality == Modality::Audio {
        all.extend([("duration_ms", "int64"), ("sample_rate", "int64"), ("transcript", "string")]);
    } else {
        all.extend([("width", "int64"), ("height", "int64")]);
    }
    all
}

/// What the library `datasets` reads to show the column as what it is.
fn features(audio: bool) -> String {
    let modality = if audio { Modality::Audio } else { Modality::Image };
    let feature = |kind: &str| match kind {
        "image" => json!({"_type": "Image"}),
        "audio" => json!({"_type": "Audio"}),
        plain => json!({"dtype": plain, "_type": "Value"}),
    };
    let features: serde_json::Map<String, serde_json::Value> =
        columns(modality).into_iter().map(|(name, kind)| (name.to_owned(), feature(kind))).collect();
    json!({"info": {"features": features}}).to_string()
}

#[cfg(test)]
mod tests {
    use super::*;
    use karat_types::Hash;
    use karat_types::id::{ContributorId, SubmissionId};
    use parquet::file::reader::{FileReader, SerializedFileReader};
    use parquet::record::RowAccessor;

    fn row(index: u64) -> (Row, RowMedia) {
        let media = RowMedia {
            file: format!("{index:09}.png"),
            media_type: "image/png".into(),
            bytes: 3,
            width: (index > 0).then_some(64),
            height: Some(48),
            duration_ms: None,
            sample_rate: None,
            transcript: None,
            score: Some(80),
        };
        let row = Row {
            index,
            content: "sha256:00".into(),
            contributor: ContributorId::new(),
            contributor_name: "ada".into(),
            submission: SubmissionId::new(),
            span: [0, 3],
            licence: "CC0-1.0".into(),
            leaf: Hash::of(b"leaf"),
            shape: None,
            media: Some(media.clone()),
        };
        (row, media)
    }

    #[test]
    fn the_column_is_a_struct_of_bytes_and_path() {
        for modality in [Modality::Image, Modality::Audio] {
            let mut out = Vec::new();
            let mut table = MediaTable::new(&mut out, modality).unwrap();
            for index in 0..250 {
                let (row, media) = row(index);
                table.add(&row, &media, Bytes::from_static(b"abc")).unwrap();
            }
            assert_eq!(table.bytes, 750);
            table.end().unwrap();
            let reader = SerializedFileReader::new(Bytes::from(out)).unwrap();
            assert_eq!(reader.metadata().num_row_groups(), 3);
            let names: Vec<_> = reader
                .metadata()
                .file_metadata()
                .schema()
                .get_fields()
                .iter()
                .map(|f| f.name().to_owned())
                .collect();
            assert_eq!(names, columns(modality).iter().map(|c| c.0).collect::<Vec<_>>());
            let rows: Vec<_> = reader.get_row_iter(None).unwrap().map(Result::unwrap).collect();
            let file = rows[249].get_group(0).unwrap();
            assert_eq!(file.get_bytes(0).unwrap().data(), b"abc");
            assert_eq!(file.get_string(1).unwrap(), "000000249.png");
            if modality == Modality::Image {
                assert!(rows[0].get_long(10).is_err(), "the first row has no width");
                assert_eq!(rows[1].get_long(10).unwrap(), 64);
            }
        }
    }
}
