//! Whole files through the whole reader.

use super::fixtures::{Flac, MP3, bytes, chunk, format, id3, riff, voice, wav};
use super::*;
use crate::near;
use crate::profile::Profile;
use karat_types::Modality;

fn rules(profile: Profile) -> Rules {
    Rules { profile, ..Rules::of(Modality::Audio) }
}

fn read(file: &[u8]) -> Read {
    let media_type = crate::kind::sniff(file).unwrap_or("audio/mpeg");
    check(file, media_type, &rules(Profile::Speech))
}

/// The codes that refuse or hold.
fn stops(file: &[u8]) -> Vec<String> {
    let stops = |f: &Finding| matches!(f.class, Class::Refuse | Class::Hold);
    read(file).findings.into_iter().filter(stops).map(|f| f.code).collect()
}

fn short() -> Vec<i16> {
    voice(16_000, 1_000)
}

const NONE: [&str; 0] = [];

#[test]
fn an_honest_voice_loses_nothing_in_any_container() {
    let samples = voice(16_000, 5_000);
    for file in [wav(16_000, 1, &samples), Flac::VOICE.write(&samples, &[]), MP3.to_vec()] {
        let read = read(&file);
        assert_eq!((read.findings.as_slice(), read.quality), (&[][..], Some(100)));
        assert!(read.prints.samples.is_some() && read.prints.chroma.len() > 10);
    }
}

#[test]
fn the_same_samples_have_the_same_hash_in_every_coding() {
    let samples = short();
    let coded = |tag: u16, bits: u16, one: &dyn Fn(i16) -> Vec<u8>| {
        let data: Vec<u8> = samples.iter().flat_map(|&s| one(s)).collect();
        riff(&[format(tag, 1, 16_000, bits), chunk("data", &data)])
    };
    let wide = |s: i16| (i32::from(s) << 16).to_le_bytes();
    let extensible = |s: i16| s.to_le_bytes().to_vec();
    let mut fmt = format(0xfffe, 1, 16_000, 16);
    fmt.splice(4..8, 40_u32.to_le_bytes());
    fmt.extend([&[22, 0, 16, 0, 4, 0, 0, 0, 1, 0][..], b"\0\0\0\0\x10\0\x80\0\0\xaa\0\x38\x9b\x71"].concat());
    let extended =
        riff(&[fmt, chunk("data", &samples.iter().flat_map(|&s| extensible(s)).collect::<Vec<_>>())]);
    let flac = Flac::VOICE.write(&samples, &[]);
    let files = [
        coded(1, 24, &|s| wide(s)[1..].to_vec()),
        coded(1, 32, &|s| wide(s).to_vec()),
        coded(3, 32, &|s| (f32::from(s) / 32768.0).to_le_bytes().to_vec()),
        coded(3, 64, &|s| (f64::from(s) / 32768.0).to_le_bytes().to_vec()),
        extended,
        flac,
    ];
    let hash = read(&wav(16_000, 1, &samples)).prints.samples;
    for (nth, file) in files.iter().enumerate() {
        assert_eq!(read(file).prints.samples, hash, "{nth}");
    }
}

#[test]
fn laws_of_telephony_are_read() {
    let mu = |s: i16| {
        let size = (i32::from(s).abs() + 132).min(32_767);
        let exponent = 24 - size.leading_zeros() as i32;
        !(((s < 0) as u8) << 7 | (exponent.max(0) as u8) << 4 | (size >> (exponent.max(0) + 3) & 15) as u8)
    };
    let data: Vec<u8> = voice(16_000, 4_000).into_iter().map(mu).collect();
    let read = read(&riff(&[format(7, 1, 16_000, 8), chunk("data", &data)]));
    let plain = self::read(&wav(16_000, 1, &voice(16_000, 4_000)));
    assert!(read.quality.is_some_and(|q| q >= 90), "{:?}", read.findings);
    let found = near::audio::alike(&read.prints.chroma, &plain.prints.chroma).unwrap();
    assert!(found.likeness > 900, "{found:?}");
    let silent = riff(&[format(6, 1, 16_000, 8), chunk("data", &[0xd5; 16_000])]);
    assert_eq!(stops(&silent), ["silent"]);
}

