//! WAV: chunks of RIFF (and RF64, BW64), samples of PCM, IEEE float, A-law and µ-law.
//!
//! Read here and not by a library: real writers leave wrong sizes behind in many ways, and
//! which of them is a broken file is a decision of the gate.

use super::open::{Opened, Sink, Stream, plausible, trailing, truncated, unreadable, unsupported};
use super::tags;
use crate::evidence::{at, finding};
use karat_types::{Evidence, Finding};
use serde_json::json;
use std::collections::BTreeSet;
use std::ops::Range;

const READ: &str = "PCM of 1 to 32 bits, IEEE float of 32 or 64 bits, A-law or µ-law";

/// Samples of a channel that are turned at once.
const AT_ONCE: usize = 4096;

/// How one sample is written.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Coding {
    Unsigned8,
    Signed16,
    Signed24,
    Signed32,
    Float32,
    Float64,
    ALaw,
    MuLaw,
}

impl Coding {
    const fn bytes(self) -> usize {
        match self {
            Self::Unsigned8 | Self::ALaw | Self::MuLaw => 1,
            Self::Signed16 => 2,
            Self::Signed24 => 3,
            Self::Signed32 | Self::Float32 => 4,
            Self::Float64 => 8,
        }
    }

    fn value(self, bytes: &[u8]) -> f32 {
        match (self, bytes) {
            (Self::Unsigned8, &[a]) => (f32::from(a) - 128.0) / 128.0,
            (Self::Signed16, &[a, b]) => f32::from(i16::from_le_bytes([a, b])) / 32768.0,
            (Self::Signed24, &[a, b, c]) => i32::from_le_bytes([0, a, b, c]) as f32 / 2_147_483_648.0,
            (Self::Signed32, &[a, b, c, d]) => i32::from_le_bytes([a, b, c, d]) as f32 / 2_147_483_648.0,
            (Self::Float32, &[a, b, c, d]) => f32::from_le_bytes([a, b, c, d]),
            (Self::Float64, &[a, b, c, d, e, f, g, h]) => f64::from_le_bytes([a, b, c, d, e, f, g, h]) as f32,
            (Self::ALaw, &[a]) => f32::from(a_law(a)) / 32768.0,
            (Self::MuLaw, &[a]) => f32::from(mu_law(a)) / 32768.0,
            _ => 0.0,
        }
    }
}

/// The samples of a WAV.
pub(super) struct Data<'a> {
    format: &'a [u8],
    coding: Coding,
    channels: usize,
    samples: &'a [u8],
    /// Where they start in the file.
    start: usize,
}

impl Data<'_> {
    pub(super) fn decode(&self, sink: &mut Sink<'_>) -> Vec<Finding> {
        let size = self.coding.bytes();
        let frame = size * self.channels;
        let whole = self.samples.len() / frame * frame;
        let mut block = Vec::with_capacity(AT_ONCE * self.channels);
        for bytes in self.samples[..whole].chunks(AT_ONCE * frame) {
            block.clear();
            block.extend(bytes.chunks_exact(size).map(|sample| self.coding.value(sample)));
            if !sink(&mut block) {
                break;
            }
        }
        Vec::new()
    }

    pub(super) const fn span(&self) -> Range<usize> {
        self.start..self.start + self.samples.len()
    }

    pub(super) fn bare(&self) -> Vec<u8> {
        let samples = self.samples;
        let mut out = Vec::with_capacity(samples.len() + self.format.len() + 40);
        out.extend(b"RIFF\0\0\0\0WAVE");
        for (id, body) in [(b"fmt ", self.format), (b"data", samples)] {
            out.extend(id);
            out.extend((body.len() as u32).to_le_bytes());
            out.extend(body);
            out.resize(out.len() + body.len() % 2, 0);
        }
        let size = (out.len() - 8) as u32;
        out[4..8].copy_from_slice(&size.to_le_bytes());
        out
    }
}

/// One chunk: its name and the bytes of it that are there.
struct Chunk<'a> {
    id: [u8; 4],
    /// Where its body starts.
    start: usize,
    /// Bytes its header claims.
    size: u64,
    body: &'a [u8],
}

/// What the walk over the chunks found.
#[derive(Default)]
struct Walked<'a> {
    format: Option<&'a [u8]>,
    data: Option<&'a [u8]>,
    /// Where its body starts.
    start: usize,
    /// Bytes of sound the header claims; none = written before the length was known.
    claimed: Option<u64>,
    /// RF64 keeps sizes beyond 4 GB in a chunk of their own.
    wide: Option<u64>,
    /// The file ends inside a chunk that comes before the sound.
    cut: bool,
    personal: BTreeSet<String>,
    findings: Vec<Finding>,
}

