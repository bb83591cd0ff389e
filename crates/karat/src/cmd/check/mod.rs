//! `karat check`: the gate on this machine, exactly what the server would say.

mod files;
mod print;

use crate::clamd::Clamd;
use crate::eval_sets;
use crate::progress;
use crate::sandbox::{Probe, Sandbox, Settings};
use crate::trust_anchors;
use karat_gate::known::Known;
use karat_gate::near::leak::EvalSets;
use karat_gate::text::fit::fit;
use karat_gate::{Declared, Examined, Examiner, Input, Profile, Rules};
use karat_services::scan::{self, Scanner};
use karat_types::finding::Verdict;
use karat_types::{Modality, Origin, Problem, SourceType};
use std::collections::BTreeMap;
use std::io::IsTerminal;
use std::path::{Path, PathBuf};
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::mpsc::{Receiver, Sender, channel};
use std::time::Instant;

/// Checks files as the server would, offline, and says what to mend
#[derive(clap::Args)]
#[command(after_help = "Example: karat check --type text --licence CC-BY-4.0 notes/")]
pub(crate) struct Args {
    /// What the datanet holds: text, image, audio
    #[arg(long = "type", value_name = "TYPE")]
    modality: Modality,
    /// The datanet's set of thresholds: prose, technical, short, web; photo, graphic; speech, music, sound
    #[arg(long, value_name = "PROFILE")]
    profile: Option<Profile>,
    /// The language the datanet wants: de, en, …
    #[arg(long, value_name = "LANGUAGE")]
    language: Option<String>,
    /// The datanet takes only what people made
    #[arg(long)]
    human_only: bool,
    /// The licence you would declare: CC-BY-4.0, MIT OR Apache-2.0
    #[arg(long, value_name = "SPDX")]
    licence: Option<String>,
    /// Where you would say it comes from: own, collected, public_domain
    #[arg(long, value_name = "ORIGIN")]
    origin: Option<Origin>,
    /// How you would say it was made: human, ai_assisted, ai_generated
    #[arg(long, value_name = "TYPE")]
    source_type: Option<SourceType>,
    /// What is said in the recording, as plain text
    #[arg(long, value_name = "FILE")]
    transcript: Option<PathBuf>,
    /// Look for copies among the files of this folder
    #[arg(long, value_name = "DIR")]
    against: Option<PathBuf>,
    /// Refuse texts that hold items of the evaluation sets in this folder (.jsonl, .txt)
    #[arg(long, value_name = "DIR")]
    eval_sets: Option<PathBuf>,
    /// What the datanet is for (purpose, guidelines and topics), as plain text
    #[arg(long, value_name = "FILE")]
    purpose: Option<PathBuf>,
    /// Certificates (PEM) whose Content Credentials in images and recordings are trusted
    #[arg(long, value_name = "FILE")]
    trust_anchors: Option<PathBuf>,
    /// A virus scanner: path of clamd's socket, or its host:port
    #[arg(long, value_name = "ADDRESS")]
    clamd: Option<Clamd>,
    /// Also show what the score is made of, as a sum anyone can do again
    #[arg(long)]
    explain: bool,
    /// Print one JSON object a line
    #[arg(long)]
    json: bool,
    /// The files; of a folder all that is in it, but for hidden files
    #[arg(required = true, value_name = "FILE")]
    files: Vec<PathBuf>,
    /// What the readers try instead of reading: to see that they are held
    #[arg(long, hide = true, value_enum)]
    reader_probe: Option<Probe>,
    /// Processor time of a reader for one file, seconds
    #[arg(long, hide = true, default_value_t = crate::sandbox::CPU_SECONDS)]
    reader_cpu_seconds: u64,
    /// Time of a reader for one file, seconds
    #[arg(long, hide = true, default_value_t = crate::sandbox::PATIENCE.as_secs())]
    reader_patience: u64,
}

/// What is known of one file, and how long it took, milliseconds.
struct Judged {
    examined: Examined,
    ms: u64,
}

/// Judges every file; fails at the end when one could not be read.
pub(crate) fn run(args: &Args) -> Result<(), Problem> {
    let rules = rules(args)?;
    let (files, mut unread) = files::all(&args.files);
    if files.is_empty() && unread.is_empty() {
        let hint = "Name files, or a folder that has some; hidden files are left out.";
        return Err(Problem::bad("no_files", "There is no file to check.", hint));
    }
    let (done, judged) = channel();
    let next = AtomicUsize::new(0);
    let threads = std::thread::available_parallelism().map_or(1, usize::from).min(files.len().max(1));
    let settings = Settings {
        most: threads,
        probe: args.reader_probe,
        cpu_seconds: args.reader_cpu_seconds,
        patience: std::time::Duration::from_secs(args.reader_patience),
        ..Settings::new()
    };
    let sandbox = Sandbox::new(settings);
    let known = args.against.as_deref().map(|dir| files::known(dir, &rules, &sandbox)).transpose()?;
    let sets = args.eval_sets.as_deref().map(eval_sets::read).transpose()?.unwrap_or_default();
    let checked = files::Checked::of(&files);
    let purpose = args.purpose.as_deref().map(|file| text(file, "--purpose")).transpose()?;
    let judge = Judge { rules, known, checked, sets, purpose, clamd: args.clamd.clone(), sandbox };
    std::thread::scope(|scope| {
        for _ in 0..threads {
            let (judge, files, next, done) = (&judge, &files, &next, done.clone());
            scope.spawn(move || work(judge, files, next, &done));
        }
        drop(done);
        show(args, &files, &judged, &mut unread)
    })?;
    if unread.is_empty() {
        return Ok(());
    }
    Err(Problem::bad(
        "file_not_readable",
        format!("{} of the files could not be read: {}.", unread.len(), unread.join("; ")),
        "Check names and permissions; the other files were judged.",
    ))
}

