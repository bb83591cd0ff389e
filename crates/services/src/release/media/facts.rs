//! What the headers of images and sounds say: size, length, rate.
//!
//! Only numbers at fixed places are read, nothing is decoded. The files passed the gate,
//! yet everything is bounded all the same: what cannot be read is left out.

/// Size of an image, or length and rate of a recording.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(crate) struct Facts {
    /// Pixels.
    pub(crate) width: Option<u32>,
    /// Pixels.
    pub(crate) height: Option<u32>,
    /// Milliseconds.
    pub(crate) duration_ms: Option<u64>,
    /// Samples a second.
    pub(crate) sample_rate: Option<u32>,
}

impl Facts {
    /// What the header of a file of this type says.
    pub(crate) fn read(media_type: &str, bytes: &[u8]) -> Self {
        let read = match media_type {
            "image/png" => png(bytes).map(size),
            "image/jpeg" => jpeg(bytes).map(size),
            "image/webp" => webp(bytes).map(size),
            "image/bmp" => bmp(bytes).map(size),
            "image/tiff" => tiff(bytes).map(size),
            "audio/wav" | "audio/x-wav" | "audio/vnd.wave" => wav(bytes).and_then(length),
            "audio/flac" => flac(bytes).and_then(length),
            "audio/mpeg" => mp3(bytes).and_then(length),
            _ => None,
        };
        read.unwrap_or_default()
    }
}

fn size((width, height): (u32, u32)) -> Facts {
    Facts { width: Some(width), height: Some(height), ..Facts::default() }
}

/// Frames (samples of all channels at one moment) and how many there are a second.
fn length((frames, rate): (u64, u32)) -> Option<Facts> {
    let millis = frames.checked_mul(1000)?.checked_div(u64::from(rate))?;
    Some(Facts { duration_ms: Some(millis), sample_rate: Some(rate), ..Facts::default() })
}

fn be16(b: &[u8], at: usize) -> Option<u32> {
    Some(u32::from(u16::from_be_bytes(b.get(at..at + 2)?.try_into().ok()?)))
}

fn be32(b: &[u8], at: usize) -> Option<u32> {
    Some(u32::from_be_bytes(b.get(at..at.checked_add(4)?)?.try_into().ok()?))
}

fn le16(b: &[u8], at: usize) -> Option<u32> {
    Some(u32::from(u16::from_le_bytes(b.get(at..at.checked_add(2)?)?.try_into().ok()?)))
}

fn le32(b: &[u8], at: usize) -> Option<u32> {
    Some(u32::from_le_bytes(b.get(at..at.checked_add(4)?)?.try_into().ok()?))
}

fn png(b: &[u8]) -> Option<(u32, u32)> {
    Some((be32(b, 16)?, be32(b, 20)?))
}

/// The frame header is in the segment SOF0–SOF15, which is none of DHT, JPG and DAC.
fn jpeg(b: &[u8]) -> Option<(u32, u32)> {
    let mut at = 2;
    loop {
        if *b.get(at)? != 0xff {
            return None;
        }
        match *b.get(at + 1)? {
            0xff => at += 1,
            0x01 | 0xd0..=0xd8 => at += 2,
            0xd9 | 0xda => return None,
            0xc0..=0xc3 | 0xc5..=0xc7 | 0xc9..=0xcb | 0xcd..=0xcf => {
                return Some((be16(b, at + 7)?, be16(b, at + 5)?));
            }
            _ => at += 2 + (be16(b, at + 2)? as usize).max(2),
        }
    }
}

fn webp(b: &[u8]) -> Option<(u32, u32)> {
    match b.get(12..16)? {
        b"VP8X" => Some((le24(b, 24)? + 1, le24(b, 27)? + 1)),
        b"VP8 " => Some((le16(b, 26)? & 0x3fff, le16(b, 28)? & 0x3fff)),
        b"VP8L" => {
            let bits = le32(b, 21)?;
            Some(((bits & 0x3fff) + 1, ((bits >> 14) & 0x3fff) + 1))
        }
        _ => None,
    }
}

fn le24(b: &[u8], at: usize) -> Option<u32> {
    Some(le16(b, at)? | u32::from(*b.get(at + 2)?) << 16)
}

