//! `cargo xtask bench NAME [PART]`: this build beside its peers, interleaved in one run.

mod engine;
mod gate;
mod machine;
mod page;
mod peers;
mod python;

use crate::shell;
use serde_json::Value;
use std::path::PathBuf;
use std::process::Stdio;

/// Runs a benchmark by name; `part` runs only the comparisons whose title has this word.
pub(crate) fn run(name: &str, part: Option<&str>) -> Result<(), String> {
    match name {
        "engine" => engine::run(part),
        "gate" => gate::run(part),
        other => Err(format!("There is no benchmark '{other}'; there are: engine, gate.")),
    }
}

/// Where benchmarks keep what they made: environments, models, corpora.
pub(super) fn home() -> Result<PathBuf, String> {
    let home = shell::target_dir()?.join("bench");
    std::fs::create_dir_all(&home).map_err(|e| format!("{}: {e}", home.display()))?;
    Ok(home)
}

/// Compiles a crate's own measuring program and finds it.
pub(super) fn measuring_program(package: &str, name: &str) -> Result<PathBuf, String> {
    let args = ["bench", "-p", package, "--bench", name, "--profile", "dev", "--no-run"];
    let mut command = shell::command(shell::cargo(), &args);
    command.arg("--message-format=json").stderr(Stdio::inherit());
    let output = command.output().map_err(|e| format!("cargo does not start: {e}"))?;
    let text = String::from_utf8_lossy(&output.stdout);
    let artifacts = text.lines().filter_map(|line| serde_json::from_str::<Value>(line).ok());
    let program = artifacts
        .filter(|a| a["target"]["name"] == name)
        .find_map(|a| a["executable"].as_str().map(PathBuf::from));
    program.ok_or_else(|| format!("The benchmark {name} of {package} did not build."))
}

/// The median of what was measured.
pub(super) fn median(mut values: Vec<f64>) -> Option<f64> {
    values.sort_by(f64::total_cmp);
    values.get(values.len() / 2).copied()
}

#[cfg(test)]
mod tests {
    #[test]
    fn the_median_is_the_one_in_the_middle() {
        assert_eq!(super::median(vec![3.0, 9.0, 1.0]), Some(3.0));
        assert_eq!(super::median(Vec::new()), None);
    }
}
