//! A database that is damaged, gone, or not ours: a clear word and the fix.

use karat_store::query::{account, event};
use karat_store::{Store, StoreConfig, StoreError};
use karat_testkit::Place;
use karat_testkit::postgres::Server;
use karat_types::{Micros, Problem};
use std::io::{Seek, SeekFrom, Write};
use std::time::{Duration, Instant};

fn at(url: &str, place: &Place) -> StoreConfig {
    StoreConfig { database_url: Some(url.into()), ..StoreConfig::local(place.dir()) }
}

fn problem<T: std::fmt::Debug>(result: Result<T, StoreError>) -> Problem {
    result.expect_err("this fails").into()
}

fn is_down(problem: &Problem) {
    assert_eq!((problem.status, problem.code.as_str()), (503, "database_down"), "{problem}");
    assert!(problem.hint.contains("Nothing that was acknowledged is lost"));
}

#[tokio::test]
async fn a_file_that_is_no_database_is_named() {
    let place = Place::sqlite();
    let file = place.dir().join("karat.db");
    std::fs::write(&file, "dear diary, ".repeat(1000)).unwrap();
    let said = problem(Store::open(&StoreConfig::local(place.dir())).await);
    assert_eq!((said.status, said.code.as_str()), (500, "database_corrupt"), "{said}");
    assert!(said.detail.contains(&file.display().to_string()), "{}", said.detail);
    assert!(said.hint.contains("--data-dir BACKUP"));
    assert!(std::fs::read_to_string(&file).unwrap().starts_with("dear diary"), "it is left as it was");
}

#[tokio::test]
async fn a_damaged_database_is_noticed() {
    let place = Place::sqlite();
    let store = Store::open(&StoreConfig::local(place.dir())).await.unwrap();
    let tx = store.begin().await.unwrap();
    for n in 0..200 {
        event::append(&tx, "t", "k", &"y".repeat(1000 + n)).unwrap();
    }
    tx.commit().await.unwrap();
    store.close().await;
    let mut file = std::fs::OpenOptions::new().write(true).open(place.dir().join("karat.db")).unwrap();
    let len = file.metadata().unwrap().len();
    file.seek(SeekFrom::Start(8192)).unwrap();
    file.write_all(&vec![0xa5; usize::try_from(len - 8192).unwrap()]).unwrap();
    drop(file);
    let reopened = Store::open(&StoreConfig::local(place.dir())).await;
    let said = match reopened {
        Err(error) => Problem::from(error),
        Ok(store) => problem(event::after(store.db(), 0, &[], 1000).await),
    };
    assert_eq!(said.code, "database_corrupt", "{said}");
}

#[tokio::test]
async fn a_folder_that_cannot_be_made_is_named() {
    let place = Place::sqlite();
    std::fs::write(place.dir().join("file"), "").unwrap();
    let inside = place.dir().join("file/data");
    let said = problem(Store::open(&StoreConfig::local(&inside)).await);
    assert_eq!(said.code, "file_unusable");
    assert!(said.detail.contains(&inside.display().to_string()), "{}", said.detail);
}

#[tokio::test]
async fn what_is_kept_is_for_its_owner_alone() {
    use std::os::unix::fs::PermissionsExt;
    let place = Place::sqlite();
    let store = Store::open(&StoreConfig::local(place.dir())).await.unwrap();
    store.begin().await.unwrap().commit().await.unwrap();
    for name in ["karat.db", "karat.db-wal", "blobs"] {
        let mode = std::fs::metadata(place.dir().join(name)).unwrap().permissions().mode();
        assert_eq!(mode & 0o077, 0, "{name} has mode {mode:o}");
    }
}

