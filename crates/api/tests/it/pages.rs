//! The web pages, the headers every answer carries, health and numbers.

use crate::world::World;

#[tokio::test]
async fn a_browser_gets_the_pages_at_any_path_and_errors_stay_errors() {
    let world = World::new().await;
    for path in ["/", "/datanets/0197a0b2", "/runs"] {
        let page = world.get_as(path, "text/html,*/*;q=0.8").await;
        assert_eq!(page.status, 200, "{path}");
        assert!(page.header("content-type").starts_with("text/html"), "{path}");
        assert_eq!(page.header("cache-control"), "no-cache");
    }
    for path in ["/api/v1/nothing", "/v1/nothing", "/assets/gone.js"] {
        assert_eq!(world.get_as(path, "text/html").await.status, 404, "{path}");
    }
    assert_eq!(world.get_as("/favicon-gone.png", "image/png").await.json()["code"], "no_route");
}

#[tokio::test]
async fn every_answer_carries_the_security_headers() {
    let world = World::new().await;
    for path in ["/", "/docs", "/api/v1/home", "/api/v1/nothing", "/healthz"] {
        let answer = world.get_as(path, "text/html").await;
        let csp = answer.header("content-security-policy");
        assert!(csp.contains("default-src 'self'") && csp.contains("frame-ancestors 'none'"), "{path}");
        assert!(csp.contains("script-src 'self';"), "no inline scripts: {path}");
        assert_eq!(answer.header("x-content-type-options"), "nosniff", "{path}");
        assert_eq!(answer.header("referrer-policy"), "same-origin", "{path}");
    }
}

#[tokio::test]
async fn text_travels_compressed() {
    let world = World::new().await;
    let request = world.request("GET", "/docs").header("accept-encoding", "gzip");
    assert_eq!(
        world.send(request.body(Default::default()).unwrap()).await.header("content-encoding"),
        "gzip"
    );
}

#[tokio::test]
async fn health_and_numbers_name_nobody() {
    let world = World::new().await;
    let person = world.person("ada-lovelace", &[]).await;
    assert_eq!(world.get("/healthz").await.json()["status"], "ok");
    assert_eq!(world.get("/readyz").await.json()["status"], "ok");
    world.as_key(&person.key, "GET", "/api/v1/me", None).await;
    let text = world.get("/metrics").await.text();
    assert!(text.contains("karat_http_requests_total"), "{text}");
    assert!(text.contains("route=\"/api/v1/me\""), "{text}");
    assert!(
        text.contains("karat_jobs_ready")
            && text.contains("karat_submissions")
            && text.contains("karat_runs"),
        "{text}"
    );
    assert!(!text.contains("ada-lovelace") && !text.contains(&person.contributor.to_string()), "{text}");
}

#[tokio::test]
async fn a_server_that_lost_its_database_is_not_ready_but_alive() {
    let world = World::new().await;
    world.app.store.close().await;
    let answer = world.get("/readyz").await;
    assert_eq!((answer.status, answer.header("retry-after").as_str()), (503, "5"));
    assert!(!answer.json()["hint"].as_str().unwrap().is_empty());
    assert_eq!(world.get("/healthz").await.status, 200);
}

#[tokio::test]
async fn settings_say_what_a_visitor_may_know() {
    let world = World::new().await;
    let settings = world.get("/api/v1/settings").await.json();
    assert_eq!(settings["limits"]["files_per_day"], 20);
    assert_eq!(settings["max_file_bytes"], 10_000_000);
    assert_eq!(settings["open_signup"], true);
    assert_eq!(settings["signed_in"], false);
}
