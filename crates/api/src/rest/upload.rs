//! A file with its declaration, as browsers and curl send it.

use crate::error::{ApiError, multipart_problem};
use axum::extract::{DefaultBodyLimit, FromRequest, Multipart, Request};
use bytes::Bytes;
use karat_services::submission::Upload;
use karat_services::view::submission::Declaration;
use karat_types::Problem;

/// A file of 10 MB and the form around it.
const MAX_BODY_BYTES: usize = 11_000_000;

/// Fields of an upload.
#[derive(utoipa::ToSchema)]
#[allow(dead_code, reason = "describes the form; the fields are read one by one")]
pub(crate) struct UploadForm {
    /// The file.
    #[schema(value_type = String, format = Binary)]
    file: Vec<u8>,
    /// What its contributor declares, as JSON.
    declaration: Declaration,
}

/// The one field of a file without declaration.
#[derive(utoipa::ToSchema)]
#[allow(dead_code, reason = "describes the form; the field is read by hand")]
pub(crate) struct FileForm {
    /// The file.
    #[schema(value_type = String, format = Binary)]
    file: Vec<u8>,
}

/// The whole body is read within this limit and no further.
pub(crate) fn limit() -> DefaultBodyLimit {
    DefaultBodyLimit::max(MAX_BODY_BYTES)
}

/// An upload, read.
pub(crate) struct Form(pub(crate) Upload);

impl<S: Send + Sync> FromRequest<S> for Form {
    type Rejection = ApiError;

    async fn from_request(request: Request, state: &S) -> Result<Self, ApiError> {
        let (mut file, mut declaration) = (None, None);
        let mut form = multipart(request, state).await?;
        while let Some(field) = form.next_field().await.map_err(|e| multipart_problem(&e))? {
            match field.name() {
                Some("file") => {
                    let name = field.file_name().unwrap_or_default().to_owned();
                    file = Some((name, field.bytes().await.map_err(|e| multipart_problem(&e))?));
                }
                Some("declaration") => {
                    declaration = Some(declared(&field.bytes().await.map_err(|e| multipart_problem(&e))?)?);
                }
                _ => {}
            }
        }
        let (file_name, bytes) = file.ok_or_else(|| missing("file"))?;
        let declaration = declaration.ok_or_else(|| missing("declaration"))?;
        Ok(Self(Upload { file_name, bytes, declaration }))
    }
}

/// The field `file` of a form that has no other.
pub(crate) async fn only_file(request: Request) -> Result<Bytes, ApiError> {
    let mut form = multipart(request, &()).await?;
    while let Some(field) = form.next_field().await.map_err(|e| multipart_problem(&e))? {
        if field.name() == Some("file") {
            return field.bytes().await.map_err(|e| multipart_problem(&e));
        }
    }
    Err(missing("file"))
}

async fn multipart<S: Send + Sync>(request: Request, state: &S) -> Result<Multipart, ApiError> {
    Multipart::from_request(request, state).await.map_err(|rejection| {
        let hint = "Send multipart/form-data: curl does it with -F file=@PATH.";
        ApiError(Problem::new(rejection.status().as_u16(), "not_a_form", rejection.body_text(), hint))
    })
}

fn declared(json: &[u8]) -> Result<Declaration, ApiError> {
    serde_json::from_slice(json).map_err(|e| {
        let detail = format!("The field 'declaration' is not what is expected: {e}.");
        let hint = "Send JSON with licence, origin, source_type and consent; /docs/reference/api shows one.";
        ApiError(Problem::bad("declaration_invalid", detail, hint))
    })
}

fn missing(field: &str) -> ApiError {
    let detail = format!("The form has no field '{field}'.");
    let hint = "Send multipart/form-data with that field; /docs/reference/api shows an example.";
    ApiError(Problem::bad("upload_incomplete", detail, hint))
}
