//! Local files or S3.

use crate::{Result, StoreConfig, StoreError};
use karat_types::Problem;
use object_store::aws::AmazonS3Builder;
use object_store::local::LocalFileSystem;
use object_store::path::Path as Key;
use object_store::{ClientOptions, ObjectStore, RetryConfig};
use std::path::Path;
use std::sync::Arc;
use std::time::Duration;

type Opened = (Arc<dyn ObjectStore>, Key, String);

pub(super) fn open(config: &StoreConfig) -> Result<Opened> {
    match &config.blob_url {
        None => local(&config.data_dir.join("blobs")),
        Some(url) if url.starts_with("s3://") => s3(config, url),
        Some(url) if url.contains("://") && !url.starts_with("file://") => Err(bad_url(url)),
        Some(path) => local(Path::new(path.strip_prefix("file://").unwrap_or(path))),
    }
}

fn bad_url(url: &str) -> StoreError {
    Problem::bad(
        "blob_url_unknown",
        format!("`blob_url` is '{url}'; a folder or `s3://bucket/prefix` was expected."),
        "Set `blob_url` to one of the two, or leave it out: blobs are then kept in the data folder.",
    )
    .into()
}

fn local(root: &Path) -> Result<Opened> {
    crate::open::make_data_dir(root)?;
    let files = LocalFileSystem::new_with_prefix(root)?.with_fsync(true);
    Ok((Arc::new(files), Key::default(), root.display().to_string()))
}

fn s3(config: &StoreConfig, url: &str) -> Result<Opened> {
    let rest = url.trim_start_matches("s3://").trim_end_matches('/');
    let (bucket, prefix) = rest.split_once('/').unwrap_or((rest, ""));
    if bucket.is_empty() {
        return Err(bad_url(url));
    }
    let s3 = &config.s3;
    // A request over plain http shows everyone on the way what is in it.
    let http = s3.endpoint.as_deref().is_some_and(is_loopback_http);
    // No limit on a whole request: models take minutes. Silence for 30 s is an error.
    let client = ClientOptions::new()
        .with_allow_http(http)
        .with_timeout_disabled()
        .with_read_timeout(Duration::from_secs(30))
        .with_connect_timeout(Duration::from_secs(5));
    let retry =
        RetryConfig { max_retries: 4, retry_timeout: Duration::from_secs(20), ..RetryConfig::default() };
    let mut builder = AmazonS3Builder::new()
        .with_bucket_name(bucket)
        .with_region(s3.region.as_deref().unwrap_or("us-east-1"))
        .with_client_options(client)
        .with_retry(retry);
    if let Some(endpoint) = &s3.endpoint {
        builder = builder.with_endpoint(endpoint);
    }
    if let (Some(key), Some(secret)) = (&s3.access_key, &s3.secret_key) {
        builder = builder.with_access_key_id(key).with_secret_access_key(secret);
    }
    Ok((Arc::new(builder.build()?), Key::from(prefix), format!("s3://{rest}")))
}

/// `http://` to this very machine.
fn is_loopback_http(endpoint: &str) -> bool {
    let Some(rest) = endpoint.strip_prefix("http://") else { return false };
    let host = rest.split('/').next().unwrap_or(rest);
    let name = host.rsplit_once(':').map_or(host, |(name, _)| name);
    name == "localhost" || name == "[::1]" || name.starts_with("127.")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn plain_http_is_for_this_machine_alone() {
        assert!(is_loopback_http("http://127.0.0.1:9000/"));
        assert!(is_loopback_http("http://[::1]:9000"));
        assert!(!is_loopback_http("http://10.0.0.7:9000"));
        assert!(!is_loopback_http("https://localhost"));
    }

    #[test]
    fn an_unknown_address_names_what_is_expected() {
        let config = StoreConfig { blob_url: Some("ftp://x".into()), ..StoreConfig::local("/nowhere") };
        let problem = Problem::from(open(&config).unwrap_err());
        assert_eq!(problem.code, "blob_url_unknown");
        assert!(problem.hint.contains("data folder"));
    }
}
