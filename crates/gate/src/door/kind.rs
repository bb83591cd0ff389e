//! A5: what a file is, by its content, and whether the datanet takes it.

use super::name::extension;
use crate::audio;
use crate::document::{self, DOCX, JSONL, PARQUET, PDF, TABLES};
use crate::evidence::finding;
use karat_types::{Finding, Modality};
use serde_json::json;

/// How much of a file is looked at to tell text from other data.
const SNIFF_BYTES: usize = 8192;

/// Bytes from which on a lack of control bytes is no accident.
const SURE_BYTES: usize = 128;

/// One accepted type.
struct Accepted {
    modality: Modality,
    media_type: &'static str,
    extensions: &'static [&'static str],
    /// Bytes below which not even the header is complete.
    least: usize,
}

const ACCEPTED: &[Accepted] = &[
    accepted(Modality::Text, "text/plain", &["txt"], 1),
    accepted(Modality::Text, "text/markdown", &["md"], 1),
    accepted(Modality::Text, PDF, &["pdf"], 8),
    accepted(Modality::Text, DOCX, &["docx"], 22),
    accepted(Modality::Text, JSONL, &["jsonl"], 1),
    accepted(Modality::Text, TABLES[0], &["csv"], 1),
    accepted(Modality::Text, TABLES[1], &["tsv"], 1),
    accepted(Modality::Text, PARQUET, &["parquet"], 12),
    accepted(Modality::Image, "image/png", &["png"], 45),
    accepted(Modality::Image, "image/jpeg", &["jpg", "jpeg"], 107),
    accepted(Modality::Image, "image/webp", &["webp"], 26),
    accepted(Modality::Image, "image/tiff", &["tiff", "tif"], 26),
    accepted(Modality::Image, "image/bmp", &["bmp"], 30),
    accepted(Modality::Audio, "audio/wav", &["wav"], 44),
    accepted(Modality::Audio, "audio/mpeg", &["mp3"], 48),
    accepted(Modality::Audio, "audio/flac", &["flac"], 42),
];

const fn accepted(
    modality: Modality,
    media_type: &'static str,
    extensions: &'static [&'static str],
    least: usize,
) -> Accepted {
    Accepted { modality, media_type, extensions, least }
}

/// What the content is, and what speaks against it.
pub(crate) struct Looked {
    /// `text/markdown`, `image/png`, …; none when nothing is known about it.
    pub(crate) media_type: Option<String>,
    pub(crate) findings: Vec<Finding>,
}

/// The type of a content, whatever its name says: the media type, `text/plain` for
/// anything that reads as text, none for unknown data.
pub fn sniff(bytes: &[u8]) -> Option<&'static str> {
    if is_parquet(bytes) {
        return Some(PARQUET);
    }
    if let Some(document) = textual_format(bytes) {
        return Some(document);
    }
    // Text is told from its characters and not from its first two: “BM25 ranks …” is no
    // bitmap and “ID3 tags …” is no song.
    if looks_like_text(bytes) {
        return Some("text/plain");
    }
    if let Some(sound) = sound(bytes) {
        return Some(sound);
    }
    if bytes.starts_with(b"PK\x03\x04") && document::is_docx(bytes) {
        return Some(DOCX);
    }
    Some(match infer::get(bytes)?.mime_type() {
        // What the archive's own list does not confirm is any archive.
        DOCX => "application/zip",
        "audio/x-wav" => "audio/wav",
        "audio/x-flac" => "audio/flac",
        other => other,
    })
}

/// Endings a datanet of this modality takes, with their dots.
pub fn extensions(modality: Modality) -> Vec<String> {
    of(modality).flat_map(|a| a.extensions).map(|e| format!(".{e}")).collect()
}

