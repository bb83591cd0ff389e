//! What is made of what a file says.

use super::{Provenance, Signed, Source};
use crate::evidence::finding;
use crate::input::Rules;
use karat_types::{Finding, SourceType};
use serde_json::json;

/// The findings of check I11 or S11.
///
/// Refused is only what the file itself says in a field meant for it and the datanet or the
/// declaration rules out; what anyone could have written is looked at by a person.
pub(crate) fn judge(said: &Provenance, rules: &Rules, check: &str) -> Vec<Finding> {
    let mut findings = vec![];
    findings.extend(signature(said));
    findings.extend(origin(said, rules));
    findings.extend(settings(said, rules));
    for finding in &mut findings {
        check.clone_into(&mut finding.check);
    }
    findings
}

fn signature(said: &Provenance) -> Option<Finding> {
    let who = said.signer.as_deref().unwrap_or("an unnamed signer");
    let (code, message) = match said.signed {
        Signed::None => return None,
        Signed::Trusted => (
            "signed_manifest",
            format!("It carries Content Credentials signed by “{who}”, who is on the trust list."),
        ),
        Signed::ValidUntrusted => (
            "signed_manifest",
            format!(
                "It carries Content Credentials that hold for these bytes; their signer says to be “{who}” and is on no trust list here."
            ),
        ),
        Signed::Invalid => {
            let fault = said.fault.as_deref().unwrap_or("unknown");
            (
                "invalid_manifest",
                format!("It carries Content Credentials that do not hold for these bytes ({fault})."),
            )
        }
    };
    Some(finding(code, json!(said.signed.as_str()), json!("trusted, valid_untrusted or none"), message))
}

/// What the file says of its making against what was asked and declared.
fn origin(said: &Provenance, rules: &Rules) -> Option<Finding> {
    let proven = matches!(said.signed, Signed::Trusted | Signed::ValidUntrusted);
    let worst = |sources: &[Source]| sources.iter().copied().filter(|s| *s != Source::Other).min();
    let by_manifest = worst(&said.manifest_sources);
    let by_iptc = worst(&said.iptc_sources);
    let (source, place) = match (by_manifest.filter(|_| proven), by_iptc, by_manifest) {
        (Some(source), _, _) => (source, "its signed Content Credentials"),
        (None, Some(source), _) => (source, "its IPTC field DigitalSourceType"),
        (None, None, Some(source)) => (source, "its Content Credentials, which do not hold"),
        (None, None, None) => return None,
    };
    let broken = !proven && by_iptc.is_none();
    let human = declared_human(rules);
    let code = match (rules.human_only, human) {
        (true, _) if !broken => "made_by_a_model",
        (_, true) if proven && source == Source::Model => "false_declaration",
        (true, _) | (_, true) => "source_type_doubtful",
        _ => "source_type_found",
    };
    let how = if source == Source::Model {
        "was made by a trained model"
    } else {
        "was made with the help of a trained model"
    };
    let message = format!("By {place} it {how} ({}).", source.as_str());
    let asked = if rules.human_only {
        "made by people only"
    } else if human {
        "declared: human"
    } else {
        "none"
    };
    Some(finding(code, json!(source.as_str()), json!(asked), message))
}

/// Traces of generators: evidence for a person where people's work was asked for or declared.
fn settings(said: &Provenance, rules: &Rules) -> Option<Finding> {
    if said.hints.is_empty() {
        return None;
    }
    let code = if rules.human_only || declared_human(rules) { "generator_doubt" } else { "generator_named" };
    let message = format!("It holds what an image generator leaves: {}.", said.hints.join(", "));
    Some(finding(code, json!(said.hints), json!("none"), message))
}

fn declared_human(rules: &Rules) -> bool {
    rules.declared.as_ref().and_then(|declared| declared.source_type) == Some(SourceType::Human)
}
