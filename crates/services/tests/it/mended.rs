//! Nobody's own correction is blocked, and no true author by a thief.

use crate::duplicate::edited;
use crate::kitchen::*;
use karat_services::view::submission::Submission;
use karat_services::{Actor, review, submission};
use karat_store::{Store, query};
use karat_testkit::db_test;
use karat_types::id::SubmissionId;
use karat_types::{Class, Evidence, Outcome, RejectReason, ReviewPolicy};

const IBAN: &str = "DE89 3704 0044 0532 0130 00";

fn with_account(text: &str) -> String {
    format!("{text} Please pay to {IBAN} in May.")
}

fn masked(text: &str) -> String {
    format!("{text} Please pay to [bank account] in May.")
}

/// State, and all that refuses or holds.
fn said(submission: &Submission) -> (&str, Vec<&str>) {
    let grave = submission.findings.iter().filter(|f| f.class <= Class::Hold);
    (submission.state.as_str(), grave.map(|f| f.code.as_str()).collect())
}

/// What is said of an earlier version of one's own.
fn version(submission: &Submission) -> Option<&karat_types::Finding> {
    submission.findings.iter().find(|f| f.code == "earlier_version")
}

async fn reject(k: &Kitchen, who: &Actor, id: SubmissionId, reasons: &[RejectReason]) {
    review::decide(&k.app, who, id, decision(Outcome::Rejected, reasons)).await.unwrap();
}

async fn credited(k: &Kitchen, id: SubmissionId) -> Option<uuid::Uuid> {
    let db = k.app.store.db();
    let cluster = query::submission::get(db, id.0).await.unwrap()?.cluster_id?;
    query::near::credited_of(db, &[cluster]).await.unwrap().get(&cluster).copied()
}

