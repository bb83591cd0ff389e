//! Submissions that wait for the operator and not for a reviewer: those our reader failed
//! on, and those on the list of known files.

use super::check::{KIND, Payload, QUEUE};
use super::view;
use crate::app::{Actor, App};
use crate::authz::{self, Action};
use crate::view::operator::{Rechecked, SetAside};
use crate::words::{count, hash, json};
use karat_gate::GATE_VERSION;
use karat_store::query::job::NewJob;
use karat_store::{Tx, entity, query};
use karat_types::finding::Verdict;
use karat_types::id::{NoticeId, SubmissionId};
use karat_types::{GateOutcome, Micros, Problem, Role};

/// Our reader failed (A9).
pub(super) const READER_FAILED: &str = "reader_failed";
/// On the operator's list (A11).
pub(super) const KNOWN_BAD: &str = "known_bad";

/// Times a file is read again by itself before the operator, or a new gate, has to come.
const AGAIN: u32 = 2;
/// Seconds before the first of them; each further one waits as long again.
const REST_SECONDS: i64 = 600;

/// Why a verdict sets its submission aside, if it does.
pub(super) fn why(verdict: &Verdict) -> Option<&'static str> {
    if verdict.outcome != GateOutcome::Held {
        return None;
    }
    let has = |code: &str| verdict.findings.iter().any(|finding| finding.code == code);
    [KNOWN_BAD, READER_FAILED].into_iter().find(|code| has(code))
}

/// What happens besides, in the transaction that sets it aside: another reading later, or
/// word to the operators.
pub(super) async fn note(
    tx: &Tx,
    row: &entity::submission::Model,
    again: u32,
    now: Micros,
) -> Result<(), Problem> {
    match row.set_aside.as_deref() {
        Some(READER_FAILED) if again < AGAIN => {
            let rest = REST_SECONDS * i64::from(again + 1);
            enqueue(tx, row.id.into(), again + 1, now, now.plus_seconds(rest)).await
        }
        Some(KNOWN_BAD) => tell_operators(tx, row, now).await,
        _ => Ok(()),
    }
}

async fn enqueue(
    tx: &Tx,
    submission: SubmissionId,
    again: u32,
    now: Micros,
    at: Micros,
) -> Result<(), Problem> {
    let job = NewJob::new(QUEUE, KIND, &Payload { submission, again }, at)?;
    query::job::enqueue(tx, job, now).await?;
    Ok(())
}

async fn tell_operators(tx: &Tx, row: &entity::submission::Model, now: Micros) -> Result<(), Problem> {
    for account in query::account::lock_holders(tx, Role::Operator).await? {
        let Some(account) = query::account::account(tx, account).await? else { continue };
        let notice = entity::notice::Model {
            id: NoticeId::new().0,
            contributor_id: account.contributor_id,
            text: "A submission is on your list of known files. It is kept away from reviewers until you decide.".into(),
            link: format!("/submissions/{}", row.id),
            created_at: now.0,
            read_at: None,
        };
        query::notice::insert(tx, notice).await?;
    }
    Ok(())
}

/// Everything that waits for the operator, the oldest first.
pub async fn set_aside(app: &App, actor: &Actor) -> Result<Vec<SetAside>, Problem> {
    authz::require(actor, Action::Operate, false)?;
    let rows = query::submission::set_aside(app.store.db(), None).await?;
    rows.into_iter()
        .map(|row| {
            let verdict: Option<Verdict> = row.verdict.as_deref().map(json).transpose()?;
            let why = row.set_aside.unwrap_or_default();
            let finding = verdict.and_then(|v| v.findings.into_iter().find(|f| f.code == why));
            Ok(SetAside {
                id: row.id.into(),
                datanet: row.datanet_id.into(),
                file_name: row.file_name,
                bytes: count(row.bytes),
                hash: hash(&row.content_hash)?,
                how: finding.map(|f| f.measured.as_str().unwrap_or_default().to_owned()).unwrap_or_default(),
                why,
                gate_version: row.gate_version.unsigned_abs(),
                checked_at: row.checked_at.map(Micros),
            })
        })
        .collect()
}

/// Puts every submission our reader failed on before the gate again, at once.
pub async fn recheck(app: &App, actor: &Actor) -> Result<Rechecked, Problem> {
    authz::require(actor, Action::Operate, false)?;
    again(app, |_| true).await
}

/// The same for those an older gate failed on.
pub(crate) async fn recheck_older(app: &App) -> Result<Rechecked, Problem> {
    let current = i32::try_from(GATE_VERSION).unwrap_or(i32::MAX);
    again(app, |row| row.gate_version < current).await
}

async fn again(app: &App, which: impl Fn(&entity::submission::Model) -> bool) -> Result<Rechecked, Problem> {
    let rows = query::submission::set_aside(app.store.db(), Some(READER_FAILED)).await?;
    let tx = app.store.begin().await?;
    let now = app.now();
    let mut submissions = 0;
    for row in rows.iter().filter(|row| which(row)) {
        let job = NewJob::new(QUEUE, KIND, &Payload { submission: row.id.into(), again: AGAIN }, now)?;
        // Asking twice does not read twice.
        let asked = query::job::enqueue(&tx, job.key(format!("recheck:{}", row.id)), now).await?;
        submissions += u64::from(asked.is_some());
    }
    tx.commit().await?;
    Ok(Rechecked { submissions })
}

/// Lets a submission that was set aside for being on the list go on to its reviewers.
pub async fn let_through(app: &App, actor: &Actor, id: SubmissionId) -> Result<(), Problem> {
    authz::require(actor, Action::Operate, false)?;
    let tx = app.store.begin().await?;
    let mut row =
        query::submission::lock(&tx, id.0).await?.ok_or_else(|| Problem::missing("submission", id))?;
    if row.set_aside.as_deref() != Some(KNOWN_BAD) {
        return Err(Problem::conflict(
            "not_set_aside",
            "This submission does not wait for the operator's decision.",
            "See `karat admin unread`; what our reader failed on is read again with `karat admin recheck`.",
        ));
    }
    row.set_aside = None;
    query::submission::save_outcome(&tx, &row).await?;
    view::tell(&tx, &row)?;
    Ok(tx.commit().await?)
}

/// Only the operator may open or decide on what is set aside.
pub(crate) fn check(row: &entity::submission::Model) -> Result<(), Problem> {
    if row.set_aside.is_none() {
        return Ok(());
    }
    Err(Problem::conflict(
        "set_aside",
        "This submission waits for the operator, so nobody decides on it now.",
        "Go on with the next one.",
    ))
}
