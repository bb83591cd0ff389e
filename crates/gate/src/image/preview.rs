//! What contributors and reviewers look at: never the file itself, which browsers would
//! read with decoders of their own.

use super::decode::Decoded;
use image::codecs::png::{CompressionType, FilterType, PngEncoder};
use image::{DynamicImage, GenericImageView};

/// The longer side, pixels.
const SIDE: u32 = 1280;

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

/// A PNG without any metadata.
pub(super) fn encode(small: &DynamicImage) -> Option<Vec<u8>> {
    let mut out = Vec::new();
    let encoder = PngEncoder::new_with_quality(&mut out, CompressionType::Fast, FilterType::Adaptive);
    small.write_with_encoder(encoder).ok()?;
    Some(out)
}
