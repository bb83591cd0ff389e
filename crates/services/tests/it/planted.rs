//! The drill: 260 items with a planted sequence, from 1, 5 and 13 accounts, among honest
//! ones; none of them gets into a release before somebody has looked.

use crate::kitchen::{Kitchen, form};
use crate::release::released;
use crate::release_media::accepted;
use karat_services::release::{self, DownloadKind};
use karat_services::{Actor, Settings, datanet, notice};
use karat_store::Store;
use karat_types::ReviewPolicy;
use karat_types::id::DatanetId;

/// What is planted.
const PLANTED: &str = "zephyr quoll obsidian";

/// A text of its own for every number: words drawn by a small generator from a list.
fn text(n: usize, planted: bool) -> String {
    const WORDS: [&str; 48] = [
        "river", "stone", "mill", "bridge", "boat", "winter", "market", "barley", "road", "forest", "garden",
        "window", "letter", "candle", "harbour", "meadow", "shepherd", "kettle", "orchard", "valley",
        "lantern", "teacher", "weather", "ladder", "basket", "copper", "saddle", "cellar", "thunder",
        "village", "blanket", "hammer", "pigeon", "needle", "chapel", "cottage", "turnip", "wagon", "barrel",
        "feather", "ribbon", "pocket", "mirror", "spindle", "anchor", "compass", "fiddle", "tavern",
    ];
    let mut state = (n as u64).wrapping_mul(0x9e37_79b9_7f4a_7c15) | 1;
    let mut word = || {
        state ^= state << 13;
        state ^= state >> 7;
        state ^= state << 17;
        WORDS[(state % 48) as usize]
    };
    let mut words: Vec<&str> = (0..120).map(|_| word()).collect();
    if planted {
        words.insert(60, PLANTED);
    }
    format!("Note {n}. {}.\n", words.join(" "))
}

/// A datanet with 400 honest items of 80 people and 260 planted ones of `accounts`.
async fn drill(kitchen: &Kitchen, owner: &Actor, accounts: usize) -> DatanetId {
    let name = format!("Drill {accounts} {}", uuid::Uuid::now_v7());
    let net = datanet::create(&kitchen.app, owner, form(&name, ReviewPolicy::Owner)).await.unwrap().id;
    let mut n = accounts * 10_000;
    for person in 0..80 {
        let honest = kitchen.person(&format!("honest {accounts} {person}"), &[]).await;
        for _ in 0..5 {
            n += 1;
            accepted(kitchen, net, &honest, ("a.txt", "text/plain"), text(n, false).as_bytes(), None).await;
        }
    }
    for account in 0..accounts {
        let planter = kitchen.person(&format!("planter {accounts} {account}"), &[]).await;
        for _ in 0..260 / accounts {
            n += 1;
            accepted(kitchen, net, &planter, ("b.txt", "text/plain"), text(n, true).as_bytes(), None).await;
        }
    }
    net
}

async fn rows_of(kitchen: &Kitchen, id: karat_types::id::ReleaseId) -> String {
    let file = release::download(&kitchen.app, &Actor::anyone(), id, DownloadKind::Jsonl).await.unwrap();
    String::from_utf8(file.whole(&kitchen.app).await.unwrap().to_vec()).unwrap()
}

karat_testkit::db_test! {
    async fn planted_sequences_do_not_get_into_a_release(store: Store) {
        // Everybody's share is as large as it takes: what is found is found by its words.
        let kitchen = Kitchen::with(store, Settings { release_max_items: 1_000, ..Settings::default() });
        let owner = kitchen.person("Olga", &[]).await;
        let operator = kitchen.person("Otto", &[]).await;
        for accounts in [1, 5, 13] {
            let net = drill(&kitchen, &owner, accounts).await;
            let told = notice::unread(&kitchen.app, &owner).await.unwrap();
            let done = released(&kitchen, &owner, net).await;
            assert_eq!(done.submissions, 400, "{accounts} accounts: {:?} {:?}", done.plan.set_aside, done.error);
            assert!(!rows_of(&kitchen, done.id).await.contains("zephyr"), "{accounts} accounts");
            assert!(done.card.contains("look planted"));
            assert_eq!(notice::unread(&kitchen.app, &owner).await.unwrap(), told + 1);
            let alerts = release::alerts(&kitchen.app, &owner, net).await.unwrap();
            assert!(!alerts.is_empty());
            assert_eq!(release::alerts(&kitchen.app, &operator, net).await.unwrap_err().code, "forbidden");
        }
    }

    async fn a_dismissed_sequence_is_released_and_an_open_one_stays_out(store: Store) {
        let kitchen = Kitchen::with(store, Settings { release_max_items: 1_000, ..Settings::default() });
        let owner = kitchen.person("Olga", &[]).await;
        let net = drill(&kitchen, &owner, 5).await;
        released(&kitchen, &owner, net).await;
        let preview = release::preview(&kitchen.app, &owner, net).await.unwrap();
        assert_eq!(preview.items, 400);
        assert!(preview.problem.is_some(), "the last release holds just that");
        assert_eq!(release::create(&kitchen.app, &owner, net).await.unwrap_err().code, "nothing_new");
        for alert in release::alerts(&kitchen.app, &owner, net).await.unwrap() {
            assert_eq!(release::dismiss(&kitchen.app, &owner, alert.id, " ").await.unwrap_err().code, "alert_reason");
            let done = release::dismiss(&kitchen.app, &owner, alert.id, "Our motto.").await.unwrap();
            assert_eq!(done.reason.as_deref(), Some("Our motto."));
            let again = release::dismiss(&kitchen.app, &owner, alert.id, "Our motto.").await.unwrap_err();
            assert_eq!(again.code, "already_dismissed");
        }
        let second = released(&kitchen, &owner, net).await;
        assert_eq!((second.submissions, second.plan.set_aside.len()), (660, 0), "{:?}", second.error);
        assert!(rows_of(&kitchen, second.id).await.contains("zephyr"));
    }
}
