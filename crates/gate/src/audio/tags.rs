//! Tags around and inside a sound: where they end, and what in them gives a person away.

use std::collections::BTreeSet;

/// Tags looked for at either end before the search gives up.
const MOST_TAGS: usize = 16;

/// Bytes of ID3v2 and APE tags at the start.
pub(crate) fn leading(bytes: &[u8]) -> usize {
    let mut at = 0;
    for _ in 0..MOST_TAGS {
        let rest = &bytes[at..];
        let size = id3v2(rest).or_else(|| ape_header(rest)).unwrap_or(0);
        // A size that reaches beyond the file is a lie: then only the header is skipped.
        match size {
            0 => break,
            size if size <= rest.len() => at += size,
            _ => return at + 10.min(rest.len()),
        }
    }
    at
}

/// Where the sound ends before ID3v1, APE, Lyrics3 and appended ID3v2 tags.
pub(super) fn tail(bytes: &[u8]) -> usize {
    let mut end = bytes.len();
    for _ in 0..MOST_TAGS {
        let size = tail_size(&bytes[..end]);
        if size == 0 || size > end {
            break;
        }
        end -= size;
    }
    end
}

/// Size of a whole ID3v2 tag that starts here.
pub(super) fn id3v2(bytes: &[u8]) -> Option<usize> {
    let header = bytes.get(..10)?;
    let known = header.starts_with(b"ID3") && header[3] != 0xff && header[4] != 0xff;
    let footer = if header[5] & 0x10 != 0 { 10 } else { 0 };
    known.then(|| syncsafe(&header[6..10]).map(|size| 10 + size + footer))?
}

fn syncsafe(bytes: &[u8]) -> Option<usize> {
    bytes.iter().try_fold(0, |sum, &b| (b < 0x80).then_some(sum << 7 | usize::from(b)))
}

fn little(bytes: &[u8], at: usize) -> Option<usize> {
    let b = bytes.get(at..at + 4)?;
    Some(u32::from_le_bytes([b[0], b[1], b[2], b[3]]) as usize)
}

fn ape_header(bytes: &[u8]) -> Option<usize> {
    (bytes.starts_with(b"APETAGEX")).then(|| little(bytes, 12)?.checked_add(32))?
}

fn tail_size(bytes: &[u8]) -> usize {
    let last = |n: usize| bytes.len().checked_sub(n).map(|at| &bytes[at..]);
    if last(128).is_some_and(|b| b.starts_with(b"TAG")) {
        return 128;
    }
    if last(227).is_some_and(|b| b.starts_with(b"TAG+")) {
        return 227;
    }
    if let Some(footer) = last(32).filter(|b| b.starts_with(b"APETAGEX")) {
        let header = if footer[23] & 0x80 != 0 { 32 } else { 0 };
        return little(footer, 12).map_or(0, |size| size.saturating_add(header));
    }
    if let Some(mark) = last(15).filter(|b| b.ends_with(b"LYRICS200")) {
        let digits = std::str::from_utf8(&mark[..6]).ok().and_then(|d| d.parse::<usize>().ok());
        return digits.map_or(0, |size| size + 15);
    }
    if let Some(footer) = last(10).filter(|b| b.starts_with(b"3DI")) {
        return syncsafe(&footer[6..10]).map_or(0, |size| size + 20);
    }
    0
}

/// What gives a person away in the tags at both ends of a file.
pub(super) fn of_ends(bytes: &[u8], start: usize, end: usize, found: &mut BTreeSet<String>) {
    let (head, tail) = (&bytes[..start.min(bytes.len())], &bytes[end.min(bytes.len())..]);
    let mut at = 0;
    while let Some(size) = id3v2(&head[at..]) {
        let size = size.min(head.len() - at);
        of_id3v2(&head[at..at + size], found);
        at += size;
    }
    if has_email(tail) {
        found.insert("an email address in the closing tag".into());
    }
}

