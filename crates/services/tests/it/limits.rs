//! Daily limits: each with its own code, fresh again the next day.

use crate::kitchen::*;
use karat_services::submission::{self, Upload};
use karat_services::{Settings, datanet};
use karat_store::Store;
use karat_testkit::db_test;
use karat_types::ReviewPolicy;
use karat_types::limits::EntryLimits;

/// A text of exactly `size` bytes.
fn sized(n: usize, size: usize) -> String {
    let mut text = good(n);
    while text.len() < size {
        text.push_str("\nAnother line about the water, the stones and the boats on the bank.");
    }
    text.truncate(size);
    text
}

db_test! {
    async fn twenty_files_a_day_over_all_datanets_and_twenty_more_tomorrow(store: Store) {
        let k = Kitchen::new(store);
        let ann = k.person("Ann", &[]).await;
        let (here, there) = (k.datanet(&ann, ReviewPolicy::Owner).await.id, k.datanet(&ann, ReviewPolicy::Owner).await.id);
        for n in 0..20 {
            let to = if n % 2 == 0 { here } else { there };
            k.offer(&ann, to, "a.txt", &good(n)).await.unwrap();
        }
        let spent = k.offer(&ann, here, "a.txt", &good(20)).await.unwrap_err();
        assert_eq!((spent.status, spent.code.as_str()), (429, "quota_files_spent"));
        assert!(spent.hint.contains("tomorrow at 00:00 UTC (2026-11-22T00:00:00Z)"), "{}", spent.hint);
        k.work().await;
        let quota = submission::quota(&k.app, &ann).await.unwrap();
        assert_eq!((quota.files_used, quota.attempts_used), (20, 21));
        assert_eq!(quota.resets_at.to_string(), "2026-11-22T00:00:00Z");
        k.tomorrow();
        assert_eq!(submission::quota(&k.app, &ann).await.unwrap().files_used, 0);
        k.offer(&ann, here, "a.txt", &good(20)).await.unwrap();
    }

    async fn a_refusal_makes_room_again(store: Store) {
        let k = Kitchen::new(store);
        let ann = k.person("Ann", &[]).await;
        let id = k.datanet(&ann, ReviewPolicy::Owner).await.id;
        for n in 0..20 {
            let text = if n < 3 { format!("Short {n}.") } else { good(n) };
            k.offer(&ann, id, "a.txt", &text).await.unwrap();
        }
        assert_eq!(k.offer(&ann, id, "a.txt", &good(20)).await.unwrap_err().code, "quota_files_spent");
        // Given back on the day it was taken, also when the gate comes to it tomorrow.
        k.tomorrow();
        k.work().await;
        assert_eq!(submission::quota(&k.app, &ann).await.unwrap().files_used, 0);
        k.clock.set(START);
        assert_eq!(submission::quota(&k.app, &ann).await.unwrap().files_used, 17);
        for n in 20..23 {
            k.offer(&ann, id, "a.txt", &good(n)).await.unwrap();
        }
        assert_eq!(k.offer(&ann, id, "a.txt", &good(23)).await.unwrap_err().code, "quota_files_spent");
    }

    async fn ten_megabytes_a_day(store: Store) {
        let k = Kitchen::new(store);
        let ann = k.person("Ann", &[]).await;
        let id = k.datanet(&ann, ReviewPolicy::Owner).await.id;
        k.offer(&ann, id, "a.txt", &sized(1, 6_000_000)).await.unwrap();
        k.offer(&ann, id, "b.txt", &sized(2, 3_500_000)).await.unwrap();
        let spent = k.offer(&ann, id, "c.txt", &sized(3, 500_001)).await.unwrap_err();
        assert_eq!((spent.status, spent.code.as_str()), (429, "quota_bytes_spent"));
        assert!(spent.detail.contains("10 MB") && spent.detail.contains("9.50 MB"), "{}", spent.detail);
        k.offer(&ann, id, "c.txt", &sized(3, 500_000)).await.unwrap();
        assert_eq!(submission::quota(&k.app, &ann).await.unwrap().bytes_used, 10_000_000);
    }

    async fn five_trials_a_day(store: Store) {
        let k = Kitchen::new(store);
        let ann = k.person("Ann", &[]).await;
        let id = k.datanet(&ann, ReviewPolicy::Owner).await.id;
        for n in 0..5 {
            submission::upload(&k.app, &ann, id, trial("a.txt", &good(n))).await.unwrap();
        }
        let spent = submission::upload(&k.app, &ann, id, trial("a.txt", &good(5))).await.unwrap_err();
        assert_eq!((spent.status, spent.code.as_str()), (429, "trial_files_spent"));
        k.offer(&ann, id, "a.txt", &good(5)).await.unwrap();
        let quota = submission::quota(&k.app, &ann).await.unwrap();
        assert_eq!((quota.trial_used, quota.files_used), (5, 6));
    }

    async fn a_datanets_own_limits_have_their_own_codes(store: Store) {
        let k = Kitchen::new(store);
        let (ann, bob) = (k.person("Ann", &[]).await, k.person("Bob", &[]).await);
        let mut few = form("Few files", ReviewPolicy::Owner);
        few.files_per_day = Some(2);
        let few = datanet::create(&k.app, &ann, few).await.unwrap().id;
        for n in 0..2 {
            k.offer(&ann, few, "a.txt", &good(n)).await.unwrap();
        }
        let spent = k.offer(&ann, few, "a.txt", &good(2)).await.unwrap_err();
        assert_eq!((spent.status, spent.code.as_str()), (429, "datanet_files_spent"));
        k.offer(&bob, few, "a.txt", &good(2)).await.unwrap();

        let mut small = form("Small days", ReviewPolicy::Owner);
        small.bytes_per_day_all = Some(10_000);
        let small = datanet::create(&k.app, &ann, small).await.unwrap().id;
        k.offer(&ann, small, "a.txt", &sized(3, 9_000)).await.unwrap();
        let spent = k.offer(&bob, small, "a.txt", &sized(4, 1_001)).await.unwrap_err();
        assert_eq!((spent.status, spent.code.as_str()), (429, "datanet_bytes_spent"));
        k.offer(&bob, small, "a.txt", &sized(4, 1_000)).await.unwrap();
        // What was not taken there is free elsewhere.
        assert_eq!(submission::quota(&k.app, &ann).await.unwrap().files_used, 3);
        assert_eq!(submission::quota(&k.app, &bob).await.unwrap().files_used, 2);
    }

    async fn hammering_ends_with_its_own_code(store: Store) {
        let limits = EntryLimits { attempts_per_day: 4, ..EntryLimits::default() };
        let k = Kitchen::with(store, Settings { limits, undo_seconds: 0, ..Settings::default() });
        let ann = k.person("Ann", &[]).await;
        let id = k.datanet(&ann, ReviewPolicy::Owner).await.id;
        for _ in 0..2 {
            k.send(&ann, id, "a.txt", "Short.").await;
            submission::pre_check(&k.app, &ann, id, file("a.txt", "Short.")).await.unwrap();
        }
        for _ in 0..2 {
            let spent = k.offer(&ann, id, "a.txt", &good(1)).await.unwrap_err();
            assert_eq!((spent.status, spent.code.as_str()), (429, "attempts_spent"));
            let spent = submission::pre_check(&k.app, &ann, id, file("a.txt", "Short.")).await.unwrap_err();
            assert_eq!(spent.code, "attempts_spent");
        }
        assert_eq!(submission::quota(&k.app, &ann).await.unwrap().attempts_used, 4);
        k.tomorrow();
        k.offer(&ann, id, "a.txt", &good(1)).await.unwrap();
    }

    async fn fifty_megabytes_of_attempts_a_day(store: Store) {
        let k = Kitchen::new(store);
        let ann = k.person("Ann", &[]).await;
        let id = k.datanet(&ann, ReviewPolicy::Owner).await.id;
        let noise = |n: u8| Upload { bytes: vec![n; 10_000_000].into(), ..file("a.txt", "") };
        for n in 0..5 {
            submission::pre_check(&k.app, &ann, id, noise(b'a' + n)).await.unwrap();
        }
        let spent = k.offer(&ann, id, "a.txt", &good(1)).await.unwrap_err();
        assert_eq!(spent.code, "attempts_spent");
        assert_eq!(k.counts(id).await.submissions, 0);
    }
}
