//! Email addresses, public IP addresses, telephone numbers.

use super::Kind;
use core::net::{Ipv4Addr, Ipv6Addr};
use std::ops::Range;

/// A local part is at most this long (RFC 5321).
const LOCAL: usize = 64;
/// A domain is at most this long.
const DOMAIN: usize = 253;
/// Domains kept for examples (RFC 2606, 6761): nobody's.
const SAMPLE_ENDS: &[&str] = &["example", "test", "invalid", "localhost", "local", "internal", "lan"];
/// Names of machines and of nobody in particular.
const NOBODY: &[&str] = &["noreply", "no-reply", "donotreply", "do-not-reply"];

/// All of them, kind by kind.
pub(super) fn find(text: &str) -> Vec<(Range<usize>, Kind)> {
    let bytes = text.as_bytes();
    let mut found: Vec<(Range<usize>, Kind)> =
        memchr(bytes, b'@').filter_map(|at| email(text, at)).map(|span| (span, Kind::Email)).collect();
    found.extend(addresses(text).map(|span| (span, Kind::Ip)));
    found.extend(phones(text).map(|span| (span, Kind::Phone)));
    found
}

fn memchr(bytes: &[u8], what: u8) -> impl Iterator<Item = usize> + '_ {
    bytes.iter().enumerate().filter(move |&(_, &b)| b == what).map(|(at, _)| at)
}

fn email(text: &str, at: usize) -> Option<Range<usize>> {
    let bytes = text.as_bytes();
    let is_local = |b: &&u8| b.is_ascii_alphanumeric() || matches!(b, b'.' | b'_' | b'%' | b'+' | b'-');
    let is_domain = |b: &&u8| b.is_ascii_alphanumeric() || matches!(b, b'.' | b'-');
    let before = bytes[..at].iter().rev().take(LOCAL + 1).take_while(is_local).count();
    let after = bytes[at + 1..].iter().take(DOMAIN + 1).take_while(is_domain).count();
    let local = text.get(at - before..at)?.trim_start_matches(['.', '-']);
    let domain = text.get(at + 1..at + 1 + after)?.trim_end_matches(['.', '-']);
    let (_, top) = domain.rsplit_once('.')?;
    let shaped = (1..=LOCAL).contains(&local.len())
        && domain.len() <= DOMAIN
        && (2..=24).contains(&top.len())
        && top.bytes().all(|b| b.is_ascii_alphabetic())
        && !domain.contains("..")
        && !local.ends_with('.');
    // Part of an address of a page or of a connection: `https://me@host`,
    // `redis://me:password@host`, `git@host:path`.
    let start = at - local.len();
    let login =
        bytes[..start].iter().rev().take(LOCAL).take_while(|b| b.is_ascii_graphic() && **b != b'/').count();
    let in_address = bytes[..start - login].ends_with(b"://")
        || matches!(local, "git" | "root" | "user") && bytes.get(at + 1 + domain.len()) == Some(&b':');
    (shaped && !in_address && !is_sample(local, domain)).then_some(start..at + 1 + domain.len())
}

/// `anna@example.com`, `noreply@…`, `…@users.noreply.github.com`, systemd's `getty@tty1.service`.
fn is_sample(local: &str, domain: &str) -> bool {
    let (local, domain) = (local.to_ascii_lowercase(), domain.to_ascii_lowercase());
    let mut labels = domain.rsplit('.');
    let (top, second) = (labels.next().unwrap_or_default(), labels.next().unwrap_or_default());
    SAMPLE_ENDS.contains(&top)
        || matches!(
            top,
            "service"
                | "socket"
                | "timer"
                | "mount"
                | "target"
                | "png"
                | "jpg"
                | "svg"
                | "html"
                | "py"
                | "js"
        )
        || matches!(second, "example" | "domain" | "yourdomain" | "mydomain")
        || domain.split('.').any(|label| label == "noreply" || label == "example")
        || NOBODY.iter().any(|name| local.starts_with(name))
}

/// IPv4 and IPv6 addresses of the public net.
fn addresses(text: &str) -> impl Iterator<Item = Range<usize>> + '_ {
    let bytes = text.as_bytes();
    let is_part = |b: u8| b.is_ascii_hexdigit() || matches!(b, b'.' | b':');
    let mut at = 0;
    std::iter::from_fn(move || {
        while at < bytes.len() {
            if !is_part(bytes[at]) {
                at += 1;
                continue;
            }
            let start = at;
            while at < bytes.len() && is_part(bytes[at]) {
                at += 1;
            }
            let alone = start == 0
                || !bytes[start - 1].is_ascii_alphanumeric()
                    && !matches!(bytes[start - 1], b'-' | b'_' | b'/' | b'~');
            let ends = bytes
                .get(at)
                .is_none_or(|b| !b.is_ascii_alphanumeric() && !matches!(b, b'-' | b'_' | b'+' | b'~'));
            let found = if alone && ends && at - start <= 64 { address(text, start..at) } else { None };
            if found.is_some() {
                return found;
            }
        }
        None
    })
}