pub(super) fn open(bytes: &[u8]) -> Result<Opened<'_>, Box<Finding>> {
    if bytes.starts_with(b"RIFX") {
        return Err(unsupported("RIFX (big endian)", "RIFF, RF64 or BW64").into());
    }
    let walked = walk(bytes);
    let Some(format) = walked.format else {
        return Err(Box::new(if walked.cut {
            truncated(0, None)
        } else {
            unreadable("there is no format chunk")
        }));
    };
    let (rate, channels, coding) = format_of(format)?;
    let Some(samples) = walked.data else {
        return Err(Box::new(if walked.cut {
            truncated(0, None)
        } else {
            unreadable("there is no data chunk")
        }));
    };
    let frame = (coding.bytes() * channels as usize) as u64;
    let present = samples.len() as u64 / frame;
    if present == 0 {
        return Err(unreadable("the data chunk is empty").into());
    }
    Ok(Opened {
        rate,
        channels,
        declared: walked.claimed.map(|claimed| claimed / frame),
        present: Some(present),
        stream: Stream::Wav(Data {
            format,
            coding,
            channels: channels as usize,
            samples,
            start: walked.start,
        }),
        findings: walked.findings,
        personal: walked.personal,
    })
}

fn walk(bytes: &[u8]) -> Walked<'_> {
    let mut walked = Walked::default();
    let mut at = 12;
    while let Some(chunk) = chunk(bytes, at) {
        // Behind the sound a second file is no chunk, and neither is what claims more than there
        // is; only a list of tags may be cut.
        let cut = chunk.body.len() as u64 != chunk.size && &chunk.id != b"LIST";
        if walked.data.is_some() && (cut || matches!(&chunk.id, b"RIFF" | b"RF64")) {
            break;
        }
        let end = match &chunk.id {
            b"data" if walked.data.is_none() => walked.take_data(bytes, &chunk),
            _ => {
                walked.take(&chunk);
                walked.cut |= chunk.body.len() as u64 != chunk.size && walked.data.is_none();
                chunk.start + chunk.body.len()
            }
        };
        at = next(bytes, end, chunk.size % 2 == 1);
    }
    let size = bytes.get(4..8).map_or(0, |b| u32::from_le_bytes([b[0], b[1], b[2], b[3]]));
    walked.cut |= walked.data.is_none() && u64::from(size) + 8 > bytes.len() as u64;
    let end = at + tags::leading(&bytes[at.min(bytes.len())..]);
    let end = end.min(bytes.len());
    walked.findings.extend(trailing(bytes, end, tags::tail(bytes).max(end)));
    walked
}

impl<'a> Walked<'a> {
    fn take(&mut self, chunk: &Chunk<'a>) {
        match &chunk.id {
            b"fmt " if self.format.is_none() => self.format = Some(chunk.body),
            b"ds64" => {
                let wide = chunk.body.get(8..16).and_then(|b| b.try_into().ok());
                self.wide = wide.map(u64::from_le_bytes);
            }
            _ => tags::of_riff(&chunk.id, chunk.body, &mut self.personal),
        }
    }

    /// Where the sound ends.
    fn take_data(&mut self, bytes: &'a [u8], chunk: &Chunk<'a>) -> usize {
        let rest = &bytes[chunk.start..];
        let claimed = match self.wide {
            Some(wide) if chunk.size == u64::from(u32::MAX) => Some(wide),
            _ => known_length(chunk, rest),
        };
        let length = claimed.map_or(rest.len(), |claimed| claimed.min(rest.len() as u64) as usize);
        self.claimed = claimed;
        self.data = rest.get(..length);
        self.start = chunk.start;
        chunk.start + length
    }
}

/// The length of the data chunk, or none where it is one of the marks that programs leave
/// which write before they know: 0, 0x7fffffff, 0xffffffff and these less a header.
fn known_length(chunk: &Chunk<'_>, rest: &[u8]) -> Option<u64> {
    let near = |mark: u64| chunk.size.abs_diff(mark) <= 4096;
    let unfinished = chunk.size == 0 && rest.len() >= 8 && !is_id(&rest[..4]);
    (!unfinished && !near(0x7fff_ffff) && !near(0xffff_ffff)).then_some(chunk.size)
}

