//! A5 for media: what hides behind, inside or beside an image or a sound.

use crate::evidence::{at, finding};
use aho_corasick::AhoCorasick;
use karat_types::{Evidence, Finding};
use serde_json::json;
use std::ops::Range;
use std::sync::LazyLock;

/// Bytes behind the end that are forgiven: fillers of cameras and file systems.
const MOST_TRAILING: usize = 64;
/// Bytes of a field that are searched for program text.
const FIELD_BYTES: usize = 64 * 1024;

const MAGIC: [&[u8]; 8] = [
    b"PK\x05\x06",
    b"%PDF-",
    b"startxref",
    b"Rar!\x1a\x07",
    b"7z\xbc\xaf\x27\x1c\0",
    b"\x7fELF",
    b"!This program cannot be run in DOS mode",
    b"<!DOCTYPE html",
];
static FINDER: LazyLock<Option<AhoCorasick>> = LazyLock::new(|| AhoCorasick::new(MAGIC).ok());

const SCRIPTS: [&str; 7] = ["<script", "<?php", "<html", "<!doctype html", "<svg", "<iframe", "#!/"];
static SCRIPT_FINDER: LazyLock<Option<AhoCorasick>> =
    LazyLock::new(|| AhoCorasick::builder().ascii_case_insensitive(true).build(SCRIPTS).ok());

/// A second file inside the first. `end` is one past what belongs to the media, `fields`
/// are the places where text and other free content may stand.
pub(crate) fn check(bytes: &[u8], end: usize, fields: &[Range<usize>]) -> Option<Finding> {
    let hidden = archive_or_program(bytes)
        .or_else(|| fields.iter().find_map(|field| program_text(bytes, field)))
        .or_else(|| tail(bytes, end));
    if let Some(hidden) = hidden {
        return Some(polyglot(hidden));
    }
    let trailing = bytes.len().saturating_sub(end);
    (trailing > MOST_TRAILING).then(|| {
        let message = format!(
            "{trailing} bytes follow the end of the content at byte {end}; {MOST_TRAILING} are forgiven."
        );
        at(
            finding("trailing_data", json!(trailing), json!(MOST_TRAILING), message),
            span(&(end..bytes.len())),
        )
    })
}

/// A second file in the bytes behind a content, however few they are.
pub(crate) fn behind(bytes: &[u8], place: Range<usize>) -> Option<Finding> {
    tail(bytes.get(..place.end)?, place.start).map(polyglot)
}

fn polyglot((what, place): Hidden) -> Finding {
    let message = format!("At byte {}: there is {what} inside this file.", place.start);
    at(finding("polyglot", json!(what), json!("one file"), message), span(&place))
}

fn span(place: &Range<usize>) -> Evidence {
    Evidence::Bytes { start: place.start as u64, end: place.end as u64 }
}

