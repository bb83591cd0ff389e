//! What a release made now would hold, and what it would leave.

use super::plan;
use crate::authz::{self, Action};
use crate::view::release::{Plan, ReleasePreview, SetAside, Waiting};
use crate::words::{json, word};
use crate::{Actor, App};
use karat_store::entity::datanet::Model as Datanet;
use karat_store::entity::release::Model as Stored;
use karat_store::query::release::Accepted;
use karat_store::{Conn, query};
use karat_types::id::{ContributorId, DatanetId, ReleaseId, SubmissionId};
use karat_types::{Problem, ReleaseState};
use std::collections::{BTreeMap, BTreeSet};

/// Items and the plan that chose them.
pub(super) struct Drawn {
    pub(super) chosen: Vec<Accepted>,
    pub(super) plan: Plan,
}

/// Everything accepted, without what open alerts name and what is above somebody's share.
pub(super) async fn draw(app: &App, conn: &impl Conn, net: &Datanet) -> Result<Drawn, Problem> {
    let mut accepted = query::release::accepted(conn, DatanetId(net.id)).await?;
    let mut set_aside = Vec::new();
    for alert in query::alert::of_datanet(conn, net.id).await? {
        if alert.dismissed_at.is_some() {
            continue;
        }
        let named: BTreeSet<SubmissionId> = json(&alert.submissions)?;
        let before = accepted.len();
        accepted.retain(|item| !named.contains(&item.submission));
        let items = (before - accepted.len()) as u64;
        if items > 0 {
            set_aside.push(SetAside { alert: alert.id.into(), sequence: alert.sequence, items });
        }
    }
    let cut = plan::cut(accepted, app.settings.release_max_items);
    let waiting = waiting(conn, &cut).await?;
    Ok(Drawn { chosen: cut.chosen, plan: Plan { cap: cut.cap, waiting, set_aside } })
}

async fn waiting(conn: &impl Conn, cut: &plan::Cut) -> Result<Vec<Waiting>, Problem> {
    let count = |items: &[Accepted]| {
        let mut each: BTreeMap<ContributorId, u64> = BTreeMap::new();
        for item in items {
            *each.entry(item.credited).or_default() += 1;
        }
        each
    };
    let (taken, late) = (count(&cut.chosen), count(&cut.waiting));
    let ids: Vec<_> = late.keys().map(|id| id.0).collect();
    let names = query::standing::names(conn, &ids).await?;
    let one = |(contributor, waiting): (ContributorId, u64)| Waiting {
        contributor,
        contributor_name: names.get(&contributor.0).cloned().unwrap_or_default(),
        taken: taken.get(&contributor).copied().unwrap_or(0),
        waiting,
    };
    Ok(late.into_iter().map(one).collect())
}

/// The plan a release was made by.
pub(super) fn stored_plan(release: &Stored) -> Result<Plan, Problem> {
    release.plan.as_deref().map(json).transpose().map(Option::unwrap_or_default)
}

/// What a release made now would hold, for whoever may make it.
pub async fn preview(app: &App, actor: &Actor, datanet: DatanetId) -> Result<ReleasePreview, Problem> {
    let db = app.store.db();
    let net = crate::datanet::load(db, datanet).await?;
    authz::require(actor, Action::CreateRelease, crate::datanet::owns(actor, &net))?;
    let Drawn { chosen, plan } = draw(app, db, &net).await?;
    let newest = query::release::newest(db, datanet).await?;
    let problem = pointless(db, &net, &chosen, &plan, newest.as_ref()).await?;
    let contributors: BTreeSet<_> = chosen.iter().map(|i| i.contributor).collect();
    Ok(ReleasePreview {
        datanet,
        version: newest.map_or(1, |r| r.version.unsigned_abs() + 1),
        items: chosen.len() as u64,
        contributors: contributors.len() as u64,
        plan,
        problem: problem.map(|p| p.detail),
    })
}

/// A release of nothing, or of exactly what the last one holds, helps nobody.
pub(super) async fn pointless(
    conn: &impl Conn,
    net: &Datanet,
    chosen: &[Accepted],
    plan: &Plan,
    newest: Option<&Stored>,
) -> Result<Option<Problem>, Problem> {
    if chosen.is_empty() && !plan.set_aside.is_empty() {
        return Ok(Some(Problem::conflict(
            "all_set_aside",
            format!("Everything '{}' has accepted is set aside by alerts.", net.name),
            "Look at the alerts, and dismiss those that are harmless: `karat release alerts --datanet NAME`.",
        )));
    }
    if chosen.is_empty() {
        return Ok(Some(Problem::conflict(
            "nothing_accepted",
            format!("'{}' has no accepted submission yet.", net.name),
            "Accept submissions in review first; then make the release.",
        )));
    }
    let Some(last) = newest.filter(|r| r.state != ReleaseState::Failed.as_str()) else { return Ok(None) };
    let before = query::release::submissions_of(conn, ReleaseId(last.id)).await?;
    if before.len() != chosen.len() || !chosen.iter().all(|a| before.contains(&a.submission)) {
        return Ok(None);
    }
    let state: ReleaseState = word(&last.state)?;
    let waits: u64 = plan.waiting.iter().map(|w| w.waiting).sum();
    let more = match waits {
        0 => String::new(),
        n => format!(" {n} more items wait: one contributor may have {} of a release this size.", plan.cap),
    };
    Ok(Some(Problem::conflict(
        "nothing_new",
        format!(
            "Release {} ({state}) already holds exactly what '{}' can release.{more}",
            last.version, net.name
        ),
        "Use that release, or wait until something more is accepted.",
    )))
}
