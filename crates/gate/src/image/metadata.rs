//! I10: what the file tells of its maker beside the image.

use super::container::{Container, Kind, Part};
use super::decode::decode;
use super::hash;
use super::luma::Luma;
use crate::evidence::finding;
use exif::{Exif, In, Tag};
use karat_types::Finding;
use serde_json::json;
use std::collections::BTreeSet;

/// EXIF blocks that are read; a file has one.
const MOST_BLOCKS: usize = 4;
/// Bits from which on an embedded thumbnail shows something else.
const OTHER_BITS: u32 = 16;
/// Bytes of an embedded thumbnail that are decoded.
const THUMBNAIL_BYTES: usize = 1 << 20;

/// Fields by which a device can be recognised.
const SERIALS: &[(u16, &str)] = &[
    (0xa431, "BodySerialNumber"),
    (0xa435, "LensSerialNumber"),
    (0xc62f, "CameraSerialNumber"),
    (0xa420, "ImageUniqueID"),
    (0x927c, "MakerNote"),
];
/// Fields that name people.
const NAMES: &[(u16, &str)] = &[
    (0xa430, "CameraOwnerName"),
    (0x013b, "Artist"),
    (0x8298, "Copyright"),
    (0x9c9d, "XPAuthor"),
    (0x013c, "HostComputer"),
    (0xfde8, "OwnerName"),
];
/// Marks in XMP packets, by what they give away.
const IN_XMP: &[(&str, What)] = &[
    ("GPSLatitude", What::Place),
    ("GPSLongitude", What::Place),
    ("SerialNumber", What::Device),
    ("OwnerName", What::Name),
    ("dc:creator", What::Name),
    ("CreatorContactInfo", What::Name),
    ("xmpRights:Owner", What::Name),
    ("PersonInImage", What::Name),
];

#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
enum What {
    Place,
    Device,
    Name,
}

/// What is told beside the image: fields of people, places and devices, by name only.
#[derive(Debug, Default)]
pub(super) struct Told {
    fields: BTreeSet<(What, String)>,
    /// The embedded thumbnail's hash, where it has one.
    thumbnail: Option<u64>,
    /// Texts in which generators are named.
    pub(super) generators: Vec<String>,
}

/// Reads EXIF, XMP and IPTC of a file whose frame is whole.
pub(super) fn read(bytes: &[u8], media_type: &str, container: &Container) -> Told {
    let mut told = Told::default();
    let parts = |kind: Kind| container.parts.iter().filter(move |part| part.kind == kind);
    let body = |part: &Part| bytes.get(part.body.clone()).unwrap_or_default();
    if media_type == "image/tiff" {
        told.exif(bytes.to_vec(), container.size);
    } else {
        for part in parts(Kind::Exif).take(MOST_BLOCKS) {
            let block = body(part);
            told.exif(block.strip_prefix(b"Exif\0\0").unwrap_or(block).to_vec(), container.size);
        }
    }
    for part in parts(Kind::Xmp).take(MOST_BLOCKS) {
        let packet = String::from_utf8_lossy(body(part));
        for (mark, what) in IN_XMP.iter().filter(|(mark, _)| packet.contains(mark)) {
            told.fields.insert((*what, format!("XMP {}", mark.rsplit(':').next().unwrap_or(mark))));
        }
    }
    if parts(Kind::Iptc).any(|part| by_line(body(part))) {
        told.fields.insert((What::Name, "IPTC by-line".into()));
    }
    told
}

/// A by-line, credit or contact in an IPTC block: data set 2:80, 2:110 or 2:118, not empty.
fn by_line(block: &[u8]) -> bool {
    block.windows(5).any(|w| matches!(w, [0x1c, 2, 80 | 110 | 118, 0, length] if *length > 0))
}

