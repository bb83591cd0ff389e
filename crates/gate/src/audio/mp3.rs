//! MP3: frames are found here, by chains of headers, so that tags, lost stretches and the
//! declared length are known; the frames are decoded by symphonia.

use super::decoder::{Decoder, Failed};
use super::open::{
    MOST_TRAILING, Opened, Sink, Stream, millis, own, seconds, trailing, unreadable, unsupported,
};
use super::tags;
use crate::evidence::{at, finding};
use karat_types::{Evidence, Finding};
use serde_json::json;
use std::collections::BTreeSet;
use std::ops::Range;

/// What a decoder adds in front of what the encoder added (the synthesis filter).
const DECODER_DELAY: u64 = 529;

/// Of 1,000 bytes between the first and the last frame, how many may be no sound before the
/// file is refused.
const MOST_LOST: u64 = 50;

/// Headers that must follow each other for the first to be one.
const CHAIN: usize = 3;

/// One frame header.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Header {
    version: u8,
    pub(super) rate: u32,
    channels: u32,
    /// Bytes of the whole frame.
    size: usize,
    /// Samples of each channel in it.
    samples: u32,
    /// Bytes of side information.
    side: usize,
}

/// The frames of an MP3.
pub(super) struct Frames<'a> {
    bytes: &'a [u8],
    first: Header,
    /// Start and size of each frame, without the one that holds the encoder's notes.
    frames: Vec<(u32, u16)>,
    /// First byte of the first frame, notes included, and one past the last frame.
    start: usize,
    end: usize,
    /// Samples the encoder and the decoder put in front, and how many are meant.
    skip: u64,
    most: u64,
}

impl Header {
    /// The layer III header that starts here; none for free format and other layers.
    pub(super) fn at(bytes: &[u8]) -> Option<Self> {
        const RATES: [u32; 3] = [44_100, 48_000, 32_000];
        const KBITS_1: [u32; 15] = [0, 32, 40, 48, 56, 64, 80, 96, 112, 128, 160, 192, 224, 256, 320];
        const KBITS_2: [u32; 15] = [0, 8, 16, 24, 32, 40, 48, 56, 64, 80, 96, 112, 128, 144, 160];
        let &[0xff, second, third, fourth, ..] = bytes else { return None };
        let version = second >> 3 & 3;
        if second & 0xe6 != 0xe2 || version == 1 {
            return None;
        }
        let one = version == 3;
        let kbits =
            *if one { &KBITS_1 } else { &KBITS_2 }.get(usize::from(third >> 4)).filter(|k| **k > 0)?;
        let shift = match version {
            3 => 0,
            2 => 1,
            _ => 2,
        };
        let rate = RATES.get(usize::from(third >> 2 & 3))? >> shift;
        let channels = if fourth >> 6 == 3 { 1 } else { 2 };
        let samples = if one { 1152 } else { 576 };
        let size = (samples / 8 * kbits * 1000 / rate + u32::from(third >> 1 & 1)) as usize;
        let side = match (one, channels) {
            (true, 1) => 17,
            (true, _) => 32,
            (false, 1) => 9,
            (false, _) => 17,
        };
        Some(Self { version, rate, channels, size, samples, side })
    }

    fn fits(&self, other: &Self) -> bool {
        self.version == other.version && self.rate == other.rate
    }
}

/// Whether a chain of frames starts here.
fn chain(bytes: &[u8], mut at: usize, like: Option<&Header>, count: usize) -> Option<Header> {
    let first = Header::at(bytes.get(at..)?)?;
    if like.is_some_and(|like| !like.fits(&first)) {
        return None;
    }
    let mut header = first;
    for _ in 1..count {
        at += header.size;
        if at >= bytes.len() {
            return (at == bytes.len()).then_some(first);
        }
        header = Header::at(&bytes[at..]).filter(|next| next.fits(&first))?;
    }
    Some(first)
}

