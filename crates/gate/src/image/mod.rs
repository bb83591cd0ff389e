//! I1–I12: what an image must survive.

use crate::examined::Read;
use crate::input::Rules;
use karat_types::finding::NotRun;

/// All checks on an image.
pub(crate) fn check(_bytes: &[u8], _media_type: &str, _rules: &Rules) -> Read {
    let why = "images and sounds get no score: a person decides";
    Read { not_run: vec![NotRun { check: "score".into(), why: why.into() }], ..Read::default() }
}
