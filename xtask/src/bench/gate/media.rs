//! Copies of images and recordings, altered as people alter them, and pairs of different ones.

use super::{Bench, answer, number};
use crate::shell;
use serde_json::Value;
use std::path::{Path, PathBuf};
use std::process::Command;

/// Originals whose copies are made.
const ALTERED: usize = 60;
/// Originals that are compared with each other.
const COMPARED: usize = 400;

pub(super) fn images(bench: &Bench) -> Result<String, String> {
    let media = Media::new(bench, "image")?;
    let altered = media.choose("image", ALTERED)?;
    let copies = media.alter(&altered)?;
    let ours = media.compare(&altered, &copies)?;
    let peer = answer(bench.script("alter.py").arg("imagehash").args([&altered, &copies]))?;
    let peers: Vec<_> = peer.as_object().into_iter().flatten().collect();
    let names: String = peers.iter().map(|(name, _)| format!(" {name} (imagehash) |")).collect();
    let mut text = format!("| copies | refused | held | not found |{names}\n|---|---|---|---|---|---|\n");
    for (alteration, tally) in ours["alterations"].as_object().into_iter().flatten() {
        text += &format!("| {alteration} | {} |", counts(tally));
        for (_, found) in &peers {
            text += &format!(" {} found of {} |", found[alteration][0], found[alteration][1]);
        }
        text += "\n";
    }
    text +=
        &format!("\n| different originals | pairs | refused | held |{names}\n|---|---|---|---|---|---|\n");
    for (folder, title) in
        [("image", "photographs, drawings, stamps"), ("icons", "icons of two themes, 256 pixels")]
    {
        let originals = media.choose(folder, COMPARED)?;
        text += &media.apart(&originals, title)?;
        let peer = answer(bench.script("alter.py").arg("imagehash").arg(&originals))?;
        for (_, called) in peer.as_object().into_iter().flatten() {
            text += &format!(" {called} |");
        }
        text += "\n";
    }
    Ok(text)
}

pub(super) fn sounds(bench: &Bench) -> Result<String, String> {
    let media = Media::new(bench, "audio")?;
    let altered = media.choose("audio", ALTERED)?;
    let ours = media.compare(&altered, &media.alter(&altered)?)?;
    let mut text = String::from("| copies | refused | held | not found |\n|---|---|---|---|\n");
    for (alteration, tally) in ours["alterations"].as_object().into_iter().flatten() {
        text += &format!("| {alteration} | {} |\n", counts(tally));
    }
    text += "\n| different originals | pairs | refused | held |\n|---|---|---|---|\n";
    text += &media.apart(&media.choose("audio", COMPARED)?, "spoken prompts of 5 s and longer")?;
    Ok(text + "\n")
}

/// Refused, held, and neither, of all.
fn counts(tally: &Value) -> String {
    let all: f64 = tally.as_object().into_iter().flatten().filter_map(|(_, n)| n.as_f64()).sum();
    let (refused, held) = (number(tally, "refused"), number(tally, "held"));
    format!("{refused} | {held} | {} of {all}", all - refused - held)
}

struct Media<'a> {
    bench: &'a Bench,
    modality: &'static str,
    program: PathBuf,
    work: PathBuf,
}

impl<'a> Media<'a> {
    fn new(bench: &'a Bench, modality: &'static str) -> Result<Self, String> {
        let work = bench.work.join("copies").join(modality);
        std::fs::create_dir_all(&work).map_err(|e| format!("{}: {e}", work.display()))?;
        Ok(Self { bench, modality, program: crate::bench::measuring_program("karat-gate", "media")?, work })
    }

    /// A list of originals.
    fn choose(&self, folder: &str, count: usize) -> Result<PathBuf, String> {
        let list = self.work.join(format!("{folder}-{count}.txt"));
        let out = std::fs::File::create(&list).map_err(|e| format!("{}: {e}", list.display()))?;
        let mut command = self.bench.script("alter.py");
        command.args(["choose", self.modality]).arg(self.bench.work.join("files").join(folder));
        shell::run(command.arg(count.to_string()).stdout(out))?;
        Ok(list)
    }

    /// A list of the copies of originals.
    fn alter(&self, originals: &Path) -> Result<PathBuf, String> {
        let made = self.work.join("made");
        shell::run(self.bench.script("alter.py").arg(self.modality).arg(originals).arg(&made))?;
        let mut paths = Vec::new();
        for folder in entries(&made)? {
            paths.extend(entries(&folder)?.iter().map(|path| path.display().to_string() + "\n"));
        }
        let list = self.work.join("made.txt");
        std::fs::write(&list, paths.concat()).map_err(|e| format!("{}: {e}", list.display()))?;
        Ok(list)
    }

    fn prints(&self, list: &Path) -> Result<PathBuf, String> {
        let out = list.with_extension("prints.jsonl");
        shell::run(Command::new(&self.program).args(["prints", self.modality]).args([&out, list]))?;
        Ok(out)
    }

    fn compare(&self, originals: &Path, copies: &Path) -> Result<Value, String> {
        let (originals, copies) = (self.prints(originals)?, self.prints(copies)?);
        answer(Command::new(&self.program).args(["copies", self.modality]).args([originals, copies]))
    }

    /// A line of the table of different originals; which pairs were called is kept beside.
    fn apart(&self, originals: &Path, title: &str) -> Result<String, String> {
        let none = self.work.join("none.txt");
        std::fs::write(&none, "").map_err(|e| format!("{}: {e}", none.display()))?;
        let found = self.compare(originals, &none)?;
        let kept = originals.with_extension("called.json");
        std::fs::write(&kept, found["called"].to_string()).map_err(|e| format!("{}: {e}", kept.display()))?;
        let called = |word: &str| found["called"][word].as_array().map_or(0, Vec::len);
        let pairs = number(&found, "pairs");
        Ok(format!("| {title} | {pairs} | {} | {} |", called("refused"), called("held")))
    }
}

fn entries(folder: &Path) -> Result<Vec<PathBuf>, String> {
    let found = std::fs::read_dir(folder).map_err(|e| format!("{}: {e}", folder.display()))?;
    let mut found: Vec<PathBuf> = found.flatten().map(|entry| entry.path()).collect();
    found.sort();
    Ok(found)
}
