//! Whole images through the whole of `check`, made on the spot.

use super::*;
use image::codecs::jpeg::JpegEncoder;
use image::codecs::png::PngEncoder;
use image::{ExtendedColorType, ImageEncoder, ImageFormat, Rgb, RgbImage};
use karat_types::{Class, Modality};
use std::io::Cursor;

/// Something with hills, edges and noise.
fn scene(width: u32, height: u32) -> RgbImage {
    let mut seed = 1u32;
    RgbImage::from_fn(width, height, |x, y| {
        seed = seed.wrapping_mul(1_664_525).wrapping_add(1_013_904_223);
        let noise = (seed >> 28) as u8;
        let hill = ((x * 5 + y * 3) % 300) as u8 / 2;
        let edge = if (x / 37 + y / 23) % 2 == 0 { 90 } else { 0 };
        Rgb([hill / 2 + edge + noise, hill + noise, (x * y / 97) as u8 / 2 + edge])
    })
}

fn encode(format: ImageFormat) -> Vec<u8> {
    let mut out = Cursor::new(Vec::new());
    DynamicImage::ImageRgb8(scene(320, 240)).write_to(&mut out, format).unwrap();
    out.into_inner()
}

fn all() -> Vec<(&'static str, Vec<u8>)> {
    vec![
        ("image/png", encode(ImageFormat::Png)),
        ("image/jpeg", encode(ImageFormat::Jpeg)),
        ("image/webp", encode(ImageFormat::WebP)),
        ("image/tiff", encode(ImageFormat::Tiff)),
        ("image/bmp", encode(ImageFormat::Bmp)),
    ]
}

fn run(bytes: &[u8], media_type: &str, profile: Profile) -> Read {
    check(bytes, media_type, &Rules { profile, ..Rules::of(Modality::Image) })
}

fn codes(read: &Read) -> Vec<&str> {
    read.findings.iter().map(|f| f.code.as_str()).collect()
}

fn codes_of(bytes: &[u8], media_type: &str) -> Vec<String> {
    run(bytes, media_type, Profile::Photo).findings.into_iter().map(|f| f.code).collect()
}

fn crc(mut chunk: Vec<u8>) -> Vec<u8> {
    let checksum = container::crc32(&chunk[4..]);
    chunk.extend(checksum.to_be_bytes());
    chunk
}

fn chunk(name: &[u8; 4], body: &[u8]) -> Vec<u8> {
    crc([&(body.len() as u32).to_be_bytes()[..], name, body].concat())
}

/// Puts something into a PNG behind its header.
fn with_chunks(png: &[u8], chunks: &[Vec<u8>]) -> Vec<u8> {
    [&png[..33], &chunks.concat(), &png[33..]].concat()
}

/// Puts segments into a JPEG at its start.
fn with_segments(jpeg: &[u8], segments: &[(u8, &[u8])]) -> Vec<u8> {
    let mut out = jpeg[..2].to_vec();
    for (marker, body) in segments {
        out.extend([0xff, *marker]);
        out.extend((body.len() as u16 + 2).to_be_bytes());
        out.extend_from_slice(body);
    }
    [&out[..], &jpeg[2..]].concat()
}

/// A little-endian EXIF block: orientation 6, an artist, a serial number and a position.
fn exif() -> Vec<u8> {
    let mut out = b"II*\0\x08\0\0\0".to_vec();
    let entry = |tag: u16, format: u16, count: u32, value: u32| {
        [&tag.to_le_bytes()[..], &format.to_le_bytes(), &count.to_le_bytes(), &value.to_le_bytes()].concat()
    };
    let first =
        [entry(0x0112, 3, 1, 6), entry(0x013b, 2, 8, 200), entry(0x8769, 4, 1, 74), entry(0x8825, 4, 1, 100)];
    let below = [entry(0xa431, 2, 8, 208)];
    let place = [entry(1, 2, 2, u32::from(b'N')), entry(2, 5, 3, 216)];
    for (start, entries) in [(8, &first[..]), (74, &below[..]), (100, &place[..])] {
        out.resize(start, 0);
        out.extend((entries.len() as u16).to_le_bytes());
        out.extend(entries.concat());
        out.extend([0; 4]);
    }
    out.resize(200, 0);
    out.extend(b"A. Body\0SN12345\0");
    for (n, d) in [(48u32, 1u32), (8, 1), (3, 1)] {
        out.extend(n.to_le_bytes());
        out.extend(d.to_le_bytes());
    }
    out
}

