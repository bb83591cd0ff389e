//! Whether a run of characters was drawn at random, as secrets are.

use crate::log2::log2;
use crate::text::letters::is_common;

/// Different characters a token has at least; fewer is a stand-in such as `xxxx…`.
const DIFFERENT: usize = 8;
/// Characters that go up by one, or stay the same, in a row; chance does not do that.
const RUN: usize = 6;
/// Words that only examples have, in lower case.
const WORDS: &[&str] = &[
    "example",
    "your",
    "xxxx",
    "placeholder",
    "redacted",
    "insert",
    "changeme",
    "dummy",
    "sample",
    "....",
    "****",
];

/// A stand-in for a secret: `xxxx…`, `…EXAMPLE`, `0123456789…`, `YOUR_KEY`.
pub(super) fn is_stand_in(body: &str) -> bool {
    let mut seen = [false; 256];
    body.bytes().for_each(|b| seen[usize::from(b)] = true);
    let different = seen.iter().filter(|&&there| there).count();
    let lower = body.to_ascii_lowercase();
    different < DIFFERENT || has_run(body.as_bytes()) || WORDS.iter().any(|word| lower.contains(word))
}

/// Of 100 neighbours, how many are strange to each other in what was drawn at random.
const STRANGE: usize = 50;
/// Of 100 neighbours, how many differ in case in what was drawn from letters of both.
const TURNS: usize = 30;
/// The shortest password of that kind.
const SHORT: usize = 12;

/// Whether a password was drawn at random: neighbours are strange to each other, as a digit
/// beside a letter, or two letters that seldom follow each other. Words joined in any way
/// stay below, and so do versions, dates and paths.
pub(super) fn is_drawn(value: &str) -> bool {
    let hexadecimal = value.bytes().all(|b| b.is_ascii_hexdigit() || b == b'-');
    let lower = value.to_ascii_lowercase();
    if value.len() < SHORT || hexadecimal || is_stand_in(value) || has_run(lower.as_bytes()) {
        return false;
    }
    let digits = value.bytes().filter(u8::is_ascii_digit).count();
    let (mut strange, mut pairs) = (0, 0);
    for pair in lower.as_bytes().windows(2) {
        let &[a, b] = pair else { continue };
        // These join words.
        let joint = |b: u8| matches!(b, b'_' | b'-' | b'.' | b'/' | b':' | b',' | b'=' | b'+');
        if joint(a) || joint(b) {
            continue;
        }
        pairs += 1;
        let kind = |b: u8| (b.is_ascii_lowercase(), b.is_ascii_digit());
        strange += usize::from(if a.is_ascii_lowercase() && b.is_ascii_lowercase() {
            !is_common(a, b)
        } else {
            kind(a) != kind(b)
        });
    }
    let least = if digits >= 2 { STRANGE } else { STRANGE + 10 };
    pairs + 1 >= SHORT * 2 / 3 && strange * 100 >= pairs * least && digits * 10 < value.len() * 8
}

/// Whether the case of letters goes up and down as no word joined in any way has it
/// (`zpoZn5cQLIXUuG`, not `getUserPassword`).
pub(super) fn is_mixed(value: &str) -> bool {
    if value.len() < SHORT || value.len() > 64 || is_stand_in(value) {
        return false;
    }
    let one = value.bytes().all(|b| b.is_ascii_alphanumeric());
    let (mut turns, mut strange, mut pairs) = (0, 0, 0);
    for pair in value.as_bytes().windows(2) {
        let &[a, b] = pair else { continue };
        pairs += 1;
        if a.is_ascii_alphabetic() && b.is_ascii_alphabetic() {
            turns += usize::from(a.is_ascii_lowercase() != b.is_ascii_lowercase());
            strange += usize::from(!is_common(a.to_ascii_lowercase(), b.to_ascii_lowercase()));
        } else {
            strange += 1;
        }
    }
    one && turns >= 4 && turns * 100 >= pairs * TURNS && strange * 100 >= pairs * STRANGE / 2
}

fn has_run(bytes: &[u8]) -> bool {
    let (mut same, mut up) = (1, 1);
    bytes.windows(2).any(|pair| {
        let &[a, b] = pair else { return false };
        // A row of one letter is part of some forms (`AAAA…`): only other characters count.
        same = if a == b && a != b'A' { same + 1 } else { 1 };
        up = if b == a.wrapping_add(1) { up + 1 } else { 1 };
        same >= RUN || up >= RUN
    })
}

