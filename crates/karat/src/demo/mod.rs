//! The whole loop on real text, offline: contribute, gate, review, rank, release, train,
//! compare. Every step goes through the use cases people use; nothing is bypassed.

mod base;
mod contribute;
mod control;
mod days;
mod report;
mod sources;
mod tune;

use crate::config::Config;
use crate::{compose, out};
use days::DemoClock;
use karat_services::view::account::Credentials;
use karat_services::view::datanet::{DatanetForm, DatanetQuery};
use karat_services::{Actor, App, datanet, identity, jobs, model, release, standing};
use karat_types::id::{DatanetId, ReleaseId};
use karat_types::{Modality, Problem, ReviewPolicy};
use report::{Line, Report};
use serde::{Deserialize, Serialize};
use std::path::PathBuf;
use std::sync::Arc;
use std::time::Instant;

pub(crate) use sources::{Source, from_folder, from_list, nothing_to_read};

/// Score from which the demo's datanet accepts: the default of score v0.
const THRESHOLD: u32 = 60;
/// The account the demo leaves behind.
const OPERATOR: &str = "demo";

/// What to play with.
pub(crate) struct Play {
    /// Files and their people.
    pub(crate) sources: Vec<Source>,
    /// Seed of everything random.
    pub(crate) seed: u64,
}

/// What is kept in the data directory, so that a second call has something to tell.
#[derive(Serialize, Deserialize)]
pub(crate) struct Played {
    report: Report,
    story: report::Story,
}

impl Played {
    /// Prints it: one object, or the story.
    pub(crate) fn tell(mut self, json: bool) -> Result<(), Problem> {
        if json {
            return out::json(&self.report);
        }
        self.report.story = self.story;
        self.report.tell();
        Ok(())
    }
}

/// What an earlier demo left in this data directory. A database that is not a finished
/// demo's is somebody's work: it is not touched.
pub(crate) async fn played_before(config: &Config) -> Result<Option<Played>, Problem> {
    if let Ok(text) = std::fs::read_to_string(record(config)) {
        return serde_json::from_str(&text).map(Some).map_err(|error| {
            Problem::internal(format!("{} is not the demo's: {error}.", record(config).display()))
        });
    }
    let app = compose::app(config).await?;
    let there = datanet::list(&app, &Actor::system(), &DatanetQuery::default()).await?;
    if there.total == 0 {
        return Ok(None);
    }
    Err(Problem::conflict(
        "data_dir_in_use",
        format!("{} already holds {} datanets and no finished demo.", config.data_dir.display(), there.total),
        "Choose another folder with --data-dir DIR, or see what is there with `karat serve`.",
    ))
}

/// Plays the whole loop. Returns what happened and the password of the demo's account.
pub(crate) async fn play(config: &Config, play: Play) -> Result<(Played, String), Problem> {
    let start = Instant::now();
    let clock = Arc::new(DemoClock::new());
    let app = compose::app_at(config, clock.clone()).await?;
    let (actor, password) = operator(&app).await?;
    let (for_base, for_release) = part(play.sources);
    let mut report = Report::default();
    let net = datanet::create(&app, &actor, form()).await?.id;
    contribute::contribute(&app, &clock, net, &for_release, &mut report).await?;
    rank(&app, &actor, net, &mut report).await?;
    let made = make_release(&app, &actor, net, &mut report).await?;
    let work = tempfile::tempdir_in(&config.data_dir)
        .map_err(|error| crate::config::unusable_dir(&config.data_dir, &error))?;
    report.story.base_contributors = people(&for_base);
    let base = base::make(&app, for_base, play.seed, work.path()).await?;
    (report.base, report.story.base_losses) = (base.told, base.losses);
    let base = model::add_dir(&app, &actor, "tiny", &base.dir).await?;
    let task = tune::Task { actor: &actor, base: base.id, release: made, seed: play.seed, work: work.path() };
    tune::tune(&app, &task, &mut report).await?;
    report.story.seconds = start.elapsed().as_secs_f64();
    let story = std::mem::take(&mut report.story);
    let played = Played { report, story };
    keep(config, &played)?;
    Ok((played, password))
}

fn record(config: &Config) -> PathBuf {
    config.data_dir.join("demo.json")
}

fn keep(config: &Config, played: &Played) -> Result<(), Problem> {
    let text = serde_json::to_string(played).map_err(|error| Problem::internal(error.to_string()))?;
    std::fs::write(record(config), text)
        .map_err(|error| crate::config::unusable_dir(&config.data_dir, &error))
}

