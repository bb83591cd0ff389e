//! Pages, Markdown, questions.

use crate::world::World;

#[tokio::test]
async fn pages_are_served_as_html_and_as_markdown() {
    let world = World::new().await;
    let page = world.get("/docs/guide/builder").await;
    assert_eq!(page.status, 200);
    assert!(page.header("content-type").starts_with("text/html"));
    assert!(page.text().contains("href=\"/docs/reference/api#events\""), "links are absolute when served");
    assert!(!page.text().contains("<script"));

    let raw = world.get("/docs/guide/builder.md").await;
    assert!(raw.header("content-type").starts_with("text/markdown"));
    assert!(raw.text().starts_with("# Builder") && raw.text().contains("## Agent instructions"));
    assert!(raw.text().contains("/docs/guide/builder.md?ask="));
}

#[tokio::test]
async fn a_question_is_answered_with_its_sources_in_the_shape_asked_for() {
    let world = World::new().await;
    let url = "/docs/guide/builder.md?ask=what+happens+when+a+worker+dies+during+a+run&goal=keep+the+adapter";
    let markdown = world.get(url).await;
    assert!(
        markdown.text().starts_with("# what happens when a worker dies during a run\n"),
        "{}",
        markdown.text()
    );
    assert!(
        markdown.text().contains("Source: [/docs/guide/builder#stop-cancel-resume]"),
        "{}",
        markdown.text()
    );

    let json = world
        .get_as("/docs.md?ask=what+happens+when+a+worker+dies+during+a+run", "application/json")
        .await
        .json();
    assert_eq!(json["passages"][0]["url"], "/docs/guide/builder#stop-cancel-resume");
    let html = world.get_as("/docs?ask=what+happens+when+a+worker+dies+during+a+run", "text/html").await;
    assert!(html.text().contains("<h1>what happens when a worker dies during a run</h1>"), "{}", html.text());
    let api = world.get("/api/v1/docs/ask?q=what+happens+when+a+worker+dies+during+a+run").await.json();
    assert_eq!(api["passages"], json["passages"]);
}

#[tokio::test]
async fn what_is_not_documented_is_said_so_and_markup_in_a_question_stays_text() {
    let world = World::new().await;
    let json = world.get_as("/docs?ask=best+pizza+in+Naples", "application/json").await.json();
    assert_eq!(json["passages"], serde_json::json!([]));
    assert!(json["note"].as_str().unwrap().contains("does not answer"));
    let html = world.get_as("/docs?ask=%3Cimg+src%3Dx+onerror%3Dalert(1)%3E", "text/html").await;
    assert!(html.text().contains("<h1>&lt;img src=x"), "{}", html.text());
    assert!(!html.text().contains("<img src=x"), "{}", html.text());
}

#[tokio::test]
async fn agents_find_everything() {
    let world = World::new().await;
    let index = world.get("/llms.txt").await;
    for line in index.text().lines().filter(|l| l.starts_with("- [")) {
        let url = line.split("](").nth(1).unwrap().split(')').next().unwrap().to_owned();
        assert_eq!(world.get(&url).await.status, 200, "{url}");
    }
    assert!(index.text().contains("/docs/guide/builder.md"));
    assert!(world.get("/llms-full.txt").await.text().contains("# The HTTP API"));
    assert_eq!(world.get("/docs/nothing").await.json()["code"], "not_found");
    assert_eq!(world.get("/docs.md").await.header("location"), "/docs/README.md");
}
