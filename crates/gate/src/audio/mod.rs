//! S1–S11: what a recording must survive.
//!
//! Containers are understood here ([`wav`], [`flac`], [`mp3`]), so that every refusal has its
//! place; compressed frames are decoded by symphonia. The samples are measured in one pass as
//! they come and never kept.

mod clean;
mod decoder;
#[cfg(test)]
mod fixtures;
mod flac;
mod judge;
mod meter;
pub(crate) mod mp3;
mod open;
pub mod preview;
mod spectrum;
pub(crate) mod tags;
#[cfg(test)]
mod tests;
mod transcript;
mod wav;

use crate::door::polyglot;
use crate::evidence::{at, finding};
use crate::examined::{Derived, DerivedKind, Read};
use crate::input::Rules;
use crate::provenance;
use karat_types::finding::NotRun;
use karat_types::{Class, Evidence, Finding};
use meter::{Measured, Meter};
use open::{Opened, millis, seconds, unreadable, unsupported};
use serde_json::json;
use std::ops::Range;

/// Samples of all channels that are decoded at most: 20 minutes of two channels at 64 kHz.
/// More in 10 MB is no recording but an attack on the reader's time.
const MOST_SAMPLES: u64 = 20 * 60 * 64_000 * 2;

/// How far the decoded length may be from the declared one, per mille.
const MOST_OFF: u64 = 50;

/// All checks on a recording.
pub(crate) fn check(bytes: &[u8], media_type: &str, rules: &Rules) -> Read {
    let mut read = Read::default();
    let opened = match open::open(bytes, media_type) {
        Ok(opened) => opened,
        Err(found) => {
            read.findings.push(*found);
            read.stopped = Some("the sound could not be read");
            around(bytes, media_type, rules, &[], &mut read);
            return read;
        }
    };
    read.findings.extend(judge::header(&opened, rules.profile));
    read.findings.extend(clean::found(&opened));
    read.findings.extend(opened.findings.iter().cloned());
    match heard(&opened) {
        Ok((measured, findings)) => {
            read.findings.extend(findings);
            judge_all(&opened, measured, media_type, rules, &mut read);
        }
        Err(findings) => {
            read.findings.extend(findings);
            read.stopped = Some("the sound could not be read to its end");
            read.ran = &["S1", "S2", "S3"];
        }
    }
    let sound = opened.stream.span();
    around(bytes, media_type, rules, &[0..sound.start, sound.end..bytes.len()], &mut read);
    read
}

/// S11 and A5: what the file says of its making, and what else is in it.
fn around(bytes: &[u8], media_type: &str, rules: &Rules, fields: &[Range<usize>], read: &mut Read) {
    let said = provenance::read(bytes, media_type, rules.trust_anchors.as_deref());
    read.findings.extend(provenance::judge(&said, rules, "S11"));
    skip(read, "S11", "no detector of watermarks is built in");
    if read.findings.iter().any(|f| f.code == "polyglot") {
        return;
    }
    let trailing = read.findings.iter().find(|f| f.code == "trailing_data");
    let end = match trailing.and_then(|found| found.evidence.as_ref()) {
        Some(Evidence::Bytes { start, .. }) => *start as usize,
        _ => bytes.len(),
    };
    if let Some(second) = polyglot::check(bytes, end, fields).filter(|found| found.code == "polyglot") {
        read.findings.retain(|f| f.code != "trailing_data");
        read.findings.push(second);
    }
}

/// Decodes the whole; an error when it is not whole.
fn heard(opened: &Opened<'_>) -> Result<(Measured, Vec<Finding>), Vec<Finding>> {
    let length = |frames: u64| judge::length(millis(frames, opened.rate));
    let too_many = |frames: u64| {
        (frames.saturating_mul(u64::from(opened.channels)) > MOST_SAMPLES).then(|| {
            let found = format!("{frames} samples in each of {} channels", opened.channels);
            unsupported(&found, &format!("{MOST_SAMPLES} samples in all"))
        })
    };
    if let Some(frames) = opened.present.or(opened.declared) {
        let long = length(frames).filter(|found| found.code == "audio_too_long");
        if let Some(found) = long.or_else(|| too_many(frames)) {
            return Err(vec![found]);
        }
    }
    let mut meter = Meter::new(opened.rate, opened.channels);
    // A second more than allowed is enough to know.
    let most_frames = (judge::LONGEST_MS / 1000 + 1) * u64::from(opened.rate);
    let wrong = opened.stream.decode(&mut |samples| {
        meter.take(samples);
        meter.frames < most_frames && too_many(meter.frames).is_none()
    });
    let frames = meter.frames;
    let stops = |f: &Finding| f.class == Class::Refuse || f.code == "not_supported_by_reader";
    let mut findings = wrong;
    findings.extend(too_many(frames));
    if !findings.iter().any(stops) {
        findings.extend(declared(opened, frames));
        findings.extend(if frames == 0 { Some(unreadable("it decodes to nothing")) } else { length(frames) });
    }
    if findings.iter().any(stops) {
        return Err(findings);
    }
    let measured = meter.finish();
    findings.extend(not_numbers(&measured));
    Ok((measured, findings))
}

/// S1: the decoded length beside the declared one.
fn declared(opened: &Opened<'_>, frames: u64) -> Option<Finding> {
    let declared = opened.declared?;
    if declared.abs_diff(frames).saturating_mul(1000) <= declared.saturating_mul(MOST_OFF) {
        return None;
    }
    let (is, says) = (millis(frames, opened.rate), millis(declared, opened.rate));
    if frames < declared {
        return Some(open::truncated(is, Some(says)));
    }
    let message = format!("The file says it has {} s of sound and has {} s.", seconds(says), seconds(is));
    let found = finding("duration_mismatch", json!(is), json!(says), message);
    Some(at(found, Evidence::Time { start_ms: says, end_ms: is }))
}

/// Samples that are infinite or no numbers at all.
fn not_numbers(measured: &Measured) -> Option<Finding> {
    let first = millis(measured.first_not_number?, measured.rate);
    let count = measured.not_numbers;
    let message = format!("{count} samples are no finite numbers, the first at {} s.", seconds(first));
    let found = finding("samples_damaged", json!(count), json!(0), message);
    Some(at(found, Evidence::Time { start_ms: first, end_ms: first }))
}

/// Everything that is said of samples that were read to their end.
fn judge_all(opened: &Opened<'_>, measured: Measured, media_type: &str, rules: &Rules, read: &mut Read) {
    let (findings, quality) = judge::samples(&measured, rules.profile);
    read.findings.extend(findings);
    read.quality = Some(quality);
    match rules.transcript.as_deref().map(str::trim).filter(|text| !text.is_empty()) {
        Some(text) => {
            let ms = millis(measured.frames, measured.rate);
            read.findings.extend(transcript::check(text, ms, rules.language.as_deref()));
        }
        None => skip(read, "S10", "no transcript came with the recording"),
    }
    if !opened.personal.is_empty() {
        match clean::cleaned(opened, media_type, measured.samples) {
            Some(cleaned) => read.derived.push(cleaned),
            None => skip(read, "cleaned", "the file could not be rewritten without changing its sound"),
        }
    }
    if let Ok(bytes) = serde_json::to_vec(&preview::of(&measured)) {
        let media_type = "application/json".to_owned();
        read.derived.push(Derived { kind: DerivedKind::Preview, media_type, bytes });
    }
    read.prints.samples = Some(measured.samples);
    read.prints.chroma = measured.chroma;
}

fn skip(read: &mut Read, check: &str, why: &str) {
    read.not_run.push(NotRun { check: check.into(), why: why.into() });
}
