//! XMP packets, found by their own marks: they are plain text in every format that has them.

use super::source::Source;
use aho_corasick::AhoCorasick;
use quick_xml::Reader;
use quick_xml::events::{BytesStart, Event};
use std::ops::Range;
use std::sync::LazyLock;

/// Packets that are read; real files have one or two.
const MOST_PACKETS: usize = 16;
/// Bytes of a packet that are read.
const PACKET_BYTES: usize = 1 << 20;
/// The field, whatever its prefix.
const FIELD: &str = "DigitalSourceType";

const MARKS: [&str; 3] = ["<x:xmpmeta", "</x:xmpmeta>", "c2pa"];
static FINDER: LazyLock<Option<AhoCorasick>> = LazyLock::new(|| AhoCorasick::new(MARKS).ok());

/// Where in a file something is said of it.
pub(super) struct Marks {
    packets: Vec<Range<usize>>,
    /// Whether there may be a C2PA manifest.
    pub(super) manifest: bool,
}

/// Walks the file once.
pub(super) fn marks(bytes: &[u8]) -> Marks {
    let mut marks = Marks { packets: Vec::new(), manifest: false };
    let mut open = None;
    for hit in FINDER.iter().flat_map(|finder| finder.find_iter(bytes)) {
        match hit.pattern().as_usize() {
            0 => open = Some(hit.start()),
            1 => {
                if let Some(start) = open.take()
                    && marks.packets.len() < MOST_PACKETS
                {
                    marks.packets.push(start..hit.end().min(start + PACKET_BYTES));
                }
            }
            _ => marks.manifest = true,
        }
    }
    marks
}

/// What the packets say of the file's making.
pub(super) fn sources(bytes: &[u8], marks: &Marks) -> Vec<Source> {
    let mut found: Vec<_> =
        marks.packets.iter().filter_map(|range| bytes.get(range.clone())).flat_map(in_packet).collect();
    found.sort_unstable();
    found.dedup();
    found
}

/// The field as an attribute, as an element's text or as an element's `rdf:resource`.
fn in_packet(packet: &[u8]) -> Vec<Source> {
    let packet = String::from_utf8_lossy(packet);
    if !packet.contains(FIELD) {
        return Vec::new();
    }
    let mut reader = Reader::from_str(&packet);
    let mut found = Vec::new();
    let mut inside = false;
    loop {
        match reader.read_event() {
            Ok(Event::Start(element)) => {
                found.extend(attributes(&element));
                inside |= element.local_name().as_ref() == FIELD;
            }
            Ok(Event::Empty(element)) => found.extend(attributes(&element)),
            Ok(Event::End(element)) => inside &= element.local_name().as_ref() != FIELD,
            Ok(Event::Text(text)) if inside => {
                found.extend(Source::parse(&text));
            }
            Ok(Event::Eof) | Err(_) => return found,
            Ok(_) => {}
        }
    }
}

fn attributes(element: &BytesStart<'_>) -> Vec<Source> {
    let of_field = element.local_name().as_ref() == FIELD;
    element
        .attributes()
        .with_checks(false)
        .filter_map(Result::ok)
        .filter(|attribute| {
            let name = attribute.key.local_name();
            name.as_ref() == FIELD || of_field && name.as_ref() == "resource"
        })
        .filter_map(|attribute| Source::parse(&attribute.value))
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn said(body: &str) -> Vec<Source> {
        let file = format!("\u{89}junk<x:xmpmeta xmlns:x='adobe:ns:meta/'>{body}</x:xmpmeta>more");
        sources(file.as_bytes(), &marks(file.as_bytes()))
    }

    #[test]
    fn the_field_is_read_in_each_of_its_shapes() {
        let term = "http://cv.iptc.org/newscodes/digitalsourcetype/trainedAlgorithmicMedia";
        for body in [
            format!("<rdf:Description Iptc4xmpExt:DigitalSourceType=\"{term}\"/>"),
            format!("<rdf:Description iptc:DigitalSourceType='{term}'></rdf:Description>"),
            format!("<Iptc4xmpExt:DigitalSourceType>{term}</Iptc4xmpExt:DigitalSourceType>"),
            format!("<Iptc4xmpExt:DigitalSourceType rdf:resource=\"{term}\"/>"),
            format!(
                "<Iptc4xmpExt:DigitalSourceType><rdf:value>{term}</rdf:value></Iptc4xmpExt:DigitalSourceType>"
            ),
        ] {
            assert_eq!(said(&body), [Source::Model], "{body}");
        }
        assert_eq!(said("<a:DigitalSourceType>digitalCapture</a:DigitalSourceType>"), [Source::Other]);
        assert!(said("<dc:title>DigitalSourceType trainedAlgorithmicMedia</dc:title>").is_empty());
        assert!(said("<a:Other>trainedAlgorithmicMedia</a:Other>").is_empty());
    }

    proptest! {
        #[test]
        fn any_packet_is_read_without_a_panic(body in "(<a:DigitalSourceType|=\"|>|/>|<|&x;|</|\\PC|<!\\[CDATA\\[|<!--|<x:xmpmeta){0,60}") {
            said(&body);
        }
    }
}
