//! Many at once: limits are never overspent, of two copies exactly one gets in, and
//! numbers have no gaps.

use crate::kitchen::*;
use futures::future::join_all;
use karat_services::{jobs, notice, standing, submission};
use karat_store::query::job::{self, Claim};
use karat_store::{Store, entity, query};
use karat_testkit::db_test;
use karat_types::clock::SystemClock;
use karat_types::id::SubmissionId;
use karat_types::{Clock, ReviewPolicy};
use std::time::Duration;

/// Several workers at once, until nothing is left.
async fn many_workers(k: &Kitchen) {
    let workers = (0..4).map(|_| {
        let app = k.app.clone();
        tokio::spawn(async move { jobs::drain(&app, &[jobs::CHECK_QUEUE]).await })
    });
    for worker in join_all(workers).await {
        worker.unwrap().unwrap();
    }
    k.work().await;
}

db_test! {
    async fn of_twenty_five_uploads_at_once_exactly_twenty_get_in(store: Store) {
        let k = Kitchen::new(store);
        let ann = k.person("Ann", &[]).await;
        let (here, there) = (k.datanet(&ann, ReviewPolicy::Owner).await.id, k.datanet(&ann, ReviewPolicy::Owner).await.id);
        let uploads = (0..25).map(|n| {
            let (app, ann) = (k.app.clone(), ann.clone());
            let to = if n % 2 == 0 { here } else { there };
            tokio::spawn(async move { submission::upload(&app, &ann, to, file("a.txt", &good(n))).await })
        });
        let mut got_in = 0;
        for result in join_all(uploads).await {
            match result.unwrap() {
                Ok(_) => got_in += 1,
                Err(problem) => assert_eq!(problem.code, "quota_files_spent"),
            }
        }
        assert_eq!(got_in, 20);
        let quota = submission::quota(&k.app, &ann).await.unwrap();
        assert_eq!((quota.files_used, quota.attempts_used), (20, 25));
        assert_eq!(k.counts(here).await.submissions + k.counts(there).await.submissions, 20);
    }

    async fn a_datanets_cap_over_everybody_is_never_overspent(store: Store) {
        let k = Kitchen::new(store);
        let owner = k.person("Owner", &[]).await;
        let mut capped = form("Capped", ReviewPolicy::Owner);
        let text = good(1000);
        capped.bytes_per_day_all = Some(text.len() as u64 * 5);
        let id = karat_services::datanet::create(&k.app, &owner, capped).await.unwrap().id;
        let mut people = Vec::new();
        for n in 0..8 {
            people.push(k.person(&format!("P{n}"), &[]).await);
        }
        let uploads = people.into_iter().enumerate().map(|(n, who)| {
            let app = k.app.clone();
            tokio::spawn(async move { submission::upload(&app, &who, id, file("a.txt", &good(1000 + n))).await })
        });
        let results = join_all(uploads).await;
        let got_in = results.into_iter().filter(|r| r.as_ref().unwrap().is_ok()).count();
        assert_eq!(got_in, 5);
    }

    async fn of_two_copies_at_once_exactly_one_gets_in(store: Store) {
        let k = Kitchen::new(store);
        let (ann, bob) = (k.person("Ann", &[]).await, k.person("Bob", &[]).await);
        let id = k.datanet(&ann, ReviewPolicy::Automatic).await.id;
        let mut all = Vec::new();
        for n in 0..20 {
            // Half of the pairs are equal byte for byte, half only as text.
            let copy = if n % 2 == 0 { good(n) } else { good(n).to_uppercase() };
            all.push(k.offer(&ann, id, "a.txt", &good(n)).await.unwrap().id);
            all.push(k.offer(&bob, id, "b.txt", &copy).await.unwrap().id);
        }
        many_workers(&k).await;
        let counts = k.counts(id).await;
        assert_eq!((counts.submissions, counts.refused, counts.accepted + counts.rejected), (40, 20, 20));
        for pair in all.chunks(2) {
            let (a, b) = (k.see(pair[0]).await, k.see(pair[1]).await);
            let refused = [&a, &b].into_iter().filter(|s| s.state.as_str() == "refused").count();
            assert_eq!(refused, 1, "{a:?}\n{b:?}");
        }
        let files = submission::quota(&k.app, &ann).await.unwrap().files_used
            + submission::quota(&k.app, &bob).await.unwrap().files_used;
        assert_eq!(files, 20);
    }

    async fn decisions_of_many_workers_have_no_gaps_and_standings_follow_from_them(store: Store) {
        let k = Kitchen::new(store);
        let owner = k.person("Owner", &[]).await;
        let datanets = [k.datanet(&owner, ReviewPolicy::Automatic).await.id, k.datanet(&owner, ReviewPolicy::Automatic).await.id];
        for p in 0..4 {
            let who = k.person(&format!("P{p}"), &[]).await;
            for n in 0..20 {
                let text = if n % 5 == 4 { poor(p * 100 + n) } else { good(p * 100 + n) };
                k.offer(&who, datanets[n % 2], "a.txt", &text).await.unwrap();
            }
        }
        many_workers(&k).await;
        let db = k.app.store.db();
        let decisions = query::decision::after(db, 0, 1_000).await.unwrap();
        let numbers: Vec<_> = decisions.iter().map(|(row, _)| row.seq).collect();
        assert_eq!(numbers, (1..=80).collect::<Vec<_>>());
        assert_eq!(standing::recompute_check(&k.app).await.unwrap(), []);
        let stored = query::standing::all(db).await.unwrap();
        assert_eq!(stored.iter().map(|row| row.accepted + row.rejected).sum::<i32>(), 80);
        let mut wrong = stored[0].clone();
        wrong.standing_bp += 1;
        let tx = k.app.store.begin().await.unwrap();
        query::standing::put(&tx, wrong).await.unwrap();
        tx.commit().await.unwrap();
        assert_eq!(standing::recompute_check(&k.app).await.unwrap().len(), 1);
    }
}

