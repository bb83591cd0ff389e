//! Private keys in the armour of PEM and PGP.

use crate::evidence::{at, finding, place};
use karat_types::Finding;
use serde_json::json;

/// Base64 characters after the BEGIN line below which it is an explanation and no key.
const KEY_BODY: usize = 64;
/// The longest private key block, with room to spare.
const MAX_KEY_BYTES: usize = 16_384;

/// Each block with a private key, masked.
pub(super) fn private_keys(text: &str) -> Vec<Finding> {
    let begins = text.match_indices("-----BEGIN ");
    begins.filter_map(|(start, _)| private_key(text, start)).take(super::MOST).collect()
}

fn private_key(text: &str, start: usize) -> Option<Finding> {
    let rest = window(&text[start..]);
    let head = rest.get(11..)?.split_once("-----")?.0;
    if head.len() > 40 || !head.ends_with("PRIVATE KEY") && !head.ends_with("PRIVATE KEY BLOCK") {
        return None;
    }
    let body_start = 11 + head.len() + 5;
    let end = rest.find("-----END ").unwrap_or(rest.len());
    let body = rest.get(body_start..end)?;
    // In JSON, as Google hands out its service accounts, line ends are written `\n`.
    let lines = body.split(['\n', '\r']).flat_map(|line| line.split("\\n"));
    let payload =
        lines.map(|line| line.trim().trim_matches(['"', ',', '\''])).filter(|line| !line.contains(": "));
    let base64: usize = payload.take_while(|line| line.bytes().all(is_base64)).map(str::len).sum();
    if base64 < KEY_BODY {
        return None;
    }
    let shown = format!("-----BEGIN {head}----- [{base64} characters masked]");
    let message = format!("There is a private key here: {head}, {base64} characters.");
    let place = place(text.as_bytes(), start, start + end);
    Some(at(finding("private_key", json!(shown), json!("none"), message), place))
}

/// As much as a key can have: a file of BEGIN lines must not be read once a line.
fn window(text: &str) -> &str {
    let mut end = text.len().min(MAX_KEY_BYTES);
    while !text.is_char_boundary(end) {
        end -= 1;
    }
    &text[..end]
}

fn is_base64(b: u8) -> bool {
    b.is_ascii_alphanumeric() || matches!(b, b'+' | b'/' | b'=')
}

#[cfg(test)]
mod tests {
    use super::*;

    fn body(n: usize) -> String {
        (0..n).map(|i| char::from(b"aZ3kQ9xW7mB2vT5n"[i * 7 % 16])).collect()
    }

    #[test]
    fn a_key_is_found_and_never_shown() {
        for kind in ["RSA PRIVATE KEY", "PRIVATE KEY", "OPENSSH PRIVATE KEY"] {
            let text =
                format!("before\n-----BEGIN {kind}-----\n{}\n{}\n-----END {kind}-----\n", body(64), body(40));
            let found = private_keys(&text);
            assert_eq!(found.len(), 1, "{kind}");
            assert_eq!(found[0].code, "private_key");
            assert!(!serde_json::to_string(&found).unwrap().contains(&body(10)));
            assert!(matches!(
                found[0].evidence,
                Some(karat_types::Evidence::Line { line: 2, column: 1, start: 7, .. })
            ));
        }
    }

    #[test]
    fn the_key_of_a_service_account_is_one() {
        let text = format!(
            "{{\"type\": \"service_account\", \"private_key\": \"-----BEGIN PRIVATE KEY-----\\n{}\\n{}\\n-----END PRIVATE KEY-----\\n\"}}",
            body(64),
            body(64)
        );
        assert_eq!(private_keys(&text)[0].code, "private_key");
    }

    #[test]
    fn explanations_of_keys_and_public_keys_are_no_secrets() {
        for text in [
            "A key starts with -----BEGIN PRIVATE KEY----- and ends with -----END PRIVATE KEY-----."
                .to_owned(),
            "-----BEGIN PRIVATE KEY-----\n...\n-----END PRIVATE KEY-----".to_owned(),
            format!("-----BEGIN PUBLIC KEY-----\n{}\n-----END PUBLIC KEY-----", body(200)),
            format!("-----BEGIN CERTIFICATE-----\n{}\n-----END CERTIFICATE-----", body(200)),
        ] {
            assert!(private_keys(&text).is_empty(), "{text}");
        }
    }
}
