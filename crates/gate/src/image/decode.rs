//! Pixels out of bytes, under limits.

use image::metadata::Orientation;
use image::{DynamicImage, ImageDecoder, ImageError, ImageFormat, ImageReader, Limits};
use std::io::Cursor;

/// Longest side, pixels.
pub(super) const MOST_SIDE: u32 = 16_384;
/// Most pixels: 64 megapixels.
pub(super) const MOST_PIXELS: u64 = 64_000_000;
/// Bytes a decoder may ask for.
pub(super) const MOST_BYTES: u64 = 512 << 20;

/// A decoded image, as stored.
pub(super) struct Decoded {
    pub(super) pixels: DynamicImage,
    /// How it has to be turned to be looked at.
    pub(super) orientation: Orientation,
}

/// Why there are no pixels.
#[derive(Debug, PartialEq, Eq)]
pub(super) enum Failure {
    /// The limits were not enough.
    TooLarge,
    /// The data end in the middle.
    Truncated,
    /// The data cannot be what the format asks, in the decoder's words.
    Broken(String),
    /// Our decoder does not know this variant, in its own words.
    Unknown(String),
}

/// Beside the pixels: colour profiles, tables, one row or strip.
const SPARE_BYTES: u64 = 48 << 20;

/// Decodes the whole image, whose pixels take `memory` bytes.
pub(super) fn decode(bytes: &[u8], media_type: &str, memory: u64) -> Result<Decoded, Failure> {
    let Some(format) = ImageFormat::from_mime_type(media_type) else {
        return Err(Failure::Unknown(media_type.to_owned()));
    };
    read(bytes, format, memory).map_err(|error| failure(&error, format))
}

fn read(bytes: &[u8], format: ImageFormat, memory: u64) -> Result<Decoded, ImageError> {
    let mut limits = Limits::default();
    limits.max_image_width = Some(MOST_SIDE);
    limits.max_image_height = Some(MOST_SIDE);
    limits.max_alloc =
        Some(memory.saturating_mul(2).saturating_add(SPARE_BYTES).min(MOST_BYTES + SPARE_BYTES));
    let mut reader = ImageReader::with_format(Cursor::new(bytes), format);
    reader.limits(limits);
    let mut decoder = reader.into_decoder()?;
    // A broken EXIF block says nothing about the pixels.
    let orientation = decoder.orientation().unwrap_or(Orientation::NoTransforms);
    Ok(Decoded { pixels: DynamicImage::from_decoder(decoder)?, orientation })
}

/// PNG and BMP leave a decoder no choice: what it cannot decode is broken. The others have
/// more variants than any decoder knows.
fn failure(error: &ImageError, format: ImageFormat) -> Failure {
    let words: String = error.to_string().chars().filter(|c| !c.is_control()).take(160).collect();
    match error {
        ImageError::Limits(_) => Failure::TooLarge,
        ImageError::IoError(error) if error.kind() == std::io::ErrorKind::UnexpectedEof => Failure::Truncated,
        ImageError::Decoding(_) if matches!(format, ImageFormat::Png | ImageFormat::Bmp) => {
            Failure::Broken(words)
        }
        _ => Failure::Unknown(words),
    }
}
