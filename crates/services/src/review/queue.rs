//! What waits for a reviewer.

use super::rights::may_review;
use crate::app::{Actor, App};
use crate::authz::{self, Action};
use crate::view::review::{ReviewItem, ReviewQueue};
use crate::words::{count, hash};
use crate::{datanet, submission};
use karat_store::query::submission::Reviewer;
use karat_store::{entity, query};
use karat_types::id::{DatanetId, SubmissionId};
use karat_types::{Modality, Problem, SubmissionState};
use std::collections::HashMap;

/// Most of a text that is sent with the item; the whole file is behind its link.
const MAX_TEXT_BYTES: usize = 1_000_000;

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
    let text = if place.modality == Modality::Text.as_str() { Some(text(app, &row).await?) } else { None };
    Ok(Some(ReviewItem {
        held: row.state == SubmissionState::Held.as_str(),
        file_url: format!("/api/v1/submissions/{}/file", row.id),
        text,
        submission: submission::blind(db, row).await?,
    }))
}

fn reviewer(actor: &Actor) -> Result<Reviewer, Problem> {
    Ok(Reviewer { account: actor.need_account()?.0, contributor: actor.need_contributor()?.0 })
}

async fn text(app: &App, row: &entity::submission::Model) -> Result<String, Problem> {
    let bytes = app.store.blobs().get(hash(&row.content_hash)?).await?;
    Ok(String::from_utf8_lossy(&bytes[..bytes.len().min(MAX_TEXT_BYTES)]).into_owned())
}
