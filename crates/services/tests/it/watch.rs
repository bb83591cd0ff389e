//! What those who run the server, and those who listen, are told.

use crate::support::app;
use futures::StreamExt;
use karat_services::{EventBus, ops};
use karat_store::query::event;
use karat_store::{Store, StoreConfig};
use karat_testkit::Place;
use std::time::Duration;

karat_testkit::db_test! {
    async fn a_listener_hears_of_its_topic_as_a_view(store: Store) {
        let app = app(store.clone());
        let bus = EventBus::start(&app);
        let mut heard = bus.subscribe(vec!["run:1".into()], Some(0));
        let tx = store.begin().await.unwrap();
        event::append(&tx, "run:2", "step", &1).unwrap();
        event::append(&tx, "run:1", "step", &serde_json::json!({"loss": 0.5})).unwrap();
        tx.commit().await.unwrap();
        let event = tokio::time::timeout(Duration::from_secs(10), heard.next()).await.unwrap().unwrap();
        assert_eq!((event.topic.as_str(), event.kind.as_str()), ("run:1", "step"));
        assert_eq!(event.payload, serde_json::json!({"loss": 0.5}));
        bus.stop();
        assert_eq!(heard.next().await, None);
    }

    async fn a_healthy_server_is_ready(store: Store) {
        ops::ready(&app(store)).await.unwrap();
    }
}

#[tokio::test]
async fn a_server_on_old_tables_is_not_ready_and_says_the_command() {
    let place = Place::postgres();
    let config = StoreConfig { database_url: place.database_url(), ..StoreConfig::local(place.dir()) };
    let store = Store::open(&config).await.unwrap();
    let app = app(store.clone());
    let problem = ops::ready(&app).await.unwrap_err();
    assert_eq!((problem.status, problem.code.as_str()), (503, "not_ready"));
    assert!(problem.hint.contains("karat migrate"), "{problem}");
    store.migrate().await.unwrap();
    assert!(ops::ready(&app).await.is_err(), "an answer holds for two seconds");
    tokio::time::sleep(Duration::from_millis(2100)).await;
    ops::ready(&app).await.unwrap();
}
