//! What a person is shown of a file: its text, its picture, its sound.

use crate::view::reading::{PageSize, Preview, ReadPlace, ReadSpan, Reading};
use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use karat_gate::document::{Extract, Place};
use karat_gate::{Derived, DerivedKind};

/// The text of a document, or of the file itself, up to `most` bytes; none when the file
/// is no text.
pub(crate) fn reading(bytes: &[u8], derived: &[Derived], most: usize) -> Option<Reading> {
    let extract = derived.iter().find(|file| file.kind == DerivedKind::Extract);
    let Some(extract) = extract else { return of_text(bytes, most) };
    let extract: Extract = serde_json::from_slice(&extract.bytes).ok()?;
    // Findings on records count lines and bytes of the file, where the file has lines.
    let records = matches!(extract.spans.first().map(|span| &span.place), Some(Place::Record { .. }));
    if records && !bytes.starts_with(b"PAR1") {
        return of_text(bytes, most);
    }
    Some(of_extract(extract, most))
}

fn of_extract(extract: Extract, most: usize) -> Reading {
    let Extract { mut text, spans, pages } = extract;
    let whole = text.len();
    text.truncate(text.floor_char_boundary(most));
    let end = text.len() as u64;
    let spans = spans.into_iter().filter(|span| span.end <= end).map(|span| ReadSpan {
        start: span.start,
        end: span.end,
        place: match span.place {
            Place::Page { page, area } => ReadPlace::Page { page, area },
            Place::Paragraph { number } => ReadPlace::Paragraph { number },
            Place::Record { line } => ReadPlace::Record { line },
        },
    });
    let pages = pages.into_iter().map(|page| PageSize { width: page.width, height: page.height });
    Reading { cut: text.len() < whole, extracted: true, spans: spans.collect(), pages: pages.collect(), text }
}

/// Places in the file count bytes, so a text that is not UTF-8 is only shown up to its
/// first odd byte and one sign beyond it.
fn of_text(bytes: &[u8], most: usize) -> Option<Reading> {
    let head = &bytes[..bytes.len().min(most)];
    let text = match std::str::from_utf8(head) {
        Ok(text) => text.to_owned(),
        Err(error) => {
            let good = &head[..error.valid_up_to()];
            // Cut in the middle of a character: leave that one out.
            let cut_short = error.error_len().is_none() && head.len() < bytes.len();
            let readable = cut_short || !head.contains(&0);
            if !readable {
                return None;
            }
            let mut text = String::from_utf8_lossy(good).into_owned();
            if !cut_short {
                text.push(char::REPLACEMENT_CHARACTER);
            }
            text
        }
    };
    let binary = text.starts_with("%PDF-") || text.starts_with("PK\u{3}\u{4}");
    let cut = text.len() < bytes.len();
    (!binary).then_some(Reading { text, cut, ..Reading::default() })
}

/// The preview the gate made; none when it made none.
pub(crate) fn preview(derived: &[Derived]) -> Option<Preview> {
    let file = derived.iter().find(|file| file.kind == DerivedKind::Preview)?;
    if !file.media_type.starts_with("image/") {
        let sound = serde_json::from_slice(&file.bytes).ok()?;
        return Some(Preview::Sound { sound });
    }
    let (width, height) = original(&file.media_type).or_else(|| of_png(&file.bytes))?;
    let kind = file.media_type.split(';').next().unwrap_or("image/png").trim();
    let url = format!("data:{kind};base64,{}", STANDARD.encode(&file.bytes));
    Some(Preview::Image { url, width, height })
}

/// Pixels of the original, where the gate made its preview smaller:
/// `image/png; width=4000; height=3000`.
fn original(media_type: &str) -> Option<(u32, u32)> {
    let of = |name: &str| {
        media_type.split(';').find_map(|part| part.trim().strip_prefix(name)?.parse::<u32>().ok())
    };
    Some((of("width=")?, of("height=")?))
}

/// Pixels of the preview itself, from its first chunk.
fn of_png(png: &[u8]) -> Option<(u32, u32)> {
    let number = |at: usize| Some(u32::from_be_bytes(png.get(at..at + 4)?.try_into().ok()?));
    Some((number(16)?, number(20)?))
}

