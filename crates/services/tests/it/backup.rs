//! Backups: whole, checked, and good to start on.

use crate::support::app;
use karat_services::{Actor, backup};
use karat_store::query::account;
use karat_store::{Store, StoreConfig};
use karat_testkit::Place;
use karat_types::Micros;

async fn filled(place: &Place) -> Store {
    let store = Store::open(&StoreConfig::local(place.dir())).await.unwrap();
    let tx = store.begin().await.unwrap();
    account::add_contributor(&tx, "ada", true, Micros(1)).await.unwrap();
    tx.commit().await.unwrap();
    store.blobs().put("the first file").await.unwrap();
    store.blobs().put("the second file").await.unwrap();
    store
}

#[tokio::test]
async fn a_backup_is_a_data_folder_to_start_on() {
    let (place, elsewhere) = (Place::sqlite(), tempfile::tempdir().unwrap());
    let store = filled(&place).await;
    let app = app(store.clone());
    let out = elsewhere.path().join("it's a backup");
    // Somebody is in the middle of writing: that is not in the copy, and nobody waits.
    let open = store.begin().await.unwrap();
    account::add_contributor(&open, "half", true, Micros(1)).await.unwrap();
    let made = backup::create(&app, &Actor::system(), &out).await.unwrap();
    assert_eq!((made.blobs, made.blob_bytes), (2, 29));
    open.commit().await.unwrap();

    let restored = Store::open(&StoreConfig::local(&out)).await.unwrap();
    assert!(account::contributor_by_name(restored.db(), "ada").await.unwrap().is_some());
    assert!(account::contributor_by_name(restored.db(), "half").await.unwrap().is_none());
    let hash = karat_types::Hash::of(b"the first file");
    assert_eq!(restored.blobs().get(hash).await.unwrap(), "the first file");
    let again = backup::create(&app, &Actor::system(), &out).await.unwrap_err();
    assert_eq!((again.status, again.code.as_str()), (409, "backup_exists"));
    let left = std::fs::read_dir(elsewhere.path()).unwrap().count();
    assert_eq!(left, 1, "no half a backup lies about");
}

#[tokio::test]
async fn a_damaged_blob_fails_the_backup_and_leaves_nothing() {
    let (place, elsewhere) = (Place::sqlite(), tempfile::tempdir().unwrap());
    let store = filled(&place).await;
    let name = karat_types::Hash::of(b"the first file").hex();
    let file = place.dir().join("blobs").join(&name[..2]).join(&name);
    std::fs::write(file, "something else").unwrap();
    let out = elsewhere.path().join("backup");
    let problem = backup::create(&app(store), &Actor::system(), &out).await.unwrap_err();
    assert_eq!(problem.code, "blob_damaged");
    assert!(problem.detail.contains(&name));
    assert_eq!(std::fs::read_dir(elsewhere.path()).unwrap().count(), 0);
}

#[tokio::test]
async fn only_the_operator_takes_backups() {
    let place = Place::sqlite();
    let store = filled(&place).await;
    let out = place.dir().join("out");
    let problem = backup::create(&app(store), &Actor::anyone(), &out).await.unwrap_err();
    assert_eq!(problem.status, 401);
    assert!(!out.exists());
}

#[tokio::test]
async fn postgresql_is_left_to_its_own_tool() {
    let place = Place::postgres();
    let config = StoreConfig { database_url: place.database_url(), ..StoreConfig::local(place.dir()) };
    let store = Store::open(&config).await.unwrap();
    let problem = backup::create(&app(store), &Actor::system(), &place.dir().join("out")).await.unwrap_err();
    assert_eq!(problem.code, "backup_by_pg_dump");
    let line = format!("pg_dump --format=custom --file='{}/karat.dump'", place.dir().join("out").display());
    assert!(problem.hint.contains(&line), "{}", problem.hint);
    assert!(problem.hint.contains("cp -a") && problem.hint.contains("pg_restore"));
}
