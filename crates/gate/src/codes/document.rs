//! What a PDF, a DOCX or a file of records is told.

use super::Code;

pub(super) const CODES: &[Code] = &[];
