//! The gate on real files, beside the programs people filter datasets with today.

mod copies;
mod files;
mod honest;
mod media;
mod planted;
mod speed;

use super::{machine, page, python};
use crate::shell;
use serde_json::Value;
use std::path::PathBuf;
use std::process::{Command, Stdio};

/// The peers, and what their filters import without naming it.
const PACKAGES: &[&str] =
    &["datatrove[processing,io]", "spacy", "text-dedup", "rensa", "datasketch", "imagehash"];

/// Texts in English, in the order of their size.
const ENGLISH: &[&str] = &["linux-doc", "cppreference", "anarchism", "python", "postgresql", "git"];
/// Manual pages of one language each.
const MANUALS: &[&str] = &["de", "fr", "es", "pl", "ru", "ja", "zh", "pt-br"];

/// Everything the parts need.
struct Bench {
    ours: PathBuf,
    karat: PathBuf,
    python: PathBuf,
    /// Corpora and what is made from them.
    work: PathBuf,
}

/// A part of the benchmark: its name, its heading, and what makes its table.
type Part = (&'static str, &'static str, fn(&Bench) -> Result<String, String>);

const PARTS: &[Part] = &[
    ("speed", "Speed", speed::run),
    ("honest", "Honest documents", honest::run),
    ("copies", "Near-duplicates", copies::run),
    ("images", "Copies of images", media::images),
    ("sounds", "Copies of recordings", media::sounds),
    ("planted", "Planted secrets, personal data and benchmark items", planted::run),
    ("files", "Documents, images, recordings, and hostile files", files::run),
];

/// Runs all parts and writes the page anew, or one part.
pub(super) fn run(part: Option<&str>) -> Result<(), String> {
    let bench = Bench::prepare()?;
    let machine = machine::describe();
    let mut text = format!("{}\n\nMeasured {machine}.\n\n", page::BEGIN);
    let wanted: Vec<&Part> =
        PARTS.iter().filter(|(name, ..)| part.is_none_or(|part| part == *name)).collect();
    if wanted.is_empty() {
        let names: Vec<_> = PARTS.iter().map(|(name, ..)| *name).collect();
        return Err(format!("This benchmark has the parts {}.", names.join(", ")));
    }
    for (_, heading, make) in wanted {
        let section = format!("### {heading}\n\n{}\n", make(&bench)?);
        println!("\n{section}");
        text += &section;
    }
    text += page::END;
    if part.is_none() { page::write("gate", &text) } else { Ok(()) }
}

impl Bench {
    fn prepare() -> Result<Self, String> {
        crate::setup::for_benchmarks()?;
        if !(shell::has("apt-get") && shell::has("dpkg-deb")) {
            return Err("The corpora are built from Debian packages: run this on Debian.".into());
        }
        let work = super::home()?.join("gate");
        let python = python::environment(
            "venv-gate",
            PACKAGES,
            &["datatrove", "spacy", "text_dedup", "rensa", "datasketch", "imagehash"],
        )?;
        shell::run(&mut shell::command(shell::cargo(), &["build", "-p", "karat"]))?;
        let ours = super::measuring_program("karat-gate", "corpus")?;
        let bench = Self { ours, karat: shell::karat()?, python, work };
        shell::run(bench.script("corpus.py").arg(&bench.work))?;
        Ok(bench)
    }

    fn script(&self, name: &str) -> Command {
        let mut command = shell::command(&self.python, &[]);
        command.arg(shell::root().join("benches/gate").join(name));
        command
    }

    /// The corpus of a source.
    fn text(&self, source: &str) -> PathBuf {
        self.work.join("text").join(format!("{source}.jsonl"))
    }

    /// Our measuring program over corpora, on one core.
    fn measure(&self, mode: &str, profile: &str, limit: usize, sources: &[&str]) -> Result<Value, String> {
        let mut command = pinned(&self.ours);
        command.args([mode, profile, &limit.to_string()]).args(sources.iter().map(|s| self.text(s)));
        answer(&mut command)
    }

    /// A peer over the same documents, on the same core.
    fn peer(&self, mode: &str, limit: usize, sources: &[&str]) -> Result<Value, String> {
        let mut command = pinned(&self.python);
        command.arg(shell::root().join("benches/gate/peers.py")).args([mode, &limit.to_string()]);
        answer(command.args(sources.iter().map(|s| self.text(s))))
    }
}

/// A program on the first core alone.
fn pinned(program: &std::path::Path) -> Command {
    let mut command = shell::command("taskset", &["-c", "0"]);
    command.arg(program);
    command
}

/// The last JSON line a command prints.
fn answer(command: &mut Command) -> Result<Value, String> {
    let output = command.stderr(Stdio::inherit()).output().map_err(|e| e.to_string())?;
    let text = String::from_utf8_lossy(&output.stdout);
    let line = text.lines().rev().find(|line| line.starts_with('{'));
    line.and_then(|line| serde_json::from_str(line).ok())
        .ok_or_else(|| format!("{command:?} printed no result ({}):\n{text}", output.status))
}

fn number(value: &Value, key: &str) -> f64 {
    value[key].as_f64().unwrap_or(0.0)
}

/// Megabytes a second of one answer.
fn rate(value: &Value) -> f64 {
    number(value, "bytes") / number(value, "seconds").max(1e-9) / 1e6
}
