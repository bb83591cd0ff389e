//! Who sees what, taking back, counts, home and search.

use crate::kitchen::*;
use karat_services::{Actor, home, release, search, submission};
use karat_store::query::release::{Accepted, Finished, NewRelease};
use karat_store::{Store, query};
use karat_testkit::db_test;
use karat_types::id::ReleaseId;
use karat_types::{Hash, ReviewPolicy, Role};

db_test! {
    async fn a_file_is_read_by_its_contributor_then_reviewers_then_everybody(store: Store) {
        let k = Kitchen::new(store);
        let (owner, ann, bob) = (k.person("Owner", &[]).await, k.person("Ann", &[]).await, k.person("Bob", &[]).await);
        let rev = k.person("Rev", &[Role::Reviewer]).await;
        let id = k.datanet(&owner, ReviewPolicy::Owner).await.id;
        let sent = k.offer(&ann, id, "a.md", &good(1)).await.unwrap();
        let status = |who: Actor, of| {
            let k = &k;
            async move { submission::file(&k.app, &who, of).await.map_or_else(|p| p.status, |_| 200) }
        };
        assert_eq!(status(ann.clone(), sent.id).await, 200);
        assert_eq!(status(owner.clone(), sent.id).await, 403, "the gate has not let it through");
        k.work().await;
        for (who, expected) in [(&ann, 200), (&owner, 200), (&rev, 200), (&bob, 403), (&Actor::anyone(), 401)] {
            assert_eq!(status(who.clone(), sent.id).await, expected, "{}", who.name);
        }
        let blind = submission::get(&k.app, &owner, sent.id).await.unwrap();
        assert_eq!((blind.contributor, blind.contributor_name), (None, None));
        assert_eq!(submission::get(&k.app, &ann, sent.id).await.unwrap().contributor_name.as_deref(), Some("Ann"));
        k.accept(&owner, sent.id).await;
        assert_eq!(status(Actor::anyone(), sent.id).await, 200);
        let public = submission::get(&k.app, &Actor::anyone(), sent.id).await.unwrap();
        assert_eq!(public.contributor_name.as_deref(), Some("Ann"));
        let file = submission::file(&k.app, &bob, sent.id).await.unwrap();
        assert_eq!((file.name.as_str(), file.media_type.as_str()), ("a.md", "text/markdown"));
        assert_eq!(file.bytes, good(1).as_bytes());
        let refused = k.send(&ann, id, "b.txt", "Short.").await;
        assert_eq!((status(ann.clone(), refused.id).await, status(owner, refused.id).await), (200, 403));
    }

    async fn ones_own_can_be_taken_back_once_it_is_checked(store: Store) {
        let k = Kitchen::new(store);
        let (owner, ann) = (k.person("Owner", &[]).await, k.person("Ann", &[]).await);
        let id = k.datanet(&owner, ReviewPolicy::Owner).await.id;
        let sent = k.offer(&ann, id, "a.txt", &good(1)).await.unwrap();
        let code = |who: Actor, of| {
            let k = &k;
            async move { submission::withdraw(&k.app, &who, of).await.unwrap_err().code }
        };
        assert_eq!(code(ann.clone(), sent.id).await, "still_moving");
        k.work().await;
        k.accept(&owner, sent.id).await;
        assert_eq!(code(owner.clone(), sent.id).await, "forbidden");
        let gone = submission::withdraw(&k.app, &ann, sent.id).await.unwrap();
        assert_eq!(gone.state.as_str(), "withdrawn");
        assert_eq!(code(ann.clone(), sent.id).await, "nothing_to_withdraw");
        let refused = k.send(&ann, id, "b.txt", "Short.").await;
        assert_eq!(code(ann.clone(), refused.id).await, "nothing_to_withdraw");
        let rejected = k.send(&ann, id, "c.txt", &good(2)).await;
        k.reject(&owner, rejected.id).await;
        submission::withdraw(&k.app, &ann, rejected.id).await.unwrap();
        for (of, status) in [(sent.id, 410), (rejected.id, 401)] {
            let problem = submission::get(&k.app, &Actor::anyone(), of).await.unwrap_err();
            assert_eq!(problem.status, status, "what never was public has no tombstone for all: {problem:?}");
        }
        let never = release::affected(&k.app, &Actor::anyone(), rejected.id).await.unwrap_err();
        assert_eq!(never.status, 401);
        let counts = k.counts(id).await;
        assert_eq!((counts.submissions, counts.withdrawn, counts.refused, counts.accepted), (3, 2, 1, 0));
        let quota = submission::quota(&k.app, &ann).await.unwrap();
        assert_eq!(quota.files_used, 2, "a place once spent stays spent");
    }

    async fn counts_add_up_in_every_state(store: Store) {
        let k = Kitchen::new(store);
        let (owner, ann) = (k.person("Owner", &[]).await, k.person("Ann", &[]).await);
        let id = k.datanet(&owner, ReviewPolicy::Owner).await.id;
        let mut sent = Vec::new();
        for n in 0..5 {
            sent.push(k.send(&ann, id, "a.txt", &good(n)).await.id);
        }
        k.send(&ann, id, "odd.txt", &suspicious(10)).await;
        k.send(&ann, id, "short.txt", "Short.").await;
        k.accept(&owner, sent[0]).await;
        k.accept(&owner, sent[1]).await;
        k.reject(&owner, sent[2]).await;
        submission::withdraw(&k.app, &ann, sent[1]).await.unwrap();
        k.offer(&ann, id, "b.txt", &good(20)).await.unwrap();
        let c = k.counts(id).await;
        assert_eq!((c.moving, c.refused, c.held, c.in_review, c.accepted, c.rejected, c.withdrawn), (1, 1, 1, 2, 1, 1, 1));
        assert_eq!(c.submissions, 8);
        let home = home::get(&k.app, &Actor::anyone()).await.unwrap();
        assert_eq!((home.datanets, home.contributed_today, home.refused_today, home.waiting_review), (1, 8, 1, 3));
        assert_eq!(home.proven, 0);
        k.tomorrow();
        assert_eq!(home::get(&k.app, &ann).await.unwrap().contributed_today, 0);
    }

    async fn my_submissions_come_in_pages_and_name_their_releases(store: Store) {
        let k = Kitchen::new(store);
        let ann = k.person("Ann", &[]).await;
        let id = k.datanet(&ann, ReviewPolicy::Automatic).await.id;
        let mut last = None;
        for n in 0..52 {
            if n % 20 == 0 {
                k.tomorrow();
            }
            last = Some(k.offer(&ann, id, &format!("{n}.txt"), &good(n)).await.unwrap());
        }
        k.work().await;
        let last = last.unwrap();
        let release_id = ReleaseId::new();
        let tx = k.app.store.begin().await.unwrap();
        let new = NewRelease { id: release_id, datanet: id, version: 1, created_by: None, created_at: START, plan: "{}".into() };
        let item = Accepted { submission: last.id, contributor: ann.contributor.unwrap(), cluster: last.id, credited: ann.contributor.unwrap() };
        query::release::insert(&tx, &new, &[item]).await.unwrap();
        query::release::finish(&tx, release_id, &finished(), &[]).await.unwrap();
        tx.commit().await.unwrap();
        let first = submission::mine(&k.app, &ann, None).await.unwrap();
        assert_eq!((first.items.len(), first.total, first.items[0].id), (50, 52, last.id));
        assert_eq!(first.items[0].releases[0].version, 1);
        assert!(first.items[1].releases.is_empty());
        let second = submission::mine(&k.app, &ann, first.next.as_deref()).await.unwrap();
        assert_eq!((second.items.len(), second.next, second.items[1].file_name.as_str()), (2, None, "0.txt"));
        assert_eq!(submission::mine(&k.app, &ann, Some("x")).await.unwrap_err().code, "bad_cursor");
    }

    async fn search_finds_what_has_a_name(store: Store) {
        let k = Kitchen::new(store);
        let ann = k.person("Ann Rivers", &[]).await;
        let place = k.datanet(&ann, ReviewPolicy::Owner).await;
        let hits = search::search(&k.app, &Actor::anyone(), "RIVER").await.unwrap();
        let found: Vec<_> = hits.iter().map(|hit| (hit.kind.as_str(), hit.title.as_str())).collect();
        assert_eq!(found, [("datanet", place.name.as_str()), ("contributor", "Ann Rivers")]);
        assert_eq!(hits[0].link, format!("/datanets/{}", place.id));
        assert!(search::search(&k.app, &ann, "  ").await.unwrap().is_empty());
        assert!(search::search(&k.app, &ann, "100%").await.unwrap().is_empty());
        assert_eq!(search::search(&k.app, &ann, "\u{0}rivers").await.unwrap().len(), 2);
    }
}

fn finished() -> Finished {
    let hash = Hash::of(b"");
    Finished {
        root: hash,
        rows: 1,
        contributors: 1,
        bytes: 1,
        licences: "[]".into(),
        licence_class: "permissive".into(),
        card: String::new(),
        manifest: hash,
        jsonl: hash,
        parquet: hash,
        files: "[]".into(),
        plan: "{}".into(),
    }
}
