//! Reports: one JSON object a line, or what people read.

use super::Judged;
use crate::out;
use karat_gate::score;
use karat_types::finding::Verdict;
use karat_types::{Class, Evidence, Problem};
use serde::Serialize;
use std::path::Path;

/// One line of `--json`.
#[derive(Serialize)]
struct Line<'a> {
    file: String,
    #[serde(flatten)]
    verdict: &'a Verdict,
    ms: u64,
    #[serde(skip_serializing_if = "Option::is_none")]
    explain: Option<String>,
}

pub(super) fn json(file: &Path, judged: &Judged, explain: bool) -> Result<(), Problem> {
    let verdict = &judged.examined.verdict;
    let explain = explain.then(|| score::explain(verdict));
    let line = Line { file: file.display().to_string(), verdict, ms: judged.ms, explain };
    let text = serde_json::to_string(&line)
        .map_err(|e| Problem::internal(format!("A verdict could not be written: {e}")))?;
    out::line(text);
    Ok(())
}

pub(super) fn people(file: &Path, judged: &Judged, explain: bool) {
    let verdict = &judged.examined.verdict;
    let score = verdict.score.map_or(String::new(), |score| format!(", score {score} of 100"));
    out::line(format!("{}: {}{score}", file.display(), verdict.outcome));
    for finding in &verdict.findings {
        let place = finding.evidence.as_ref().map_or(String::new(), |e| format!(", {}", place(e)));
        out::line(format!("  {} ({}{place}): {}", effect(finding.class), finding.code, finding.message));
        out::line(format!("    fix: {}", finding.fix));
    }
    for entry in &verdict.not_run {
        out::line(format!("  not run: {} ({})", entry.check, entry.why));
    }
    if explain {
        for line in score::explain(verdict).lines() {
            out::line(format!("  {line}"));
        }
    }
}

const fn effect(class: Class) -> &'static str {
    match class {
        Class::Refuse => "refused",
        Class::Hold => "held",
        Class::Score => "score",
        Class::Tag => "noted",
    }
}

/// A place as people say it.
fn place(evidence: &Evidence) -> String {
    match evidence {
        Evidence::Bytes { start, end } => format!("bytes {start} to {end}"),
        Evidence::Line { line, column, .. } => format!("line {line}, column {column}"),
        Evidence::Page { page, .. } => format!("page {page}"),
        Evidence::Time { start_ms, end_ms } => format!("{start_ms} to {end_ms} ms"),
        Evidence::Pixels { area: [x, y, w, h] } => format!("{w} × {h} pixels at {x}, {y}"),
        Evidence::Submission { id } => format!("the same as {id}"),
    }
}
