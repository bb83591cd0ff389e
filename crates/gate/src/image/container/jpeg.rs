//! JPEG: segments, then scans of coded data, to the end marker; behind it at most the
//! further images that a multi-picture index (CIPA DC-007) lists.

use super::{Container, Fault, Field, Ifd, Kind, Order, Part, take};
use std::ops::Range;

/// Scans of the most refined progressive encoders are below 100; bombs have thousands, each
/// of which walks over the whole image.
const MOST_SCANS: u32 = 100;
/// Bytes between two segments that belong to neither.
const MOST_STRAY: usize = 64;
/// Images a multi-picture file lists; real ones have two or three.
const MOST_PICTURES: usize = 64;

/// What the frame header says.
struct Frame {
    marker: u8,
    precision: u8,
    components: u8,
    /// Samples of all components together for each 16 pixels.
    samples: u32,
}

/// A marker and what belongs to it.
struct Segment {
    marker: u8,
    /// From the marker to the end of the body.
    all: Range<usize>,
    /// What follows the length; empty for markers that stand alone.
    body: Range<usize>,
}

/// Walks segments and scans.
pub(super) fn walk(bytes: &[u8]) -> Result<Container, Fault> {
    let mut found = Container { frames: 1, ..Container::default() };
    found.parts.push(Part { kind: Kind::Image, all: 0..2, body: 0..2 });
    let mut frame = None;
    let mut pictures = None;
    let mut at = 2;
    loop {
        let Segment { marker, all, body } = segment(bytes, at)?;
        at = all.end;
        let data = &bytes[body.clone()];
        match marker {
            0xc0..=0xc3 | 0xc5..=0xc7 | 0xc9..=0xcb | 0xcd..=0xcf => {
                if frame.is_some() {
                    return Err(Fault::broken("a second frame header", all.start));
                }
                frame = Some(header(&mut found, marker, data, all.start)?);
            }
            0xe2 if data.starts_with(b"MPF\0") => pictures = Some(body.start + 4),
            0xda => {
                found.scans += 1;
                if frame.is_none() || found.scans > MOST_SCANS {
                    let what =
                        if frame.is_none() { "a scan without a frame header" } else { "more than 100 scans" };
                    return Err(Fault::broken(what, all.start));
                }
                at = scan_end(bytes, at);
            }
            _ => {}
        }
        found.parts.push(Part { kind: kind(marker, data), all: all.start..at, body });
        if marker == 0xd9 {
            break;
        }
    }
    let Some(frame) = frame.filter(|_| found.scans > 0) else {
        return Err(Fault::broken("there is no image in it", at));
    };
    // A progressive image is kept as coefficients of two bytes until its last scan.
    let coefficients = if matches!(frame.marker, 0xc2 | 0xc6) { (2 * frame.samples).div_ceil(16) } else { 0 };
    found.pixel_bytes = u32::from(frame.components.clamp(1, 4)) + coefficients;
    found.variant = variant(&frame);
    found.end = at;
    let listed = pictures.and_then(|index| listed_end(bytes, index)).unwrap_or(at);
    if listed > at {
        found.parts.push(Part { kind: Kind::Extra, all: at..listed, body: at..listed });
        found.end = listed;
    }
    Ok(found)
}

/// The segment that starts at a place or a few stray bytes behind it.
fn segment(bytes: &[u8], from: usize) -> Result<Segment, Fault> {
    // Readers skip a few bytes that some programs leave between two segments.
    let stray = bytes.iter().skip(from).take(MOST_STRAY + 1).take_while(|&&b| b != 0xff).count();
    if stray > MOST_STRAY {
        return Err(Fault::broken("a marker was expected", from));
    }
    let start = from + stray;
    let fill = bytes.iter().skip(start).take_while(|&&b| b == 0xff).count();
    let Some(&marker) = bytes.get(start + fill) else {
        return Err(Fault::truncated("the image before its end marker (EOI)", start, bytes.len() as u64 + 2));
    };
    let at = start + fill + 1;
    if matches!(marker, 0x01 | 0xd0..=0xd7 | 0xd9) {
        return Ok(Segment { marker, all: start..at, body: at..at });
    }
    let what = || format!("segment {marker:02X}");
    let Some(length) = take::<2>(bytes, at).map(u16::from_be_bytes).map(usize::from) else {
        return Err(Fault::truncated(what(), start, at as u64 + 2));
    };
    let end = at + length;
    if length < 2 {
        return Err(Fault::broken(format!("{} claims {length} bytes", what()), start));
    }
    if end > bytes.len() {
        return Err(Fault::truncated(what(), start, end as u64));
    }
    Ok(Segment { marker, all: start..end, body: at + 2..end })
}

