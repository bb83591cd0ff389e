//! JSON whose objects have every name once.
//!
//! Readers differ in which of two values of one name they take, so what one of them checks
//! another would train on.

use serde::de::{Deserialize, Deserializer, Error, MapAccess, SeqAccess, Visitor};
use serde_json::{Map, Value};
use std::fmt;

/// The one value of a text. Depth is limited by the parser.
///
/// # Errors
/// The text is not JSON, or an object has a name twice.
pub fn value(text: &str) -> Result<Value, serde_json::Error> {
    serde_json::from_str::<Strict>(text).map(|strict| strict.0)
}

struct Strict(Value);

impl<'de> Deserialize<'de> for Strict {
    fn deserialize<D: Deserializer<'de>>(from: D) -> Result<Self, D::Error> {
        from.deserialize_any(Reader).map(Self)
    }
}

struct Reader;

impl<'de> Visitor<'de> for Reader {
    type Value = Value;

    fn expecting(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        out.write_str("a JSON value")
    }

    fn visit_unit<E>(self) -> Result<Value, E> {
        Ok(Value::Null)
    }

    fn visit_bool<E>(self, value: bool) -> Result<Value, E> {
        Ok(value.into())
    }

    fn visit_i64<E>(self, value: i64) -> Result<Value, E> {
        Ok(value.into())
    }

    fn visit_u64<E>(self, value: u64) -> Result<Value, E> {
        Ok(value.into())
    }

    fn visit_f64<E>(self, value: f64) -> Result<Value, E> {
        Ok(value.into())
    }

    fn visit_str<E>(self, value: &str) -> Result<Value, E> {
        Ok(value.into())
    }

    fn visit_string<E>(self, value: String) -> Result<Value, E> {
        Ok(value.into())
    }

    fn visit_seq<A: SeqAccess<'de>>(self, mut from: A) -> Result<Value, A::Error> {
        let mut list = Vec::new();
        while let Some(Strict(value)) = from.next_element()? {
            list.push(value);
        }
        Ok(Value::Array(list))
    }

    fn visit_map<A: MapAccess<'de>>(self, mut from: A) -> Result<Value, A::Error> {
        let mut map = Map::new();
        while let Some((name, Strict(value))) = from.next_entry::<String, Strict>()? {
            if map.contains_key(&name) {
                return Err(A::Error::custom(format!("the field {name} stands twice in one object")));
            }
            map.insert(name, value);
        }
        Ok(Value::Object(map))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_has_every_name_once_is_read_as_the_library_reads_it() {
        for text in [
            r#"{"a": [1, -2, 3.5, true, null, {"a": "\u00e9"}], "b": 18446744073709551615}"#,
            r#"["x", {}]"#,
            "1e400",
            "{\"a\": }",
            "{} {}",
            "",
        ] {
            let library = serde_json::from_str::<Value>(text);
            match (value(text), library) {
                (Ok(own), Ok(library)) => assert_eq!(own, library),
                (own, library) => assert!(own.is_err() && library.is_err(), "{text}: {own:?}, {library:?}"),
            }
        }
    }

    #[test]
    fn a_name_that_stands_twice_is_an_error_at_any_depth() {
        for text in [r#"{"a": 1, "a": 2}"#, r#"{"a": [{"b": {"c": 1, "\u0063": 2}}]}"#] {
            let error = value(text).unwrap_err().to_string();
            assert!(error.contains("stands twice"), "{error}");
        }
        assert!(value(&format!("{}{}", "[".repeat(10_000), "]".repeat(10_000))).is_err(), "no stack is lost");
    }
}