fn chunk(bytes: &[u8], at: usize) -> Option<Chunk<'_>> {
    let header = bytes.get(at..at.checked_add(8)?)?;
    let id: [u8; 4] = header[..4].try_into().ok()?;
    let size = u64::from(u32::from_le_bytes(header[4..8].try_into().ok()?));
    let start = at + 8;
    let end = (start as u64 + size).min(bytes.len() as u64) as usize;
    is_id(&id).then(|| Chunk { id, start, size, body: &bytes[start..end] })
}

/// Four printable characters.
fn is_id(id: &[u8]) -> bool {
    id.iter().all(|b| (0x20..0x7f).contains(b)) && id.iter().any(u8::is_ascii_alphanumeric)
}

/// Where the next chunk starts: chunks of odd length are padded, but not by everyone.
fn next(bytes: &[u8], end: usize, odd: bool) -> usize {
    let id_at = |at: usize| bytes.get(at..at + 4).is_some_and(is_id);
    if odd && (id_at(end + 1) || !id_at(end)) { (end + 1).min(bytes.len()) } else { end }
}

/// Rate, channels and coding from the format chunk.
fn format_of(format: &[u8]) -> Result<(u32, u32, Coding), Box<Finding>> {
    let short = |at: usize| format.get(at..at + 2).map(|b| u16::from_le_bytes([b[0], b[1]]));
    let long = |at: usize| Some(u32::from(short(at)?) | u32::from(short(at + 2)?) << 16);
    let fields = (|| Some((short(0)?, short(2)?, long(4)?, short(12)?, short(14)?)))();
    let Some((tag, channels, rate, align, bits)) = fields else {
        return Err(unreadable("the format chunk is too short").into());
    };
    let tag = if tag == 0xfffe { short(24).unwrap_or(tag) } else { tag };
    let channels = u32::from(channels);
    plausible(rate, channels)?;
    let coding = coding(tag, bits, u32::from(align) / channels * u32::from(u32::from(align) % channels == 0));
    Ok((rate, channels, coding?))
}

/// The coding of a format tag; `container` is the bytes of one sample, 0 when unknown.
fn coding(tag: u16, bits: u16, container: u32) -> Result<Coding, Box<Finding>> {
    let pcm = |bytes: u32| match bytes {
        1 => Some(Coding::Unsigned8),
        2 => Some(Coding::Signed16),
        3 => Some(Coding::Signed24),
        4 => Some(Coding::Signed32),
        _ => None,
    };
    match (tag, bits) {
        (1, 1..=32) => {
            let least = u32::from(bits).div_ceil(8);
            let bytes = if (least..=4).contains(&container) { container } else { least };
            pcm(bytes).ok_or_else(|| unsupported(&format!("PCM of {bits} bits"), READ).into())
        }
        (1 | 3, 0) | (3, 1..=31) => {
            let message = format!("The header says {bits} bits a sample.");
            let found = finding("impossible_header", json!(bits), json!("8 to 64"), message);
            Err(at(found, Evidence::Bytes { start: 12, end: 44 }).into())
        }
        (3, 32) => Ok(Coding::Float32),
        (3, 64) => Ok(Coding::Float64),
        (6, _) => Ok(Coding::ALaw),
        (7, _) => Ok(Coding::MuLaw),
        (1 | 3, bits) => Err(unsupported(&format!("{} of {bits} bits", tag_name(tag)), READ).into()),
        (tag, _) => Err(unsupported(&tag_name(tag), READ).into()),
    }
}

fn tag_name(tag: u16) -> String {
    match tag {
        1 => "PCM".into(),
        2 => "Microsoft ADPCM".into(),
        3 => "IEEE float".into(),
        0x11 => "IMA ADPCM".into(),
        0x31 => "GSM 6.10".into(),
        0x50 => "MPEG audio".into(),
        0x55 => "MP3 in WAV".into(),
        tag => format!("codec 0x{tag:04x}"),
    }
}

/// G.711 A-law as 16 bits.
fn a_law(byte: u8) -> i16 {
    let byte = byte ^ 0x55;
    let (exponent, mantissa) = (i16::from(byte >> 4 & 7), i16::from(byte & 15));
    let size = match exponent {
        0 => mantissa << 4 | 8,
        _ => (mantissa << 4 | 0x108) << (exponent - 1),
    };
    if byte & 0x80 == 0 { -size } else { size }
}

/// G.711 µ-law as 16 bits.
fn mu_law(byte: u8) -> i16 {
    let byte = !byte;
    let (exponent, mantissa) = (i32::from(byte >> 4 & 7), i32::from(byte & 15));
    let size = (((mantissa << 3) + 0x84) << exponent) - 0x84;
    if byte & 0x80 == 0 { size as i16 } else { -size as i16 }
}
