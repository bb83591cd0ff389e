//! Real files of every format, odd ones, and mutants: what becomes of them, and how fast.

use super::Bench;
use super::planted::check;
use crate::shell;
use serde_json::Value;
use std::collections::BTreeMap;
use std::path::Path;
use std::time::Instant;

/// Mutants of each modality.
const MUTANTS: usize = 3400;

const FOLDERS: &[(&str, &str, &str)] = &[
    ("files/pdf", "text", "PDF manuals of TeX Live"),
    ("files/hostile-pdf", "text", "PDFs of qpdf's and pdfminer's tests"),
    ("files/docx", "text", "DOCX of pandoc's tests"),
    ("files/image", "image", "photographs and drawings"),
    ("files/audio", "audio", "spoken prompts (8 kHz)"),
    ("mutants/text", "text", "mutants of PDF and DOCX"),
    ("mutants/image", "image", "mutants of images"),
    ("mutants/audio", "audio", "mutants of recordings"),
];

pub(super) fn run(bench: &Bench) -> Result<String, String> {
    if !bench.work.join("mutants").exists() {
        shell::run(bench.script("planted.py").arg("mutants").arg(&bench.work).arg(MUTANTS.to_string()))?;
    }
    let mut text = String::from(
        "Through `karat check`, every file in the sandbox. *Our reader failed* counts crashes, timeouts and files out \
         of memory; the program itself must survive all of them.\n\n\
         | files | count | files/s | passed | held | refused | our reader failed | commonest codes |\n|---|---|---|---|---|---|---|---|\n",
    );
    for (folder, modality, title) in FOLDERS {
        text += &row(bench, &bench.work.join(folder), modality, title)?;
    }
    Ok(text)
}

fn row(bench: &Bench, folder: &Path, modality: &str, title: &str) -> Result<String, String> {
    let verdicts = bench.work.join("verdicts.jsonl");
    let started = Instant::now();
    check(bench, modality, folder, None, &verdicts)?;
    let seconds = started.elapsed().as_secs_f64();
    let lines = std::fs::read_to_string(&verdicts).map_err(|e| format!("{}: {e}", verdicts.display()))?;
    let mut outcomes: BTreeMap<String, u64> = BTreeMap::new();
    let mut codes: BTreeMap<String, u64> = BTreeMap::new();
    let mut count = 0;
    for verdict in lines.lines().filter_map(|line| serde_json::from_str::<Value>(line).ok()) {
        count += 1;
        *outcomes.entry(verdict["outcome"].as_str().unwrap_or("").to_owned()).or_default() += 1;
        for finding in verdict["findings"].as_array().into_iter().flatten() {
            if matches!(finding["class"].as_str(), Some("refuse" | "hold")) {
                *codes.entry(finding["code"].as_str().unwrap_or("").to_owned()).or_default() += 1;
            }
        }
    }
    let of = |name: &str| outcomes.get(name).copied().unwrap_or(0);
    let failed = codes.get("reader_failed").copied().unwrap_or(0);
    let mut codes: Vec<_> = codes.into_iter().collect();
    codes.sort_by_key(|(_, count)| std::cmp::Reverse(*count));
    let common: Vec<_> = codes.iter().take(5).map(|(code, count)| format!("`{code}` {count}")).collect();
    Ok(format!(
        "| {title} | {count} | {:.0} | {} | {} | {} | {failed} | {} |\n",
        f64::from(count) / seconds,
        of("passed"),
        of("held"),
        of("refused"),
        common.join(", ")
    ))
}
