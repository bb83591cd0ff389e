//! Rows of submissions as the outside sees them.

use crate::view::submission::{ReleaseRef, Submission};
use crate::words::{count, hash, json, word};
use karat_store::{Conn, Tx, entity, query};
use karat_types::finding::{Nearest, Verdict};
use karat_types::id::{ContributorId, SubmissionId};
use karat_types::{Micros, Modality, Problem, SubmissionState};
use std::collections::HashMap;
use uuid::Uuid;

/// The row of a submission, or that there is none.
pub(crate) async fn load(conn: &impl Conn, id: SubmissionId) -> Result<entity::submission::Model, Problem> {
    query::submission::get(conn, id.0).await?.ok_or_else(|| Problem::missing("submission", id))
}

/// Submissions with the names and releases around them, whoever may know the author.
pub(crate) async fn told(
    conn: &impl Conn,
    rows: Vec<entity::submission::Model>,
) -> Result<Vec<Submission>, Problem> {
    let people: Vec<_> = rows.iter().map(|row| row.contributor_id).collect();
    let names = query::standing::names(conn, &people).await?;
    describe(conn, rows, &names).await
}

/// One submission for a reader who must not know its author; the name of a file may tell.
pub(crate) async fn blind(
    conn: &impl Conn,
    mut row: entity::submission::Model,
) -> Result<Submission, Problem> {
    let id = row.id;
    row.file_name = nameless(&row.file_name);
    let all = describe(conn, vec![row], &HashMap::new()).await?;
    all.into_iter().next().map(neutral).ok_or_else(|| Problem::missing("submission", id))
}

/// The findings for a reader who must not know the author. What is nearest keeps its
/// numbers alone: a name that is only sometimes left out would tell as well.
fn neutral(view: Submission) -> Submission {
    let modality = modality(view.media_type.as_deref());
    let findings = view.findings.into_iter().map(|f| karat_gate::near::neutral(f, modality)).collect();
    let nearest = view.nearest.map(|nearest| Nearest { id: None, own: false, ..nearest });
    Submission { findings, nearest, ..view }
}

/// One submission for everybody: its author is known, but not what else is theirs.
pub(super) fn public(view: Submission) -> Submission {
    let modality = modality(view.media_type.as_deref());
    let one = |f| if karat_gate::near::is_of_own(&f) { karat_gate::near::neutral(f, modality) } else { f };
    let findings = view.findings.into_iter().map(one).collect();
    let nearest = view.nearest.map(|nearest| Nearest {
        id: nearest.id.filter(|_| !nearest.own),
        own: false,
        ..nearest
    });
    Submission { findings, nearest, ..view }
}

/// What kind of content a media type is of.
pub(super) fn modality(media_type: Option<&str>) -> Modality {
    match media_type.and_then(|kind| kind.split_once('/')) {
        Some(("image", _)) => Modality::Image,
        Some(("audio", _)) => Modality::Audio,
        _ => Modality::Text,
    }
}

/// A name that says what a file is and not whose.
pub(super) fn nameless(file_name: &str) -> String {
    let known =
        |ending: &&str| (1..=8).contains(&ending.len()) && ending.bytes().all(|b| b.is_ascii_alphanumeric());
    match file_name.rsplit_once('.').map(|(_, ending)| ending).filter(known) {
        Some(ending) => format!("submission.{}", ending.to_ascii_lowercase()),
        None => "submission".to_owned(),
    }
}

/// An author without a name in `names` is not told.
async fn describe(
    conn: &impl Conn,
    rows: Vec<entity::submission::Model>,
    names: &HashMap<Uuid, String>,
) -> Result<Vec<Submission>, Problem> {
    let ids: Vec<_> = rows.iter().map(|row| row.id).collect();
    let mut datanets: Vec<_> = rows.iter().map(|row| row.datanet_id).collect();
    datanets.sort_unstable();
    datanets.dedup();
    let datanets: HashMap<_, _> =
        query::datanet::many(conn, &datanets).await?.into_iter().map(|row| (row.id, row.name)).collect();
    let mut releases: HashMap<Uuid, Vec<ReleaseRef>> = HashMap::new();
    for (submission, id, version) in query::submission::releases(conn, &ids).await? {
        let release = ReleaseRef { id: id.into(), version: version.unsigned_abs() };
        releases.entry(submission).or_default().push(release);
    }
    rows.into_iter()
        .map(|row| {
            let datanet = datanets.get(&row.datanet_id).cloned().unwrap_or_default();
            let author = names.get(&row.contributor_id).cloned();
            let releases = releases.remove(&row.id).unwrap_or_default();
            shape(row, datanet, author, releases)
        })
        .collect()
}

/// One row as a view; without the author's name the author is not told.
pub(super) fn shape(
    row: entity::submission::Model,
    datanet_name: String,
    author: Option<String>,
    releases: Vec<ReleaseRef>,
) -> Result<Submission, Problem> {
    let verdict: Option<Verdict> = row.verdict.as_deref().map(json).transpose()?;
    let (parts, findings, not_run, nearest) =
        verdict.map_or_else(Default::default, |v| (v.parts, v.findings, v.not_run, v.nearest));
    let accepted = row.state == SubmissionState::Accepted.as_str();
    Ok(Submission {
        id: row.id.into(),
        datanet: row.datanet_id.into(),
        datanet_name,
        contributor: author.is_some().then_some(ContributorId(row.contributor_id)),
        contributor_name: author,
        file_name: row.file_name,
        bytes: count(row.bytes),
        hash: hash(&row.content_hash)?,
        state: word(&row.state)?,
        trial: row.trial,
        licence: row.licence,
        origin: word(&row.origin)?,
        source_type: word(&row.source_type)?,
        media_type: row.media_type,
        score: row.score.map(i32::unsigned_abs),
        parts,
        findings,
        not_run,
        nearest,
        cluster: row.cluster_id.filter(|_| accepted).map(SubmissionId),
        reasons: row.reasons.as_deref().map(json).transpose()?.unwrap_or_default(),
        note: row.note,
        releases,
        created_at: Micros(row.created_at),
        decided_at: row.decided_at.map(Micros),
    })
}

/// Tells observers where the submission stands now.
pub(crate) fn tell(tx: &Tx, row: &entity::submission::Model) -> Result<(), Problem> {
    let news = serde_json::json!({ "submission": row.id, "datanet": row.datanet_id, "state": row.state });
    query::event::append(tx, &format!("submission:{}", row.id), "state", &news)?;
    query::event::append(tx, &format!("contributor:{}", row.contributor_id), "submission", &news)?;
    // Everybody may follow a datanet, and only what is accepted is everybody's.
    let open = if row.state == SubmissionState::Accepted.as_str() {
        news
    } else {
        serde_json::json!({ "datanet": row.datanet_id })
    };
    query::event::append(tx, &format!("datanet:{}", row.datanet_id), "counts", &open)?;
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_name_without_its_author_keeps_only_what_the_file_is() {
        let names = ["Ada Lovelace - my essay.PDF", "notes", "archive.tar.gz", "a.by Ada", ".", "ä.mp3"];
        let kept = names.map(nameless);
        assert_eq!(
            kept,
            ["submission.pdf", "submission", "submission.gz", "submission", "submission", "submission.mp3"]
        );
    }
}
