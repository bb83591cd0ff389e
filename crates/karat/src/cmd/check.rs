//! `karat check`: the gate on this machine, exactly what the server would say.

use crate::{out, progress};
use karat_gate::known::Known;
use karat_gate::{Declared, Input, Profile};
use karat_types::finding::{NotRun, ScorePart, Verdict};
use karat_types::{Class, Evidence, Finding, GateOutcome, Modality, Problem};
use serde::Serialize;
use std::io::IsTerminal;
use std::path::{Path, PathBuf};
use std::time::Instant;

/// Checks files as the server would, offline, and says what to mend
#[derive(clap::Args)]
#[command(after_help = "Example: karat check --type text --licence CC-BY-4.0 notes/*.md")]
pub(crate) struct Args {
    /// What the datanet holds: text, image, audio
    #[arg(long = "type", value_name = "TYPE")]
    modality: Modality,
    /// The datanet's set of thresholds: prose, technical, short, web; photo, graphic; speech, music, sound
    #[arg(long, value_name = "PROFILE")]
    profile: Option<Profile>,
    /// The licence you would declare: CC-BY-4.0, MIT OR Apache-2.0
    #[arg(long, value_name = "SPDX")]
    licence: Option<String>,
    /// Look for duplicates among the files of this folder
    #[arg(long, value_name = "DIR")]
    against: Option<PathBuf>,
    /// Print one JSON object a line
    #[arg(long)]
    json: bool,
    /// The files
    #[arg(required = true, value_name = "FILE")]
    files: Vec<PathBuf>,
}

/// One line of `--json`.
#[derive(Serialize)]
struct Line<'a> {
    file: String,
    outcome: GateOutcome,
    score: Option<u32>,
    media_type: &'a Option<String>,
    findings: &'a [Finding],
    not_run: &'a [NotRun],
    score_version: &'a str,
    parts: &'a [ScorePart],
    profile: &'a str,
    profile_version: u32,
    gate_version: u32,
    ms: u64,
}

/// Judges every file; fails at the end when one could not be read.
pub(crate) fn run(args: &Args) -> Result<(), Problem> {
    let known = args.against.as_deref().map(|dir| read_known(dir, &args.files)).transpose()?;
    let bar = progress::bar("checking", args.files.len() as u64);
    // Only while the reports go elsewhere: a bar between their lines would be noise.
    let shown = args.files.len() > 1 && std::io::stderr().is_terminal() && !std::io::stdout().is_terminal();
    let mut unread = Vec::new();
    for file in &args.files {
        match std::fs::read(file) {
            Ok(bytes) => judge(args, file, &bytes, known.as_ref())?,
            Err(error) => unread.push(format!("{}: {error}", file.display())),
        }
        if shown {
            bar.inc(1);
        }
    }
    bar.finish_and_clear();
    if unread.is_empty() {
        return Ok(());
    }
    Err(Problem::bad(
        "file_not_readable",
        format!("{} of {} files could not be read: {}.", unread.len(), args.files.len(), unread.join("; ")),
        "Check names and permissions; for a folder give its files, such as notes/*.md.",
    ))
}

fn judge(args: &Args, file: &Path, bytes: &[u8], known: Option<&Known>) -> Result<(), Problem> {
    let started = Instant::now();
    let name = file.file_name().unwrap_or(file.as_os_str()).to_string_lossy();
    let name = karat_gate::name::composed(&name);
    let mut input = Input::new(&name, bytes, args.modality);
    input.rules.profile = args.profile.unwrap_or(input.rules.profile);
    input.rules.declared = args.licence.clone().map(Declared::licence);
    let mut verdict = karat_gate::check(&input);
    if let Some(known) = known {
        verdict = known.judge(verdict, bytes);
    }
    let ms = started.elapsed().as_millis() as u64;
    if args.json {
        return print_json(file, &verdict, ms);
    }
    print(file, &verdict);
    Ok(())
}

fn print_json(file: &Path, verdict: &Verdict, ms: u64) -> Result<(), Problem> {
    let line = Line {
        file: file.display().to_string(),
        outcome: verdict.outcome,
        score: verdict.score,
        media_type: &verdict.media_type,
        findings: &verdict.findings,
        not_run: &verdict.not_run,
        score_version: &verdict.score_version,
        parts: &verdict.parts,
        profile: &verdict.profile,
        profile_version: verdict.profile_version,
        gate_version: verdict.gate_version,
        ms,
    };
    let text = serde_json::to_string(&line)
        .map_err(|e| Problem::internal(format!("A verdict could not be written: {e}")))?;
    out::line(text);
    Ok(())
}

fn print(file: &Path, verdict: &Verdict) {
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

/// The files of a folder, by name, so that of equal ones the first is always the same;
/// those that are checked themselves are left out.
fn read_known(dir: &Path, checked: &[PathBuf]) -> Result<Known, Problem> {
    let unreadable = |error: std::io::Error| {
        Problem::bad(
            "folder_not_readable",
            format!("{} could not be read: {error}.", dir.display()),
            "Give --against a folder of files you may read.",
        )
    };
    let checked: Vec<PathBuf> = checked.iter().filter_map(|file| file.canonicalize().ok()).collect();
    let mut files = Vec::new();
    for entry in std::fs::read_dir(dir).map_err(unreadable)? {
        let path = entry.map_err(unreadable)?.path();
        if path.is_file() && !path.canonicalize().is_ok_and(|path| checked.contains(&path)) {
            files.push(path);
        }
    }
    files.sort();
    let mut known = Known::default();
    for file in files {
        known.add(&file.display().to_string(), &std::fs::read(&file).map_err(unreadable)?);
    }
    Ok(known)
}