#[cfg(test)]
mod tests {
    use super::*;
    use karat_gate::document::Span;

    fn of(kind: DerivedKind, media_type: &str, bytes: &[u8]) -> Vec<Derived> {
        vec![Derived { kind, media_type: media_type.into(), bytes: bytes.to_vec() }]
    }

    #[test]
    fn a_text_is_cut_on_a_character() {
        let text = "ä".repeat(100);
        let read = reading(text.as_bytes(), &[], 51).unwrap();
        assert_eq!((read.text.len(), read.cut, read.extracted), (50, true, false));
        let whole = reading(text.as_bytes(), &[], 200).unwrap();
        assert_eq!((whole.text.len(), whole.cut), (200, false));
    }

    #[test]
    fn what_is_not_utf8_is_shown_up_to_there_and_what_is_no_text_not_at_all() {
        assert_eq!(reading(b"Gr\xfc\xdfe aus Wien", &[], 100).unwrap().text, "Gr\u{fffd}");
        assert_eq!(reading(b"%PDF-1.7\nabc", &[], 100), None);
        assert_eq!(reading(b"PK\x03\x04zip", &[], 100), None);
        assert_eq!(reading(b"\xff\xd8\xff\xe0\0\x10JFIF\0", &[], 100), None);
    }

    #[test]
    fn a_document_is_shown_by_its_text_and_places() {
        let place = Place::Page { page: 2, area: [72, 90, 300, 12] };
        let spans = vec![
            Span { start: 0, end: 5, place: place.clone() },
            Span { start: 6, end: 11, place: Place::Paragraph { number: 3 } },
        ];
        let pages = vec![karat_gate::document::PageSize { width: 792, height: 612 }];
        let extract = serde_json::to_vec(&Extract { text: "first later".into(), spans, pages }).unwrap();
        let derived = of(DerivedKind::Extract, "application/json", &extract);
        let read = reading(b"%PDF-", &derived, 8).unwrap();
        assert_eq!((read.text.as_str(), read.cut, read.extracted), ("first la", true, true));
        let page = ReadPlace::Page { page: 2, area: [72, 90, 300, 12] };
        assert_eq!(read.spans, [ReadSpan { start: 0, end: 5, place: page }]);
        assert_eq!(read.pages, [PageSize { width: 792, height: 612 }]);
        assert_eq!(reading(b"%PDF-", &derived, 100).unwrap().spans.len(), 2);
    }

    #[test]
    fn records_are_shown_as_their_file_has_them_and_columns_by_their_text() {
        let spans = vec![Span { start: 0, end: 2, place: Place::Record { line: 1 } }];
        let extract = Extract { text: "hi".into(), spans, ..Extract::default() };
        let extract = serde_json::to_vec(&extract).unwrap();
        let derived = of(DerivedKind::Extract, "application/json", &extract);
        let line = b"{\"text\": \"hi\"}\n";
        let read = reading(line, &derived, 100).unwrap();
        assert_eq!((read.text.as_bytes(), read.extracted), (line.as_slice(), false));
        let columns = reading(b"PAR1\x15\x04", &derived, 100).unwrap();
        assert_eq!((columns.text.as_str(), columns.extracted, columns.spans.len()), ("hi", true, 1));
    }

    #[test]
    fn a_preview_knows_how_large_the_original_is() {
        let mut png = b"\x89PNG\r\n\x1a\n\0\0\0\rIHDR".to_vec();
        png.extend([0, 0, 5, 0, 0, 0, 3, 192]);
        let size = |media_type: &str| match preview(&of(DerivedKind::Preview, media_type, &png)) {
            Some(Preview::Image { url, width, height }) => {
                (url.starts_with("data:image/png;"), width, height)
            }
            other => panic!("{other:?}"),
        };
        assert_eq!(size("image/png"), (true, 1280, 960));
        assert_eq!(size("image/png; width=4000; height=3000"), (true, 4000, 3000));
        let sound = preview(&of(DerivedKind::Preview, "application/json", b"{\"duration_ms\": 5}"));
        assert_eq!(sound, Some(Preview::Sound { sound: serde_json::json!({"duration_ms": 5}) }));
        assert_eq!(preview(&of(DerivedKind::Cleaned, "image/png", &png)), None);
    }
}
