//! First come, first credited.

use crate::kitchen::*;
use karat_services::view::submission::Submission;
use karat_services::{jobs, submission};
use karat_store::query::job::Claim;
use karat_store::{Store, query};
use karat_testkit::db_test;
use karat_types::id::SubmissionId;
use karat_types::{Class, Clock, Evidence, ReviewPolicy};

fn refusal(submission: &Submission) -> &str {
    assert_eq!(submission.state.as_str(), "refused", "{:?}", submission.findings);
    &submission.findings[0].code
}

db_test! {
    async fn copies_are_refused_by_bytes_and_by_text_and_cost_nothing(store: Store) {
        let k = Kitchen::new(store);
        let (ann, bob) = (k.person("Ann", &[]).await, k.person("Bob", &[]).await);
        let id = k.datanet(&ann, ReviewPolicy::Automatic).await.id;
        let first = k.send(&ann, id, "a.txt", &good(1)).await;
        assert_eq!(refusal(&k.send(&ann, id, "again.txt", &good(1)).await), "already_yours");
        let copy = k.send(&bob, id, "b.txt", &good(1)).await;
        assert_eq!(refusal(&copy), "duplicate_exact");
        assert_eq!(copy.findings[0].evidence, Some(Evidence::Submission { id: first.id.to_string() }));
        let shout = good(1).to_uppercase().replace(' ', " \n");
        let retyped = k.send(&bob, id, "c.txt", &shout).await;
        assert_eq!(refusal(&retyped), "duplicate_normalised");
        assert_eq!(refusal(&k.send(&ann, id, "d.txt", &shout).await), "already_yours");
        assert_eq!(submission::quota(&k.app, &bob).await.unwrap().files_used, 0);
        assert_eq!(submission::quota(&k.app, &ann).await.unwrap().files_used, 1);
        let elsewhere = k.datanet(&ann, ReviewPolicy::Automatic).await.id;
        assert_eq!(k.send(&bob, elsewhere, "b.txt", &good(1)).await.state.as_str(), "accepted");
    }

    async fn a_first_copy_that_is_not_public_is_not_named(store: Store) {
        let k = Kitchen::new(store);
        let (ann, bob) = (k.person("Ann", &[]).await, k.person("Bob", &[]).await);
        let id = k.datanet(&ann, ReviewPolicy::Owner).await.id;
        for (n, text) in [good(1), suspicious(2)].iter().enumerate() {
            let first = k.send(&ann, id, "a.txt", text).await;
            let copy = k.send(&bob, id, "b.txt", text).await;
            assert_eq!(refusal(&copy), "duplicate_exact");
            let told = serde_json::to_string(&copy.findings).unwrap();
            assert!(!told.contains(&first.id.to_string()), "{n}: {told}");
        }
    }

    async fn what_was_refused_or_rejected_counts_as_the_table_says(store: Store) {
        let k = Kitchen::new(store);
        let (ann, bob) = (k.person("Ann", &[]).await, k.person("Bob", &[]).await);
        let id = k.datanet(&ann, ReviewPolicy::Automatic).await.id;
        // A refused file claims nothing: mended, it may come again, also from another.
        let mut unlicensed = file("a.txt", &good(1));
        unlicensed.declaration.licence = String::new();
        submission::upload(&k.app, &ann, id, unlicensed).await.unwrap();
        k.work().await;
        assert_eq!(k.send(&bob, id, "b.txt", &good(1)).await.state.as_str(), "accepted");
        // A rejected one does.
        assert_eq!(k.send(&ann, id, "c.txt", &poor(1)).await.state.as_str(), "rejected");
        assert_eq!(refusal(&k.send(&bob, id, "d.txt", &poor(1)).await), "duplicate_exact");
    }

    async fn what_was_withdrawn_is_free_for_others_but_earns_nobody_twice(store: Store) {
        let k = Kitchen::new(store);
        let (ann, bob) = (k.person("Ann", &[]).await, k.person("Bob", &[]).await);
        let id = k.datanet(&ann, ReviewPolicy::Automatic).await.id;
        let first = k.send(&ann, id, "a.txt", &good(1)).await;
        submission::withdraw(&k.app, &ann, first.id).await.unwrap();
        assert_eq!(refusal(&k.send(&ann, id, "a.txt", &good(1)).await), "already_yours");
        let second = k.send(&bob, id, "b.txt", &good(1)).await;
        assert_eq!(second.state.as_str(), "accepted");
        submission::withdraw(&k.app, &bob, second.id).await.unwrap();
        // Ann's first copy no longer holds the claim, and still she had her turn.
        assert_eq!(refusal(&k.send(&ann, id, "c.txt", &good(1).to_lowercase()).await), "already_yours");
    }
}

