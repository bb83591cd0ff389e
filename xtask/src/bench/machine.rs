//! What the numbers were measured on.

use crate::shell;

/// Processor, cores, vector units, memory and date in one sentence.
pub(super) fn describe() -> String {
    let cpu = std::fs::read_to_string("/proc/cpuinfo").unwrap_or_default();
    let field = |name: &str| {
        let line = cpu.lines().find(|line| line.starts_with(name)).unwrap_or_default();
        line.split_once(':').map_or("", |(_, value)| value.trim()).to_owned()
    };
    let flags = field("flags");
    let units = ["avx2", "avx512f", "avx512_bf16", "avx512_vnni", "amx_bf16"];
    let has: Vec<_> = units.into_iter().filter(|unit| flags.split(' ').any(|flag| flag == *unit)).collect();
    let cores = std::thread::available_parallelism().map_or(1, usize::from);
    let memory = std::fs::read_to_string("/proc/meminfo").unwrap_or_default();
    let kib = memory.lines().next().and_then(|line| line.split_whitespace().nth(1)?.parse::<u64>().ok());
    format!(
        "{}, {}, {cores} cores ({}), {} GiB of memory; load {:.2} at the start",
        date(),
        field("model name"),
        has.join(", "),
        kib.unwrap_or(0) >> 20,
        load()
    )
}

/// Processes that want to run, over the last minute: numbers of a busy machine are worth little.
pub(super) fn load() -> f64 {
    let text = std::fs::read_to_string("/proc/loadavg").unwrap_or_default();
    text.split(' ').next().and_then(|first| first.parse().ok()).unwrap_or(0.0)
}

fn date() -> String {
    let output = shell::command("date", &["-u", "+%Y-%m-%d"]).output();
    output.map(|o| String::from_utf8_lossy(&o.stdout).trim().to_owned()).unwrap_or_default()
}