fn derived(read: &Read, kind: DerivedKind) -> Option<&Derived> {
    read.derived.iter().find(|derived| derived.kind == kind)
}

#[test]
fn honest_images_of_every_format_pass_with_full_quality() {
    for (media_type, bytes) in all() {
        let read = run(&bytes, media_type, Profile::Photo);
        assert_eq!((codes(&read), read.quality), (vec![], Some(100)), "{media_type}");
        assert_eq!((read.prints.gradients.len(), read.prints.detail.len()), (45, 132), "{media_type}");
        assert!(derived(&read, DerivedKind::Cleaned).is_none(), "{media_type}: nothing to leave out");
        let preview = derived(&read, DerivedKind::Preview).unwrap();
        assert_eq!(preview.media_type, "image/png; width=320; height=240", "pixels of the original");
        let preview = image::load_from_memory(&preview.bytes).unwrap();
        assert_eq!((preview.width(), preview.height()), (320, 240));
        assert!(read.not_run.iter().any(|n| n.check == "I12"));
        for profile in [Profile::Photo, Profile::Graphic] {
            assert_eq!(
                format!("{:?}", run(&bytes, media_type, profile)),
                format!("{:?}", run(&bytes, media_type, profile))
            );
        }
    }
}

#[test]
fn every_depth_and_colour_of_png_is_read() {
    let (w, h) = (300u32, 220u32);
    for (colour, channels) in [
        (ExtendedColorType::L8, 1),
        (ExtendedColorType::La8, 2),
        (ExtendedColorType::Rgb8, 3),
        (ExtendedColorType::Rgba8, 4),
        (ExtendedColorType::L16, 2),
        (ExtendedColorType::La16, 4),
        (ExtendedColorType::Rgb16, 6),
        (ExtendedColorType::Rgba16, 8),
    ] {
        let data: Vec<u8> =
            (0..w * h * channels).map(|i| (i / channels * 7 / 5 % 256) as u8 ^ (i / 4096) as u8).collect();
        let mut out = Vec::new();
        PngEncoder::new(&mut out).write_image(&data, w, h, colour).unwrap();
        let read = run(&out, "image/png", Profile::Graphic);
        assert!(codes(&read).is_empty(), "{colour:?}: {:?}", read.findings);
        assert!(derived(&read, DerivedKind::Preview).is_some());
    }
}

#[test]
fn files_cut_anywhere_are_refused_as_truncated_or_held() {
    for (media_type, bytes) in all() {
        for part in 1..40 {
            let cut = &bytes[..bytes.len() * part / 40];
            if cut.len() < 110 {
                continue;
            }
            let found = codes_of(cut, media_type);
            let known = ["image_truncated", "image_broken"];
            assert!(found.iter().any(|c| known.contains(&c.as_str())), "{media_type} {part}: {found:?}");
        }
        assert_eq!(
            codes_of(&bytes[..bytes.len() - 1], media_type).first().map(String::as_str),
            Some("image_truncated"),
            "{media_type}"
        );
    }
}

#[test]
fn thousands_of_damaged_files_are_judged_twice_the_same() {
    let mut seed = 42u32;
    let mut random = move |below: usize| {
        seed = seed.wrapping_mul(1_664_525).wrapping_add(1_013_904_223);
        (seed >> 8) as usize % below
    };
    for (media_type, whole) in [
        ("image/png", with_chunks(&small(ImageFormat::Png), &[chunk(b"eXIf", &exif())])),
        (
            "image/jpeg",
            with_segments(&small(ImageFormat::Jpeg), &[(0xe1, &[b"Exif\0\0", &exif()[..]].concat())]),
        ),
        ("image/webp", small(ImageFormat::WebP)),
        ("image/tiff", small(ImageFormat::Tiff)),
        ("image/bmp", small(ImageFormat::Bmp)),
    ] {
        for round in 0..420 {
            let mut bytes = whole.clone();
            // Mostly where the structure is: at the start.
            let reach = if round % 3 == 0 { bytes.len() } else { bytes.len().min(400) };
            for _ in 0..1 + round % 5 {
                let at = random(reach);
                bytes[at] ^= 1 << random(8);
            }
            if round % 7 == 0 {
                bytes.truncate(random(bytes.len()).max(64));
            }
            let once = run(&bytes, media_type, Profile::Photo);
            if round % 6 == 0 {
                let twice = run(&bytes, media_type, Profile::Photo);
                assert_eq!(format!("{once:?}"), format!("{twice:?}"));
            }
        }
    }
}

