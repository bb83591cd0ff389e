//! Releases: what is in them, that they stay, that anyone can check them.

use crate::kitchen::{Kitchen, good};
use karat_services::release::{self, DownloadKind};
use karat_services::view::release::{Release, Row};
use karat_services::{Actor, Settings, jobs, submission};
use karat_store::Store;
use karat_types::id::DatanetId;
use karat_types::{ReleaseState, ReviewPolicy};
use serde_json::Value;

pub(crate) async fn released(kitchen: &Kitchen, owner: &Actor, datanet: DatanetId) -> Release {
    let made = release::create(&kitchen.app, owner, datanet).await.unwrap();
    assert_eq!(made.state, ReleaseState::Building);
    jobs::drain(&kitchen.app, jobs::QUEUES).await.unwrap();
    release::get(&kitchen.app, &Actor::anyone(), made.id).await.unwrap()
}

async fn rows_of(kitchen: &Kitchen, release: &Release) -> Vec<Row> {
    let file =
        release::download(&kitchen.app, &Actor::anyone(), release.id, DownloadKind::Jsonl).await.unwrap();
    let text = String::from_utf8(file.whole(&kitchen.app).await.unwrap().to_vec()).unwrap();
    text.lines().map(|l| serde_json::from_str(l).unwrap()).collect()
}

karat_testkit::db_test! {
    async fn one_contributor_has_their_share_and_the_rest_waits(store: Store) {
        let settings = Settings { release_max_items: 3, undo_seconds: 0, ..Settings::default() };
        let kitchen = Kitchen::with(store, settings);
        let (owner, ada) = (kitchen.person("Olga", &[]).await, kitchen.person("Ada", &[]).await);
        let ben = kitchen.person("Ben", &[]).await;
        let net = kitchen.datanet(&owner, ReviewPolicy::Automatic).await.id;
        let mut of_ada = Vec::new();
        for n in 0..5 {
            of_ada.push(kitchen.send(&ada, net, &format!("{n}.md"), &good(n)).await.id);
        }
        kitchen.send(&ben, net, "ben.md", &good(77)).await;
        let preview = release::preview(&kitchen.app, &owner, net).await.unwrap();
        assert_eq!((preview.items, preview.contributors, preview.plan.cap, preview.problem), (4, 2, 3, None));
        assert_eq!(release::preview(&kitchen.app, &ada, net).await.unwrap_err().code, "forbidden");
        let done = released(&kitchen, &owner, net).await;
        let waiting = &done.plan.waiting[0];
        assert_eq!((waiting.contributor_name.as_str(), waiting.taken, waiting.waiting), ("Ada", 3, 2));
        let kept: Vec<_> = rows_of(&kitchen, &done).await.iter().map(|row| row.submission).collect();
        assert!(of_ada[..3].iter().all(|id| kept.contains(id)) && !kept.contains(&of_ada[4]), "the latest wait");
        assert!(done.card.contains("2 accepted items of 1 contributors wait"), "{}", done.card);
        let problem = release::create(&kitchen.app, &owner, net).await.unwrap_err();
        assert!(problem.code == "nothing_new" && problem.detail.contains("2 more items wait"), "{problem:?}");
    }

    async fn every_file_is_listed_and_the_record_lets_an_auditor_count(store: Store) {
        let kitchen = Kitchen::new(store);
        let (owner, ada) = (kitchen.person("Olga", &[]).await, kitchen.person("Ada", &[]).await);
        let net = kitchen.datanet(&owner, ReviewPolicy::Automatic).await.id;
        for n in 0..3 {
            kitchen.send(&ada, net, &format!("{n}.md"), &good(n)).await;
        }
        let done = released(&kitchen, &owner, net).await;
        let folder = crate::release_media::folder(&kitchen, &done).await;
        let names: Vec<_> = folder.keys().map(String::as_str).collect();
        assert_eq!(names, [
            "README.md", "croissant.json", "data/train-00000-of-00001.parquet", "items.jsonl", "leaves.txt",
            "manifest.json", "rows.jsonl",
        ]);
        let records = String::from_utf8(folder["items.jsonl"].clone()).unwrap();
        let records: Vec<Value> = records.lines().map(|l| serde_json::from_str(l).unwrap()).collect();
        assert_eq!(records.iter().map(|r| r["rows"].as_u64().unwrap()).sum::<u64>(), done.rows);
        for record in &records {
            assert_eq!(record["decision"]["outcome"], "accepted");
            assert_eq!(record["decision"]["policy"], "automatic");
            assert!(record["findings"].is_array() && record["gate_version"].is_u64(), "{record}");
        }
        let manifest: Value = serde_json::from_slice(&folder["manifest.json"]).unwrap();
        assert_eq!(manifest["root"], done.root.unwrap().hex());
        for file in manifest["files"].as_array().unwrap() {
            let bytes = &folder[file["name"].as_str().unwrap()];
            assert_eq!(file["sha256"], karat_types::Hash::of(bytes).hex());
        }
    }

    async fn the_croissant_names_every_file_and_column(store: Store) {
        let kitchen = Kitchen::new(store);
        let (owner, ada) = (kitchen.person("Olga", &[]).await, kitchen.person("Ada", &[]).await);
        let net = kitchen.datanet(&owner, ReviewPolicy::Automatic).await.id;
        kitchen.send(&ada, net, "1.md", &good(1)).await;
        let done = released(&kitchen, &owner, net).await;
        let folder = crate::release_media::folder(&kitchen, &done).await;
        let croissant: Value = serde_json::from_slice(&folder["croissant.json"]).unwrap();
        assert_eq!(croissant["conformsTo"][0], "http://mlcommons.org/croissant/1.1");
        assert_eq!(croissant["version"], "1.0.0");
        assert_eq!(croissant["license"], serde_json::json!(["https://spdx.org/licenses/CC-BY-4.0"]));
        for property in ["citeAs", "datePublished", "url", "description", "prov:wasDerivedFrom",
            "prov:wasAttributedTo", "rai:dataCollection", "rai:dataBiases", "rai:personalSensitiveInformation",
            "rai:annotationsPerItem", "rai:machineAnnotationTools", "rai:dataPreprocessingProtocol",
            "rai:dataReleaseMaintenancePlan"] {
            assert!(!croissant[property].is_null(), "{property}");
        }
        let mut described = 0;
        for file in croissant["distribution"].as_array().unwrap() {
            if file["@type"] == "cr:FileObject" {
                let bytes = &folder[file["contentUrl"].as_str().unwrap()];
                assert_eq!(file["sha256"], karat_types::Hash::of(bytes).hex());
                assert_eq!(file["contentSize"], format!("{} B", bytes.len()));
                described += 1;
            }
        }
        assert_eq!(described, folder.len() - 2, "all but the card and the description itself");
        let columns: Vec<_> = croissant["recordSet"][0]["field"].as_array().unwrap().iter()
            .map(|f| f["source"]["extract"]["column"].as_str().unwrap().to_owned()).collect();
        let table = parquet::file::reader::SerializedFileReader::new(bytes::Bytes::from(
            folder["data/train-00000-of-00001.parquet"].clone())).unwrap();
        let schema = parquet::file::reader::FileReader::metadata(&table).file_metadata().schema().clone();
        assert_eq!(columns, schema.get_fields().iter().map(|f| f.name().to_owned()).collect::<Vec<_>>());
    }

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
