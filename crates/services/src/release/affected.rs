//! What a submission went into: releases, runs, and the models these made.

use crate::authz::{self, Action};
use crate::view::release::{Affected, AffectedRelease, AffectedRun};
use crate::view::submission::ReleaseRef;
use crate::words::word;
use crate::{Actor, App};
use karat_store::Conn;
use karat_store::entity::release::Model as Stored;
use karat_store::entity::run::Model as Run;
use karat_store::query::{self, withdrawal};
use karat_types::id::{ContributorId, ReleaseId, SubmissionId};
use karat_types::{Micros, Problem, SubmissionState};
use std::collections::BTreeSet;
use uuid::Uuid;

/// What a submission went into. For its contributor, the datanet's owner, reviewers and
/// operators; for everybody once it was public.
pub async fn affected(app: &App, actor: &Actor, id: SubmissionId) -> Result<Affected, Problem> {
    let db = app.store.db();
    let row = crate::submission::load(db, id).await?;
    let net = crate::datanet::load(db, row.datanet_id.into()).await?;
    let state: SubmissionState = word(&row.state)?;
    let tombstone = withdrawal::tombstone(db, id.0).await?;
    if state != SubmissionState::Accepted && !crate::submission::was_public(&row)? {
        let own = actor.contributor == Some(ContributorId(row.contributor_id));
        authz::require(actor, Action::ReadSubmission, own || crate::datanet::owns(actor, &net))?;
    }
    let stored = withdrawal::releases_with(db, id.0).await?;
    let ids: Vec<Uuid> = stored.iter().map(|r| r.id).collect();
    let mut releases = Vec::new();
    for release in &stored {
        releases.push(AffectedRelease {
            id: ReleaseId(release.id),
            datanet_name: net.name.clone(),
            version: release.version.unsigned_abs(),
            stopped_at: release.stopped_at.map(Micros),
            next: next(db, release).await?,
        });
    }
    let runs = descendants(db, &ids).await?.iter().map(run_view).collect::<Result<_, _>>()?;
    Ok(Affected {
        submission: id,
        datanet: row.datanet_id.into(),
        datanet_name: net.name,
        media_type: row.media_type,
        state,
        withdrawn_at: tombstone.map(|t| Micros(t.created_at)),
        releases,
        runs,
    })
}

fn run_view(run: &Run) -> Result<AffectedRun, Problem> {
    Ok(AffectedRun {
        id: run.id.into(),
        name: run.name.clone(),
        state: word(&run.state)?,
        model: run.model_id.map(Into::into),
    })
}

/// What to use instead of a stopped release.
pub(super) async fn next(conn: &impl Conn, release: &Stored) -> Result<Option<ReleaseRef>, Problem> {
    if release.stopped_at.is_none() {
        return Ok(None);
    }
    let next = withdrawal::next_standing(conn, release.datanet_id, release.version).await?;
    Ok(next.map(|r| ReleaseRef { id: ReleaseId(r.id), version: r.version.unsigned_abs() }))
}

/// Runs that trained on one of these releases, and runs that continued from what those
/// made, however far.
async fn descendants(conn: &impl Conn, releases: &[Uuid]) -> Result<Vec<Run>, Problem> {
    let mut seen: BTreeSet<Uuid> = BTreeSet::new();
    let mut all = Vec::new();
    let (mut from, mut models) = (releases.to_vec(), Vec::new());
    while !from.is_empty() || !models.is_empty() {
        let mut fresh = withdrawal::runs_on(conn, &from, &models).await?;
        fresh.retain(|run| seen.insert(run.id));
        from.clear();
        models = fresh.iter().filter_map(|run| run.model_id).collect();
        all.extend(fresh);
    }
    Ok(all)
}

/// The stopped releases a run learned from: its own, and those of the models it continued
/// from or sits on.
pub(crate) async fn since_withdrawn(conn: &impl Conn, run: Uuid) -> Result<Vec<ReleaseRef>, Problem> {
    let (mut runs, mut seen, mut releases) = (vec![run], BTreeSet::new(), BTreeSet::new());
    while let Some(id) = runs.pop() {
        if !seen.insert(id) {
            continue;
        }
        let Some(run) = query::run::get(conn, id.into()).await? else { continue };
        releases.extend(run.release_id);
        for model in [Some(run.base_id), run.init_adapter_id].into_iter().flatten() {
            let model = query::model::get(conn, model.into()).await?;
            runs.extend(model.and_then(|m| m.run_id));
        }
    }
    let releases: Vec<Uuid> = releases.into_iter().collect();
    let stopped = withdrawal::stopped(conn, &releases).await?;
    Ok(stopped.iter().map(|r| ReleaseRef { id: r.id.into(), version: r.version.unsigned_abs() }).collect())
}
