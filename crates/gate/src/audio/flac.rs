//! FLAC: metadata blocks and frames are found here, by both checksums of each frame, so that
//! the place of any damage is known; the frames are decoded by symphonia.

use super::decoder::{Decoder, Failed};
use super::open::{
    Opened, Sink, Stream, millis, plausible, seconds, trailing, truncated, unreadable, unsupported,
};
use super::tags;
use crate::evidence::{at, finding};
use karat_types::{Evidence, Finding};
use serde_json::json;
use std::collections::BTreeSet;
use std::ops::Range;

/// Ends tried for a last frame that something follows.
const MOST_ENDS: usize = 64;

/// What the first metadata block says.
#[derive(Clone, Debug)]
pub(super) struct Info {
    rate: u32,
    channels: u32,
    bits: u32,
    /// Samples of a channel; 0 = unknown.
    total: u64,
    block_most: u32,
    has_md5: bool,
}

/// The frames of a FLAC.
pub(super) struct Frames<'a> {
    info: Info,
    /// The 34 bytes of STREAMINFO.
    stream_info: &'a [u8],
    bytes: &'a [u8],
    /// First byte of the first frame, and one past the last byte that may be sound.
    start: usize,
    end: usize,
}

pub(super) fn open(bytes: &[u8]) -> Result<Opened<'_>, Box<Finding>> {
    let head = tags::leading(bytes);
    if bytes.get(head..head + 4) != Some(b"fLaC") {
        return Err(unreadable("there is no fLaC mark").into());
    }
    let mut personal = BTreeSet::new();
    let end = tags::tail(bytes);
    tags::of_ends(bytes, head, end, &mut personal);
    let (mut at, mut stream_info) = (head + 4, None);
    loop {
        let Some(header) = bytes.get(at..at + 4) else { return Err(truncated(0, None).into()) };
        let (last, kind) = (header[0] & 0x80 != 0, header[0] & 0x7f);
        let size = header[1..4].iter().fold(0, |sum, &b| sum << 8 | usize::from(b));
        let Some(body) = bytes.get(at + 4..at + 4 + size) else { return Err(truncated(0, None).into()) };
        match kind {
            0 if stream_info.is_none() => stream_info = Some(body),
            _ => tags::of_flac(kind, body, &mut personal),
        }
        at += 4 + size;
        if last {
            break;
        }
    }
    let Some(stream_info) = stream_info.filter(|body| body.len() == 34) else {
        return Err(unreadable("there is no STREAMINFO block").into());
    };
    let info = info(stream_info);
    plausible(info.rate, info.channels)?;
    if info.block_most == 0 {
        return Err(unreadable("the blocks have no length").into());
    }
    if at >= end {
        return Err(truncated(0, (info.total > 0).then(|| millis(info.total, info.rate))).into());
    }
    Ok(Opened {
        rate: info.rate,
        channels: info.channels,
        declared: (info.total > 0).then_some(info.total),
        present: None,
        stream: Stream::Flac(Frames { info, stream_info, bytes, start: at, end }),
        findings: Vec::new(),
        personal,
    })
}

fn info(block: &[u8]) -> Info {
    let number =
        |from: usize, to: usize| block[from..to].iter().fold(0_u64, |sum, &b| sum << 8 | u64::from(b));
    let packed = number(10, 18);
    Info {
        rate: (packed >> 44) as u32,
        channels: (packed >> 41 & 7) as u32 + 1,
        bits: (packed >> 36 & 31) as u32 + 1,
        total: packed & 0xf_ffff_ffff,
        block_most: number(2, 4) as u32,
        has_md5: block[18..34].iter().any(|&b| b != 0),
    }
}

/// Where one frame ends.
enum Cut {
    /// Here, by its checksum and the frame behind it or the end of the sound.
    At(usize),
    /// Perhaps at one of these: the checksum fits, but no frame follows.
    Perhaps(Vec<usize>),
    /// Nowhere; whether another frame follows it.
    Nowhere { more: bool },
}

