//! What a container says of the sound in it, before anything is decoded.

use super::{flac, mp3, wav};
use crate::door::polyglot;
use crate::evidence::{at, finding};
use karat_types::{Evidence, Finding};
use serde_json::json;
use std::collections::BTreeSet;
use std::ops::Range;

/// Sample rates that exist: 0 and more than this are damage and not sound.
const MOST_RATE: u32 = 10_000_000;

/// Channels a header can mean; the biggest installations have some hundred.
const MOST_CHANNELS: u32 = 1024;

/// Rates the measures are made for: below are slow signals of instruments, above nothing
/// that is sold.
const READABLE_RATES: std::ops::RangeInclusive<u32> = 2_000..=768_000;

/// Channels the reader takes: 7.1 surround.
const READABLE_CHANNELS: u32 = 8;

/// Bytes behind the sound that are left alone: padding, remains of an editor.
pub(super) const MOST_TRAILING: usize = 64;

/// Takes interleaved samples, full scale 1; false when it has heard enough.
pub(super) type Sink<'s> = dyn FnMut(&mut [f32]) -> bool + 's;

/// A container that was understood.
pub(super) struct Opened<'a> {
    /// Samples a second of each channel.
    pub(super) rate: u32,
    pub(super) channels: u32,
    /// Samples of a channel the file says it has; none = it does not say.
    pub(super) declared: Option<u64>,
    /// Samples of a channel that are there, where this is known before decoding.
    pub(super) present: Option<u64>,
    pub(super) stream: Stream<'a>,
    /// What speaks against the container.
    pub(super) findings: Vec<Finding>,
    /// Names of the parts of its metadata that give a person away.
    pub(super) personal: BTreeSet<String>,
}

/// Where the samples are.
pub(super) enum Stream<'a> {
    Wav(wav::Data<'a>),
    Flac(flac::Frames<'a>),
    Mp3(mp3::Frames<'a>),
}

impl Stream<'_> {
    /// Decodes from the start to the end or until `sink` has heard enough; what was wrong
    /// on the way.
    pub(super) fn decode(&self, sink: &mut Sink<'_>) -> Vec<Finding> {
        match self {
            Self::Wav(data) => data.decode(sink),
            Self::Flac(frames) => frames.decode(sink),
            Self::Mp3(frames) => frames.decode(sink),
        }
    }

    /// Where in the file the sound is; around it are tags and other free content.
    pub(super) const fn span(&self) -> Range<usize> {
        match self {
            Self::Wav(data) => data.span(),
            Self::Flac(frames) => frames.span(),
            Self::Mp3(frames) => frames.span(),
        }
    }

    /// The same sound in the same container with nothing else in it.
    pub(super) fn bare(&self) -> Vec<u8> {
        match self {
            Self::Wav(data) => data.bare(),
            Self::Flac(frames) => frames.bare(),
            Self::Mp3(frames) => frames.bare(),
        }
    }
}

/// Opens a file of one of the accepted types.
pub(super) fn open<'a>(bytes: &'a [u8], media_type: &str) -> Result<Opened<'a>, Box<Finding>> {
    match media_type {
        "audio/wav" => wav::open(bytes),
        "audio/flac" => flac::open(bytes),
        _ => mp3::open(bytes),
    }
}

/// Refuses what no recording can have and holds what this reader does not take.
pub(super) fn plausible(rate: u32, channels: u32) -> Result<(), Box<Finding>> {
    let impossible = |what: &str, value: u32, most: u32| {
        let message = format!("The header says {value} {what}; 1 to {most} can be meant.");
        finding("impossible_header", json!(value), json!(most), message)
    };
    if rate == 0 || rate > MOST_RATE {
        return Err(impossible("samples a second", rate, MOST_RATE).into());
    }
    if channels == 0 || channels > MOST_CHANNELS {
        return Err(impossible("channels", channels, MOST_CHANNELS).into());
    }
    if !READABLE_RATES.contains(&rate) {
        return Err(unsupported(
            &format!("{rate} samples a second"),
            &format!("{} to {}", READABLE_RATES.start(), READABLE_RATES.end()),
        )
        .into());
    }
    if channels > READABLE_CHANNELS {
        return Err(unsupported(&format!("{channels} channels"), &format!("1 to {READABLE_CHANNELS}")).into());
    }
    Ok(())
}

/// A file that may be in order and is not read here.
pub(super) fn unsupported(found: &str, read: &str) -> Finding {
    let message = format!("The sound is stored as {found}; this reader takes {read}.");
    own(finding("not_supported_by_reader", json!(found), json!(read), message))
}

/// A finding whose code images have too, as a check of sounds.
pub(super) fn own(mut found: Finding) -> Finding {
    found.check = "S1".into();
    found
}

/// A file in which no sound is found.
pub(super) fn unreadable(what: &str) -> Finding {
    let message = format!("No sound can be read from the file: {what}.");
    finding("audio_unreadable", json!(what), json!("at least one piece of sound"), message)
}

/// The file stops before its sound does; `end_ms` is where.
pub(super) fn truncated(end_ms: u64, declared_ms: Option<u64>) -> Finding {
    let of = declared_ms.map_or("more".into(), |ms| format!("{} s", seconds(ms)));
    let message = format!("The sound breaks off after {} s; the file says it has {of}.", seconds(end_ms));
    let found = finding("audio_truncated", json!(end_ms), json!(declared_ms), message);
    at(found, Evidence::Time { start_ms: end_ms, end_ms: declared_ms.unwrap_or(end_ms).max(end_ms) })
}

/// Bytes behind the end of the sound that are no tag; a second file needs only a few.
pub(super) fn trailing(bytes: &[u8], start: usize, end: usize) -> Option<Finding> {
    let rest = bytes.get(start..end)?;
    if let Some(second) = polyglot::behind(bytes, start..end) {
        return Some(second);
    }
    if rest.len() <= MOST_TRAILING || rest.iter().all(|&b| b == 0) {
        return None;
    }
    let message = format!("{} bytes follow the end of the sound, from byte {start} on.", rest.len());
    let found = finding("trailing_data", json!(rest.len()), json!(MOST_TRAILING), message);
    Some(at(found, Evidence::Bytes { start: start as u64, end: end as u64 }))
}

/// Milliseconds of a number of samples.
pub(super) fn millis(samples: u64, rate: u32) -> u64 {
    (u128::from(samples) * 1000 / u128::from(rate.max(1))).min(u128::from(u64::MAX)) as u64
}

/// `12.3` of 12,345 ms.
pub(super) fn seconds(ms: u64) -> String {
    format!("{}.{}", ms / 1000, ms % 1000 / 100)
}
