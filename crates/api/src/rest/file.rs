//! Files in and out.

use crate::auth::SignedIn;
use crate::error::{ApiResult, Json};
use crate::rest::upload::{FileForm, only_file};
use crate::state::ApiState;
use axum::extract::{DefaultBodyLimit, Request, State};
use axum::http::{HeaderValue, StatusCode, header};
use axum::response::{IntoResponse, Response};
use bytes::Bytes;
use karat_services::authz::{self, Action};
use karat_services::{App, run};
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

#[cfg(test)]
mod tests {
    use super::*;

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
