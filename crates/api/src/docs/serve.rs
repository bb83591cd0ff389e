//! `/docs`, its Markdown, its answers, `/llms.txt`.

use super::{DocPage, Folder, INDEX, Passage, ask::ask_for, find, html, pages};
use crate::error::ApiError;
use crate::error::{Path, Query};
use axum::http::{HeaderMap, StatusCode, header};
use axum::response::{Html, IntoResponse, Redirect, Response};
use axum::routing::get;
use axum::{Json, Router};
use karat_types::Problem;
use serde::{Deserialize, Serialize};
use std::fmt::Write as _;

const MARKDOWN: &str = "text/markdown; charset=utf-8";
const PASSAGES: usize = 3;
/// A question longer than this says nothing more.
const MAX_QUESTION_CHARS: usize = 500;

/// Routes that need no state.
pub(crate) fn routes<S: Clone + Send + Sync + 'static>() -> Router<S> {
    Router::new()
        .route("/docs", get(index))
        .route("/docs/", get(|| async { Redirect::permanent("/docs") }))
        .route("/docs.md", get(index_markdown))
        .route("/docs/style.css", get(style))
        .route("/docs/{*path}", get(any))
        .route("/llms.txt", get(|| async { text(llms()) }))
        .route("/llms-full.txt", get(|| async { text(llms_full()) }))
}

/// `?ask=…&goal=…` on any page.
#[derive(Deserialize)]
struct AskQuery {
    ask: Option<String>,
    #[serde(default)]
    goal: String,
}

/// An answer as JSON.
#[derive(Clone, Debug, PartialEq, Serialize, utoipa::ToSchema)]
pub(crate) struct Answer {
    /// The question as it was asked.
    pub(crate) question: String,
    /// The best passages, best first; empty when the documentation does not say.
    pub(crate) passages: Vec<Passage>,
    /// Said when there are none.
    pub(crate) note: Option<String>,
}

impl Answer {
    pub(crate) fn to(question: &str, goal: &str) -> Self {
        let question: String = question.chars().take(MAX_QUESTION_CHARS).collect();
        let goal: String = goal.chars().take(MAX_QUESTION_CHARS).collect();
        let passages = ask_for(&question, &goal, PASSAGES);
        let note = passages.is_empty().then(|| {
            "The documentation does not answer this. Use other words, or read the index: /docs".to_owned()
        });
        Self { question, passages, note }
    }

    /// The whole answer, for those who read Markdown.
    fn markdown(&self) -> String {
        format!("# {}\n{}", self.question.replace(['\n', '\r'], " "), self.passages())
    }

    fn passages(&self) -> String {
        let mut out = String::new();
        if let Some(note) = &self.note {
            let _ = write!(out, "\n{note}\n");
        }
        for p in &self.passages {
            let heading =
                if p.heading == p.title { p.title.clone() } else { format!("{}: {}", p.title, p.heading) };
            let _ = write!(out, "\n## {heading}\n\n{}\n\nSource: [{}]({})\n", p.text, p.url, p.url);
        }
        out
    }
}

async fn index(Query(query): Query<AskQuery>, headers: HeaderMap) -> Response {
    serve(INDEX, false, query, &headers)
}

async fn index_markdown(Query(query): Query<AskQuery>, headers: HeaderMap) -> Response {
    if query.ask.is_some() {
        return serve(INDEX, true, query, &headers);
    }
    // The page's links are relative to `/docs/`.
    Redirect::permanent("/docs/README.md").into_response()
}

async fn any(Path(path): Path<String>, Query(query): Query<AskQuery>, headers: HeaderMap) -> Response {
    match path.strip_suffix(".md") {
        Some(page) => serve(page, true, query, &headers),
        None => match Folder::get(&path).filter(|_| !path.ends_with(".md")) {
            Some(file) => ([(header::CONTENT_TYPE, media_type(&path))], file.data).into_response(),
            None => serve(&path, false, query, &headers),
        },
    }
}

fn serve(path: &str, markdown: bool, query: AskQuery, headers: &HeaderMap) -> Response {
    let Some(page) = find(path) else {
        let hint = "The index of all pages is at /docs, or ask: /docs?ask=your+question";
        return ApiError(Problem { hint: hint.into(), ..Problem::missing("page", path) }).into_response();
    };
    let accept = headers.get(header::ACCEPT).and_then(|v| v.to_str().ok()).unwrap_or_default();
    match query.ask {
        Some(question) => answer(&Answer::to(&question, &query.goal), markdown, accept),
        None if markdown => text(raw(page)),
        None => Html(html::page(page)).into_response(),
    }
}

fn answer(answer: &Answer, markdown: bool, accept: &str) -> Response {
    if accept.contains("application/json") {
        return Json(answer).into_response();
    }
    if !markdown && accept.contains("text/html") {
        return Html(html::answer(&answer.question, &answer.passages())).into_response();
    }
    text(answer.markdown())
}

fn raw(page: &DocPage) -> String {
    format!(
        "{}\n\n---\n\n## Agent instructions\n\n\
         This documentation answers questions: `GET /docs/{}.md?ask=<question>&goal=<what you want to achieve>` \
         returns the best passages with their sources, as Markdown, or as JSON with `Accept: application/json`. \
         All pages: `/llms.txt`; all of them in one file: `/llms-full.txt`; the API: `/api/openapi.json`.\n",
        page.markdown.trim_end(),
        page.path
    )
}

fn llms() -> String {
    let mut out = String::from("# Karat\n\n");
    let _ = write!(out, "> {}\n\n## Docs\n\n", find(INDEX).map(|p| p.summary.as_str()).unwrap_or_default());
    for page in pages() {
        let _ = writeln!(out, "- [{}](/docs/{}.md): {}", page.title, page.path, page.summary);
    }
    out.push_str("\n## API\n\n- [OpenAPI description](/api/openapi.json): every route, form and answer\n");
    out
}

fn llms_full() -> String {
    let mut out = String::new();
    for page in pages() {
        let _ = write!(out, "<!-- /docs/{}.md -->\n\n{}\n\n", page.path, page.markdown.trim_end());
    }
    out
}

fn text(markdown: String) -> Response {
    ([(header::CONTENT_TYPE, MARKDOWN)], markdown).into_response()
}

async fn style() -> Response {
    let headers = [(header::CONTENT_TYPE, "text/css; charset=utf-8"), (header::CACHE_CONTROL, "max-age=300")];
    (StatusCode::OK, headers, include_str!("style.css")).into_response()
}

fn media_type(path: &str) -> &'static str {
    if path.ends_with(".svg") { "image/svg+xml" } else { "image/png" }
}
