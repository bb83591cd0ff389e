//! Files in and out.

use crate::auth::SignedIn;
use crate::error::{ApiResult, Json};
use crate::rest::upload::{FileForm, only_file};
use crate::state::ApiState;
use axum::body::Body;
use axum::extract::{DefaultBodyLimit, Request, State};
use axum::http::{HeaderMap, HeaderValue, StatusCode, header};
use axum::response::{AppendHeaders, IntoResponse, Response};
use bytes::Bytes;
use karat_services::authz::{self, Action};
use karat_services::release::Download;
use karat_services::{Actor, App, run};
use karat_types::Hash;
use std::sync::Arc;
use utoipa_axum::{router::OpenApiRouter, routes};

/// A file of rows and the form around it.
const MAX_ROWS_BODY_BYTES: usize = run::MAX_ROWS_FILE + 1_000_000;

pub(super) fn routes() -> OpenApiRouter<ApiState> {
    OpenApiRouter::new().routes(routes!(upload_rows)).layer(DefaultBodyLimit::max(MAX_ROWS_BODY_BYTES))
}

/// Upload a JSONL to train on; its hash goes into the run's form as `file`.
#[utoipa::path(post, path = "/api/v1/files", tag = "runs",
    request_body(content = FileForm, content_type = "multipart/form-data"),
    responses((status = 201, description = "Stored under this hash", body = Hash)))]
async fn upload_rows(
    State(app): State<Arc<App>>,
    SignedIn(actor): SignedIn,
    request: Request,
) -> ApiResult<(StatusCode, Json<Hash>)> {
    // Asked here as well: nobody else's 200 MB are read first.
    authz::require(&actor, Action::CreateRun, false)?;
    let bytes = only_file(request).await?;
    Ok((StatusCode::CREATED, Json(run::upload_rows(&app, &actor, bytes).await?)))
}

/// Whatever a file contains, it runs nothing and loads nothing.
const SANDBOX: &str = "sandbox; default-src 'none'";
/// Media a page may show in `<img>` or play in `<audio>`; anything else is only downloaded.
const SHOWN: [&str; 8] = [
    "image/png",
    "image/jpeg",
    "image/webp",
    "image/gif",
    "audio/wav",
    "audio/mpeg",
    "audio/flac",
    "audio/ogg",
];

