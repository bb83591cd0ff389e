//! I11 and S11: what a media file says of its own making.
//!
//! Three sources, of falling weight: a C2PA manifest (signed, bound to these bytes), the
//! IPTC field `DigitalSourceType` in XMP (anyone can write it), and settings that image
//! generators leave in text fields. That nothing is said proves nothing.

mod hints;
mod judge;
mod manifest;
mod source;
#[cfg(test)]
mod tests;
mod trust;
mod xmp;

pub(crate) use hints::of_text as hint_of_text;
pub(crate) use judge::judge;
pub(crate) use source::Source;
pub use trust::trust_anchors;

/// What a C2PA manifest is worth.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(crate) enum Signed {
    /// There is none.
    #[default]
    None,
    /// There is one and it does not hold for these bytes.
    Invalid,
    /// It holds; its signer is on no list of ours.
    ValidUntrusted,
    /// It holds and its signer is on the operator's trust list.
    Trusted,
}

impl Signed {
    /// The word it is reported as.
    pub(crate) const fn as_str(self) -> &'static str {
        match self {
            Self::None => "none",
            Self::Invalid => "invalid",
            Self::ValidUntrusted => "valid_untrusted",
            Self::Trusted => "trusted",
        }
    }
}

/// All a file says of its own making.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(crate) struct Provenance {
    /// What its C2PA manifest is worth.
    pub(crate) signed: Signed,
    /// Who signed, as the certificate says.
    pub(crate) signer: Option<String>,
    /// Why the manifest does not hold: the C2PA status code.
    pub(crate) fault: Option<String>,
    /// How the manifest says the file was made.
    pub(crate) manifest_sources: Vec<Source>,
    /// How the IPTC field in XMP says it was made.
    pub(crate) iptc_sources: Vec<Source>,
    /// Where generators left their settings: `PNG text "parameters" (Stable Diffusion)`.
    pub(crate) hints: Vec<String>,
}

/// What the file says of its making. `anchors` are the certificates the operator trusts, as
/// a PEM bundle. Nothing is fetched: a manifest that is kept elsewhere counts as none.
pub(crate) fn read(bytes: &[u8], media_type: &str, anchors: Option<&str>) -> Provenance {
    let marks = xmp::marks(bytes);
    let mut found =
        if marks.manifest { manifest::read(bytes, media_type, anchors) } else { Provenance::default() };
    found.iptc_sources = xmp::sources(bytes, &marks);
    found.hints = if media_type == "image/png" { hints::in_png(bytes) } else { Vec::new() };
    found
}
