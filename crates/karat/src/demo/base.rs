//! A base from scratch: tokenizer and model learned from the people outside the release.

use super::report;
use super::sources::Source;
use crate::progress;
use karat_engine::model_init::{self, Shape, TokenizerSource};
use karat_gate::{Declared, Input, Profile};
use karat_services::App;
use karat_types::ports::{Control, TrainJob, Trained};
use karat_types::train::{RunEvent, TrainSettings};
use karat_types::{GateOutcome, Method, Modality, Problem};
use serde_json::json;
use std::path::{Path, PathBuf};

/// Tokens of the tokenizer.
const VOCABULARY: usize = 4096;
/// Longest context, tokens: a row of 2,000 bytes fits.
pub(super) const CONTEXT: u32 = 512;
/// Bytes of text the base sees at most: what two cores read in a minute and a half.
const TEXT_BYTES: usize = 2_800_000;
/// Rows a step.
pub(super) const BATCH: u32 = 8;

/// The base, and how its training went.
pub(super) struct Base {
    pub(super) dir: PathBuf,
    pub(super) told: report::Base,
    pub(super) losses: Vec<(f64, f64)>,
}

/// Trains tokenizer and base; `work` is a folder of their own.
pub(super) async fn make(app: &App, sources: Vec<Source>, seed: u64, work: &Path) -> Result<Base, Problem> {
    let (trainer, work) = (app.trainer.clone(), work.to_owned());
    let training = tokio::task::spawn_blocking(move || {
        let texts = texts(&sources);
        let fresh = fresh(&texts, seed, &work)?;
        let rows = write_rows(&texts, &work)?;
        let settings = settings(rows, seed);
        let job = TrainJob {
            model_dir: fresh,
            init_adapter: None,
            train: work.join("base.jsonl"),
            held_out: None,
            settings,
            work_dir: work.join("base-work"),
            out_dir: work.join("base"),
            prompts: Vec::new(),
        };
        follow(&*trainer, &job)
    });
    training.await.map_err(|error| Problem::internal(format!("Training the base: {error}.")))?
}

/// The texts the gate lets through, the same gate as everyone's, until there is enough:
/// one from each person in turn, so that none of them speaks for all.
fn texts(sources: &[Source]) -> Vec<String> {
    let mut turns: Vec<(usize, &Source)> = Vec::new();
    let mut seen = std::collections::BTreeMap::new();
    for source in sources {
        let turn = seen.entry(source.contributor.as_str()).or_insert(0);
        turns.push((*turn, source));
        *turn += 1;
    }
    turns.sort_by_key(|(turn, _)| *turn);
    let mut bytes = 0;
    let mut texts = Vec::new();
    for (_, source) in turns {
        let Some(text) = passed(source) else { continue };
        if bytes + text.len() > TEXT_BYTES {
            continue;
        }
        bytes += text.len();
        texts.push(text);
    }
    texts
}

fn passed(source: &Source) -> Option<String> {
    let bytes = std::fs::read(&source.path).ok()?;
    let name = source.file_name();
    let mut input = Input::new(&name, &bytes, Modality::Text);
    input.rules.profile = Profile::Technical;
    input.rules.declared = Some(Declared::licence(source.licence.clone()));
    let verdict = karat_gate::check(&input);
    if verdict.outcome == GateOutcome::Passed { String::from_utf8(bytes).ok() } else { None }
}

fn fresh(texts: &[String], seed: u64, work: &Path) -> Result<PathBuf, Problem> {
    let dir = work.join("fresh");
    let tokenizer = TokenizerSource::Train { texts: texts.to_vec(), vocabulary: VOCABULARY };
    let shape = Shape { context: CONTEXT, ..Shape::default() };
    model_init::init(shape.config(), &tokenizer, seed, &dir)?;
    Ok(dir)
}

/// Cuts the texts as a release does; returns how many rows there are.
fn write_rows(texts: &[String], work: &Path) -> Result<u64, Problem> {
    let mut out = String::new();
    let mut rows = 0;
    for text in texts {
        for span in karat_gate::rows::cut(text) {
            out.push_str(&json!({ "text": &text[span] }).to_string());
            out.push('\n');
            rows += 1;
        }
    }
    let file = work.join("base.jsonl");
    std::fs::write(&file, out).map_err(|error| crate::config::unusable_dir(work, &error))?;
    if rows == 0 {
        return Err(super::sources::nothing_to_read("No text passed the gate."));
    }
    Ok(rows)
}

/// One pass over the rows. Fixed by the text and the seed, never by how fast the machine is.
fn settings(rows: u64, seed: u64) -> TrainSettings {
    TrainSettings {
        method: Method::Full,
        learning_rate: 3e-3,
        batch_size: BATCH,
        steps: Some(rows.div_ceil(u64::from(BATCH))),
        weight_decay: 0.05,
        max_length: CONTEXT,
        seed,
        ..TrainSettings::default()
    }
}

fn follow(trainer: &dyn karat_types::ports::Trainer, job: &TrainJob) -> Result<Base, Problem> {
    let bar = progress::bar("base", 0);
    let mut losses = Vec::new();
    let mut told = report::Base::default();
    let trained = trainer.train(job, &mut |event| {
        match event {
            RunEvent::Started { total_steps, parameters, .. } => {
                bar.set_length(total_steps);
                told.parameters = parameters;
            }
            RunEvent::Step { step, loss, .. } => {
                bar.set_position(step);
                bar.set_message(format!("loss {loss:.2}"));
                losses.push((step as f64, loss));
            }
            _ => {}
        }
        Control::Continue
    })?;
    bar.finish_and_clear();
    let Trained::Saved(summary) = trained else { return Err(Problem::internal("The base was cancelled.")) };
    told.loss_first = summary.loss_first;
    told.loss_last = summary.loss_last;
    Ok(Base { dir: job.out_dir.clone(), told, losses })
}
