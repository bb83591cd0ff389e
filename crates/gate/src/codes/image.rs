//! What an image is told.

use super::Code;

pub(super) const CODES: &[Code] = &[];
