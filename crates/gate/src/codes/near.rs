//! Copies of what is there already.

use super::{Code, refuse};

pub(super) const CODES: &[Code] = &[
    refuse(
        "already_yours",
        "A4",
        "You have sent this before",
        [
            "The same content by the same contributor is already in this datanet. Sending it again costs and earns nothing.",
            "the submission that has the same content; no copy.",
            "Nothing to do: look at the first one under “my submissions”.",
        ],
    ),
    refuse(
        "duplicate_exact",
        "A4",
        "This file is already in the datanet",
        [
            "Byte for byte the same content came earlier; the first to send it keeps the credit.",
            "the earlier file; no copy.",
            "Send something that is not there yet.",
        ],
    ),
    refuse(
        "duplicate_normalised",
        "T13",
        "This text is already in the datanet",
        [
            "The same text came earlier; only letter case, white space or the form of characters differ (compared after NFKC, case folding and collapsing white space). The first to send it keeps the credit.",
            "the earlier file; no copy.",
            "Send something that is not there yet.",
        ],
    ),
];
