//! Recordings made on the spot.

use super::flac::{CRC8, CRC16};
use symphonia::core::checksum::Md5;
use symphonia::core::io::Monitor;

/// The voice of `fixtures/voice.mp3` as LAME made it of `voice(16_000, 5_000)`.
pub(super) const MP3: &[u8] = include_bytes!("fixtures/voice.mp3");

/// Syllables of a made-up voice with a little noise; `fixtures/make.py` has the same.
pub(super) fn voice(rate: u32, millis: u32) -> Vec<i16> {
    let mut noise = 1_u32;
    (0..rate as u64 * u64::from(millis) / 1000)
        .map(|i| {
            let t = i as f64 / f64::from(rate);
            let syllable = (t * 4.0) as u32;
            let pitch = f64::from(110 + 13 * (syllable * 7 % 11));
            let swell = (std::f64::consts::PI * (t * 4.0 % 1.0)).sin().max(0.0);
            let part = |h: u32| {
                (std::f64::consts::TAU * f64::from(h) * pitch * t).sin() / f64::from(h)
                    * f64::from((syllable * 5 + h * 3) % 7)
            };
            let tone: f64 = (1..21).map(part).sum();
            noise = noise.wrapping_mul(1_103_515_245).wrapping_add(12_345) & 0x7fff_ffff;
            let hiss = f64::from(noise) / f64::from(0x4000_0000) - 1.0;
            (tone * swell * 1500.0 + hiss * 20.0).round().clamp(-32768.0, 32767.0) as i16
        })
        .collect()
}

/// One chunk of RIFF with its padding.
pub(super) fn chunk(id: &str, body: &[u8]) -> Vec<u8> {
    let mut out = [id.as_bytes(), &(body.len() as u32).to_le_bytes(), body].concat();
    out.resize(out.len() + body.len() % 2, 0);
    out
}

/// A format chunk.
pub(super) fn format(tag: u16, channels: u16, rate: u32, bits: u16) -> Vec<u8> {
    let align = channels.wrapping_mul(bits / 8);
    let mut body = Vec::new();
    body.extend(tag.to_le_bytes());
    body.extend(channels.to_le_bytes());
    body.extend(rate.to_le_bytes());
    body.extend(rate.wrapping_mul(u32::from(align)).to_le_bytes());
    body.extend(align.to_le_bytes());
    body.extend(bits.to_le_bytes());
    chunk("fmt ", &body)
}

/// A RIFF of these chunks.
pub(super) fn riff(chunks: &[Vec<u8>]) -> Vec<u8> {
    let body = chunks.concat();
    [b"RIFF", (body.len() as u32 + 4).to_le_bytes().as_slice(), b"WAVE", &body].concat()
}

pub(super) fn bytes(samples: &[i16]) -> Vec<u8> {
    samples.iter().flat_map(|s| s.to_le_bytes()).collect()
}

/// A plain WAV of 16 bits.
pub(super) fn wav(rate: u32, channels: u16, samples: &[i16]) -> Vec<u8> {
    riff(&[format(1, channels, rate, 16), chunk("data", &bytes(samples))])
}

/// How a FLAC is written.
#[derive(Clone, Copy)]
pub(super) struct Flac {
    pub(super) rate: u32,
    pub(super) channels: u16,
    /// Whether the header has the number of samples and their MD5.
    pub(super) sums: bool,
    pub(super) block: usize,
}

impl Flac {
    pub(super) const VOICE: Self = Self { rate: 16_000, channels: 1, sums: true, block: 1024 };

    /// Metadata blocks (kind and body) and frames.
    pub(super) fn write(self, samples: &[i16], blocks: &[(u8, &[u8])]) -> Vec<u8> {
        let mut md5 = Md5::default();
        md5.process_buf_bytes(&bytes(samples));
        let total = (samples.len() / usize::from(self.channels)) as u64;
        let mut out = self.start(total, if self.sums { md5.md5() } else { [0; 16] }, blocks);
        for (nth, part) in samples.chunks(self.block * usize::from(self.channels)).enumerate() {
            out.extend(self.frame(nth as u32, part));
        }
        out
    }

    fn start(self, total: u64, md5: [u8; 16], blocks: &[(u8, &[u8])]) -> Vec<u8> {
        let last = |is: bool| if is { 0x80 } else { 0 };
        let mut out = [b"fLaC".as_slice(), &[last(blocks.is_empty()), 0, 0, 34]].concat();
        let size = (self.block as u16).to_be_bytes();
        out.extend([size, size].concat());
        out.extend([0; 6]);
        let total = if self.sums { total } else { 0 };
        let packed = u64::from(self.rate) << 44 | (u64::from(self.channels) - 1) << 41 | 15 << 36 | total;
        out.extend(packed.to_be_bytes());
        out.extend(md5);
        for (nth, (kind, body)) in blocks.iter().enumerate() {
            out.push(kind | last(nth + 1 == blocks.len()));
            out.extend(&(body.len() as u32).to_be_bytes()[1..]);
            out.extend(*body);
        }
        out
    }

    fn head(self, nth: u32, frames: usize) -> Vec<u8> {
        let mut frame = vec![0xff, 0xf8, 0x70, (self.channels as u8 - 1) << 4 | 8];
        // As UTF-8 would write it, surrogates included.
        let rest = |shift: u32| 0x80 | (nth >> shift & 63) as u8;
        match nth {
            0..0x80 => frame.push(nth as u8),
            0x80..0x800 => frame.extend([0xc0 | (nth >> 6) as u8, rest(0)]),
            _ => frame.extend([0xe0 | (nth >> 12) as u8, rest(6), rest(0)]),
        }
        frame.extend(((frames - 1) as u16).to_be_bytes());
        let crc = frame.iter().fold(0, |crc: u8, &b| CRC8[usize::from(crc ^ b)]);
        frame.push(crc);
        frame
    }

    fn close(mut frame: Vec<u8>) -> Vec<u8> {
        let crc = frame.iter().fold(0, |crc: u16, &b| crc << 8 ^ CRC16[usize::from((crc >> 8) as u8 ^ b)]);
        frame.extend(crc.to_be_bytes());
        frame
    }

    fn frame(self, nth: u32, samples: &[i16]) -> Vec<u8> {
        let channels = usize::from(self.channels);
        let mut frame = self.head(nth, samples.len() / channels);
        for channel in 0..channels {
            frame.push(2);
            frame.extend(samples.iter().skip(channel).step_by(channels).flat_map(|s| s.to_be_bytes()));
        }
        Self::close(frame)
    }

    /// Frames of one value each: hours of sound in a few bytes.
    pub(super) fn bomb(self, frames: u32, total: u64) -> Vec<u8> {
        let mut out = self.start(total, [0; 16], &[]);
        for nth in 0..frames {
            let mut frame = self.head(nth, self.block);
            for _ in 0..self.channels {
                frame.extend([0, 0x10, 0x00]);
            }
            out.extend(Self::close(frame));
        }
        out
    }
}

/// An ID3v2.3 tag of these frames.
pub(super) fn id3(frames: &[(&str, &[u8])]) -> Vec<u8> {
    let mut body = Vec::new();
    for (name, content) in frames {
        body.extend(name.as_bytes());
        body.extend((content.len() as u32).to_be_bytes());
        body.extend([0, 0]);
        body.extend(*content);
    }
    let size = body.len() as u32;
    let safe = [size >> 21 & 127, size >> 14 & 127, size >> 7 & 127, size & 127].map(|b| b as u8);
    [b"ID3\x03\0\0".as_slice(), &safe, &body].concat()
}
