//! Numbers for Prometheus; no label names a person or a thing of theirs.

use crate::error::ApiResult;
use axum::extract::State;
use axum::http::header;
use axum::response::IntoResponse;
use karat_services::{App, ops};
use metrics_exporter_prometheus::{Matcher, PrometheusBuilder, PrometheusHandle};
use std::sync::{Arc, OnceLock};

/// Seconds; from a cached page to an answer of a model.
const BUCKETS: [f64; 9] = [0.001, 0.005, 0.02, 0.1, 0.25, 1.0, 5.0, 20.0, 60.0];

static HANDLE: OnceLock<PrometheusHandle> = OnceLock::new();

/// Starts counting; once a process, however many routers it has.
pub(crate) fn start() {
    HANDLE.get_or_init(|| {
        let suffix = Matcher::Suffix("_seconds".into());
        let builder = PrometheusBuilder::new().set_buckets_for_metric(suffix, &BUCKETS);
        let recorder = builder.unwrap_or_else(|_| PrometheusBuilder::new()).build_recorder();
        let handle = recorder.handle();
        if metrics::set_global_recorder(recorder).is_err() {
            tracing::warn!("another metrics recorder is installed; /metrics stays empty");
        }
        handle
    });
}

/// Everything counted, and the state of the work at this moment.
pub(crate) async fn serve(State(app): State<Arc<App>>) -> ApiResult<impl IntoResponse> {
    for gauge in ops::gauges(&app).await? {
        metrics::gauge!(gauge.name, gauge.label => gauge.value_of).set(gauge.count as f64);
    }
    let text = HANDLE.get().map(PrometheusHandle::render).unwrap_or_default();
    Ok(([(header::CONTENT_TYPE, "text/plain; version=0.0.4; charset=utf-8")], text))
}
