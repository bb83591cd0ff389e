//! What was hidden in honest documents, and what was found of it.

use super::{Bench, answer};
use crate::shell;
use std::fs::File;
use std::path::{Path, PathBuf};

pub(super) fn run(bench: &Bench) -> Result<String, String> {
    shell::run(bench.script("planted.py").arg("make").arg(&bench.work))?;
    let planted = bench.work.join("planted");
    let mut score = bench.script("planted.py");
    score.arg("score").arg(&bench.work);
    for kind in ["secrets", "personal", "leaks"] {
        let verdicts = planted.join(format!("{kind}.jsonl"));
        let evals = (kind == "leaks").then(|| planted.join("evals"));
        check(bench, "text", &planted.join(kind), evals.as_deref(), &verdicts)?;
        score.arg(verdicts);
    }
    let result = answer(&mut score)?;
    let mut text = String::from("| planted | found |\n|---|---|\n");
    for (kind, names) in result.as_object().into_iter().flatten() {
        for (name, counts) in names.as_object().into_iter().flatten() {
            text += &format!("| {kind}: {name} | {} of {} |\n", counts[0], counts[1]);
        }
    }
    text += "\n`leaks: clean` has nothing planted: 0 is right. Of `secrets` a finding of any class counts, \
             of `leaks` only a refusal.\n";
    Ok(text)
}

/// `karat check` over a folder, its verdicts into a file.
pub(super) fn check(
    bench: &Bench,
    modality: &str,
    folder: &Path,
    evals: Option<&Path>,
    verdicts: &PathBuf,
) -> Result<(), String> {
    let out = File::create(verdicts).map_err(|e| format!("{}: {e}", verdicts.display()))?;
    let mut command = shell::command(&bench.karat, &["check", "--type", modality, "--json"]);
    if let Some(evals) = evals {
        command.arg("--eval-sets").arg(evals);
    }
    shell::run(command.arg(folder).stdout(out))
}
