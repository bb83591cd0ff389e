//! The results as a page of the documentation.

use super::peers::Measured;
use crate::shell;

/// A finished comparison.
pub(super) struct Row {
    pub(super) title: &'static str,
    pub(super) threads: u32,
    pub(super) ours: Measured,
    pub(super) peer: Measured,
    pub(super) peer_name: &'static str,
    pub(super) target: Option<f64>,
}

pub(super) const BEGIN: &str = "<!-- results: written by cargo xtask bench -->";
pub(super) const END: &str = "<!-- end of results -->";

impl Row {
    /// One line of the table.
    pub(super) fn markdown(&self) -> String {
        let ratio = self.ours.tokens_per_s / self.peer.tokens_per_s;
        let verdict = match self.target {
            None => "–".to_owned(),
            Some(target) if ratio >= target => format!("≥ {target}: met"),
            Some(target) => format!("≥ {target}: **missed**"),
        };
        format!(
            "| {} | {} | {:.0} | {} {:.0} | {:.2}× | {:.2}× | {:.0} / {:.0} MiB ({:.2}×) | {verdict} |",
            self.title,
            self.threads,
            self.ours.tokens_per_s,
            self.peer_name,
            self.peer.tokens_per_s,
            ratio,
            self.ours.cpu_tokens_per_s / self.peer.cpu_tokens_per_s,
            self.ours.peak_mib,
            self.peer.peak_mib,
            self.ours.peak_mib / self.peer.peak_mib,
        )
    }
}

/// The block between the marks.
pub(super) fn results(machine: &str, capped: bool, bandwidth: [f64; 2], rows: &[Row]) -> String {
    let mut text = format!("{BEGIN}\n\nMeasured {machine}.\n\n");
    text += "| job | threads | ours, tokens/s | peer, tokens/s | ratio | ratio by processor time | peak memory, ours / peer | target |\n";
    text += "|---|---|---|---|---|---|---|---|\n";
    for row in rows {
        text += &row.markdown();
        text.push('\n');
    }
    text += &format!(
        "\nReading memory on this machine: {:.1} GB/s with one thread, {:.1} GB/s with two.\n\n",
        bandwidth[0] / 1e9,
        bandwidth[1] / 1e9
    );
    if capped {
        text += "PyTorch was capped to AVX-512 (`ONEDNN_MAX_CPU_ISA=AVX512_CORE_FP16`): without the cap it died on this machine with an illegal instruction in its AMX path.\n\n";
    }
    let mut kernels: Vec<String> = Vec::new();
    for measured in rows.iter().flat_map(|row| [&row.ours, &row.peer]) {
        if !measured.kernel.is_empty() && !kernels.contains(&measured.kernel) {
            kernels.push(measured.kernel.clone());
        }
    }
    text += &format!("Kernels: {}.\n\n{END}", kernels.join("; "));
    text
}

/// Puts the block into `docs/benchmarks/NAME.md`.
pub(super) fn write(name: &str, results: &str) -> Result<(), String> {
    let path = shell::root().join(format!("docs/benchmarks/{name}.md"));
    let failed = |e: std::io::Error| format!("{}: {e}", path.display());
    let page = std::fs::read_to_string(&path).map_err(failed)?;
    let (before, rest) =
        page.split_once(BEGIN).ok_or_else(|| format!("{} has no results block", path.display()))?;
    let (_, after) =
        rest.split_once(END).ok_or_else(|| format!("{} has no end of results", path.display()))?;
    std::fs::write(&path, format!("{before}{results}{after}")).map_err(failed)
}
