//! Private keys in the armour of PEM and PGP, and without it.
//!
//! Keys are found behind whatever stands before and after each of their lines: the marks of
//! quoted mail, of comments and of tables, numbers of lines, the quotation marks of code.

use crate::evidence::{at, finding, place};
use karat_types::Finding;
use serde_json::json;
use sha2::{Digest, Sha256};
use std::ops::Range;

/// Base64 characters after the BEGIN line below which it is an explanation and no key.
const KEY_BODY: usize = 64;
/// The same of PuTTY's form: a key of Ed25519 has 48.
const PUTTY_BODY: usize = 40;
/// Base64 characters of a line of a key that stands beside other words.
const LINE: usize = 32;
/// Bytes of a key without its armour: that of Ed25519 has 46.
const BARE: usize = 44;
/// The longest private key block, with room to spare.
const MAX_KEY_BYTES: usize = 16_384;

/// Each block with a private key, masked.
pub(super) fn private_keys(text: &str) -> Vec<Finding> {
    let begins = text.match_indices("-----BEGIN ");
    let armoured = begins.filter_map(|(start, _)| private_key(text, start));
    let putty = text.match_indices("PuTTY-User-Key-File-").filter_map(|(start, _)| putty(text, start));
    armoured.chain(putty).chain(wallets(text)).take(super::MOST).collect()
}

/// PuTTY's own form: the lines behind `Private-Lines: N`.
fn putty(text: &str, start: usize) -> Option<Finding> {
    let rest = window(&text[start..]);
    let at = rest.find("Private-Lines:")?;
    let mut end = at + rest[at..].find('\n')? + 1;
    let mut base64 = 0;
    for line in rest[end..].split_inclusive('\n') {
        let data = line.trim();
        if data.is_empty() || !data.bytes().all(is_base64) {
            break;
        }
        base64 += data.len();
        end += line.len();
    }
    (base64 >= PUTTY_BODY).then(|| found(text, "PuTTY PRIVATE KEY", start..start + end, base64))
}

/// Keys of Bitcoin's wallets: base58 whose check digits (the first four bytes of SHA-256
/// twice) hold, in the form for one key (51 or 52 characters) or for a whole wallet (111).
fn wallets(text: &str) -> Vec<Finding> {
    let words = text.split(|c: char| !c.is_ascii_alphanumeric());
    let shaped = words.filter(|word| match word.len() {
        51 => word.starts_with('5') || word.starts_with('9'),
        52 => word.starts_with(['K', 'L', 'c']),
        111 => word.starts_with("xprv"),
        _ => false,
    });
    let proven = shaped.filter(|word| is_base58_checked(word)).take(super::MOST);
    let place = |word: &str| word.as_ptr() as usize - text.as_ptr() as usize;
    proven
        .map(|word| found(text, "wallet private key", place(word)..place(word) + word.len(), word.len()))
        .collect()
}

fn is_base58_checked(word: &str) -> bool {
    const DIGITS: &[u8] = b"123456789ABCDEFGHJKLMNPQRSTUVWXYZabcdefghijkmnopqrstuvwxyz";
    let mut number: Vec<u8> = Vec::with_capacity(96);
    for digit in word.bytes() {
        let Some(digit) = DIGITS.iter().position(|&known| known == digit) else { return false };
        let mut carry = digit;
        for byte in &mut number {
            carry += usize::from(*byte) * 58;
            *byte = (carry & 0xff) as u8;
            carry >>= 8;
        }
        while carry > 0 {
            number.push((carry & 0xff) as u8);
            carry >>= 8;
        }
    }
    number.reverse();
    let Some((body, check)) = number.split_last_chunk::<4>() else { return false };
    Sha256::digest(Sha256::digest(body)).starts_with(check)
}

fn found(text: &str, head: &str, span: Range<usize>, masked: usize) -> Finding {
    let shown = format!("{head} [{masked} characters masked]");
    let message = format!("There is a private key here: {head}, {masked} characters.");
    let place = place(text.as_bytes(), span.start, span.end);
    at(finding("private_key", json!(shown), json!("none"), message), place)
}