/// Content, ending and modality must agree.
pub(crate) fn check(name: &str, bytes: &[u8], modality: Modality) -> Looked {
    let found = match sniff(bytes) {
        // Readers look for the header in the first 1,024 bytes; whether what stands before it
        // is harmless, its own check says.
        _ if modality == Modality::Text && is_late_pdf(name, bytes) => Some(PDF),
        found => found,
    };
    if let Some(encrypted) = encrypted_office(bytes).filter(|_| modality == Modality::Text) {
        return Looked { media_type: Some("application/x-ole-storage".into()), findings: vec![encrypted] };
    }
    let taken = found.and_then(|found| of(modality).find(|a| a.media_type == found));
    let Some(taken) = taken else {
        return Looked { media_type: found.map(str::to_owned), findings: vec![wrong_type(found, modality)] };
    };
    let ending = extension(name);
    // What a text is, beyond being text, is said by its name and proven by its reader.
    let fits: Vec<&str> = match taken.media_type {
        "text/plain" => of(modality).filter(|a| is_text(a)).flat_map(|a| a.extensions).copied().collect(),
        _ => taken.extensions.to_vec(),
    };
    let mut findings = Vec::new();
    if !ending.as_deref().is_some_and(|e| fits.contains(&e)) {
        findings.push(wrong_extension(ending.as_deref(), taken.media_type, &fits));
    }
    if bytes.len() < taken.least {
        let message = format!(
            "This {} file has {} bytes; its header alone needs {}.",
            taken.media_type,
            bytes.len(),
            taken.least
        );
        findings.push(finding("truncated_media", json!(bytes.len()), json!(taken.least), message));
    }
    let named = of(modality).find(|a| ending.as_deref().is_some_and(|e| a.extensions.contains(&e)));
    let media_type = match named {
        Some(named) if is_text(taken) && is_text(named) => named.media_type,
        _ => taken.media_type,
    };
    Looked { media_type: Some(media_type.to_owned()), findings }
}

fn of(modality: Modality) -> impl Iterator<Item = &'static Accepted> {
    ACCEPTED.iter().filter(move |a| a.modality == modality)
}

/// Whether a type is made of characters, so that only its name tells it from plain text.
fn is_text(accepted: &Accepted) -> bool {
    accepted.media_type.starts_with("text/") || accepted.media_type == JSONL
}

/// What a content of this media type is, for those that are no `text/…`, `image/…` or
/// `audio/…` by name.
pub fn modality(media_type: &str) -> Option<Modality> {
    if document::is_document(media_type) {
        return Some(Modality::Text);
    }
    match media_type.split('/').next() {
        Some("text") => Some(Modality::Text),
        Some("image") => Some(Modality::Image),
        Some("audio") => Some(Modality::Audio),
        _ => None,
    }
}

/// A file called PDF whose header does not stand at the very start.
fn is_late_pdf(name: &str, bytes: &[u8]) -> bool {
    extension(name).as_deref() == Some("pdf") && document::find(bytes, b"%PDF-").is_some()
}

/// Parquet begins and ends with its name; `PARE` is its encrypted form.
fn is_parquet(bytes: &[u8]) -> bool {
    bytes.len() >= 12
        && (bytes.starts_with(b"PAR1") || bytes.starts_with(b"PARE"))
        && (bytes.ends_with(b"PAR1")
            || bytes.ends_with(b"PARE")
            || bytes[4..bytes.len().min(64)].contains(&0))
}

