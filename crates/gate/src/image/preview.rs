//! What contributors and reviewers look at: never the file itself, which browsers would
//! read with decoders of their own.

use super::decode::Decoded;
use image::codecs::jpeg::JpegEncoder;
use image::codecs::png::{CompressionType, FilterType, PngEncoder};
use image::{DynamicImage, GenericImageView};

/// The longer side, pixels.
const SIDE: u32 = 1280;
/// Bytes of a preview: as base64, 200 kB.
const MOST_BYTES: usize = 150_000;

/// The image at most 1280 pixels a side with 8 bits a channel, turned as it is meant.
pub(super) fn small(decoded: &Decoded) -> DynamicImage {
    let (width, height) = decoded.pixels.dimensions();
    let small =
        if width.max(height) > SIDE { decoded.pixels.thumbnail(SIDE, SIDE) } else { decoded.pixels.clone() };
    let mut small = match small.color() {
        colour if colour.has_alpha() && colour.has_color() => DynamicImage::ImageRgba8(small.into_rgba8()),
        colour if colour.has_alpha() => DynamicImage::ImageLumaA8(small.into_luma_alpha8()),
        colour if colour.has_color() => DynamicImage::ImageRgb8(small.into_rgb8()),
        _ => DynamicImage::ImageLuma8(small.into_luma8()),
    };
    small.apply_orientation(decoded.orientation);
    small
}

/// The preview without any metadata and its type: a PNG where that is small enough to be
/// sent inside a page, a JPEG where it is not, and a smaller one where even that is not.
pub(super) fn encode(small: &DynamicImage) -> Option<(&'static str, Vec<u8>)> {
    let mut out = Vec::new();
    let encoder = PngEncoder::new_with_quality(&mut out, CompressionType::Fast, FilterType::Adaptive);
    small.write_with_encoder(encoder).ok()?;
    if out.len() <= MOST_BYTES {
        return Some(("image/png", out));
    }
    let whole = on_white(small);
    let mut jpeg = Vec::new();
    for (side, quality) in [(SIDE, 85), (SIDE, 70), (SIDE, 50), (SIDE / 2, 60), (SIDE / 4, 50)] {
        let fits = whole.width().max(whole.height()) <= side;
        let part = DynamicImage::ImageRgb8(whole.clone());
        let part = if fits { part } else { part.thumbnail(side, side) };
        jpeg.clear();
        part.write_with_encoder(JpegEncoder::new_with_quality(&mut jpeg, quality)).ok()?;
        if jpeg.len() <= MOST_BYTES {
            break;
        }
    }
    Some(("image/jpeg", jpeg))
}

/// Without transparency, which JPEG does not have: over white.
fn on_white(image: &DynamicImage) -> image::RgbImage {
    let mut out = image::RgbImage::new(image.width(), image.height());
    for (to, from) in out.pixels_mut().zip(image.to_rgba8().pixels()) {
        let [r, g, b, alpha] = from.0;
        to.0 = [r, g, b]
            .map(|c| ((u32::from(c) * u32::from(alpha) + 255 * (255 - u32::from(alpha))) / 255) as u8);
    }
    out
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_preview_fits_into_a_page_whatever_it_shows() {
        let mut seed = 1_u32;
        let noise = image::RgbaImage::from_fn(1280, 1280, |_, _| {
            seed = seed.wrapping_mul(1_664_525).wrapping_add(1_013_904_223);
            image::Rgba([(seed >> 24) as u8, (seed >> 16) as u8, (seed >> 8) as u8, 255])
        });
        let (kind, bytes) = encode(&DynamicImage::ImageRgba8(noise)).unwrap();
        assert!(kind == "image/jpeg" && bytes.len() <= MOST_BYTES, "{kind}, {}", bytes.len());
        assert!(image::load_from_memory(&bytes).is_ok());
        let plain = DynamicImage::new_rgb8(1280, 1280);
        let (kind, bytes) = encode(&plain).unwrap();
        assert!(kind == "image/png" && bytes.len() < MOST_BYTES);
        let clear = on_white(&DynamicImage::new_rgba8(2, 2));
        assert_eq!(clear.get_pixel(0, 0).0, [255; 3]);
    }
}