#[test]
fn wrong_sizes_that_real_programs_leave_are_read() {
    let data = bytes(&short());
    let sized = |riff_size: u32, data_size: u32| {
        let mut file = wav(16_000, 1, &short());
        file[4..8].copy_from_slice(&riff_size.to_le_bytes());
        file[40..44].copy_from_slice(&data_size.to_le_bytes());
        file
    };
    let length = data.len() as u32;
    for (riff_size, data_size) in [
        (0, 0),
        (36, 0),
        (u32::MAX, u32::MAX),
        (u32::MAX, u32::MAX - 36),
        (0x7fff_ffff, 0x7fff_ffff - 36),
        (0, length),
        (u32::MAX, length),
        (8, length),
        (length + 36 + 8, length),
        (length + 36, length + 44),
    ] {
        assert_eq!(stops(&sized(riff_size, data_size)), NONE, "{riff_size} {data_size}");
    }
    let fmt = format(1, 1, 16_000, 16);
    let unpadded = [b"LIST\x05\0\0\0INFO!".as_slice(), &chunk("data", &data)].concat();
    for file in [
        riff(&[
            chunk("JUNK", &[0; 28]),
            chunk("bext", &[0; 602]),
            fmt.clone(),
            chunk("fact", &[0; 4]),
            chunk("data", &data),
        ]),
        riff(&[
            fmt.clone(),
            chunk("data", &data),
            chunk("LIST", b"INFOISFT\x05\0\0\0test\0\0"),
            chunk("iXML", b"<x/>"),
        ]),
        riff(&[fmt.clone(), unpadded]),
        [riff(&[fmt.clone(), chunk("data", &data)]), vec![0; 3000]].concat(),
        [riff(&[fmt.clone(), chunk("data", &data)]), [b"TAG".as_slice(), &[b' '; 125]].concat()].concat(),
        [riff(&[fmt.clone(), chunk("data", &data)]), id3(&[("TIT2", b"\0Song")])].concat(),
    ] {
        assert_eq!(stops(&file), NONE);
    }
    let mut wide = riff(&[
        chunk("ds64", &[&[0; 8], &u64::from(length).to_le_bytes()[..], &[0; 12]].concat()),
        fmt,
        chunk("data", &data),
    ]);
    wide[..4].copy_from_slice(b"RF64");
    assert_eq!(stops(&wide), NONE);
}

#[test]
fn truncated_files_say_where_they_break_off() {
    let samples = voice(16_000, 4_000);
    let cut = |file: &[u8]| {
        let found = read(&file[..file.len() / 2]).findings.remove(0);
        (found.code, found.measured.as_u64().unwrap_or(0), found.evidence.is_some())
    };
    for file in [wav(16_000, 1, &samples), Flac::VOICE.write(&samples, &[]), MP3.to_vec()] {
        let (code, ms, placed) = cut(&file);
        assert_eq!((code.as_str(), placed), ("audio_truncated", true));
        assert!((1_800..2_600).contains(&ms), "{ms}");
    }
    assert_eq!(stops(&wav(16_000, 1, &samples)[..40]), ["audio_truncated"]);
    assert_eq!(stops(&Flac::VOICE.write(&samples, &[])[..42]), ["audio_truncated"]);
    // What a clean stop leaves behind is within what is tolerated.
    let whole = wav(16_000, 1, &samples);
    assert_eq!(stops(&whole[..whole.len() - 1_001]), NONE);
    assert_eq!(stops(&MP3[..MP3.len() - 100]), NONE);
}

#[test]
fn damage_is_told_from_an_early_end() {
    let samples = voice(16_000, 2_000);
    let good = Flac::VOICE.write(&samples, &[]);
    let mut flipped = good.clone();
    flipped[good.len() / 2] ^= 4;
    let found = read(&flipped).findings.remove(0);
    assert_eq!(found.code, "samples_damaged");
    assert!(found.measured.as_u64().is_some_and(|ms| (900..1_100).contains(&ms)), "{found:?}");
    let mut wrong_sum = good.clone();
    wrong_sum[30] ^= 1;
    assert_eq!(stops(&wrong_sum), ["samples_damaged"]);
    let mut no_sum = good;
    no_sum[26..42].fill(0);
    assert_eq!(stops(&no_sum), NONE);
    let mut holes = MP3.to_vec();
    let at = holes.len() / 2;
    holes[at..at + 400].fill(0x11);
    assert_eq!(stops(&holes), ["sound_interrupted"]);
    let at = holes.len() / 4;
    holes[at..at + 6000].fill(0x11);
    assert_eq!(stops(&holes), ["samples_damaged", "audio_truncated"]);
}

