//! What the gate refuses costs nothing; what it holds or passes goes its way.

use crate::kitchen::*;
use karat_services::submission::{self, Upload};
use karat_services::view::submission::{Declaration, Submission};
use karat_services::{Actor, datanet, jobs};
use karat_store::Store;
use karat_testkit::db_test;
use karat_types::{Class, Clock, Evidence, ReviewPolicy};

fn code(submission: &Submission) -> (&str, &str) {
    let finding = submission.findings.iter().find(|f| f.class == Class::Refuse);
    (submission.state.as_str(), finding.map_or("", |f| f.code.as_str()))
}

db_test! {
    async fn refusals_name_their_reason_and_give_the_place_back(store: Store) {
        let k = Kitchen::new(store);
        let ann = k.person("Ann", &[]).await;
        let mut only_mit = form("Strict", ReviewPolicy::Automatic);
        only_mit.licences = vec!["MIT".into()];
        let id = datanet::create(&k.app, &ann, only_mit).await.unwrap().id;
        let send = |name: &'static str, licence: &'static str, bytes: Vec<u8>| {
            let (k, ann) = (&k, &ann);
            async move {
                let declaration = Declaration { licence: licence.into(), ..declared() };
                let upload = Upload { file_name: name.into(), bytes: bytes.into(), declaration };
                let sent = submission::upload(&k.app, ann, id, upload).await.unwrap();
                assert_eq!(sent.state.as_str(), "checking");
                k.work().await;
                k.see(sent.id).await
            }
        };
        let text = || good(1).into_bytes();
        assert_eq!(code(&send("a.txt", "", text()).await), ("refused", "licence_missing"));
        assert_eq!(code(&send("a.txt", "my own", text()).await), ("refused", "licence_unknown"));
        assert_eq!(code(&send("a.txt", "MIT\u{0}", text()).await), ("refused", "licence_unknown"));
        assert_eq!(code(&send("a.txt", "GPL-3.0-only", text()).await), ("refused", "licence_not_allowed"));
        assert_eq!(code(&send("a.exe", "MIT", text()).await), ("refused", "wrong_extension"));
        assert_eq!(code(&send("a.txt", "MIT", b"%PDF-1.7 hello".to_vec()).await), ("refused", "wrong_extension"));
        assert_eq!(code(&send("a.txt", "MIT", b"Too short.".to_vec()).await), ("refused", "text_too_short"));
        let broken = [good(2).as_bytes(), b" Gr\xfc\xdfe"].concat();
        let broken = send("a.txt", "MIT", broken).await;
        assert_eq!(code(&broken), ("refused", "not_utf8"));
        assert!(broken.findings[0].evidence.is_some(), "the place is named");
        let quota = submission::quota(&k.app, &ann).await.unwrap();
        assert_eq!((quota.files_used, quota.bytes_used, quota.attempts_used), (0, 0, 8));
        let taken = send("a.txt", "MIT/Apache-2.0", text()).await;
        assert_eq!((code(&taken), taken.licence.as_str()), (("accepted", ""), "MIT OR Apache-2.0"));
        let counts = k.counts(id).await;
        assert_eq!((counts.submissions, counts.refused, counts.accepted), (9, 8, 1));
        assert_eq!(submission::quota(&k.app, &ann).await.unwrap().files_used, 1);
    }

    async fn the_automatic_policy_decides_by_the_score_and_says_why(store: Store) {
        let k = Kitchen::new(store);
        let ann = k.person("Ann", &[]).await;
        let id = k.datanet(&ann, ReviewPolicy::Automatic).await.id;
        let liked = k.send(&ann, id, "good.txt", &good(1)).await;
        assert_eq!((liked.state.as_str(), liked.reasons.len()), ("accepted", 0));
        let disliked = k.send(&ann, id, "poor.txt", &poor(1)).await;
        assert_eq!(disliked.state.as_str(), "rejected", "{:?} {:?}", disliked.score, disliked.findings);
        assert!(disliked.score.unwrap() < 60);
        assert_eq!(disliked.reasons[0].as_str(), "score_below_threshold");
        let note = disliked.note.clone().unwrap();
        assert!(note.contains("accepts from 60") && note.contains(':'), "{note}");
        // A rejection spends its place, as an acceptance does.
        assert_eq!(submission::quota(&k.app, &ann).await.unwrap().files_used, 2);
    }

    async fn what_is_held_waits_for_the_owner_under_every_policy(store: Store) {
        let k = Kitchen::new(store);
        let ann = k.person("Ann", &[]).await;
        for policy in [ReviewPolicy::Automatic, ReviewPolicy::Owner] {
            let id = k.datanet(&ann, policy).await.id;
            let held = k.send(&ann, id, "odd.txt", &suspicious(1)).await;
            assert_eq!(held.state.as_str(), "held", "{:?}", held.findings);
            assert!(held.findings.iter().any(|f| f.code == "instruction_like" && f.evidence.is_some()));
            assert_eq!(k.counts(id).await.held, 1);
        }
        assert_eq!(submission::quota(&k.app, &ann).await.unwrap().files_used, 2);
    }

    async fn a_pre_check_says_the_same_and_spends_an_attempt_only(store: Store) {
        let k = Kitchen::new(store);
        let (ann, bob) = (k.person("Ann", &[]).await, k.person("Bob", &[]).await);
        let id = k.datanet(&ann, ReviewPolicy::Automatic).await.id;
        let first = k.send(&ann, id, "a.txt", &good(1)).await;
        let pre = submission::pre_check(&k.app, &bob, id, file("b.txt", &good(1))).await.unwrap();
        let finding = &pre.verdict.findings[0];
        assert_eq!(finding.code, "duplicate_exact");
        assert_eq!(finding.evidence, Some(Evidence::Submission { id: first.id.to_string() }));
        assert_eq!(pre.reading.map(|read| read.text), Some(good(1)));
        let nearest = pre.nearest.unwrap();
        assert_eq!((nearest.submission, nearest.likeness), (Some(first.id), Some(1000)));
        assert_eq!(nearest.reading.map(|read| read.text), Some(good(1)), "it is accepted, so it may be shown");
        let unsure = Upload { declaration: Declaration { consent: false, ..declared() }, ..file("b.txt", &good(2)) };
        let pre = submission::pre_check(&k.app, &bob, id, unsure).await.unwrap();
        assert_eq!(pre.verdict.outcome.as_str(), "passed");
        let quota = submission::quota(&k.app, &bob).await.unwrap();
        assert_eq!((quota.files_used, quota.bytes_used, quota.attempts_used), (0, 0, 2));
        assert_eq!(k.counts(id).await.submissions, 1);
        assert_eq!(submission::pre_check(&k.app, &Actor::anyone(), id, file("a.txt", PROSE)).await.unwrap_err().status, 401);
        let sent = k.send(&bob, id, "b.txt", &good(2)).await;
        assert_eq!((Some(sent.score.unwrap()), sent.state.as_str()), (pre.verdict.score, "accepted"));
    }

    async fn a_file_that_cannot_be_read_for_a_while_is_judged_later(store: Store) {
        let k = Kitchen::new(store);
        let ann = k.person("Ann", &[]).await;
        let id = k.datanet(&ann, ReviewPolicy::Automatic).await.id;
        let sent = k.offer(&ann, id, "a.txt", &good(1)).await.unwrap();
        std::fs::remove_dir_all(k.app.store.data_dir().join("blobs")).unwrap();
        for _ in 0..5 {
            let problem = jobs::drain(&k.app, &[jobs::CHECK_QUEUE]).await.unwrap_err();
            assert_eq!((problem.status, problem.code.as_str()), (500, "blob_missing"));
            k.clock.set(k.clock.now().plus_seconds(600));
        }
        assert_eq!(jobs::drain(&k.app, &[jobs::CHECK_QUEUE]).await.unwrap(), 0, "given up, for an hour");
        assert_eq!(k.see(sent.id).await.state.as_str(), "checking", "which is no verdict");
        k.app.store.blobs().put(good(1)).await.unwrap();
        k.clock.set(k.clock.now().plus_seconds(3_600));
        k.work().await;
        assert_eq!(k.see(sent.id).await.state.as_str(), "accepted");
    }
}
