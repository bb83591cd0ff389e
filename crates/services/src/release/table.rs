//! The rows as Parquet, written column by column.

use crate::view::release::Row;
use karat_types::Problem;
use parquet::basic::{Compression, ConvertedType, Repetition, Type as Physical};
use parquet::data_type::{ByteArray, ByteArrayType, Int64Type};
use parquet::file::properties::WriterProperties;
use parquet::file::writer::{SerializedFileWriter, SerializedRowGroupWriter};
use parquet::schema::types::{Type, TypePtr};
use std::io::Write;
use std::sync::Arc;

/// Rows a row group: small enough to hold, large enough to compress.
const ROWS_PER_GROUP: usize = 50_000;

/// Writes `rows` as one Snappy-compressed Parquet file; columns as the JSONL's fields,
/// with the span as two integers.
pub(crate) fn to_parquet(rows: &[Row]) -> Result<Vec<u8>, Problem> {
    write(rows).map_err(|e| Problem::internal(format!("The Parquet file could not be written: {e}.")))
}

fn write(rows: &[Row]) -> parquet::errors::Result<Vec<u8>> {
    let properties = WriterProperties::builder().set_compression(Compression::SNAPPY).build();
    let mut out = Vec::new();
    let mut file = SerializedFileWriter::new(&mut out, schema()?, Arc::new(properties))?;
    for part in rows.chunks(ROWS_PER_GROUP) {
        let mut group = file.next_row_group()?;
        integers(&mut group, part, |r| r.index)?;
        texts(&mut group, part, |r| r.content.clone())?;
        texts(&mut group, part, |r| r.contributor.to_string())?;
        texts(&mut group, part, |r| r.contributor_name.clone())?;
        texts(&mut group, part, |r| r.submission.to_string())?;
        integers(&mut group, part, |r| r.span[0])?;
        integers(&mut group, part, |r| r.span[1])?;
        texts(&mut group, part, |r| r.licence.clone())?;
        texts(&mut group, part, |r| r.leaf.hex())?;
        group.close()?;
    }
    file.close()?;
    Ok(out)
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
    ];
    let fields = fields.into_iter().map(Arc::new).collect();
    Ok(Arc::new(Type::group_type_builder("row").with_fields(fields).build()?))
}

fn integer(name: &str) -> parquet::errors::Result<Type> {
    Type::primitive_type_builder(name, Physical::INT64).with_repetition(Repetition::REQUIRED).build()
}

fn text(name: &str) -> parquet::errors::Result<Type> {
    Type::primitive_type_builder(name, Physical::BYTE_ARRAY)
        .with_repetition(Repetition::REQUIRED)
        .with_converted_type(ConvertedType::UTF8)
        .build()
}

fn texts<W: Write + Send>(
    group: &mut SerializedRowGroupWriter<'_, W>,
    rows: &[Row],
    get: impl Fn(&Row) -> String,
) -> parquet::errors::Result<()> {
    let values: Vec<ByteArray> = rows.iter().map(|r| ByteArray::from(get(r).into_bytes())).collect();
    if let Some(mut column) = group.next_column()? {
        column.typed::<ByteArrayType>().write_batch(&values, None, None)?;
        column.close()?;
    }
    Ok(())
}

fn integers<W: Write + Send>(
    group: &mut SerializedRowGroupWriter<'_, W>,
    rows: &[Row],
    get: impl Fn(&Row) -> u64,
) -> parquet::errors::Result<()> {
    let values: Vec<i64> = rows.iter().map(|r| get(r).cast_signed()).collect();
    if let Some(mut column) = group.next_column()? {
        column.typed::<Int64Type>().write_batch(&values, None, None)?;
        column.close()?;
    }
    Ok(())
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
        };
        let bytes = to_parquet(&[row.clone(), row.clone()]).unwrap();
        let reader = SerializedFileReader::new(bytes::Bytes::from(bytes)).unwrap();
        let rows: Vec<_> = reader.get_row_iter(None).unwrap().map(Result::unwrap).collect();
        assert_eq!(rows.len(), 2);
        assert_eq!(rows[1].get_string(1).unwrap(), &row.content);
        assert_eq!(rows[0].get_long(6).unwrap(), 18);
        assert_eq!(rows[0].get_string(8).unwrap(), &row.leaf.hex());
    }
}
