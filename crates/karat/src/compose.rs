//! The composition root: configuration in, the application out.

use crate::clamd::Clamd;
use crate::config::Config;
use crate::eval_sets;
use crate::sandbox::{self, Sandbox};
use crate::trust_anchors;
use karat_engine::Engine;
use karat_services::scan::Scanner;
use karat_services::{App, Blocklist, Settings};
use karat_store::{S3Options, Store, StoreConfig};
use karat_types::clock::SystemClock;
use karat_types::{Clock, Problem};
use std::sync::Arc;

/// How the store is reached.
pub(crate) fn store_config(config: &Config) -> StoreConfig {
    StoreConfig {
        database_url: config.database_url.clone(),
        blob_url: config.blob_url.clone(),
        s3: S3Options {
            endpoint: config.s3_endpoint.clone(),
            region: config.s3_region.clone(),
            access_key: config.s3_access_key.clone(),
            secret_key: config.s3_secret_key.clone(),
        },
        data_dir: config.data_dir.clone(),
    }
}

/// The open store.
pub(crate) async fn store(config: &Config) -> Result<Store, Problem> {
    config.ensure_data_dir()?;
    Ok(Store::open(&store_config(config)).await?)
}

/// The open store with its tables as this version wants them.
async fn ready_store(config: &Config) -> Result<Store, Problem> {
    let store = store(config).await?;
    if store.pending_migrations().await?.is_empty() {
        return Ok(store);
    }
    Err(Problem::new(
        503,
        "database_not_migrated",
        format!("{} does not have this version's tables.", store_config(config).database_label()),
        "Run `karat migrate` with the same settings, once; make a backup of a database in use first.",
    ))
}

/// The application by the machine's clock.
pub(crate) async fn app(config: &Config) -> Result<Arc<App>, Problem> {
    app_at(config, Arc::new(SystemClock)).await
}

/// The application by `clock`.
pub(crate) async fn app_at(config: &Config, clock: Arc<dyn Clock>) -> Result<Arc<App>, Problem> {
    let store = ready_store(config).await?;
    karat_engine::set_threads(config.engine_threads());
    let engine = Arc::new(Engine::default());
    let examiner = Arc::new(Sandbox::new(sandbox::Settings::new()));
    let mut app = App::new(store, clock, settings(config), engine.clone(), engine, examiner);
    if let Some(dir) = &config.eval_sets_dir {
        app.eval_sets = Arc::new(eval_sets::read(dir)?);
    }
    if let Some(path) = &config.trust_anchors {
        app.trust_anchors = Some(trust_anchors::read(path)?.into());
    }
    Ok(Arc::new(app.guarded_by(scanner(config)?, blocklist(config)?)))
}

/// The virus scanner, where one is set up.
fn scanner(config: &Config) -> Result<Option<Arc<dyn Scanner>>, Problem> {
    let Some(address) = &config.clamd else { return Ok(None) };
    let clamd: Clamd = address.parse().map_err(|error: String| {
        Problem::bad("clamd_unusable", format!("{error}."), "Correct the setting `clamd`, or leave it out.")
    })?;
    Ok(Some(Arc::new(clamd)))
}

/// The list of files that wait for the operator, where there is one. Without it being
/// readable nothing starts: files on it would go on to reviewers.
fn blocklist(config: &Config) -> Result<Option<Arc<Blocklist>>, Problem> {
    let Some(path) = &config.blocklist else { return Ok(None) };
    let read = std::fs::read_to_string(path).map_err(|error| error.to_string());
    let list = read.and_then(|text| Blocklist::read(&text)).map_err(|error| {
        Problem::bad(
            "blocklist_unusable",
            format!("The list {} cannot be read: {error}.", path.display()),
            "Put one hash on each line, 64 hex digits of a file or 16 of an image, or leave the setting `blocklist` out.",
        )
    })?;
    Ok(Some(Arc::new(list)))
}

fn settings(config: &Config) -> Settings {
    Settings {
        limits: config.limits,
        open_signup: config.open_signup.unwrap_or_else(|| config.bind.ip().is_loopback()),
        undo_seconds: config.undo_seconds,
        allow_http_hosts: config.allow_http_hosts.clone(),
        release_max_items: config.release.max_items_per_contributor,
        site_url: Some(config.public_url.clone().unwrap_or_else(|| format!("http://{}", config.bind))),
        ..Settings::default()
    }
}
