//! Sequences that look planted: looked for when a release is cut, kept as alerts, and
//! dismissed by a person who looked.

use super::write;
use crate::authz::{self, Action};
use crate::notice::tell;
use crate::view::release::{Alert, SetAside};
use crate::words::{json, to_json};
use crate::{Actor, App};
use karat_gate::near::triggers;
use karat_store::entity::alert::Model as Stored;
use karat_store::entity::datanet::Model as Datanet;
use karat_store::query::release::Item;
use karat_store::{Tx, query};
use karat_types::id::{AlertId, ContributorId, DatanetId, SubmissionId};
use karat_types::{Micros, Modality, Problem, Role};
use std::collections::{BTreeMap, BTreeSet};
use uuid::Uuid;

/// Longest reason kept with a dismissed alert.
const MAX_REASON_CHARS: usize = 500;

/// A sequence found at the cut.
pub(super) struct Found {
    id: AlertId,
    sequence: String,
    submissions: Vec<SubmissionId>,
}

/// Looks through the items of a release for sequences that look planted; those somebody
/// dismissed are no longer found.
pub(super) async fn scan(app: &App, net: &Datanet, items: &[Item]) -> Result<Vec<Found>, Problem> {
    let modality: Modality = net.modality.parse().map_err(Problem::internal)?;
    if modality != Modality::Text {
        return Ok(Vec::new());
    }
    let known = query::alert::of_datanet(app.store.db(), net.id).await?;
    let dismissed: BTreeSet<&str> =
        known.iter().filter(|a| a.dismissed_at.is_some()).map(|a| a.sequence.as_str()).collect();
    let mut people: BTreeMap<ContributorId, u32> = BTreeMap::new();
    let mut texts = Vec::with_capacity(items.len());
    for item in items {
        let next = u32::try_from(people.len()).unwrap_or(u32::MAX);
        let contributor = *people.entry(item.contributor).or_insert(next);
        let (rows, _) = write::cut(app, item, modality, 0).await?;
        let text = rows.into_iter().map(|row| row.content).collect::<Vec<_>>().join("\n\n");
        texts.push((contributor, text));
    }
    let search = move || {
        let items: Vec<_> = texts
            .iter()
            .map(|(contributor, text)| triggers::Item { contributor: *contributor, text })
            .collect();
        triggers::scan(&items)
    };
    let alerts = tokio::task::spawn_blocking(search)
        .await
        .map_err(|error| Problem::internal(format!("The search for planted sequences stopped: {error}.")))?;
    let found = alerts.into_iter().filter(|a| !dismissed.contains(a.sequence.as_str())).map(|alert| Found {
        id: AlertId::new(),
        submissions: alert.items.iter().filter_map(|place| items.get(*place)).map(|i| i.submission).collect(),
        sequence: alert.sequence,
    });
    Ok(found.collect())
}

/// All submissions that carry a sequence.
pub(super) fn named(found: &[Found]) -> BTreeSet<Uuid> {
    found.iter().flat_map(|f| &f.submissions).map(|s| s.0).collect()
}

/// The alerts as a release's plan tells them.
pub(super) fn as_set_aside(found: &[Found], items: &[Item]) -> Vec<SetAside> {
    let here: BTreeSet<SubmissionId> = items.iter().map(|i| i.submission).collect();
    let count = |f: &Found| f.submissions.iter().filter(|s| here.contains(s)).count() as u64;
    found.iter().map(|f| SetAside { alert: f.id, sequence: f.sequence.clone(), items: count(f) }).collect()
}