/// A key that stands in a text only as its data.
pub(super) fn bare(text: &str, span: Range<usize>) -> Finding {
    let masked = span.len();
    found(text, "a key without its BEGIN line", span, masked)
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
    let before = text[..start].rsplit(['\n', '\r']).next().unwrap_or_default().trim();
    let base64 = payload(body, before);
    if base64 < KEY_BODY {
        return None;
    }
    let head = format!("-----BEGIN {head}-----");
    Some(found(text, &head, start..start + end, base64))
}

/// Base64 characters of a key whose lines stand behind the mark its first line stands behind.
fn payload(body: &str, mark: &str) -> usize {
    // In JSON, as Google hands out its service accounts, line ends are written `\n`.
    let lines = body.split(['\n', '\r']).flat_map(|line| line.split("\\n")).map(str::trim);
    let lines = lines.map(|line| line.strip_prefix(mark).unwrap_or(line));
    // What PEM says of a key before its data: `Proc-Type: 4,ENCRYPTED`.
    let says =
        |line: &&str| line.split_once(": ").is_some_and(|(name, _)| name.contains(char::is_alphabetic));
    lines.filter(|line| !says(line)).map_while(data_of).sum()
}

/// Base64 characters of a line of a key; none where the line says something else.
fn data_of(line: &str) -> Option<usize> {
    let has_letter = |run: &str| run.bytes().any(|b| b.is_ascii_alphabetic());
    let runs = line.split(|c: char| !c.is_ascii() || !is_base64(c as u8)).filter(|run| !run.is_empty());
    let (mut lettered, mut long, mut all) = (0, 0, 0);
    for run in runs {
        lettered += usize::from(has_letter(run));
        all = all.max(run.len());
        // Line ends that became spaces: the whole key in one line.
        let mixed =
            run.bytes().any(|b| b.is_ascii_lowercase()) && run.bytes().any(|b| b.is_ascii_uppercase());
        long += if mixed && run.len() >= LINE { run.len() } else { 0 };
    }
    match lettered {
        0 if line.contains("...") => None,
        0 => Some(if all >= LINE { all } else { 0 }),
        1 => Some(all),
        _ => (long >= KEY_BODY).then_some(long),
    }
}

