//! The web pages: built by `ui/`, carried in the binary, served with the right caching.

use crate::error::no_route;
use axum::http::{HeaderMap, Method, Uri, header};
use axum::response::{IntoResponse, Response};
use rust_embed::RustEmbed;

#[derive(RustEmbed)]
#[folder = "../../ui/dist"]
struct Dist;

const INDEX: &str = "index.html";
/// Vite puts a hash in the names under `assets/`: they never change.
const FOREVER: &str = "public, max-age=31536000, immutable";
/// Everything else is asked for again.
const FRESH: &str = "no-cache";
/// Paths the pages never own: an unknown one is an error, not a page.
const NOT_PAGES: [&str; 4] = ["/api/", "/v1/", "/docs/", "/assets/"];

/// Files of the UI; any other path a browser visits gets the page that routes it.
pub(crate) async fn serve(method: Method, uri: Uri, headers: HeaderMap) -> Response {
    if method != Method::GET && method != Method::HEAD {
        return no_route(&method, &uri).into_response();
    }
    let path = uri.path().trim_start_matches('/');
    if let Some(response) = file(path).filter(|_| !path.is_empty()) {
        return response;
    }
    let accepts = headers.get(header::ACCEPT).and_then(|v| v.to_str().ok()).unwrap_or("*/*");
    let page = accepts.contains("text/html") || (path.is_empty() && accepts.contains("*/*"));
    if !page || NOT_PAGES.iter().any(|prefix| uri.path().starts_with(prefix)) {
        return no_route(&method, &uri).into_response();
    }
    file(INDEX).unwrap_or_else(|| no_route(&method, &uri).into_response())
}

fn file(path: &str) -> Option<Response> {
    let file = Dist::get(path)?;
    let cache = if path.starts_with("assets/") { FOREVER } else { FRESH };
    let headers = [(header::CONTENT_TYPE, media_type(path)), (header::CACHE_CONTROL, cache)];
    Some((headers, file.data).into_response())
}

fn media_type(path: &str) -> &'static str {
    match path.rsplit('.').next().unwrap_or_default() {
        "html" => "text/html; charset=utf-8",
        "js" => "text/javascript; charset=utf-8",
        "css" => "text/css; charset=utf-8",
        "svg" => "image/svg+xml",
        "png" => "image/png",
        "ico" => "image/x-icon",
        "webp" => "image/webp",
        "woff2" => "font/woff2",
        "json" | "map" => "application/json",
        "webmanifest" => "application/manifest+json",
        "txt" => "text/plain; charset=utf-8",
        _ => "application/octet-stream",
    }
}
