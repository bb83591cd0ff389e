//! Records out of Parquet, after everything the file announces was found possible.

use super::shape::Fault;
use super::thrift::Walk;
use super::{Broken, Read, Spot};
use crate::evidence::finding;
use bytes::Bytes;
use parquet::basic::Compression;
use parquet::file::metadata::{ColumnChunkMetaData, ParquetMetaData};
use parquet::file::reader::{FileReader, SerializedFileReader};
use parquet::record::Field;
use serde_json::{Map, Value, json};

const MAGIC: &[u8] = b"PAR1";
/// Bytes of the end: length of the footer and the magic.
const TAIL: usize = 8;
/// Bytes one page, and the whole file, may unpack to.
const MAX_PAGE: u64 = 50_000_000;
const MAX_TOTAL: u64 = 100_000_000;
/// Rows of a file at most.
const MAX_ROWS: i64 = 1_000_000;
/// Columns (leaves) of a file at most.
const MAX_COLUMNS: usize = 1000;
/// Groups and lists inside each other at most.
const MAX_DEPTH: i16 = 16;

/// Hands over every row, or says why the file cannot be read.
pub(super) fn walk(bytes: &[u8], each: &mut dyn FnMut(Spot, Read)) -> Result<(), Broken> {
    footer(bytes)?;
    let copy = Bytes::copy_from_slice(bytes);
    let reader = SerializedFileReader::new(copy).map_err(|error| broken(&error.to_string()))?;
    let compressed = limits(reader.metadata())?;
    if reader.metadata().file_metadata().num_rows() == 0 {
        return Ok(());
    }
    pages(bytes, &compressed)?;
    let rows = reader.get_row_iter(None).map_err(|error| broken(&error.to_string()))?;
    let mut weight = 0_u64;
    for (number, row) in rows.enumerate() {
        let row = row.map_err(|error| broken(&format!("record {}: {error}", number + 1)))?;
        // One long text of a dictionary can stand in every row.
        weight += row.get_column_iter().map(|(_, field)| weigh(field)).sum::<u64>();
        if weight > MAX_TOTAL {
            return Err(too_much("stream_bomb", "Bytes of all records".into(), weight, MAX_TOTAL));
        }
        let spot = Spot { line: number as u64 + 1, span: number..number + 1 };
        each(spot, group(row.into_columns()).map_err(|name| (not_json(name), 1)));
    }
    Ok(())
}

fn not_json(field: String) -> Fault {
    let expected = "text, a number, true or false, a list or a struct";
    Fault { code: "record_wrong_type", field, expected, found: "bytes that are not UTF-8, or a date".into() }
}

fn broken(why: &str) -> Broken {
    let why = super::shape::brief(why);
    let message = format!("The Parquet file cannot be read: {why}.");
    Box::new(finding("broken_document", json!(why), json!("a complete Parquet file"), message))
}

fn too_much(code: &str, what: String, found: u64, most: u64) -> Broken {
    Box::new(finding(code, json!(found), json!(most), format!("{what}: {found} found, {most} allowed.")))
}

/// Whether the footer is where the end says, and all it announces can be there.
fn footer(bytes: &[u8]) -> Result<(), Broken> {
    if bytes.ends_with(b"PARE") || bytes.starts_with(b"PARE") {
        let message = "The Parquet file is encrypted.".to_owned();
        let found = finding("encrypted_document", json!("Parquet encryption"), json!("none"), message);
        return Err(Box::new(found));
    }
    let start = tail(bytes).ok_or_else(|| broken("it does not end with a footer and “PAR1”"))?;
    let mut walk = Walk::new(&bytes[..bytes.len() - TAIL], start);
    walk.skip(12).ok_or_else(|| broken("its footer is damaged"))
}

fn tail(bytes: &[u8]) -> Option<usize> {
    let end = bytes.len().checked_sub(TAIL)?;
    let tail = bytes.get(end..)?;
    let length = u32::from_le_bytes(*tail.first_chunk()?) as usize;
    (tail.ends_with(MAGIC) && bytes.starts_with(MAGIC)).then_some(())?;
    end.checked_sub(length).filter(|start| *start >= MAGIC.len())
}

/// Where a column's pages stand and how many values they hold.
struct Chunk {
    start: u64,
    end: u64,
    snappy: bool,
}

/// Rows, columns, depth, compression and sizes as the footer states them.
fn limits(metadata: &ParquetMetaData) -> Result<Vec<Chunk>, Broken> {
    let schema = metadata.file_metadata().schema_descr();
    if schema.num_columns() > MAX_COLUMNS {
        let columns = schema.num_columns() as u64;
        return Err(too_much("too_complex", "Columns".into(), columns, MAX_COLUMNS as u64));
    }
    for column in schema.columns() {
        let depth = column.max_rep_level().max(column.max_def_level());
        if depth > MAX_DEPTH || column.path().parts().len() > 2 * MAX_DEPTH as usize {
            return Err(too_much("too_complex", "Levels of nesting".into(), depth as u64, MAX_DEPTH as u64));
        }
    }
    let groups = metadata.row_groups();
    let rows =
        groups.iter().try_fold(0_i64, |sum, g| (g.num_rows() >= 0).then(|| sum.checked_add(g.num_rows()))?);
    match rows {
        None => return Err(broken("a row group has a negative number of rows")),
        Some(rows) if rows > MAX_ROWS => {
            return Err(too_much("too_complex", "Rows".into(), rows as u64, MAX_ROWS as u64));
        }
        Some(_) => {}
    }
    groups.iter().flat_map(|group| group.columns()).map(chunk).collect()
}

