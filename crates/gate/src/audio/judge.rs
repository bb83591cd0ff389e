//! S2–S8: what the measures say, by profile.
//!
//! Quality starts at 100. Each line of [`LOSSES`] takes points in proportion, from none at
//! its limit to all of them at its worst; what is held besides takes none here, because a
//! person decides about it.

use super::meter::{BLOCKS, Measured};
use super::open::{Opened, seconds};
use crate::evidence::{at, finding};
use crate::profile::Profile;
use karat_types::{Evidence, Finding};
use serde_json::json;

/// Shortest and longest recording, milliseconds.
pub(super) const SHORTEST_MS: u64 = 500;
pub(super) const LONGEST_MS: u64 = 20 * 60 * 1000;

/// Level below which a recording is silence, hundredths of dB.
const SILENCE: i64 = -6000;

/// How far below its loudest hundredth speech still counts as speech, hundredths of dB.
const SPEECH_RANGE: i64 = 2500;

/// Of 1,000 parts of a recording, how many must have sound.
const LEAST_ACTIVE: u64 = 200;

/// Of 100,000 samples, how many may be clipped before a person looks.
const MOST_CLIPPED: u64 = 1000;

/// Of 1,000 parts of the frequency range, where a wall must not stand below (S7).
const LEAST_RANGE: u32 = 350;

/// A channel this quiet beside one this loud is dead, hundredths of dB.
const DEAD: i64 = -8000;
const ALIVE: i64 = -5000;

/// Silent stretches shorter than this are pauses, milliseconds.
const PAUSE_MS: u64 = 1000;

/// What a profile expects.
struct Expected {
    rate: u32,
    /// Lengths without loss, milliseconds.
    shortest: u64,
    longest: u64,
}

fn expected(profile: Profile) -> Expected {
    match profile {
        Profile::Music => Expected { rate: 32_000, shortest: 10_000, longest: 900_000 },
        Profile::Sound => Expected { rate: 16_000, shortest: 500, longest: 60_000 },
        _ => Expected { rate: 16_000, shortest: 2_000, longest: 60_000 },
    }
}