fn small(format: ImageFormat) -> Vec<u8> {
    let mut out = Cursor::new(Vec::new());
    DynamicImage::ImageRgb8(scene(70, 66)).write_to(&mut out, format).unwrap();
    out.into_inner()
}

#[test]
fn floods_of_pixels_are_stopped_by_the_header() {
    let header = |w: u32, h: u32| {
        let body = [&w.to_be_bytes()[..], &h.to_be_bytes(), &[8, 2, 0, 0, 0]].concat();
        [
            b"\x89PNG\r\n\x1a\n".as_slice(),
            &chunk(b"IHDR", &body),
            &chunk(b"IDAT", &[0x78, 0x9c, 3, 0, 0, 0, 0, 1]),
            &chunk(b"IEND", b""),
        ]
        .concat()
    };
    assert_eq!(codes_of(&header(50_000, 50_000), "image/png"), ["image_too_large"]);
    assert_eq!(codes_of(&header(16_385, 10), "image/png"), ["image_too_large"]);
    assert_eq!(codes_of(&header(8_001, 8_000), "image/png"), ["image_too_large"]);
    assert_eq!(codes_of(&header(0, 10), "image/png"), ["image_broken"]);
    // Sixteen million pixels are promised and none are there.
    assert!(
        ["image_truncated", "image_broken"].contains(&codes_of(&header(4000, 4000), "image/png")[0].as_str())
    );
    let mut bmp = small(ImageFormat::Bmp);
    bmp[18..26].copy_from_slice(&[0, 0, 1, 0, 0, 0, 1, 0]);
    assert_eq!(codes_of(&bmp, "image/bmp"), ["image_truncated"]);
    let mut jpeg = small(ImageFormat::Jpeg);
    let frame = jpeg.windows(2).position(|w| w == [0xff, 0xc0]).unwrap();
    jpeg[frame + 5..frame + 9].copy_from_slice(&[0xff; 4]);
    assert_eq!(codes_of(&jpeg, "image/jpeg"), ["image_too_large"]);
}

#[test]
fn a_colour_profile_that_unpacks_to_far_more_is_not_unpacked() {
    // The coded pixels of a large black image are a profile's packed bytes as well.
    let mut black = Vec::new();
    PngEncoder::new(&mut black)
        .write_image(&vec![0; 90_000_000], 10_000, 9_000, ExtendedColorType::L8)
        .unwrap();
    let parts = container::walk(&black, "image/png").unwrap().parts;
    let coded = parts.iter().filter(|part| black[part.all.start..].get(4..8) == Some(b"IDAT"));
    let packed: Vec<u8> = coded.flat_map(|part| black[part.body.clone()].to_vec()).collect();
    assert!(packed.len() < 2_000_000);
    let profile = chunk(b"iCCP", &[b"x\0\0", &packed[..]].concat());
    let bomb = with_chunks(&small(ImageFormat::Png), &[profile]);
    assert!(codes_of(&bomb, "image/png").iter().all(|code| code == "image_small"));
}

#[test]
fn scans_directories_and_chunks_without_end_are_stopped() {
    let jpeg = small(ImageFormat::Jpeg);
    let scan = jpeg.windows(2).position(|w| w == [0xff, 0xda]).unwrap();
    let bomb = [&jpeg[..scan], &jpeg[scan..scan + 20].repeat(1200), &jpeg[scan..]].concat();
    assert_eq!(codes_of(&bomb, "image/jpeg"), ["image_broken"]);
    let mut tiff = small(ImageFormat::Tiff);
    let first = u32::from_le_bytes(tiff[4..8].try_into().unwrap()) as usize;
    let count = usize::from(u16::from_le_bytes([tiff[first], tiff[first + 1]]));
    let next = first + 2 + 12 * count;
    tiff[next..next + 4].copy_from_slice(&(first as u32).to_le_bytes());
    assert_eq!(codes_of(&tiff, "image/tiff"), ["image_broken"]);
    let webp = small(ImageFormat::WebP);
    let mut nested = webp.clone();
    nested.extend([&b"RIFF\0\0\0\0"[..]; 20_000].concat());
    let length = nested.len() as u32 - 8;
    nested[4..8].copy_from_slice(&length.to_le_bytes());
    assert_eq!(codes_of(&nested, "image/webp"), ["image_broken"]);
}

