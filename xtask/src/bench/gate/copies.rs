//! Near-duplicates against the truth: exact Jaccard of all pairs.

use super::{Bench, answer, number};
use serde_json::Value;
use std::path::Path;

const SOURCES: &[&str] = &["linux-doc", "linux-doc-html", "handbook", "git", "python"];
const LIMIT: usize = 800;

pub(super) fn run(bench: &Bench) -> Result<String, String> {
    let folder = bench.work.join("pairs");
    std::fs::create_dir_all(&folder).map_err(|e| format!("{}: {e}", folder.display()))?;
    let truth = folder.join("truth.jsonl");
    let counted = write(bench, "truth", &truth)?;
    let ours = folder.join("karat.jsonl");
    let mut command = super::pinned(&bench.ours);
    command.args(["pairs", "technical", &LIMIT.to_string()]).args(SOURCES.iter().map(|s| bench.text(s)));
    answer(command.env("OUT", &ours))?;
    let mut rows = vec![("Karat: 20 × 6, then exact", quality(bench, &truth, &ours)?)];
    for (title, library) in [
        ("datatrove's signatures, 14 × 8 (FineWeb)", "datatrove"),
        ("datasketch LSH at .8", "datasketch"),
        ("rensa LSH, 16 bands", "rensa"),
        ("text-dedup's signatures, 21 × 6", "text-dedup"),
    ] {
        let pairs = folder.join(format!("{library}.jsonl"));
        write(bench, &format!("pairs-{library}"), &pairs)?;
        rows.push((title, quality(bench, &truth, &pairs)?));
    }
    let first = &rows[0].1;
    let mut text = format!(
        "{} documents; {} pairs have a Jaccard of five-word shingles of at least .8, {} of at least .7.\n\n\
         | method | pairs called | recall, J ≥ .8 | recall, J ≥ .7 | precision, J ≥ .8 | precision, J ≥ .7 |\n|---|---|---|---|---|---|\n",
        number(&counted, "documents"),
        number(first, "true_80"),
        number(first, "true_70")
    );
    for (title, q) in &rows {
        let at = |key: &str| number(q, key);
        text += &format!(
            "| {title} | {} | {:.4} | {:.4} | {:.3} | {:.3} |\n",
            at("called"),
            at("recall_80"),
            at("recall_70"),
            at("precision_80"),
            at("precision_70")
        );
    }
    text += "\nTargets: recall ≥ .999 at J ≥ .8, and nothing called that is below the threshold (.7: held, .9: refused).\n";
    Ok(text)
}

fn write(bench: &Bench, mode: &str, out: &Path) -> Result<Value, String> {
    let mut command = bench.script("peers.py");
    command.args([mode, &LIMIT.to_string()]).args(SOURCES.iter().map(|s| bench.text(s)));
    answer(command.env("OUT", out))
}

fn quality(bench: &Bench, truth: &Path, pairs: &Path) -> Result<Value, String> {
    answer(bench.script("peers.py").arg("quality").arg(truth).arg(pairs))
}
