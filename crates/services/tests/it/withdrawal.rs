//! What is taken back: nobody is handed it any more, and what it went into is named.

use crate::kitchen::{Kitchen, good};
use crate::release::released;
use karat_services::release::{self, DownloadKind};
use karat_services::view::run::RunForm;
use karat_services::{Actor, datanet, jobs, notice, run, submission};
use karat_store::Store;
use karat_types::id::ModelId;
use karat_types::train::TrainSettings;
use karat_types::{Clock, ReviewPolicy};

fn form(name: &str, release: karat_types::id::ReleaseId) -> RunForm {
    RunForm {
        name: name.into(),
        base: ModelId::new(),
        init_adapter: None,
        release: Some(release),
        file: None,
        settings: TrainSettings::default(),
        held_out_percent: None,
        prompts: Vec::new(),
    }
}

karat_testkit::db_test! {
    async fn what_is_taken_back_stops_its_releases_and_is_destroyed(store: Store) {
        let kitchen = Kitchen::new(store);
        let (app, anyone) = (&kitchen.app, Actor::anyone());
        let (owner, ada) = (kitchen.person("Olga", &[]).await, kitchen.person("Ada", &[]).await);
        let net = kitchen.datanet(&owner, ReviewPolicy::Automatic).await.id;
        let gone = kitchen.send(&ada, net, "1.md", &good(1)).await;
        let kept = kitchen.send(&ada, net, "2.md", &good(2)).await;
        let first = released(&kitchen, &owner, net).await;
        let rows_file = first_hash(&kitchen, first.id, "rows.jsonl").await;
        let before = notice::unread(app, &owner).await.unwrap();
        submission::withdraw(app, &ada, gone.id).await.unwrap();
        assert_eq!(notice::unread(app, &owner).await.unwrap(), before + 1, "the owner is told");

        let problem = submission::file(app, &ada, gone.id).await.unwrap_err();
        assert_eq!((problem.status, problem.code.as_str()), (410, "content_withdrawn"));
        let sample = datanet::sample_rows(app, &anyone, net, 20).await.unwrap();
        assert!(sample.iter().all(|row| row.submission != gone.id));
        for kind in [DownloadKind::Jsonl, DownloadKind::Parquet] {
            let problem = release::download(app, &anyone, first.id, kind).await.unwrap_err();
            assert_eq!((problem.status, problem.code.as_str()), (410, "release_stopped"));
        }
        assert_eq!(release::rows(app, &anyone, first.id, None).await.unwrap_err().code, "release_stopped");
        for readable in ["README.md", "manifest.json", "items.jsonl", "croissant.json", "leaves.txt"] {
            let file = release::file(app, &anyone, first.id, readable).await.unwrap();
            let text = String::from_utf8(file.whole(app).await.unwrap().to_vec()).unwrap();
            assert!(!text.contains("note number"), "{readable} holds content");
        }
        let proof = release::leaf_proof(app, &anyone, first.id, 0).await.unwrap();
        assert!(karat_tlog::verify_inclusion(&proof.leaf, 0, proof.size, &proof.path, &first.root.unwrap()));
        let refused = run::create(app, &Actor::system(), form("late", first.id)).await.unwrap_err();
        assert!(["release_stopped", "not_found"].contains(&refused.code.as_str()), "{refused:?}");

        let second = released(&kitchen, &owner, net).await;
        assert_eq!(second.submissions, 1);
        let affected = release::affected(app, &anyone, gone.id).await.unwrap();
        assert_eq!(affected.releases.len(), 1);
        assert_eq!(affected.releases[0].next.as_ref().unwrap().id, second.id);
        let problem = release::download(app, &anyone, first.id, DownloadKind::Jsonl).await.unwrap_err();
        assert!(problem.hint.contains(&second.id.to_string()), "{}", problem.hint);
        assert!(release::affected(app, &anyone, kept.id).await.unwrap().withdrawn_at.is_none());
        assert!(affected.withdrawn_at.is_some() && affected.datanet == net);
        assert_eq!(affected.media_type.as_deref(), Some("text/markdown"));
        let stranger = kitchen.person("Sam", &[]).await;
        for who in [&anyone, &stranger] {
            for problem in [
                submission::get(app, who, gone.id).await.unwrap_err(),
                submission::file(app, who, gone.id).await.unwrap_err(),
                submission::extract(app, who, gone.id).await.unwrap_err(),
            ] {
                assert_eq!((problem.status, problem.code.as_str()), (410, "content_withdrawn"), "{}", who.name);
                assert!(problem.hint.contains(&format!("{}/affected", gone.id)), "{}", problem.hint);
                let said = serde_json::to_string(&problem).unwrap();
                assert!(!said.contains("Ada") && !said.contains(&gone.hash.hex()), "{said}");
            }
        }

        // The bytes: out of service at once, destroyed an hour later, the rest untouched.
        kitchen.work().await;
        let blobs = app.store.blobs();
        for hash in [gone.hash, rows_file] {
            assert!(!blobs.exists(hash).await.unwrap());
        }
        kitchen.clock.set(kitchen.clock.now().plus_seconds(3_700));
        kitchen.work().await;
        blobs.bring_back(gone.hash).await.unwrap();
        assert!(!blobs.exists(gone.hash).await.unwrap(), "nothing is left to bring back");
        assert!(blobs.exists(kept.hash).await.unwrap());
        assert_eq!(release::rows(app, &anyone, second.id, None).await.unwrap().items[0].submission, kept.id);
    }

    async fn bytes_that_somebody_else_needs_stay(store: Store) {
        let kitchen = Kitchen::new(store);
        let (owner, ada) = (kitchen.person("Olga", &[]).await, kitchen.person("Ada", &[]).await);
        let ben = kitchen.person("Ben", &[]).await;
        let here = kitchen.datanet(&owner, ReviewPolicy::Automatic).await.id;
        let there = kitchen.datanet(&owner, ReviewPolicy::Automatic).await.id;
        let gone = kitchen.send(&ada, here, "1.md", &good(1)).await;
        submission::withdraw(&kitchen.app, &ada, gone.id).await.unwrap();
        kitchen.work().await;
        assert!(!kitchen.app.store.blobs().exists(gone.hash).await.unwrap());
        // Offered again by somebody else, within the hour and after it.
        let again = kitchen.send(&ben, there, "other.md", &good(1)).await;
        kitchen.clock.set(kitchen.clock.now().plus_seconds(3_700));
        kitchen.work().await;
        assert_eq!(again.hash, gone.hash);
        assert!(kitchen.app.store.blobs().exists(gone.hash).await.unwrap());
        submission::file(&kitchen.app, &ben, again.id).await.unwrap();
    }

    async fn what_is_taken_back_while_a_release_is_built_is_not_in_it(store: Store) {
        let kitchen = Kitchen::new(store);
        let (owner, ada) = (kitchen.person("Olga", &[]).await, kitchen.person("Ada", &[]).await);
        let net = kitchen.datanet(&owner, ReviewPolicy::Automatic).await.id;
        let gone = kitchen.send(&ada, net, "1.md", &good(1)).await;
        kitchen.send(&ada, net, "2.md", &good(2)).await;
        let made = release::create(&kitchen.app, &owner, net).await.unwrap();
        submission::withdraw(&kitchen.app, &ada, gone.id).await.unwrap();
        jobs::drain(&kitchen.app, jobs::QUEUES).await.unwrap();
        let done = release::get(&kitchen.app, &owner, made.id).await.unwrap();
        assert_eq!((done.submissions, done.stopped_at), (1, None), "{:?}", done.error);
        let affected = release::affected(&kitchen.app, &owner, gone.id).await.unwrap();
        assert!(affected.releases.is_empty());
    }
}

async fn first_hash(kitchen: &Kitchen, id: karat_types::id::ReleaseId, name: &str) -> karat_types::Hash {
    let files = release::files(&kitchen.app, &Actor::anyone(), id).await.unwrap();
    files.into_iter().find(|file| file.name == name).unwrap().sha256
}