db_test! {
    async fn a_worker_that_dies_with_a_check_in_hand_changes_nothing(store: Store) {
        let k = Kitchen::new(store);
        let ann = k.person("Ann", &[]).await;
        let id = k.datanet(&ann, ReviewPolicy::Automatic).await.id;
        let sent = k.offer(&ann, id, "a.txt", &good(1)).await.unwrap();
        let short = k.offer(&ann, id, "b.txt", "Short.").await.unwrap();
        let queues = [jobs::CHECK_QUEUE.to_owned()];
        let claim = Claim { queues: &queues, limit: 10, owner: "gone", due: k.clock.now(), now: START, lease: Duration::from_secs(15) };
        assert_eq!(job::claim(&k.app.store, &claim).await.unwrap().len(), 2);
        k.work().await;
        assert_eq!(k.see(sent.id).await.state.as_str(), "checking", "the jobs are somebody's");
        let tx = k.app.store.begin().await.unwrap();
        let (again, dead) = job::reap(&tx, START.plus_seconds(16)).await.unwrap();
        tx.commit().await.unwrap();
        assert_eq!((again, dead.len()), (2, 0));
        k.work().await;
        let (sent, short) = (k.see(sent.id).await, k.see(short.id).await);
        assert_eq!((sent.state.as_str(), short.state.as_str()), ("accepted", "refused"));
        assert_eq!(query::decision::count(k.app.store.db()).await.unwrap(), 1);
        assert_eq!(submission::quota(&k.app, &ann).await.unwrap().files_used, 1);
    }
}

/// 1,000 datanets, each offered a text and a copy of it by two people; the copies are the
/// same bytes, the same words in capitals, or the text with one word replaced.
async fn a_thousand_pairs(k: &Kitchen) -> Vec<[uuid::Uuid; 2]> {
    let (ann, bob) = (k.person("Ann", &[]).await, k.person("Bob", &[]).await);
    let owner = k.datanet(&ann, ReviewPolicy::Owner).await.id;
    let datanet = query::datanet::get(k.app.store.db(), owner.0).await.unwrap().unwrap();
    let first = k.offer(&ann, owner, "a.txt", &good(1)).await.unwrap();
    k.work().await;
    let row = query::submission::get(k.app.store.db(), first.id.0).await.unwrap().unwrap();
    let mut hashes = Vec::new();
    for copy in [good(1), good(1).to_uppercase(), good(1).replacen("grandmother", "grandfather", 1)] {
        hashes.push(k.app.store.blobs().put(copy).await.unwrap().hex());
    }
    let tx = k.app.store.begin().await.unwrap();
    let mut pairs = Vec::new();
    for n in 0..1000 {
        let id = uuid::Uuid::now_v7();
        let name = format!("{n}");
        query::datanet::insert(
            &tx,
            entity::datanet::Model { id, name_key: name.clone(), name, ..datanet.clone() },
        )
        .await
        .unwrap();
        let mut pair = [uuid::Uuid::nil(); 2];
        for (slot, (who, hash)) in pair.iter_mut().zip([(&ann, &hashes[0]), (&bob, &hashes[n % 3])]) {
            *slot = uuid::Uuid::now_v7();
            let sent = entity::submission::Model {
                id: *slot,
                datanet_id: id,
                contributor_id: who.contributor.unwrap().0,
                content_hash: hash.clone(),
                state: "checking".into(),
                cluster_id: None,
                ..row.clone()
            };
            query::submission::insert(&tx, sent).await.unwrap();
            let payload = serde_json::json!({ "submission": *slot });
            let job = job::NewJob::new(jobs::CHECK_QUEUE, "check", &payload, START).unwrap();
            job::enqueue(&tx, job, START).await.unwrap();
        }
        pairs.push(pair);
    }
    tx.commit().await.unwrap();
    pairs
}

