//! LoRA on the release through the same run as everyone's, and its control beside it.

use super::base::{BATCH, CONTEXT};
use super::control;
use super::report::{Answer, Report};
use crate::progress;
use karat_services::view::run::{RunDetail, RunForm};
use karat_services::{Actor, App, jobs, model, run};
use karat_types::id::{ModelId, ReleaseId};
use karat_types::ports::{Control, GenerateRequest, Prompt, TrainJob, Trained};
use karat_types::train::{RunEvent, TrainSettings};
use karat_types::{Precision, Problem, RunState};
use std::path::Path;
use std::time::Duration;

/// Asked of base and tuned alike.
pub(super) const PROMPTS: [&str; 3] =
    ["This crate provides", "## Installation\n\nAdd the following", "The license of this project"];
const ANSWER_TOKENS: u32 = 40;
/// Percent of the release's rows held out, whole submissions at a time.
const HELD_OUT_PERCENT: u32 = 5;
/// Steps at most: what two cores do in a minute.
const STEPS_MOST: u64 = 200;

/// What is tuned, on what, where.
pub(super) struct Task<'a> {
    pub(super) actor: &'a Actor,
    pub(super) base: ModelId,
    pub(super) release: ReleaseId,
    pub(super) seed: u64,
    pub(super) work: &'a Path,
}

/// Tunes, evaluates and asks; fills in the report.
pub(super) async fn tune(app: &App, task: &Task<'_>, report: &mut Report) -> Result<(), Problem> {
    let &Task { actor, base, release, seed, work } = task;
    let settings = settings(report.release.rows, seed);
    let form = RunForm {
        name: "release-1".into(),
        base,
        init_adapter: None,
        release: Some(release),
        file: None,
        settings: settings.clone(),
        held_out_percent: Some(HELD_OUT_PERCENT),
        prompts: PROMPTS.map(String::from).to_vec(),
    };
    let started = run::create(app, actor, form).await?;
    let (done, detail) = tokio::join!(jobs::drain(app, &[jobs::TRAIN_QUEUE]), watch(app, actor, started.id));
    done?;
    let detail = detail?;
    read(&detail, report)?;
    let tuned = detail.run.model.ok_or_else(|| Problem::internal("The run made no adapter."))?;
    report.run.eval_control = control_loss(app, started.id, base, settings, seed, work).await?;
    report.answers = answers(app, base, tuned, seed).await?;
    Ok(())
}

/// One pass over the release, or as much of it as the demo's time allows.
fn settings(rows: u64, seed: u64) -> TrainSettings {
    let pass = rows.div_ceil(u64::from(BATCH)).max(1);
    TrainSettings {
        learning_rate: 3e-3,
        batch_size: BATCH,
        steps: Some(pass.min(STEPS_MOST)),
        rank: 16,
        alpha: 32.0,
        dropout: 0.0,
        max_length: CONTEXT,
        seed,
        eval_every: Some(pass.min(STEPS_MOST).div_ceil(3)),
        ..TrainSettings::default()
    }
}

/// Follows the run on a bar until it is over.
async fn watch(app: &App, actor: &Actor, id: karat_types::id::RunId) -> Result<RunDetail, Problem> {
    let bar = progress::bar("tuning", 0);
    loop {
        let detail = run::detail(app, actor, id).await?;
        bar.set_length(detail.run.total_steps);
        bar.set_position(detail.run.step);
        if let Some(loss) = detail.run.loss {
            bar.set_message(format!("loss {loss:.2}"));
        }
        if detail.run.state.is_final() {
            bar.finish_and_clear();
            return Ok(detail);
        }
        tokio::time::sleep(Duration::from_millis(300)).await;
    }
}

fn read(detail: &RunDetail, report: &mut Report) -> Result<(), Problem> {
    let summary = match (&detail.run.state, &detail.run.summary) {
        (RunState::Done, Some(summary)) => summary,
        _ => {
            let why = detail.run.error.clone().unwrap_or_else(|| format!("It is {}.", detail.run.state));
            return Err(Problem::new(
                500,
                "run_failed",
                why,
                "Correct what it names and run the demo again in another --data-dir.",
            ));
        }
    };
    let told = &mut report.run;
    told.steps = summary.steps;
    told.loss_first = summary.loss_first;
    told.loss_last = summary.loss_last;
    told.eval_base = summary.eval_first.unwrap_or(f64::NAN);
    told.eval_tuned = summary.eval_last.unwrap_or(f64::NAN);
    told.tokens_per_s = summary.tokens_per_s;
    let losses = detail.metrics.iter().filter_map(|m| Some((m.step as f64, m.loss?)));
    report.story.run_losses = losses.collect();
    Ok(())
}

/// The same steps on the same rows with their words shuffled, evaluated on the same
/// held-out rows as they are.
async fn control_loss(
    app: &App,
    run: karat_types::id::RunId,
    base: ModelId,
    settings: TrainSettings,
    seed: u64,
    work: &Path,
) -> Result<f64, Problem> {
    let rows = work.join("rows");
    std::fs::create_dir_all(&rows).map_err(|error| crate::config::unusable_dir(&rows, &error))?;
    let files = run::write_rows(app, &Actor::system(), run, &rows).await?;
    let shuffled = rows.join("shuffled.jsonl");
    control::shuffle_file(&files.train, &shuffled, seed)?;
    let job = TrainJob {
        model_dir: model::unpack(app, base).await?,
        init_adapter: None,
        train: shuffled,
        held_out: files.held_out,
        settings,
        work_dir: work.join("control-work"),
        out_dir: work.join("control"),
        prompts: Vec::new(),
    };
    let trainer = app.trainer.clone();
    let trained = tokio::task::spawn_blocking(move || {
        let bar = progress::bar("control", job.settings.steps.unwrap_or(0));
        let trained = trainer.train(&job, &mut |event| {
            if let RunEvent::Step { step, loss, .. } = event {
                bar.set_position(step);
                bar.set_message(format!("loss {loss:.2}"));
            }
            Control::Continue
        });
        bar.finish_and_clear();
        trained
    });
    match trained.await.map_err(|error| Problem::internal(format!("Training the control: {error}.")))?? {
        Trained::Saved(summary) => Ok(summary.eval_last.unwrap_or(f64::NAN)),
        Trained::Cancelled => Err(Problem::internal("The control was cancelled.")),
    }
}

async fn answers(app: &App, base: ModelId, tuned: ModelId, seed: u64) -> Result<Vec<Answer>, Problem> {
    let (model_dir, adapter) = (model::unpack(app, base).await?, model::unpack(app, tuned).await?);
    let generator = app.generator.clone();
    let asking = tokio::task::spawn_blocking(move || {
        let ask = |prompt: &str, adapter_dir| {
            let request = GenerateRequest {
                model_dir: model_dir.clone(),
                adapter_dir,
                prompt: Prompt::Text(prompt.into()),
                max_tokens: ANSWER_TOKENS,
                temperature: 0.7,
                top_p: 0.9,
                seed,
                stop: Vec::new(),
                precision: Precision::F32,
            };
            generator.generate(&request, &mut |_| Control::Continue).map(|answer| answer.text)
        };
        let both = |prompt: &&str| {
            Ok(Answer {
                prompt: (*prompt).to_owned(),
                base: ask(prompt, None)?,
                tuned: ask(prompt, Some(adapter.clone()))?,
            })
        };
        PROMPTS.iter().map(both).collect()
    });
    asking.await.map_err(|error| Problem::internal(format!("Answering: {error}.")))?
}
