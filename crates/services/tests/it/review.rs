//! Review: blind, undoable for a moment, and never of one's own.

use crate::kitchen::*;
use karat_services::view::review::DecisionForm;
use karat_services::{Actor, Settings, notice, review, submission};
use karat_store::Store;
use karat_testkit::db_test;
use karat_types::{Outcome, RejectReason, ReviewPolicy, Role};

db_test! {
    async fn the_queue_shows_held_items_first_and_no_author(store: Store) {
        let k = Kitchen::new(store);
        let (owner, ann) = (k.person("Owner", &[]).await, k.person("Ann", &[]).await);
        let id = k.datanet(&owner, ReviewPolicy::Owner).await.id;
        let plain = k.send(&ann, id, "a.txt", &good(1)).await;
        assert_eq!(plain.state.as_str(), "in_review");
        let odd = k.send(&ann, id, "odd.txt", &suspicious(2)).await;
        let own = k.send(&owner, id, "mine.txt", &good(3)).await;
        let queues = review::queues(&k.app, &owner).await.unwrap();
        assert_eq!((queues.len(), queues[0].waiting, queues[0].guidelines.as_str()), (1, 2, "Own words only."));
        let first = review::next(&k.app, &owner, id, &[]).await.unwrap().unwrap();
        assert_eq!((first.submission.id, first.held), (odd.id, true));
        assert_eq!((first.submission.contributor, first.submission.contributor_name.as_deref()), (None, None));
        assert!(first.submission.findings[0].code == "instruction_like", "the evidence is on top");
        assert_eq!(first.reading.map(|read| read.text), Some(suspicious(2)));
        assert_eq!(first.submission.file_name, "submission.txt", "a name can tell whose it is");
        let second = review::next(&k.app, &owner, id, &[odd.id]).await.unwrap().unwrap();
        assert_eq!((second.submission.id, second.held), (plain.id, false));
        assert!(review::next(&k.app, &owner, id, &[odd.id, plain.id]).await.unwrap().is_none(), "never one's own");
        let refused = review::decide(&k.app, &owner, own.id, decision(Outcome::Accepted, &[])).await.unwrap_err();
        assert_eq!(refused.status, 403);
        assert!(refused.hint.contains("reviewer"), "{refused:?}");
    }

    async fn owners_and_reviewers_may_and_others_may_not(store: Store) {
        let k = Kitchen::new(store);
        let (owner, ann) = (k.person("Owner", &[]).await, k.person("Ann", &[]).await);
        let rev = k.person("Rev", &[Role::Reviewer]).await;
        let id = k.datanet(&owner, ReviewPolicy::Owner).await.id;
        let own = k.send(&owner, id, "mine.txt", &good(1)).await;
        let form = || decision(Outcome::Accepted, &[]);
        assert_eq!(review::decide(&k.app, &ann, own.id, form()).await.unwrap_err().status, 403);
        assert_eq!(review::decide(&k.app, &Actor::anyone(), own.id, form()).await.unwrap_err().status, 401);
        assert_eq!(review::next(&k.app, &ann, id, &[]).await.unwrap_err().status, 403);
        assert_eq!(review::queues(&k.app, &ann).await.unwrap(), []);
        let queues = review::queues(&k.app, &rev).await.unwrap();
        assert_eq!((queues.len(), queues[0].waiting), (1, 1), "a reviewer sees every queue that has something");
        k.accept(&rev, own.id).await;
        assert_eq!(k.see(own.id).await.state.as_str(), "accepted");
        let late = review::decide(&k.app, &rev, own.id, form()).await.unwrap_err();
        assert_eq!((late.status, late.code.as_str()), (409, "already_decided"));
        assert_eq!(review::queues(&k.app, &rev).await.unwrap(), [], "nothing waits, nothing is theirs");
        let owners = review::queues(&k.app, &owner).await.unwrap();
        assert_eq!((owners.len(), owners[0].decided_today), (1, 0));
    }

    async fn a_decision_can_be_undone_for_ten_seconds_and_then_stands(store: Store) {
        let k = Kitchen::with(store, Settings::default());
        let (owner, ann) = (k.person("Owner", &[]).await, k.person("Ann", &[]).await);
        let other = k.person("Other", &[Role::Reviewer]).await;
        let id = k.datanet(&owner, ReviewPolicy::Owner).await.id;
        let sent = k.send(&ann, id, "a.txt", &good(1)).await;
        let pending = review::decide(&k.app, &owner, sent.id, decision(Outcome::Rejected, &[RejectReason::OffTopic])).await.unwrap();
        let early = review::decide(&k.app, &other, sent.id, decision(Outcome::Accepted, &[])).await.unwrap_err();
        assert_eq!(early.code, "decision_pending");
        assert_eq!(review::undo(&k.app, &other, sent.id).await.unwrap_err().status, 403);
        assert!(review::next(&k.app, &owner, id, &[]).await.unwrap().is_none(), "out of the queue for now");
        k.work().await;
        assert_eq!(k.see(sent.id).await.state.as_str(), "in_review", "nothing is final yet");
        review::undo(&k.app, &owner, sent.id).await.unwrap();
        assert_eq!(review::next(&k.app, &owner, id, &[]).await.unwrap().unwrap().submission.id, sent.id);
        assert_eq!(review::undo(&k.app, &owner, sent.id).await.unwrap_err().code, "already_final");

        // Decided anew: the first decision's job must not make the second one final early.
        k.clock.set(pending.final_at.plus_seconds(-2));
        let again = review::decide(&k.app, &owner, sent.id, decision(Outcome::Accepted, &[])).await.unwrap();
        k.clock.set(pending.final_at.plus_seconds(1));
        k.work().await;
        assert_eq!(k.see(sent.id).await.state.as_str(), "in_review");
        k.clock.set(again.final_at);
        let late = review::undo(&k.app, &owner, sent.id).await.unwrap_err();
        assert_eq!((late.status, late.code.as_str()), (409, "already_final"));
        k.work().await;
        assert_eq!(k.see(sent.id).await.state.as_str(), "accepted");
        assert_eq!(review::undo(&k.app, &owner, sent.id).await.unwrap_err().code, "already_final");
        assert_eq!(notice::list(&k.app, &ann, None).await.unwrap().total, 1, "told once");
    }

    async fn whoever_cannot_judge_is_not_asked_again(store: Store) {
        let k = Kitchen::new(store);
        let (owner, ann) = (k.person("Owner", &[]).await, k.person("Ann", &[]).await);
        let rev = k.person("Rev", &[Role::Reviewer]).await;
        let id = k.datanet(&owner, ReviewPolicy::Owner).await.id;
        let sent = k.send(&ann, id, "a.txt", &good(1)).await;
        for _ in 0..2 {
            review::cannot_judge(&k.app, &owner, sent.id).await.unwrap();
        }
        assert!(review::next(&k.app, &owner, id, &[]).await.unwrap().is_none());
        assert_eq!(review::queues(&k.app, &owner).await.unwrap()[0].waiting, 0);
        assert_eq!(review::next(&k.app, &rev, id, &[]).await.unwrap().unwrap().submission.id, sent.id);
        assert_eq!(review::cannot_judge(&k.app, &ann, sent.id).await.unwrap_err().status, 403);
    }

    async fn each_decision_is_told_in_plain_words(store: Store) {
        let k = Kitchen::new(store);
        let (owner, ann) = (k.person("Owner", &[]).await, k.person("Ann", &[]).await);
        let place = k.datanet(&owner, ReviewPolicy::Owner).await;
        let mut sent = Vec::new();
        for n in 0..4 {
            sent.push(k.send(&ann, place.id, &format!("{n}.txt"), &good(n)).await.id);
        }
        for id in &sent[..3] {
            k.accept(&owner, *id).await;
        }
        let form = DecisionForm {
            outcome: Outcome::Rejected,
            reasons: vec![RejectReason::OffTopic, RejectReason::Incorrect],
            note: Some("Rivers flow down.".into()),
        };
        review::decide(&k.app, &owner, sent[3], form).await.unwrap();
        let page = notice::list(&k.app, &ann, None).await.unwrap();
        let texts: Vec<_> = page.items.iter().map(|n| n.text.as_str()).collect();
        let name = &place.name;
        assert_eq!(texts[0], format!("3.txt was not useful for “{name}”: off topic; not correct. Your standing is unchanged. The reviewer says: “Rivers flow down.”"));
        assert!(texts[1].ends_with("Your standing here is now 13.57 %."), "{}", texts[1]);
        assert_eq!(page.items[0].link, format!("/submissions/{}", sent[3]));
        assert_eq!(notice::unread(&k.app, &ann).await.unwrap(), 4);
        assert_eq!(notice::mark_read(&k.app, &ann).await.unwrap(), 4);
        assert_eq!(notice::unread(&k.app, &ann).await.unwrap(), 0);
        assert!(notice::list(&k.app, &ann, None).await.unwrap().items.iter().all(|n| n.read));
        assert_eq!(notice::list(&k.app, &owner, None).await.unwrap().total, 0);
        let mine = submission::mine(&k.app, &ann, None).await.unwrap();
        assert_eq!(mine.items[0].reasons, [RejectReason::OffTopic, RejectReason::Incorrect]);
        assert_eq!(review::queues(&k.app, &owner).await.unwrap()[0].decided_today, 4);
    }
}
