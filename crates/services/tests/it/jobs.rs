//! Workers: each job once, none lost, none written by the wrong hand.

use crate::support::app;
use karat_services::App;
use karat_services::jobs::{self, CancelFlag, ClaimedJob, Done, Handlers, Worker};
use karat_store::query::{account, job};
use karat_store::{Store, Tx};
use karat_types::id::JobId;
use karat_types::{Clock, JobState, Problem, clock::SystemClock};
use std::sync::Arc;
use std::time::Duration;
use tokio_util::sync::CancellationToken;

/// Short, for tests that wait for its end; long enough for a machine that is busy.
const SHORT: Duration = Duration::from_secs(2);
/// For tests in which no lease may end.
const LONG: Duration = Duration::from_secs(60);

async fn enqueue(store: &Store, kind: &str, payload: &str, attempts: i32) -> JobId {
    let tx = store.begin().await.unwrap();
    let new = job::NewJob::new("check", kind, &payload, crate::support::START).unwrap();
    let id = job::enqueue(&tx, new.attempts(attempts).key(payload), SystemClock.now()).await.unwrap();
    tx.commit().await.unwrap();
    id.unwrap()
}

async fn row(store: &Store, id: JobId) -> job::JobRow {
    job::get(store.db(), id).await.unwrap().unwrap()
}

async fn wait_for(store: &Store, id: JobId, state: JobState) -> job::JobRow {
    for _ in 0..300 {
        let row = row(store, id).await;
        if row.state == state.as_str() {
            return row;
        }
        tokio::time::sleep(Duration::from_millis(50)).await;
    }
    panic!("job {id} did not become {state}: {:?}", row(store, id).await);
}

async fn was_made(store: &Store, name: &str) -> bool {
    account::contributor_by_name(store.db(), name).await.unwrap().is_some()
}

/// The result of a job here is a contributor named in the payload, plus its attempt.
async fn write(app: &App, job: &ClaimedJob, name: &str) -> Result<(), Problem> {
    let tx = app.store.begin().await?;
    account::add_contributor(&tx, name, true, app.now()).await?;
    job::complete(&tx, job.id, job.attempt).await?;
    Ok(tx.commit().await?)
}

fn write_once<'a>(app: &'a App, job: &'a ClaimedJob, _: &'a CancelFlag) -> Done<'a> {
    Box::pin(async move { write(app, job, &job.payload::<String>()?).await })
}

fn hang_at_first<'a>(app: &'a App, job: &'a ClaimedJob, _: &'a CancelFlag) -> Done<'a> {
    Box::pin(async move {
        if job.attempt == 1 {
            std::future::pending::<()>().await;
        }
        write(app, job, &format!("attempt {}", job.attempt)).await
    })
}

fn until_cancelled<'a>(app: &'a App, job: &'a ClaimedJob, cancel: &'a CancelFlag) -> Done<'a> {
    Box::pin(async move {
        cancel.cancelled().await;
        assert!(cancel.is_cancelled());
        write(app, job, "stopped").await
    })
}

fn always_fails<'a>(_: &'a App, _: &'a ClaimedJob, _: &'a CancelFlag) -> Done<'a> {
    Box::pin(async { Err(Problem::bad("no_luck", "It does not work.", "Nothing helps.")) })
}

fn panics<'a>(_: &'a App, _: &'a ClaimedJob, _: &'a CancelFlag) -> Done<'a> {
    Box::pin(async { panic!("boom") })
}

fn forgets<'a>(_: &'a App, _: &'a ClaimedJob, _: &'a CancelFlag) -> Done<'a> {
    Box::pin(async { Ok(()) })
}

fn note_death<'a>(app: &'a App, tx: &'a Tx, _: &'a ClaimedJob, why: &'a Problem) -> Done<'a> {
    Box::pin(async move {
        account::add_contributor(tx, &format!("dead: {}", why.code), true, app.now()).await?;
        Ok(())
    })
}

fn handlers() -> Handlers {
    Handlers::default()
        .on("write", write_once)
        .on("hang", hang_at_first)
        .on("wait", until_cancelled)
        .on_with_dead("fail", always_fails, note_death)
        .on_with_dead("panic", panics, note_death)
        .on("forget", forgets)
}

struct Running {
    stop: CancellationToken,
    task: tokio::task::JoinHandle<Result<(), Problem>>,
}

fn start(app: &Arc<App>, lease: Duration) -> Running {
    let stop = CancellationToken::new();
    let worker = Worker::new(lease).with_handlers(handlers()).with_slots("check", 4);
    let (app, stopped) = (app.clone(), stop.clone());
    Running { stop, task: tokio::spawn(async move { worker.run(app, &["check"], stopped).await }) }
}

impl Running {
    async fn end(self) {
        self.stop.cancel();
        tokio::time::timeout(Duration::from_secs(10), self.task).await.unwrap().unwrap().unwrap();
    }
}

