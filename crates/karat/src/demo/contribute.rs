//! Hundreds of people contribute: the same door as everyone's, day after day.

use super::days::{DemoClock, plan};
use super::report::{Example, Report};
use super::sources::Source;
use crate::progress;
use karat_services::submission::{self, Upload};
use karat_services::view::submission::{Declaration, Submission};
use karat_services::{Actor, App, identity, jobs};
use karat_types::id::{ContributorId, DatanetId, SubmissionId};
use karat_types::{Class, Origin, Problem, SourceType, SubmissionState};
use std::collections::{BTreeMap, VecDeque};
use tokio_util::bytes::Bytes;

/// Days the demo takes at most, and files in all: what is beyond is not read.
const MAX_DAYS: usize = 5;
const MAX_FILES: usize = 1500;

/// One person and the files still to be handed in.
struct Person {
    id: ContributorId,
    files: VecDeque<Source>,
}

/// Hands everything in, lets the gate and the policy judge, and counts.
pub(crate) async fn contribute(
    app: &App,
    clock: &DemoClock,
    datanet: DatanetId,
    sources: &[Source],
    report: &mut Report,
) -> Result<(), Problem> {
    let mut people = people(app, sources).await?;
    let most = people.iter().map(|p| p.files.len()).max().unwrap_or(0);
    let per_day = app.settings.limits.files_per_day.max(1) as usize;
    let days = most.div_ceil(per_day).clamp(1, MAX_DAYS);
    let bar = progress::bar("contributing", people.iter().map(|p| p.files.len() as u64).sum());
    let mut entered = Vec::new();
    for back in plan(app.clock.now(), days as i64) {
        clock.go_back(back);
        for person in &mut people {
            report.story.waited += day_of(app, datanet, person, &mut entered, report, &bar).await?;
        }
        jobs::drain(app, &[jobs::CHECK_QUEUE]).await?;
    }
    report.story.season = app.clock.now().season();
    clock.go_back(0);
    bar.finish_and_clear();
    report.story.contributors = people.len();
    report.story.days = days as u32;
    for id in entered {
        count(&submission::get(app, &Actor::system(), id).await?, report);
    }
    Ok(())
}

async fn people(app: &App, sources: &[Source]) -> Result<Vec<Person>, Problem> {
    let mut by_name: BTreeMap<&str, VecDeque<Source>> = BTreeMap::new();
    for source in sources.iter().take(MAX_FILES) {
        by_name.entry(&source.contributor).or_default().push_back(source.clone());
    }
    let mut people = Vec::new();
    for (name, files) in by_name {
        let id = identity::ensure_contributor(app, name, true).await?;
        people.push(Person { id, files });
    }
    Ok(people)
}

/// One person's day: until the files or the day's limit are used up. Returns how many
/// files wait for tomorrow.
async fn day_of(
    app: &App,
    datanet: DatanetId,
    person: &mut Person,
    entered: &mut Vec<SubmissionId>,
    report: &mut Report,
    bar: &indicatif::ProgressBar,
) -> Result<u64, Problem> {
    while let Some(source) = person.files.pop_front() {
        let Some(upload) = upload(&source) else {
            report.story.turned_away += 1;
            bar.inc(1);
            continue;
        };
        match submission::import(app, person.id, datanet, upload).await {
            Ok(submission) => entered.push(submission.id),
            Err(problem) if problem.status == 429 => {
                person.files.push_front(source);
                return Ok(person.files.len() as u64);
            }
            Err(problem) if problem.status < 500 => report.story.turned_away += 1,
            Err(problem) => return Err(problem),
        }
        bar.inc(1);
    }
    Ok(0)
}

fn upload(source: &Source) -> Option<Upload> {
    Some(Upload {
        file_name: source.file_name(),
        bytes: Bytes::from(std::fs::read(&source.path).ok()?),
        declaration: Declaration {
            licence: source.licence.clone(),
            origin: Origin::Collected,
            source_type: SourceType::Human,
            consent: true,
            trial: false,
            transcript: None,
        },
    })
}

fn count(submission: &Submission, report: &mut Report) {
    report.submissions += 1;
    match submission.state {
        SubmissionState::Refused => refused(submission, report),
        SubmissionState::Accepted => report.accepted += 1,
        SubmissionState::Rejected => report.rejected += 1,
        _ => report.held += 1,
    }
}

/// A refusal is counted by its first finding that refuses.
fn refused(submission: &Submission, report: &mut Report) {
    let Some(finding) = submission.findings.iter().find(|f| f.class == Class::Refuse) else { return };
    *report.refused.entry(finding.code.clone()).or_default() += 1;
    report.story.examples.entry(finding.code.clone()).or_insert_with(|| Example {
        file: submission.file_name.clone(),
        contributor: submission.contributor_name.clone().unwrap_or_default(),
        message: finding.message.clone(),
        fix: finding.fix.clone(),
    });
}
