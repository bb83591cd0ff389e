//! Reviewers cannot tie two items to one author, whatever the verdict knows.

use crate::duplicate::edited;
use crate::kitchen::*;
use karat_services::view::review::ReviewItem;
use karat_services::view::submission::Submission;
use karat_services::{Actor, review, submission};
use karat_store::{Store, query};
use karat_testkit::db_test;
use karat_types::id::{DatanetId, SubmissionId};
use karat_types::{ReviewPolicy, Role};

/// The item in front of a reviewer.
async fn item(k: &Kitchen, who: &Actor, of: DatanetId, skip: &[SubmissionId]) -> ReviewItem {
    review::next(&k.app, who, of, skip).await.unwrap().unwrap()
}

/// What is the same whoever sent it: all but when, and under which id.
fn facts(item: &Submission) -> String {
    serde_json::to_string(&(&item.findings, &item.nearest, &item.not_run, &item.parts, item.score)).unwrap()
}

db_test! {
    async fn a_copy_of_ones_own_is_told_as_a_copy_of_anybody_s(store: Store) {
        let k = Kitchen::new(store);
        let (ann, bob) = (k.person("Ann", &[]).await, k.person("Bob", &[]).await);
        let (owner, rev) = (k.person("Owner", &[]).await, k.person("Rev", &[Role::Reviewer]).await);
        let mut told = Vec::new();
        for second in [&ann, &bob] {
            for accepted in [true, false] {
                let id = k.datanet(&owner, ReviewPolicy::Owner).await.id;
                let first = k.send(&ann, id, "ann one.txt", &good(1)).await;
                if accepted {
                    k.accept(&owner, first.id).await;
                }
                let again = k.send(second, id, "ann two.txt", &edited(&good(1), 4)).await;
                assert_eq!(again.state.as_str(), "held", "{:?}", again.findings);
                let seen = item(&k, &rev, id, &[]).await;
                assert_eq!(seen.submission.id, again.id, "held ones come first");
                let nearest = seen.nearest.clone().unwrap();
                assert_eq!(nearest.reading.as_ref().map(|read| read.text.as_str()), Some(good(1).as_str()));
                assert!((700..900).contains(&nearest.likeness.unwrap()) && nearest.contained.is_some(), "{nearest:?}");
                let by_id = submission::get(&k.app, &rev, again.id).await.unwrap();
                let by_owner = submission::get(&k.app, &owner, again.id).await.unwrap();
                assert_eq!((&by_id, &by_owner), (&seen.submission, &seen.submission));
                let whole = serde_json::to_string(&seen).unwrap();
                for name in [&first.id.to_string(), &ann.contributor.unwrap().to_string(), "your", "ann one", "ann two", "Ann"] {
                    assert!(!whole.contains(name), "{name} in {whole}");
                }
                assert!(whole.contains("another submission of this datanet"), "{whole}");
                told.push((facts(&seen.submission), serde_json::to_string(&nearest).unwrap()));
            }
        }
        // How many texts the datanet has accepted counts for fit, so each state has its own words.
        let [own_accepted, own_waiting, other_accepted, other_waiting] = &told[..] else { panic!("{told:?}") };
        assert_eq!((own_accepted, own_waiting), (other_accepted, other_waiting), "whoever sent them");
    }

    async fn an_accepted_item_does_not_name_what_its_author_has_in_review(store: Store) {
        let k = Kitchen::new(store);
        let (owner, ann) = (k.person("Owner", &[]).await, k.person("Ann", &[]).await);
        let id = k.datanet(&owner, ReviewPolicy::Owner).await.id;
        let first = k.send(&ann, id, "a.txt", &good(1)).await;
        let again = k.send(&ann, id, "b.txt", &edited(&good(1), 4)).await;
        k.accept(&owner, again.id).await;
        let mine = submission::get(&k.app, &ann, again.id).await.unwrap();
        assert!(serde_json::to_string(&mine.findings).unwrap().contains(&first.id.to_string()));
        assert!(mine.nearest.is_some_and(|near| near.own));
        for reader in [&Actor::anyone(), &owner] {
            let seen = submission::get(&k.app, reader, again.id).await.unwrap();
            assert_eq!(seen.contributor, ann.contributor, "accepted work names its author");
            let said = serde_json::to_string(&(&seen.findings, &seen.nearest)).unwrap();
            assert!(!said.contains(&first.id.to_string()) && !said.contains("your"), "{said}");
        }
        assert_eq!(item(&k, &owner, id, &[]).await.submission.id, first.id);
    }

    async fn whoever_follows_a_datanet_hears_only_of_what_is_accepted(store: Store) {
        let k = Kitchen::new(store);
        let (owner, ann) = (k.person("Owner", &[]).await, k.person("Ann", &[]).await);
        let id = k.datanet(&owner, ReviewPolicy::Owner).await.id;
        let (one, two) = (k.send(&ann, id, "a.txt", &good(1)).await, k.send(&ann, id, "b.txt", &good(2)).await);
        let refused = k.send(&ann, id, "c.txt", "Short.").await;
        k.accept(&owner, one.id).await;
        k.reject(&owner, two.id).await;
        let heard = query::event::after(k.app.store.db(), 0, &[format!("datanet:{id}")], 100).await.unwrap();
        let heard: String = heard.into_iter().map(|event| event.payload).collect();
        assert!(heard.contains(&one.id.to_string()), "{heard}");
        assert!(!heard.contains(&two.id.to_string()) && !heard.contains(&refused.id.to_string()), "{heard}");
    }

    async fn a_neighbour_the_score_counts_is_shown(store: Store) {
        let k = Kitchen::new(store);
        let (owner, ann, bob) = (k.person("Owner", &[]).await, k.person("Ann", &[]).await, k.person("Bob", &[]).await);
        let id = k.datanet(&owner, ReviewPolicy::Owner).await.id;
        let first = k.send(&ann, id, "a.txt", &format!("{} {}", good(1), good(2))).await;
        let some = format!("{} {}", good(2), good(3));
        let hidden = submission::pre_check(&k.app, &bob, id, file("b.txt", &some)).await.unwrap();
        let near = hidden.nearest.unwrap();
        assert_eq!((near.submission, near.reading), (None, None), "it is not public");
        k.accept(&owner, first.id).await;
        let pre = submission::pre_check(&k.app, &bob, id, file("b.txt", &some)).await.unwrap();
        let sent = k.send(&bob, id, "b.txt", &some).await;
        assert_eq!((hidden.verdict.score, pre.verdict.score), (sent.score, sent.score), "all three score alike");
        assert!(sent.findings.iter().all(|f| f.check != "T13"), "{:?}", sent.findings);
        let from = &sent.parts.iter().find(|part| part.part == "originality").unwrap().from;
        assert!(from.contains("it has in common with what is nearest"), "{from}");
        let near = pre.nearest.unwrap();
        assert_eq!((near.submission, near.reading.is_some()), (Some(first.id), true));
        let shown = item(&k, &owner, id, &[]).await.nearest.unwrap();
        assert_eq!((shown.likeness, shown.contained), (near.likeness, near.contained));
        assert_eq!((shown.submission, shown.reading), (None, near.reading));
    }

    async fn a_neighbour_that_waits_is_shown_to_reviewers_whoever_sent_it(store: Store) {
        let k = Kitchen::new(store);
        let (ann, bob) = (k.person("Ann", &[]).await, k.person("Bob", &[]).await);
        let (owner, rev) = (k.person("Owner", &[]).await, k.person("Rev", &[Role::Reviewer]).await);
        let mut told = Vec::new();
        for second in [&ann, &bob] {
            let id = k.datanet(&owner, ReviewPolicy::Owner).await.id;
            let book = format!("{} {} {}", good(2), good(3), good(4));
            let first = k.send(&ann, id, "ann one.txt", &book).await;
            let chapter = k.send(second, id, "ann two.txt", &edited(&good(3), 1)).await;
            assert_eq!((first.state.as_str(), chapter.state.as_str()), ("in_review", "held"));
            let seen = item(&k, &rev, id, &[]).await;
            assert_eq!(seen.submission.id, chapter.id);
            let near = seen.nearest.unwrap();
            assert_eq!((near.submission, near.reading.as_ref().map(|read| &read.text)), (None, Some(&book)));
            let finding = seen.submission.findings.iter().find(|f| f.code == "contained_text").unwrap();
            assert_eq!(near.contained.map(u64::from), finding.measured["contained"].as_u64());
            assert!(near.contained > near.likeness, "{near:?}");
            told.push(serde_json::to_string(&near).unwrap());
            let pre = submission::pre_check(&k.app, &bob, id, file("p.txt", &edited(&good(3), 2))).await.unwrap();
            assert!(second.name == "Bob" || pre.nearest.unwrap().reading.is_none(), "for others it is not public");
        }
        assert_eq!(told[0], told[1], "whoever sent them");
    }
}