/// Keeps what was found, and tells the datanet's owner and the operators. An open alert of
/// the same sequence takes the items on.
pub(super) async fn record(app: &App, tx: &Tx, net: &Datanet, found: &[Found]) -> Result<(), Problem> {
    if found.is_empty() {
        return Ok(());
    }
    let known = query::alert::of_datanet(tx, net.id).await?;
    for one in found {
        let open = known.iter().find(|a| a.dismissed_at.is_none() && a.sequence == one.sequence);
        if let Some(open) = open {
            let mut all: BTreeSet<SubmissionId> = json(&open.submissions)?;
            all.extend(&one.submissions);
            query::alert::widen(tx, open.id, to_json(&all)?).await?;
            continue;
        }
        let row = Stored {
            id: one.id.0,
            datanet_id: net.id,
            sequence: one.sequence.clone(),
            submissions: to_json(&one.submissions)?,
            created_at: app.clock.now().0,
            dismissed_at: None,
            dismissed_by: None,
            reason: None,
        };
        query::alert::insert(tx, row).await?;
    }
    tell_people(app, tx, net, found).await
}

async fn tell_people(app: &App, tx: &Tx, net: &Datanet, found: &[Found]) -> Result<(), Problem> {
    let items = named(found).len();
    let text = format!(
        "{} word sequences in “{}” look planted; the {items} items that carry them were left out of the release. Look at them, and dismiss what is harmless.",
        found.len(),
        net.name
    );
    let link = format!("/datanets/{}", net.id);
    let mut whom = BTreeSet::from([net.owner_id]);
    for account in query::account::lock_holders(tx, Role::Operator).await? {
        let account = query::account::account(tx, account).await?;
        whom.extend(account.map(|a| a.contributor_id));
    }
    for one in whom {
        tell(app, tx, one, text.clone(), link.clone()).await?;
    }
    Ok(())
}

/// A datanet's alerts, newest first: for its owner and operators.
pub async fn list(app: &App, actor: &Actor, datanet: DatanetId) -> Result<Vec<Alert>, Problem> {
    let net = crate::datanet::load(app.store.db(), datanet).await?;
    authz::require(actor, Action::ReadAlerts, crate::datanet::owns(actor, &net))?;
    query::alert::of_datanet(app.store.db(), datanet.0).await?.into_iter().map(view).collect()
}

/// Marks an alert as harmless: its items are released again, and its sequence is not
/// looked for any more in this datanet.
pub async fn dismiss(app: &App, actor: &Actor, id: AlertId, reason: &str) -> Result<Alert, Problem> {
    let tx = app.store.begin().await?;
    let Some(found) = query::alert::get(&tx, id.0).await? else {
        // Whoever may not dismiss any does not learn which there are.
        authz::require(actor, Action::DismissAlert, false)?;
        return Err(Problem::missing("alert", id));
    };
    let net = crate::datanet::load(&tx, found.datanet_id.into()).await?;
    authz::require(actor, Action::DismissAlert, crate::datanet::owns(actor, &net))?;
    let reason = reason.trim();
    let chars = reason.chars().count();
    if !(1..=MAX_REASON_CHARS).contains(&chars) || reason.chars().any(char::is_control) {
        return Err(Problem::bad(
            "alert_reason",
            format!(
                "The reason has {chars} characters; one sentence of 1 to {MAX_REASON_CHARS} is expected."
            ),
            "Say why the sequence is harmless, such as “the motto every file of this project ends with”.",
        ));
    }
    let by = actor.account.map(|a| a.0);
    if !query::alert::dismiss(&tx, id.0, by, reason, app.clock.now().0).await? {
        return Err(Problem::conflict(
            "already_dismissed",
            "Somebody has dismissed this alert already.",
            "Nothing to do; its items are in the next release.",
        ));
    }
    let row = query::alert::get(&tx, id.0).await?.ok_or_else(|| Problem::missing("alert", id))?;
    tx.commit().await?;
    view(row)
}

fn view(row: Stored) -> Result<Alert, Problem> {
    Ok(Alert {
        id: row.id.into(),
        datanet: row.datanet_id.into(),
        sequence: row.sequence,
        submissions: json(&row.submissions)?,
        created_at: Micros(row.created_at),
        dismissed_at: row.dismissed_at.map(Micros),
        reason: row.reason,
    })
}
