//! The loop's counts, the search over everything, settings, questions to the docs.

use crate::auth::Caller;
use crate::docs::{self, serve::Answer};
use crate::error::{ApiResult, Json, Query};
use crate::state::ApiState;
use axum::extract::State;
use karat_services::view::home::{Hit, Home};
use karat_services::{App, home, search};
use karat_types::limits::EntryLimits;
use serde::{Deserialize, Serialize};
use std::sync::Arc;
use utoipa_axum::{router::OpenApiRouter, routes};

/// Docs passages among the hits of a search.
const DOCS_HITS: usize = 3;

pub(super) fn routes() -> OpenApiRouter<ApiState> {
    OpenApiRouter::new()
        .routes(routes!(get_home))
        .routes(routes!(search_all))
        .routes(routes!(get_settings))
        .routes(routes!(list_docs))
        .routes(routes!(ask_docs))
}

/// What to look for.
#[derive(Deserialize, utoipa::IntoParams)]
#[into_params(parameter_in = Query)]
struct Words {
    /// Words, or a question.
    q: String,
}

/// What a visitor may know of how this server is set.
#[derive(Serialize, utoipa::ToSchema)]
struct SiteSettings {
    /// Version of Karat.
    version: &'static str,
    /// Whether anyone may make an account.
    open_signup: bool,
    /// What one contributor may enter in a day.
    limits: EntryLimits,
    /// Largest file, bytes.
    max_file_bytes: u64,
    /// Seconds in which a reviewer can take a decision back.
    undo_seconds: i64,
    /// Whether the one who asks is signed in.
    signed_in: bool,
}

/// A page of the documentation.
#[derive(Serialize, utoipa::ToSchema)]
struct DocEntry {
    /// Its title.
    title: String,
    /// Its first paragraph.
    summary: String,
    /// Where it is served.
    url: String,
    /// The same as Markdown.
    markdown_url: String,
}

/// Live counts of the loop.
#[utoipa::path(get, path = "/api/v1/home", tag = "home", responses((status = 200, body = Home)))]
async fn get_home(State(app): State<Arc<App>>, Caller(actor): Caller) -> ApiResult<Json<Home>> {
    Ok(Json(home::get(&app, &actor).await?))
}

/// Search everything, the docs too.
#[utoipa::path(get, path = "/api/v1/search", tag = "home", params(Words),
    responses((status = 200, body = Vec<Hit>)))]
async fn search_all(
    State(app): State<Arc<App>>,
    Caller(actor): Caller,
    Query(words): Query<Words>,
) -> ApiResult<Json<Vec<Hit>>> {
    let mut hits = search::search(&app, &actor, &words.q).await?;
    hits.extend(docs::ask(&words.q, DOCS_HITS).into_iter().map(|p| Hit {
        kind: "docs".into(),
        title: if p.heading == p.title { p.title } else { format!("{}: {}", p.title, p.heading) },
        link: p.url,
    }));
    Ok(Json(hits))
}

/// How this server is set.
#[utoipa::path(get, path = "/api/v1/settings", tag = "home", responses((status = 200, body = SiteSettings)))]
async fn get_settings(State(app): State<Arc<App>>, Caller(actor): Caller) -> Json<SiteSettings> {
    Json(SiteSettings {
        version: env!("CARGO_PKG_VERSION"),
        open_signup: app.settings.open_signup,
        limits: app.settings.limits,
        max_file_bytes: karat_services::submission::MAX_FILE_BYTES,
        undo_seconds: app.settings.undo_seconds,
        signed_in: actor.account.is_some(),
    })
}

/// The pages of the documentation.
#[utoipa::path(get, path = "/api/v1/docs", tag = "docs", responses((status = 200, body = Vec<DocEntry>)))]
async fn list_docs() -> Json<Vec<DocEntry>> {
    let entry = |p: &docs::DocPage| DocEntry {
        title: p.title.clone(),
        summary: p.summary.clone(),
        url: p.url(),
        markdown_url: format!("/docs/{}.md", p.path),
    };
    Json(docs::pages().iter().map(entry).collect())
}

/// The passages that answer a question best; none when the docs do not say.
#[utoipa::path(get, path = "/api/v1/docs/ask", tag = "docs", params(Words),
    responses((status = 200, body = Answer)))]
async fn ask_docs(Query(words): Query<Words>) -> Json<Answer> {
    Json(Answer::to(&words.q, ""))
}