fn chunk(column: &ColumnChunkMetaData) -> Result<Chunk, Broken> {
    let snappy = match column.compression() {
        Compression::UNCOMPRESSED => false,
        Compression::SNAPPY => true,
        other => {
            let name = other.to_string();
            let name = name.split('(').next().unwrap_or_default().to_owned();
            let message = format!(
                "Column {} is compressed with {name}; Snappy and none are taken.",
                column.column_path()
            );
            let found = finding("parquet_unsupported", json!(name), json!("SNAPPY or UNCOMPRESSED"), message);
            return Err(Box::new(found));
        }
    };
    let first = column.dictionary_page_offset().filter(|at| *at > 0).unwrap_or(i64::MAX);
    let start = u64::try_from(first.min(column.data_page_offset()));
    let length = u64::try_from(column.compressed_size());
    match (start, length) {
        (Ok(start), Ok(length)) if column.num_values() >= 0 && column.uncompressed_size() >= 0 => {
            Ok(Chunk { start, end: start.saturating_add(length), snappy })
        }
        _ => Err(broken("a column has a negative size")),
    }
}

/// Walks the headers of all pages: what they unpack to is counted before it is unpacked.
fn pages(bytes: &[u8], chunks: &[Chunk]) -> Result<(), Broken> {
    let mut total = 0_u64;
    for chunk in chunks {
        let end = usize::try_from(chunk.end).unwrap_or(usize::MAX);
        let mut at = usize::try_from(chunk.start).unwrap_or(usize::MAX);
        let content = bytes.get(..end).ok_or_else(|| broken("a column ends behind the file"))?;
        while at < end {
            let mut walk = Walk::new(content, at);
            let header = walk.numbers().ok_or_else(|| broken("the header of a page is damaged"))?;
            let number =
                |id: i64| header.iter().find(|(i, _)| *i == id).and_then(|(_, n)| u64::try_from(*n).ok());
            let (Some(unpacked), Some(packed)) = (number(2), number(3)) else {
                return Err(broken("a page does not state its size"));
            };
            let body = walk.at()..walk.at().saturating_add(packed as usize);
            let page = content.get(body.clone()).ok_or_else(|| broken("a page ends behind its column"))?;
            let real = if chunk.snappy { unpacked } else { unpacked.max(page.len() as u64) };
            if real > MAX_PAGE {
                return Err(too_much("stream_bomb", "Bytes of a page".into(), real, MAX_PAGE));
            }
            total += real;
            if total > MAX_TOTAL {
                return Err(too_much("stream_bomb", "Bytes of all pages".into(), total, MAX_TOTAL));
            }
            at = body.end;
        }
    }
    Ok(())
}

/// About how many bytes a value takes; as deep as the schema, which was measured.
fn weigh(field: &Field) -> u64 {
    match field {
        Field::Str(text) => text.len() as u64 + 8,
        Field::Bytes(bytes) => bytes.len() as u64 + 8,
        Field::Group(row) => row.get_column_iter().map(|(_, field)| weigh(field)).sum(),
        Field::ListInternal(list) => list.elements().iter().map(weigh).sum(),
        Field::MapInternal(map) => map.entries().iter().map(|(k, v)| weigh(k) + weigh(v)).sum(),
        _ => 8,
    }
}

/// An object of the fields that are there; the error is the name of one JSON cannot hold.
fn group(columns: Vec<(String, Field)>) -> Result<Map<String, Value>, String> {
    let filled = columns.into_iter().filter(|(_, field)| !matches!(field, Field::Null));
    filled.map(|(name, field)| json_of(field).map(|value| (name.clone(), value)).ok_or(name)).collect()
}

fn json_of(field: Field) -> Option<Value> {
    Some(match field {
        Field::Null => Value::Null,
        Field::Bool(x) => x.into(),
        Field::Byte(x) => x.into(),
        Field::Short(x) => x.into(),
        Field::Int(x) => x.into(),
        Field::Long(x) => x.into(),
        Field::UByte(x) => x.into(),
        Field::UShort(x) => x.into(),
        Field::UInt(x) => x.into(),
        Field::ULong(x) => x.into(),
        Field::Float(x) => x.into(),
        Field::Double(x) => x.into(),
        Field::Str(text) => text.into(),
        Field::Bytes(bytes) => std::str::from_utf8(bytes.data()).ok()?.into(),
        Field::Group(row) => Value::Object(group(row.into_columns()).ok()?),
        Field::ListInternal(list) => {
            list.elements().iter().cloned().map(json_of).collect::<Option<Vec<_>>>()?.into()
        }
        Field::MapInternal(map) => {
            let pair = |(key, value): &(Field, Field)| {
                Some((json_of(key.clone())?.as_str()?.to_owned(), json_of(value.clone())?))
            };
            Value::Object(map.entries().iter().map(pair).collect::<Option<_>>()?)
        }
        _ => return None,
    })
}