#[test]
fn several_images_are_refused_and_smaller_copies_in_a_tiff_are_not() {
    let png = encode(ImageFormat::Png);
    let animated = with_chunks(&png, &[chunk(b"acTL", &[0, 0, 0, 5, 0, 0, 0, 0])]);
    assert_eq!(codes_of(&animated, "image/png"), ["several_images"]);
    let still = with_chunks(&png, &[chunk(b"acTL", &[0, 0, 0, 1, 0, 0, 0, 0])]);
    assert!(!codes_of(&still, "image/png").contains(&"several_images".to_owned()));
    let mut tiff = encode(ImageFormat::Tiff);
    let first = u32::from_le_bytes(tiff[4..8].try_into().unwrap()) as usize;
    let count = usize::from(u16::from_le_bytes([tiff[first], tiff[first + 1]]));
    let directory = tiff[first..first + 6 + 12 * count].to_vec();
    let next = first + 2 + 12 * count;
    let second = tiff.len() as u32;
    tiff[next..next + 4].copy_from_slice(&second.to_le_bytes());
    tiff.extend(directory);
    assert_eq!(codes_of(&tiff, "image/tiff"), ["several_images"]);
}

#[test]
fn what_follows_or_hides_is_refused() {
    for (media_type, bytes) in all() {
        let more = |tail: &[u8]| codes_of(&[&bytes[..], tail].concat(), media_type);
        assert_eq!(more(&[b'A'; 200]), ["trailing_data"], "{media_type}");
        assert!(more(&[0; 60]).iter().all(|c| c != "trailing_data"), "{media_type}");
        assert_eq!(more(&[&b"PK\x03\x04"[..], &[0; 100]].concat()), ["polyglot"], "{media_type}");
        assert_eq!(
            more(&[&b"<html><script>alert(1)</script>"[..], &[b' '; 100]].concat()),
            ["polyglot"],
            "{media_type}"
        );
    }
    let png = with_chunks(&encode(ImageFormat::Png), &[chunk(b"tEXt", b"Comment\0<?php system('id') ?>")]);
    assert!(codes_of(&png, "image/png").contains(&"polyglot".to_owned()));
    let jpeg = with_segments(&encode(ImageFormat::Jpeg), &[(0xfe, b"<html><body>hello")]);
    assert!(codes_of(&jpeg, "image/jpeg").contains(&"polyglot".to_owned()));
}

