//! Events arrive in order, can be taken up again, and stop when the server stops.

use crate::submissions::TEXT;
use crate::world::World;
use axum::body::Body;
use futures::StreamExt;
use std::time::Duration;

/// Reads a stream until it has `n` events or nothing comes for a while.
async fn read(world: &World, key: &str, path: &str, last: Option<&str>, n: usize) -> Vec<(i64, String)> {
    let mut request = world.request("GET", path).header("authorization", format!("Bearer {key}"));
    if let Some(last) = last {
        request = request.header("last-event-id", last);
    }
    let response =
        tower::ServiceExt::oneshot(world.router.clone(), request.body(Body::empty()).unwrap()).await.unwrap();
    assert_eq!(response.status(), 200);
    assert_eq!(response.headers()["content-type"], "text/event-stream");
    let mut stream = response.into_body().into_data_stream();
    let mut text = String::new();
    while text.matches("\nid: ").count() + usize::from(text.starts_with("id: ")) < n
        || !text.ends_with("\n\n")
    {
        match tokio::time::timeout(Duration::from_secs(5), stream.next()).await {
            Ok(Some(Ok(bytes))) => text.push_str(&String::from_utf8_lossy(&bytes)),
            _ => break,
        }
    }
    text.split("\n\n").filter(|e| !e.trim().is_empty()).filter_map(event).collect()
}

fn event(block: &str) -> Option<(i64, String)> {
    let field = |name: &str| block.lines().find_map(|l| l.strip_prefix(name)).map(|v| v.trim().to_owned());
    serde_json::from_str::<serde_json::Value>(&field("data:")?).unwrap();
    Some((field("id:")?.parse().unwrap(), field("event:")?))
}

#[tokio::test]
async fn events_can_be_taken_up_where_they_were_left() {
    let world = World::new().await;
    let ada = world.person("ada", &[]).await;
    let datanet = world.datanet(&ada, "automatic").await;
    let taken = world.upload(&ada.key, &datanet, "submissions", "bread.md", TEXT.as_bytes()).await.json();
    world.work().await;
    let path = format!(
        "/api/v1/events?topics=submission:{},contributor:{}&after=0",
        taken["id"].as_str().unwrap(),
        ada.contributor
    );
    let all = read(&world, &ada.key, &path, None, 2).await;
    assert!(all.len() >= 2, "{all:?}");
    assert!(all.windows(2).all(|w| w[0].0 < w[1].0), "{all:?}");
    let rest = read(&world, &ada.key, &path, Some(&all[0].0.to_string()), all.len() - 1).await;
    assert_eq!(rest, all[1..], "the header wins over the query");
}

#[tokio::test]
async fn nobody_follows_another_persons_topic() {
    let world = World::new().await;
    let (ada, bob) = (world.person("ada", &[]).await, world.person("bob", &[]).await);
    let path = format!("/api/v1/events?topics=contributor:{}", ada.contributor);
    assert_eq!(world.as_key(&bob.key, "GET", &path, None).await.status, 403);
    assert_eq!(world.get(&path).await.status, 401);
    let datanet = world.datanet(&ada, "owner").await;
    let taken = world.upload(&ada.key, &datanet, "submissions", "bread.md", TEXT.as_bytes()).await.json();
    world.work().await;
    let path = format!("/api/v1/events?topics=submission:{}", taken["id"].as_str().unwrap());
    assert!(world.as_key(&bob.key, "GET", &path, None).await.status >= 400, "not decided yet, so not public");
    for topics in ["", "run", "weather:0197a0b2-0000-7000-8000-000000000000", "run:1"] {
        assert_eq!(world.get(&format!("/api/v1/events?topics={topics}")).await.status, 400, "{topics}");
    }
}

#[tokio::test]
async fn streams_end_when_the_server_ends() {
    let world = World::new().await;
    let ada = world.person("ada", &[]).await;
    let path = format!("/api/v1/events?topics=contributor:{}", ada.contributor);
    let shutdown = world.shutdown.clone();
    tokio::spawn(async move {
        tokio::time::sleep(Duration::from_millis(200)).await;
        shutdown.cancel();
    });
    let ended =
        tokio::time::timeout(Duration::from_secs(10), world.as_key(&ada.key, "GET", &path, None)).await;
    assert_eq!(ended.expect("the stream ended").status, 200);
}
