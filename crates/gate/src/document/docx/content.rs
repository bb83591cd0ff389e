//! A7: what an entry of the archive is by its bytes: programs under any name, and pictures
//! and recordings that are something else.

use crate::document::find;
use crate::evidence::finding;
use karat_types::Finding;
use serde_json::json;

/// Endings of pictures.
const PICTURES: [&str; 20] = [
    "png", "jpg", "jpeg", "jpe", "jfif", "gif", "bmp", "dib", "tif", "tiff", "webp", "ico", "emf", "wmf",
    "svg", "wdp", "hdp", "jxr", "heic", "avif",
];
/// Endings of recordings and films.
const RECORDINGS: [&str; 18] = [
    "mp3", "wav", "m4a", "aac", "flac", "ogg", "oga", "opus", "wma", "mid", "midi", "mp4", "m4v", "mov",
    "avi", "wmv", "mpg", "mpeg",
];
/// Endings of what a system runs when it is opened.
const RUNS: [&str; 24] = [
    "exe", "dll", "scr", "com", "pif", "msi", "cpl", "sys", "bat", "cmd", "ps1", "vbs", "vbe", "js", "jse",
    "wsf", "wsh", "hta", "lnk", "jar", "sh", "scf", "chm", "reg",
];
/// First bytes of programs, and what they are.
const PROGRAMS: [(&[u8], &str); 14] = [
    (b"\x7fELF", "a Linux program (ELF)"),
    (b"\xfe\xed\xfa\xce", "a macOS program (Mach-O)"),
    (b"\xfe\xed\xfa\xcf", "a macOS program (Mach-O)"),
    (b"\xce\xfa\xed\xfe", "a macOS program (Mach-O)"),
    (b"\xcf\xfa\xed\xfe", "a macOS program (Mach-O)"),
    (b"\xca\xfe\xba\xbe", "a macOS or Java program"),
    (b"\0asm", "a WebAssembly program"),
    (b"dex\n", "an Android program"),
    (b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1", "an OLE file, which can hold macros and objects"),
    (b"L\0\0\0\x01\x14\x02\0", "a Windows shortcut"),
    (b"ITSF", "a Windows help file, which can run programs"),
    (b"MSCF", "a Windows cabinet"),
    (b"\xa1\xb1\x1a\xe1\xd0\xcf\x11\xe0", "a scrambled OLE file"),
    (b"{\\rtf", "an RTF document"),
];
/// First words of scripts and pages, in small letters, and what they are.
const SCRIPTS: [(&str, &str); 8] = [
    ("#!/", "a script"),
    ("#! /", "a script"),
    ("<?php", "a PHP script"),
    ("<script", "a web page with a script"),
    ("<html", "a web page"),
    ("<!doctype html", "a web page"),
    ("@echo off", "a script (batch file)"),
    ("<job", "a Windows script"),
];
/// Pictures that are told by their first bytes here.
const DRAWN: [&[u8]; 9] = [
    b"II*\0",
    b"MM\0*",
    b"\xd7\xcd\xc6\x9a",
    b"\x01\0\x09\0",
    b"\x02\0\x09\0",
    b"II\xbc",
    b"%!PS",
    b"\xc5\xd0\xd3\xc6",
    b"\0\0\x02\0",
];
/// Bytes in which an SVG begins.
const SVG_WITHIN: usize = 4096;

/// What speaks against an entry of this name and content.
pub(super) fn check(name: &str, content: &[u8]) -> Option<Finding> {
    let ending = name.rsplit_once('.').map_or_else(String::new, |(_, ending)| ending.to_ascii_lowercase());
    if let Some(what) = program(&ending, content) {
        let message = format!("Entry {name} is {what}.");
        return Some(finding("docx_embedded_file", json!(name), json!("none"), message));
    }
    let (called, fits) = if PICTURES.contains(&ending.as_str()) {
        ("picture", is_picture(content))
    } else if RECORDINGS.contains(&ending.as_str()) {
        ("recording", is_recording(content))
    } else {
        return None;
    };
    if fits || content.is_empty() {
        return None;
    }
    let begins = content.get(..content.len().min(8)).unwrap_or_default().escape_ascii();
    let message = format!("Entry {name} is called a {called} and is none: it begins with “{begins}”.");
    Some(finding("docx_embedded_file", json!(name), json!(format!("a {called}")), message))
}

/// What kind of program a content is.
fn program(ending: &str, content: &[u8]) -> Option<&'static str> {
    if RUNS.contains(&ending) {
        return Some("something that runs when it is opened");
    }
    // Fonts are mixed with a key, so that any two bytes can stand at their beginning.
    let mixed = ending == "odttf" || ending == "fntdata";
    if content.starts_with(b"MZ") && (!mixed || is_windows_program(content)) {
        return Some("a Windows program");
    }
    if let Some((_, what)) = PROGRAMS.iter().find(|(magic, _)| content.starts_with(magic)) {
        return Some(what);
    }
    let text = content.strip_prefix(b"\xef\xbb\xbf").unwrap_or(content).trim_ascii_start();
    let begins = |with: &str| text.get(..with.len()).is_some_and(|t| t.eq_ignore_ascii_case(with.as_bytes()));
    SCRIPTS.iter().find(|(with, _)| begins(with)).map(|(_, what)| *what)
}