/// The first frame at or behind `from`.
fn find(bytes: &[u8], from: usize, like: Option<&Header>, count: usize) -> Option<(usize, Header)> {
    (from..bytes.len())
        .filter(|&at| bytes[at] == 0xff)
        .find_map(|at| chain(bytes, at, like, count).map(|header| (at, header)))
}

/// Whether the bytes hold an MP3 behind at most `within` bytes of something else.
pub(crate) fn starts_within(bytes: &[u8], within: usize) -> bool {
    let head = &bytes[..bytes.len().min(within + 8192)];
    find(head, 0, None, CHAIN).is_some_and(|(at, _)| at <= within)
}

pub(super) fn open(bytes: &[u8]) -> Result<Opened<'_>, Box<Finding>> {
    let head = tags::leading(bytes);
    let end = tags::tail(bytes).max(head);
    let sound = &bytes[..end];
    let found = find(sound, head, None, CHAIN).or_else(|| find(sound, head, None, 2));
    let Some((start, first)) = found else { return Err(nothing(&bytes[head..end]).into()) };
    let mut personal = BTreeSet::new();
    tags::of_ends(bytes, head, end, &mut personal);
    let walked = walk(sound, start, first);
    let notes = walked.frames.first().and_then(|&frame| notes(bytes, frame));
    let mut frames = walked.frames;
    if notes.is_some() {
        frames.remove(0);
    }
    let present = frames.len() as u64 * u64::from(first.samples);
    let Notes { declared, skip, padding } = notes.unwrap_or_default();
    let stop = (walked.end, end);
    let mut findings: Vec<Finding> = walked.findings;
    findings.extend(lost(&walked.lost, walked.end - start));
    if !cut_frame(&bytes[stop.0..stop.1], &first) {
        findings.extend(trailing(bytes, stop.0, stop.1));
    }
    Ok(Opened {
        rate: first.rate,
        channels: first.channels,
        // Frames count what the encoder put before and behind the sound as well: at 8,000
        // samples a second that is a quarter of a second.
        declared: declared
            .map(|n| (u64::from(n) * u64::from(first.samples)).saturating_sub(skip + padding).max(1)),
        present: Some(present),
        stream: Stream::Mp3(Frames {
            bytes,
            first,
            frames,
            start,
            end: walked.end,
            skip,
            most: present.saturating_sub(padding),
        }),
        findings,
        personal,
    })
}

/// A frame that the end of the file cuts.
fn cut_frame(rest: &[u8], like: &Header) -> bool {
    Header::at(rest).is_some_and(|header| header.fits(like) && header.size > rest.len())
}

/// Why there is no frame at all.
fn nothing(bytes: &[u8]) -> Finding {
    let free = |b: &[u8]| b[0] == 0xff && b[1] & 0xe6 == 0xe2 && b[2] >> 4 == 0 && b[2] >> 2 & 3 != 3;
    let other = |b: &[u8]| {
        b[0] == 0xff && matches!(b[1] & 0xe6, 0xe4 | 0xe6) && b[2] >> 4 != 15 && b[2] >> 2 & 3 != 3
    };
    let Some(head) = bytes.get(..4) else { return unreadable("there is nothing but tags") };
    match head {
        head if free(head) => unsupported("MP3 in free format", "MP3 of the usual bit rates"),
        head if other(head) => unsupported("MPEG layer I or II", "layer III"),
        _ => unreadable("there is no MP3 frame"),
    }
}

/// What the walk over the frames found.
struct Walked {
    frames: Vec<(u32, u16)>,
    end: usize,
    /// Places that are no frames and no tags: the frame before which they are, start, end.
    lost: Vec<(u64, usize, usize)>,
    findings: Vec<Finding>,
}

