//! C2PA manifests, read without a disk, a network or a say of the clock.
//!
//! The library compares certificates without a time stamp with today's date. A verdict that
//! changes with the date cannot be replayed, so what depends on it (expiry, answers of OCSP
//! responders) is left out of the judgement here; the certificate's profile too, since the
//! library looks at it only while the certificate lasts. What is left: does the signature
//! hold, do the hashes fit these bytes, does the chain lead to the operator's list.

use super::source::Source;
use super::{Provenance, Signed};
use c2pa::validation_results::validation_codes as code;
use c2pa::{Context, Manifest, Reader, Settings, ValidationResults};
use serde_json::{Value, json};
use std::collections::BTreeSet;
use std::io::Cursor;

/// Values of one manifest that are looked at.
const MOST_VALUES: usize = 100_000;
/// Characters of a signer's name that are repeated.
const NAME_CHARS: usize = 80;

/// What the file's manifest says and what it is worth.
pub(super) fn read(bytes: &[u8], media_type: &str, anchors: Option<&str>) -> Provenance {
    let invalid =
        |fault: String| Provenance { signed: Signed::Invalid, fault: Some(fault), ..Default::default() };
    // A trust list that cannot be read trusts nobody; it is not the file's fault.
    let Some(context) = context(anchors).or_else(|| context(None)) else { return Provenance::default() };
    match Reader::from_context(context).with_stream(media_type, Cursor::new(bytes)) {
        Ok(reader) => of_reader(&reader),
        Err(c2pa::Error::JumbfNotFound | c2pa::Error::RemoteManifestUrl(_)) => Provenance::default(),
        Err(c2pa::Error::UnsupportedType) => Provenance::default(),
        Err(error) => invalid(short(&error.to_string())),
    }
}

fn context(anchors: Option<&str>) -> Option<Context> {
    let anchors = anchors.filter(|pem| !pem.trim().is_empty());
    let settings = json!({
        "verify": { "remote_manifest_fetch": false, "ocsp_fetch": false },
        "core": { "allowed_network_hosts": [], "decode_identity_assertions": false },
        "trust": { "trust_anchors": anchors },
    });
    Context::new().with_settings(Settings::new().with_json(&settings.to_string()).ok()?).ok()
}

fn of_reader(reader: &Reader) -> Provenance {
    let Some(active) = reader.active_manifest() else { return Provenance::default() };
    let (signed, fault) = match reader.validation_results() {
        Some(results) => worth(results),
        None => (Signed::Invalid, Some("not validated".to_owned())),
    };
    Provenance {
        signed,
        signer: active.issuer().or_else(|| active.common_name()).map(|name| short(&name)),
        fault,
        manifest_sources: sources(reader, active),
        ..Provenance::default()
    }
}

/// What the results amount to without those that depend on the date.
fn worth(results: &ValidationResults) -> (Signed, Option<String>) {
    let Some(active) = results.active_manifest() else {
        return (Signed::Invalid, Some("nothing was validated".to_owned()));
    };
    let has = |wanted: &str| active.success().iter().any(|status| status.code() == wanted);
    let deltas = results.ingredient_deltas().into_iter().flatten();
    let fault = active
        .failure()
        .iter()
        .chain(deltas.flat_map(|delta| delta.validation_deltas().failure()))
        .map(|status| status.code())
        .filter(|code| !of_the_signer(code))
        .min();
    match fault {
        Some(fault) => (Signed::Invalid, Some(short(fault))),
        None if !has(code::CLAIM_SIGNATURE_VALIDATED) => {
            (Signed::Invalid, Some("the signature could not be checked".to_owned()))
        }
        None if has(code::SIGNING_CREDENTIAL_TRUSTED) => (Signed::Trusted, None),
        None => (Signed::ValidUntrusted, None),
    }
}

/// Whether a status speaks of who signed, and when, and not of what was signed.
fn of_the_signer(status: &str) -> bool {
    status.starts_with("signingCredential.")
        || status.starts_with("timeStamp.")
        || status == code::CLAIM_SIGNATURE_OUTSIDE_VALIDITY
}

/// What the file's own history says; what it says of other parts makes it a composite.
fn sources(reader: &Reader, active: &Manifest) -> Vec<Source> {
    let history = history(reader, active);
    let mut found = BTreeSet::new();
    for (label, manifest) in reader.manifests() {
        let own = history.contains(label.as_str());
        for source in of_manifest(manifest) {
            found.insert(if own || source != Source::Model { source } else { Source::PartlyModel });
        }
    }
    found.into_iter().collect()
}

/// The labels of the active manifest and of those it says it was made from, back to the first.
fn history<'a>(reader: &'a Reader, active: &'a Manifest) -> BTreeSet<&'a str> {
    let mut labels = BTreeSet::new();
    let mut next = reader.active_label().map(|label| (label, active));
    while let Some((label, manifest)) = next {
        if !labels.insert(label) {
            break;
        }
        let parent = manifest.ingredients().iter().find(|ingredient| ingredient.is_parent());
        next = parent
            .and_then(|parent| parent.active_manifest())
            .and_then(|label| Some((label, reader.get_manifest(label)?)));
    }
    labels
}

/// Every source type in the manifest's assertions. Only making the whole from nothing is
/// making it: a model that had a part in an edit makes a composite.
fn of_manifest(manifest: &Manifest) -> Vec<Source> {
    let mut found = Vec::new();
    let mut waiting: Vec<&Value> = manifest.assertions().iter().filter_map(|a| a.value().ok()).collect();
    let mut left = MOST_VALUES;
    while let Some(value) = waiting.pop() {
        left = left.saturating_sub(1);
        if left == 0 {
            break;
        }
        match value {
            Value::Array(values) => waiting.extend(values),
            Value::Object(fields) => {
                let edit = fields.get("action").and_then(Value::as_str).is_some_and(|a| a != "c2pa.created");
                for (name, value) in fields {
                    match value {
                        Value::String(term) if name.to_ascii_lowercase().ends_with("digitalsourcetype") => {
                            found.extend(Source::parse(term).map(|source| match source {
                                Source::Model if edit => Source::PartlyModel,
                                source => source,
                            }));
                        }
                        other => waiting.push(other),
                    }
                }
            }
            _ => {}
        }
    }
    found
}

/// A text of the file's, short enough to be repeated and without characters that mislead.
fn short(text: &str) -> String {
    text.chars().filter(|c| !c.is_control()).take(NAME_CHARS).collect()
}
