//! T15: keys and tokens whose form leaves no doubt.

use crate::evidence::{at, finding, place};
use karat_types::Finding;
use serde_json::json;
use std::collections::BTreeSet;

/// Base64 characters after the BEGIN line below which it is an explanation and no key.
const KEY_BODY: usize = 64;
/// The longest private key block, with room to spare.
const MAX_KEY_BYTES: usize = 16_384;
/// Findings of one kind reported at most.
const MOST: usize = 20;
/// Different characters a token has at least; fewer is a stand-in such as `xxxx…`.
const DIFFERENT: usize = 8;

/// A token's exact form: what it begins with, how long its body is, which characters.
struct Token {
    service: &'static str,
    prefix: &'static str,
    body: usize,
    takes: fn(u8) -> bool,
}

const TOKENS: &[Token] = &[
    Token { service: "AWS access key", prefix: "AKIA", body: 16, takes: is_base32 },
    Token { service: "AWS access key", prefix: "ASIA", body: 16, takes: is_base32 },
    Token { service: "GitHub token", prefix: "ghp_", body: 36, takes: is_alphanumeric },
    Token { service: "GitHub token", prefix: "gho_", body: 36, takes: is_alphanumeric },
    Token { service: "GitHub token", prefix: "ghs_", body: 36, takes: is_alphanumeric },
    Token { service: "GitHub token", prefix: "github_pat_", body: 82, takes: is_word },
    Token { service: "GitLab token", prefix: "glpat-", body: 20, takes: is_word },
    Token { service: "Google API key", prefix: "AIza", body: 35, takes: is_word },
    Token { service: "npm token", prefix: "npm_", body: 36, takes: is_alphanumeric },
    Token { service: "Stripe key", prefix: "sk_live_", body: 24, takes: is_alphanumeric },
];

/// Private keys and access tokens, each with a masked place.
pub(crate) fn check(text: &str) -> Vec<Finding> {
    let mut findings = private_keys(text);
    findings.extend(TOKENS.iter().flat_map(|token| tokens(text, token)).take(MOST));
    findings
}

fn private_keys(text: &str) -> Vec<Finding> {
    let begins = text.match_indices("-----BEGIN ");
    begins.filter_map(|(start, _)| private_key(text, start)).take(MOST).collect()
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
    let payload = body.lines().map(str::trim).filter(|line| !line.contains(": "));
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

fn tokens<'a>(text: &'a str, token: &'a Token) -> impl Iterator<Item = Finding> + 'a {
    let bytes = text.as_bytes();
    text.match_indices(token.prefix).filter_map(move |(start, _)| {
        let from = start + token.prefix.len();
        let body = bytes.get(from..from + token.body)?;
        let end = from + token.body;
        let alone = start == 0 || !is_word(bytes[start - 1]);
        let ends = bytes.get(end).is_none_or(|&b| !(token.takes)(b));
        let different = body.iter().collect::<BTreeSet<_>>().len();
        // AWS prints its own example in every manual.
        let example = body.ends_with(b"EXAMPLE");
        if !(alone && ends && body.iter().all(|&b| (token.takes)(b)) && different >= DIFFERENT) || example {
            return None;
        }
        let shown = format!("{}… [{} characters masked]", token.prefix, token.body);
        let message = format!("There is an access token here: {}.", token.service);
        Some(at(finding("access_token", json!(shown), json!("none"), message), place(bytes, start, end)))
    })
}

fn is_base64(b: u8) -> bool {
    b.is_ascii_alphanumeric() || matches!(b, b'+' | b'/' | b'=')
}

fn is_base32(b: u8) -> bool {
    b.is_ascii_uppercase() || matches!(b, b'2'..=b'7')
}

fn is_alphanumeric(b: u8) -> bool {
    b.is_ascii_alphanumeric()
}

fn is_word(b: u8) -> bool {
    b.is_ascii_alphanumeric() || matches!(b, b'_' | b'-')
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
            let found = check(&text);
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
    fn explanations_of_keys_and_public_keys_are_no_secrets() {
        for text in [
            "A key starts with -----BEGIN PRIVATE KEY----- and ends with -----END PRIVATE KEY-----."
                .to_owned(),
            "-----BEGIN PRIVATE KEY-----\n...\n-----END PRIVATE KEY-----".to_owned(),
            format!("-----BEGIN PUBLIC KEY-----\n{}\n-----END PUBLIC KEY-----", body(200)),
            format!("-----BEGIN CERTIFICATE-----\n{}\n-----END CERTIFICATE-----", body(200)),
        ] {
            assert!(check(&text).is_empty(), "{text}");
        }
    }

    #[test]
    fn tokens_of_exact_form_are_found_and_stand_ins_are_not() {
        let github = format!("token: ghp_{}.", body(36));
        assert_eq!(check(&github)[0].code, "access_token");
        assert!(!check(&github)[0].measured.to_string().contains(&body(8)));
        for innocent in [
            format!("ghp_{}", "x".repeat(36)),
            format!("ghp_{}", body(35)),
            format!("ghp_{}", body(37)),
            format!("AKIA{}EXAMPLE", "IOSFODNN7"),
            "AIzaYOUR_KEY".to_owned(),
        ] {
            assert!(check(&innocent).is_empty(), "{innocent}");
        }
    }
}
