//! The copy without what would give its maker away: the same coded image in a new frame.

use super::container::{Container, Ifd, Kind, Order, Part, crc32};
use image::metadata::Orientation;

/// The file without metadata; none when there is none to leave out. Kept are the coded
/// image, its colour profile and how it has to be turned.
pub(super) fn clean(
    bytes: &[u8],
    media_type: &str,
    container: &Container,
    turn: Orientation,
) -> Option<Vec<u8>> {
    let spare = container.parts.iter().any(|part| part.kind != Kind::Image);
    let tail = container.end < bytes.len();
    if !spare && !tail {
        return None;
    }
    let exif = (turn != Orientation::NoTransforms).then(|| orientation_block(turn));
    match media_type {
        "image/png" => Some(png(bytes, container, exif.as_deref())),
        "image/jpeg" => Some(jpeg(bytes, container, exif.as_deref())),
        "image/webp" => Some(webp(bytes, container, exif.as_deref())),
        "image/tiff" if spare => tiff(bytes, container),
        _ => bytes.get(..container.end).map(<[u8]>::to_vec),
    }
}

/// What is left out, in words, each once.
pub(super) fn left_out(container: &Container) -> Vec<&'static str> {
    let mut names: Vec<_> = container.parts.iter().filter_map(|part| part.kind.name()).collect();
    names.sort_unstable();
    names.dedup();
    names
}

fn kept<'a>(bytes: &'a [u8], container: &'a Container) -> impl Iterator<Item = (&'a Part, &'a [u8])> {
    container
        .parts
        .iter()
        .filter(|part| part.kind == Kind::Image)
        .filter_map(|part| Some((part, bytes.get(part.all.clone())?)))
}

/// An EXIF block of one field, the orientation (big endian, as TIFF asks).
fn orientation_block(turn: Orientation) -> Vec<u8> {
    let mut block = b"MM\0*\0\0\0\x08\0\x01\x01\x12\0\x03\0\0\0\x01\0".to_vec();
    block.extend([turn.to_exif(), 0, 0, 0, 0, 0, 0]);
    block
}

fn png(bytes: &[u8], container: &Container, exif: Option<&[u8]>) -> Vec<u8> {
    let mut out = Vec::with_capacity(bytes.len());
    let mut exif = exif;
    for (part, all) in kept(bytes, container) {
        // The block must stand before the image data.
        if part.all.start > 8
            && all.get(4..8) == Some(b"IDAT")
            && let Some(block) = exif.take()
        {
            let start = out.len() + 4;
            out.extend((block.len() as u32).to_be_bytes());
            out.extend(b"eXIf");
            out.extend(block);
            let checksum = crc32(&out[start..]);
            out.extend(checksum.to_be_bytes());
        }
        out.extend(all);
    }
    out
}

fn jpeg(bytes: &[u8], container: &Container, exif: Option<&[u8]>) -> Vec<u8> {
    let mut out = Vec::with_capacity(bytes.len());
    let mut exif = exif;
    for (part, all) in kept(bytes, container) {
        let jfif = all.starts_with(&[0xff, 0xe0]);
        if part.all.start > 0
            && !jfif
            && let Some(block) = exif.take()
        {
            out.extend([0xff, 0xe1]);
            out.extend((block.len() as u16 + 8).to_be_bytes());
            out.extend(b"Exif\0\0");
            out.extend(block);
        }
        match bytes.get(part.body.clone()) {
            // JFIF can carry a thumbnail behind its first twelve bytes.
            Some(body) if jfif && body.len() > 14 => {
                out.extend([0xff, 0xe0, 0, 16]);
                out.extend(&body[..12]);
                out.extend([0, 0]);
            }
            _ => out.extend(all),
        }
    }
    out
}

fn webp(bytes: &[u8], container: &Container, exif: Option<&[u8]>) -> Vec<u8> {
    let mut out = Vec::with_capacity(bytes.len());
    for (_, all) in kept(bytes, container) {
        let start = out.len();
        out.extend(all);
        if out.len() % 2 == 1 {
            out.push(0);
        }
        // Bits 3 and 2 of the flags announce EXIF and XMP.
        if all.starts_with(b"VP8X")
            && let Some(flags) = out.get_mut(start + 8)
        {
            *flags = *flags & !0x0c | if exif.is_some() { 0x08 } else { 0 };
        }
    }
    if let Some(block) = exif {
        out.extend(b"EXIF");
        out.extend((block.len() as u32).to_le_bytes());
        out.extend(block);
    }
    let length = (out.len() as u32).saturating_sub(8);
    if let Some(field) = out.get_mut(4..8) {
        field.copy_from_slice(&length.to_le_bytes());
    }
    out
}

/// TIFF is cleaned in place, since everything in it is found by its offset: the first
/// directory is written anew without the fields, their values are overwritten with zeros.
fn tiff(bytes: &[u8], container: &Container) -> Option<Vec<u8>> {
    let order = Order::of(bytes)?;
    let first = Ifd::read(bytes, order, order.u32(bytes, 4)? as usize)?;
    let mut out = bytes[..container.end].to_vec();
    let private = |entry: usize| container.parts.iter().find(|part| part.all.start == entry);
    for part in &container.parts {
        // A directory below (EXIF, GPS) is named by its field: its values go with it.
        let below = order.u32(bytes, part.body.start).filter(|_| part.kind == Kind::Exif);
        if let Some(ifd) = below.and_then(|at| Ifd::read(bytes, order, at as usize)) {
            for field in &ifd.fields {
                zero(&mut out, field.data.clone());
            }
            zero(&mut out, ifd.at..ifd.at + 6 + 12 * ifd.fields.len());
        }
        zero(&mut out, part.body.clone());
    }
    let stay: Vec<_> = first.fields.iter().filter(|field| private(field.entry).is_none()).collect();
    let number = |n: usize, width: usize| {
        let big = (n as u32).to_be_bytes();
        let mut few = big[4 - width..].to_vec();
        if order == Order::Little {
            few.reverse();
        }
        few
    };
    let mut directory = number(stay.len(), 2);
    for field in &stay {
        directory.extend(bytes.get(field.entry..field.entry + 12)?);
    }
    // What follows, such as a smaller copy, is left out: nothing leads there any more.
    directory.extend(number(0, 4));
    zero(&mut out, first.at..first.at + 6 + 12 * first.fields.len());
    out.get_mut(first.at..first.at + directory.len())?.copy_from_slice(&directory);
    Some(out)
}

fn zero(out: &mut [u8], range: std::ops::Range<usize>) {
    let end = range.end.min(out.len());
    if let Some(stretch) = out.get_mut(range.start.min(end)..end) {
        stretch.fill(0);
    }
}