/// Heights are negative where the first line is the top one.
fn bmp(b: &[u8]) -> Option<(u32, u32)> {
    match le32(b, 14)? {
        12 => Some((le16(b, 18)?, le16(b, 20)?)),
        _ => Some((le32(b, 18)?, (le32(b, 22)?.cast_signed()).unsigned_abs())),
    }
}

/// The first directory's entries 256 (width) and 257 (height).
fn tiff(b: &[u8]) -> Option<(u32, u32)> {
    let little = b.get(..2)? == b"II";
    let two = |at| if little { le16(b, at) } else { be16(b, at) };
    let four = |at| if little { le32(b, at) } else { be32(b, at) };
    let start = four(4)? as usize;
    let (mut width, mut height) = (None, None);
    for entry in 0..two(start)? as usize {
        let at = start.checked_add(2 + entry * 12)?;
        // Type 3 is 16 bits, type 4 is 32; both stand at the beginning of the value.
        let value = if two(at + 2)? == 3 { two(at + 8)? } else { four(at + 8)? };
        match two(at)? {
            256 => width = Some(value),
            257 => height = Some(value),
            _ => {}
        }
    }
    Some((width?, height?))
}

fn wav(b: &[u8]) -> Option<(u64, u32)> {
    let (mut at, mut format) = (12_usize, None);
    loop {
        let size = le32(b, at + 4)? as usize;
        match b.get(at..at + 4)? {
            b"fmt " => format = Some((le32(b, at + 12)?, le16(b, at + 20)?)),
            b"data" => {
                let (rate, block) = format?;
                let there = size.min(b.len().saturating_sub(at + 8)) as u64;
                return Some((there.checked_div(u64::from(block))?, rate));
            }
            _ => {}
        }
        at = at.checked_add(8)?.checked_add(size)?.checked_add(size % 2)?;
    }
}

/// STREAMINFO: 20 bits of rate, and 36 bits of samples in each channel.
fn flac(b: &[u8]) -> Option<(u64, u32)> {
    let rate = be32(b, 18)? >> 12;
    let samples = (u64::from(*b.get(21)? & 0x0f) << 32) | u64::from(be32(b, 22)?);
    (rate > 0).then_some((samples, rate))
}

/// Frames one after the other, each with its own length.
fn mp3(b: &[u8]) -> Option<(u64, u32)> {
    let mut at = match b.get(..3)? {
        b"ID3" => 10 + b.get(6..10)?.iter().fold(0, |n, byte| n << 7 | usize::from(byte & 0x7f)),
        _ => 0,
    };
    let (mut samples, mut rate) = (0_u64, None);
    while let Some(header) = be32(b, at) {
        let Some(frame) = mp3_frame(header) else {
            // Bytes between tag and sound; once it plays, what comes after is no sound.
            if rate.is_some() {
                break;
            }
            at += 1;
            continue;
        };
        samples += u64::from(frame.samples);
        rate = Some(frame.rate);
        at += frame.bytes;
    }
    Some((samples, rate?))
}

struct Frame {
    bytes: usize,
    samples: u32,
    rate: u32,
}

/// Layer III kilobits a second, MPEG 1 and MPEG 2/2.5.
const KBITS: [[u32; 16]; 2] = [
    [0, 32, 40, 48, 56, 64, 80, 96, 112, 128, 160, 192, 224, 256, 320, 0],
    [0, 8, 16, 24, 32, 40, 48, 56, 64, 80, 96, 112, 128, 144, 160, 0],
];

