//! PNG: chunks with checksums, from IHDR to IEND.

use super::{Container, Fault, Kind, Part, letters, take};

/// Chunks of real files: a few, or one of image data for every 8 kB.
const MOST_CHUNKS: usize = 100_000;

/// Walks the chunks. The checksum of a chunk that matters must fit; of the others programs
/// are known to write wrong ones, and readers skip them.
pub(super) fn walk(bytes: &[u8]) -> Result<Container, Fault> {
    let mut found = Container { frames: 1, scans: 1, ..Container::default() };
    found.parts.push(Part { kind: Kind::Image, all: 0..8, body: 0..8 });
    let mut at = 8;
    let mut data = false;
    loop {
        let Some(head) = take::<8>(bytes, at) else {
            return Err(Fault::truncated("a chunk", at, at as u64 + 12));
        };
        let length = u32::from_be_bytes([head[0], head[1], head[2], head[3]]) as usize;
        let name = &head[4..];
        let (body, end) = (at + 8..at + 8 + length, at + 12 + length);
        let what = || format!("chunk {}", letters(name));
        if !name.iter().all(u8::is_ascii_alphabetic) || found.parts.len() > MOST_CHUNKS {
            return Err(Fault::broken(format!("{} is no chunk of a PNG", letters(name)), at));
        }
        if length > i32::MAX as usize {
            return Err(Fault::broken(format!("{} claims {length} bytes", what()), at));
        }
        let Some(checksum) = take::<4>(bytes, body.end) else {
            return Err(Fault::truncated(what(), at, end as u64));
        };
        let critical = name[0].is_ascii_uppercase();
        if critical && crc32(&bytes[at + 4..body.end]) != u32::from_be_bytes(checksum) {
            return Err(Fault::broken(format!("the checksum of {} does not fit", what()), at));
        }
        if (at == 8) != (name == b"IHDR") {
            return Err(Fault::broken("IHDR must come first and once", at));
        }
        match name {
            b"IHDR" => header(&mut found, &bytes[body.clone()], at)?,
            b"acTL" => {
                found.frames = found.frames.max(take::<4>(bytes, body.start).map_or(1, u32::from_be_bytes))
            }
            b"IDAT" => data = true,
            _ => {}
        }
        found.parts.push(Part { kind: kind(name, &bytes[body.clone()]), all: at..end, body });
        at = end;
        if name == b"IEND" {
            break;
        }
    }
    if !data {
        return Err(Fault::broken("there is no image data (IDAT)", at));
    }
    found.end = at;
    Ok(found)
}

fn header(found: &mut Container, body: &[u8], at: usize) -> Result<(), Fault> {
    let [a, b, c, d, e, f, g, h, depth, colour, compression, filter, interlace] = *body else {
        return Err(Fault::broken(format!("IHDR has {} bytes and not 13", body.len()), at));
    };
    found.size = (u32::from_be_bytes([a, b, c, d]), u32::from_be_bytes([e, f, g, h]));
    let (channels, depths): (u32, &[u8]) = match colour {
        0 => (1, &[1, 2, 4, 8, 16]),
        2 => (3, &[8, 16]),
        // Expanded to colours and transparency.
        3 => (4, &[1, 2, 4, 8]),
        4 => (2, &[8, 16]),
        6 => (4, &[8, 16]),
        _ => return Err(Fault::broken(format!("colour type {colour} does not exist"), at)),
    };
    if !depths.contains(&depth) || compression != 0 || filter != 0 || interlace > 1 {
        return Err(Fault::broken("IHDR holds values that do not exist", at));
    }
    // One more channel where tRNS adds transparency.
    found.pixel_bytes = (channels + u32::from(matches!(colour, 0 | 2))) * if depth == 16 { 2 } else { 1 };
    Ok(())
}

fn kind(name: &[u8], body: &[u8]) -> Kind {
    match name {
        b"tRNS" | b"gAMA" | b"cHRM" | b"sRGB" | b"iCCP" | b"cICP" | b"sBIT" | b"bKGD" | b"pHYs" | b"mDCV"
        | b"cLLI" => Kind::Image,
        b"eXIf" => Kind::Exif,
        b"iTXt" if body.starts_with(b"XML:com.adobe.xmp\0") => Kind::Xmp,
        b"tEXt" | b"zTXt" | b"iTXt" => Kind::Text,
        b"caBX" => Kind::Manifest,
        _ if name[0].is_ascii_uppercase() => Kind::Image,
        _ => Kind::Other,
    }
}

const TABLE: [u32; 256] = {
    let mut table = [0; 256];
    let mut i = 0;
    while i < 256 {
        let mut value = i as u32;
        let mut bit = 0;
        while bit < 8 {
            value = if value & 1 == 1 { value >> 1 ^ 0xedb8_8320 } else { value >> 1 };
            bit += 1;
        }
        table[i] = value;
        i += 1;
    }
    table
};

/// The checksum of a chunk: its name and its body (ISO 3309, as PNG asks).
pub(in crate::image) fn crc32(bytes: &[u8]) -> u32 {
    !bytes.iter().fold(!0, |crc, &byte| crc >> 8 ^ TABLE[usize::from(crc as u8 ^ byte)])
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_checksum_is_the_one_of_the_standard() {
        assert_eq!(crc32(b"123456789"), 0xcbf4_3926);
        assert_eq!(crc32(b"IEND"), 0xae42_6082);
    }
}