impl Told {
    fn exif(&mut self, block: Vec<u8>, size: (u32, u32)) {
        let mut reader = exif::Reader::new();
        reader.continue_on_error(true);
        let read = reader.read_raw(block).or_else(|error| error.distill_partial_result(|_| {}));
        let Ok(exif) = read else { return };
        for field in exif.fields() {
            let tag = field.tag;
            if tag.context() == exif::Context::Gps {
                if matches!(
                    tag,
                    Tag::GPSLatitude | Tag::GPSLongitude | Tag::GPSDestLatitude | Tag::GPSAreaInformation
                ) {
                    self.fields.insert((What::Place, "EXIF GPS position".into()));
                }
                continue;
            }
            let known = |list: &[(u16, &'static str)]| {
                list.iter()
                    .find(|(number, _)| *number == tag.number())
                    .map(|(_, name)| format!("EXIF {name}"))
            };
            if !empty(&field.value) {
                self.fields.extend(known(SERIALS).map(|name| (What::Device, name)));
                self.fields.extend(known(NAMES).map(|name| (What::Name, name)));
            }
            if matches!(tag, Tag::Software | Tag::UserComment | Tag::ImageDescription | Tag::Artist)
                && let Some(generator) = crate::provenance::hint_of_text(&text(&field.value))
            {
                self.generators.push(format!("EXIF {tag} ({generator})"));
            }
        }
        self.generators.sort_unstable();
        self.generators.dedup();
        self.thumbnail = thumbnail(&exif, size);
    }

    /// The findings; `own` are the image's own hashes.
    pub(super) fn findings(&self, own: &[u64]) -> Vec<Finding> {
        let mut findings = Vec::new();
        for (what, code, gives) in [
            (What::Place, "location_in_metadata", "where it was taken"),
            (What::Device, "serial_in_metadata", "which device took it"),
            (What::Name, "name_in_metadata", "whose it is"),
        ] {
            let fields: Vec<&str> =
                self.fields.iter().filter(|(w, _)| *w == what).map(|(_, name)| name.as_str()).collect();
            if !fields.is_empty() {
                let message = format!(
                    "The file tells {gives} ({}). The copy that goes into releases is without it.",
                    fields.join(", ")
                );
                findings.push(finding(code, json!(fields), json!("none"), message));
            }
        }
        let distance = self.thumbnail.and_then(|hash| own.iter().map(|own| (own ^ hash).count_ones()).min());
        if let Some(bits) = distance.filter(|bits| *bits > OTHER_BITS) {
            let message = format!(
                "The thumbnail in the file's EXIF block shows something else than the image ({bits} of 64 bits differ). The copy that goes into releases is without it."
            );
            findings.push(finding("different_thumbnail", json!(bits), json!(OTHER_BITS), message));
        }
        findings
    }
}

fn empty(value: &exif::Value) -> bool {
    match value {
        exif::Value::Ascii(texts) => texts.iter().all(|text| text.iter().all(|b| *b == b' ' || *b == 0)),
        exif::Value::Byte(bytes) | exif::Value::Undefined(bytes, _) => bytes.iter().all(|b| *b == 0),
        _ => false,
    }
}

/// The start of a text value; a user comment has its encoding in eight bytes before.
fn text(value: &exif::Value) -> String {
    let bytes = match value {
        exif::Value::Ascii(texts) => texts.first().map_or(&[][..], Vec::as_slice),
        exif::Value::Undefined(bytes, _) => bytes.get(8..).unwrap_or_default(),
        _ => &[],
    };
    // UTF-16 of plain letters becomes readable without its zeros.
    String::from_utf8_lossy(bytes).chars().filter(|c| *c != '\0').take(4096).collect()
}

/// The hash of the JPEG thumbnail that the second directory points at, without the bars
/// that make it 4:3 where the image is not.
fn thumbnail(exif: &Exif, size: (u32, u32)) -> Option<u64> {
    let number = |tag| exif.get_field(tag, In::THUMBNAIL)?.value.get_uint(0);
    let start = number(Tag::JPEGInterchangeFormat)? as usize;
    let length = number(Tag::JPEGInterchangeFormatLength)? as usize;
    let bytes = exif.buf().get(start..start.checked_add(length.min(THUMBNAIL_BYTES))?)?;
    let frame = super::container::walk(bytes, "image/jpeg").ok()?;
    if frame.size.0.max(frame.size.1) > 1024 {
        return None;
    }
    let decoded = decode(bytes, "image/jpeg", frame.memory()).ok()?;
    let image = Luma::over(&decoded.pixels, 255).middle(size.0 as usize, size.1 as usize);
    hash::hashes(&image).gradients.first().copied()
}
