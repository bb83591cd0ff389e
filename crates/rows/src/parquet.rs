//! Records out of Parquet, after everything the file announces was found possible.

use crate::pages::{self, Chunk, Packing};
use crate::thrift::Walk;
use crate::{Record, fields};
use bytes::Bytes;
use parquet::basic::Compression;
use parquet::file::metadata::{ColumnChunkMetaData, ParquetMetaData};
use parquet::file::reader::{FileReader, SerializedFileReader};
use std::panic::{AssertUnwindSafe, catch_unwind};

const MAGIC: &[u8] = b"PAR1";
/// Bytes of the end: length of the footer and the magic.
const TAIL: usize = 8;
/// Columns (leaves) of a file at most.
const MAX_COLUMNS: u64 = 1000;
/// Groups and lists inside each other at most.
const MAX_DEPTH: u64 = 16;

/// How pages may be packed, for messages: what data frames write, and nothing that has to
/// be guessed.
pub const CODECS: &str = "Snappy, Zstandard, gzip, LZ4 (raw) or none";

/// What a file may hold.
#[derive(Clone, Copy, Debug)]
pub struct Limits {
    /// Bytes one page may unpack to.
    pub page: u64,
    /// Bytes all pages, and all records, may unpack to.
    pub total: u64,
    /// Rows.
    pub rows: u64,
    /// Values of all columns together.
    pub values: u64,
    /// Those of them that stand in lists, all of which one row may hold.
    pub listed: u64,
}

impl Limits {
    /// For files of one's own.
    pub const NONE: Self =
        Self { page: u64::MAX, total: u64::MAX, rows: u64::MAX, values: u64::MAX, listed: u64::MAX };
}

/// Why a file cannot be read.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Wrong {
    /// It is cut off or broken: what is.
    Damaged(String),
    /// It needs a key.
    Encrypted,
    /// A column is packed in a way that is not read.
    Packed {
        /// Path of the column.
        column: String,
        /// Name of the codec, such as `BROTLI`.
        codec: String,
    },
    /// It holds more than it may.
    TooMuch {
        /// Of what.
        what: Excess,
        /// How many.
        found: u64,
        /// How many there may be.
        most: u64,
    },
}

/// Of what there is too much.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Excess {
    /// Columns.
    Columns,
    /// Groups and lists inside each other.
    Levels,
    /// Rows.
    Rows,
    /// Values of all columns, or of a dictionary.
    Values,
    /// Values in lists.
    Listed,
    /// Bytes of one page.
    Page,
    /// Bytes of all pages.
    Pages,
    /// Bytes a page unpacks to beyond what it states.
    Stated,
    /// Bytes of all records: one long text of a dictionary can stand in every row.
    Records,
}

impl Excess {
    /// As a message begins.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Columns => "Columns",
            Self::Levels => "Levels of nesting",
            Self::Rows => "Rows",
            Self::Values => "Values",
            Self::Listed => "Values in lists",
            Self::Page => "Bytes of a page",
            Self::Pages => "Bytes of all pages",
            Self::Stated => "Bytes of a page that states fewer",
            Self::Records => "Bytes of all records",
        }
    }

    /// Whether this is how a small file fills a memory.
    pub const fn is_bomb(self) -> bool {
        matches!(self, Self::Page | Self::Pages | Self::Stated | Self::Records)
    }
}

impl std::fmt::Display for Wrong {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match self {
            Self::Damaged(why) => write!(f, "{why}"),
            Self::Encrypted => write!(f, "it is encrypted"),
            Self::Packed { column, codec } => write!(f, "column {column} is compressed with {codec}"),
            Self::TooMuch { what, found, most } => {
                write!(f, "{}: {found} found, {most} allowed", what.as_str())
            }
        }
    }
}

pub(crate) fn damaged(why: &str) -> Wrong {
    Wrong::Damaged(why.to_owned())
}

pub(crate) const fn too_much(what: Excess, found: u64, most: u64) -> Wrong {
    Wrong::TooMuch { what, found, most }
}

/// Hands over every row with its number, from 1; in the stead of one with a field that no
/// text can hold (bytes that are not UTF-8) the path of that field, `a.b[2]`.
///
/// # Errors
/// Why the file cannot be read, or not to its end.
pub fn walk(
    bytes: &Bytes,
    limits: &Limits,
    each: &mut dyn FnMut(u64, Result<Record, String>),
) -> Result<(), Wrong> {
    // The library asserts what damaged pages break. A panic must cost one file even where no
    // sandbox is around it.
    catch_unwind(AssertUnwindSafe(|| read(bytes, limits, each)))
        .unwrap_or_else(|_| Err(damaged("a page does not hold what it says")))
}