fn walk(bytes: &[u8], start: usize, first: Header) -> Walked {
    let mut walked = Walked { frames: Vec::new(), end: start, lost: Vec::new(), findings: Vec::new() };
    let mut at = start;
    while at < bytes.len() {
        if let Some(header) = Header::at(&bytes[at..]).filter(|header| header.fits(&first)) {
            if at + header.size > bytes.len() {
                break;
            }
            walked.frames.push((at as u32, header.size as u16));
            at += header.size;
            walked.end = at;
            continue;
        }
        // Joined files have their tags in the middle.
        let tag = tags::id3v2(&bytes[at..]).filter(|size| *size <= bytes.len() - at).unwrap_or(0);
        let from = at + tag;
        let Some((next, _)) = find(bytes, from.max(at + 1), Some(&first), 2) else { break };
        if next > from {
            walked.lost.push((walked.frames.len() as u64 * u64::from(first.samples), from, next));
        }
        at = next;
    }
    if let Some((other, _)) =
        find(&bytes[walked.end..], 0, None, CHAIN).filter(|(_, header)| !header.fits(&first))
    {
        let message = format!("The sample rate changes at byte {}.", walked.end + other);
        let read = "one rate throughout";
        let found = finding("not_supported_by_reader", json!("a changing rate"), json!(read), message);
        walked.findings.push(own(found));
        walked.end = bytes.len();
    }
    // The time is in samples so far; it is told in milliseconds.
    for (time, ..) in &mut walked.lost {
        *time = millis(*time, first.rate);
    }
    walked
}

/// Stretches between frames that are neither sound nor tag.
fn lost(lost: &[(u64, usize, usize)], whole: usize) -> Option<Finding> {
    let bytes: usize = lost.iter().map(|(_, start, end)| end - start).sum();
    let &(ms, start, end) = lost.iter().max_by_key(|(_, start, end)| end - start)?;
    let share = bytes as u64 * 1000 / whole.max(1) as u64;
    if bytes <= MOST_TRAILING {
        return None;
    }
    let code = if share > MOST_LOST { "samples_damaged" } else { "sound_interrupted" };
    let message = format!(
        "{bytes} bytes in {} places are no sound, the longest stretch at {} s (byte {start}).",
        lost.len(),
        seconds(ms)
    );
    let found = finding(code, json!(share), json!(MOST_LOST), message);
    Some(at(found, Evidence::Bytes { start: start as u64, end: end as u64 }))
}

/// What an encoder wrote into a frame of its own.
#[derive(Default)]
struct Notes {
    /// Frames.
    declared: Option<u32>,
    skip: u64,
    padding: u64,
}

/// Xing, Info and VBRI notes (LAME's are part of the first two).
fn notes(bytes: &[u8], frame: (u32, u16)) -> Option<Notes> {
    let start = frame.0 as usize;
    let frame = bytes.get(start..start + usize::from(frame.1))?;
    let header = Header::at(frame)?;
    let number = |at: usize| frame.get(at..at + 4).map(|b| u32::from_be_bytes([b[0], b[1], b[2], b[3]]));
    if frame.get(36..40) == Some(b"VBRI") {
        return Some(Notes { declared: number(50).filter(|n| *n > 0), ..Notes::default() });
    }
    let marked = |at: &usize| matches!(frame.get(*at..at + 4), Some(b"Xing" | b"Info"));
    let mark = [4 + header.side, 6 + header.side].into_iter().find(marked)?;
    let flags = number(mark + 4)?;
    let mut next = mark + 8;
    let mut field = |flag: u32, size: usize| {
        let here = next;
        let there = flags & flag != 0;
        next += if there { size } else { 0 };
        there.then_some(here)
    };
    let declared = field(1, 4).and_then(number).filter(|n| *n > 0);
    field(2, 4);
    field(4, 100);
    field(8, 4);
    let delays =
        frame.get(next + 21..next + 24).filter(|_| frame.get(next..next + 4).is_some_and(|b| b != [0; 4]));
    let (delay, padding) = delays.map_or((0, 0), |b| {
        let (a, b, c) = (u64::from(b[0]), u64::from(b[1]), u64::from(b[2]));
        (a << 4 | b >> 4, (b & 15) << 8 | c)
    });
    let skip = if delays.is_some() { delay + DECODER_DELAY } else { 0 };
    Some(Notes { declared, skip, padding: padding.saturating_sub(DECODER_DELAY) })
}

