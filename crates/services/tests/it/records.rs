//! Files of records from the upload to the rows a run trains on.

use crate::kitchen::{Kitchen, good};
use crate::release::released;
use karat_services::release::DownloadKind;
use karat_services::{Actor, release};
use karat_store::Store;
use karat_types::{ReviewPolicy, SubmissionState};
use serde_json::{Value, json};

karat_testkit::db_test! {
    async fn records_keep_their_shape_and_fields_through_a_release(store: Store) {
        let kitchen = Kitchen::new(store);
        let (owner, ada) = (kitchen.person("Olga", &[]).await, kitchen.person("Ada", &[]).await);
        let net = kitchen.datanet(&owner, ReviewPolicy::Automatic).await.id;
        let chat = json!({"messages": [
            {"role": "user", "content": "What does the text say?"}, {"role": "assistant", "content": good(1)}],
            "contributor": "somebody else", "source": "a book"});
        let asked = json!({"instruction": "Say it again.", "output": good(2)});
        let sent = kitchen.send(&ada, net, "rows.jsonl", &format!("{chat}\n\n{asked}\n")).await;
        kitchen.work().await;
        let seen = kitchen.see(sent.id).await;
        assert_eq!(seen.state, SubmissionState::Accepted, "{seen:?}");
        let done = released(&kitchen, &owner, net).await;
        assert_eq!(done.rows, 2);
        let file = release::download(&kitchen.app, &Actor::anyone(), done.id, DownloadKind::Jsonl).await.unwrap();
        let text = String::from_utf8(file.whole(&kitchen.app).await.unwrap().to_vec()).unwrap();
        let lines: Vec<Value> = text.lines().map(|line| serde_json::from_str(line).unwrap()).collect();
        assert_eq!((lines[0]["shape"].as_str(), lines[1]["shape"].as_str()), (Some("chat"), Some("instruction")));
        assert_eq!((&lines[0]["messages"], &lines[0]["source"]), (&chat["messages"], &chat["source"]));
        assert_ne!(lines[0]["contributor"], "somebody else", "a record does not say whose it is");
        assert_eq!(lines[1]["output"], asked["output"]);
        let content: Value = serde_json::from_str(lines[0]["content"].as_str().unwrap()).unwrap();
        assert_eq!(content, chat, "the leaf commits to the whole record");
        assert_eq!(lines[0]["span"], json!([0, chat.to_string().len()]));
    }

    async fn a_broken_record_refuses_the_file_and_names_its_line(store: Store) {
        let kitchen = Kitchen::new(store);
        let (owner, ada) = (kitchen.person("Olga", &[]).await, kitchen.person("Ada", &[]).await);
        let net = kitchen.datanet(&owner, ReviewPolicy::Automatic).await.id;
        let sent = kitchen.send(&ada, net, "rows.jsonl", &format!("{}\n{{\"text\": 5}}\n", json!({"text": good(1)}))).await;
        kitchen.work().await;
        let seen = kitchen.see(sent.id).await;
        assert_eq!(seen.state, SubmissionState::Refused);
        let found = &seen.findings[0];
        assert!(found.code == "record_wrong_type" && found.message.starts_with("Line 2: field text"), "{found:?}");
    }
}