/// Who may keep an answer, and for how long.
pub(super) type Kept = [(header::HeaderName, &'static str); 2];

/// What a visitor is answered is public, and is asked for again after a minute, as it may
/// be taken back. What a person with an account is answered nobody keeps: they may see more.
pub(super) fn kept(actor: &Actor) -> Kept {
    let control = if actor.account.is_some() { "private, no-store" } else { "public, max-age=60" };
    [(header::CACHE_CONTROL, control), (header::VARY, "cookie, authorization")]
}

/// Answers a submitted file.
pub(super) fn served_file(bytes: Bytes, media_type: &str, name: &str) -> Response {
    let shown = Some(media_type).filter(|m| SHOWN.contains(m));
    let disposition = if shown.is_some() { "inline".to_owned() } else { attachment(name) };
    let headers = [
        (header::CONTENT_TYPE, shown.unwrap_or("application/octet-stream").to_owned()),
        (header::CONTENT_DISPOSITION, disposition),
        (header::CONTENT_SECURITY_POLICY, SANDBOX.to_owned()),
    ];
    (headers, bytes).into_response()
}

/// A name that is safe in the header, whatever it was called.
fn attachment(name: &str) -> String {
    let safe: String =
        name.chars().map(|c| if c.is_ascii_alphanumeric() || "-_.".contains(c) { c } else { '_' }).collect();
    format!("attachment; filename=\"{safe}\"")
}

/// Answers a file of ours under its name.
pub(super) fn download(name: &str, media_type: &'static str, bytes: Bytes) -> Response {
    let headers = [
        (header::CONTENT_TYPE, HeaderValue::from_static(media_type)),
        (header::CONTENT_SECURITY_POLICY, HeaderValue::from_static(SANDBOX)),
    ];
    ([(header::CONTENT_DISPOSITION, attachment(name))], headers, bytes).into_response()
}

/// Answers a file of a release as it comes from the store, or the part that was asked for.
pub(super) async fn streamed(app: &App, asked: &HeaderMap, file: &Download) -> ApiResult<Response> {
    let tag = format!("\"{}\"", file.sha256);
    let range =
        match asked.get(header::RANGE).filter(|_| asked.get(header::IF_RANGE).is_none_or(|t| *t == tag)) {
            None => None,
            Some(range) => match part(range.to_str().unwrap_or_default(), file.bytes) {
                Part::Whole => None,
                Part::Of(range) => Some(range),
                Part::Outside => return Ok(outside(file.bytes)),
            },
        };
    let (status, asked) = match range {
        Some(range) => (StatusCode::PARTIAL_CONTENT, range),
        None => (StatusCode::OK, 0..file.bytes),
    };
    let name = file.file_name.rsplit('/').next().unwrap_or_default();
    let mut headers = vec![
        (header::CONTENT_TYPE, file.media_type.clone()),
        (header::CONTENT_DISPOSITION, attachment(name)),
        (header::CONTENT_SECURITY_POLICY, SANDBOX.to_owned()),
        (header::CONTENT_LENGTH, (asked.end - asked.start).to_string()),
        (header::ACCEPT_RANGES, "bytes".to_owned()),
        (header::ETAG, tag),
    ];
    if status == StatusCode::PARTIAL_CONTENT {
        let said = format!("bytes {}-{}/{}", asked.start, asked.end - 1, file.bytes);
        headers.push((header::CONTENT_RANGE, said));
    }
    let body = Body::from_stream(file.stream(app, asked).await?);
    Ok((status, AppendHeaders(headers), body).into_response())
}

fn outside(bytes: u64) -> Response {
    (StatusCode::RANGE_NOT_SATISFIABLE, [(header::CONTENT_RANGE, format!("bytes */{bytes}"))]).into_response()
}

/// What a header `Range` asks of a file.
#[derive(Debug, PartialEq)]
enum Part {
    Whole,
    Of(std::ops::Range<u64>),
    Outside,
}

/// One range of bytes (RFC 9110, 14.1.2); several, or what cannot be read, are answered
/// by the whole file, as the standard allows.
fn part(asked: &str, bytes: u64) -> Part {
    let Some((first, last)) = asked.strip_prefix("bytes=").and_then(|r| r.trim().split_once('-')) else {
        return Part::Whole;
    };
    let range = match (first.parse::<u64>(), last.parse::<u64>()) {
        (Ok(first), Ok(last)) if first <= last => first..last.saturating_add(1).min(bytes),
        (Ok(first), Err(_)) if last.is_empty() => first..bytes,
        (Err(_), Ok(last)) if first.is_empty() => bytes.saturating_sub(last)..bytes,
        _ => return Part::Whole,
    };
    if range.start < range.end { Part::Of(range) } else { Part::Outside }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn one_range_of_bytes_is_understood() {
        let of = |asked| part(asked, 100);
        assert_eq!(of("bytes=0-9"), Part::Of(0..10));
        assert_eq!(of("bytes=90-"), Part::Of(90..100));
        assert_eq!(of("bytes=-5"), Part::Of(95..100));
        assert_eq!(of("bytes=-500"), Part::Of(0..100));
        assert_eq!(of("bytes=50-5000"), Part::Of(50..100));
        assert_eq!(of("bytes=100-"), Part::Outside);
        assert_eq!(of("bytes=-0"), Part::Outside);
        for whole in ["bytes=9-0", "bytes=0-1,3-4", "lines=1-2", "bytes=x-y", "", "bytes=-"] {
            assert_eq!(of(whole), Part::Whole, "{whole}");
        }
    }

    fn header(response: &Response, name: &str) -> String {
        response.headers()[name].to_str().unwrap().to_owned()
    }

    #[test]
    fn media_is_shown_and_everything_else_is_only_saved() {
        let picture = served_file(Bytes::new(), "image/png", "a.png");
        assert_eq!(
            (header(&picture, "content-type"), header(&picture, "content-disposition")),
            ("image/png".into(), "inline".into())
        );
        assert!(header(&picture, "content-security-policy").starts_with("sandbox"));
        for active in ["text/html", "image/svg+xml", "application/pdf", "text/plain"] {
            let file = served_file(Bytes::new(), active, "x\"; y.html\r\nz");
            assert_eq!(header(&file, "content-type"), "application/octet-stream", "{active}");
            assert_eq!(header(&file, "content-disposition"), "attachment; filename=\"x___y.html__z\"");
        }
    }
}
