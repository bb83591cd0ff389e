//! A file's way through the door, the gate and out again, by HTTP alone.

use crate::world::World;
use serde_json::json;

/// Running text the gate has nothing against.
pub(crate) const TEXT: &str = include_str!("../fixtures/bread.md");

#[tokio::test]
async fn a_file_is_pre_checked_submitted_judged_and_served_back_inert() {
    let world = World::new().await;
    let (owner, ada) = (world.person("owner", &[]).await, world.person("ada", &[]).await);
    let datanet = world.datanet(&owner, "automatic").await;

    let said = world.upload(&ada.key, &datanet, "pre-check", "bread.md", TEXT.as_bytes()).await;
    assert_eq!(said.status, 200, "{}", said.text());
    assert_eq!(said.json()["verdict"]["outcome"], "passed", "{}", said.text());
    let quota = world.as_key(&ada.key, "GET", "/api/v1/me/quota", None).await.json();
    assert_eq!((&quota["files_used"], &quota["attempts_used"]), (&json!(0), &json!(1)));

    let taken = world.upload(&ada.key, &datanet, "submissions", "bread <b>.md", TEXT.as_bytes()).await;
    assert_eq!(taken.status, 202, "{}", taken.text());
    let url = format!("/api/v1/submissions/{}", taken.json()["id"].as_str().unwrap());
    world.work().await;
    let judged = world.as_key(&ada.key, "GET", &url, None).await.json();
    assert_eq!(judged["state"], "accepted", "{judged}");

    let file = world.get(&format!("{url}/file")).await;
    assert_eq!(file.text(), TEXT);
    assert_eq!(file.header("content-type"), "application/octet-stream");
    assert_eq!(file.header("content-disposition"), "attachment; filename=\"bread__b_.md\"");
    assert!(file.header("content-security-policy").starts_with("sandbox"));
    assert_eq!(file.header("x-content-type-options"), "nosniff");
    assert_eq!(file.header("cache-control"), "public, max-age=60");
    for path in ["file", "extract"] {
        let own = world.as_key(&ada.key, "GET", &format!("{url}/{path}"), None).await;
        assert_eq!((own.status, own.header("cache-control").as_str()), (200, "private, no-store"), "{path}");
        assert_eq!(own.header("vary"), "cookie, authorization");
    }

    let mine = world.as_key(&ada.key, "GET", "/api/v1/me/submissions", None).await.json();
    assert_eq!(mine["total"], 1);
    let again = world.upload(&ada.key, &datanet, "submissions", "bread.md", TEXT.as_bytes()).await.json();
    world.work().await;
    let url = format!("/api/v1/submissions/{}", again["id"].as_str().unwrap());
    let again = world.as_key(&ada.key, "GET", &url, None).await.json();
    assert_eq!(
        (&again["state"], &again["findings"][0]["code"]),
        (&json!("refused"), &json!("already_yours"))
    );
}

#[tokio::test]
async fn a_reviewer_decides_and_the_contributor_is_told() {
    let world = World::new().await;
    let (owner, ada) = (world.person("owner", &[]).await, world.person("ada", &[]).await);
    let datanet = world.datanet(&owner, "owner").await;
    let taken = world.upload(&ada.key, &datanet, "submissions", "bread.md", TEXT.as_bytes()).await.json();
    world.work().await;
    let next = format!("/api/v1/datanets/{datanet}/review/next");
    let item = world.as_key(&owner.key, "GET", &next, None).await;
    assert_eq!(item.header("cache-control"), "private, no-store");
    let item = item.json();
    assert_eq!(item["submission"]["id"], taken["id"]);
    assert_eq!(item["submission"]["contributor_name"], json!(null), "review is blind");
    let skipped = format!("{next}?skip={}", taken["id"].as_str().unwrap());
    assert_eq!(world.as_key(&owner.key, "GET", &skipped, None).await.json(), json!(null));

    let decision = format!("/api/v1/submissions/{}/decision", taken["id"].as_str().unwrap());
    let bare = world.as_key(&owner.key, "POST", &decision, Some(json!({"outcome": "rejected"}))).await;
    assert_eq!(bare.status, 400, "a rejection needs a reason: {}", bare.text());
    let form = json!({"outcome": "rejected", "reasons": ["off_topic"], "note": "Not about bread."});
    assert_eq!(world.as_key(&owner.key, "POST", &decision, Some(form)).await.status, 200);
    world.work().await;
    let notices = world.as_key(&ada.key, "GET", "/api/v1/me/notices", None).await.json();
    assert_eq!(notices["total"], 1, "{notices}");
    assert_eq!(world.as_key(&ada.key, "POST", "/api/v1/me/notices/read", None).await.status, 204);
    assert_eq!(world.as_key(&ada.key, "GET", "/api/v1/me", None).await.json()["unread"], 0);
}