/// The frames of an ID3v2 tag.
pub(super) fn of_id3v2(tag: &[u8], found: &mut BTreeSet<String>) {
    let Some(&[_, _, _, version, _, flags, ..]) = tag.get(..10) else { return };
    let (name_len, header_len) = if version == 2 { (3, 6) } else { (4, 10) };
    let mut at = 10;
    if flags & 0x40 != 0 && version > 2 {
        let size = tag.get(10..14).map_or(0, |b| u32::from_be_bytes([b[0], b[1], b[2], b[3]]) as usize);
        at += if version == 4 { size } else { size.saturating_add(4) };
    }
    while let Some(header) = tag.get(at..at.saturating_add(header_len)) {
        let name = &header[..name_len];
        if !name.iter().all(|b| b.is_ascii_uppercase() || b.is_ascii_digit()) {
            break;
        }
        let size = match version {
            2 => Some(header[3..6].iter().fold(0, |sum, &b| sum << 8 | usize::from(b))),
            4 => syncsafe(&header[4..8]),
            _ => Some(header[4..8].iter().fold(0, |sum, &b| sum << 8 | usize::from(b))),
        };
        let Some(size) = size else { break };
        let start = at + header_len;
        let end = start.saturating_add(size).min(tag.len());
        of_id3_frame(name, &tag[start..end], found);
        at = end.max(start);
        if size == 0 && at >= tag.len() {
            break;
        }
    }
}

fn of_id3_frame(name: &[u8], body: &[u8], found: &mut BTreeSet<String>) {
    const ALWAYS: &[(&[u8], &str)] = &[
        (b"PRIV", "private data"),
        (b"GEOB", "an enclosed object"),
        (b"GEO", "an enclosed object"),
        (b"UFID", "an identifier"),
        (b"UFI", "an identifier"),
        (b"OWNE", "the owner"),
        (b"TOWN", "the owner"),
        (b"TENC", "who encoded it"),
        (b"TEN", "who encoded it"),
        (b"TPE1", "a person"),
        (b"TPE2", "a person"),
        (b"TPE3", "a person"),
        (b"TPE4", "a person"),
        (b"TP1", "a person"),
        (b"TP2", "a person"),
        (b"TCOM", "a person"),
        (b"TCM", "a person"),
        (b"TOPE", "a person"),
        (b"COMM", "a comment"),
        (b"COM", "a comment"),
        (b"TXXX", "free text"),
        (b"TXX", "free text"),
    ];
    let shown = String::from_utf8_lossy(name);
    if let Some((_, what)) = ALWAYS.iter().find(|(id, _)| *id == name) {
        let is_text = name[0] == b'T' || what.contains("comment");
        if !is_text || body.iter().skip(1).any(|b| b.is_ascii_alphanumeric()) {
            found.insert(format!("ID3 {shown} ({what})"));
        }
    } else if matches!(name, b"APIC" | b"PIC") {
        if has_exif(body) {
            found.insert(format!("ID3 {shown} (a picture with camera data)"));
        }
    } else if has_email(body) {
        found.insert(format!("ID3 {shown} (an email address)"));
    }
}

/// A chunk of a WAV that is not sound.
pub(super) fn of_riff(id: &[u8; 4], body: &[u8], found: &mut BTreeSet<String>) {
    let filled = |range: std::ops::Range<usize>| {
        body.get(range).is_some_and(|b| b.iter().any(|&b| b != 0 && b != b' ' && b != b'0'))
    };
    let mut add = |what: &str| {
        found.insert(what.to_owned());
    };
    match id {
        b"bext" => {
            for (range, what) in [
                (256..288, "bext originator"),
                (288..320, "bext originator reference"),
                (348..412, "bext UMID (serial number)"),
            ] {
                if filled(range) {
                    add(what);
                }
            }
        }
        b"iXML" => add("iXML (recorder and session)"),
        b"_PMX" => add("XMP"),
        b"umid" => add("UMID (serial number)"),
        b"id3 " | b"ID3 " => of_id3v2(body, found),
        b"LIST" if body.starts_with(b"INFO") => of_info(body, found),
        _ if has_email(body.get(..65_536).unwrap_or(body)) && !matches!(id, b"data" | b"fmt ") => {
            found.insert(format!("{} (an email address)", String::from_utf8_lossy(id)));
        }
        _ => (),
    }
}