/// An account that may do everything, with a password nobody chose.
async fn operator(app: &App) -> Result<(Actor, String), Problem> {
    let password: String =
        (0..4).map(|_| format!("{:04x}", rand::random::<u16>())).collect::<Vec<_>>().join("-");
    let form = Credentials { name: OPERATOR.into(), password: password.clone() };
    let me = identity::create_operator(app, form).await?;
    Ok((Actor::signed_in(me.account, me.contributor, me.name, me.roles), password))
}

/// Parts the people: those who train the base, and those of the release.
fn part(sources: Vec<Source>) -> (Vec<Source>, Vec<Source>) {
    let (base, release): (Vec<_>, Vec<_>) =
        sources.into_iter().partition(|source| sources::trains_base(&source.contributor));
    match (base.is_empty(), release.is_empty()) {
        (true, _) => halves(release),
        (_, true) => halves(base),
        _ => (base, release),
    }
}

/// Too few people to part by name: by file then, every other one.
fn halves(sources: Vec<Source>) -> (Vec<Source>, Vec<Source>) {
    let mut both = (Vec::new(), Vec::new());
    for (place, source) in sources.into_iter().enumerate() {
        if place % 2 == 0 { both.1.push(source) } else { both.0.push(source) }
    }
    both
}

fn people(sources: &[Source]) -> usize {
    sources.iter().map(|source| &source.contributor).collect::<std::collections::BTreeSet<_>>().len()
}

fn form() -> DatanetForm {
    DatanetForm {
        name: "Library notes".into(),
        purpose: "How software libraries are explained by the people who write them: READMEs, change logs and guides.".into(),
        guidelines: "Accept what explains: what a thing does, how to use it, what changed and why.\n\nReject lists of links, badges and generated tables.".into(),
        modality: Modality::Text,
        profile: Some("technical".into()),
        language: None,
        human_only: false,
        topics: vec!["documentation".into(), "software".into()],
        licences: Vec::new(),
        policy: ReviewPolicy::Automatic,
        threshold: Some(THRESHOLD),
        open: true,
        files_per_day: None,
        bytes_per_day_all: None,
    }
}

async fn rank(app: &App, actor: &Actor, net: DatanetId, report: &mut Report) -> Result<(), Problem> {
    let board = standing::leaderboard(app, actor, Some(net), Some(report.story.season)).await?;
    report.leaderboard = board
        .entries
        .into_iter()
        .map(|entry| Line {
            contributor: entry.name,
            standing_bp: entry.standing_bp,
            rate_bp: entry.rate_bp,
            accepted: entry.accepted,
            rejected: entry.rejected,
        })
        .collect();
    Ok(())
}

async fn make_release(
    app: &App,
    actor: &Actor,
    net: DatanetId,
    report: &mut Report,
) -> Result<ReleaseId, Problem> {
    let started = release::create(app, actor, net).await?;
    jobs::drain(app, &[jobs::RELEASE_QUEUE]).await?;
    let made = release::get(app, actor, started.id).await?;
    let Some(root) = made.root else {
        let why = made.error.unwrap_or_else(|| format!("It is {}.", made.state));
        return Err(Problem::internal(format!("The release was not made: {why}")));
    };
    report.release = report::Release { id: made.id.to_string(), rows: made.rows, root: root.hex() };
    report.story.licence_class = made.licence_class.unwrap_or_default();
    Ok(made.id)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn of(names: &[&str]) -> Vec<Source> {
        names
            .iter()
            .map(|name| Source { path: "x.md".into(), contributor: (*name).into(), licence: "MIT".into() })
            .collect()
    }

    #[test]
    fn nobody_is_on_both_sides() {
        let names: Vec<_> = (0..50).map(|n| format!("person {n}")).collect();
        let names: Vec<_> = names.iter().map(String::as_str).collect();
        let (base, release) = part(of(&names));
        assert!(!base.is_empty() && !release.is_empty());
        assert!(base.iter().all(|b| release.iter().all(|r| r.contributor != b.contributor)));
    }

    #[test]
    fn one_person_alone_is_parted_by_file() {
        let (base, release) = part(of(&["ada", "ada", "ada"]));
        assert_eq!((base.len(), release.len()), (1, 2));
    }
}
