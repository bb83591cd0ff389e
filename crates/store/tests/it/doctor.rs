//! The doctor's findings on both databases.

use karat_store::{Store, StoreConfig, diagnose, is_healthy};
use karat_testkit::Place;

karat_testkit::db_test! {
    async fn a_healthy_store_says_what_it_is(store: Store) {
        let checks = store.checks().await;
        let names: Vec<_> = checks.iter().map(|c| c.name).collect();
        assert_eq!(names, ["database", "tables", "blobs", "disk"]);
        assert!(is_healthy(&checks), "{checks:?}");
        let engine = match store.engine() {
            karat_store::Engine::Sqlite => "SQLite 3.",
            karat_store::Engine::Postgres => "PostgreSQL 1",
        };
        assert!(checks[0].found.starts_with(engine), "{}", checks[0].found);
    }
}

#[tokio::test]
async fn tables_that_are_behind_are_a_finding() {
    let place = Place::postgres();
    let config = StoreConfig { database_url: place.database_url(), ..StoreConfig::local(place.dir()) };
    let checks = diagnose(&config).await;
    let tables = checks.iter().find(|c| c.name == "tables").unwrap();
    assert!(!tables.ok && tables.fix.as_deref().unwrap().contains("karat migrate"), "{tables:?}");
    let store = Store::open(&config).await.unwrap();
    store.migrate().await.unwrap();
    store.migrate().await.unwrap();
    assert!(is_healthy(&diagnose(&config).await));
}

#[tokio::test]
async fn a_store_that_does_not_open_is_a_finding_too() {
    let place = Place::sqlite();
    std::fs::write(place.dir().join("karat.db"), "not a database at all, really not").unwrap();
    let checks = diagnose(&StoreConfig::local(place.dir())).await;
    assert_eq!((checks[0].name, checks[0].ok), ("database", false));
    assert!(checks[0].fix.as_deref().unwrap().contains("backup"), "{checks:?}");
}

#[tokio::test]
async fn two_processes_that_migrate_at_once_both_succeed() {
    let place = Place::postgres();
    let config = StoreConfig { database_url: place.database_url(), ..StoreConfig::local(place.dir()) };
    let (a, b) = (Store::open(&config).await.unwrap(), Store::open(&config).await.unwrap());
    let (first, second) = tokio::join!(a.migrate(), b.migrate());
    first.unwrap();
    second.unwrap();
    let local = Place::sqlite();
    let config = StoreConfig::local(local.dir());
    let (first, second) = tokio::join!(Store::open(&config), Store::open(&config));
    assert!(first.is_ok() && second.is_ok(), "{first:?} {second:?}");
}
