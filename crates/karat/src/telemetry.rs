//! Logs on stderr: `KARAT_LOG=debug` for more, `KARAT_LOG_FORMAT=json` for machines.

use tracing_subscriber::EnvFilter;

/// Starts logging; the second call of a process does nothing.
pub(crate) fn start(default: &str) {
    let filter = EnvFilter::try_from_env("KARAT_LOG").unwrap_or_else(|_| EnvFilter::new(default));
    let log = tracing_subscriber::fmt().with_env_filter(filter).with_writer(std::io::stderr);
    let started = if std::env::var("KARAT_LOG_FORMAT").is_ok_and(|format| format == "json") {
        log.json().try_init()
    } else {
        log.with_target(false).compact().try_init()
    };
    // Only a second start fails, and then logs go where the first one sends them.
    drop(started);
}