fn header(found: &mut Container, marker: u8, data: &[u8], at: usize) -> Result<Frame, Fault> {
    let Some([precision, h1, h0, w1, w0, components]) = take::<6>(data, 0) else {
        return Err(Fault::broken("the frame header is too short", at));
    };
    found.size = (u32::from(u16::from_be_bytes([w1, w0])), u32::from(u16::from_be_bytes([h1, h0])));
    if data.len() != 6 + 3 * usize::from(components) || components == 0 {
        return Err(Fault::broken("the frame header does not fit its number of components", at));
    }
    // A component is sampled h × v times where the finest is sampled most × most times.
    let factors: Vec<(u32, u32)> = data
        .iter()
        .skip(7)
        .step_by(3)
        .map(|f| (u32::from(f >> 4).clamp(1, 4), u32::from(f & 15).clamp(1, 4)))
        .collect();
    let (wide, high) = factors.iter().fold((1, 1), |(w, h), &(a, b)| (w.max(a), h.max(b)));
    let samples = factors.iter().map(|(a, b)| (16 * a * b).div_ceil(wide * high)).sum();
    Ok(Frame { marker, precision, components, samples })
}

/// The variants of the standard that our reader does not have.
fn variant(frame: &Frame) -> Option<String> {
    match frame.marker {
        0xc3 | 0xc7 | 0xcb | 0xcf => Some("lossless JPEG".into()),
        0xc5 | 0xc6 | 0xcd | 0xce => Some("hierarchical JPEG".into()),
        0xc9 | 0xca => Some("JPEG with arithmetic coding".into()),
        _ if frame.precision != 8 => Some(format!("JPEG of {} bits a sample", frame.precision)),
        _ if !matches!(frame.components, 1 | 3 | 4) => {
            Some(format!("JPEG of {} components", frame.components))
        }
        _ => None,
    }
}

/// One past the coded data: the next marker that is no restart and no stuffed zero.
fn scan_end(bytes: &[u8], from: usize) -> usize {
    let mut at = from;
    while let Some(step) = bytes.get(at..).and_then(|rest| rest.iter().position(|&b| b == 0xff)) {
        at += step;
        match bytes.get(at + 1) {
            Some(0 | 0xd0..=0xd7) => at += 2,
            // Fill bytes before a marker.
            Some(0xff) => at += 1,
            _ => return at,
        }
    }
    bytes.len()
}

fn kind(marker: u8, data: &[u8]) -> Kind {
    match marker {
        0xe0 if data.starts_with(b"JFIF\0") => Kind::Image,
        0xe0 if data.starts_with(b"JFXX\0") => Kind::Extra,
        0xe1 if data.starts_with(b"Exif\0") => Kind::Exif,
        0xe1 if data.starts_with(b"http://ns.adobe.com/") => Kind::Xmp,
        0xe2 if data.starts_with(b"ICC_PROFILE\0") => Kind::Image,
        0xe2 if data.starts_with(b"MPF\0") => Kind::Extra,
        0xeb if data.starts_with(b"JP") => Kind::Manifest,
        0xed => Kind::Iptc,
        0xee if data.starts_with(b"Adobe") => Kind::Image,
        0xe0..=0xef => Kind::Other,
        0xfe => Kind::Text,
        _ => Kind::Image,
    }
}

/// One past the last image that the multi-picture index at `index` lists and that is there.
fn listed_end(bytes: &[u8], index: usize) -> Option<usize> {
    let index_bytes = bytes.get(index..)?;
    let order = Order::of(index_bytes)?;
    let ifd = Ifd::read(index_bytes, order, order.u32(index_bytes, 4)? as usize)?;
    let entries: &Field = ifd.field(0xb002)?;
    let entries = index_bytes.get(entries.data.clone())?;
    let mut end = 0;
    for entry in entries.chunks_exact(16).take(MOST_PICTURES) {
        let (size, offset) = (order.u32(entry, 4)? as usize, order.u32(entry, 8)? as usize);
        let start = index.checked_add(offset)?;
        if offset > 0 && bytes.get(start..start.checked_add(size)?)?.starts_with(&[0xff, 0xd8, 0xff]) {
            end = end.max(start + size);
        }
    }
    (end > 0).then_some(end)
}