#[test]
fn metadata_is_named_and_left_out_of_the_copy() {
    let block = exif();
    let xmp =
        b"http://ns.adobe.com/xap/1.0/\0<x:xmpmeta><rdf:Description exif:GPSLatitude='48,8N'/></x:xmpmeta>";
    let jpeg = with_segments(
        &encode(ImageFormat::Jpeg),
        &[(0xe1, &[b"Exif\0\0", &block[..]].concat()), (0xe1, xmp), (0xfe, b"a comment"), (0xec, b"Ducky")],
    );
    let png =
        with_chunks(&encode(ImageFormat::Png), &[chunk(b"eXIf", &block), chunk(b"tEXt", b"Author\0A. Body")]);
    let webp = {
        let still = encode(ImageFormat::WebP);
        let mut canvas = b"VP8X\x0a\0\0\0\x08\0\0\0".to_vec();
        canvas.extend(&319u32.to_le_bytes()[..3]);
        canvas.extend(&239u32.to_le_bytes()[..3]);
        let mut out =
            [&still[..12], &canvas, &still[12..], b"EXIF", &(block.len() as u32).to_le_bytes(), &block]
                .concat();
        let length = out.len() as u32 - 8;
        out[4..8].copy_from_slice(&length.to_le_bytes());
        out
    };
    for (media_type, bytes) in [("image/jpeg", jpeg), ("image/png", png), ("image/webp", webp)] {
        let read = run(&bytes, media_type, Profile::Photo);
        for code in ["location_in_metadata", "serial_in_metadata", "name_in_metadata", "metadata_left_out"] {
            assert!(codes(&read).contains(&code), "{media_type} {code}: {:?}", codes(&read));
        }
        assert!(read.findings.iter().all(|f| f.class == Class::Tag), "{media_type}: {:?}", codes(&read));
        let said = serde_json::to_string(&read.findings).unwrap();
        assert!(!said.contains("SN12345") && !said.contains("A. Body") && !said.contains("48"), "{said}");
        let copy = &derived(&read, DerivedKind::Cleaned).unwrap().bytes;
        let holds = |word: &[u8]| copy.windows(word.len()).any(|w| w == word);
        assert!(
            !holds(b"SN12345") && !holds(b"A. Body") && !holds(b"a comment") && !holds(b"xmpmeta"),
            "{media_type}"
        );
        let again = run(copy, media_type, Profile::Photo);
        assert_eq!(codes(&again), ["metadata_left_out"], "{media_type}: the orientation's own block");
        assert_eq!(again.prints, read.prints);
        let preview = image::load_from_memory(&derived(&read, DerivedKind::Preview).unwrap().bytes).unwrap();
        assert_eq!((preview.width(), preview.height()), (240, 320), "{media_type}: turned");
    }
}

#[test]
fn fields_of_a_tiff_are_taken_out_in_place() {
    let image = scene(320, 240);
    let plain = {
        let mut out = Cursor::new(Vec::new());
        image.write_to(&mut out, ImageFormat::Tiff).unwrap();
        out.into_inner()
    };
    // The directory is written anew at the end, with an artist and an EXIF block.
    let first = u32::from_le_bytes(plain[4..8].try_into().unwrap()) as usize;
    let count = u16::from_le_bytes([plain[first], plain[first + 1]]);
    let mut tiff = plain.clone();
    let artist = tiff.len() as u32;
    tiff.extend(b"A. Body of somewhere\0\0");
    let directory = tiff.len() as u32;
    tiff.extend((count + 1).to_le_bytes());
    tiff.extend(&plain[first + 2..first + 2 + 12 * usize::from(count)]);
    tiff.extend(
        [
            &0x013bu16.to_le_bytes()[..],
            &2u16.to_le_bytes(),
            &21u32.to_le_bytes(),
            &artist.to_le_bytes(),
            &[0; 4],
        ]
        .concat(),
    );
    tiff[4..8].copy_from_slice(&directory.to_le_bytes());
    let read = run(&tiff, "image/tiff", Profile::Photo);
    assert_eq!(codes(&read), ["name_in_metadata", "metadata_left_out"]);
    let copy = &derived(&read, DerivedKind::Cleaned).unwrap().bytes;
    assert!(!copy.windows(7).any(|w| w == b"A. Body"));
    assert!(codes_of(copy, "image/tiff").is_empty());
}

#[test]
fn small_flat_and_long_images_are_told_apart() {
    let png = |image: DynamicImage| {
        let mut out = Cursor::new(Vec::new());
        image.write_to(&mut out, ImageFormat::Png).unwrap();
        out.into_inner()
    };
    let tiny = png(DynamicImage::ImageRgb8(scene(63, 300)));
    assert!(codes_of(&tiny, "image/png").contains(&"image_too_small".to_owned()));
    let little = png(DynamicImage::ImageRgb8(scene(150, 150)));
    assert!(codes_of(&little, "image/png").contains(&"image_small".to_owned()));
    let white = png(DynamicImage::ImageRgb8(RgbImage::from_pixel(400, 400, Rgb([255; 3]))));
    assert!(codes_of(&white, "image/png").contains(&"blank_image".to_owned()));
    let mut drawing = RgbImage::from_pixel(400, 400, Rgb([255; 3]));
    for x in 0..400 {
        drawing.put_pixel(x, 200, Rgb([0; 3]));
        drawing.put_pixel(x, x, Rgb([0; 3]));
    }
    let drawing = png(DynamicImage::ImageRgb8(drawing));
    assert!(codes(&run(&drawing, "image/png", Profile::Photo)).contains(&"blank_image"));
    let graphic = run(&drawing, "image/png", Profile::Graphic);
    assert_eq!((codes(&graphic), graphic.quality), (vec!["nearly_blank"], Some(100)));
    assert!(graphic.prints.gradients.is_empty(), "a white page has no hash");
    let long = png(DynamicImage::ImageRgb8(scene(1600, 250)));
    assert_eq!(codes_of(&long, "image/png"), ["aspect_extreme"]);
    // White ink on nothing: over white it cannot be seen, over black it can.
    let ink = image::RgbaImage::from_fn(300, 300, |x, y| {
        image::Rgba([255, 255, 255, if (x / 9 + y / 7) % 2 == 0 { 255 } else { 0 }])
    });
    assert!(codes_of(&png(DynamicImage::ImageRgba8(ink)), "image/png").iter().all(|c| c != "blank_image"));
}

