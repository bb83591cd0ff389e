//! What is nearest of all that is there, and how much of it may be shown.

use super::duplicate;
use super::evidence::{cleaned, derived_files, is_media, is_sound, nothing};
use super::read::{File, still_there};
use super::reading::{preview, reading};
use super::view::modality;
use crate::app::{Actor, App};
use crate::view::reading::Neighbour;
use crate::words::hash;
use karat_store::{entity, query};
use karat_types::finding::Nearest;
use karat_types::id::{ContributorId, SubmissionId};
use karat_types::{Evidence, Finding, Problem, SubmissionState};

/// The checks that compare with what is there.
const CHECKS: [&str; 5] = ["A4", "T13", "T14", "I9", "S9"];
/// How much of the other text is sent.
const MOST_BYTES: usize = 100_000;

/// What a verdict says of other contents, and who asks.
pub(crate) struct Near<'a> {
    /// All findings.
    pub(crate) findings: &'a [Finding],
    /// What the gate found nearest.
    pub(crate) nearest: Option<&'a Nearest>,
    /// For a reviewer the item. They are never told which submission is near it: of the
    /// author's own it must not be said, and a name left out only there would say so. And
    /// they see it whether it is the author's own or not, also while it waits.
    pub(crate) reviewed: Option<&'a entity::submission::Model>,
}

/// The submission that is nearest, or the first of the item's cluster, with its content
/// where the reader may see it. There is one wherever the score counts one.
pub(crate) async fn nearest(app: &App, actor: &Actor, near: Near<'_>) -> Result<Option<Neighbour>, Problem> {
    let Some((told, row)) = look(app, actor, &near).await? else { return Ok(None) };
    let Some(row) = row else { return Ok(Some(told)) };
    let bytes = app.store.blobs().get(hash(&row.content_hash)?).await?;
    let derived = derived_files(app, &row).await?;
    let heard = near.reviewed.map_or_else(
        || format!("/api/v1/submissions/{}/sound", row.id),
        |item| format!("/api/v1/submissions/{}/nearest/sound", item.id),
    );
    Ok(Some(Neighbour {
        submission: Some(row.id.into()).filter(|_| near.reviewed.is_none()),
        reading: reading(&bytes, &derived, MOST_BYTES).filter(|_| !is_media(&row)),
        preview: preview(&derived),
        sound_url: is_sound(&row).then_some(heard),
        ..told
    }))
}

/// The recording that is nearest, where the reader may hear it.
pub(crate) async fn nearest_sound(app: &App, actor: &Actor, near: Near<'_>) -> Result<File, Problem> {
    match look(app, actor, &near).await? {
        Some((_, Some(row))) if is_sound(&row) => cleaned(app, &row).await,
        _ => Err(nothing("sound", "Nothing that can be heard is near this submission.")),
    }
}

/// What is said of the nearest in any case, and its row where the reader may see it.
async fn look(
    app: &App,
    actor: &Actor,
    near: &Near<'_>,
) -> Result<Option<(Neighbour, Option<entity::submission::Model>)>, Problem> {
    let found = near.findings.iter().find(|finding| is_copy(finding));
    let measured = near.nearest.filter(|near| near.likeness.max(near.contained) > 0);
    let by_gate = || measured?.id.as_deref()?.parse().ok();
    let named = match (found.and_then(named).or_else(by_gate), near.reviewed) {
        (None, Some(item)) => unnamed(app, item, found, measured).await?,
        (named, _) => named,
    };
    if found.is_none() && named.is_none() && measured.is_none() {
        return Ok(None);
    }
    let told = Neighbour {
        submission: None,
        likeness: measured.map(|near| near.likeness).or_else(|| found.and_then(likeness)),
        contained: measured.map(|near| near.contained).or_else(|| found.and_then(contained)),
        reading: None,
        preview: None,
        sound_url: None,
    };
    let Some(id) = named else { return Ok(Some((told, None))) };
    let row = query::submission::get(app.store.db(), id.0).await?;
    Ok(Some((told, row.filter(|row| may_show(actor, row, near.reviewed.is_some())))))
}

