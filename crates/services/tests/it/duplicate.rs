//! First come, first credited.

use crate::kitchen::*;
use karat_services::submission;
use karat_services::view::submission::Submission;
use karat_store::Store;
use karat_testkit::db_test;
use karat_types::{Evidence, ReviewPolicy};

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