/// What every file is judged with.
struct Judge {
    rules: Rules,
    known: Option<Known>,
    checked: files::Checked,
    sets: EvalSets,
    purpose: Option<String>,
    clamd: Option<Clamd>,
    sandbox: Sandbox,
}

impl Judge {
    fn judge(&self, file: &Path) -> std::io::Result<Judged> {
        let bytes = files::content(file)?;
        let started = Instant::now();
        let name = file.file_name().unwrap_or(file.as_os_str()).to_string_lossy();
        let name = karat_gate::name::composed(&name);
        let input = Input { name: &name, bytes: &bytes, rules: self.rules.clone() };
        let mut examined = self.sandbox.examine(&input);
        let clamd = self.clamd.as_ref().map(|clamd| clamd as &dyn Scanner);
        examined.verdict = scan::judge(clamd, examined.verdict, &bytes);
        let text = examined.text(&bytes);
        examined.verdict = karat_gate::join_leaks(examined.verdict, &self.sets, text.as_deref());
        if let Some(known) = &self.known {
            let skip = |other: &str| self.checked.not_before(file, other);
            let what = (self.rules.modality, bytes.as_slice(), &examined.prints);
            examined.verdict = known.judge(examined.verdict, what, &skip);
        }
        examined.verdict = self.fit(file, &examined, text.as_deref());
        Ok(Judged { examined, ms: started.elapsed().as_millis() as u64 })
    }
}

impl Judge {
    /// Check T20, as far as the datanet is known: its purpose, and texts like it has.
    fn fit(&self, file: &Path, examined: &Examined, text: Option<&str>) -> Verdict {
        let verdict = examined.verdict.clone();
        let asked = self.purpose.is_some() || self.known.is_some();
        if self.rules.modality != Modality::Text || !asked {
            return verdict;
        }
        let skip = |other: &str| self.checked.not_before(file, other);
        let accepted = self.known.as_ref().map(|known| known.sketch(&skip)).unwrap_or_default();
        let purpose = self.purpose.as_deref().unwrap_or_default();
        let found = fit(&examined.prints.terms, text.unwrap_or_default(), purpose, &accepted);
        karat_gate::join_fit(verdict, found)
    }
}

type Told = (usize, std::io::Result<Judged>);

fn work(judge: &Judge, files: &[PathBuf], next: &AtomicUsize, done: &Sender<Told>) {
    loop {
        let at = next.fetch_add(1, Ordering::Relaxed);
        let Some(file) = files.get(at) else { return };
        if done.send((at, judge.judge(file))).is_err() {
            return;
        }
    }
}

/// Shows the reports in the order of the arguments, each as soon as those before it are
/// there.
fn show(
    args: &Args,
    files: &[PathBuf],
    judged: &Receiver<Told>,
    unread: &mut Vec<String>,
) -> Result<(), Problem> {
    let bar = progress::bar("checking", files.len() as u64);
    // Only while the reports go elsewhere: a bar between their lines would be noise.
    let shown = files.len() > 1 && std::io::stderr().is_terminal() && !std::io::stdout().is_terminal();
    let mut early = BTreeMap::new();
    let mut turn = 0;
    for (at, told) in judged {
        if shown {
            bar.inc(1);
        }
        early.insert(at, told);
        while let Some(told) = early.remove(&turn) {
            let file = files.get(turn).map(PathBuf::as_path).unwrap_or_else(|| Path::new(""));
            match told {
                Ok(judged) if args.json => print::json(file, &judged, args.explain)?,
                Ok(judged) => print::people(file, &judged, args.explain),
                Err(error) => unread.push(format!("{}: {error}", file.display())),
            }
            turn += 1;
        }
    }
    bar.finish_and_clear();
    Ok(())
}

/// What the datanet would ask and what would be declared.
fn rules(args: &Args) -> Result<Rules, Problem> {
    let declared =
        Declared { licence: args.licence.clone(), origin: args.origin, source_type: args.source_type };
    let transcript = args.transcript.as_deref().map(|file| text(file, "--transcript"));
    let trust_anchors = args.trust_anchors.as_deref().map(trust_anchors::read);
    let defaults = Rules::of(args.modality);
    if let Some(profile) = args.profile.filter(|profile| profile.modality() != args.modality) {
        let ours = Profile::ALL.into_iter().filter(|profile| profile.modality() == args.modality);
        let names: Vec<&str> = ours.map(Profile::as_str).collect();
        return Err(Problem::bad(
            "profile_of_another_type",
            format!(
                "The profile {} is for {}, not for {}.",
                profile.as_str(),
                profile.modality(),
                args.modality
            ),
            format!("Choose one of {}, or leave it out for the first.", names.join(", ")),
        ));
    }
    Ok(Rules {
        profile: args.profile.unwrap_or(defaults.profile),
        declared: Some(declared),
        language: args.language.as_ref().map(|language| language.to_ascii_lowercase()),
        human_only: args.human_only,
        transcript: transcript.transpose()?,
        trust_anchors: trust_anchors.transpose()?,
        ..defaults
    })
}

/// The plain text a flag names.
fn text(file: &Path, flag: &str) -> Result<String, Problem> {
    std::fs::read_to_string(file).map_err(|error| {
        Problem::bad(
            "text_not_readable",
            format!("{} could not be read: {error}.", file.display()),
            format!("Give {flag} a plain text file in UTF-8."),
        )
    })
}