/// A measure that costs points: code, limit without loss, worst, most points.
struct Loss(&'static str, i64, i64, i64);

const LOSSES: [Loss; 8] = [
    // Milliseconds: the limits of speech; other profiles put theirs in.
    Loss("too_short_for_profile", 2_000, 500, 20),
    Loss("too_long_for_profile", 60_000, 1_200_000, 30),
    // Of 100,000 samples.
    Loss("clipping", 100, 1_000, 30),
    // Of 1,000 parts of full scale.
    Loss("dc_offset", 10, 100, 10),
    // Channels.
    Loss("dead_channel", 0, 1, 10),
    // Tenths of LUFS.
    Loss("too_quiet", -500, -700, 20),
    Loss("too_loud", -50, 0, 20),
    // Hundredths of dB, speech only.
    Loss("noisy", 1_000, 0, 40),
];

impl Loss {
    fn points(&self, measured: i64) -> i64 {
        let Self(_, limit, worst, most) = self;
        let beyond = if worst < limit { limit - measured } else { measured - limit };
        most * beyond.clamp(0, (worst - limit).abs()) / (worst - limit).abs().max(1)
    }
}

/// S2 and S3, from what is known before anything is decoded.
pub(super) fn header(opened: &Opened<'_>, profile: Profile) -> Vec<Finding> {
    let expected = expected(profile);
    let mut findings = Vec::new();
    if opened.rate < expected.rate {
        let message = format!(
            "The recording has {} samples a second; the profile {} wants {}.",
            opened.rate,
            profile.as_str(),
            expected.rate
        );
        findings.push(finding("low_sample_rate", json!(opened.rate), json!(expected.rate), message));
    }
    if opened.channels > 2 {
        let message = format!("The recording has {} channels; one or two are expected.", opened.channels);
        findings.push(finding("many_channels", json!(opened.channels), json!(2), message));
    }
    findings
}

/// S2: too short or too long for anything.
pub(super) fn length(ms: u64) -> Option<Finding> {
    if ms < SHORTEST_MS {
        let message = format!("The recording lasts {ms} ms; {SHORTEST_MS} ms are the least.");
        return Some(finding("audio_too_short", json!(ms), json!(SHORTEST_MS), message));
    }
    (ms > LONGEST_MS).then(|| {
        let (is, most) = (seconds(ms), LONGEST_MS / 1000);
        let message = format!("The recording lasts {is} s; {most} s (20 minutes) are the most.");
        let found = finding("audio_too_long", json!(ms), json!(LONGEST_MS), message);
        at(found, Evidence::Time { start_ms: LONGEST_MS, end_ms: ms })
    })
}

/// S2 and S4–S8 of the samples, and the quality they leave.
pub(super) fn samples(measured: &Measured, profile: Profile) -> (Vec<Finding>, u32) {
    let level = measured.level();
    if level < SILENCE {
        let message =
            format!("The whole recording is silence: its level is {} dB below full scale.", tenths(-level));
        return (vec![finding("silent", json!(level), json!(SILENCE), message)], 0);
    }
    let levels = measured.levels();
    let mut findings: Vec<Finding> = mostly_silent(measured, &levels, profile).into_iter().collect();
    findings.extend(fake_resolution(measured));
    let mut quality = 100;
    for (measure, value, what, place) in losses(measured, &levels, profile) {
        let lost = measure.points(value);
        if lost == 0 && !(measure.0 == "clipping" && value > MOST_CLIPPED as i64) {
            continue;
        }
        quality -= lost;
        let held = measure.0 == "clipping" && value > MOST_CLIPPED as i64;
        let code = if held { "heavy_clipping" } else { measure.0 };
        let limit = if held { MOST_CLIPPED as i64 } else { measure.1 };
        let message = format!("{what}. {lost} points lost.");
        let mut found = finding(code, json!(value), json!(limit), message);
        found.evidence = place;
        findings.push(found);
    }
    (findings, quality.clamp(0, 100) as u32)
}

type Measure = (Loss, i64, String, Option<Evidence>);

fn losses(measured: &Measured, levels: &[i64], profile: Profile) -> Vec<Measure> {
    let expected = expected(profile);
    let ms = super::open::millis(measured.frames, measured.rate) as i64;
    let [short, long, clipping, offset, dead, quiet, loud, noisy] = LOSSES;
    let lasts = format!("The recording lasts {} s", seconds(ms as u64));
    let short = Loss(short.0, expected.shortest as i64, short.2.min(expected.shortest as i64 - 1), short.3);
    let long = Loss(long.0, expected.longest as i64, long.2, long.3);
    let (clipped, worst) = clipped(measured);
    let dc = measured.channels.iter().map(|c| (c.offset.abs() * 1000.0).round() as i64).max().unwrap_or(0);
    let (silent, which) = dead_channels(measured);
    let lufs = measured.lufs_tenths.unwrap_or(-700);
    let heard = format!("Its loudness is {} LUFS", signed_tenths(lufs));
    let mut all = vec![
        (short, ms, lasts.clone(), None),
        (long, ms, lasts, None),
        (
            clipping,
            clipped,
            format!("{clipped} of 100,000 samples are at full scale, most of them here"),
            worst,
        ),
        (offset, dc, format!("The zero line is off by {dc} of 1,000 parts of full scale"), None),
        (dead, silent, format!("Channel {which} has no sound"), None),
        (quiet, lufs, heard.clone(), None),
        (loud, lufs, heard, None),
    ];
    if profile == Profile::Speech {
        let range = noise_range(levels);
        all.push((noisy, range, format!("The voice is only {} dB above the noise", tenths(range)), None));
    }
    all
}

/// Clipped samples of 100,000, and the second with the most.
fn clipped(measured: &Measured) -> (i64, Option<Evidence>) {
    let sum = |blocks: &[super::meter::Block]| blocks.iter().map(|b| u64::from(b.clipped)).sum::<u64>();
    let all = sum(&measured.blocks);
    let worst = measured
        .blocks
        .chunks(BLOCKS as usize)
        .enumerate()
        .max_by_key(|(nth, second)| (sum(second), usize::MAX - nth))
        .map(|(nth, second)| {
            let start = nth * BLOCKS as usize;
            Evidence::Time {
                start_ms: measured.block_ms(start),
                end_ms: measured.block_ms(start + second.len()),
            }
        });
    ((all * 100_000 / measured.count().max(1)) as i64, worst)
}

/// How many channels are dead, and the first of them.
fn dead_channels(measured: &Measured) -> (i64, usize) {
    let level = |power: f64| (10.0 * (power + 1e-12).log10() * 100.0).round() as i64;
    let levels: Vec<i64> = measured.channels.iter().map(|c| level(c.power)).collect();
    let alive = levels.iter().any(|l| *l > ALIVE);
    let dead: Vec<usize> = (1..).zip(&levels).filter(|(_, l)| **l < DEAD).map(|(nth, _)| nth).collect();
    if alive { (dead.len() as i64, dead.first().copied().unwrap_or(0)) } else { (0, 0) }
}

/// S8: how far the loud parts stand above the quiet ones: the 95th percentile of the levels
/// of 20 ms less the 10th, hundredths of dB.
fn noise_range(levels: &[i64]) -> i64 {
    let mut sorted = levels.to_vec();
    sorted.sort_unstable();
    percentile(&sorted, 95) - percentile(&sorted, 10)
}

fn percentile(sorted: &[i64], percent: usize) -> i64 {
    sorted.get((sorted.len().saturating_sub(1)) * percent / 100).copied().unwrap_or(0)
}

/// S4: too little sound in it, with the silent stretches.
fn mostly_silent(measured: &Measured, levels: &[i64], profile: Profile) -> Option<Finding> {
    let mut sorted = levels.to_vec();
    sorted.sort_unstable();
    let line = match profile {
        Profile::Speech => SILENCE.max(percentile(&sorted, 99) - SPEECH_RANGE),
        _ => SILENCE,
    };
    let active = levels.iter().filter(|l| **l >= line).count() as u64 * 1000 / levels.len().max(1) as u64;
    if active >= LEAST_ACTIVE {
        return None;
    }
    let mut silent = stretches(measured, levels, line);
    silent.sort_by_key(|(start, end)| (std::cmp::Reverse(end - start), *start));
    let shown: Vec<String> = silent
        .iter()
        .take(3)
        .map(|(start, end)| format!("{}–{} s", seconds(*start), seconds(*end)))
        .collect();
    let what = if profile == Profile::Speech { "speech" } else { "sound" };
    let message = format!(
        "Only {active} of 1,000 parts have {what}; the longest silences are at {}.",
        if shown.is_empty() { "no one place".into() } else { shown.join(", ") }
    );
    let mut found = finding("mostly_silent", json!(active), json!(LEAST_ACTIVE), message);
    found.evidence = silent.first().map(|&(start_ms, end_ms)| Evidence::Time { start_ms, end_ms });
    Some(found)
}

/// Stretches below a level of a second and more, milliseconds.
fn stretches(measured: &Measured, levels: &[i64], line: i64) -> Vec<(u64, u64)> {
    let mut out = Vec::new();
    let mut start = None;
    for (nth, level) in levels.iter().chain([&i64::MAX]).enumerate() {
        match (start, *level < line) {
            (None, true) => start = Some(nth),
            (Some(from), false) => {
                let (from, to) = (measured.block_ms(from * 4), measured.block_ms(nth * 4));
                if to - from >= PAUSE_MS {
                    out.push((from, to));
                }
                start = None;
            }
            _ => (),
        }
    }
    out
}

/// Stretches without sound, for the picture.
pub(super) fn silences(measured: &Measured) -> Vec<(u64, u64)> {
    stretches(measured, &measured.levels(), SILENCE)
}

/// S7: stored at a rate it was not recorded at.
fn fake_resolution(measured: &Measured) -> Option<Finding> {
    let wall = measured.spectrum.wall().filter(|wall| *wall < LEAST_RANGE)?;
    let hz = u64::from(measured.rate) / 2 * u64::from(wall) / 1000;
    let message = format!(
        "There is no sound above about {hz} Hz, though {} samples a second hold up to {} Hz.",
        measured.rate,
        measured.rate / 2
    );
    Some(finding("fake_resolution", json!(wall), json!(LEAST_RANGE), message))
}

fn tenths(hundredths: i64) -> String {
    signed_tenths(hundredths / 10)
}

fn signed_tenths(value: i64) -> String {
    let sign = if value < 0 { "−" } else { "" };
    format!("{sign}{}.{}", value.abs() / 10, value.abs() % 10)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::audio::check;
    use crate::audio::fixtures::{voice, wav};
    use crate::input::Rules;
    use karat_types::Modality;

    #[test]
    fn points_are_lost_in_proportion() {
        let [short, _, clipping, .., noisy] = LOSSES;
        assert_eq!([2_000, 1_250, 500, 0].map(|ms| short.points(ms)), [0, 10, 20, 20]);
        assert_eq!([0, 100, 550, 9_999].map(|n| clipping.points(n)), [0, 0, 15, 30]);
        assert_eq!([2_000, 1_000, 500, -5].map(|n| noisy.points(n)), [0, 0, 20, 40]);
    }

    fn found(profile: Profile, rate: u32, channels: u16, samples: &[i16]) -> (Vec<Finding>, Option<u32>) {
        let rules = Rules { profile, ..Rules::of(Modality::Audio) };
        let read = check(&wav(rate, channels, samples), "audio/wav", &rules);
        (read.findings, read.quality)
    }

    fn codes(profile: Profile, rate: u32, samples: &[i16]) -> Vec<String> {
        found(profile, rate, 1, samples).0.into_iter().map(|f| f.code).collect()
    }

    const NONE: [&str; 0] = [];

    #[test]
    fn silence_is_refused_and_little_sound_held_with_its_place() {
        assert_eq!(codes(Profile::Speech, 16_000, &[0; 48_000]), ["silent"]);
        // A constant is silence, whatever its value.
        assert_eq!(codes(Profile::Speech, 16_000, &[9_000; 48_000]), ["silent"]);
        assert_eq!(codes(Profile::Music, 44_100, &[3; 500_000]), ["silent"]);
        let lonely = [vec![0; 320_000], voice(16_000, 2_000), vec![0; 80_000]].concat();
        let (findings, _) = found(Profile::Speech, 16_000, 1, &lonely);
        assert_eq!(findings[0].code, "mostly_silent");
        assert_eq!(findings[0].evidence, Some(Evidence::Time { start_ms: 0, end_ms: 20_000 }));
        assert!(findings[0].message.contains("0.0–20.0 s"), "{}", findings[0].message);
        // A word on a bed of noise is as little speech as one in silence.
        let mut noise = 1_u32;
        let bed = lonely.iter().map(|s| {
            noise = noise.wrapping_mul(1_103_515_245).wrapping_add(12_345);
            s / 2 + (noise >> 16) as i16 / 1_000
        });
        assert_eq!(codes(Profile::Speech, 16_000, &bed.collect::<Vec<_>>())[0], "mostly_silent");
    }

    #[test]
    fn clipping_costs_points_then_a_look() {
        let clip = |share: usize| -> Vec<i16> {
            let mut samples = voice(16_000, 4_000);
            samples[32_000..32_000 + share].fill(32_767);
            samples
        };
        assert_eq!(codes(Profile::Speech, 16_000, &clip(60)), NONE);
        let (findings, quality) = found(Profile::Speech, 16_000, 1, &clip(320));
        assert_eq!((findings[0].code.as_str(), quality), ("clipping", Some(87)));
        assert_eq!(findings[0].evidence, Some(Evidence::Time { start_ms: 2_000, end_ms: 3_000 }));
        assert_eq!(codes(Profile::Speech, 16_000, &clip(900)), ["heavy_clipping"]);
    }

    #[test]
    fn levels_offsets_and_dead_channels_cost_points() {
        let samples = voice(16_000, 4_000);
        let scaled = |by: i16| samples.iter().map(|s| s / by).collect::<Vec<_>>();
        assert_eq!(codes(Profile::Speech, 16_000, &scaled(40)), ["too_quiet"]);
        let offset: Vec<i16> = samples.iter().map(|s| s.saturating_add(1_500)).collect();
        assert_eq!(codes(Profile::Speech, 16_000, &offset), ["dc_offset"]);
        let half: Vec<i16> = samples.iter().flat_map(|&s| [s, 0]).collect();
        let (findings, quality) = found(Profile::Speech, 16_000, 2, &half);
        assert_eq!((findings[0].code.as_str(), quality), ("dead_channel", Some(90)));
        assert!(findings[0].message.contains("Channel 2"), "{}", findings[0].message);
        let loud: Vec<i16> = samples.iter().map(|s| if *s < 0 { -32_000 } else { 32_000 }).collect();
        assert!(codes(Profile::Sound, 16_000, &loud).contains(&"too_loud".into()));
    }

    #[test]
    fn noise_is_asked_of_speech_only() {
        let mut noise = 1_u32;
        let steady: Vec<i16> = (0..96_000)
            .map(|_| {
                noise = noise.wrapping_mul(1_103_515_245).wrapping_add(12_345);
                (noise >> 16) as i16 / 4
            })
            .collect();
        assert_eq!(codes(Profile::Speech, 16_000, &steady), ["noisy"]);
        assert_eq!(codes(Profile::Sound, 16_000, &steady), NONE);
    }

    #[test]
    fn rates_channels_and_lengths_follow_the_profile() {
        let samples = voice(8_000, 4_000);
        assert_eq!(codes(Profile::Speech, 8_000, &samples), ["low_sample_rate"]);
        assert_eq!(codes(Profile::Music, 16_000, &samples)[0], "low_sample_rate");
        let three: Vec<i16> = voice(16_000, 4_000).iter().flat_map(|&s| [s, s, s]).collect();
        assert_eq!(found(Profile::Speech, 16_000, 3, &three).0[0].code, "many_channels");
        assert_eq!(codes(Profile::Speech, 16_000, &voice(16_000, 1_250)), ["too_short_for_profile"]);
        assert_eq!(codes(Profile::Sound, 16_000, &voice(16_000, 1_250)), NONE);
        assert_eq!(codes(Profile::Sound, 16_000, &voice(16_000, 499)), ["audio_too_short"]);
        assert_eq!(codes(Profile::Sound, 16_000, &voice(16_000, 500)), NONE);
    }

    /// Many tones up to `top` Hz, falling by `fall` dB an octave above 200 Hz, and dither.
    fn band(rate: u32, top: f64, fall: f64) -> Vec<i16> {
        let mut noise = 1_u32;
        let tones: Vec<(f64, f64, f64)> = (1..)
            .map(|n| 60.0 + 37.3 * f64::from(n))
            .take_while(|hz| *hz < top)
            .map(|hz| (hz, 10_f64.powf(-fall / 20.0 * (hz / 200.0).log2().max(0.0)), hz * hz))
            .collect();
        (0..u64::from(rate) * 3 / 2)
            .map(|i| {
                let t = i as f64 / f64::from(rate) * std::f64::consts::TAU;
                let sum: f64 = tones.iter().map(|(hz, size, phase)| (hz * t + phase).sin() * size).sum();
                noise = noise.wrapping_mul(1_103_515_245).wrapping_add(12_345);
                (sum * 400.0 + f64::from(noise >> 16) / 65_536.0 * 2.0 - 1.0).round() as i16
            })
            .collect()
    }

    #[test]
    fn a_wall_is_found_and_fading_is_not() {
        let walled = |rate: u32, samples: &[i16]| {
            codes(Profile::Sound, rate, samples).contains(&"fake_resolution".to_owned())
        };
        for (rate, top) in [(48_000, 4_000.0), (44_100, 4_000.0), (44_100, 5_512.0), (48_000, 8_000.0)] {
            assert!(walled(rate, &band(rate, top, 2.0)), "{rate} {top}");
        }
        // Telephone speech at 16 kHz, a full band, quiet low music, a tone.
        assert!(!walled(16_000, &band(16_000, 3_400.0, 2.0)));
        assert!(!walled(8_000, &band(8_000, 3_900.0, 2.0)));
        assert!(!walled(44_100, &band(44_100, 20_000.0, 6.0)));
        assert!(!walled(44_100, &band(44_100, 20_000.0, 14.0)));
        assert!(!walled(44_100, &band(44_100, 100.0, 0.0)));
    }
}