impl Frames<'_> {
    pub(super) fn decode(&self, sink: &mut Sink<'_>) -> Vec<Finding> {
        let mut decoder = match Decoder::flac(self.stream_info) {
            Ok(decoder) => decoder,
            Err(_) => {
                return vec![unsupported(
                    &format!("FLAC of {} bits", self.info.bits),
                    "FLAC of 4 to 32 bits",
                )];
            }
        };
        let (mut at, mut done, mut samples) = (self.start, 0, Vec::new());
        while at < self.end {
            // Behind the last sample may be anything; before it only frames.
            if self.info.total > 0 && done >= self.info.total {
                break;
            }
            match self.frame(at, done, &mut decoder, &mut samples) {
                Ok(end) => at = end,
                Err(Some(found)) => return vec![*found],
                Err(None) => break,
            }
            done += samples.len() as u64 / u64::from(self.info.channels);
            if !sink(&mut samples) {
                return Vec::new();
            }
        }
        self.judge(at, done, &mut decoder)
    }

    /// Decodes the frame that starts at `at` and returns its end; no finding = no frame
    /// starts here and none is missing.
    fn frame(
        &self,
        at: usize,
        done: u64,
        decoder: &mut Decoder,
        samples: &mut Vec<f32>,
    ) -> Result<usize, Option<Box<Finding>>> {
        let rest = &self.bytes[at..self.end];
        let Some(head) = head(rest, &self.info) else {
            // Without a declared length the first thing that is no frame may be the end.
            return Err((done == 0 || self.info.total > 0 || has_frame(rest, &self.info))
                .then(|| self.damaged(at, done).into()));
        };
        let ends = match cut(rest, head, &self.info) {
            Cut::At(end) => vec![end],
            Cut::Perhaps(ends) => ends,
            Cut::Nowhere { more: true } => return Err(Some(self.damaged(at, done).into())),
            Cut::Nowhere { more: false } => return Err(Some(self.ends_early(done).into())),
        };
        for end in ends {
            match decoder.decode(&rest[..end], samples) {
                Ok(channels) if channels == self.info.channels => return Ok(at + end),
                Err(Failed::Panic) => {
                    return Err(Some(unsupported("a FLAC frame the reader failed on", "FLAC").into()));
                }
                _ => (),
            }
        }
        Err(Some(self.damaged(at, done).into()))
    }

    fn judge(&self, at: usize, done: u64, decoder: &mut Decoder) -> Vec<Finding> {
        if self.info.total > 0 && done < self.info.total {
            return vec![self.ends_early(done)];
        }
        let mut findings: Vec<Finding> = trailing(self.bytes, at, self.end).into_iter().collect();
        if self.info.has_md5 && decoder.verified() == Some(false) {
            let message =
                "The decoded samples do not have the MD5 sum that the file's header gives.".to_owned();
            findings.push(finding(
                "samples_damaged",
                json!("another MD5"),
                json!("the MD5 of the header"),
                message,
            ));
        }
        findings
    }

    fn ends_early(&self, done: u64) -> Finding {
        let declared = (self.info.total > 0).then(|| millis(self.info.total, self.info.rate));
        truncated(millis(done, self.info.rate), declared)
    }

    fn damaged(&self, byte: usize, done: u64) -> Finding {
        let ms = millis(done, self.info.rate);
        let message = format!(
            "The frame at {} s (byte {byte}) is damaged: it cannot be decoded or its checksum is wrong.",
            seconds(ms)
        );
        let found = finding("samples_damaged", json!(ms), json!("every frame in order"), message);
        at(found, Evidence::Time { start_ms: ms, end_ms: ms })
    }

    pub(super) const fn span(&self) -> Range<usize> {
        self.start..self.end
    }

    pub(super) fn bare(&self) -> Vec<u8> {
        let mut out = b"fLaC\x80\0\0\x22".to_vec();
        out.extend(self.stream_info);
        out.extend(&self.bytes[self.start..self.end]);
        out
    }
}

/// Whether a frame starts anywhere in these bytes.
fn has_frame(bytes: &[u8], info: &Info) -> bool {
    (1..bytes.len()).any(|at| bytes[at] == 0xff && head(&bytes[at..], info).is_some())
}

/// Where the frame ends whose header has `head` bytes. One pass: the checksum over a whole
/// frame with its own two bytes is zero.
fn cut(bytes: &[u8], head_len: usize, info: &Info) -> Cut {
    let (mut crc, mut ends, mut more) = (0_u16, Vec::new(), false);
    for (at, &byte) in bytes.iter().enumerate() {
        let frame_here = || byte == 0xff && head(&bytes[at..], info).is_some();
        if at > head_len + 2 {
            if crc == 0 {
                if frame_here() {
                    return Cut::At(at);
                }
                if ends.len() < MOST_ENDS {
                    ends.push(at);
                }
            } else if !more && frame_here() {
                more = true;
            }
        }
        crc = crc << 8 ^ CRC16[usize::from((crc >> 8) as u8 ^ byte)];
    }
    if crc == 0 {
        return Cut::At(bytes.len());
    }
    if ends.is_empty() { Cut::Nowhere { more } } else { Cut::Perhaps(ends) }
}

/// Bytes of the frame header that starts here, if one does that fits the stream (RFC 9639, 9.1).
fn head(bytes: &[u8], info: &Info) -> Option<usize> {
    let &[0xff, second, third, fourth, ..] = bytes else { return None };
    let (block, rate, channels, size) = (third >> 4, third & 15, fourth >> 4, fourth >> 1 & 7);
    if second & 0xfe != 0xf8 || block == 0 || rate == 15 || channels > 10 || size == 3 || fourth & 1 != 0 {
        return None;
    }
    let fits = u32::from(channels) + 1 == info.channels || (channels > 7 && info.channels == 2);
    let bits = [0, 8, 12, 0, 16, 20, 24, 32][usize::from(size)];
    if !fits || (bits != 0 && bits != info.bits) {
        return None;
    }
    let number = match bytes.get(4)?.leading_ones() {
        0 => 1,
        n @ 2..=7 => n as usize,
        _ => return None,
    };
    let mut len = 4 + number;
    len += match block {
        6 => 1,
        7 => 2,
        _ => 0,
    };
    len += match rate {
        12 => 1,
        13 | 14 => 2,
        _ => 0,
    };
    let crc = bytes.get(..len)?.iter().fold(0, |crc: u8, &b| CRC8[usize::from(crc ^ b)]);
    (*bytes.get(len)? == crc).then_some(len + 1)
}

/// x⁸ + x² + x + 1.
pub(super) const CRC8: [u8; 256] = {
    let mut table = [0; 256];
    let mut i = 0;
    while i < 256 {
        let (mut crc, mut bit) = (i as u8, 0);
        while bit < 8 {
            crc = if crc & 0x80 != 0 { crc << 1 ^ 0x07 } else { crc << 1 };
            bit += 1;
        }
        table[i] = crc;
        i += 1;
    }
    table
};

/// x¹⁶ + x¹⁵ + x² + 1.
pub(super) const CRC16: [u16; 256] = {
    let mut table = [0; 256];
    let mut i = 0;
    while i < 256 {
        let (mut crc, mut bit) = ((i as u16) << 8, 0);
        while bit < 8 {
            crc = if crc & 0x8000 != 0 { crc << 1 ^ 0x8005 } else { crc << 1 };
            bit += 1;
        }
        table[i] = crc;
        i += 1;
    }
    table
};
