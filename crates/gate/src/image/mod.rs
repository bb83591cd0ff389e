//! I1–I12: what an image must survive.
//!
//! First the frame is walked without decoding ([`container`]): size, frames, where the file
//! should end. Then the pixels are decoded under limits and everything is measured from
//! their brightness, in whole numbers.

mod clean;
mod container;
mod decode;
mod hash;
mod luma;
mod measure;
mod metadata;
mod preview;
mod qr;
mod score;
#[cfg(test)]
mod tests;

use crate::door::polyglot;
use crate::evidence::{at, finding};
use crate::examined::{Derived, DerivedKind, Read};
use crate::input::Rules;
use crate::profile::Profile;
use crate::provenance;
use container::{Container, Fault, Kind};
use decode::{Decoded, Failure, MOST_BYTES, MOST_PIXELS, MOST_SIDE};
use image::DynamicImage;
use image::metadata::Orientation;
use karat_types::finding::NotRun;
use karat_types::{Evidence, Finding};
use luma::Luma;
use metadata::Told;
pub(crate) use score::quality_table;
use serde_json::json;

/// Shorter side below which an image is refused, pixels.
const LEAST_SIDE: u32 = 64;
/// Longer side of the copy that hashes and codes are found in.
const WORK_SIDE: usize = 1024;
/// Longer side at which sharpness is measured.
const SHARP_SIDE: usize = 512;
/// Deviation of brightness below which an image is blank, hundredths of a level.
const BLANK: u64 = 200;
/// Share of one colour above which it is nearly blank, hundredths of a percent.
const ONE_COLOUR: u64 = 9_900;
/// Share of the image that codes may take, hundredths of a percent.
const CODE_SHARE: u64 = 500;

/// A file whose frame is whole.
struct Whole<'a> {
    bytes: &'a [u8],
    media_type: &'a str,
    profile: Profile,
    container: Container,
    told: Told,
}

/// All checks on an image.
pub(crate) fn check(bytes: &[u8], media_type: &str, rules: &Rules) -> Read {
    let mut read = Read::default();
    let why = "needs a model that finds faces and what is not for everyone; the reviewer is asked";
    read.not_run.push(NotRun { check: "I12".into(), why: why.into() });
    let container = match container::walk(bytes, media_type) {
        Ok(container) => container,
        Err(fault) => {
            read.findings.push(faulty(&fault, bytes.len()));
            read.findings.extend(polyglot::check(bytes, bytes.len(), &[]));
            return stopped(read, "the file is not whole");
        }
    };
    let fields: Vec<_> =
        container.parts.iter().filter(|p| p.kind != Kind::Image).map(|p| p.body.clone()).collect();
    read.findings.extend(polyglot::check(bytes, container.end, &fields));
    let told = metadata::read(bytes, media_type, &container);
    let mut said = provenance::read(bytes, media_type, rules.trust_anchors.as_deref());
    said.hints.extend(told.generators.iter().cloned());
    read.findings.extend(provenance::judge(&said, rules, "I11"));
    read.ran = &["I1", "I2", "I11"];
    if let Some(finding) = too_much(&container) {
        read.findings.push(finding);
        return stopped(read, "the image is over the limits");
    }
    if let Some(variant) = &container.variant {
        read.findings.push(not_supported(variant));
        return stopped(read, "our reader does not know this variant");
    }
    match decode::decode(bytes, media_type, container.memory()) {
        Ok(decoded) => {
            let whole = Whole { bytes, media_type, profile: rules.profile, container, told };
            decoded_checks(&mut read, &whole, decoded);
            read
        }
        Err(failure) => {
            read.findings.push(failed(failure, bytes.len()));
            stopped(read, "the image could not be decoded")
        }
    }
}

fn stopped(mut read: Read, why: &'static str) -> Read {
    read.stopped = Some(why);
    read
}