/// An encrypted Word document is an OLE container with the real file as a stream.
fn encrypted_office(bytes: &[u8]) -> Option<Finding> {
    let name: Vec<u8> = "EncryptedPackage".encode_utf16().flat_map(u16::to_le_bytes).collect();
    let found =
        bytes.starts_with(b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1") && document::find(bytes, &name).is_some();
    found.then(|| {
        let message = "The document is encrypted with a password.".to_owned();
        finding("encrypted_document", json!("Office encryption"), json!("none"), message)
    })
}

fn wrong_type(found: Option<&str>, modality: Modality) -> Finding {
    let found = found.unwrap_or("unknown data");
    let expected = extensions(modality).join(", ");
    let message = format!("The content is {found}; this {modality} datanet takes {expected}.");
    let mut refused = finding("wrong_type", json!(found), json!(expected), message);
    if modality != Modality::Text {
        refused.fix = format!(
            "Send {} as {expected}, or find a datanet for this type of file.",
            if modality == Modality::Image { "the image" } else { "the recording" }
        );
    }
    refused
}

fn wrong_extension(ending: Option<&str>, media_type: &str, fits: &[&str]) -> Finding {
    let expected = fits.iter().map(|e| format!(".{e}")).collect::<Vec<_>>().join(", ");
    let ending = ending.map_or("no ending".to_owned(), |e| format!(".{}", e.escape_debug()));
    let message = format!("The name has {ending}, the content is {media_type}; this fits: {expected}.");
    finding("wrong_extension", json!(ending), json!(expected), message)
}

/// Formats made of characters that are nevertheless not plain text.
fn textual_format(bytes: &[u8]) -> Option<&'static str> {
    let start = bytes.strip_prefix(b"\xef\xbb\xbf").unwrap_or(bytes).trim_ascii_start();
    let begins = |with: &[u8]| start.get(..with.len()).is_some_and(|s| s.eq_ignore_ascii_case(with));
    [
        (&b"%PDF-"[..], "application/pdf"),
        (b"{\\rtf", "text/rtf"),
        (b"%!PS", "application/postscript"),
        (b"<?xml", "text/xml"),
        (b"<!doctype html", "text/html"),
        (b"<html", "text/html"),
        (b"<svg", "image/svg+xml"),
    ]
    .into_iter()
    .find_map(|(magic, media_type)| begins(magic).then_some(media_type))
    .filter(|media_type| !speaks_of_it(start, media_type))
}

/// Whether a text that begins like a format only speaks of it: “`<?xml …?>` is the first
/// line of …”, “%PDF-1.4 is the header”. Words go on in the first line, and outside of code
/// nothing of the format's own follows.
fn speaks_of_it(start: &[u8], media_type: &str) -> bool {
    let head = &start[..start.len().min(SNIFF_BYTES)];
    let text = match std::str::from_utf8(head) {
        Ok(text) => text,
        Err(error) => std::str::from_utf8(&head[..error.valid_up_to()]).unwrap_or_default(),
    };
    let first = text.lines().next().unwrap_or_default();
    let behind = match media_type {
        // The header and what some writers put behind it.
        "application/pdf" => first.get(8..),
        "application/postscript" => first.get(4..).filter(|rest| !rest.starts_with("-Adobe")),
        "text/rtf" => first.get(5..).map(|rest| rest.trim_start_matches(|c: char| c.is_ascii_digit())),
        _ => first.split_once('>').map(|(_, rest)| rest),
    };
    let Some(behind) = behind else { return false };
    let prose = behind.starts_with([' ', '`', '"', '”', '’', '\'', ',', ')', ':', '.'])
        && behind
            .split_whitespace()
            .filter(|word| word.chars().filter(|c| c.is_alphabetic()).count() >= 2)
            .count()
            >= 3;
    prose && !has_own(start, media_type)
}

/// Whether something stands there that only a file of the format has.
fn has_own(bytes: &[u8], media_type: &str) -> bool {
    let has = |what: &[u8]| document::find(bytes, what).is_some();
    match media_type {
        "application/pdf" => has(b" obj") || has(b"startxref"),
        "application/postscript" => has(b"showpage") || has(b"%%EOF") || has(b" moveto"),
        "text/rtf" => bytes.trim_ascii_end().ends_with(b"}") || has(b"\\par") || has(b"\\fonttbl"),
        _ => {
            let text = String::from_utf8_lossy(bytes);
            let prose = crate::text::prose::without_code(&text).to_ascii_lowercase();
            let own = ["</html", "<head>", "<head ", "<body", "</svg", "<script", "<path ", "<g>", "xmlns="];
            own.iter().any(|own| prose.contains(own)) || prose.trim_end().ends_with('>')
        }
    }
}

