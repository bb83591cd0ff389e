//! A release by HTTP alone: listed, fetched whole and in parts, and stopped.

use crate::submissions::TEXT;
use crate::world::{Answer, World};
use axum::body::Body;
use serde_json::{Value, json};

async fn part(world: &World, url: &str, range: &str) -> Answer {
    world.send(world.request("GET", url).header("range", range).body(Body::empty()).unwrap()).await
}

#[tokio::test]
async fn files_are_listed_fetched_in_parts_and_no_longer_handed_out_when_stopped() {
    let world = World::new().await;
    let (owner, ada) = (world.person("owner", &[]).await, world.person("ada", &[]).await);
    let datanet = world.datanet(&owner, "automatic").await;
    let taken = world.upload(&ada.key, &datanet, "submissions", "bread.md", TEXT.as_bytes()).await.json();
    world.work().await;
    let preview = format!("/api/v1/datanets/{datanet}/releases/preview");
    let preview = world.as_key(&owner.key, "GET", &preview, None).await.json();
    assert_eq!((&preview["items"], &preview["plan"]["cap"]), (&json!(1), &json!(50)), "{preview}");
    let releases = format!("/api/v1/datanets/{datanet}/releases");
    let made = world.as_key(&owner.key, "POST", &releases, None).await.json();
    world.work().await;
    let url = format!("/api/v1/releases/{}", made["id"].as_str().unwrap());

    let files = world.get(&format!("{url}/files")).await.json();
    let files = files.as_array().unwrap();
    assert_eq!(files[0]["name"], "README.md");
    for file in files {
        let got = world.get(&format!("{url}/files/{}", file["name"].as_str().unwrap())).await;
        assert_eq!((got.status, got.bytes.len() as u64), (200, file["bytes"].as_u64().unwrap()), "{file}");
        assert_eq!(got.header("etag"), format!("\"{}\"", file["sha256"].as_str().unwrap()));
        assert!(got.header("content-security-policy").starts_with("sandbox"));
    }
    let rows = format!("{url}/files/rows.jsonl");
    let whole = world.get(&rows).await;
    let some = part(&world, &rows, "bytes=10-19").await;
    assert_eq!((some.status, some.bytes.as_slice()), (206, &whole.bytes[10..20]));
    assert_eq!(some.header("content-range"), format!("bytes 10-19/{}", whole.bytes.len()));
    assert_eq!(part(&world, &rows, "bytes=99999999-").await.status, 416);
    assert_eq!(world.get(&format!("{url}/files/nothing.txt")).await.status, 404);
    let parquet = format!("{url}/files/data/train-00000-of-00001.parquet");
    assert_eq!(world.get(&parquet).await.header("content-type"), "application/vnd.apache.parquet");

    let submission = format!("/api/v1/submissions/{}", taken["id"].as_str().unwrap());
    let back = world.as_key(&ada.key, "POST", &format!("{submission}/withdraw"), None).await;
    assert_eq!(back.status, 200, "{}", back.text());
    for gone in [&rows, &parquet, &format!("{url}/download/jsonl"), &format!("{url}/rows")] {
        let answer = world.get(gone).await;
        assert_eq!((answer.status, &answer.json()["code"]), (410, &json!("release_stopped")), "{gone}");
    }
    for still in ["manifest.json", "README.md", "items.jsonl", "croissant.json", "leaves.txt"] {
        assert_eq!(world.get(&format!("{url}/files/{still}")).await.status, 200, "{still}");
    }
    assert_eq!(
        world.get(&format!("{url}/leaves/0/proof")).await.json()["size"],
        made_rows(&world, &url).await
    );
    let stopped = world.get(&url).await.json();
    assert!(stopped["stopped_at"].is_string(), "{stopped}");
    let affected = world.get(&format!("{submission}/affected")).await.json();
    assert_eq!(affected["releases"][0]["id"], made["id"], "{affected}");
    let file = world.as_key(&ada.key, "GET", &format!("{submission}/file"), None).await;
    assert_eq!((file.status, &file.json()["code"]), (410, &json!("content_withdrawn")));
}

async fn made_rows(world: &World, url: &str) -> Value {
    world.get(url).await.json()["rows"].clone()
}