/// Everything that needs pixels.
fn decoded_checks(read: &mut Read, file: &Whole<'_>, decoded: Decoded) {
    let turn = decoded.orientation;
    let luma = brightness(&decoded.pixels);
    let (long, short) = (luma.width.max(luma.height) as u32, luma.width.min(luma.height) as u32);
    let sharpness = measure::sharpness(&luma.shrink(SHARP_SIDE));
    let measures = score::Measures { short, long, bytes: file.bytes.len() as u64, sharpness };
    let (quality, losses) = score::quality(&measures, file.profile);
    if short < LEAST_SIDE {
        let message =
            format!("The image is {} × {} pixels; each side needs {LEAST_SIDE}.", luma.width, luma.height);
        read.findings.push(finding("image_too_small", json!(short), json!(LEAST_SIDE), message));
    }
    read.findings.extend(losses.into_iter().filter(|f| short >= LEAST_SIDE || f.code != "image_small"));
    read.findings.extend(blank(&decoded.pixels, &luma, file.profile));
    let work = luma.shrink(WORK_SIDE).turned(turn);
    drop(luma);
    let (width, height) = shown_size(&decoded.pixels, turn);
    match qr::codes(&work, width, height) {
        Some(found) => read.findings.extend(codes(&found, width, height)),
        None => {
            let why = "there are more corner squares of QR codes than can be searched";
            read.not_run.push(NotRun { check: "I8".into(), why: why.into() });
        }
    }
    let hash::Hashes { gradients, copy } = hash::hashes(&work);
    read.prints.gradients = gradients;
    read.prints.detail = copy;
    read.findings.extend(file.told.findings(&read.prints.gradients));
    read.quality = Some(quality);
    let small = preview::small(&decoded);
    if !read.prints.gradients.is_empty() {
        read.prints.detail.extend(hash::colours(&small));
    }
    if let Some((kind, bytes)) = preview::encode(&small) {
        // Boxes of findings count the original's pixels, so the preview says how many it has.
        let media_type = format!("{kind}; width={width}; height={height}");
        read.derived.push(Derived { kind: DerivedKind::Preview, media_type, bytes });
    }
    cleaned(read, file, decoded);
}

/// Brightness over white; where that shows nothing, over black.
fn brightness(pixels: &DynamicImage) -> Luma {
    let over_white = Luma::over(pixels, 255);
    if pixels.color().has_alpha() && measure::deviation(&over_white) < BLANK {
        return Luma::over(pixels, 0);
    }
    over_white
}

/// I10: the copy for releases, made only if it decodes to the same pixels.
fn cleaned(read: &mut Read, file: &Whole<'_>, decoded: Decoded) {
    let (media_type, turn) = (file.media_type, decoded.orientation);
    let Some(copy) = clean::clean(file.bytes, media_type, &file.container, turn) else { return };
    let left_out = clean::left_out(&file.container);
    let before = print(&decoded);
    drop(decoded);
    if !decode::decode(&copy, media_type, file.container.memory()).is_ok_and(|after| print(&after) == before)
    {
        let message = format!(
            "It holds {}; a copy without them could not be made without changing the image.",
            left_out.join(", ")
        );
        read.findings.push(finding("metadata_stays", json!(left_out), json!("none"), message));
        return;
    }
    if !left_out.is_empty() {
        let message = format!(
            "The copy that goes into releases is without {}; its pixels are the same.",
            left_out.join(", ")
        );
        read.findings.push(finding("metadata_left_out", json!(left_out), json!("none"), message));
    }
    read.derived.push(Derived { kind: DerivedKind::Cleaned, media_type: media_type.into(), bytes: copy });
}

/// What two decoded images must agree in to be the same.
fn print(decoded: &Decoded) -> (u32, u32, image::ColorType, karat_types::Hash, Orientation) {
    let pixels = &decoded.pixels;
    let hash = crate::content_hash(pixels.as_bytes());
    (pixels.width(), pixels.height(), pixels.color(), hash, decoded.orientation)
}

fn shown_size(pixels: &DynamicImage, turn: Orientation) -> (u32, u32) {
    match turn.to_exif() {
        5..=8 => (pixels.height(), pixels.width()),
        _ => (pixels.width(), pixels.height()),
    }
}

fn faulty(fault: &Fault, length: usize) -> Finding {
    let here = |start: usize| Evidence::Bytes { start: start.min(length) as u64, end: length as u64 };
    match fault {
        Fault::Truncated { what, at: start, needs } => {
            let message = format!(
                "The file ends inside {what}, which starts at byte {start}: it has {length} bytes and would need at least {needs}."
            );
            at(finding("image_truncated", json!(length), json!(needs), message), here(*start))
        }
        Fault::Broken { what, at: start } => {
            let message = format!("At byte {start}: {what}.");
            at(finding("image_broken", json!(what), json!("as the format asks"), message), here(*start))
        }
    }
}

