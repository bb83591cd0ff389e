//! Whatever is wrong with a request comes back as a problem with its fix.

use crate::world::{Answer, World};
use axum::body::Body;

fn problem(answer: &Answer, status: u16, code: &str) {
    assert_eq!(answer.status, status, "{}", answer.text());
    assert_eq!(answer.header("content-type"), "application/problem+json");
    let body = answer.json();
    assert_eq!((body["code"].as_str(), body["status"].as_u64()), (Some(code), Some(status.into())));
    assert!(body["detail"].as_str().unwrap().len() > 5 && body["hint"].as_str().unwrap().len() > 5, "{body}");
}

#[tokio::test]
async fn unknown_paths_methods_and_ids_are_problems() {
    let world = World::new().await;
    problem(&world.get("/api/v1/nothing").await, 404, "no_route");
    problem(&world.post("/api/v1/home", "{}").await, 405, "wrong_method");
    problem(&world.get("/api/v1/datanets/not-an-id").await, 404, "not_found");
    let id = "0197a0b2-0000-7000-8000-000000000000";
    for kind in ["datanets", "submissions", "releases", "runs", "models", "contributors"] {
        problem(&world.get(&format!("/api/v1/{kind}/{id}")).await, 404, "not_found");
    }
}

#[tokio::test]
async fn broken_json_is_named() {
    let world = World::new().await;
    problem(&world.post("/api/v1/auth/sign-in", "{\"name\"").await, 400, "json_syntax");
    problem(&world.post("/api/v1/auth/sign-in", "{}").await, 422, "json_invalid");
    let plain = world.request("POST", "/api/v1/auth/sign-in").body(Body::from("{}")).unwrap();
    problem(&world.send(plain).await, 415, "not_json");
    let long = format!("{{\"name\": \"{}\"}}", "a".repeat(3_000_000));
    problem(&world.post("/api/v1/auth/sign-in", &long).await, 413, "too_large");
    problem(&world.get("/api/v1/leaderboard?season=soon").await, 400, "query_invalid");
}

#[tokio::test]
async fn broken_uploads_are_named() {
    let world = World::new().await;
    let person = world.person("ada", &[]).await;
    let url = format!("/api/v1/datanets/{}/pre-check", world.datanet(&person, "automatic").await);
    let send = |body: Vec<u8>, kind: &'static str| {
        let request = world.request("POST", &url).header("authorization", format!("Bearer {}", person.key));
        world.send(request.header("content-type", kind).body(Body::from(body)).unwrap())
    };
    problem(&send(b"hello".to_vec(), "text/plain").await, 400, "not_a_form");
    let form = "multipart/form-data; boundary=x";
    problem(&send(b"--x\r\nContent-Dispos".to_vec(), form).await, 400, "upload_broken");
    problem(&send(b"--x--\r\n".to_vec(), form).await, 400, "upload_incomplete");
    let odd = b"--x\r\nContent-Disposition: form-data; name=\"declaration\"\r\n\r\nnot json\r\n--x--\r\n";
    problem(&send(odd.to_vec(), form).await, 400, "declaration_invalid");
    let mut long = b"--x\r\nContent-Disposition: form-data; name=\"file\"; filename=\"a\"\r\n\r\n".to_vec();
    long.resize(12_000_000, b'a');
    problem(&send(long, form).await, 413, "too_large");
}

#[tokio::test]
async fn a_full_disk_or_a_lost_database_is_said_with_its_status() {
    let world = World::new().await;
    world.app.store.close().await;
    let answer = world.get("/api/v1/datanets").await;
    problem(&answer, 503, "database_down");
    assert_eq!(answer.header("retry-after"), "5");
}
