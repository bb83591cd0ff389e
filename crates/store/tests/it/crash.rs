//! What was acknowledged is there after kill -9; what was not is wholly there or not at all.

use crate::child;
use karat_store::query::{account, event};
use karat_store::{Store, StoreConfig};
use karat_types::{Hash, Micros};
use std::io::{BufRead, BufReader};
use std::path::Path;
use std::process::Stdio;

const NAME: &str = "crash::what_was_acknowledged_survives_kill_9";
const ACK: &str = "acknowledged ";

/// One change of state: a blob, a row and an event, then the word that it is done.
async fn write_for_ever(dir: &Path) {
    let store = Store::open(&StoreConfig::local(dir)).await.unwrap();
    for n in 0.. {
        store.blobs().put(format!("file {n}")).await.unwrap();
        let tx = store.begin().await.unwrap();
        account::add_contributor(&tx, &format!("person {n}"), true, Micros(n)).await.unwrap();
        event::append(&tx, "people", "added", &n).unwrap();
        tx.commit().await.unwrap();
        println!("{ACK}{n}");
    }
}

/// Lets the writer acknowledge `count` changes and kills it in the middle of the next.
fn kill_after(dir: &Path, count: usize) -> i64 {
    let mut writer = child::command(&[], NAME, dir).stdout(Stdio::piped()).spawn().unwrap();
    let lines = BufReader::new(writer.stdout.take().unwrap()).lines().map_while(Result::ok);
    let acks: Vec<i64> = lines.filter_map(|l| l.strip_prefix(ACK)?.parse().ok()).take(count).collect();
    writer.kill().unwrap();
    writer.wait().unwrap();
    assert_eq!(acks.len(), count, "the writer ended by itself");
    *acks.last().unwrap()
}

async fn is_whole(store: &Store, n: i64) -> (bool, bool) {
    let person = account::contributor_by_name(store.db(), &format!("person {n}")).await.unwrap();
    let told = event::after(store.db(), 0, &[], 10_000).await.unwrap();
    (person.is_some(), told.iter().any(|e| e.payload == n.to_string()))
}

#[tokio::test]
async fn what_was_acknowledged_survives_kill_9() {
    if let Some(dir) = child::folder() {
        return write_for_ever(&dir).await;
    }
    for count in [1, 7, 40] {
        let dir = tempfile::tempdir().unwrap();
        let last = kill_after(dir.path(), count);
        let store = Store::open(&StoreConfig::local(dir.path())).await.unwrap();
        for n in 0..=last {
            assert_eq!(is_whole(&store, n).await, (true, true), "change {n} of {last}");
            let hash = Hash::of(format!("file {n}").as_bytes());
            assert!(store.blobs().get(hash).await.is_ok(), "blob {n} of {last}");
        }
        let (row, told) = is_whole(&store, last + 1).await;
        assert_eq!(row, told, "the change that was cut off is whole or absent");
        let copy = dir.path().join("copy");
        store.back_up(&copy).await.expect("the database is sound");
    }
}