fn mp3_frame(header: u32) -> Option<Frame> {
    let layer_three = (header >> 17) & 3 == 1;
    if header >> 21 != 0x7ff || !layer_three {
        return None;
    }
    let rate = [44_100, 48_000, 32_000].get(((header >> 10) & 3) as usize)?;
    // MPEG 2 halves the rate, 2.5 halves it again; both have half the samples a frame.
    let (rate, table, samples) = match (header >> 19) & 3 {
        3 => (*rate, 0, 1152),
        2 => (rate / 2, 1, 576),
        0 => (rate / 4, 1, 576),
        _ => return None,
    };
    let kbits = *KBITS.get(table)?.get(((header >> 12) & 15) as usize)?;
    let padding = (header >> 9) & 1;
    let bytes = (samples / 8 * kbits * 1000 / rate + padding) as usize;
    (kbits > 0).then_some(Frame { bytes, samples, rate })
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn image(media_type: &str, bytes: &[u8]) -> (Option<u32>, Option<u32>) {
        let facts = Facts::read(media_type, bytes);
        (facts.width, facts.height)
    }

    #[test]
    fn sizes_of_images_are_read_from_their_headers() {
        let png =
            [b"\x89PNG\r\n\x1a\n\0\0\0\rIHDR".as_slice(), &640_u32.to_be_bytes(), &480_u32.to_be_bytes()];
        assert_eq!(image("image/png", &png.concat()), (Some(640), Some(480)));
        let jpeg = b"\xff\xd8\xff\xe0\0\x04ab\xff\xc0\0\x11\x08\x01\xe0\x02\x80\x03";
        assert_eq!(image("image/jpeg", jpeg), (Some(640), Some(480)));
        let webp = b"RIFF\0\0\0\0WEBPVP8X\x0a\0\0\0\0\0\0\0\x7f\x02\0\xdf\x01\0";
        assert_eq!(image("image/webp", webp), (Some(640), Some(480)));
        let lossless = b"RIFF\0\0\0\0WEBPVP8L\0\0\0\0\x2f\x7f\xc2\x77\0";
        assert_eq!(image("image/webp", lossless), (Some(640), Some(480)));
        let mut bmp = vec![0; 26];
        bmp[14] = 40;
        bmp[18..22].copy_from_slice(&640_u32.to_le_bytes());
        bmp[22..26].copy_from_slice(&(-480_i32).to_le_bytes());
        assert_eq!(image("image/bmp", &bmp), (Some(640), Some(480)));
        let tiff =
            b"MM\0*\0\0\0\x08\0\x02\x01\0\0\x03\0\0\0\x01\x02\x80\0\0\x01\x01\0\x04\0\0\0\x01\0\0\x01\xe0";
        assert_eq!(image("image/tiff", tiff), (Some(640), Some(480)));
    }

    fn sound(media_type: &str, bytes: &[u8]) -> (Option<u64>, Option<u32>) {
        let facts = Facts::read(media_type, bytes);
        (facts.duration_ms, facts.sample_rate)
    }

    #[test]
    fn lengths_of_recordings_are_read_from_their_headers() {
        let mut wav = b"RIFF\0\0\0\0WAVELIST\x03\0\0\0abc\0fmt \x10\0\0\0\x01\0\x01\0".to_vec();
        wav.extend(8_000_u32.to_le_bytes());
        wav.extend(16_000_u32.to_le_bytes());
        wav.extend([2, 0, 16, 0]);
        wav.extend(b"data\x80\x3e\0\0");
        wav.resize(wav.len() + 16_000, 0);
        assert_eq!(sound("audio/wav", &wav), (Some(1000), Some(8_000)));
        let mut flac = b"fLaC\0\0\0\x22".to_vec();
        flac.extend([0; 10]);
        flac.extend(((44_100_u64 << 44) | 88_200).to_be_bytes());
        assert_eq!(sound("audio/flac", &flac), (Some(2000), Some(44_100)));
        // 128 kbit/s at 44.1 kHz without padding: 417 bytes a frame.
        let mut mp3 = b"ID3\x03\0\0\0\0\0\x05.....".to_vec();
        for _ in 0..100 {
            mp3.extend(0xfffb_9000_u32.to_be_bytes());
            mp3.resize(mp3.len() + 413, 0);
        }
        assert_eq!(sound("audio/mpeg", &mp3), (Some(115_200_000 / 44_100), Some(44_100)));
    }

    proptest! {
        #[test]
        fn no_bytes_stop_the_reader(bytes in proptest::collection::vec(any::<u8>(), 0..200), start in 0usize..8) {
            let starts: [&[u8]; 8] = [
                b"\x89PNG", b"\xff\xd8\xff\xe0", b"RIFF\0\0\0\0WEBPVP8X", b"BM", b"II*\0", b"RIFF\0\0\0\0WAVEfmt ",
                b"fLaC", b"ID3\x03",
            ];
            let bytes = [starts[start], &bytes].concat();
            for kind in ["image/png", "image/jpeg", "image/webp", "image/bmp", "image/tiff", "audio/wav",
                "audio/flac", "audio/mpeg"] {
                Facts::read(kind, &bytes);
            }
        }
    }
}
