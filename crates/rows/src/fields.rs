//! Values of Parquet as JSON: dates as ISO 8601 writes them, decimals by their digits.

use crate::Record;
use jiff::{Timestamp, civil, tz::TimeZone};
use parquet::data_type::Decimal;
use parquet::record::Field;
use serde_json::Value;

/// Bytes of a decimal at most; the widest in use has 32.
const MAX_DECIMAL: usize = 64;

/// About how many bytes a value takes; as deep as the schema, which was measured.
pub(crate) fn weigh(field: &Field) -> u64 {
    match field {
        Field::Str(text) => text.len() as u64 + 8,
        Field::Bytes(bytes) => bytes.len() as u64 + 8,
        Field::Group(row) => row.get_column_iter().map(|(_, field)| weigh(field)).sum(),
        Field::ListInternal(list) => list.elements().iter().map(weigh).sum(),
        Field::MapInternal(map) => map.entries().iter().map(|(k, v)| weigh(k) + weigh(v)).sum(),
        _ => 8,
    }
}

/// A record of the fields that are there; the error is the path of one that is no text.
pub(crate) fn record(columns: Vec<(String, Field)>) -> Result<Record, String> {
    let filled = columns.into_iter().filter(|(_, field)| !matches!(field, Field::Null));
    filled
        .map(|(name, field)| match json(field) {
            Ok(value) => Ok((name, value)),
            Err(path) if path.is_empty() || path.starts_with('[') => Err(name + &path),
            Err(path) => Err(format!("{name}.{path}")),
        })
        .collect()
}

fn json(field: Field) -> Result<Value, String> {
    Ok(match field {
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
        Field::Float16(x) => x.to_f32().into(),
        Field::Float(x) => x.into(),
        Field::Double(x) => x.into(),
        Field::Decimal(x) => decimal(x)?,
        Field::Str(text) => text.into(),
        Field::Bytes(bytes) => std::str::from_utf8(bytes.data()).map_err(|_| String::new())?.into(),
        Field::Date(days) => date(days).map_or_else(|| days.into(), Value::String),
        Field::TimeMillis(x) => time(i64::from(x) * 1000).map_or_else(|| x.into(), Value::String),
        Field::TimeMicros(x) => time(x).map_or_else(|| x.into(), Value::String),
        Field::TimestampMillis(x) => {
            moment(Timestamp::from_millisecond(x).ok()).map_or_else(|| x.into(), Value::String)
        }
        Field::TimestampMicros(x) => {
            moment(Timestamp::from_microsecond(x).ok()).map_or_else(|| x.into(), Value::String)
        }
        Field::Group(row) => Value::Object(record(row.into_columns())?),
        Field::ListInternal(list) => {
            let elements = list.elements().iter().cloned().enumerate();
            elements
                .map(|(i, field)| json(field).map_err(|path| inside(i, &path)))
                .collect::<Result<_, _>>()?
        }
        Field::MapInternal(map) => {
            let pair = |(key, value): &(Field, Field)| match json(key.clone())? {
                Value::String(key) => Ok((key, json(value.clone())?)),
                other => Ok((other.to_string(), json(value.clone())?)),
            };
            Value::Object(map.entries().iter().map(pair).collect::<Result<_, String>>()?)
        }
    })
}

fn inside(number: usize, path: &str) -> String {
    let dot = if path.is_empty() || path.starts_with('[') { "" } else { "." };
    format!("[{number}]{dot}{path}")
}

/// Without a zone: most files do not say whether theirs is UTC.
fn moment(at: Option<Timestamp>) -> Option<String> {
    Some(at?.to_zoned(TimeZone::UTC).datetime().to_string())
}

fn date(days: i32) -> Option<String> {
    let at = Timestamp::from_second(i64::from(days) * 86_400).ok()?;
    Some(at.to_zoned(TimeZone::UTC).date().to_string())
}

fn time(micros: i64) -> Option<String> {
    let span = jiff::SignedDuration::from_micros(micros);
    Some(civil::Time::midnight().checked_add(span).ok()?.to_string())
}

fn decimal(number: Decimal) -> Result<Value, String> {
    let possible = number.data().len() <= MAX_DECIMAL
        && !number.data().is_empty()
        && (0..=1000).contains(&number.scale())
        && number.precision() >= number.scale();
    if possible { Ok(Field::Decimal(number).to_string().into()) } else { Err(String::new()) }
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    #[test]
    fn dates_and_decimals_are_written_for_people() {
        let cases = [
            (Field::TimestampMicros(1_714_564_800_123_456), json!("2024-05-01T12:00:00.123456")),
            (Field::TimestampMillis(1_714_564_800_000), json!("2024-05-01T12:00:00")),
            (Field::TimestampMillis(-1), json!("1969-12-31T23:59:59.999")),
            (Field::TimestampMicros(i64::MAX), json!(i64::MAX)),
            (Field::Date(19_844), json!("2024-05-01")),
            (Field::Date(i32::MIN), json!(i32::MIN)),
            (Field::TimeMillis(43_200_000), json!("12:00:00")),
            (Field::TimeMicros(-1), json!(-1)),
            (Field::Decimal(Decimal::from_i32(-1234, 8, 2)), json!("-12.34")),
            (Field::Float(f32::NAN), Value::Null),
            (Field::ULong(u64::MAX), json!(u64::MAX)),
        ];
        for (field, expected) in cases {
            assert_eq!(json(field), Ok(expected));
        }
    }

    #[test]
    fn what_is_no_text_is_named_by_its_path() {
        let bytes = Field::Bytes(vec![0xff].into());
        assert_eq!(record(vec![("picture".into(), bytes)]), Err("picture".into()));
        let endless = Field::Decimal(Decimal::from_bytes(vec![1; 65].into(), 200, 2));
        assert_eq!(record(vec![("price".into(), endless)]), Err("price".into()));
    }
}