/// Shannon's entropy of the bytes, in thousandths of a bit a byte; exact to one thousandth
/// for up to 4,096 bytes.
pub(super) fn entropy(bytes: &[u8]) -> u64 {
    let mut counts = [0_u64; 256];
    bytes.iter().for_each(|&b| counts[usize::from(b)] += 1);
    let all = bytes.len() as u64;
    if all == 0 {
        return 0;
    }
    let lost: u64 = counts.iter().filter(|&&n| n > 1).map(|&n| n * log2(n)).sum();
    (log2(all) * all - lost) * 1000 / (all << 16)
}

/// Whether the last six characters are the CRC-32 of the thirty before them in base 62, as
/// GitHub's and npm's tokens have it.
pub(super) fn check_digits_hold(token: &str) -> bool {
    let Some((prefix, body)) = token.split_once('_') else { return false };
    if !matches!(prefix, "ghp" | "gho" | "ghu" | "ghs" | "ghr" | "npm") || body.len() != 36 {
        return false;
    }
    let Some((random, digits)) = body.split_at_checked(30) else { return false };
    base62(crc32(random.as_bytes())) == digits.as_bytes()
}

/// Six digits of base 62.
fn base62(mut number: u32) -> [u8; 6] {
    const DIGITS: &[u8; 62] = b"0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz";
    let mut out = [b'0'; 6];
    for place in out.iter_mut().rev() {
        *place = DIGITS[(number % 62) as usize];
        number /= 62;
    }
    out
}

/// CRC-32 of ISO 3309, bit by bit: thirty bytes a token.
fn crc32(bytes: &[u8]) -> u32 {
    !bytes.iter().fold(u32::MAX, |crc, &byte| {
        (0..8).fold(crc ^ u32::from(byte), |crc, _| (crc >> 1) ^ (0xedb8_8320 & (crc & 1).wrapping_neg()))
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn stand_ins_are_told_from_secrets() {
        for stand_in in
            ["xxxxxxxxxxxxxxxxxxxx", "IOSFODNN7EXAMPLE", "0123456789abcdef0123", "your-key-goes-here-1a"]
        {
            assert!(is_stand_in(stand_in), "{stand_in}");
        }
        assert!(!is_stand_in("aZ3kQ9xW7mB2vT5nR8pL"));
    }

    #[test]
    fn what_is_drawn_is_told_from_what_is_written() {
        for drawn in ["tR4vq9KxZ2mWb7", "w8$Kd!3pLz#7Rt2v", "Hq7xKp2Wz9Lm", "z!Qf7@pW2^tk9#Bx4&Lm1%Vs"] {
            assert!(is_drawn(drawn), "{drawn}");
        }
        for written in [
            "correct-horse-battery-staple",
            "my_super_secret_password",
            "getUserPassword2",
            "hunter2hunter2",
            "/etc/ssl/private/server.pem",
            "2024-05-17T10:45:32",
            "v1.2.3-beta4-linux-x86_64",
            "user@mail.server.org",
            "123e4567-e89b-12d3-a456-426614174000",
            "Password123456",
            "AbCdEf123456",
            "Donaudampfschiff",
            "scram-sha-256",
        ] {
            assert!(!is_drawn(written), "{written}");
        }
    }

    #[test]
    fn entropy_is_what_a_hand_computes() {
        assert_eq!(entropy(b"aaaa"), 0);
        assert_eq!(entropy(b"abcd"), 2000);
        assert_eq!(entropy(b"aab"), 918);
        assert_eq!(entropy(b""), 0);
    }

    #[test]
    fn check_digits_are_those_of_the_standard() {
        assert_eq!(crc32(b"123456789"), 0xcbf4_3926);
        let random = "aZ3kQ9xW7mB2vT5nR8pLaZ3kQ9xW7m";
        let digits = String::from_utf8(base62(crc32(random.as_bytes())).to_vec()).unwrap();
        assert!(check_digits_hold(&format!("ghp_{random}{digits}")));
        assert!(!check_digits_hold(&format!("ghp_{random}000000")));
    }
}