/// For a reviewer what a verdict measured and did not name, as that was not public then;
/// or else the first of the item's cluster.
async fn unnamed(
    app: &App,
    item: &entity::submission::Model,
    found: Option<&Finding>,
    measured: Option<&Nearest>,
) -> Result<Option<SubmissionId>, Problem> {
    let of_found = || found.and_then(|finding| Some((likeness(finding)?, contained(finding))));
    let numbers = measured.map(|near| (near.likeness, Some(near.contained))).or_else(of_found);
    let exact = match numbers {
        Some(numbers) => {
            let modality = modality(item.media_type.as_deref());
            duplicate::measured_one(app.store.db(), item, modality, numbers).await?
        }
        None => None,
    };
    Ok(exact.or(item.cluster_id.filter(|first| *first != item.id)).map(SubmissionId))
}

/// One's own, what everybody may read, and for a reviewer what people judge.
fn may_show(actor: &Actor, row: &entity::submission::Model, reviewing: bool) -> bool {
    let own = actor.contributor == Some(ContributorId(row.contributor_id));
    let waiting = [SubmissionState::Held, SubmissionState::InReview, SubmissionState::Rejected];
    let shown = own
        || row.state == SubmissionState::Accepted.as_str()
        || (reviewing && waiting.iter().any(|state| state.as_str() == row.state));
    // What waits for the operator is nobody else's to read.
    let shown = shown && (own || row.set_aside.is_none());
    shown && still_there(row).is_ok()
}

fn is_copy(finding: &Finding) -> bool {
    CHECKS.contains(&finding.check.as_str())
        && (finding.code.contains("duplicate") || finding.code == "already_yours" || named(finding).is_some())
}

fn named(finding: &Finding) -> Option<SubmissionId> {
    match &finding.evidence {
        Some(Evidence::Submission { id }) => id.parse().ok(),
        _ => None,
    }
}

/// The same bytes are wholly alike; other findings measure it.
fn likeness(finding: &Finding) -> Option<u32> {
    if finding.check == "A4" || finding.code == "duplicate_normalised" {
        return Some(1000);
    }
    let number = finding.measured.get("likeness").unwrap_or(&finding.measured);
    let thousandths = number.as_u64().filter(|n| *n <= 1000)?;
    u32::try_from(thousandths).ok()
}

/// How much of the new one stands in the other, where that was measured.
fn contained(finding: &Finding) -> Option<u32> {
    u32::try_from(finding.measured.get("contained")?.as_u64()?).ok()
}

#[cfg(test)]
mod tests {
    use super::*;
    use karat_types::Class;
    use serde_json::{Value, json};

    fn finding(check: &str, code: &str, measured: Value) -> Finding {
        Finding {
            check: check.into(),
            version: 1,
            class: Class::Hold,
            code: code.into(),
            measured,
            threshold: Value::Null,
            evidence: None,
            message: String::new(),
            fix: String::new(),
        }
    }

    #[test]
    fn only_comparing_checks_name_what_is_nearest() {
        assert!(is_copy(&finding("A4", "already_yours", json!("x"))));
        assert!(is_copy(&finding("T13", "near_duplicate", json!(845))));
        assert!(!is_copy(&finding("T8", "duplicate_lines", json!(3))));
    }

    #[test]
    fn likeness_is_what_was_measured() {
        assert_eq!(likeness(&finding("A4", "duplicate_exact", json!("0197"))), Some(1000));
        assert_eq!(likeness(&finding("T13", "near_duplicate", json!(845))), Some(845));
        let both = json!({ "likeness": 950, "contained": 978 });
        assert_eq!(likeness(&finding("T13", "near_duplicate", both)), Some(950));
        assert_eq!(
            likeness(&finding("I9", "near_duplicate_image", json!({ "likeness": 880, "bits": 3 }))),
            Some(880)
        );
        assert_eq!(likeness(&finding("I9", "near_duplicate", json!("4 bits"))), None);
    }
}