#[test]
fn tags_at_both_ends_are_no_damage() {
    let id3v2 = id3(&[("TIT2", b"\0Song"), ("TPE1", b"\0A Band")]);
    let id3v1 = [b"TAG".as_slice(), &[b' '; 125]].concat();
    let item = b"\x04\0\0\0\0\0\0\0Title\0Song";
    let ape = |flags: u32| {
        let size = (item.len() as u32 + 32).to_le_bytes();
        [b"APETAGEX\xd0\x07\0\0".as_slice(), &size, &1_u32.to_le_bytes(), &flags.to_le_bytes(), &[0; 8]]
            .concat()
    };
    let ape = [ape(0xa000_0000), item.to_vec(), ape(0x8000_0000)].concat();
    let samples = short();
    for sound in [
        MP3.to_vec(),
        Flac::VOICE.write(&samples, &[]),
        Flac { sums: false, ..Flac::VOICE }.write(&samples, &[]),
    ] {
        let hash = read(&sound).prints.samples;
        for file in [
            [&id3v2[..], &sound].concat(),
            [&id3v2[..], &id3v2, &sound, &id3v1].concat(),
            [&sound[..], &ape].concat(),
            [&sound[..], &ape, &id3v1].concat(),
            [&sound[..], &[0; 500]].concat(),
        ] {
            assert_eq!(stops(&file), NONE);
            assert_eq!(read(&file).prints.samples, hash);
        }
    }
    for garbage in [vec![0; 3000], (0..2000_u32).map(|i| (i * 7 % 251) as u8).collect()] {
        assert_eq!(stops(&[garbage, MP3.to_vec()].concat()), NONE);
    }
    let joined = [MP3, &id3v2, &MP3[180..]].concat();
    assert_eq!(stops(&joined), ["duration_mismatch"]);
}

#[test]
fn what_follows_the_sound_is_refused() {
    let rest = [b"none".as_slice(), &(0..200_u8).collect::<Vec<_>>()].concat();
    let samples = short();
    for sound in [
        wav(16_000, 1, &samples),
        Flac::VOICE.write(&samples, &[]),
        Flac { sums: false, ..Flac::VOICE }.write(&samples, &[]),
        MP3.to_vec(),
    ] {
        let found =
            read(&[&sound[..], &rest].concat()).findings.into_iter().find(|f| f.class == Class::Refuse);
        let found = found.expect("refused");
        assert_eq!((found.code.as_str(), found.measured), ("trailing_data", json!(rest.len())));
    }
    let archive = [
        b"PK\x03\x04\x0a\0\0\0hello".as_slice(),
        &[0; 60],
        b"PK\x01\x02",
        &[0; 42],
        b"PK\x05\x06\0\0\0\0\x01\0\x01\0\x2e\0\0\0\0\0\0\0\0\0",
    ]
    .concat();
    for sound in [wav(16_000, 1, &samples), Flac::VOICE.write(&samples, &[]), MP3.to_vec()] {
        assert_eq!(stops(&[sound, archive.clone()].concat()), ["polyglot"]);
    }
    let nested = [wav(16_000, 1, &samples), wav(16_000, 1, &samples)].concat();
    assert_eq!(stops(&nested), ["trailing_data"]);
}

