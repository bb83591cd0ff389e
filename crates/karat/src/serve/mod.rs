//! The server: front door, event bus and workers, started and ended together.

mod workers;

use crate::cmd::worker::stop_on_signal;
use crate::config::Config;
use crate::{compose, out};
use karat_api::{ApiState, Site};
use karat_services::{App, EventBus, identity};
use karat_types::Problem;
use std::net::SocketAddr;
use std::sync::Arc;
use tokio::net::TcpListener;
use tokio_util::sync::CancellationToken;
use workers::Workers;

/// Serves on `listener` until it is told to stop. `remark` is printed beside the address.
pub(crate) async fn serve(
    config: &Config,
    listener: TcpListener,
    json: bool,
    remark: Option<String>,
) -> Result<(), Problem> {
    let bind = listener.local_addr().map_err(|error| Problem::internal(error.to_string()))?;
    // What is really listened on, also where port 0 or a flag chose it: releases carry it.
    let config = &Config { bind, ..config.clone() };
    let app = compose::app(config).await?;
    let site = Arc::new(Site {
        bind,
        public_url: config.public_url.clone(),
        http_hosts: config.allow_http_hosts.clone(),
    });
    announce(&app, &site, json, remark).await?;
    let binary = std::env::current_exe().map_err(|error| Problem::internal(error.to_string()))?;
    let workers = Workers::start(config, binary);
    let shutdown = CancellationToken::new();
    tokio::spawn(stop_on_signal(shutdown.clone()));
    let state = ApiState { events: EventBus::start(&app), app, site, shutdown: shutdown.clone() };
    let router = karat_api::router(state).into_make_service_with_connect_info::<SocketAddr>();
    let served =
        axum::serve(listener, router).with_graceful_shutdown(async move { shutdown.cancelled().await }).await;
    let _ = tokio::task::spawn_blocking(move || workers.end()).await;
    served.map_err(|error| Problem::internal(format!("The server stopped: {error}.")))
}

/// Takes the port, before anything else is done: when it is taken, nothing has happened.
pub(crate) async fn listen(bind: SocketAddr) -> Result<TcpListener, Problem> {
    TcpListener::bind(bind).await.map_err(|error| match error.kind() {
        std::io::ErrorKind::AddrInUse => Problem::conflict(
            "port_taken",
            format!("Port {} of {} is taken by another program.", bind.port(), bind.ip()),
            format!(
                "End that program, or choose another port: --bind {}:{} (port 0 takes any free one).",
                bind.ip(),
                bind.port().wrapping_add(1)
            ),
        ),
        _ => Problem::bad(
            "cannot_listen",
            format!("Nothing can listen on {bind}: {error}."),
            "Choose an address of this machine: --bind 127.0.0.1:8080. Ports below 1024 need the right to use them.",
        ),
    })
}

/// Says where the server is; on an empty database also how to make the operator.
async fn announce(app: &App, site: &Site, json: bool, remark: Option<String>) -> Result<(), Problem> {
    let token = identity::first_start(app).await?;
    let set_up = token.map(|token| format!("{}/set-up?token={token}", site.url()));
    if json {
        return out::json(&serde_json::json!({ "url": site.url(), "set_up_url": set_up }));
    }
    out::line(format!("Karat is at {}", site.url()));
    if let Some(url) = set_up {
        out::line(format!("Make the operator's account, once: {url}"));
    }
    if let Some(remark) = remark {
        out::line(remark);
    }
    out::line("Ctrl-C ends it.");
    Ok(())
}