karat_testkit::db_test! {
    async fn who_waits_too_long_for_a_lock_is_told_and_nothing_is_changed(store: Store) {
        // SQLite hands its one writer out in turn; only PostgreSQL has row locks to wait for.
        if store.engine() == karat_store::Engine::Sqlite {
            let (first, second) = (store.begin().await.unwrap(), store.begin());
            assert!(tokio::time::timeout(Duration::from_millis(300), second).await.is_err(), "one writer");
            first.commit().await.unwrap();
            store.begin().await.unwrap().commit().await.unwrap();
            return;
        }
        let who = account_of(&store).await;
        let first = store.begin().await.unwrap();
        account::set_password(&first, who, "held").await.unwrap();
        let second = store.begin().await.unwrap();
        let said = problem(account::set_password(&second, who, "wanted").await);
        assert_eq!((said.status, said.code.as_str()), (503, "database_busy"), "{said}");
        first.commit().await.unwrap();
    }
}

async fn account_of(store: &Store) -> karat_types::id::AccountId {
    let tx = store.begin().await.unwrap();
    let ada = account::add_contributor(&tx, "ada", false, Micros(1)).await.unwrap();
    let ada = account::add_account(&tx, ada.id.into(), "ada", "phc", Micros(1)).await.unwrap();
    tx.commit().await.unwrap();
    ada.id.into()
}

#[tokio::test]
async fn a_database_of_a_newer_karat_is_left_alone() {
    let place = Place::sqlite();
    let store = Store::open(&StoreConfig::local(place.dir())).await.unwrap();
    let tx = store.begin().await.unwrap();
    let newer = "INSERT INTO seaql_migrations (version, applied_at) VALUES ('m29990101_000001_next', 1)";
    sea_orm_execute(&tx, newer).await;
    tx.commit().await.unwrap();
    store.close().await;
    let said = problem(Store::open(&StoreConfig::local(place.dir())).await);
    assert_eq!(said.code, "not_migrated");
    assert!(said.detail.contains("newer Karat"), "{}", said.detail);
}

async fn sea_orm_execute(tx: &karat_store::Tx, sql: &str) {
    use sea_orm::ConnectionTrait;
    tx.execute_unprepared(sql).await.unwrap();
}

/// Both sides of a crash of the server: in the middle of a transaction, and after.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_postgresql_that_dies_is_said_and_loses_nothing_acknowledged() {
    let (send, stop) = std::sync::mpsc::channel::<()>();
    let (told, hear) = std::sync::mpsc::channel();
    // The server lives as long as the thread that started it.
    let keeper = std::thread::spawn(move || {
        let server = Server::start();
        server.create("karat");
        told.send(server.url("karat")).unwrap();
        let _ = stop.recv();
        drop(server);
        told.send(String::new()).unwrap();
    });
    let place = Place::sqlite();
    let store = Store::open(&at(&hear.recv().unwrap(), &place)).await.unwrap();
    let unmigrated = problem(account::count_accounts(store.db()).await);
    assert_eq!((unmigrated.status, unmigrated.code.as_str()), (503, "not_migrated"), "{unmigrated}");
    assert!(unmigrated.hint.contains("karat migrate"));
    store.migrate().await.unwrap();
    let tx = store.begin().await.unwrap();
    account::add_contributor(&tx, "ada", true, Micros(1)).await.unwrap();
    send.send(()).unwrap();
    hear.recv().unwrap();
    let start = Instant::now();
    is_down(&problem(tx.commit().await));
    is_down(&problem(account::contributor_by_name(store.db(), "ada").await));
    is_down(&problem(store.begin().await));
    let checks = store.checks().await;
    assert!(!checks[0].ok && checks[0].fix.is_some(), "{checks:?}");
    assert!(start.elapsed() < Duration::from_secs(40), "nobody waits for ever: {:?}", start.elapsed());
    keeper.join().unwrap();
}

#[tokio::test]
async fn a_server_that_is_not_there_or_says_no_is_said() {
    let place = Place::postgres();
    let nobody = problem(Store::open(&at("postgres://karat:hush@127.0.0.1:1/karat", &place)).await);
    is_down(&nobody);
    assert!(!nobody.to_string().contains("hush"), "a password is never printed");
    let url = place.database_url().unwrap();
    let unknown = url.replace("/test_", "/no_such_");
    let said = problem(Store::open(&at(&unknown, &place)).await);
    is_down(&said);
    assert!(said.detail.contains("does not exist"), "{}", said.detail);
    is_down(&problem(Store::open(&at("postgres://what is this", &place)).await));
}