type Hidden = (&'static str, Range<usize>);

/// Formats that are found wherever they start. Short marks occur by chance in coded data,
/// so what follows them has to fit too.
fn archive_or_program(bytes: &[u8]) -> Option<Hidden> {
    let mut pdf = None;
    for hit in FINDER.iter().flat_map(|finder| finder.find_iter(bytes)) {
        let place = hit.start()..hit.end();
        let rest = &bytes[hit.end()..];
        let what = match hit.pattern().as_usize() {
            0 if is_directory_end(bytes, hit.start()) => "a ZIP archive",
            1 if rest.first().is_some_and(u8::is_ascii_digit) && rest.get(1) == Some(&b'.') => {
                // Readers look for it in the first kilobyte.
                if hit.start() > 0 && hit.start() < 1024 {
                    return Some(("a PDF document", place));
                }
                pdf = pdf.or(Some(place));
                continue;
            }
            2 => match pdf.take() {
                Some(place) => return Some(("a PDF document", place)),
                None => continue,
            },
            3 => "a RAR archive",
            4 => "a 7z archive",
            5 if matches!(rest, [1 | 2, 1 | 2, 1, 0..=18, ..]) => "an ELF program",
            6 => "a Windows program",
            _ => continue,
        };
        return Some((what, place));
    }
    None
}

/// Whether an end of a ZIP's directory stands here: the directory must stand before it.
fn is_directory_end(bytes: &[u8], here: usize) -> bool {
    let number = |offset: usize| {
        bytes.get(here + offset..here + offset + 4).and_then(|b| b.try_into().ok()).map(u32::from_le_bytes)
    };
    let Some(size) = number(12) else { return false };
    let start = here.checked_sub(size as usize);
    size > 0 && start.is_some_and(|start| bytes[start..].starts_with(b"PK\x01\x02"))
}

/// HTML, PHP or shell text in a field.
fn program_text(bytes: &[u8], field: &Range<usize>) -> Option<Hidden> {
    let text = bytes.get(field.start..field.end.min(field.start + FIELD_BYTES))?;
    let hit = SCRIPT_FINDER.as_ref()?.find_iter(text).find(|hit| {
        // Only a text that starts with it (behind a keyword's zero or the byte that names
        // its encoding) is a shell script
        // or a page; a description may speak of one.
        let before = text[..hit.start()].trim_ascii_end();
        hit.pattern().as_usize() < 2 || before.last().is_none_or(u8::is_ascii_control)
    })?;
    let what = [
        "program text (<script)",
        "program text (<?php)",
        "a web page",
        "a web page",
        "an SVG image",
        "a web page",
        "a shell script",
    ];
    let place = field.start + hit.start()..field.start + hit.end();
    Some((what.get(hit.pattern().as_usize()).copied().unwrap_or("program text"), place))
}

/// What follows the end, if it is a file of its own.
fn tail(bytes: &[u8], end: usize) -> Option<Hidden> {
    let rest = bytes.get(end..).filter(|rest| !rest.is_empty())?;
    let what = match rest {
        [b'P', b'K', 3, 4, ..] => "a ZIP archive",
        [b'M', b'Z', ..] if rest.windows(4).take(4096).any(|w| w == b"PE\0\0") => "a Windows program",
        [b'P', b'K', 5, 6, ..] if rest.len() >= 22 => "an empty ZIP archive",
        [0xff, 0xd8, 0xff, ..] => "a JPEG image",
        [0x89, b'P', b'N', b'G', ..] => "a PNG image",
        [b'G', b'I', b'F', b'8', ..] => "a GIF image",
        [_, _, _, _, b'f', b't', b'y', b'p', ..] => "a film (MP4)",
        [0x1f, 0x8b, 8, ..] => "a gzip archive",
        _ => return program_text(bytes, &(end..bytes.len())),
    };
    Some((what, end..bytes.len()))
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn code(bytes: &[u8], end: usize, field: Option<Range<usize>>) -> Option<(String, String)> {
        check(bytes, end, field.as_slice()).map(|f| (f.code, f.measured.to_string()))
    }

    fn zip() -> Vec<u8> {
        let mut out = b"PK\x03\x04".to_vec();
        out.extend([0; 40]);
        let start = out.len();
        out.extend(b"PK\x01\x02");
        out.extend([0; 42]);
        let size = (out.len() - start) as u32;
        out.extend(b"PK\x05\x06\0\0\0\0\x01\0\x01\0");
        out.extend(size.to_le_bytes());
        out.extend([0; 6]);
        out
    }

    #[test]
    fn second_files_are_named() {
        let image = vec![7u8; 2000];
        let with = |inside: &[u8]| [&image[..], inside, &[9; 100]].concat();
        let polyglot = |what: &str| Some(("polyglot".to_owned(), format!("\"{what}\"")));
        for (inside, what) in [
            (zip(), "a ZIP archive"),
            (b"%PDF-1.7 ... startxref".to_vec(), "a PDF document"),
            (b"Rar!\x1a\x07\x01\0".to_vec(), "a RAR archive"),
            (b"7z\xbc\xaf\x27\x1c\0\x04".to_vec(), "a 7z archive"),
            (b"\x7fELF\x02\x01\x01\0".to_vec(), "an ELF program"),
            (b"MZ...!This program cannot be run in DOS mode".to_vec(), "a Windows program"),
        ] {
            let file = with(&inside);
            assert_eq!(code(&file, file.len(), None), polyglot(what));
        }
        let mut early = image.clone();
        early[500..508].copy_from_slice(b"%PDF-1.4");
        assert_eq!(code(&early, 2000, None), polyglot("a PDF document"));
        let jpeg = [&image[..], &[0xff, 0xd8, 0xff], &[0; 100]].concat();
        assert_eq!(code(&jpeg, 2000, None), polyglot("a JPEG image"));
    }

    #[test]
    fn program_text_counts_only_in_fields() {
        let file = b"........<?php system($_GET['c']); ?>.........".to_vec();
        assert_eq!(code(&file, file.len(), None), None);
        assert_eq!(
            code(&file, file.len(), Some(4..40)),
            Some(("polyglot".into(), "\"program text (<?php)\"".into()))
        );
        let page = b"Comment\0  <HTML><body>".to_vec();
        assert_eq!(code(&page, page.len(), Some(0..22)), Some(("polyglot".into(), "\"a web page\"".into())));
        let honest = b"a drawing of <svg and <html tags".to_vec();
        assert_eq!(code(&honest, honest.len(), Some(0..honest.len())), None);
    }

    #[test]
    fn marks_by_chance_are_no_files() {
        for chance in [
            &b"PK\x05\x06"[..],
            b"PK\x05\x06 and more that does not fit at all",
            b"\x7fELF!!!!",
            b"%PDF-x",
            b"%PDF-1.7",
        ] {
            let file = [&[1; 1500], chance].concat();
            assert_eq!(code(&file, file.len(), None), None, "{chance:?}");
        }
    }

    #[test]
    fn a_second_file_behind_the_end_is_seen_however_short_it_is() {
        let image = vec![7u8; 2000];
        for (behind, what) in [
            (&b"<?php @eval($_GET[0]);"[..], "program text (<?php)"),
            (b"<script>alert(1)</script>", "program text (<script)"),
            (b"#!/bin/sh\nrm -r .\n", "a shell script"),
            (b"\n <HTML><body>", "a web page"),
            (b"PK\x03\x04\x14\0", "a ZIP archive"),
            (b"GIF89a\x01\0\x01\0", "a GIF image"),
        ] {
            assert!(behind.len() <= MOST_TRAILING);
            let file = [&image[..], behind].concat();
            assert_eq!(code(&file, 2000, None), Some(("polyglot".into(), format!("\"{what}\""))));
        }
    }

    #[test]
    fn a_few_bytes_behind_the_end_are_forgiven() {
        assert_eq!(code(&[0; 164], 100, None), None);
        assert_eq!(code(&[0; 165], 100, None), Some(("trailing_data".into(), "65".into())));
    }

    proptest! {
        #[test]
        fn any_bytes_are_searched_without_a_panic(bytes in proptest::collection::vec(any::<u8>(), 0..300), end in 0usize..400, from in 0usize..400, to in 0usize..400) {
            let field = Some(from.min(to)..to);
            prop_assert_eq!(code(&bytes, end, field.clone()), code(&bytes, end, field));
        }
    }
}
