//! What every handler can reach.

use crate::site::Site;
use axum::extract::FromRef;
use karat_services::{App, EventBus};
use std::sync::Arc;
use tokio_util::sync::CancellationToken;

/// The router's state; cheap to clone.
#[derive(Clone, FromRef)]
pub struct ApiState {
    /// The use cases' world.
    pub app: Arc<App>,
    /// What happens, as it happens.
    pub events: EventBus,
    /// The server's own address and the names it answers to.
    pub site: Arc<Site>,
    /// Cancelled when the server is to end: streams end with it.
    pub shutdown: CancellationToken,
}