/// Whether the start reads as text in any encoding: few bytes that no text has.
fn looks_like_text(bytes: &[u8]) -> bool {
    let head = &bytes[..bytes.len().min(SNIFF_BYTES)];
    if utf16(head).is_some() {
        return true;
    }
    // Escape, shift-out and shift-in switch between character sets in old encodings.
    let odd = |b: &&u8| **b < 0x20 && !matches!(**b, b'\t' | b'\n' | b'\r' | 0x0c | 0x0e | 0x0f | 0x1b);
    let odd = head.iter().filter(odd).count();
    let is_utf8 = match std::str::from_utf8(head) {
        Ok(_) => true,
        Err(error) => error.error_len().is_none(),
    };
    if is_utf8 {
        // A stray control character leaves it text (and is reported); many do not.
        return odd * 50 <= head.len() + 100;
    }
    // Not UTF-8: an old encoding has no control bytes; other data of any length has some.
    let plain = head.iter().filter(|b| b.is_ascii_alphabetic() || b.is_ascii_whitespace()).count();
    odd == 0 && (head.len() >= SURE_BYTES || plain * 10 >= head.len() * 4)
}

/// UTF-32 by its byte order mark or by two of four bytes being zero; UTF-16 by its mark or,
/// for mostly Latin text, by every second byte being zero.
pub(crate) fn utf16(bytes: &[u8]) -> Option<&'static str> {
    let head = &bytes[..bytes.len().min(SNIFF_BYTES)];
    if let Some(name) = utf32(head) {
        return Some(name);
    }
    let text = |skip: usize| {
        let letters =
            head.iter().skip(skip).step_by(2).filter(|b| b.is_ascii_graphic() || b.is_ascii_whitespace());
        let zeros = head.iter().skip(1 - skip).step_by(2).filter(|&&b| b == 0);
        // Nine of ten characters are ASCII: five in a hundred bytes may be something else.
        head.len() >= 8 && (letters.count() + zeros.count()) * 100 >= head.len() * 95
    };
    match head {
        [0xff, 0xfe, ..] if !is_mp3_frame(head) => Some("UTF-16 (little endian)"),
        [0xfe, 0xff, ..] => Some("UTF-16 (big endian)"),
        _ if text(0) => Some("UTF-16 (little endian)"),
        _ if text(1) => Some("UTF-16 (big endian)"),
        _ => None,
    }
}

/// No character is beyond U+10FFFF, so the first byte of its four is zero and the second at
/// most 16.
fn utf32(head: &[u8]) -> Option<&'static str> {
    let (parts, _) = head.as_chunks::<4>();
    let text = |part: [u8; 4]| part[0] == 0 && part[1] <= 0x10 && part != [0; 4];
    let all = |is: &dyn Fn(&[u8; 4]) -> bool| parts.len() >= 2 && parts.iter().all(is);
    if all(&|&[a, b, c, d]| text([d, c, b, a])) {
        Some("UTF-32 (little endian)")
    } else if all(&|&part| text(part)) {
        Some("UTF-32 (big endian)")
    } else {
        None
    }
}

/// Sounds whose first bytes are not their format's own: FLAC and WAV behind an ID3 tag, the
/// sisters of RIFF, MP3 behind a few kB of padding.
fn sound(bytes: &[u8]) -> Option<&'static str> {
    let behind = bytes.get(audio::tags::leading(bytes)..).unwrap_or_default();
    let form = bytes.get(8..12) == Some(b"WAVE");
    if behind.starts_with(b"fLaC") {
        Some("audio/flac")
    } else if form && ["RF64", "BW64", "RIFX"].iter().any(|id| bytes.starts_with(id.as_bytes())) {
        Some("audio/wav")
    } else if is_mp3_frame(bytes)
        || infer::get(bytes).is_none() && audio::mp3::starts_within(bytes, SNIFF_BYTES)
    {
        Some("audio/mpeg")
    } else {
        None
    }
}