/// What of a key in the form of ASN.1 stands at its beginning: a sequence, its length, the
/// version, then the algorithm (PKCS #8), the modulus (PKCS #1) or the number itself (SEC 1).
pub(super) fn is_bare_key(bytes: &[u8]) -> bool {
    let Some((0x30, rest)) = bytes.split_first().map(|(first, rest)| (*first, rest)) else { return false };
    let (length, rest) = match rest {
        [0x82, a, b, rest @ ..] => (usize::from(*a) << 8 | usize::from(*b), rest),
        [0x81, a, rest @ ..] => (usize::from(*a), rest),
        [a @ ..=0x7f, rest @ ..] => (usize::from(*a), rest),
        _ => return false,
    };
    let shaped = match rest {
        // A sequence that begins with the name of an algorithm.
        [2, 1, 0 | 1, 0x30, _, 6, ..] | [2, 1, 0 | 1, 0x30, 0x81, _, 6, ..] => true,
        [2, 1, 0 | 1, 0x30, 0x82, _, _, 6, ..] => true,
        [2, 1, 0, 2, 0x82, _, _, ..] | [2, 1, 0, 2, 0x81, _, ..] | [2, 1, 0, 2, 0x40 | 0x41, ..] => true,
        [2, 1, 1, 4, 0x20 | 0x30 | 0x42, ..] => true,
        _ => false,
    };
    // A few bytes of the beginning are an explanation, and data that goes on is another thing.
    shaped && rest.len() >= BARE && length >= BARE && rest.len() <= length + 8
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
    fn nothing_before_or_behind_its_lines_hides_a_key() {
        let line = "aZ3kQ9xW7mB2vT5nR8pLaZ3kQ9xW7mB2vT5nR8pLaZ3kQ9xW7mB2vT5nR8pL1234";
        let plain = ["-----BEGIN PRIVATE KEY-----", line, line, "Hge4La==", "-----END PRIVATE KEY-----"];
        for (mark, behind) in [
            ("> ", ""),
            (">> ", ""),
            ("# ", ""),
            ("// ", ""),
            ("//", ""),
            ("| ", " |"),
            (" * ", ""),
            ("; ", ""),
            ("-- ", ""),
            ("<!-- ", " -->"),
            ("+", ""),
            ("    ", ""),
            ("REM ", ""),
            ("\"", "\\n\" +"),
            ("'", "\\n',"),
            ("", "<br>"),
            ("", "\\"),
        ] {
            let text: String = plain.iter().map(|line| format!("{mark}{line}{behind}\n")).collect();
            assert_eq!(private_keys(&format!("before\n\n{text}")).len(), 1, "{text}");
        }
        let numbered: String = (1..).zip(plain).map(|(at, line)| format!("{at:3}: {line}\n")).collect();
        assert_eq!(private_keys(&numbered).len(), 1, "{numbered}");
        assert_eq!(private_keys(&plain.join(" ")).len(), 1);
        assert_eq!(private_keys(&plain.join("\\\\n")).len(), 1);
        assert_eq!(
            private_keys(&format!("> {}\n> \n> ...\n> {}", plain[0], plain[4])).len()
                + private_keys(&format!("{}\n# the data stands here, line by line\n{line}", plain[0])).len(),
            0
        );
    }

    #[test]
    fn the_data_of_a_key_says_what_it_is() {
        let with = |head: &[u8], length: usize| [head, &vec![7; length]].concat();
        for key in [
            with(&[0x30, 0x2e, 2, 1, 0, 0x30, 5, 6, 3, 0x2b, 0x65, 0x70, 4, 0x22, 4, 0x20], 32),
            with(&[0x30, 0x82, 4, 0xbd, 2, 1, 0, 0x30, 0x0d, 6], 1200),
            with(&[0x30, 0x82, 4, 0xa4, 2, 1, 0, 2, 0x82, 1, 1], 1180),
            with(&[0x30, 0x77, 2, 1, 1, 4, 0x20], 114),
        ] {
            assert!(is_bare_key(&key), "{key:?}");
            assert!(!is_bare_key(&key[..20]));
        }
        for other in [
            // A certificate, a public key of RSA, a message of SNMP.
            with(&[0x30, 0x82, 4, 0xa4, 0x30, 0x82, 3, 0x8c], 1200),
            with(&[0x30, 0x82, 1, 0x0a, 2, 0x82, 1, 1], 262),
            with(&[0x30, 0x40, 2, 1, 1, 4, 6], 60),
            with(&[0x30, 0x2e, 2, 1, 0, 0x30, 5, 6], 900),
        ] {
            assert!(!is_bare_key(&other), "{other:?}");
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
    fn keys_of_putty_and_of_wallets_are_keys() {
        let putty = format!(
            "PuTTY-User-Key-File-3: ssh-ed25519\nEncryption: none\nComment: me\nPublic-Lines: 1\n{}\nPrivate-Lines: 1\n{}\nPrivate-MAC: 00\n",
            body(60),
            body(48)
        );
        assert_eq!(private_keys(&putty)[0].code, "private_key");
        assert!(
            private_keys("PuTTY-User-Key-File-3: is the first line, Private-Lines: tells\nhow many")
                .is_empty()
        );
        // The well-known example of the wiki on this form.
        let wallet = "5HueCGU8rMjxEXxiPuD5BDku4MkFqeZyd4dZ1jvhTVqvbTLvyTJ";
        assert_eq!(private_keys(&format!("key {wallet}.")).len(), 1);
        assert!(private_keys(&format!("key {}.", wallet.replace("Hue", "Hua"))).is_empty());
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