impl Frames<'_> {
    pub(super) fn decode(&self, sink: &mut Sink<'_>) -> Vec<Finding> {
        let mut run = Run::default();
        for (nth, &(start, size)) in self.frames.iter().enumerate() {
            let frame = &self.bytes[start as usize..start as usize + usize::from(size)];
            if let Err(found) = run.frame(frame, nth, self.first.samples) {
                return vec![*found];
            }
            run.match_channels(self.first.channels);
            if !run.pass(self, sink) {
                return Vec::new();
            }
        }
        run.judge(self.frames.len(), &self.first)
    }

    pub(super) const fn span(&self) -> Range<usize> {
        self.start..self.end
    }

    pub(super) fn bare(&self) -> Vec<u8> {
        self.bytes[self.start..self.end].to_vec()
    }
}

/// Decoding as far as it has come.
#[derive(Default)]
struct Run {
    decoder: Option<Decoder>,
    channels: u32,
    samples: Vec<f32>,
    /// Samples of a channel so far.
    at: u64,
    failed: u64,
    /// The first frame that failed behind the first three: those may miss what a cut took.
    failed_at: Option<usize>,
}

impl Run {
    fn frame(&mut self, frame: &[u8], nth: usize, samples: u32) -> Result<(), Box<Finding>> {
        let ours = |_| Box::new(unsupported("an MP3 frame the reader failed on", "MP3"));
        let channels = Header::at(frame).map_or(self.channels, |header| header.channels);
        if self.decoder.is_none() || channels != self.channels {
            self.decoder = Some(Decoder::mp3().map_err(ours)?);
            self.channels = channels;
        }
        let Some(decoder) = &mut self.decoder else { return Ok(()) };
        match decoder.decode(frame, &mut self.samples) {
            Ok(_) => return Ok(()),
            Err(Failed::Panic) => return Err(ours(Failed::Panic)),
            Err(Failed::Damaged) => (),
        }
        self.failed += u64::from(nth >= 3);
        self.failed_at = self.failed_at.or((nth >= 3).then_some(nth));
        self.samples.clear();
        self.samples.resize(samples as usize * channels as usize, 0.0);
        Ok(())
    }

    /// Mono becomes two equal channels and stereo their mean, where a file changes midway.
    fn match_channels(&mut self, wanted: u32) {
        match (self.channels, wanted) {
            (1, 2) => self.samples = self.samples.iter().flat_map(|&s| [s, s]).collect(),
            (2, 1) => self.samples = self.samples.chunks_exact(2).map(|s| (s[0] + s[1]) / 2.0).collect(),
            _ => (),
        }
    }

    /// Hands on what is meant to be heard of the samples.
    fn pass(&mut self, of: &Frames<'_>, sink: &mut Sink<'_>) -> bool {
        let channels = of.first.channels as usize;
        let count = (self.samples.len() / channels) as u64;
        let from = of.skip.saturating_sub(self.at).min(count) as usize;
        let to = of.most.saturating_sub(self.at).min(count) as usize;
        self.at += count;
        from >= to || sink(&mut self.samples[from * channels..to * channels])
    }

    fn judge(&self, frames: usize, first: &Header) -> Vec<Finding> {
        let Some(nth) = self.failed_at else { return Vec::new() };
        let share = self.failed * 1000 / frames.max(1) as u64;
        let ms = millis(nth as u64 * u64::from(first.samples), first.rate);
        let code = if share > MOST_LOST { "samples_damaged" } else { "sound_interrupted" };
        let message =
            format!("{} of {frames} frames cannot be decoded, the first at {} s.", self.failed, seconds(ms));
        let found = finding(code, json!(share), json!(MOST_LOST), message);
        vec![at(found, Evidence::Time { start_ms: ms, end_ms: ms })]
    }
}