#[test]
fn hostile_headers_get_their_code() {
    let data = chunk("data", &bytes(&short()));
    let with = |fmt: Vec<u8>| riff(&[fmt, data.clone()]);
    for (file, code) in [
        (with(format(1, 1, 0, 16)), "impossible_header"),
        (with(format(1, 1, 4_000_000_000, 16)), "impossible_header"),
        (with(format(1, 65_535, 44_100, 16)), "impossible_header"),
        (with(format(1, 0, 44_100, 16)), "impossible_header"),
        (with(format(1, 1, 44_100, 0)), "impossible_header"),
        (with(format(1, 32, 44_100, 16)), "not_supported_by_reader"),
        (with(format(1, 1, 500, 16)), "not_supported_by_reader"),
        (with(format(0x55, 1, 44_100, 0)), "not_supported_by_reader"),
        (with(format(0x31, 1, 8_000, 0)), "not_supported_by_reader"),
        (riff(&[format(1, 1, 16_000, 16)]), "audio_unreadable"),
        (riff(std::slice::from_ref(&data)), "audio_unreadable"),
        (riff(&[format(1, 1, 16_000, 16), chunk("data", &[])]), "audio_unreadable"),
        (riff(&[format(3, 1, 16_000, 32), chunk("data", &[0xff; 64_000])]), "samples_damaged"),
        (riff(&[format(1, 1, 2_000, 8), chunk("data", &[100; 2_500_000])]), "audio_too_long"),
        (riff(&[format(1, 1, 16_000, 16), chunk("data", &[7; 1_000])]), "audio_too_short"),
        (Flac { rate: 2_000, channels: 1, sums: false, block: 65_535 }.bomb(60_000, 0), "audio_too_long"),
        (
            Flac { rate: 192_000, channels: 8, sums: true, block: 65_535 }.bomb(60, 192_000 * 1_000),
            "not_supported_by_reader",
        ),
        (MP3.repeat(260), "audio_too_long"),
        ([b"ID3\x03\0\0\x7f\x7f\x7f\x7f".as_slice(), &[0; 4000]].concat(), "audio_unreadable"),
        ([0xff, 0xfb, 0x00, 0xc0].iter().copied().cycle().take(4000).collect(), "not_supported_by_reader"),
        ([&[0xff, 0xfd, 0x90, 0xc0][..], &[9; 413]].concat().repeat(20), "not_supported_by_reader"),
    ] {
        let media_type = crate::kind::sniff(&file).filter(|t| t.starts_with("audio")).unwrap_or("audio/mpeg");
        let codes: Vec<String> =
            check(&file, media_type, &rules(Profile::Speech)).findings.into_iter().map(|f| f.code).collect();
        assert!(codes.iter().any(|c| c == code), "{code}: {codes:?}");
    }
    let mut huge = wav(16_000, 1, &short());
    huge[40..44].copy_from_slice(&4_000_000_000_u32.to_le_bytes());
    assert_eq!(stops(&huge), ["audio_truncated"]);
}

#[test]
fn thousands_of_broken_files_are_judged_twice_alike() {
    let samples = voice(16_000, 600);
    let mp3: Vec<u8> = MP3[..4_000].to_vec();
    let sounds = [wav(16_000, 1, &samples), Flac::VOICE.write(&samples, &[(4, b"\0\0\0\0\0\0\0\0")]), mp3];
    let mut random = 7_u64;
    let mut next = |below: usize| {
        random = random.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
        (random >> 33) as usize % below
    };
    for nth in 0..2_400 {
        let mut file = sounds[nth % 3].clone();
        match nth / 3 % 4 {
            0 => file.truncate(next(file.len())),
            1 => {
                let head = next(200).min(file.len() - 1);
                file[head] ^= 1 << next(8);
            }
            2 => {
                for _ in 0..20 {
                    let at = next(file.len());
                    file[at] = next(256) as u8;
                }
            }
            _ => {
                let (from, to) = (next(file.len()), next(file.len()));
                let part = file[from.min(to)..from.max(to)].to_vec();
                let at = next(file.len());
                file.splice(at..at, part);
            }
        }
        let media_type = ["audio/wav", "audio/flac", "audio/mpeg"][nth % 3];
        let once = check(&file, media_type, &rules(Profile::Speech));
        let again = check(&file, media_type, &rules(Profile::Speech));
        assert_eq!((&once.findings, once.quality), (&again.findings, again.quality));
        assert_eq!(once.derived, again.derived);
        let panicked = |f: &Finding| f.code == "not_supported_by_reader" && f.message.contains("failed");
        assert!(!once.findings.iter().any(panicked), "{nth}: {:?}", once.findings);
    }
}

