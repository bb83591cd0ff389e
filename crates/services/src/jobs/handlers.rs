//! Which function does which kind of job.

use super::{CancelFlag, ClaimedJob};
use crate::App;
use karat_store::Tx;
use karat_types::Problem;
use std::pin::Pin;

/// What a handler gives back, boxed.
pub type Done<'a> = Pin<Box<dyn Future<Output = Result<(), Problem>> + Send + 'a>>;
/// Does a job and completes it in the transaction of its result. An error means "try
/// again later"; what can never succeed is a result too, and the handler writes it.
pub type Run = for<'a> fn(&'a App, &'a ClaimedJob, &'a CancelFlag) -> Done<'a>;
/// Writes what it means that a job was given up, in the transaction that gives it up.
pub type Dead = for<'a> fn(&'a App, &'a Tx, &'a ClaimedJob, &'a Problem) -> Done<'a>;

/// The functions for one kind of job.
#[derive(Clone, Copy)]
pub struct Handler {
    kind: &'static str,
    run: Run,
    dead: Option<Dead>,
}

/// The handlers of a process.
#[derive(Clone, Default)]
pub struct Handlers(Vec<Handler>);

impl Handlers {
    /// Every kind of job Karat has.
    pub fn standard() -> Self {
        Self::default()
            .on_with_dead(
                crate::submission::CHECK,
                |app, job, _| Box::pin(crate::submission::check(app, job)),
                |app, tx, job, _| Box::pin(super::again::later(app, tx, job)),
            )
            .on_with_dead(
                crate::review::DECIDE,
                |app, job, _| Box::pin(crate::review::decide_job(app, job)),
                |app, tx, job, _| Box::pin(super::again::later(app, tx, job)),
            )
            .on_with_dead(
                crate::release::BUILD,
                |app, job, _| Box::pin(crate::release::build_job(app, job)),
                |_, tx, job, why| Box::pin(crate::release::given_up(tx, job, why)),
            )
            .on_with_dead(
                crate::release::DESTROY,
                |app, job, _| Box::pin(crate::release::destroy_job(app, job)),
                |app, tx, job, _| Box::pin(super::again::later(app, tx, job)),
            )
            .on_with_dead(
                crate::run::TRAIN,
                |app, job, _| Box::pin(crate::run::train_job(app, job)),
                |app, tx, job, why| Box::pin(crate::run::given_up(app, tx, job, why)),
            )
    }

    /// Jobs of `kind` are done by `run`.
    pub fn on(mut self, kind: &'static str, run: Run) -> Self {
        self.0.push(Handler { kind, run, dead: None });
        self
    }

    /// The same, and `dead` is told when a job of `kind` was given up.
    pub fn on_with_dead(mut self, kind: &'static str, run: Run, dead: Dead) -> Self {
        self.0.push(Handler { kind, run, dead: Some(dead) });
        self
    }

    pub(super) async fn run(&self, app: &App, job: &ClaimedJob, cancel: &CancelFlag) -> Result<(), Problem> {
        match self.of(&job.kind) {
            Some(handler) => (handler.run)(app, job, cancel).await,
            None => Err(Problem::internal(format!(
                "No handler for jobs of kind '{}': a newer Karat enqueued it.",
                job.kind
            ))),
        }
    }

    pub(super) async fn dead(
        &self,
        app: &App,
        tx: &Tx,
        job: &ClaimedJob,
        why: &Problem,
    ) -> Result<(), Problem> {
        match self.of(&job.kind).and_then(|h| h.dead) {
            Some(dead) => dead(app, tx, job, why).await,
            None => Ok(()),
        }
    }

    fn of(&self, kind: &str) -> Option<&Handler> {
        self.0.iter().find(|h| h.kind == kind)
    }
}