db_test! {
    async fn a_held_file_is_withdrawn_and_its_mended_version_goes_on(store: Store) {
        let k = Kitchen::new(store);
        let (owner, ann) = (k.person("Owner", &[]).await, k.person("Ann", &[]).await);
        let id = k.datanet(&owner, ReviewPolicy::Owner).await.id;
        let first = k.send(&ann, id, "a.txt", &with_account(&good(1))).await;
        assert_eq!(said(&first), ("held", vec!["bank_account"]));
        let early = k.send(&ann, id, "b.txt", &masked(&good(1))).await;
        assert_eq!(said(&early), ("refused", vec!["similar_to_yours"]));
        assert!(early.findings[0].fix.contains("withdraw that one"), "{}", early.findings[0].fix);
        assert!(!early.findings[0].message.contains(&first.id.to_string()));
        assert_eq!(early.findings[0].evidence, Some(Evidence::Submission { id: first.id.to_string() }));
        let gone = submission::withdraw(&k.app, &ann, first.id).await.unwrap();
        assert_eq!(gone.state.as_str(), "withdrawn");
        assert!(review::next(&k.app, &owner, id, &[]).await.unwrap().is_none(), "nobody is asked any more");
        let problem = review::decide(&k.app, &owner, first.id, decision(Outcome::Accepted, &[])).await.unwrap_err();
        assert!(problem.detail.contains("withdrawn"), "{problem:?}");
        let mended = k.send(&ann, id, "c.txt", &masked(&good(1))).await;
        assert_eq!(said(&mended), ("in_review", vec![]), "{:?}", mended.findings);
        let tag = version(&mended).unwrap();
        assert_eq!(tag.class, Class::Tag);
        assert!(tag.message.contains("(withdrawn)"), "{}", tag.message);
        let shown = review::next(&k.app, &owner, id, &[]).await.unwrap().unwrap().submission;
        let shown = serde_json::to_string(&shown).unwrap();
        assert!(shown.contains("earlier_version") && !shown.contains("your own"), "{shown}");
        // The very same, taken back before anybody decided, may come again as well.
        let two = k.send(&ann, id, "d.txt", &good(2)).await;
        assert_eq!(said(&k.send(&ann, id, "e.txt", &good(2)).await), ("refused", vec!["already_yours"]));
        submission::withdraw(&k.app, &ann, two.id).await.unwrap();
        assert_eq!(said(&k.send(&ann, id, "e.txt", &good(2)).await), ("in_review", vec![]));
        assert_eq!(submission::quota(&k.app, &ann).await.unwrap().files_used, 4, "each try costs its place");
    }

    async fn a_rejected_file_does_not_stand_in_the_way_of_its_correction(store: Store) {
        let k = Kitchen::new(store);
        let (owner, ann) = (k.person("Owner", &[]).await, k.person("Ann", &[]).await);
        let id = k.datanet(&owner, ReviewPolicy::Owner).await.id;
        for (n, words, withdrawn) in [(1, 1, false), (2, 4, false), (3, 1, true), (4, 4, true)] {
            let first = k.send(&ann, id, "a.txt", &good(n)).await;
            reject(&k, &owner, first.id, &[RejectReason::Private]).await;
            if withdrawn {
                submission::withdraw(&k.app, &ann, first.id).await.unwrap();
            }
            assert_eq!(said(&k.send(&ann, id, "b.txt", &good(n)).await), ("refused", vec!["already_yours"]));
            let mended = k.send(&ann, id, "c.txt", &edited(&good(n), words)).await;
            assert_eq!(said(&mended), ("in_review", vec![]), "{:?}", mended.findings);
            let tag = version(&mended).unwrap();
            assert!(tag.message.contains("(rejected on 2"), "{}", tag.message);
            let part = mended.parts.iter().find(|part| part.part == "originality").unwrap();
            // Other notes of this kitchen share some words; the version itself would leave less.
            assert!(part.value >= Some(700), "an earlier version costs no points: {}", part.from);
        }
        let wrong = k.send(&ann, id, "d.txt", &good(5)).await;
        reject(&k, &owner, wrong.id, &[RejectReason::WrongLicence]).await;
        let again = k.send(&ann, id, "d.txt", &good(5)).await;
        assert_eq!(said(&again), ("in_review", vec![]), "another declaration mends it");
        assert!(version(&again).is_some());
    }

    async fn what_was_accepted_and_withdrawn_counts_once(store: Store) {
        let k = Kitchen::new(store);
        let (owner, ann) = (k.person("Owner", &[]).await, k.person("Ann", &[]).await);
        let id = k.datanet(&owner, ReviewPolicy::Automatic).await.id;
        let first = k.send(&ann, id, "a.txt", &good(1)).await;
        assert_eq!(said(&first), ("accepted", vec![]));
        submission::withdraw(&k.app, &ann, first.id).await.unwrap();
        assert_eq!(said(&k.send(&ann, id, "b.txt", &good(1)).await), ("refused", vec!["already_yours"]));
        let version = k.send(&ann, id, "c.txt", &edited(&good(1), 1)).await;
        assert_eq!(said(&version), ("held", vec!["resembles_yours"]), "a person looks");
    }

    async fn a_decision_that_could_be_undone_does_not_hit_what_was_withdrawn(store: Store) {
        let k = Kitchen::with(store, karat_services::Settings { undo_seconds: 10, ..Default::default() });
        let (owner, ann) = (k.person("Owner", &[]).await, k.person("Ann", &[]).await);
        let id = k.datanet(&owner, ReviewPolicy::Owner).await.id;
        let sent = k.send(&ann, id, "a.txt", &good(1)).await;
        k.accept(&owner, sent.id).await;
        submission::withdraw(&k.app, &ann, sent.id).await.unwrap();
        k.clock.set(karat_types::Clock::now(&*k.clock).plus_seconds(60));
        k.work().await;
        assert_eq!(k.see(sent.id).await.state.as_str(), "withdrawn");
        let counts = k.counts(id).await;
        assert_eq!((counts.submissions, counts.withdrawn), (1, 1));
    }

    async fn a_thief_does_not_block_the_true_author(store: Store) {
        let k = Kitchen::new(store);
        let (owner, eve, bob) = (k.person("Owner", &[]).await, k.person("Eve", &[]).await, k.person("Bob", &[]).await);
        let id = k.datanet(&owner, ReviewPolicy::Owner).await.id;
        for (n, reason) in [(1, RejectReason::WrongLicence), (2, RejectReason::NotOriginal), (3, RejectReason::Private)] {
            let stolen = k.send(&eve, id, "e.txt", &good(n)).await;
            assert_eq!(said(&k.send(&bob, id, "b.txt", &good(n)).await), ("refused", vec!["duplicate_exact"]));
            reject(&k, &owner, stolen.id, &[reason]).await;
            let pre = submission::pre_check(&k.app, &bob, id, file("p.txt", &edited(&good(n), 1))).await.unwrap();
            assert_eq!(pre.verdict.outcome.as_str(), "held", "nearly the same is held too");
            let text = if n == 2 { good(n).to_uppercase() } else { good(n) };
            let own = k.send(&bob, id, "b.txt", &text).await;
            assert_eq!(said(&own), ("held", vec!["similar_text"]), "{reason}");
            let whole = serde_json::to_string(&own).unwrap();
            assert!(!whole.contains(&stolen.id.to_string()), "{whole}");
            k.accept(&owner, own.id).await;
            assert_eq!(credited(&k, own.id).await, bob.contributor.map(|who| who.0), "{reason}");
            let thief = k.send(&eve, id, "e.txt", &format!("{}\n\n", good(n))).await;
            assert_eq!(thief.state.as_str(), "refused", "{:?}", thief.findings);
        }
        // Rejected for what it is and not for whose it is: first come, first credited.
        let poor = k.send(&eve, id, "f.txt", &good(4)).await;
        reject(&k, &owner, poor.id, &[RejectReason::LowQuality]).await;
        assert_eq!(said(&k.send(&bob, id, "g.txt", &good(4)).await), ("refused", vec!["duplicate_exact"]));
        let taken_back = k.send(&eve, id, "h.txt", &good(6)).await;
        submission::withdraw(&k.app, &eve, taken_back.id).await.unwrap();
        assert_eq!(said(&k.send(&bob, id, "i.txt", &good(6)).await), ("in_review", vec![]));
    }
}