#[test]
fn altered_copies_are_alike_in_every_format() {
    let image = DynamicImage::ImageRgb8(scene(320, 240));
    let whole = run(&encode(ImageFormat::Png), "image/png", Profile::Photo).prints;
    let alike = |copy: DynamicImage, format: ImageFormat, media_type: &str| {
        let mut out = Cursor::new(Vec::new());
        copy.write_to(&mut out, format).unwrap();
        crate::near::image::bits(&whole, &run(&out.into_inner(), media_type, Profile::Photo).prints)
    };
    for (media_type, bytes) in all() {
        assert_eq!(
            crate::near::image::bits(&whole, &run(&bytes, media_type, Profile::Photo).prints)
                .map(|bits| bits <= 4),
            Some(true),
            "{media_type}"
        );
    }
    for copy in [image.rotate90(), image.rotate180(), image.fliph(), image.flipv()] {
        assert!(alike(copy, ImageFormat::Png, "image/png").is_some_and(|bits| bits <= 4));
    }
    // What is cut does not lie on the whole to the cell: a person looks.
    let cut = image.crop_imm(6, 4, 308, 232);
    assert!(alike(cut, ImageFormat::Png, "image/png").is_some_and(|bits| (5..=8).contains(&bits)));
    assert!(alike(image.thumbnail(160, 120), ImageFormat::Jpeg, "image/jpeg").is_some_and(|bits| bits <= 8));
    let other = DynamicImage::ImageRgb8(RgbImage::from_fn(320, 240, |x, y| {
        Rgb([(x * x / 300) as u8, (y * 2 / 3) as u8, 40 * ((x / 50 + y / 60) % 5) as u8])
    }));
    assert_eq!(alike(other, ImageFormat::Png, "image/png"), None);
}

#[test]
fn deep_images_that_use_few_of_their_levels_are_not_blank() {
    let data =
        image::ImageBuffer::from_fn(300, 200, |x, y| image::Luma([((x / 20 + y / 16) % 9 * 28) as u16]));
    let mut out = Cursor::new(Vec::new());
    DynamicImage::ImageLuma16(data).write_to(&mut out, ImageFormat::Png).unwrap();
    assert!(codes_of(&out.into_inner(), "image/png").iter().all(|code| code != "blank_image"));
}

#[test]
fn valid_variants_that_our_reader_does_not_know_are_held() {
    let mut jpeg = encode(ImageFormat::Jpeg);
    let frame = jpeg.windows(2).position(|w| w == [0xff, 0xc0]).unwrap();
    jpeg[frame + 1] = 0xc9;
    assert_eq!(codes_of(&jpeg, "image/jpeg"), ["not_supported_by_reader"]);
    jpeg[frame + 1] = 0xc1;
    jpeg[frame + 4] = 12;
    let read = run(&jpeg, "image/jpeg", Profile::Photo);
    assert_eq!(read.findings[0].class, Class::Hold);
    assert!(read.findings[0].message.contains("12 bits"));
}

#[test]
fn a_jpeg_of_poor_quality_still_passes() {
    let mut out = Vec::new();
    JpegEncoder::new_with_quality(&mut out, 20).encode_image(&scene(640, 480)).unwrap();
    assert!(codes_of(&out, "image/jpeg").is_empty());
}
