use karat_store::query::{event, job};
use karat_store::{Store, StoreConfig};
use karat_types::Micros;
use std::time::Duration;

#[tokio::test]
async fn smoke() {
    let dir = tempfile::tempdir().unwrap();
    let store = Store::open(&StoreConfig::local(dir.path())).await.unwrap();
    assert!(store.pending_migrations().await.unwrap().is_empty());
    let tx = store.begin().await.unwrap();
    let new = job::NewJob::new("check", "check", &1, Micros(0)).unwrap().key("a");
    assert!(job::enqueue(&tx, new.clone(), Micros(0)).await.unwrap().is_some());
    assert!(job::enqueue(&tx, new, Micros(0)).await.unwrap().is_none());
    event::append(&tx, "t", "k", &serde_json::json!({"a": 1})).unwrap();
    tx.commit().await.unwrap();
    let queues = ["check".to_owned()];
    let claim = job::Claim { queues: &queues, limit: 5, owner: "w", due: Micros(5), now: Micros(5), lease: Duration::from_secs(15) };
    let got = job::claim(&store, &claim).await.unwrap();
    assert_eq!(got.len(), 1);
    let tx = store.begin().await.unwrap();
    job::complete(&tx, got[0].id, 1).await.unwrap();
    assert!(job::complete(&tx, got[0].id, 1).await.is_err());
    tx.commit().await.unwrap();
    assert_eq!(event::after(store.db(), 0, &[], 10).await.unwrap().len(), 1);
    let h = store.blobs().put("hello").await.unwrap();
    assert_eq!(store.blobs().put("hello").await.unwrap(), h);
    assert_eq!(store.blobs().get(h).await.unwrap(), "hello");
    store.blobs().probe().await.unwrap();
    println!("{}", store.engine_version().await.unwrap());
}
