//! Pictures that flood, break off or are a second file.

use super::judge;
use karat_types::Modality;

const PNG: &[u8] = include_bytes!("../../../fuzz/seeds/png/rgb.png");
const JPEG: &[u8] = include_bytes!("../../../fuzz/seeds/jpeg/baseline.jpg");
const WEBP: &[u8] = include_bytes!("../../../fuzz/seeds/webp/lossy.webp");
const TIFF: &[u8] = include_bytes!("../../../fuzz/seeds/tiff/lzw.tiff");
const BMP: &[u8] = include_bytes!("../../../fuzz/seeds/bmp/rgb.bmp");

const ALL: [(&str, &[u8]); 5] =
    [("a.png", PNG), ("a.jpg", JPEG), ("a.webp", WEBP), ("a.tiff", TIFF), ("a.bmp", BMP)];

/// A chunk of a PNG with its sum.
fn chunk(kind: &[u8; 4], body: &[u8]) -> Vec<u8> {
    let mut out = kind.to_vec();
    out.extend(body);
    let mut sum = !0_u32;
    for byte in &out {
        sum ^= u32::from(*byte);
        for _ in 0..8 {
            sum = if sum & 1 == 1 { sum >> 1 ^ 0xedb8_8320 } else { sum >> 1 };
        }
    }
    [&(body.len() as u32).to_be_bytes()[..], &out, &(!sum).to_be_bytes()].concat()
}

/// The picture with a chunk behind its header.
fn png_with(kind: &[u8; 4], body: &[u8]) -> Vec<u8> {
    [&PNG[..33], &chunk(kind, body), &PNG[33..]].concat()
}

fn png_of(width: u32, height: u32) -> Vec<u8> {
    let header = [&width.to_be_bytes()[..], &height.to_be_bytes(), &[8, 2, 0, 0, 0]].concat();
    [&PNG[..8], &chunk(b"IHDR", &header), &PNG[33..]].concat()
}

/// The JPEG with other bytes from `at` on behind the mark of its frame.
fn jpeg_frame(at: usize, bytes: &[u8]) -> Vec<u8> {
    let mut out = JPEG.to_vec();
    let frame = out.windows(2).position(|w| w == [0xff, 0xc0]).unwrap();
    out[frame + at..frame + at + bytes.len()].copy_from_slice(bytes);
    out
}

fn jpeg_comment(text: &[u8]) -> Vec<u8> {
    let length = (text.len() as u16 + 2).to_be_bytes();
    [&JPEG[..2], &[0xff, 0xfe], &length, text, &JPEG[2..]].concat()
}

#[test]
fn floods_of_pixels_are_refused_by_their_header() {
    let mut flat = BMP.to_vec();
    flat[18..26].copy_from_slice(&[0, 0, 1, 0, 0, 0, 1, 0]);
    judge(
        Modality::Image,
        vec![
            ("3.6 thousand million pixels", "a.png", png_of(60_000, 60_000), "image_too_large"),
            ("the widest there is", "a.png", png_of(i32::MAX as u32, 1), "image_too_large"),
            ("no height", "a.png", png_of(100, 0), "image_broken"),
            ("65535 × 65535", "a.jpg", jpeg_frame(5, &[0xff; 4]), "image_too_large"),
            ("65536 × 65536 of nothing", "a.bmp", flat, "image_truncated"),
            ("five pictures in one", "a.png", png_with(b"acTL", &[0, 0, 0, 5, 0, 0, 0, 0]), "several_images"),
        ],
    );
}

#[test]
fn second_files_and_programs_in_pictures_are_refused() {
    let page = b"<html><body><script>alert(1)</script></body></html>";
    let mut archive = zip::ZipWriter::new(std::io::Cursor::new(Vec::new()));
    archive.start_file("a.jar", zip::write::SimpleFileOptions::default()).unwrap();
    let archive = archive.finish().unwrap().into_inner();
    let mut cases = vec![
        ("PHP in a text", "a.png", png_with(b"tEXt", b"Comment\0<?php system($_GET['c']) ?>"), "polyglot"),
        ("a page in a comment", "a.jpg", jpeg_comment(page), "polyglot"),
        ("a document behind the header", "a.jpg", jpeg_comment(b"%PDF-1.4 1 0 obj << >> endobj"), "polyglot"),
    ];
    for (name, sound) in ALL {
        cases.push(("an archive behind it", name, [sound, &archive].concat(), "polyglot"));
        cases.push(("a page behind it", name, [sound, page].concat(), "polyglot"));
        cases.push(("a program in few bytes", name, [sound, b"<?php eval($_GET[1])?>"].concat(), "polyglot"));
        cases.push(("filler behind it", name, [sound, &[b'A'; 300]].concat(), "trailing_data"));
    }
    judge(Modality::Image, cases);
}

#[test]
fn pictures_that_break_off_say_so() {
    let cases = ALL.map(|(name, sound)| {
        let keep = sound.len() * 7 / 10;
        ("cut off", name, sound[..keep].to_vec(), "image_truncated")
    });
    judge(Modality::Image, cases.into());
    let mut damaged = PNG.to_vec();
    let middle = damaged.len() / 2;
    damaged[middle] ^= 0x10;
    judge(
        Modality::Image,
        vec![
            ("one bit turned", "a.png", damaged, "image_broken"),
            ("only a header", "a.png", PNG[..33].to_vec(), "truncated_media"),
        ],
    );
}
