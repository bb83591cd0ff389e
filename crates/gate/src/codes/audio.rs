//! What a recording is told.

use super::Code;

pub(super) const CODES: &[Code] = &[];