#[test]
fn personal_metadata_is_told_and_left_out_of_the_copy() {
    let samples = short();
    let mut bext = vec![0; 602];
    bext[256..263].copy_from_slice(b"Zoom F6");
    let data = chunk("data", &bytes(&samples));
    let comments =
        |text: &[u8]| [&[0; 4], &1_u32.to_le_bytes()[..], &(text.len() as u32).to_le_bytes(), text].concat();
    for (file, part) in [
        (riff(&[chunk("bext", &bext), format(1, 1, 16_000, 16), data.clone()]), "bext originator"),
        (
            riff(&[format(1, 1, 16_000, 16), data, chunk("LIST", b"INFOICMT\x0e\0\0\0me@example.org")]),
            "INFO ICMT",
        ),
        (Flac::VOICE.write(&samples, &[(4, &comments(b"CONTACT=me"))]), "comment CONTACT"),
        (
            Flac::VOICE.write(&samples, &[(2, b"abcd1234"), (4, &comments(b"TITLE=x"))]),
            "APPLICATION block abcd",
        ),
        ([id3(&[("TIT2", b"\0Song"), ("PRIV", b"owner\0data")]), MP3.to_vec()].concat(), "ID3 PRIV"),
        ([id3(&[("TPE1", b"\0Ann Miller")]), MP3.to_vec()].concat(), "ID3 TPE1"),
        ([id3(&[("COMM", b"\0eng\0write to a.b@example.org!")]), MP3.to_vec()].concat(), "ID3 COMM"),
    ] {
        let read = read(&file);
        let found = read.findings.iter().find(|f| f.code == "personal_metadata").expect(part);
        assert!(found.message.contains(part), "{}", found.message);
        let cleaned = read.derived.iter().find(|d| d.kind == DerivedKind::Cleaned).expect(part);
        let again = self::read(&cleaned.bytes);
        assert_eq!(again.prints, read.prints);
        assert!(!again.findings.iter().any(|f| f.code == "personal_metadata"));
    }
    let harmless = [id3(&[("TIT2", b"\0Song"), ("TALB", b"\0Record")]), MP3.to_vec()].concat();
    assert!(read(&harmless).findings.is_empty());
}

#[test]
fn the_preview_spans_the_recording() {
    let read = read(&wav(16_000, 1, &voice(16_000, 12_000)));
    let preview: preview::Preview = serde_json::from_slice(&read.derived[0].bytes).unwrap();
    assert_eq!((preview.duration_ms, preview.sample_rate, preview.channels), (12_000, 16_000, 1));
    assert_eq!((preview.peaks.len(), preview.spectrogram.times, preview.spectrogram.bands), (1000, 400, 64));
    assert_eq!((preview.spectrogram.edges_hz[0], preview.spectrogram.edges_hz[64]), (0, 8_000));
    assert_eq!(preview.spectrogram.values.len(), (400_usize * 64).div_ceil(3) * 4);
    assert!(preview.peaks.iter().all(|[low, high]| low <= high && *low >= -1000 && *high <= 1000));
    assert!(preview.peaks.iter().any(|[low, high]| high - low > 200));
}

#[test]
fn a_transcript_is_held_against_the_length() {
    let file = wav(16_000, 1, &voice(16_000, 2_000));
    let with = |text: &str| {
        let rules = Rules { transcript: Some(text.into()), ..rules(Profile::Speech) };
        let read = check(&file, "audio/wav", &rules);
        (
            read.findings.into_iter().map(|f| f.code).collect::<Vec<_>>(),
            read.not_run.iter().any(|n| n.check == "S10"),
        )
    };
    assert_eq!(with("Four ships left the harbour."), (vec![], false));
    let long = "Four ships left the harbour before anyone in the town had woken up or lit a single fire.";
    assert_eq!(with(long).0, ["transcript_too_fast"]);
    assert_eq!(with("  "), (vec![], true));
}

#[test]
fn what_an_encoder_puts_around_a_short_sound_is_not_missing() {
    let frames = 40;
    let mut short = MP3[..180 * (frames as usize + 1)].to_vec();
    short[21..25].copy_from_slice(&u32::to_be_bytes(frames));
    assert_eq!(stops(&short), NONE);
}

#[test]
fn a_recording_is_recognised_after_a_codec_cut_and_louder() {
    let chroma = |file: &[u8]| read(file).prints.chroma;
    let samples = voice(16_000, 5_000);
    let original = chroma(&wav(16_000, 1, &samples));
    let cut: Vec<i16> = samples[16_000..].iter().map(|s| s.saturating_add(s / 2)).collect();
    let stereo: Vec<i16> = samples.iter().flat_map(|&s| [s, s]).collect();
    let shorter = |found: near::audio::Common| found.contained.max(found.holds);
    let alike = |other: &[u32]| near::audio::alike(&original, other).map_or(0, shorter);
    assert!(alike(&chroma(MP3)) >= 800);
    assert!(alike(&chroma(&wav(16_000, 1, &cut))) >= 800);
    assert!(alike(&chroma(&wav(16_000, 2, &stereo))) >= 950);
    let other: Vec<i16> = samples.iter().rev().copied().collect();
    assert!(alike(&chroma(&wav(16_000, 1, &other))) < 400);
    assert_eq!(alike(&[]), 0);
}