fn failed(failure: Failure, length: usize) -> Finding {
    match failure {
        Failure::TooLarge => {
            let message =
                "Decoding it needs more memory than an image of its size may (512 MB at most); often a colour profile that unpacks to far more than it is.".to_owned();
            finding("image_too_large", json!("more memory than its size needs"), json!(MOST_BYTES), message)
        }
        Failure::Truncated => {
            let message = format!("The file has {length} bytes and its image data end too early.");
            finding("image_truncated", json!(length), json!("the whole image"), message)
        }
        Failure::Broken(words) => finding(
            "image_broken",
            json!(words),
            json!("as the format asks"),
            format!("Its data cannot be decoded: {words}."),
        ),
        Failure::Unknown(words) => not_supported(&words),
    }
}

fn not_supported(what: &str) -> Finding {
    let message = format!("Our reader could not read this image: {what}. That need not be the file's fault.");
    finding("not_supported_by_reader", json!(what), json!("an image our reader knows"), message)
}

/// I1: size and number of images, from the header alone.
fn too_much(container: &Container) -> Option<Finding> {
    let (width, height) = container.size;
    let pixels = u64::from(width) * u64::from(height);
    if container.frames > 1 {
        let message = format!("The file holds {} images; one is taken.", container.frames);
        return Some(finding("several_images", json!(container.frames), json!(1), message));
    }
    let memory = container.memory();
    let (measured, most, what) = if width.max(height) > MOST_SIDE {
        (u64::from(width.max(height)), u64::from(MOST_SIDE), "pixels a side")
    } else if pixels > MOST_PIXELS {
        (pixels, MOST_PIXELS, "pixels")
    } else if memory > MOST_BYTES {
        (memory, MOST_BYTES, "bytes of memory to decode")
    } else {
        return None;
    };
    let message = format!("The image is {width} × {height} pixels: {measured} {what}, {most} are the most.");
    Some(finding("image_too_large", json!(measured), json!(most), message))
}

/// I6. On a drawing a white page with a few lines is honest: a person looks.
fn blank(pixels: &DynamicImage, luma: &Luma, profile: Profile) -> Option<Finding> {
    let deviation = measure::deviation(luma);
    let share = measure::commonest(pixels);
    let percent = |n: u64| format!("{}.{:02}", n / 100, n % 100);
    if deviation < BLANK {
        let message = format!(
            "Its brightness varies by {} of 255 levels (standard deviation): nothing can be seen on it.",
            percent(deviation)
        );
        return Some(finding("blank_image", json!(percent(deviation)), json!(percent(BLANK)), message));
    }
    if share <= ONE_COLOUR {
        return None;
    }
    let code = if profile == Profile::Graphic { "nearly_blank" } else { "blank_image" };
    let message = format!("{} % of its pixels have one and the same colour.", percent(share));
    Some(finding(code, json!(percent(share)), json!(percent(ONE_COLOUR)), message))
}

/// I8: readable codes that together take 5 % or more of the image; the largest is shown.
fn codes(found: &[qr::Area], width: u32, height: u32) -> Option<Finding> {
    let area = |[_, _, w, h]: &qr::Area| u64::from(*w) * u64::from(*h);
    let share = found.iter().map(area).sum::<u64>() * 10_000 / (u64::from(width) * u64::from(height)).max(1);
    let largest = found.iter().max_by_key(|code| area(code)).filter(|_| share >= CODE_SHARE)?;
    let message = format!(
        "{} take{} {}.{:02} % of the image, the largest at {}, {}.",
        crate::evidence::many(found.len() as u64, "QR code"),
        if found.len() == 1 { "s" } else { "" },
        share / 100,
        share % 100,
        largest[0],
        largest[1]
    );
    let measured = format!("{}.{:02}", share / 100, share % 100);
    Some(at(finding("qr_code", json!(measured), json!("5.00"), message), Evidence::Pixels { area: *largest }))
}
