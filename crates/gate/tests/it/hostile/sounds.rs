//! Recordings that flood, break off or are a second file.

use super::judge;
use karat_types::Modality;

const WAV: &[u8] = include_bytes!("../../../fuzz/seeds/wav/tone.wav");
const MP3: &[u8] = include_bytes!("../../../fuzz/seeds/mp3/tone.mp3");
const FLAC: &[u8] = include_bytes!("../../../fuzz/seeds/flac/tone.flac");

const ALL: [(&str, &[u8]); 3] = [("a.wav", WAV), ("a.mp3", MP3), ("a.flac", FLAC)];

/// The WAV with other bytes at a place of its header.
fn wav_with(at: usize, bytes: &[u8]) -> Vec<u8> {
    let mut out = WAV.to_vec();
    out[at..at + bytes.len()].copy_from_slice(bytes);
    out
}

#[test]
fn headers_that_promise_the_impossible_are_refused() {
    let endless_tag = [b"ID3\x03\0\0\x7f\x7f\x7f\x7f".as_slice(), &[0; 4000]].concat();
    judge(
        Modality::Audio,
        vec![
            ("no channel", "a.wav", wav_with(22, &[0, 0]), "impossible_header"),
            ("65535 channels", "a.wav", wav_with(22, &[0xff, 0xff]), "impossible_header"),
            ("no samples a second", "a.wav", wav_with(24, &[0; 4]), "impossible_header"),
            ("four thousand million a second", "a.wav", wav_with(24, &[0xff; 4]), "impossible_header"),
            (
                "four gigabytes of sound",
                "a.wav",
                wav_with(40, &4_000_000_000_u32.to_le_bytes()),
                "audio_truncated",
            ),
            ("a tag longer than the file", "a.mp3", endless_tag, "audio_unreadable"),
        ],
    );
}

#[test]
fn second_files_behind_a_recording_are_refused() {
    let mut archive = zip::ZipWriter::new(std::io::Cursor::new(Vec::new()));
    archive.start_file("a.txt", zip::write::SimpleFileOptions::default()).unwrap();
    let archive = archive.finish().unwrap().into_inner();
    let mut cases = Vec::new();
    for (name, sound) in ALL {
        cases.push(("an archive behind it", name, [sound, &archive].concat(), "polyglot"));
        cases.push((
            "a page behind it",
            name,
            [sound, b"<html><script>alert(1)</script>"].concat(),
            "polyglot",
        ));
    }
    let words = b"\x03<html><script>alert(1)</script></html>";
    let mut tagged = b"ID3\x03\0\0\0\0\0\0TIT2".to_vec();
    tagged.extend((words.len() as u32).to_be_bytes());
    tagged.extend([&[0, 0], &words[..]].concat());
    tagged[9] = tagged.len() as u8 - 10;
    cases.push(("a page in a tag", "a.mp3", [&tagged, MP3].concat(), "polyglot"));
    cases.push(("a page in a tag", "a.flac", [&tagged, FLAC].concat(), "polyglot"));
    let list =
        [b"LIST\x30\0\0\0INFOICMT\x24\0\0\0<?php system($_GET['c']); ?>          ".as_slice()].concat();
    cases.push((
        "a program in a comment",
        "a.wav",
        [&WAV[..36], &list[..56], &WAV[36..]].concat(),
        "polyglot",
    ));
    judge(Modality::Audio, cases);
}

#[test]
fn recordings_that_break_off_or_are_damaged_say_so() {
    let mut cases = ALL
        .map(|(name, sound)| ("cut off", name, sound[..sound.len() / 2].to_vec(), "audio_truncated"))
        .to_vec();
    let mut damaged = FLAC.to_vec();
    // The first half is room for tags.
    let late = damaged.len() * 9 / 10;
    damaged[late] ^= 4;
    cases.push(("one bit turned", "a.flac", damaged, "samples_damaged"));
    let mut silent = WAV.to_vec();
    silent[44..].fill(0);
    cases.push(("nothing to hear", "a.wav", silent, "silent"));
    judge(Modality::Audio, cases);
}
