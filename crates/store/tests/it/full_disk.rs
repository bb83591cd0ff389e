//! A disk that is really full: a small file system of its own.

use crate::child;
use karat_store::query::{account, event};
use karat_store::{Store, StoreConfig, StoreError};
use karat_types::{Hash, Micros, Problem};
use std::path::Path;

const NAME: &str = "full_disk::a_full_disk_is_said_and_nothing_is_lost";
/// The folder becomes a file system of 4 MB that only this child sees.
const SMALL: &str = r#"mount -t tmpfs -o size=4m,mode=777 none "$KARAT_TEST_CHILD_FOLDER" && exec "$@""#;

fn is_full<T: std::fmt::Debug>(result: Result<T, StoreError>, what: &str) {
    let problem = Problem::from(result.expect_err(what));
    assert_eq!((problem.status, problem.code.as_str()), (507, "disk_full"), "{what}: {problem}");
    assert!(problem.hint.contains("Free some space"));
}

async fn fill(dir: &Path) {
    let store = Store::open(&StoreConfig::local(dir)).await.unwrap();
    let kept = store.blobs().put("kept").await.unwrap();
    is_full(store.blobs().put(vec![7u8; 5_000_000]).await, "one blob");
    let big = Path::new("/dev/shm").join(format!("karat-big-{}", std::process::id()));
    std::fs::write(&big, vec![8u8; 9_000_000]).unwrap();
    let put = store.blobs().put_file(&big).await;
    std::fs::remove_file(&big).unwrap();
    is_full(put, "a blob in pieces");
    assert_eq!(store.blobs().get(kept).await.unwrap(), "kept");
    assert!(!store.blobs().exists(Hash::of(&[7u8; 5_000_000])).await.unwrap(), "no half a blob");

    let page = "x".repeat(100_000);
    let mut acknowledged = 0;
    let refused = loop {
        assert!(acknowledged < 100, "4 MB hold no 100 rows of 100 kB");
        let tx = store.begin().await.unwrap();
        event::append(&tx, "t", "k", &page).unwrap();
        match tx.commit().await {
            Ok(()) => acknowledged += 1,
            Err(error) => break error,
        }
    };
    is_full(Err::<(), _>(refused), "rows");
    let there = event::after(store.db(), 0, &[], 1000).await.unwrap().len();
    assert_eq!(there, acknowledged, "what was acknowledged is there, the refused one is not");
    is_full(store.back_up(&dir.join("copy")).await, "a backup");
    assert!(!dir.join("copy").exists());
    let checks = store.checks().await;
    let disk = checks.iter().find(|c| c.name == "disk").unwrap();
    assert!(!disk.ok && disk.fix.is_some(), "{disk:?}");

    // Space again: it goes on without a restart.
    let tx = store.begin().await.unwrap();
    event::prune(&tx, Micros(i64::MAX)).await.unwrap();
    tx.commit().await.unwrap();
    let tx = store.begin().await.unwrap();
    account::add_contributor(&tx, "ada", true, Micros(1)).await.unwrap();
    tx.commit().await.unwrap();
    println!("all of it held");
}

#[tokio::test]
async fn a_full_disk_is_said_and_nothing_is_lost() {
    if let Some(dir) = child::folder() {
        return fill(&dir).await;
    }
    let dir = tempfile::tempdir().unwrap();
    let through = ["unshare", "--user", "--map-root-user", "--mount", "sh", "-c", SMALL, "sh"];
    let done = child::command(&through, NAME, dir.path()).output().unwrap();
    let said = String::from_utf8_lossy(&done.stdout).into_owned() + &String::from_utf8_lossy(&done.stderr);
    assert!(done.status.success() && said.contains("all of it held"), "{said}");
}
