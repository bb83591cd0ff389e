//! The job queue on both databases.

use karat_store::query::job::{self, Claim, ClaimedJob, NewJob};
use karat_store::{Store, StoreError};
use karat_types::id::JobId;
use karat_types::{JobState, Micros};
use std::collections::HashMap;
use std::time::Duration;

const LEASE: Duration = Duration::from_secs(15);

async fn enqueue(store: &Store, job: NewJob) -> Option<JobId> {
    let tx = store.begin().await.unwrap();
    let id = job::enqueue(&tx, job, Micros(0)).await.unwrap();
    tx.commit().await.unwrap();
    id
}

fn new_job(kind: &str) -> NewJob {
    NewJob::new("check", kind, &kind, Micros(0)).unwrap()
}

async fn claim_at(store: &Store, owner: &str, limit: u64, seconds: i64) -> Vec<ClaimedJob> {
    let now = Micros(0).plus_seconds(seconds);
    let queues = ["check".to_owned()];
    let claim = Claim { queues: &queues, limit, owner, due: now, now, lease: LEASE };
    job::claim(store, &claim).await.unwrap()
}

async fn claim_one(store: &Store, owner: &str, seconds: i64) -> ClaimedJob {
    claim_at(store, owner, 1, seconds).await.pop().expect("a job is ready")
}

async fn reap_at(store: &Store, seconds: i64) -> (u64, Vec<job::Dead>) {
    let tx = store.begin().await.unwrap();
    let reaped = job::reap(&tx, Micros(0).plus_seconds(seconds)).await.unwrap();
    tx.commit().await.unwrap();
    reaped
}

async fn state_of(store: &Store, id: JobId) -> JobState {
    job::get(store.db(), id).await.unwrap().unwrap().state.parse().unwrap()
}

fn is_stale<T>(result: Result<T, StoreError>) -> bool {
    matches!(result, Err(StoreError::Stale { .. }))
}

/// Claims and completes until every job is done; says which were its own.
async fn work_until_done(store: Store, owner: String) -> Vec<JobId> {
    let mut mine = Vec::new();
    loop {
        let got = claim_at(&store, &owner, 3, 1).await;
        if got.is_empty() && job::counts(store.db()).await.unwrap().iter().all(|c| c.1 == "done") {
            return mine;
        }
        for job in got {
            let tx = store.begin().await.unwrap();
            job::complete(&tx, job.id, job.attempt).await.unwrap();
            tx.commit().await.unwrap();
            mine.push(job.id);
        }
    }
}

/// Server and worker have one file between them, each with its own connections.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn two_processes_share_one_sqlite_file() {
    let place = karat_testkit::Place::sqlite();
    let config = karat_store::StoreConfig::local(place.dir());
    let (one, two) = (Store::open(&config).await.unwrap(), Store::open(&config).await.unwrap());
    let bus = karat_store::EventBus::start(two.clone());
    let mut heard = bus.subscribe(vec!["work".into()], Some(0));
    let tx = one.begin().await.unwrap();
    for _ in 0..100 {
        job::enqueue(&tx, new_job("check"), Micros(0)).await.unwrap();
    }
    karat_store::query::event::append(&tx, "work", "there", &100).unwrap();
    tx.commit().await.unwrap();
    let told = tokio::time::timeout(Duration::from_secs(10), futures::StreamExt::next(&mut heard)).await;
    assert_eq!(told.unwrap().unwrap().payload, "100", "one process hears of the other");
    let (a, b) = (work_until_done(one, "one".into()), work_until_done(two, "two".into()));
    let (a, b) = tokio::join!(tokio::spawn(a), tokio::spawn(b));
    let mut all = [a.unwrap(), b.unwrap()].concat();
    all.sort();
    all.dedup();
    assert_eq!(all.len(), 100);
}