fn of_info(body: &[u8], found: &mut BTreeSet<String>) {
    let mut at = 4;
    while let (Some(id), Some(size)) = (body.get(at..at + 4), little(body, at + 4)) {
        let end = (at + 8).saturating_add(size).min(body.len());
        let value = &body[at + 8..end];
        let shown = String::from_utf8_lossy(id);
        let named = matches!(id, b"IENG" | b"ITCH" | b"ICMS" | b"ISRC" | b"IART" | b"ICMT");
        if named && value.iter().any(u8::is_ascii_alphanumeric) {
            found.insert(format!("INFO {shown} (a person)"));
        } else if has_email(value) {
            found.insert(format!("INFO {shown} (an email address)"));
        }
        at = end + end % 2;
    }
}

/// A metadata block of a FLAC.
pub(super) fn of_flac(kind: u8, body: &[u8], found: &mut BTreeSet<String>) {
    match kind {
        2 => {
            let name = String::from_utf8_lossy(body.get(..4).unwrap_or_default()).into_owned();
            found.insert(format!("APPLICATION block {}", name.escape_debug()));
        }
        4 => of_comments(body, found),
        6 if has_exif(body) => {
            found.insert("PICTURE (camera data)".into());
        }
        _ => (),
    }
}

fn of_comments(body: &[u8], found: &mut BTreeSet<String>) {
    const KEYS: &[&str] = &[
        "CONTACT",
        "EMAIL",
        "PHONE",
        "LOCATION",
        "GEO",
        "GPS",
        "OWNER",
        "ENCODED-BY",
        "ENCODEDBY",
        "ENCODED_BY",
        "SERIAL",
        "ADDRESS",
        "ARTIST",
        "ALBUMARTIST",
        "PERFORMER",
        "COMPOSER",
        "COMMENT",
        "DESCRIPTION",
    ];
    let Some(mut at) = little(body, 0).and_then(|vendor| vendor.checked_add(8)) else { return };
    while let Some(size) = little(body, at) {
        let Some(comment) = body.get(at + 4..(at + 4).saturating_add(size)) else { break };
        let key = comment.split(|&b| b == b'=').next().unwrap_or_default();
        let key = String::from_utf8_lossy(key).to_ascii_uppercase();
        if KEYS.iter().any(|known| key.starts_with(known)) {
            found.insert(format!("comment {}", key.escape_debug()));
        } else if has_email(comment) && key.len() <= 40 {
            found.insert(format!("comment {} (an email address)", key.escape_debug()));
        }
        at += 4 + size;
    }
}

fn has_exif(body: &[u8]) -> bool {
    let head = body.get(..65_536).unwrap_or(body);
    head.windows(6).any(|w| w == b"Exif\0\0") || head.windows(10).any(|w| w == b"ns.adobe.c")
}

/// Whether something like an email address stands here, in any width of characters.
fn has_email(body: &[u8]) -> bool {
    let text: Vec<u8> = body.iter().copied().filter(|&b| b != 0).collect();
    let word = |b: u8| b.is_ascii_alphanumeric() || matches!(b, b'-' | b'_' | b'+' | b'.');
    let mut from = 0;
    while let Some(at) = text[from..].iter().position(|&b| b == b'@').map(|at| at + from) {
        let name = text[..at].iter().rev().take(64).take_while(|&&b| word(b)).count();
        let host: Vec<u8> = text[at + 1..].iter().copied().take(64).take_while(|&b| word(b)).collect();
        let host = host.trim_ascii_end().strip_suffix(b".").unwrap_or(&host);
        let dot = host.iter().rposition(|&b| b == b'.');
        let ends = |dot: usize| {
            let end = &host[dot + 1..];
            dot > 0 && end.len() >= 2 && end.iter().all(u8::is_ascii_alphabetic)
        };
        if name > 0 && dot.is_some_and(ends) {
            return true;
        }
        from = at + 1;
    }
    false
}
