//! The day's places: taken with the row, given back with a refusal.

use super::limits;
use crate::app::{Actor, App};
use crate::authz::{self, Action};
use crate::view::submission::Quota;
use crate::words::count;
use karat_store::query::usage::{self, Delta, Key};
use karat_store::{Tx, entity};
use karat_types::limits::EntryLimits;
use karat_types::{Micros, Problem};
use uuid::Uuid;

/// What a place is asked for.
pub(super) struct Ask<'a> {
    pub(super) contributor: Uuid,
    pub(super) datanet: &'a entity::datanet::Model,
    pub(super) bytes: u64,
    pub(super) trial: bool,
    pub(super) now: Micros,
    pub(super) limits: &'a EntryLimits,
}

impl Ask<'_> {
    fn size(&self) -> i64 {
        i64::try_from(self.bytes).unwrap_or(i64::MAX)
    }

    fn place(&self) -> Delta {
        place(self.size(), self.trial)
    }

    fn keys(&self) -> [Key; 3] {
        keys(self.contributor, self.datanet.id, self.now.day())
    }
}

/// A file's own place in the day.
fn place(bytes: i64, trial: bool) -> Delta {
    Delta { files: 1, bytes, trial: i32::from(trial), ..Delta::default() }
}

fn minus(delta: Delta) -> Delta {
    Delta {
        files: -delta.files,
        bytes: -delta.bytes,
        trial: -delta.trial,
        attempts: -delta.attempts,
        attempt_bytes: -delta.attempt_bytes,
    }
}

/// The three days a file counts in: its contributor's, its contributor's in the datanet,
/// and the datanet's. Always in this order, so that two transactions never wait for
/// each other in a circle.
fn keys(contributor: Uuid, datanet: Uuid, day: i64) -> [Key; 3] {
    [
        Key { contributor, datanet: Uuid::nil(), day },
        Key { contributor, datanet, day },
        Key { contributor: Uuid::nil(), datanet, day },
    ]
}

/// Counts an attempt; refused when the day's attempts are spent, and then the whole
/// transaction must be dropped.
pub(super) async fn attempt(tx: &Tx, ask: &Ask<'_>, taken: Delta) -> Result<entity::usage::Model, Problem> {
    let delta = Delta { attempts: 1, attempt_bytes: ask.size(), ..taken };
    let day = usage::add(tx, ask.keys()[0], delta).await?;
    if is_over(&day, ask.limits) { Err(limits::attempts(ask.limits, ask.now)) } else { Ok(day) }
}

fn is_over(day: &entity::usage::Model, limits: &EntryLimits) -> bool {
    day.attempts.unsigned_abs() > limits.attempts_per_day
        || count(day.attempt_bytes) > limits.attempt_bytes_per_day
}

/// Counts an attempt and takes a place. What is spent is said as `Some` problem: then the
/// place is given back, the attempt stays counted, and the transaction must be committed.
pub(super) async fn reserve(tx: &Tx, ask: &Ask<'_>) -> Result<Option<Problem>, Problem> {
    let [everywhere, here, all] = ask.keys();
    let day = attempt(tx, ask, ask.place()).await?;
    if let Some(spent) = spent_everywhere(&day, ask) {
        usage::add(tx, everywhere, minus(ask.place())).await?;
        return Ok(Some(spent));
    }
    let in_datanet = usage::add(tx, here, ask.place()).await?;
    let by_all = usage::add(tx, all, ask.place()).await?;
    if let Some(spent) = spent_here(&in_datanet, &by_all, ask) {
        for key in [everywhere, here, all] {
            usage::add(tx, key, minus(ask.place())).await?;
        }
        return Ok(Some(spent));
    }
    Ok(None)
}

fn spent_everywhere(day: &entity::usage::Model, ask: &Ask<'_>) -> Option<Problem> {
    let limits = ask.limits;
    if day.files.unsigned_abs() > limits.files_per_day {
        return Some(limits::files(limits, ask.now));
    }
    if count(day.bytes) > limits.bytes_per_day {
        let before = count(day.bytes - ask.size());
        return Some(limits::bytes(limits, before, ask.bytes, ask.now));
    }
    let too_many = ask.trial && day.trial.unsigned_abs() > limits.trial_files_per_day;
    too_many.then(|| limits::trial(limits, ask.now))
}

fn spent_here(mine: &entity::usage::Model, all: &entity::usage::Model, ask: &Ask<'_>) -> Option<Problem> {
    let datanet = ask.datanet;
    if let Some(most) = datanet.files_per_day.filter(|most| mine.files > *most) {
        return Some(limits::datanet_files(most.unsigned_abs(), &datanet.name, ask.now));
    }
    let cap = datanet.bytes_per_day_all.filter(|cap| all.bytes > *cap)?;
    Some(limits::datanet_bytes(count(cap), &datanet.name, ask.bytes, ask.now))
}

/// A refused file gives its place back on the day it was taken.
pub(super) async fn give_back(tx: &Tx, row: &entity::submission::Model) -> Result<(), Problem> {
    for key in keys(row.contributor_id, row.datanet_id, row.day) {
        usage::add(tx, key, minus(place(row.bytes, row.trial))).await?;
    }
    Ok(())
}

/// What is left of today for the person who asks.
pub async fn quota(app: &App, actor: &Actor) -> Result<Quota, Problem> {
    authz::require(actor, Action::ReadOwn, false)?;
    let contributor = actor.need_contributor()?;
    let now = app.clock.now();
    let key = Key { contributor: contributor.0, datanet: Uuid::nil(), day: now.day() };
    let day = usage::get(app.store.db(), key).await?;
    let limits = &app.settings.limits;
    let used = |of: fn(&entity::usage::Model) -> i32| day.as_ref().map_or(0, |day| of(day).unsigned_abs());
    Ok(Quota {
        files_used: used(|day| day.files),
        files_limit: limits.files_per_day,
        bytes_used: day.as_ref().map_or(0, |day| count(day.bytes)),
        bytes_limit: limits.bytes_per_day,
        trial_used: used(|day| day.trial),
        trial_limit: limits.trial_files_per_day,
        attempts_used: used(|day| day.attempts),
        attempts_limit: limits.attempts_per_day,
        resets_at: now.next_midnight(),
    })
}

/// Whether the day's attempts are spent already, before the file is even stored.
pub(super) async fn has_attempts(app: &App, contributor: Uuid, now: Micros) -> Result<(), Problem> {
    let key = Key { contributor, datanet: Uuid::nil(), day: now.day() };
    let limits = &app.settings.limits;
    let day = usage::get(app.store.db(), key).await?;
    if day.is_some_and(|day| day.attempts.unsigned_abs() >= limits.attempts_per_day) {
        return Err(limits::attempts(limits, now));
    }
    Ok(())
}
