//! RFC 8785 canonical JSON, without floating point: one value, one text, one hash.
//!
//! Keys are sorted by their UTF-16 code units, nothing is escaped that need not be, and
//! a number that is not a whole number of at most 53 bits is an error, so nobody has to
//! print doubles alike.

use serde_json::{Number, Value};

/// The largest whole number that every JSON reader keeps exactly: 2^53 − 1.
const MAX_WHOLE: u64 = (1 << 53) - 1;

/// Why a value has no canonical text.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum CanonicalError {
    /// A number with a fraction, an exponent or more than 53 bits.
    #[error("{0} is not a whole number within ±(2^53 − 1); write it as text")]
    Number(String),
}

/// The canonical text of a value.
pub fn canonical(value: &Value) -> Result<String, CanonicalError> {
    let mut out = String::new();
    write(value, &mut out)?;
    Ok(out)
}

fn write(value: &Value, out: &mut String) -> Result<(), CanonicalError> {
    match value {
        Value::Null => out.push_str("null"),
        Value::Bool(true) => out.push_str("true"),
        Value::Bool(false) => out.push_str("false"),
        Value::Number(number) => out.push_str(&whole(number)?),
        Value::String(text) => write_text(text, out),
        Value::Array(items) => {
            out.push('[');
            for (index, item) in items.iter().enumerate() {
                if index > 0 {
                    out.push(',');
                }
                write(item, out)?;
            }
            out.push(']');
        }
        Value::Object(members) => {
            let mut sorted: Vec<(&String, &Value)> = members.iter().collect();
            sorted.sort_by(|(a, _), (b, _)| a.encode_utf16().cmp(b.encode_utf16()));
            out.push('{');
            for (index, (key, member)) in sorted.into_iter().enumerate() {
                if index > 0 {
                    out.push(',');
                }
                write_text(key, out);
                out.push(':');
                write(member, out)?;
            }
            out.push('}');
        }
    }
    Ok(())
}

fn whole(number: &Number) -> Result<String, CanonicalError> {
    let fits = match (number.as_u64(), number.as_i64()) {
        (Some(n), _) => n <= MAX_WHOLE,
        (None, Some(n)) => n.unsigned_abs() <= MAX_WHOLE,
        (None, None) => false,
    };
    if fits { Ok(number.to_string()) } else { Err(CanonicalError::Number(number.to_string())) }
}

/// RFC 8785 §3.2.2.2: two-letter escapes where there are any, `\u00xx` for the other
/// control characters, everything else as it is.
fn write_text(text: &str, out: &mut String) {
    out.push('"');
    for c in text.chars() {
        match c {
            '"' => out.push_str("\\\""),
            '\\' => out.push_str("\\\\"),
            '\u{8}' => out.push_str("\\b"),
            '\t' => out.push_str("\\t"),
            '\n' => out.push_str("\\n"),
            '\u{c}' => out.push_str("\\f"),
            '\r' => out.push_str("\\r"),
            '\0'..='\u{1f}' => out.push_str(&format!("\\u{:04x}", u32::from(c))),
            _ => out.push(c),
        }
    }
    out.push('"');
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;
    use serde_json::json;

    fn of(json: &str) -> Result<String, CanonicalError> {
        canonical(&serde_json::from_str(json).unwrap())
    }

    #[test]
    fn texts_and_literals_of_the_rfc() {
        // §3.2.2's example without its floating-point numbers.
        let input =
            r#"{"string": "\u20ac$\u000F\u000aA'\u0042\u0022\u005c\\\"\/", "literals": [null, true, false]}"#;
        let expected = r#"{"literals":[null,true,false],"string":"€$\u000f\nA'B\"\\\\\"/"}"#;
        assert_eq!(of(input).unwrap(), expected);
    }

    #[test]
    fn keys_sort_by_utf16_code_units_as_in_the_rfc() {
        // §3.2.3: the emoji's surrogates sort before U+FB33, unlike its code point.
        let input = r#"{"\u20ac":"Euro Sign","\r":"Carriage Return","\ufb33":"Hebrew Letter Dalet With Dagesh",
            "1":"One","\ud83d\ude00":"Emoji: Grinning Face","\u0080":"Control","\u00f6":"Latin Small Letter O With Diaeresis"}"#;
        let text = of(input).unwrap();
        let order =
            ["Carriage Return", "One", "Control", "Diaeresis", "Euro Sign", "Grinning Face", "Dagesh"];
        let places: Vec<usize> = order.iter().map(|word| text.find(word).unwrap()).collect();
        assert!(places.is_sorted(), "{text}");
        assert!(text.starts_with(r#"{"\r":"Carriage Return","1":"One","#));
    }

    #[test]
    fn only_whole_numbers_have_a_text() {
        assert_eq!(
            of("[0,-1,9007199254740991,-9007199254740991]").unwrap(),
            "[0,-1,9007199254740991,-9007199254740991]"
        );
        for number in ["1.0", "0.1", "1e3", "9007199254740992", "-9007199254740992", "1e400000"] {
            if let Ok(value) = serde_json::from_str::<Value>(number) {
                assert!(canonical(&value).is_err(), "{number}");
            }
        }
        assert!(canonical(&json!({"a": [1.5]})).is_err());
    }

    fn any_json() -> impl Strategy<Value = Value> {
        let leaf = prop_oneof![
            Just(Value::Null),
            any::<bool>().prop_map(Value::from),
            any::<i32>().prop_map(Value::from),
            "\\PC{0,8}|[\0-\u{1f}]{0,3}".prop_map(Value::from),
        ];
        leaf.prop_recursive(4, 32, 5, |inner| {
            prop_oneof![
                proptest::collection::vec(inner.clone(), 0..5).prop_map(Value::from),
                proptest::collection::btree_map("\\PC{0,4}", inner, 0..5)
                    .prop_map(|map| map.into_iter().collect()),
            ]
        })
    }

    proptest! {
        #[test]
        fn reading_it_back_gives_the_value_and_the_same_text(value in any_json()) {
            let text = canonical(&value).unwrap();
            let back: Value = serde_json::from_str(&text).unwrap();
            prop_assert_eq!(&back, &value);
            prop_assert_eq!(canonical(&back).unwrap(), text);
        }
    }
}