karat_testkit::db_test! {
    async fn three_workers_do_each_job_once(store: Store) {
        let app = app(store.clone());
        let mut ids = Vec::new();
        for n in 0..60 {
            ids.push(enqueue(&store, "write", &format!("job {n}"), 5).await);
        }
        let workers = [start(&app, LONG), start(&app, LONG), start(&app, LONG)];
        for (n, id) in ids.into_iter().enumerate() {
            assert_eq!(wait_for(&store, id, JobState::Done).await.attempt, 1);
            assert!(was_made(&store, &format!("job {n}")).await);
        }
        for worker in workers {
            worker.end().await;
        }
    }

    async fn a_job_of_a_dead_worker_is_taken_up_and_ends_the_same(store: Store) {
        let app = app(store.clone());
        let id = enqueue(&store, "hang", "x", 5).await;
        let first = start(&app, SHORT);
        wait_for(&store, id, JobState::Running).await;
        // Aborting the task is what kill -9 looks like from outside: nothing is given back.
        let aborted = first.task;
        aborted.abort();
        let _ = aborted.await;
        let second = start(&app, SHORT);
        let done = wait_for(&store, id, JobState::Done).await;
        assert_eq!(done.attempt, 2);
        assert!(was_made(&store, "attempt 2").await && !was_made(&store, "attempt 1").await);
        second.end().await;
    }

    async fn a_living_worker_keeps_its_job_as_long_as_it_takes(store: Store) {
        let app = app(store.clone());
        let id = enqueue(&store, "hang", "x", 5).await;
        let (first, second) = (start(&app, SHORT), start(&app, SHORT));
        wait_for(&store, id, JobState::Running).await;
        tokio::time::sleep(SHORT * 2).await;
        let held = row(&store, id).await;
        assert_eq!((held.state.as_str(), held.attempt), ("running", 1));
        first.end().await;
        second.end().await;
        let back = row(&store, id).await;
        assert_eq!((back.state.as_str(), back.lease_owner), ("ready", None), "given back at shutdown");
    }

    async fn a_person_stops_a_running_job(store: Store) {
        let app = app(store.clone());
        let id = enqueue(&store, "wait", "stop me", 5).await;
        let worker = start(&app, SHORT);
        wait_for(&store, id, JobState::Running).await;
        let tx = store.begin().await.unwrap();
        assert!(job::request_cancel(&tx, "stop me").await.unwrap());
        tx.commit().await.unwrap();
        wait_for(&store, id, JobState::Done).await;
        assert!(was_made(&store, "stopped").await);
        worker.end().await;
    }

    async fn what_always_fails_is_given_up_and_somebody_is_told(store: Store) {
        let app = app(store.clone());
        let failing = enqueue(&store, "fail", "f", 1).await;
        let panicking = enqueue(&store, "panic", "p", 1).await;
        let forgetting = enqueue(&store, "forget", "g", 1).await;
        let unknown = enqueue(&store, "unheard-of", "u", 1).await;
        let worker = start(&app, LONG);
        let dead = wait_for(&store, failing, JobState::Dead).await;
        assert!(dead.last_error.unwrap().contains("no_luck"));
        assert!(was_made(&store, "dead: no_luck").await);
        assert!(wait_for(&store, panicking, JobState::Dead).await.last_error.unwrap().contains("boom"));
        let forgot = wait_for(&store, forgetting, JobState::Dead).await.last_error.unwrap();
        assert!(forgot.contains("without completing"), "{forgot}");
        let newer = wait_for(&store, unknown, JobState::Dead).await.last_error.unwrap();
        assert!(newer.contains("newer Karat"), "{newer}");
        worker.end().await;
    }

    async fn draining_does_what_is_due_and_stops_at_what_fails(store: Store) {
        let app = app(store.clone());
        assert_eq!(jobs::drain(&app, jobs::QUEUES).await.unwrap(), 0);
        let tx = store.begin().await.unwrap();
        let tomorrow = crate::support::START.plus_days(1);
        let later = job::NewJob::new("check", "unheard-of", &"later", tomorrow).unwrap();
        let later = job::enqueue(&tx, later, SystemClock.now()).await.unwrap().unwrap();
        tx.commit().await.unwrap();
        assert_eq!(jobs::drain(&app, jobs::QUEUES).await.unwrap(), 0, "nothing is due");
        let now = enqueue(&store, "unheard-of", "now", 5).await;
        let problem = jobs::drain(&app, &["check"]).await.unwrap_err();
        assert!(problem.detail.contains("'unheard-of'"), "{problem}");
        let failed = row(&store, now).await;
        assert_eq!((failed.state.as_str(), failed.attempt), ("ready", 1), "it is tried again later");
        assert_eq!(row(&store, later).await.attempt, 0);
    }
}