db_test! {
    async fn of_two_copies_exactly_one_passes_a_thousand_times(store: Store) {
        let k = Kitchen::new(store);
        let pairs = a_thousand_pairs(&k).await;
        many_workers(&k).await;
        let mut said = std::collections::BTreeMap::new();
        for pair in pairs {
            let (a, b) = (k.see(pair[0].into()).await, k.see(pair[1].into()).await);
            let passed = [&a, &b].into_iter().filter(|s| s.state.as_str() == "in_review").count();
            let copy = [&a, &b].into_iter().find(|s| s.state.as_str() == "refused");
            assert_eq!((passed, copy.is_some()), (1, true), "{a:?}\n{b:?}");
            *said.entry(copy.unwrap().findings[0].code.clone()).or_insert(0) += 1;
        }
        let said: Vec<_> = said.into_iter().collect();
        let expected = [("duplicate_exact", 334), ("duplicate_normalised", 333), ("near_duplicate", 333)];
        assert_eq!(said, expected.map(|(code, n)| (code.to_owned(), n)));
    }
}

/// Cuts a worker off after `micros`, wherever it is then.
async fn killed_after(k: &Kitchen, micros: u64) {
    let work = jobs::drain(&k.app, &[jobs::CHECK_QUEUE]);
    if tokio::time::timeout(Duration::from_micros(micros), work).await.is_err() {
        free(k).await;
    }
}

/// Frees what a worker that is gone had in hand, as its lease running out would.
async fn free(k: &Kitchen) {
    let tx = k.app.store.begin().await.unwrap();
    job::reap(&tx, SystemClock.now().plus_seconds(60)).await.unwrap();
    tx.commit().await.unwrap();
}

/// Works until the gate has judged the submission. What the cut off worker sent last may
/// still be on its way to the database, so its job can be freed more than once.
async fn judged(k: &Kitchen, id: SubmissionId) -> String {
    for _ in 0..1_000 {
        k.work().await;
        let state = k.see(id).await.state;
        if state.as_str() != "checking" {
            return state.to_string();
        }
        tokio::time::sleep(Duration::from_millis(5)).await;
        free(k).await;
    }
    panic!("a cut off worker still has its job");
}

db_test! {
    async fn a_worker_killed_at_any_moment_leaves_nothing_half_done(store: Store) {
        let k = Kitchen::new(store);
        let people = [k.person("Ann", &[]).await, k.person("Bob", &[]).await];
        let id = k.datanet(&people[0], ReviewPolicy::Automatic).await.id;
        let mut spent = [0, 0];
        for n in 0..24 {
            // Good, poor, held, and a copy of the other person's good one.
            let (text, expected) = match n % 4 {
                0 => (good(n), "accepted"),
                1 => (poor(n), "rejected"),
                2 => (suspicious(n), "held"),
                _ => (good(n - 3), "refused"),
            };
            let who = usize::from(n % 4 == 3) ^ (n / 4 % 2);
            let sent = k.offer(&people[who], id, "a.txt", &text).await.unwrap();
            for kill in 0..4 {
                killed_after(&k, 300 * (1 + (n * 4 + kill) as u64 * 7 % 60)).await;
            }
            assert_eq!(judged(&k, sent.id).await, expected, "{n}");
            spent[who] += u32::from(expected != "refused");
        }
        for (who, spent) in people.iter().zip(spent) {
            assert_eq!(submission::quota(&k.app, who).await.unwrap().files_used, spent);
        }
        let db = k.app.store.db();
        let decisions = query::decision::after(db, 0, 100).await.unwrap();
        assert_eq!(decisions.iter().map(|(row, _)| row.seq).collect::<Vec<_>>(), (1..=12).collect::<Vec<_>>());
        assert_eq!(standing::recompute_check(&k.app).await.unwrap(), []);
        let mut told = 0;
        for who in &people {
            told += notice::list(&k.app, who, None).await.unwrap().total;
        }
        assert_eq!(told, 12, "each decision is told once");
    }
}
