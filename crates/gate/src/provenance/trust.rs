//! The operator's list of certificates, looked at before anything is judged by it.

use base64::Engine;
use base64::engine::general_purpose::STANDARD;

/// Longest list, bytes; it travels with every file that is read.
const MOST_BYTES: usize = 4_000_000;

const BEGIN: &str = "-----BEGIN ";
const DASHES: &str = "-----";

/// How many certificates a PEM bundle holds; or what is wrong with it.
///
/// Text between the certificates is left out, as everywhere with PEM. What is in a
/// certificate is not judged: one that no signature leads to trusts nobody.
pub fn trust_anchors(pem: &str) -> Result<usize, String> {
    if pem.len() > MOST_BYTES {
        return Err(format!("it has {} bytes; {MOST_BYTES} are read", pem.len()));
    }
    let (mut found, mut lines) = (0, pem.lines().map(str::trim));
    while let Some(line) = lines.next() {
        let Some(label) = line.strip_prefix(BEGIN) else { continue };
        let label = label.strip_suffix(DASHES).ok_or(format!("“{}” has no end", short(line)))?;
        if label != "CERTIFICATE" {
            return Err(format!("it holds a {}, and only certificates belong into it", short(label)));
        }
        found += 1;
        let end = format!("-----END {label}{DASHES}");
        let mut body = String::new();
        loop {
            match lines.next() {
                Some(line) if line == end => break,
                Some(line) if !line.starts_with(DASHES) => body.push_str(line),
                _ => return Err(format!("certificate {found} has no end")),
            }
        }
        let der = STANDARD.decode(&body).map_err(|error| format!("certificate {found}: {error}"))?;
        if !is_sequence(&der) {
            return Err(format!("certificate {found} holds something else"));
        }
    }
    match found {
        0 => Err("it holds no certificate".to_owned()),
        found => Ok(found),
    }
}

/// Whether the bytes are one DER sequence, as every certificate is.
fn is_sequence(der: &[u8]) -> bool {
    match der {
        [0x30, short @ ..=0x7f, rest @ ..] => rest.len() == usize::from(*short),
        [0x30, 0x81, a, rest @ ..] => rest.len() == usize::from(*a),
        [0x30, 0x82, a, b, rest @ ..] => rest.len() == usize::from(u16::from_be_bytes([*a, *b])),
        _ => false,
    }
}

fn short(text: &str) -> String {
    text.chars().filter(|c| !c.is_control()).take(40).collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn pem(label: &str, der: &[u8]) -> String {
        format!("-----BEGIN {label}-----\n{}\n-----END {label}-----\n", STANDARD.encode(der))
    }

    #[test]
    fn certificates_are_counted_and_what_is_wrong_is_said() {
        let one = pem("CERTIFICATE", &[0x30, 2, 5, 0]);
        let long = pem("CERTIFICATE", &[&[0x30, 0x82, 1, 0][..], &[7; 256]].concat());
        assert_eq!(trust_anchors(&format!("# Ours\r\n{one}\nSubject: x\n{long}")), Ok(2));
        let wrong = |text: &str| trust_anchors(text).unwrap_err();
        assert_eq!(wrong("hello"), "it holds no certificate");
        assert_eq!(
            wrong(&pem("PRIVATE KEY", &[0x30, 0])),
            "it holds a PRIVATE KEY, and only certificates belong into it"
        );
        assert_eq!(wrong(&one.replace("-----END", "-----")), "certificate 1 has no end");
        assert_eq!(wrong(&format!("{one}{}", &long[..60])), "certificate 2 has no end");
        assert!(wrong(&one.replace('M', "*")).starts_with("certificate 1: Invalid"));
        assert_eq!(wrong(&pem("CERTIFICATE", b"hello")), "certificate 1 holds something else");
        assert_eq!(wrong(&"x".repeat(MOST_BYTES + 1)), "it has 4000001 bytes; 4000000 are read");
    }

    proptest! {
        #[test]
        fn any_text_is_looked_at_without_a_panic(text in "(-----BEGIN |CERTIFICATE|-----\n|-----END |[A-Za-z0-9+/=]{0,8}|\n|\\PC){0,60}") {
            prop_assert!(trust_anchors(&text) != Ok(0));
        }
    }
}
