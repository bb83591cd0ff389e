//! The frame around the pixels, walked without decoding them: where each part of the file
//! stands, how big the image says it is, and whether the file ends where it should.
//!
//! Decoders forgive what is missing; a gate may not. All walks are linear and loop-free.

mod bmp;
mod jpeg;
mod png;
mod tiff;
mod webp;

pub(super) use png::crc32;
pub(super) use tiff::{Field, Ifd, Order};

use std::ops::Range;

/// What a part of the file is for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Kind {
    /// Needed to show the image as it is: stays in every copy.
    Image,
    /// An EXIF block; its body starts with the byte order mark.
    Exif,
    /// An XMP packet.
    Xmp,
    /// IPTC and Photoshop fields.
    Iptc,
    /// Comments and text fields.
    Text,
    /// A C2PA manifest.
    Manifest,
    /// A second, smaller or larger image behind or inside the first.
    Extra,
    /// Whatever programs of one maker leave.
    Other,
}

impl Kind {
    /// What it is called in a sentence; none for what stays.
    pub(super) const fn name(self) -> Option<&'static str> {
        Some(match self {
            Self::Image => return None,
            Self::Exif => "EXIF",
            Self::Xmp => "XMP",
            Self::Iptc => "IPTC",
            Self::Text => "text fields",
            Self::Manifest => "Content Credentials",
            Self::Extra => "embedded images",
            Self::Other => "fields of single programs",
        })
    }
}

/// A stretch of the file.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Part {
    pub(super) kind: Kind,
    /// All of it, its frame included.
    pub(super) all: Range<usize>,
    /// What is inside the frame.
    pub(super) body: Range<usize>,
}

/// A file whose frame is whole.
#[derive(Clone, Debug, Default)]
pub(super) struct Container {
    /// Width and height as stored, pixels.
    pub(super) size: (u32, u32),
    /// Images one after the other.
    pub(super) frames: u32,
    /// Bytes a decoder needs for each pixel.
    pub(super) pixel_bytes: u32,
    /// Passes over a progressive image.
    pub(super) scans: u32,
    /// A variant of the format that is valid and that our reader does not know.
    pub(super) variant: Option<String>,
    /// The parts in the order of the file (TIFF: only those that may go).
    pub(super) parts: Vec<Part>,
    /// One past the last byte that belongs to the image.
    pub(super) end: usize,
}

impl Container {
    /// Bytes a decoder needs for the pixels.
    pub(super) fn memory(&self) -> u64 {
        let (width, height) = self.size;
        (u64::from(width) * u64::from(height)).saturating_mul(u64::from(self.pixel_bytes))
    }
}

/// Why a file's frame is not whole.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum Fault {
    /// The file ends before the part that starts at `at` does.
    Truncated {
        /// What is cut off: `chunk IDAT`.
        what: String,
        /// Its first byte.
        at: usize,
        /// Bytes the file would need to have at least.
        needs: u64,
    },
    /// What stands at `at` cannot be.
    Broken {
        /// What is wrong there.
        what: String,
        /// The byte.
        at: usize,
    },
}

impl Fault {
    fn truncated(what: impl Into<String>, at: usize, needs: u64) -> Self {
        Self::Truncated { what: what.into(), at, needs }
    }

    fn broken(what: impl Into<String>, at: usize) -> Self {
        Self::Broken { what: what.into(), at }
    }
}

/// Walks the file's frame.
pub(super) fn walk(bytes: &[u8], media_type: &str) -> Result<Container, Fault> {
    let found = match media_type {
        "image/png" => png::walk(bytes),
        "image/jpeg" => jpeg::walk(bytes),
        "image/webp" => webp::walk(bytes),
        "image/tiff" => tiff::walk(bytes),
        _ => bmp::walk(bytes),
    }?;
    if found.size.0 == 0 || found.size.1 == 0 {
        return Err(Fault::broken(format!("the image is {} × {} pixels", found.size.0, found.size.1), 0));
    }
    Ok(found)
}

/// `bytes[at..at + N]`.
fn take<const N: usize>(bytes: &[u8], at: usize) -> Option<[u8; N]> {
    bytes.get(at..at.checked_add(N)?)?.try_into().ok()
}

/// Four letters of a chunk's name, whatever they are.
fn letters(name: &[u8]) -> String {
    name.escape_ascii().to_string()
}