/// The text with `words` of its words replaced.
pub(crate) fn edited(text: &str, words: usize) -> String {
    let every = text.split(' ').count() / words.max(1);
    let word =
        |(n, word): (usize, &str)| if n % every == every / 2 { format!("new{n}") } else { word.to_owned() };
    text.split(' ').enumerate().map(word).collect::<Vec<_>>().join(" ")
}

/// Who is credited for the cluster of a submission.
async fn credited(k: &Kitchen, id: SubmissionId) -> Option<uuid::Uuid> {
    let db = k.app.store.db();
    let cluster = query::submission::get(db, id.0).await.unwrap()?.cluster_id?;
    query::near::credited_of(db, &[cluster]).await.unwrap().get(&cluster).copied()
}

/// What refuses or holds the submission; what merely costs points is another matter.
fn codes(submission: &Submission) -> Vec<&str> {
    let grave = submission.findings.iter().filter(|f| f.class <= Class::Hold);
    grave.map(|f| f.code.as_str()).collect()
}

db_test! {
    async fn near_copies_are_refused_or_held_and_the_nearest_is_told(store: Store) {
        let k = Kitchen::new(store);
        let (ann, bob) = (k.person("Ann", &[]).await, k.person("Bob", &[]).await);
        let id = k.datanet(&ann, ReviewPolicy::Automatic).await.id;
        let first = k.send(&ann, id, "a.txt", &good(1)).await;
        assert_eq!(first.cluster, Some(first.id));
        let copy = k.send(&bob, id, "b.txt", &edited(&good(1), 1)).await;
        assert_eq!(refusal(&copy), "near_duplicate");
        assert_eq!(copy.findings[0].evidence, Some(Evidence::Submission { id: first.id.to_string() }));
        let nearest = copy.nearest.unwrap();
        assert!(nearest.id == Some(first.id.to_string()) && nearest.likeness >= 900 && !nearest.own);
        let own = k.send(&ann, id, "c.txt", &edited(&good(1), 1)).await;
        assert_eq!(refusal(&own), "similar_to_yours");
        let similar = k.send(&bob, id, "d.txt", &edited(&good(1), 4)).await;
        assert_eq!((similar.state.as_str(), codes(&similar)), ("held", vec!["similar_text"]));
        let book = format!("{} {} {}", good(2), good(3), good(4));
        assert_eq!(k.send(&ann, id, "book.txt", &book).await.state.as_str(), "accepted");
        let chapter = k.send(&bob, id, "chapter.txt", &edited(&good(3), 1)).await;
        assert_eq!((chapter.state.as_str(), codes(&chapter)), ("held", vec!["contained_text"]));
        let pre = submission::pre_check(&k.app, &bob, id, file("p.txt", &edited(&good(1), 1))).await.unwrap();
        assert_eq!(pre.verdict.nearest.as_ref().unwrap().id, Some(first.id.to_string()));
        let beside = pre.nearest.unwrap();
        assert_eq!((beside.submission, beside.reading.map(|read| read.text)), (Some(first.id), Some(good(1))));
        assert_eq!(beside.likeness, pre.verdict.nearest.map(|nearest| nearest.likeness));
        let other = submission::pre_check(&k.app, &bob, id, file("p.txt", &good(9))).await.unwrap();
        assert!(other.nearest.is_none_or(|near| near.likeness < Some(500)), "what is counted is shown");
        let files = submission::quota(&k.app, &bob).await.unwrap().files_used;
        assert_eq!(files, 2, "refused copies cost nothing");
    }

    async fn one_s_own_copy_that_was_taken_back_is_named_and_not_shown(store: Store) {
        let k = Kitchen::new(store);
        let ann = k.person("Ann", &[]).await;
        let id = k.datanet(&ann, ReviewPolicy::Automatic).await.id;
        let first = k.send(&ann, id, "a.txt", &good(1)).await;
        submission::withdraw(&k.app, &ann, first.id).await.unwrap();
        k.work().await;
        let pre = submission::pre_check(&k.app, &ann, id, file("a.txt", &good(1))).await.unwrap();
        assert_eq!(pre.verdict.findings[0].code, "already_yours");
        let beside = pre.nearest.unwrap();
        assert_eq!((beside.submission, beside.likeness, beside.reading), (None, Some(1000), None));
    }

    async fn a_cluster_is_credited_to_its_earliest_commitment(store: Store) {
        let k = Kitchen::new(store);
        let (ann, bob) = (k.person("Ann", &[]).await, k.person("Bob", &[]).await);
        let id = k.datanet(&ann, ReviewPolicy::Owner).await.id;
        let first = k.send(&bob, id, "a.txt", &good(1)).await;
        let later = k.send(&ann, id, "b.txt", &edited(&good(1), 4)).await;
        assert_eq!(later.state.as_str(), "held");
        assert_eq!(later.findings[0].evidence, None, "the first is not public");
        assert_eq!(later.nearest.unwrap().id, None);
        assert_eq!(credited(&k, first.id).await, bob.contributor.map(|who| who.0));
        assert_eq!(credited(&k, later.id).await, bob.contributor.map(|who| who.0));
        // Once the first is taken back, the next earliest is the first.
        k.reject(&ann, first.id).await;
        submission::withdraw(&k.app, &bob, first.id).await.unwrap();
        assert_eq!(credited(&k, later.id).await, ann.contributor.map(|who| who.0));
        // What was taken back is in nobody's way, but what others have since sent is.
        let free = k.send(&k.person("Cid", &[]).await, id, "c.txt", &edited(&good(1), 30)).await;
        assert_eq!(free.state.as_str(), "in_review", "{:?}", free.findings);
        let again = k.send(&bob, id, "d.txt", &edited(&good(1), 1)).await;
        assert_eq!((again.state.as_str(), codes(&again)), ("held", vec!["similar_text"]));
        assert!(again.findings.iter().any(|f| f.code == "earlier_version"), "{:?}", again.findings);
    }

    async fn the_slower_of_two_keeps_the_credit_when_it_was_first(store: Store) {
        let k = Kitchen::new(store);
        let (ann, bob) = (k.person("Ann", &[]).await, k.person("Bob", &[]).await);
        let id = k.datanet(&ann, ReviewPolicy::Owner).await.id;
        let early = k.offer(&ann, id, "a.txt", &good(1)).await.unwrap();
        // The early one waits while a later copy goes through the gate.
        let queues = [jobs::CHECK_QUEUE.to_owned()];
        let lease = std::time::Duration::from_secs(15);
        let claim = Claim { queues: &queues, limit: 10, owner: "gone", due: k.clock.now(), now: START, lease };
        assert_eq!(query::job::claim(&k.app.store, &claim).await.unwrap().len(), 1);
        let late = k.send(&bob, id, "b.txt", &edited(&good(1), 1)).await;
        assert_eq!(late.state.as_str(), "in_review");
        let tx = k.app.store.begin().await.unwrap();
        query::job::reap(&tx, START.plus_seconds(16)).await.unwrap();
        tx.commit().await.unwrap();
        k.work().await;
        assert_eq!(refusal(&k.see(early.id).await), "near_duplicate");
        assert_eq!(credited(&k, late.id).await, ann.contributor.map(|who| who.0));
    }
}
