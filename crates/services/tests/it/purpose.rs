//! How near a text is to what its datanet is for (T20), on the server.

use crate::aside::operator;
use crate::kitchen::*;
use karat_services::view::submission::Submission;
use karat_services::{Settings, datanet, submission};
use karat_store::{Store, query};
use karat_testkit::db_test;
use karat_types::finding::ScorePart;
use karat_types::limits::EntryLimits;
use karat_types::{GateOutcome, ReviewPolicy};

const CHESS: &str = "Every player learns early that a knight on the rim is dim, and that castling late costs \
    games. My uncle kept a notebook with openings he had tried against strangers in cafés, each annotated in \
    tiny letters: here the bishop was pinned, there the rook arrived two moves too slowly. When he died we \
    found fourteen such notebooks, and in the last one an endgame against himself, unfinished, with white to \
    play and, according to three different engines, no way to win.";

fn fit(parts: &[ScorePart]) -> &ScorePart {
    parts.iter().find(|part| part.part == "fit").unwrap()
}

fn why(sent: &Submission) -> Option<&str> {
    sent.not_run.iter().find(|entry| entry.check == "T20").map(|entry| entry.why.as_str())
}

db_test! {
    async fn a_young_datanet_goes_by_its_charter_and_refuses_nobody_for_it(store: Store) {
        let k = Kitchen::new(store);
        let (ann, bob, op) = (k.person("Ann", &[]).await, k.person("Bob", &[]).await, operator(&k).await);
        let mut rivers = form("Rivers", ReviewPolicy::Automatic);
        rivers.purpose = "How people live by the river: water, boats, the spring flood, stones and summer.".into();
        let id = datanet::create(&k.app, &ann, rivers).await.unwrap().id;
        let near = k.send(&ann, id, "river.txt", PROSE).await;
        assert_eq!((near.state.as_str(), why(&near), fit(&near.parts).value), ("accepted", None, Some(1000)));
        assert!(fit(&near.parts).from.ends_with("0 of 50 accepted texts to compare with"), "{:?}", near.parts);
        let pre = submission::pre_check(&k.app, &bob, id, file("chess.txt", CHESS)).await.unwrap();
        let far = k.send(&bob, id, "chess.txt", CHESS).await;
        assert_eq!((far.state.as_str(), fit(&far.parts).value), ("accepted", Some(600)), "{:?}", far.parts);
        assert_eq!((pre.verdict.score, &pre.verdict.parts), (far.score, &far.parts));
        assert!(far.score < near.score && far.score >= Some(60));

        let mut short = form("Short", ReviewPolicy::Automatic);
        (short.purpose, short.guidelines, short.topics) = ("Rivers.".into(), String::new(), Vec::new());
        let short = datanet::create(&k.app, &ann, short).await.unwrap().id;
        let unsaid = k.send(&ann, short, "river.txt", PROSE).await;
        assert!(why(&unsaid).unwrap().starts_with("the datanet's purpose has 1 words"), "{:?}", why(&unsaid));
        assert_eq!(fit(&unsaid.parts).value, None);
        let told = submission::replay(&k.app, &op, None, false).await.unwrap();
        assert_eq!((told.same, told.different), (3, 0), "{:?}", told.differences);
    }

    async fn fifty_accepted_texts_know_an_outsider_and_the_verdict_remembers_them(store: Store) {
        let limits = EntryLimits { files_per_day: 500, attempts_per_day: 500, ..EntryLimits::default() };
        let k = Kitchen::with(store, Settings { undo_seconds: 0, limits, ..Settings::default() });
        let (ann, bob, op) = (k.person("Ann", &[]).await, k.person("Bob", &[]).await, operator(&k).await);
        let id = k.datanet(&ann, ReviewPolicy::Automatic).await.id;
        for n in 10..60 {
            k.offer(&ann, id, &format!("{n}.txt"), &good(n)).await.unwrap();
        }
        k.work().await;
        assert_eq!(k.counts(id).await.accepted, 50);
        let inside = k.send(&bob, id, "inside.txt", &good(77)).await;
        assert_eq!((inside.state.as_str(), fit(&inside.parts).value), ("accepted", Some(1000)), "{:?}", inside.parts);
        let outside = k.send(&bob, id, "chess.txt", CHESS).await;
        let found = outside.findings.iter().find(|finding| finding.check == "T20");
        assert_eq!((outside.state.as_str(), found.unwrap().code.as_str()), ("held", "off_topic"));
        assert!(found.unwrap().measured.as_u64() < Some(150) && fit(&outside.parts).value < Some(600));
        // Others come, and the verdict stays.
        k.send(&ann, id, "more.txt", &good(78)).await;
        let told = submission::replay(&k.app, &op, Some(id), false).await.unwrap();
        assert_eq!((told.same, told.different), (53, 0), "{:?}", told.differences);

        // The newest are read, as far as is asked and the oldest of them first.
        let db = k.app.store.db();
        let whole = query::near::accepted_heads(db, id.0, 1_000, 1 << 20).await.unwrap();
        let heads = query::near::accepted_heads(db, id.0, 3, 20).await.unwrap();
        assert_eq!((whole.len(), heads.len()), (52, 3));
        let last: Vec<_> = whole[49..].iter().map(|prints| &prints[..20]).collect();
        assert_eq!(heads, last);
        let pre = submission::pre_check(&k.app, &op, id, file("c.txt", &format!("{CHESS} Nobody won."))).await;
        assert_eq!(pre.unwrap().verdict.outcome, GateOutcome::Refused, "a copy is a copy before it is off topic");
    }
}
