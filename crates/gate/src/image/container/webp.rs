//! WebP: RIFF chunks inside one frame whose length must be the file's.

use super::{Container, Fault, Kind, Part, letters, take};

/// Chunks of real files: below ten.
const MOST_CHUNKS: usize = 10_000;

/// Walks the chunks; frames inside animation chunks are counted and not entered.
pub(super) fn walk(bytes: &[u8]) -> Result<Container, Fault> {
    let Some(length) = take::<4>(bytes, 4).map(u32::from_le_bytes) else {
        return Err(Fault::truncated("the RIFF header", 0, 12));
    };
    let end = 8 + length as usize;
    if end > bytes.len() {
        return Err(Fault::truncated("the RIFF frame", 0, end as u64));
    }
    if length < 12 {
        return Err(Fault::broken(format!("the RIFF frame claims {length} bytes"), 4));
    }
    let mut found =
        Container { frames: 0, scans: 1, pixel_bytes: 4, end: end + end % 2, ..Container::default() };
    found.end = found.end.min(bytes.len());
    found.parts.push(Part { kind: Kind::Image, all: 0..12, body: 8..12 });
    let mut stills = 0;
    let mut at = 12;
    while at < end {
        let Some(head) = take::<8>(bytes, at).filter(|_| at + 8 <= end) else {
            return Err(Fault::truncated("a chunk", at, at as u64 + 8));
        };
        let name = &head[..4];
        let length = u32::from_le_bytes([head[4], head[5], head[6], head[7]]) as usize;
        let body = at + 8..at + 8 + length;
        if body.end > end {
            return Err(Fault::truncated(format!("chunk {}", letters(name)), at, body.end as u64));
        }
        if found.parts.len() > MOST_CHUNKS {
            return Err(Fault::broken(format!("more than {MOST_CHUNKS} chunks"), at));
        }
        // An odd chunk is followed by a filler, which some programs leave out at the end.
        let next = (body.end + length % 2).min(found.end);
        match name {
            b"VP8X" => found.size = canvas(bytes, body.start).unwrap_or_default(),
            b"VP8 " | b"VP8L" => {
                stills += 1;
                let size =
                    if name == b"VP8L" { lossless(bytes, body.start) } else { lossy(bytes, body.start) };
                let Some(size) = size.filter(|_| stills == 1) else {
                    return Err(Fault::broken(format!("chunk {} is no image", letters(name)), at));
                };
                if found.size == (0, 0) {
                    found.size = size;
                } else if found.size != size {
                    return Err(Fault::broken("the image is not as big as its canvas", at));
                }
            }
            b"ANMF" => found.frames += 1,
            _ => {}
        }
        found.parts.push(Part { kind: kind(name), all: at..next, body });
        at = next;
    }
    found.frames += stills;
    if found.frames == 0 {
        return Err(Fault::broken("there is no image in it", end));
    }
    Ok(found)
}

fn canvas(bytes: &[u8], at: usize) -> Option<(u32, u32)> {
    let [_, _, _, _, a, b, c, d, e, f] = take::<10>(bytes, at)?;
    Some((1 + u32::from_le_bytes([a, b, c, 0]), 1 + u32::from_le_bytes([d, e, f, 0])))
}

/// The size in a VP8 key frame (RFC 6386, 9.1).
fn lossy(bytes: &[u8], at: usize) -> Option<(u32, u32)> {
    let [tag, _, _, 0x9d, 0x01, 0x2a, a, b, c, d] = take::<10>(bytes, at)? else { return None };
    let fourteen = |low, high| u32::from(u16::from_le_bytes([low, high]) & 0x3fff);
    (tag & 1 == 0).then_some((fourteen(a, b), fourteen(c, d)))
}

/// The size in a lossless stream: 14 bits each behind a signature byte.
fn lossless(bytes: &[u8], at: usize) -> Option<(u32, u32)> {
    let [0x2f, a, b, c, d] = take::<5>(bytes, at)? else { return None };
    let word = u32::from_le_bytes([a, b, c, d]);
    Some((1 + (word & 0x3fff), 1 + (word >> 14 & 0x3fff)))
}

fn kind(name: &[u8]) -> Kind {
    match name {
        b"VP8X" | b"VP8 " | b"VP8L" | b"ALPH" | b"ICCP" | b"ANIM" | b"ANMF" => Kind::Image,
        b"EXIF" => Kind::Exif,
        b"XMP " => Kind::Xmp,
        b"C2PA" => Kind::Manifest,
        _ => Kind::Other,
    }
}
