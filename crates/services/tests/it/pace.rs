//! How fast submissions flow from the door to the decision; prints what it measured.

use crate::kitchen::*;
use futures::future::join_all;
use karat_store::Store;
use karat_testkit::db_test;
use karat_types::ReviewPolicy;
use std::time::Instant;

const PEOPLE: usize = 5;
const FILES: usize = PEOPLE * 20;

db_test! {
    async fn the_flow_keeps_up_with_a_demo(store: Store) {
        let k = Kitchen::new(store);
        let owner = k.person("Owner", &[]).await;
        let id = k.datanet(&owner, ReviewPolicy::Automatic).await.id;
        let mut people = Vec::new();
        for p in 0..PEOPLE {
            people.push(k.person(&format!("P{p}"), &[]).await);
        }
        let start = Instant::now();
        // People do not wait for one another, so what waits for the disk overlaps.
        join_all(people.iter().enumerate().map(|(p, who)| {
            let k = &k;
            async move {
                for n in 0..20 {
                    k.offer(who, id, "a.txt", &good(p * 20 + n)).await.unwrap();
                }
            }
        }))
        .await;
        let entered = start.elapsed();
        k.work().await;
        let all = start.elapsed();
        assert_eq!(k.counts(id).await.accepted, FILES as u64);
        let (checked, pace) = (all - entered, FILES as f64 / all.as_secs_f64());
        println!("{FILES} files: in {entered:?}, checked {checked:?}, {pace:.0}/s");
    }
}
