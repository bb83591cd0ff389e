//! BMP: a header and rows; or runs of equal pixels up to an end mark.

use super::{Container, Fault, take};

/// Walks the headers and finds the end of the pixels.
pub(super) fn walk(bytes: &[u8]) -> Result<Container, Fault> {
    let u32_at = |at| take::<4>(bytes, at).map(u32::from_le_bytes);
    let u16_at = |at| take::<2>(bytes, at).map(u16::from_le_bytes);
    let short = || Fault::truncated("the header", 0, 54);
    let (data, header) = u32_at(10).zip(u32_at(14)).ok_or_else(short)?;
    let (data, header) = (data as usize, header as usize);
    let mut found = Container { frames: 1, scans: 1, ..Container::default() };
    let (width, height, depth, compression) = if header == 12 {
        let (w, h) = u16_at(18).zip(u16_at(20)).ok_or_else(short)?;
        (i64::from(w), i64::from(h), u16_at(24).ok_or_else(short)?, 0)
    } else if matches!(header, 16 | 40 | 52 | 56 | 64 | 108 | 124) {
        let (w, h) = u32_at(18).zip(u32_at(22)).ok_or_else(short)?;
        let compression = if header == 16 { Some(0) } else { u32_at(30) };
        let (depth, compression) = u16_at(28).zip(compression).ok_or_else(short)?;
        (i64::from(w as i32), i64::from(h as i32), depth, compression)
    } else {
        return Err(Fault::broken(format!("a header of {header} bytes does not exist"), 14));
    };
    if width < 0 || !matches!(depth, 0 | 1 | 2 | 4 | 8 | 16 | 24 | 32) {
        return Err(Fault::broken(format!("{width} pixels wide and {depth} bits a pixel cannot be"), 18));
    }
    if data < 14 + header {
        return Err(Fault::broken("the pixels start inside the header", 10));
    }
    let (width, height) = (width as u64, height.unsigned_abs());
    found.size = (width as u32, u32::try_from(height).unwrap_or(u32::MAX));
    found.pixel_bytes = 4;
    let size = match compression {
        1 | 2 => runs(bytes, data, compression == 2)?,
        4 | 5 => {
            found.variant = Some("BMP with a JPEG or PNG inside".into());
            u32_at(34).unwrap_or_default().into()
        }
        _ => (width * u64::from(depth)).div_ceil(32) * 4 * height,
    };
    let end = data as u64 + size;
    if end > bytes.len() as u64 {
        return Err(Fault::truncated("the rows", data, end));
    }
    // A colour profile may stand behind the pixels.
    let profile = if header == 124 { u32_at(126).zip(u32_at(130)) } else { None };
    let profile = profile
        .map_or(0, |(offset, size)| if size == 0 { 0 } else { 14 + u64::from(offset) + u64::from(size) });
    found.end = end.max(if profile <= bytes.len() as u64 { profile } else { 0 }) as usize;
    Ok(found)
}

/// Bytes of run-length coded pixels, to the mark of the image's end; a file that stops
/// between two runs is whole too, since many programs leave the mark out.
fn runs(bytes: &[u8], from: usize, four_bits: bool) -> Result<u64, Fault> {
    let mut at = from;
    while let Some([count, value]) = take::<2>(bytes, at) {
        at += 2;
        match (count, value) {
            (0, 1) => return Ok((at - from) as u64),
            (0, 2) => at += 2,
            (0, 3..) => {
                let literal = usize::from(value);
                let length = if four_bits { literal.div_ceil(2) } else { literal };
                at += length + length % 2;
            }
            _ => {}
        }
    }
    if at > bytes.len() {
        return Err(Fault::truncated("a run of pixels", from, at as u64));
    }
    Ok((bytes.len() - from) as u64)
}
