//! A release from the server into a folder, and back again when it was damaged.

use crate::kill::{datanet, text};
use crate::process::{Karat, finish};
use serde_json::json;

async fn a_folder_is_fetched_and_verified(karat: Karat) {
    let server = karat.serve().await;
    let net = server.post("datanets", datanet("Fetched")).await;
    let id = net["id"].as_str().unwrap().to_owned();
    for number in 0..3 {
        server
            .upload(&format!("datanets/{id}/submissions"), &format!("{number}.md"), text(number).into())
            .await;
    }
    let _worker = karat.worker();
    server.until(&format!("datanets/{id}"), |net| net["counts"]["accepted"] == 3).await;
    let made = server.post(&format!("datanets/{id}/releases"), json!({})).await;
    let release = made["id"].as_str().unwrap().to_owned();
    server.until(&format!("releases/{release}"), |r| r["state"] == "ready").await;

    let folder = tempfile::tempdir().unwrap();
    let out = folder.path().join("fetched");
    let download = || {
        let args =
            ["release", "download", &release, "--out", out.to_str().unwrap(), "--server", server.url()];
        finish(karat.command(&args), "")
    };
    let said = String::from_utf8(download().stdout).unwrap();
    assert!(said.contains("Verified") && said.contains("7 files"), "{said}");
    let rows = std::fs::read_to_string(out.join("rows.jsonl")).unwrap();
    // A file that was changed is fetched again, the others are not.
    std::fs::write(out.join("rows.jsonl"), rows.replace("baker", "faker")).unwrap();
    let kept = std::fs::metadata(out.join("items.jsonl")).unwrap().modified().unwrap();
    assert!(download().status.success());
    assert_eq!(std::fs::read_to_string(out.join("rows.jsonl")).unwrap(), rows);
    assert_eq!(std::fs::metadata(out.join("items.jsonl")).unwrap().modified().unwrap(), kept);

    let first: serde_json::Value = serde_json::from_str(rows.lines().next().unwrap()).unwrap();
    let submission = first["submission"].as_str().unwrap();
    server.post(&format!("submissions/{submission}/withdraw"), json!({})).await;
    let warned = download();
    assert!(warned.status.success(), "what is there already and right is not fetched again");
    assert!(String::from_utf8(warned.stdout).unwrap().contains("no longer handed out"));
    std::fs::remove_file(out.join("rows.jsonl")).unwrap();
    let refused = download();
    assert!(!refused.status.success());
    let said = String::from_utf8_lossy(&refused.stderr).into_owned();
    assert!(said.contains("no longer handed out"), "{said}");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_folder_is_fetched_and_verified_on_sqlite() {
    a_folder_is_fetched_and_verified(Karat::sqlite()).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_folder_is_fetched_and_verified_on_postgres_and_s3() {
    a_folder_is_fetched_and_verified(Karat::postgres_and_s3()).await;
}
