//! Releases: what is in them, that they stay, that anyone can check them.

use crate::kitchen::{Kitchen, good};
use karat_services::release::{self, DownloadKind};
use karat_services::view::release::{Release, Row};
use karat_services::{Actor, jobs, submission};
use karat_store::Store;
use karat_types::id::DatanetId;
use karat_types::{ReleaseState, ReviewPolicy};

pub(crate) async fn released(kitchen: &Kitchen, owner: &Actor, datanet: DatanetId) -> Release {
    let made = release::create(&kitchen.app, owner, datanet).await.unwrap();
    assert_eq!(made.state, ReleaseState::Building);
    jobs::drain(&kitchen.app, jobs::QUEUES).await.unwrap();
    release::get(&kitchen.app, &Actor::anyone(), made.id).await.unwrap()
}

async fn rows_of(kitchen: &Kitchen, release: &Release) -> Vec<Row> {
    let file =
        release::download(&kitchen.app, &Actor::anyone(), release.id, DownloadKind::Jsonl).await.unwrap();
    let text = String::from_utf8(file.bytes.to_vec()).unwrap();
    text.lines().map(|l| serde_json::from_str(l).unwrap()).collect()
}

karat_testkit::db_test! {
    async fn a_release_holds_what_was_accepted_and_proves_each_row(store: Store) {
        let kitchen = Kitchen::new(store);
        let (owner, ada) = (kitchen.person("Olga", &[]).await, kitchen.person("Ada", &[]).await);
        let net = kitchen.datanet(&owner, ReviewPolicy::Automatic).await.id;
        for n in 0..5 {
            kitchen.send(&ada, net, &format!("{n}.md"), &good(n)).await;
        }
        let done = released(&kitchen, &owner, net).await;
        assert_eq!((done.state, done.version, done.submissions, done.contributors), (ReleaseState::Ready, 1, 5, 1));
        assert_eq!(done.licence_class.as_deref(), Some("permissive"));
        assert!(done.card.contains("CC-BY-4.0") && done.card.contains(&done.root.unwrap().hex()));
        let rows = rows_of(&kitchen, &done).await;
        assert_eq!(rows.len() as u64, done.rows);
        for row in &rows {
            let original = submission::file(&kitchen.app, &ada, row.submission).await.unwrap().bytes;
            assert_eq!(row.content.as_bytes(), &original[row.span[0] as usize..row.span[1] as usize]);
            let proof = release::proof(&kitchen.app, &Actor::anyone(), done.id, row.index).await.unwrap();
            assert!(karat_tlog::verify_inclusion(&row.leaf, row.index, proof.size, &proof.path, &done.root.unwrap()));
        }
        let seen = submission::get(&kitchen.app, &ada, rows[0].submission).await.unwrap();
        assert_eq!(seen.releases[0].version, 1);
    }

    async fn the_next_release_leaves_the_first_as_it_was_and_the_diff_says_what_changed(store: Store) {
        let kitchen = Kitchen::new(store);
        let (owner, ada) = (kitchen.person("Olga", &[]).await, kitchen.person("Ada", &[]).await);
        let net = kitchen.datanet(&owner, ReviewPolicy::Automatic).await.id;
        assert_eq!(release::create(&kitchen.app, &owner, net).await.unwrap_err().code, "nothing_accepted");
        let first_file = kitchen.send(&ada, net, "1.md", &good(1)).await;
        kitchen.send(&ada, net, "2.md", &good(2)).await;
        let first = released(&kitchen, &owner, net).await;
        assert_eq!(release::create(&kitchen.app, &owner, net).await.unwrap_err().code, "nothing_new");
        assert_eq!(release::create(&kitchen.app, &ada, net).await.unwrap_err().code, "forbidden");
        let third = kitchen.send(&ada, net, "3.md", &good(3)).await;
        submission::withdraw(&kitchen.app, &ada, first_file.id).await.unwrap();
        let second = released(&kitchen, &owner, net).await;
        let diff = release::diff(&kitchen.app, &Actor::anyone(), first.id, second.id).await.unwrap();
        assert_eq!((diff.added, diff.removed), (vec![third.id], vec![first_file.id]));
        let again = release::get(&kitchen.app, &Actor::anyone(), first.id).await.unwrap();
        assert_eq!((again.root, again.rows), (first.root, first.rows));
        assert_ne!(second.root, first.root);
    }
}
