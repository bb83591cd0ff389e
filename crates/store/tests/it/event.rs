//! Events: in order, none lost, and told to those who listen.

use futures::StreamExt;
use karat_store::query::event;
use karat_store::{EventBus, Store};
use std::time::Duration;

async fn say(store: &Store, topic: &str, n: i64) {
    let tx = store.begin().await.unwrap();
    event::append(&tx, topic, "step", &n).unwrap();
    tx.commit().await.unwrap();
}

fn topics(names: &[&str]) -> Vec<String> {
    names.iter().map(|n| (*n).to_owned()).collect()
}

/// The next `n` payloads, or a panic after ten seconds.
async fn next(
    stream: &mut (impl futures::Stream<Item = karat_store::Event> + Unpin),
    n: usize,
) -> Vec<String> {
    let mut got = Vec::new();
    while got.len() < n {
        let event = tokio::time::timeout(Duration::from_secs(10), stream.next()).await;
        got.push(event.expect("an event comes in time").expect("the stream goes on").payload);
    }
    got
}

karat_testkit::db_test! {
    async fn an_event_that_was_not_committed_never_happened(store: Store) {
        let tx = store.begin().await.unwrap();
        event::append(&tx, "run:1", "step", &1).unwrap();
        drop(tx);
        say(&store, "run:1", 2).await;
        let all = event::after(store.db(), 0, &[], 10).await.unwrap();
        assert_eq!(all.iter().map(|e| e.payload.as_str()).collect::<Vec<_>>(), ["2"]);
    }

    async fn a_reader_who_goes_on_from_the_last_number_misses_nothing(store: Store) {
        let writers: Vec<_> = (0..6).map(|w| {
            let store = store.clone();
            tokio::spawn(async move {
                for n in 0..40 {
                    say(&store, &format!("run:{w}"), n).await;
                }
            })
        }).collect();
        let (mut seen, mut last) = (0, 0);
        let deadline = tokio::time::Instant::now() + Duration::from_secs(60);
        while seen < 240 {
            assert!(tokio::time::Instant::now() < deadline, "only {seen} of 240 events were seen");
            for e in event::after(store.db(), last, &[], 7).await.unwrap() {
                assert!(e.seq > last);
                last = e.seq;
                seen += 1;
            }
        }
        for writer in writers {
            writer.await.unwrap();
        }
        assert_eq!((seen, event::last_seq(store.db()).await.unwrap()), (240, last));
    }

    async fn a_subscriber_gets_what_was_missed_and_what_comes(store: Store) {
        say(&store, "run:1", 1).await;
        say(&store, "run:2", 2).await;
        let first = event::after(store.db(), 0, &[], 1).await.unwrap()[0].seq;
        let bus = EventBus::start(store.clone());
        let mut resumed = bus.subscribe(topics(&["run:1", "run:2"]), Some(first));
        let mut whole = bus.subscribe(topics(&["run:1"]), Some(0));
        assert_eq!(next(&mut resumed, 1).await, ["2"]);
        assert_eq!(next(&mut whole, 1).await, ["1"]);
        // "From now on" counts from the bus's first look at the table.
        let mut probe = bus.subscribe(topics(&["probe"]), None);
        let looked = async {
            while tokio::time::timeout(Duration::from_millis(300), probe.next()).await.is_err() {
                say(&store, "probe", 0).await;
            }
        };
        tokio::time::timeout(Duration::from_secs(30), looked).await.expect("the bus looks");
        let mut fresh = bus.subscribe(topics(&["run:1"]), None);
        for n in 3..6 {
            say(&store, "run:1", n).await;
        }
        assert_eq!(next(&mut fresh, 3).await, ["3", "4", "5"]);
        assert_eq!(next(&mut resumed, 3).await, ["3", "4", "5"]);
        assert_eq!(next(&mut whole, 3).await, ["3", "4", "5"]);
    }

    async fn a_slow_subscriber_gets_every_event_in_order(store: Store) {
        let bus = EventBus::start(store.clone());
        let mut slow = bus.subscribe(topics(&["run:1"]), Some(0));
        for n in 0..30 {
            let tx = store.begin().await.unwrap();
            for m in 0..100 {
                event::append(&tx, "run:1", "step", &(n * 100 + m)).unwrap();
            }
            tx.commit().await.unwrap();
        }
        tokio::time::sleep(Duration::from_millis(400)).await;
        let got = next(&mut slow, 3000).await;
        assert!(got.iter().enumerate().all(|(i, p)| *p == i.to_string()));
    }

    async fn streams_end_when_the_bus_stops(store: Store) {
        let bus = EventBus::start(store.clone());
        let mut stream = bus.subscribe(topics(&["run:1"]), None);
        bus.stop();
        let end = tokio::time::timeout(Duration::from_secs(5), stream.next()).await;
        assert!(end.expect("the stream ends in time").is_none());
    }

    async fn old_events_are_forgotten_and_numbers_never_come_again(store: Store) {
        say(&store, "run:1", 1).await;
        let before = event::last_seq(store.db()).await.unwrap();
        let tx = store.begin().await.unwrap();
        assert_eq!(event::prune(&tx, karat_types::Micros(i64::MAX)).await.unwrap(), 1);
        tx.commit().await.unwrap();
        say(&store, "run:1", 2).await;
        assert!(event::last_seq(store.db()).await.unwrap() > before);
    }
}