fn address(text: &str, run: Range<usize>) -> Option<Range<usize>> {
    let word = text.get(run.clone())?;
    let trimmed = word.trim_end_matches(['.', ':']);
    let span = run.start..run.start + trimmed.len();
    if trimmed.bytes().filter(|&b| b == b'.').count() == 3 && !trimmed.contains("::") {
        // `1.2.3.4:80` has a port; a version has a word before it.
        let (host, _) = trimmed.split_once(':').unwrap_or((trimmed, ""));
        let public = host.parse::<Ipv4Addr>().is_ok_and(is_public_v4);
        let leading = host.split('.').any(|part| part.len() > 1 && part.starts_with('0'));
        return (public && !leading && !is_version(text, run.start))
            .then_some(run.start..run.start + host.len());
    }
    let groups = trimmed.split(':').filter(|group| !group.is_empty()).count();
    let shaped = trimmed.matches(':').count() >= 3 && groups >= 3 && trimmed.len() >= 9;
    (shaped && trimmed.parse::<Ipv6Addr>().is_ok_and(is_public_v6)).then_some(span)
}

/// `version 1.2.3.4`, `v1.2.3.4`, `kernel-2.6.18.1`, `section 4.12.3.1`, `>= 1.2.3.4`.
fn is_version(text: &str, start: usize) -> bool {
    let before: String = text[..start].chars().rev().take(24).collect::<Vec<_>>().into_iter().rev().collect();
    let before = before.to_lowercase();
    let last = before.split_whitespace().last().unwrap_or_default();
    let words = [
        "version", "release", "kernel", "linux", "section", "chapter", "since", "oid", "rfc", "firmware",
        "driver", "patch", "release:", "version:", "§",
    ];
    words.iter().any(|word| last.contains(word))
        || last.ends_with(['v', '=', '<', '>', '^', '~', '#'])
        || before.ends_with(['.', 'v', '#', '$'])
}

fn is_public_v4(ip: Ipv4Addr) -> bool {
    let [a, b, c, d] = ip.octets();
    let test_net = matches!((a, b, c), (192, 0, 2 | 0) | (198, 51, 100) | (203, 0, 113));
    let shared = a == 100 && (64..128).contains(&b);
    let bench = a == 198 && (b == 18 || b == 19);
    // Small numbers all through are the numbering of a chapter or a version.
    let numbering = a < 20 && b < 20 && c < 20 && d < 20 && !(a == 8 && b == 8) && !(a == 1 && b == 1);
    // The resolvers everybody writes into examples are still public; networks end in 0.
    !(ip.is_private()
        || ip.is_loopback()
        || ip.is_link_local()
        || a == 0
        || a >= 224
        || test_net
        || shared
        || bench
        || numbering
        || ip.octets() == [1, 2, 3, 4]
        || d == 0
        || a == 255)
}

fn is_public_v6(ip: Ipv6Addr) -> bool {
    let [a, b, ..] = ip.segments();
    // Global unicast only, without the ranges for documentation.
    a & 0xe000 == 0x2000 && !(a == 0x2001 && b == 0xdb8) && a != 0x3fff
}

/// Country codes of the E.164 plan: one digit, two, else three.
fn country_length(digits: &[u8]) -> Option<usize> {
    let two = [
        20, 27, 30, 31, 32, 33, 34, 36, 39, 40, 41, 43, 44, 45, 46, 47, 48, 49, 51, 52, 53, 54, 55, 56, 57,
        58, 60, 61, 62, 63, 64, 65, 66, 81, 82, 84, 86, 90, 91, 92, 93, 94, 95, 98,
    ];
    let &[a, b, ..] = digits else { return None };
    match (a, b) {
        (b'1' | b'7', _) => Some(1),
        (b'0', _) => None,
        _ if two.contains(&((a - b'0') * 10 + (b - b'0'))) => Some(2),
        (b'2', b'1'..=b'6' | b'9') | (b'3', b'5' | b'7' | b'8') | (b'4', b'2') | (b'5', b'0' | b'9') => {
            Some(3)
        }
        (b'6', b'7'..=b'9') | (b'8', b'0' | b'5' | b'7' | b'8') | (b'9', b'6' | b'7' | b'9') => Some(3),
        _ => None,
    }
}

/// `+49 30 901820`, `(212) 736-5000`, `212-736-5000`.
fn phones(text: &str) -> impl Iterator<Item = Range<usize>> + '_ {
    let bytes = text.as_bytes();
    let international = memchr(bytes, b'+').filter_map(|at| plus_phone(text, at));
    let bracketed = memchr(bytes, b'(').filter_map(|at| american(bytes, at));
    let dashed = memchr(bytes, b'-').filter_map(|at| american(bytes, at.checked_sub(3)?));
    international.chain(bracketed).chain(dashed)
}