/// An MPEG layer III frame header without an ID3 tag before it.
fn is_mp3_frame(bytes: &[u8]) -> bool {
    let &[0xff, second, third, ..] = bytes else { return false };
    let layer_three = second & 0xe6 == 0xe2;
    let version_known = second & 0x18 != 0x08;
    layer_three && version_known && third >> 4 != 0x0f && third >> 4 != 0 && third & 0x0c != 0x0c
}

#[cfg(test)]
mod tests {
    use super::*;

    const PNG: &[u8] = b"\x89PNG\r\n\x1a\n\0\0\0\rIHDR\0\0\0\x01\0\0\0\x01\x08\x06\0\0\0\x1f\x15\xc4\x89\0\0\0\0IEND\xaeB`\x82";

    fn codes(name: &str, bytes: &[u8], modality: Modality) -> Vec<String> {
        check(name, bytes, modality).findings.into_iter().map(|f| f.code).collect()
    }

    #[test]
    fn words_that_start_like_magic_numbers_are_text() {
        for text in [
            "BM25 ranks words",
            "ID3 tags name songs",
            "MZ was Mark",
            "II. Of the",
            "#!/bin/sh\necho",
            "GIF89a is old",
            "RIFF and WAVE",
        ] {
            assert_eq!(sniff(text.as_bytes()), Some("text/plain"), "{text}");
            assert_eq!(codes("a.txt", text.as_bytes(), Modality::Text), [""; 0], "{text}");
        }
    }

    #[test]
    fn text_about_a_format_is_text_and_the_format_is_not() {
        let rest = "\nThe river rises in the hills and runs for two days.\n\n```html\n<html><body>hi</body></html>\n```\nThat is all of it.\n";
        for first in [
            "<?xml version=\"1.0\"?> opens each such file, as we shall see.",
            "<!DOCTYPE html> tells the browser which rules hold.",
            "<html> is what all other tags stand in.",
            "<svg> can be put right into a page.",
            "{\\rtf1 is how the old word processors began a file.",
            "%PDF-1.4 is what the header of such a file looks like.",
            "%!PS was the sign of a printer's program.",
        ] {
            assert_eq!(
                codes("a.md", format!("{first}{rest}").as_bytes(), Modality::Text),
                [""; 0],
                "{first}"
            );
        }
        for real in [
            "<?xml version=\"1.0\"?>\n<note>Hello there, my dear friend</note>",
            "<!DOCTYPE html> <html><head><title>A page about three things</title></head></html>",
            "<html> Hello there my friend, this is a page<br> </html>",
            "<svg xmlns=\"http://www.w3.org/2000/svg\"> some words inside of it <text>x</text></svg>",
            "{\\rtf1\\ansi Hello there, my dear friend.\\par }",
            "%PDF-1.4 made by some program here\n1 0 obj\n<<>>\nendobj\n",
        ] {
            assert!(!codes("a.md", real.as_bytes(), Modality::Text).is_empty(), "{real}");
        }
    }

    #[test]
    fn other_formats_under_a_text_name_are_refused_with_what_was_found() {
        for (bytes, found) in [
            (&b"{\\rtf1 hello}"[..], "text/rtf"),
            (b"<!DOCTYPE html><html>", "text/html"),
            (b"PK\x03\x04\x14\0\0\0\x08\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0", "application/zip"),
            (PNG, "image/png"),
            (&[b"\x7fELF\x02\x01\x01".as_slice(), &[0; 60]].concat(), "application/x-executable"),
        ] {
            let finding = check("a.txt", bytes, Modality::Text).findings.remove(0);
            assert_eq!((finding.code.as_str(), finding.measured.as_str()), ("wrong_type", Some(found)));
        }
        let noise: Vec<u8> = (0..=255).map(|i: u8| i.wrapping_mul(97)).collect();
        assert_eq!(codes("a.txt", &noise, Modality::Text), ["wrong_type"]);
    }

    #[test]
    fn markdown_is_named_by_its_ending_and_other_endings_are_refused() {
        assert_eq!(check("a.md", b"# Hello", Modality::Text).media_type.as_deref(), Some("text/markdown"));
        for name in ["a.rs", "README", "a.png", ".txt"] {
            assert_eq!(codes(name, b"hello", Modality::Text), ["wrong_extension"], "{name}");
        }
    }

