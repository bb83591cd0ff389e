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
    let source = "/docs/guide/builder#download-the-adapter";
    let ask = "ask=how+do+I+download+the+adapter+of+a+run&goal=use+peft";
    let markdown = world.get(&format!("/docs/guide/builder.md?{ask}")).await.text();
    assert!(markdown.starts_with("# how do I download the adapter of a run\n"), "{markdown}");
    assert!(markdown.contains(&format!("Source: [{source}]({source})")), "{markdown}");

    let json = world.get_as(&format!("/docs.md?{ask}"), "application/json").await.json();
    let passages = json["passages"].as_array().unwrap();
    assert!(passages.iter().any(|p| p["url"] == source) && passages.len() <= 3, "{json}");
    let html = world.get_as(&format!("/docs?{ask}"), "text/html").await.text();
    assert!(html.contains("<h1>how do I download the adapter of a run</h1>"), "{html}");
    assert!(html.contains(&format!("<a href=\"{source}\">")), "{html}");
    let api = world.get("/api/v1/docs/ask?q=how+do+I+download+the+adapter+of+a+run").await.json();
    assert_eq!(api["question"], json["question"]);
    assert_eq!(api["passages"].as_array().unwrap().len(), passages.len());
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

/// Every path of the API that a page shows is a path of the API.
#[tokio::test]
async fn the_paths_in_the_docs_are_routes() {
    let api = serde_json::to_value(karat_api::openapi()).unwrap();
    let routes: Vec<&String> = api["paths"].as_object().unwrap().keys().collect();
    let fits = |path: &str, route: &str| {
        let (path, route): (Vec<_>, Vec<_>) = (path.split('/').collect(), route.split('/').collect());
        path.len() == route.len() && path.iter().zip(route).all(|(p, r)| *p == r || r.starts_with('{'))
    };
    let (mut seen, mut wrong) = (0, Vec::new());
    for page in karat_api::docs::pages() {
        for start in ["/api/v1/", "$URL/v1/"] {
            for (at, _) in page.markdown.match_indices(start) {
                let end = |c: char| !(c.is_ascii_alphanumeric() || "/-_.{}$".contains(c));
                let path = page.markdown[at..].split(end).next().unwrap().trim_end_matches('.');
                let path = path.trim_start_matches("$URL");
                seen += 1;
                if !routes.iter().any(|route| fits(path, route)) {
                    wrong.push(format!("docs/{}.md: {path}", page.path));
                }
            }
        }
    }
    assert!(seen > 15, "{seen} paths");
    assert!(wrong.is_empty(), "no such routes:\n{}", wrong.join("\n"));
}