fn plus_phone(text: &str, at: usize) -> Option<Range<usize>> {
    let bytes = text.as_bytes();
    if at > 0
        && (bytes[at - 1].is_ascii_alphanumeric()
            || matches!(bytes[at - 1], b'+' | b'-' | b'.' | b'_' | b'@' | b')' | b']'))
    {
        return None;
    }
    let (mut digits, mut end, mut groups, mut gap) = (Vec::new(), at + 1, 1, 0);
    for (offset, &b) in bytes[at + 1..].iter().take(28).enumerate() {
        if b.is_ascii_digit() {
            if gap > 0 && !digits.is_empty() {
                groups += 1;
            }
            gap = 0;
            digits.push(b);
            end = at + 1 + offset + 1;
        } else if matches!(b, b' ' | b'-' | b'.' | b'/' | b'(' | b')') && gap < 2 {
            gap += 1;
        } else {
            break;
        }
    }
    let country = country_length(&digits)?;
    let national = digits.get(country..)?;
    let length =
        if digits.first() == Some(&b'1') { national.len() == 10 } else { (7..=12).contains(&national.len()) };
    let fictional =
        digits.first() == Some(&b'1') && national.get(3..7).is_some_and(|part| part.starts_with(b"555"));
    // `+1000000000` is a number; telephone numbers are more mixed or come in groups.
    let mixed = national.iter().collect::<std::collections::BTreeSet<_>>().len() >= 3;
    let ends = bytes.get(end).is_none_or(|b| !b.is_ascii_alphanumeric());
    (length && !fictional && mixed && ends && (groups >= 2 || digits.len() >= 10) && digits.len() <= 15)
        .then_some(at..end)
}

/// The plan of North America with its punctuation, from the area code on.
fn american(bytes: &[u8], start: usize) -> Option<Range<usize>> {
    let forms: [&[u8]; 5] =
        [b"(ddd) ddd-dddd", b"(ddd)ddd-dddd", b"(ddd) ddd dddd", b"ddd-ddd-dddd", b"(ddd) ddd.dddd"];
    let fits = |form: &&&[u8]| {
        bytes.get(start..start + form.len()).is_some_and(|part| {
            part.iter().zip(form.iter()).all(|(b, f)| if *f == b'd' { b.is_ascii_digit() } else { b == f })
        })
    };
    let form = forms.iter().find(fits)?;
    let end = start + form.len();
    let alone = start == 0
        || !bytes[start - 1].is_ascii_alphanumeric() && !matches!(bytes[start - 1], b'-' | b'.' | b'+');
    let ends = bytes.get(end).is_none_or(|b| !b.is_ascii_alphanumeric() && !matches!(b, b'-'));
    let digits: Vec<u8> = bytes[start..end].iter().copied().filter(u8::is_ascii_digit).collect();
    let real = matches!(digits.first(), Some(b'2'..=b'9'))
        && matches!(digits.get(3), Some(b'2'..=b'9'))
        && digits.get(3..6) != Some(b"555");
    (alone && ends && real).then_some(start..end)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn found(text: &str) -> Vec<(Kind, &str)> {
        find(text).into_iter().map(|(span, kind)| (kind, &text[span])).collect()
    }

    #[test]
    fn addresses_of_people_and_not_of_examples() {
        assert_eq!(found("(Anna.B+x@mail.firma.co.uk)."), [(Kind::Email, "Anna.B+x@mail.firma.co.uk")]);
        for sample in [
            "a@example.com",
            "you@your.example",
            "noreply@site.org",
            "1+a@users.noreply.github.com",
            "getty@tty1.service",
            "git@host.org:me/x",
            "https://me@host.org/",
            "@decorator.name",
            "a@b",
            "x@1.2",
            "root@localhost",
        ] {
            assert_eq!(found(sample), [], "{sample}");
        }
    }

    #[test]
    fn public_addresses_only() {
        assert_eq!(found("from 93.184.216.34:80."), [(Kind::Ip, "93.184.216.34")]);
        assert_eq!(found("at 2a00:1450:4001:81b::200e,"), [(Kind::Ip, "2a00:1450:4001:81b::200e")]);
        for other in [
            "10.0.0.1",
            "127.0.0.1",
            "192.168.1.7",
            "172.20.3.4",
            "192.0.2.1",
            "203.0.113.9",
            "255.255.255.0",
            "224.0.0.1",
            "version 54.12.33.41",
            "v54.12.33.41",
            "1.2.3.4.5",
            "::1",
            "2001:db8::7",
            "12:34:56",
            "de:ad:be:ef:00:01",
            "std::vec::Vec",
        ] {
            assert_eq!(found(other), [], "{other}");
        }
    }

    #[test]
    fn telephone_numbers_in_clear_form_only() {
        for phone in [
            "+49 30 901820",
            "+44 (0)20 7946 0018",
            "+33 1 42 68 53 00",
            "+12127365000",
            "(212) 736-5000",
            "212-736-5000",
            "+86 10 6552 9988",
        ] {
            assert_eq!(found(phone), [(Kind::Phone, phone)], "{phone}");
        }
        for other in [
            "+1 555 0100",
            "a+12345678901",
            "+1000000000",
            "1+2 3 4 5 6 7 8",
            "555-0123",
            "100-200-3000",
            "+1 212 555 0123",
            "@@ -1,7 +10,12 @@",
            "+0.123456789",
        ] {
            assert_eq!(found(other), [], "{other}");
        }
    }
}
