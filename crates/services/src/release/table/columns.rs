//! Columns of texts, integers and bytes.

use parquet::basic::{LogicalType, Repetition, Type as Physical};
use parquet::data_type::{ByteArray, ByteArrayType, Int64Type};
use parquet::file::writer::SerializedRowGroupWriter;
use parquet::schema::types::Type;
use std::io::Write;

type Group<'a, W> = SerializedRowGroupWriter<'a, W>;
type Done = parquet::errors::Result<()>;

/// An integer in every row.
pub(super) fn integer(name: &str) -> parquet::errors::Result<Type> {
    Type::primitive_type_builder(name, Physical::INT64).with_repetition(Repetition::REQUIRED).build()
}

/// A text in every row.
pub(super) fn text(name: &str) -> parquet::errors::Result<Type> {
    string(name, Repetition::REQUIRED)
}

/// An integer in some rows.
pub(super) fn maybe_integer(name: &str) -> parquet::errors::Result<Type> {
    Type::primitive_type_builder(name, Physical::INT64).with_repetition(Repetition::OPTIONAL).build()
}

/// A text in some rows.
pub(super) fn maybe_text(name: &str) -> parquet::errors::Result<Type> {
    string(name, Repetition::OPTIONAL)
}

/// Bytes in every row.
pub(super) fn binary(name: &str) -> parquet::errors::Result<Type> {
    Type::primitive_type_builder(name, Physical::BYTE_ARRAY).with_repetition(Repetition::REQUIRED).build()
}

fn string(name: &str, repetition: Repetition) -> parquet::errors::Result<Type> {
    Type::primitive_type_builder(name, Physical::BYTE_ARRAY)
        .with_repetition(repetition)
        .with_logical_type(Some(LogicalType::String))
        .build()
}

/// Writes the next column: texts.
pub(super) fn texts<W: Write + Send, R>(
    group: &mut Group<'_, W>,
    rows: &[R],
    get: impl Fn(&R) -> String,
) -> Done {
    bytes(group, rows, |r| ByteArray::from(get(r).into_bytes()))
}

/// Writes the next column: bytes.
pub(super) fn bytes<W: Write + Send, R>(
    group: &mut Group<'_, W>,
    rows: &[R],
    get: impl Fn(&R) -> ByteArray,
) -> Done {
    let values: Vec<ByteArray> = rows.iter().map(get).collect();
    if let Some(mut column) = group.next_column()? {
        column.typed::<ByteArrayType>().write_batch(&values, None, None)?;
        column.close()?;
    }
    Ok(())
}

/// Writes the next column: integers.
pub(super) fn integers<W: Write + Send, R>(
    group: &mut Group<'_, W>,
    rows: &[R],
    get: impl Fn(&R) -> u64,
) -> Done {
    let values: Vec<i64> = rows.iter().map(|r| get(r).cast_signed()).collect();
    if let Some(mut column) = group.next_column()? {
        column.typed::<Int64Type>().write_batch(&values, None, None)?;
        column.close()?;
    }
    Ok(())
}

/// Writes the next column: texts where there are any.
pub(super) fn maybe_texts<W: Write + Send, R>(
    group: &mut Group<'_, W>,
    rows: &[R],
    get: impl Fn(&R) -> Option<String>,
) -> Done {
    let (values, levels) = present(rows, |r| get(r).map(|text| ByteArray::from(text.into_bytes())));
    if let Some(mut column) = group.next_column()? {
        column.typed::<ByteArrayType>().write_batch(&values, Some(&levels), None)?;
        column.close()?;
    }
    Ok(())
}

/// Writes the next column: integers where there are any.
pub(super) fn maybe_integers<W: Write + Send, R>(
    group: &mut Group<'_, W>,
    rows: &[R],
    get: impl Fn(&R) -> Option<u64>,
) -> Done {
    let (values, levels) = present(rows, |r| get(r).map(u64::cast_signed));
    if let Some(mut column) = group.next_column()? {
        column.typed::<Int64Type>().write_batch(&values, Some(&levels), None)?;
        column.close()?;
    }
    Ok(())
}

/// The values that are there, and for each row whether it has one.
fn present<R, T>(rows: &[R], get: impl Fn(&R) -> Option<T>) -> (Vec<T>, Vec<i16>) {
    let all: Vec<Option<T>> = rows.iter().map(get).collect();
    let levels = all.iter().map(|v| i16::from(v.is_some())).collect();
    (all.into_iter().flatten().collect(), levels)
}
