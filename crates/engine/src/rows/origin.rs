//! Whose a record is: two fields that may stand beside those of any format.

use super::format::Fault;
use crate::chat_template::brief;
use serde_json::Value;

/// Where a record comes from, as far as it says.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Origin {
    /// The field `contributor`: who is credited.
    pub contributor: Option<String>,
    /// The field `row`: what the record is called where it comes from.
    pub row: Option<String>,
}

impl Origin {
    /// Reads both fields.
    pub(super) fn read(row: &Value) -> Result<Self, Fault> {
        Ok(Self { contributor: name(row, "contributor")?, row: name(row, "row")? })
    }
}

fn name(row: &Value, field: &str) -> Result<Option<String>, Fault> {
    match &row[field] {
        Value::Null => Ok(None),
        Value::String(name) if !name.is_empty() => Ok(Some(name.clone())),
        Value::Number(number) => Ok(Some(number.to_string())),
        found => Err(Fault::Field(field.into(), "a name", brief(found))),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    #[test]
    fn names_are_texts_or_numbers_and_may_be_missing() {
        let read = |value: Value| Origin::read(&value);
        let both = read(json!({"text": "t", "contributor": "ada", "row": 7})).unwrap();
        assert_eq!((both.contributor.as_deref(), both.row.as_deref()), (Some("ada"), Some("7")));
        assert_eq!(read(json!({"text": "t"})).unwrap(), Origin::default());
        assert_eq!(read(json!([1])).unwrap(), Origin::default());
        for bad in [json!({"contributor": ""}), json!({"contributor": ["a"]}), json!({"row": true})] {
            assert!(matches!(read(bad), Err(Fault::Field(..))));
        }
    }
}
