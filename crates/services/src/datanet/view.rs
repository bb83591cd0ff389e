//! Rows of datanets as the outside sees them, with everything that is counted.

use crate::app::Actor;
use crate::datanet::owns;
use crate::view::datanet::{Counts, Datanet};
use crate::words::{count, json, word};
use karat_store::{Conn, entity, query};
use karat_types::id::ContributorId;
use karat_types::{Micros, Problem, SubmissionState};

/// One datanet with its counts.
pub(crate) async fn describe_one(
    conn: &impl Conn,
    actor: &Actor,
    row: entity::datanet::Model,
) -> Result<Datanet, Problem> {
    let id = row.id;
    let mut all = describe(conn, actor, vec![row]).await?;
    all.pop().ok_or_else(|| Problem::missing("datanet", id))
}

/// Datanets with their counts: a handful of grouped queries, however many there are.
pub(super) async fn describe(
    conn: &impl Conn,
    actor: &Actor,
    rows: Vec<entity::datanet::Model>,
) -> Result<Vec<Datanet>, Problem> {
    let ids: Vec<_> = rows.iter().map(|row| row.id).collect();
    let owners: Vec<_> = rows.iter().map(|row| row.owner_id).collect();
    let states = query::datanet::states(conn, &ids).await?;
    let contributors = query::datanet::contributors(conn, &ids).await?;
    let releases = query::datanet::releases(conn, &ids).await?;
    let names = query::standing::names(conn, &owners).await?;
    rows.into_iter()
        .map(|row| {
            let counts = counts(states.get(&row.id).map_or(&[][..], Vec::as_slice))?;
            let owner_name = names.get(&row.owner_id).cloned().unwrap_or_default();
            let of = |map: &std::collections::HashMap<_, i64>| map.get(&row.id).copied().map_or(0, count);
            let numbers = Numbers { counts, contributors: of(&contributors), releases: of(&releases) };
            shape(row, actor, owner_name, numbers)
        })
        .collect()
}

struct Numbers {
    counts: Counts,
    contributors: u64,
    releases: u64,
}

fn shape(
    row: entity::datanet::Model,
    actor: &Actor,
    owner_name: String,
    n: Numbers,
) -> Result<Datanet, Problem> {
    Ok(Datanet {
        yours: owns(actor, &row),
        id: row.id.into(),
        name: row.name,
        purpose: row.purpose,
        guidelines: row.guidelines,
        modality: word(&row.modality)?,
        profile: row.profile,
        language: row.language,
        human_only: row.human_only,
        topics: json(&row.topics)?,
        licences: json(&row.licences)?,
        policy: word(&row.policy)?,
        threshold: row.threshold.unsigned_abs(),
        open: row.open,
        files_per_day: row.files_per_day.map(i32::unsigned_abs),
        bytes_per_day_all: row.bytes_per_day_all.map(i64::unsigned_abs),
        owner: ContributorId(row.owner_id),
        owner_name,
        created_at: Micros(row.created_at),
        counts: n.counts,
        contributors: n.contributors,
        releases: n.releases,
    })
}

/// Adds the states up; `submissions` is the sum of the rest by construction.
fn counts(states: &[(String, i64)]) -> Result<Counts, Problem> {
    let mut counts = Counts::default();
    for (state, n) in states {
        let n = count(*n);
        *match word(state)? {
            SubmissionState::Checking | SubmissionState::Passed => &mut counts.moving,
            SubmissionState::Refused => &mut counts.refused,
            SubmissionState::Held => &mut counts.held,
            SubmissionState::InReview => &mut counts.in_review,
            SubmissionState::Accepted => &mut counts.accepted,
            SubmissionState::Rejected => &mut counts.rejected,
            SubmissionState::Voided | SubmissionState::Withdrawn => &mut counts.withdrawn,
        } += n;
        counts.submissions += n;
    }
    Ok(counts)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn submissions_are_the_sum_of_the_rest() {
        let states: Vec<_> = SubmissionState::ALL.iter().zip(1..).map(|(s, n)| (s.to_string(), n)).collect();
        let c = counts(&states).unwrap();
        let rest = c.moving + c.refused + c.held + c.in_review + c.accepted + c.rejected + c.withdrawn;
        assert_eq!((c.submissions, rest), (45, 45));
        assert!(counts(&[("lost".into(), 1)]).is_err());
    }
}
