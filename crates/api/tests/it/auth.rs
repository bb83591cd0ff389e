//! Signing in and staying safe: cookies, keys, other sites, other hosts.

use crate::world::{PASSWORD, World};
use axum::body::Body;
use serde_json::json;

fn credentials(name: &str) -> String {
    json!({"name": name, "password": PASSWORD}).to_string()
}

#[tokio::test]
async fn sign_up_sets_a_cookie_that_scripts_cannot_read_and_sign_out_ends_it() {
    let world = World::new().await;
    let answer = world.post("/api/v1/auth/sign-up", &credentials("ada")).await;
    assert_eq!(answer.status, 201, "{}", answer.text());
    assert_eq!(answer.json()["name"], "ada");
    let set = answer.header("set-cookie");
    assert!(set.starts_with("karat=") && set.contains("HttpOnly") && set.contains("SameSite=Lax"), "{set}");
    assert!(set.contains("Path=/") && !set.contains("Secure"), "{set}");
    let cookie = set.split(';').next().unwrap().to_owned();
    assert_eq!(world.with_cookie(&cookie, "GET", "/api/v1/me", None).await.json()["name"], "ada");

    let out = world.with_cookie(&cookie, "POST", "/api/v1/auth/sign-out", Some("same")).await;
    assert_eq!(out.status, 204);
    assert!(out.header("set-cookie").starts_with("karat=;"), "{}", out.header("set-cookie"));
    assert_eq!(world.with_cookie(&cookie, "GET", "/api/v1/me", None).await.status, 401);
    // An ended session makes nobody a stranger to what anyone may read.
    assert_eq!(world.with_cookie(&cookie, "GET", "/api/v1/datanets", None).await.status, 200);
}

#[tokio::test]
async fn a_wrong_password_says_nothing_about_the_name_and_guessing_slows_down() {
    let world = World::new().await;
    world.post("/api/v1/auth/sign-up", &credentials("ada")).await;
    let wrong = json!({"name": "ada", "password": "not the password"}).to_string();
    let unknown = json!({"name": "bob", "password": "not the password"}).to_string();
    let (a, b) = (
        world.post("/api/v1/auth/sign-in", &wrong).await,
        world.post("/api/v1/auth/sign-in", &unknown).await,
    );
    assert_eq!((a.status, a.json()), (b.status, b.json()));
    assert_eq!(a.status, 401);
    let mut last = a;
    for _ in 0..12 {
        last = world.post("/api/v1/auth/sign-in", &wrong).await;
    }
    assert_eq!(last.status, 429, "{}", last.text());
    assert!(last.header("retry-after").parse::<u32>().unwrap() > 0);
}

#[tokio::test]
async fn another_site_cannot_act_with_a_visitors_cookie() {
    let world = World::new().await;
    let set = world.post("/api/v1/auth/sign-up", &credentials("ada")).await.header("set-cookie");
    let cookie = set.split(';').next().unwrap();
    for origin in [None, Some("http://evil.example"), Some("null"), Some("http://127.0.0.1:9")] {
        let answer = world.with_cookie(cookie, "POST", "/api/v1/me/notices/read", origin).await;
        assert_eq!((answer.status, answer.json()["code"].as_str()), (403, Some("cross_site")), "{origin:?}");
    }
    assert_eq!(world.with_cookie(cookie, "POST", "/api/v1/me/notices/read", Some("same")).await.status, 204);

    let fetch = |site: &'static str| {
        let request = world.request("POST", "/api/v1/me/notices/read").header("cookie", cookie);
        world.send(request.header("sec-fetch-site", site).body(Body::empty()).unwrap())
    };
    assert_eq!(fetch("cross-site").await.status, 403);
    assert_eq!(fetch("same-site").await.status, 403);
    assert_eq!(fetch("same-origin").await.status, 204);
    // Nor sign a visitor in from elsewhere.
    let request = world.request("POST", "/api/v1/auth/sign-in").header("origin", "http://evil.example");
    let request =
        request.header("content-type", "application/json").body(Body::from(credentials("ada"))).unwrap();
    assert_eq!(world.send(request).await.status, 403);
}

#[tokio::test]
async fn a_key_opens_the_same_doors_until_it_is_taken_back() {
    let world = World::new().await;
    let ada = world.person("ada", &[]).await;
    let made = world.as_key(&ada.key, "POST", "/api/v1/me/keys", Some(json!({"name": "laptop"}))).await;
    assert_eq!(made.status, 201, "{}", made.text());
    let (id, secret) = (made.json()["key"]["id"].clone(), made.json()["secret"].as_str().unwrap().to_owned());
    assert!(secret.starts_with("karat_"));
    assert_eq!(world.as_key(&secret, "GET", "/api/v1/me", None).await.json()["name"], "ada");
    let list = world.as_key(&secret, "GET", "/api/v1/me/keys", None).await.text();
    assert!(list.contains("laptop") && !list.contains(&secret));

    let gone =
        world.as_key(&ada.key, "DELETE", &format!("/api/v1/me/keys/{}", id.as_str().unwrap()), None).await;
    assert_eq!(gone.status, 204);
    assert_eq!(world.as_key(&secret, "GET", "/api/v1/me", None).await.status, 401);
    // A wrong key is an error even where anyone may read: the caller thinks it is somebody.
    assert_eq!(world.as_key("karat_wrong", "GET", "/api/v1/datanets", None).await.status, 401);
}

#[tokio::test]
async fn changing_the_password_ends_other_sessions_only() {
    let world = World::new().await;
    let first = world.post("/api/v1/auth/sign-up", &credentials("ada")).await.header("set-cookie");
    let second = world.post("/api/v1/auth/sign-in", &credentials("ada")).await.header("set-cookie");
    let (first, second) = (first.split(';').next().unwrap(), second.split(';').next().unwrap());
    let change = json!({"current": PASSWORD, "new": "another long enough one"}).to_string();
    let request = world.request("POST", "/api/v1/auth/password").header("cookie", second);
    let request = request.header("origin", world.origin()).header("content-type", "application/json");
    assert_eq!(world.send(request.body(Body::from(change)).unwrap()).await.status, 204);
    assert_eq!(world.with_cookie(first, "GET", "/api/v1/me", None).await.status, 401);
    assert_eq!(world.with_cookie(second, "GET", "/api/v1/me", None).await.status, 200);
}

#[tokio::test]
async fn a_loopback_server_does_not_answer_to_rebound_names() {
    let world = World::new().await;
    let request = axum::http::Request::get("/api/v1/home").header("host", "evil.example");
    let answer = world.send(request.body(Body::empty()).unwrap()).await;
    assert_eq!((answer.status, answer.json()["code"].as_str()), (421, Some("wrong_host")));
}

#[tokio::test]
async fn passwords_do_not_travel_over_plain_http() {
    let world = World::at("0.0.0.0:80", None).await;
    let request = |host: &str| {
        let request = axum::http::Request::post("/api/v1/auth/sign-up").header("host", host);
        request.header("content-type", "application/json").body(Body::from(credentials("ada"))).unwrap()
    };
    let answer = world.send(request("lab.example")).await;
    assert_eq!((answer.status, answer.json()["code"].as_str()), (403, Some("http_refused")));

    let https = World::at("0.0.0.0:80", Some("https://lab.example")).await;
    let set = https.send(request("lab.example")).await.header("set-cookie");
    assert!(set.starts_with("__Host-karat=") && set.contains("Secure"), "{set}");
}