    #[test]
    fn old_encodings_still_count_as_text_so_that_the_reason_is_the_encoding() {
        assert_eq!(sniff(b"Gr\xfc\xdfe aus K\xf6ln, sch\xf6ne Stadt am Rhein"), Some("text/plain"));
        let greeting = "Hello there, said the cat";
        let little: Vec<u8> = greeting.encode_utf16().flat_map(u16::to_le_bytes).collect();
        let big: Vec<u8> = greeting.encode_utf16().flat_map(u16::to_be_bytes).collect();
        let koi8: Vec<u8> = [0xf0, 0xd2, 0xc9, 0xd7, 0xc5, 0xd4, b' '].repeat(30);
        let iso2022: Vec<u8> = [b"\x1b$)C".as_slice(), &b"\x0eGQ1[\x0f ".repeat(40)].concat();
        for old in [&little, &big, &[b"\xff\xfe", &little[..]].concat(), &koi8, &iso2022] {
            assert_eq!(sniff(old), Some("text/plain"), "{old:?}");
        }
        assert_eq!(utf16(&little), Some("UTF-16 (little endian)"));
        assert_eq!(utf16(&big), Some("UTF-16 (big endian)"));
        assert_eq!(utf16(greeting.as_bytes()), None);
    }

    #[test]
    fn images_and_sounds_are_known_by_their_bytes() {
        let wav = [b"RIFF\x24\0\0\0WAVEfmt \x10\0\0\0\x01\0\x01\0".as_slice(), &[0; 24]].concat();
        let flac = [b"fLaC\0\0\0\x22".as_slice(), &[0; 40]].concat();
        let mp3 = [&[0xff, 0xfb, 0x90, 0x00][..], &[0; 100]].concat();
        let mp3_crc = [&[0xff, 0xfa, 0x90, 0x00][..], &[0; 100]].concat();
        let jpeg = [&[0xff, 0xd8, 0xff, 0xe0][..], &[0; 120]].concat();
        let webp = [b"RIFF\x24\0\0\0WEBPVP8 ".as_slice(), &[0; 24]].concat();
        let bmp = [b"BM\x46\0\0\0\0\0\0\0\x36\0\0\0".as_slice(), &[0; 40]].concat();
        let tiff = [b"II*\0\x08\0\0\0".as_slice(), &[0; 40]].concat();
        for (name, bytes, modality) in [
            ("a.png", PNG, Modality::Image),
            ("a.jpeg", &jpeg, Modality::Image),
            ("a.JPG", &jpeg, Modality::Image),
            ("a.webp", &webp, Modality::Image),
            ("a.bmp", &bmp, Modality::Image),
            ("a.tif", &tiff, Modality::Image),
            ("a.wav", &wav, Modality::Audio),
            ("a.flac", &flac, Modality::Audio),
            ("a.mp3", &mp3, Modality::Audio),
            ("a.mp3", &mp3_crc, Modality::Audio),
        ] {
            assert_eq!(codes(name, bytes, modality), [""; 0], "{name}");
            assert_eq!(codes("a.gif", bytes, modality), ["wrong_extension"], "{name}");
            assert_eq!(codes("a.txt", bytes, Modality::Text), ["wrong_type"], "{name}");
        }
        assert_eq!(codes("a.png", &jpeg, Modality::Image), ["wrong_extension"]);
        assert_eq!(codes("a.png", &PNG[..20], Modality::Image), ["truncated_media"]);
        assert_eq!(codes("a.txt", b"hello", Modality::Audio), ["wrong_type"]);
        let fix = |modality| check("a.gif", b"GIF89a\x01\0\x01\0", modality).findings.remove(0).fix;
        assert!(fix(Modality::Image).contains(".webp") && !fix(Modality::Image).contains("Markdown"));
        assert!(fix(Modality::Audio).contains(".flac") && fix(Modality::Text).contains("Markdown"));
    }
}
