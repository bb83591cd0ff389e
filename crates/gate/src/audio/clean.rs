//! A copy of a recording without what gives its maker away.

use super::meter::Meter;
use super::open::{Opened, open};
use crate::evidence::finding;
use crate::examined::{Derived, DerivedKind};
use karat_types::{Finding, Hash};
use serde_json::json;

/// The tag that says what was found.
pub(super) fn found(opened: &Opened<'_>) -> Option<Finding> {
    let parts: Vec<&String> = opened.personal.iter().collect();
    if parts.is_empty() {
        return None;
    }
    let shown = opened.personal.iter().map(String::as_str).collect::<Vec<_>>().join(", ");
    let message = format!("The file carries data that can give a person away: {shown}.");
    Some(finding("personal_metadata", json!(parts), json!("none"), message))
}

/// The same sound alone in its container; none when it does not decode to `samples` again.
pub(super) fn cleaned(opened: &Opened<'_>, media_type: &str, samples: Hash) -> Option<Derived> {
    let bytes = opened.stream.bare();
    let again = open(&bytes, media_type).ok()?;
    let mut meter = Meter::hash_only(again.rate, again.channels);
    let wrong = again.stream.decode(&mut |samples| {
        meter.take(samples);
        true
    });
    let same = wrong.is_empty() && again.personal.is_empty() && meter.finish().samples == samples;
    same.then(|| Derived { kind: DerivedKind::Cleaned, media_type: media_type.to_owned(), bytes })
}
