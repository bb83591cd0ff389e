//! Progress on a terminal; silence in a pipe (indicatif draws to a terminal's stderr only).

use indicatif::{ProgressBar, ProgressStyle};

/// A bar over `total` things: "name ━━━━──── 12/40 (3s left)".
pub(crate) fn bar(name: &'static str, total: u64) -> ProgressBar {
    let style = ProgressStyle::with_template("{prefix:>12} {bar:32.cyan} {pos}/{len} {msg} {eta} left")
        .unwrap_or_else(|_| ProgressStyle::default_bar());
    ProgressBar::new(total).with_style(style.progress_chars("━╸─")).with_prefix(name)
}

/// A bar over bytes: "name ━━━━──── 1.2 GB/3.4 GB 40 MB/s (60s left)".
pub(crate) fn bytes(name: &'static str, total: u64) -> ProgressBar {
    let template = "{prefix:>12} {bar:32.cyan} {bytes}/{total_bytes} {bytes_per_sec} {eta} left";
    let style = ProgressStyle::with_template(template).unwrap_or_else(|_| ProgressStyle::default_bar());
    ProgressBar::new(total).with_style(style.progress_chars("━╸─")).with_prefix(name)
}
