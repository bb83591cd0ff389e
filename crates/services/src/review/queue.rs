//! What waits for a reviewer.

use super::rights::{is_waiting, may_review, not_own};
use crate::app::{Actor, App};
use crate::authz::{self, Action};
use crate::submission::{File, Near};
use crate::view::review::{ReviewItem, ReviewQueue};
use crate::words::{count, json, word};
use crate::{datanet, submission};
use karat_store::query::submission::Reviewer;
use karat_store::{entity, query};
use karat_types::finding::Verdict;
use karat_types::id::{DatanetId, SubmissionId};
use karat_types::{Modality, Problem, SubmissionState};
use std::collections::HashMap;

/// Every queue this person may work on: their own datanets, and with the role *reviewer*
/// all that have something waiting. The longest first.
pub async fn queues(app: &App, actor: &Actor) -> Result<Vec<ReviewQueue>, Problem> {
    authz::require(actor, Action::ReadOwn, false)?;
    let reviewer = reviewer(actor)?;
    let db = app.store.db();
    let owner = (!authz::allows(actor, Action::Review, false)).then_some(reviewer.contributor);
    let waiting: HashMap<_, _> =
        query::submission::count_waiting(db, reviewer, owner).await?.into_iter().collect();
    let mut datanets = query::datanet::of_owner(db, reviewer.contributor).await?;
    let others: Vec<_> =
        waiting.keys().copied().filter(|id| datanets.iter().all(|row| row.id != *id)).collect();
    datanets.extend(query::datanet::many(db, &others).await?);
    let today = app.clock.now().day() * 86_400_000_000;
    let mut decided: HashMap<_, i64> = HashMap::new();
    for (id, n) in query::decision::made_since(db, reviewer.account, today).await? {
        *decided.entry(id).or_default() += n;
    }
    let mut queues: Vec<_> = datanets
        .into_iter()
        .map(|row| ReviewQueue {
            waiting: waiting.get(&row.id).copied().map_or(0, count),
            decided_today: decided.get(&row.id).copied().map_or(0, count),
            datanet: row.id.into(),
            datanet_name: row.name,
            guidelines: row.guidelines,
        })
        .collect();
    queues.sort_by(|a, b| b.waiting.cmp(&a.waiting).then_with(|| a.datanet_name.cmp(&b.datanet_name)));
    Ok(queues)
}

/// The next item of a queue, held ones first, without its author; none when it is empty.
pub async fn next(
    app: &App,
    actor: &Actor,
    id: DatanetId,
    skip: &[SubmissionId],
) -> Result<Option<ReviewItem>, Problem> {
    let db = app.store.db();
    let place = datanet::load(db, id).await?;
    may_review(actor, &place)?;
    let skip: Vec<_> = skip.iter().map(|id| id.0).collect();
    let Some(row) = query::submission::next_waiting(db, id.0, reviewer(actor)?, &skip).await? else {
        return Ok(None);
    };
    let derived = submission::derived_files(app, &row).await?;
    let sound = place.modality == Modality::Audio.as_str();
    let (held, transcript) = (row.state == SubmissionState::Held.as_str(), row.transcript.clone());
    let reading = submission::read_text(app, &row, &derived).await?;
    let verdict: Option<Verdict> = row.verdict.as_deref().map(json).transpose()?;
    let nearest = submission::nearest(app, actor, near(&row, verdict.as_ref())).await?;
    let submission = submission::blind(db, row).await?;
    Ok(Some(ReviewItem {
        held,
        reading,
        preview: submission::preview_of(&derived),
        sound_url: sound.then(|| format!("/api/v1/submissions/{}/sound", submission.id)),
        transcript,
        nearest,
        submission,
    }))
}

/// The recording nearest to an item that waits, without what names its maker: for those who
/// may judge the item, so that they can hear both.
pub async fn nearest_sound(app: &App, actor: &Actor, id: SubmissionId) -> Result<File, Problem> {
    let db = app.store.db();
    let row = submission::load(db, id).await?;
    may_review(actor, &datanet::load(db, row.datanet_id.into()).await?)?;
    not_own(actor, &row)?;
    is_waiting(word(&row.state)?)?;
    let verdict: Option<Verdict> = row.verdict.as_deref().map(json).transpose()?;
    submission::nearest_sound(app, actor, near(&row, verdict.as_ref())).await
}

/// What is said of other contents to whoever judges an item.
fn near<'a>(row: &'a entity::submission::Model, verdict: Option<&'a Verdict>) -> Near<'a> {
    Near {
        findings: verdict.map_or(&[], |verdict| &verdict.findings),
        nearest: verdict.and_then(|verdict| verdict.nearest.as_ref()),
        reviewed: Some(row),
    }
}

fn reviewer(actor: &Actor) -> Result<Reviewer, Problem> {
    Ok(Reviewer { account: actor.need_account()?.0, contributor: actor.need_contributor()?.0 })
}