/// Whether the header of DOS leads to that of Windows.
fn is_windows_program(content: &[u8]) -> bool {
    let place = content.get(60..64).and_then(|b| b.try_into().ok()).map(u32::from_le_bytes);
    place.and_then(|at| content.get(at as usize..)).is_some_and(|rest| rest.starts_with(b"PE\0\0"))
}

/// Whether it is any picture: programs often store one kind under the ending of another.
fn is_picture(content: &[u8]) -> bool {
    let head = content.get(..content.len().min(SVG_WITHIN)).unwrap_or_default();
    infer::get(content).is_some_and(|kind| kind.mime_type().starts_with("image/"))
        || content.get(40..44) == Some(b" EMF")
        || DRAWN.iter().any(|magic| content.starts_with(magic))
        || find(head, b"<svg").is_some()
        || find(head, b":svg").is_some()
}

/// Whether it may be a recording: of some kinds every frame is its own beginning.
fn is_recording(content: &[u8]) -> bool {
    infer::get(content).is_none_or(|kind| {
        let kind = kind.mime_type();
        kind.starts_with("audio/") || kind.starts_with("video/") || kind == "application/ogg"
    })
}

#[cfg(test)]
mod tests {
    use super::check;

    fn told(name: &str, content: &[u8]) -> Option<String> {
        check(name, content).map(|found| found.message)
    }

    #[test]
    fn programs_are_found_under_any_name() {
        let mut windows = vec![0; 128];
        windows[..2].copy_from_slice(b"MZ");
        windows[60] = 64;
        windows[64..68].copy_from_slice(b"PE\0\0");
        for name in
            ["word/media/image1.png", "word/theme/a.bin", "word/x", "word/settings.xml", "word/fonts/f.odttf"]
        {
            let message = told(name, &windows).unwrap_or_default();
            assert!(message.contains("a Windows program") && message.contains(name), "{name}: {message}");
        }
        for program in [
            &b"MZ\x90\0"[..],
            b"\x7fELF\x02\x01\x01",
            b"\xcf\xfa\xed\xfe\x07",
            b"\xca\xfe\xba\xbe\0\0\0\x02",
            b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1",
            b"#!/bin/sh\nrm -r /",
            b"\xef\xbb\xbf#!/usr/bin/env python",
            b"<?php system($_GET[0]);",
            b"  <SCRIPT>alert(1)</SCRIPT>",
            b"@ECHO OFF\r\n",
            b"\0asm\x01",
        ] {
            assert!(told("word/media/image1.jpeg", program).is_some(), "{program:?}");
            assert!(told("word/other.bin", program).is_some(), "{program:?}");
        }
        assert!(told("word/run.BAT", b"dir").is_some());
        assert_eq!(told("word/fonts/font1.odttf", b"MZ any two letters"), None, "mixed with a key");
        assert_eq!(told("word/fonts/font1.odttf", &[b'M'; 200]), None);
    }

    #[test]
    fn a_picture_may_be_of_another_kind_and_nothing_else() {
        let emf = [&b"\x01\0\0\0"[..], &[0; 36], b" EMF", &[0; 40]].concat();
        for picture in [
            &b"\x89PNG\r\n\x1a\n\0\0\0\rIHDR"[..],
            b"\xff\xd8\xff\xe0\0\x10JFIF",
            b"GIF89a\x01\0",
            b"BM\x46\0\0\0\0\0",
            b"II*\0\x08\0",
            b"MM\0*\0\0",
            b"RIFF\x10\0\0\0WEBPVP8 ",
            b"\xd7\xcd\xc6\x9a\0\0",
            b"\x01\0\x09\0\0\x03",
            b"<?xml version=\"1.0\"?><svg xmlns=\"http://www.w3.org/2000/svg\"/>",
            b"<svg/>",
            &emf,
            b"",
        ] {
            for name in ["word/media/image1.png", "word/media/image2.EMF"] {
                assert_eq!(told(name, picture), None, "{picture:?}");
            }
        }
        for other in
            [&b"some words of a letter"[..], b"%PDF-1.7", b"fLaC\0\0\0\x22", &[0; 100], b"not a picture"]
        {
            let message = told("word/media/image1.png", other).unwrap_or_default();
            assert!(message.contains("called a picture"), "{other:?}: {message}");
        }
    }

    #[test]
    fn recordings_and_other_parts_are_left_alone() {
        assert_eq!(told("word/media/a.mp3", b"\xff\xfb\x90\0"), None);
        assert_eq!(told("word/media/a.wav", b"RIFF\x10\0\0\0WAVEfmt "), None);
        assert!(told("word/media/a.wav", b"\x89PNG\r\n\x1a\n\0\0\0\rIHDR").is_some());
        assert_eq!(told("word/document.xml", b"<?xml version=\"1.0\"?><w:document/>"), None);
        assert_eq!(told("word/printerSettings/p1.bin", b"\\\0\\\0p\0r\0"), None);
        assert_eq!(told("[trash]/0000.dat", &[0; 40]), None);
        assert_eq!(told("docProps/note", b"MIME"), None);
    }
}