karat_testkit::db_test! {
    async fn four_hundred_jobs_and_eight_claimers_meet_exactly_once(store: Store) {
        let tx = store.begin().await.unwrap();
        for _ in 0..400 {
            job::enqueue(&tx, new_job("check"), Micros(0)).await.unwrap();
        }
        tx.commit().await.unwrap();
        let workers = (0..8).map(|w| tokio::spawn(work_until_done(store.clone(), format!("w{w}"))));
        let mut seen: HashMap<JobId, u32> = HashMap::new();
        for worker in workers.collect::<Vec<_>>() {
            for id in worker.await.unwrap() {
                *seen.entry(id).or_default() += 1;
            }
        }
        assert_eq!(seen.len(), 400);
        assert!(seen.values().all(|n| *n == 1));
    }

    async fn an_expired_lease_changes_hands_and_the_stale_worker_writes_nothing(store: Store) {
        let id = enqueue(&store, new_job("check").key("k")).await.unwrap();
        let first = claim_one(&store, "slow", 0).await;
        assert_eq!(reap_at(&store, 14).await.0, 0, "the lease still runs");
        assert_eq!(reap_at(&store, 16).await.0, 1);
        let second = claim_one(&store, "quick", 16).await;
        assert_eq!((first.id, first.attempt, second.id, second.attempt), (id, 1, id, 2));

        // The slow worker wakes up and wants to write its result with its completion.
        let tx = store.begin().await.unwrap();
        karat_store::query::account::add_contributor(&tx, "stale", true, Micros(0)).await.unwrap();
        assert!(is_stale(job::complete(&tx, first.id, first.attempt).await));
        tx.rollback().await.unwrap();
        let name = karat_store::query::account::contributor_by_name(store.db(), "stale").await.unwrap();
        assert_eq!(name, None);
        let tx = store.begin().await.unwrap();
        assert!(is_stale(job::heartbeat(&tx, &first, Micros(0), LEASE).await));
        assert!(is_stale(job::fail(&tx, &first, "late", Micros(0)).await));
        assert!(is_stale(job::give_back(&tx, &first).await));
        job::complete(&tx, second.id, second.attempt).await.unwrap();
        tx.commit().await.unwrap();
        assert_eq!(state_of(&store, id).await, JobState::Done);
    }

    async fn a_heartbeat_keeps_the_job_and_carries_the_wish_to_stop(store: Store) {
        let id = enqueue(&store, new_job("train").key("train:1")).await.unwrap();
        let job = claim_one(&store, "w", 0).await;
        let tx = store.begin().await.unwrap();
        assert!(!job::heartbeat(&tx, &job, Micros(0).plus_seconds(10), LEASE).await.unwrap());
        assert!(job::request_cancel(&tx, "train:1").await.unwrap());
        assert!(!job::request_cancel(&tx, "train:2").await.unwrap());
        tx.commit().await.unwrap();
        assert_eq!(reap_at(&store, 24).await.0, 0);
        let tx = store.begin().await.unwrap();
        assert!(job::heartbeat(&tx, &job, Micros(0).plus_seconds(20), LEASE).await.unwrap());
        job::complete(&tx, id, job.attempt).await.unwrap();
        tx.commit().await.unwrap();
        assert_eq!(job::get(store.db(), id).await.unwrap().unwrap().dedup_key, None, "the key is free");
    }

    async fn a_failing_job_waits_longer_each_time_and_is_dead_at_the_end(store: Store) {
        let id = enqueue(&store, new_job("check").key("k").attempts(2)).await.unwrap();
        let tx = store.begin().await.unwrap();
        let again = job::enqueue(&tx, new_job("check").key("k"), Micros(0)).await.unwrap();
        assert_eq!(again, None, "the key is in use");
        tx.commit().await.unwrap();
        let job = claim_one(&store, "w", 0).await;
        let tx = store.begin().await.unwrap();
        assert_eq!(job::fail(&tx, &job, "no", Micros(0)).await.unwrap(), JobState::Ready);
        tx.commit().await.unwrap();
        assert!(claim_at(&store, "w", 1, 1).await.is_empty(), "it waits two seconds");
        let job = claim_one(&store, "w", 2).await;
        let tx = store.begin().await.unwrap();
        assert_eq!(job::fail(&tx, &job, "never", Micros(0)).await.unwrap(), JobState::Dead);
        tx.commit().await.unwrap();
        let row = job::get(store.db(), id).await.unwrap().unwrap();
        assert_eq!((row.state.as_str(), row.last_error.as_deref()), ("dead", Some("never")));
        assert!(enqueue(&store, new_job("check").key("k")).await.is_some(), "the key is free again");
    }

    async fn a_worker_that_dies_every_time_kills_the_job_in_the_end(store: Store) {
        enqueue(&store, new_job("check").attempts(2)).await.unwrap();
        claim_one(&store, "w1", 0).await;
        assert_eq!(reap_at(&store, 16).await, (1, vec![]));
        let job = claim_one(&store, "w2", 16).await;
        let (again, dead) = reap_at(&store, 40).await;
        assert_eq!((again, dead.len()), (0, 1));
        assert_eq!(dead[0].job, job);
        assert!(dead[0].error.contains("'w2' stopped answering on attempt 2"), "{}", dead[0].error);
    }

    async fn giving_back_costs_no_attempt(store: Store) {
        enqueue(&store, new_job("check").attempts(1)).await.unwrap();
        for attempt in 1..4 {
            let job = claim_one(&store, "w", 0).await;
            assert_eq!(job.attempt, attempt);
            let tx = store.begin().await.unwrap();
            job::give_back(&tx, &job).await.unwrap();
            tx.commit().await.unwrap();
        }
        let job = claim_one(&store, "w", 0).await;
        let tx = store.begin().await.unwrap();
        assert_eq!(job::fail(&tx, &job, "no", Micros(0)).await.unwrap(), JobState::Dead);
        tx.commit().await.unwrap();
    }

    async fn the_urgent_and_the_due_go_first(store: Store) {
        let later = NewJob::new("check", "later", &(), Micros(0).plus_seconds(60)).unwrap();
        enqueue(&store, later).await.unwrap();
        enqueue(&store, new_job("plain")).await.unwrap();
        enqueue(&store, new_job("urgent").priority(9)).await.unwrap();
        enqueue(&store, NewJob::new("train", "other", &(), Micros(0)).unwrap()).await.unwrap();
        let kinds: Vec<_> = claim_at(&store, "w", 9, 1).await.into_iter().map(|j| j.kind).collect();
        assert_eq!(kinds, ["urgent", "plain"]);
        let kinds: Vec<_> = claim_at(&store, "w", 9, 60).await.into_iter().map(|j| j.kind).collect();
        assert_eq!(kinds, ["later"]);
    }

    async fn a_job_is_as_real_as_the_transaction_around_it(store: Store) {
        let tx = store.begin().await.unwrap();
        let id = job::enqueue(&tx, new_job("check"), Micros(0)).await.unwrap().unwrap();
        drop(tx);
        assert_eq!(job::get(store.db(), id).await.unwrap(), None);
        assert!(claim_at(&store, "w", 9, 1).await.is_empty());
    }

    async fn finished_jobs_are_forgotten_and_the_others_kept(store: Store) {
        enqueue(&store, new_job("done")).await.unwrap();
        let job = claim_one(&store, "w", 0).await;
        let tx = store.begin().await.unwrap();
        job::complete(&tx, job.id, job.attempt).await.unwrap();
        let kept = job::enqueue(&tx, new_job("ready"), Micros(0)).await.unwrap().unwrap();
        assert_eq!(job::prune(&tx, Micros(1)).await.unwrap(), 1);
        tx.commit().await.unwrap();
        assert_eq!(job::get(store.db(), job.id).await.unwrap(), None);
        assert_eq!(state_of(&store, kept).await, JobState::Ready);
    }
}