fn read(
    bytes: &Bytes,
    limits: &Limits,
    each: &mut dyn FnMut(u64, Result<Record, String>),
) -> Result<(), Wrong> {
    footer(bytes)?;
    let failed = |error: parquet::errors::ParquetError| Wrong::Damaged(error.to_string());
    let reader = SerializedFileReader::new(bytes.clone()).map_err(failed)?;
    let chunks = chunks(reader.metadata(), limits)?;
    if reader.metadata().row_groups().iter().all(|group| group.num_rows() == 0) {
        return Ok(());
    }
    pages::check(bytes, &chunks, limits)?;
    let mut weight = 0_u64;
    for (number, row) in (1..).zip(reader.get_row_iter(None).map_err(failed)?) {
        let row = row.map_err(|error| Wrong::Damaged(format!("record {number}: {error}")))?;
        let bytes = row.get_column_iter().map(|(_, field)| fields::weigh(field)).sum();
        weight = weight.saturating_add(bytes);
        if weight > limits.total {
            return Err(too_much(Excess::Records, weight, limits.total));
        }
        each(number, fields::record(row.into_columns()));
    }
    Ok(())
}

/// Whether the footer is where the end says, and all it announces can be there.
fn footer(bytes: &[u8]) -> Result<(), Wrong> {
    if bytes.ends_with(b"PARE") || bytes.starts_with(b"PARE") {
        return Err(Wrong::Encrypted);
    }
    let start = tail(bytes).ok_or_else(|| damaged("it does not end with a footer and “PAR1”"))?;
    let mut walk = Walk::new(bytes.get(..bytes.len() - TAIL).unwrap_or_default(), start);
    walk.skip(12).ok_or_else(|| damaged("its footer is damaged"))
}

fn tail(bytes: &[u8]) -> Option<usize> {
    let end = bytes.len().checked_sub(TAIL)?;
    let tail = bytes.get(end..)?;
    let length = u32::from_le_bytes(*tail.first_chunk()?) as usize;
    (tail.ends_with(MAGIC) && bytes.starts_with(MAGIC)).then_some(())?;
    end.checked_sub(length).filter(|start| *start >= MAGIC.len())
}

/// Rows, columns, depth, compression and sizes as the footer states them.
fn chunks(metadata: &ParquetMetaData, limits: &Limits) -> Result<Vec<Chunk>, Wrong> {
    let schema = metadata.file_metadata().schema_descr();
    let columns = schema.num_columns() as u64;
    if columns > MAX_COLUMNS {
        return Err(too_much(Excess::Columns, columns, MAX_COLUMNS));
    }
    for column in schema.columns() {
        let levels = column.max_rep_level().max(column.max_def_level()).max(0).unsigned_abs();
        let depth = u64::from(levels).max(column.path().parts().len() as u64 / 2);
        if depth > MAX_DEPTH {
            return Err(too_much(Excess::Levels, depth, MAX_DEPTH));
        }
    }
    let mut rows = 0_u64;
    for group in metadata.row_groups() {
        let more = u64::try_from(group.num_rows());
        rows = rows.saturating_add(more.map_err(|_| damaged("a row group has a negative number of rows"))?);
    }
    if rows > limits.rows {
        return Err(too_much(Excess::Rows, rows, limits.rows));
    }
    metadata.row_groups().iter().flat_map(|group| group.columns()).map(chunk).collect()
}

fn chunk(column: &ColumnChunkMetaData) -> Result<Chunk, Wrong> {
    let packing = match column.compression() {
        Compression::UNCOMPRESSED => Packing::Plain,
        Compression::SNAPPY | Compression::ZSTD(_) | Compression::LZ4_RAW => Packing::Bounded,
        Compression::GZIP(_) => Packing::Gzip,
        other => {
            let codec = other.to_string();
            let codec = codec.split('(').next().unwrap_or_default().to_owned();
            return Err(Wrong::Packed { column: column.column_path().to_string(), codec });
        }
    };
    // As the reader does it: whatever it finds there, this walk found first.
    let start = column.dictionary_page_offset().unwrap_or(column.data_page_offset());
    match (u64::try_from(start), u64::try_from(column.compressed_size())) {
        (Ok(start), Ok(length)) if column.num_values() >= 0 && column.uncompressed_size() >= 0 => {
            let repeated = column.column_descr().max_rep_level() > 0;
            Ok(Chunk { start, end: start.saturating_add(length), packing, repeated })
        }
        _ => Err(damaged("a column has a negative size")),
    }
}
