//! The gate over a corpus, for `cargo xtask bench gate`: prints one JSON line.
//!
//! `corpus MODE PROFILE LIMIT FILE…`; the files are JSON lines of `{id, source, language,
//! text}`. Modes: `verdicts` judges every document; `prints` only makes what copies are
//! found by; `pairs` says which documents are near-duplicates of an earlier one.

use karat_gate::near::{self, Key, Prints, Seen, shortlist};
use karat_gate::{Examined, Input, Profile, examine};
use karat_types::{GateOutcome, Modality};
use serde_json::{Value, json};
use sha2::{Digest, Sha256};
use std::collections::{BTreeMap, HashMap};
use std::io::{BufRead, Write};

struct Document {
    id: String,
    source: String,
    language: String,
    text: String,
}

fn main() {
    // `cargo bench` adds a flag of its own.
    let args: Vec<String> = std::env::args().skip(1).filter(|arg| arg != "--bench").collect();
    let [mode, profile, limit, files @ ..] = args.as_slice() else {
        eprintln!("corpus verdicts|prints|pairs PROFILE LIMIT FILE…");
        std::process::exit(2);
    };
    let profile: Profile = profile.parse().expect("a profile");
    let documents = read(files, limit.parse().expect("a number"));
    let result = match mode.as_str() {
        "verdicts" => verdicts(&documents, profile),
        "prints" => prints(&documents),
        "pairs" => pairs(&documents),
        other => panic!("there is no mode {other}"),
    };
    println!("{result}");
}

/// Up to `limit` documents of each file, spread evenly over it.
fn read(files: &[String], limit: usize) -> Vec<Document> {
    let mut out = Vec::new();
    for file in files {
        let lines = std::io::BufReader::new(std::fs::File::open(file).expect("a corpus")).lines();
        let lines: Vec<String> = lines.map(|line| line.expect("UTF-8")).collect();
        let step = lines.len().div_ceil(limit.max(1)).max(1);
        out.extend(lines.iter().step_by(step).map(|line| {
            let value: Value = serde_json::from_str(line).expect("a document");
            let text = |key: &str| value[key].as_str().unwrap_or("").to_owned();
            Document {
                id: text("id"),
                source: text("source"),
                language: text("language"),
                text: text("text"),
            }
        }));
    }
    out
}

fn judge(document: &Document, profile: Profile) -> Examined {
    let mut input = Input::new("document.md", document.text.as_bytes(), Modality::Text);
    input.rules.profile = profile;
    if !document.language.is_empty() {
        input.rules.language = Some(document.language.clone());
    }
    examine(&input)
}

/// Seconds of processor time this thread has used (Linux); other work does not count.
fn cpu_seconds() -> f64 {
    let text = std::fs::read_to_string("/proc/thread-self/schedstat").unwrap_or_default();
    text.split(' ').next().and_then(|n| n.parse::<f64>().ok()).unwrap_or(0.0) / 1e9
}

#[derive(Default)]
struct Tally {
    documents: u64,
    short: u64,
    refused: u64,
    held: u64,
    low: u64,
    codes: BTreeMap<String, u64>,
    examples: Vec<String>,
}

impl Tally {
    fn add(&mut self, id: &str, examined: &Examined) {
        let verdict = &examined.verdict;
        self.documents += 1;
        // Too little text is a rule of the profile and no judgement of the document.
        if verdict.findings.iter().any(|f| f.code == "text_too_short") {
            self.short += 1;
            return;
        }
        match verdict.outcome {
            GateOutcome::Refused => self.refused += 1,
            GateOutcome::Held => self.held += 1,
            GateOutcome::Passed => self.low += u64::from(verdict.score.is_some_and(|score| score < 60)),
        }
        for finding in verdict.findings.iter().filter(|f| f.class <= karat_types::Class::Hold) {
            *self.codes.entry(finding.code.clone()).or_default() += 1;
            if finding.class == karat_types::Class::Refuse {
                self.examples.push(format!("{id}: {}", finding.code));
            }
        }
    }

    fn json(&self) -> Value {
        json!({
            "documents": self.documents, "short": self.short, "refused": self.refused, "held": self.held,
            "below_60": self.low, "codes": self.codes, "examples": self.examples.iter().take(20).collect::<Vec<_>>(),
        })
    }
}

fn verdicts(documents: &[Document], profile: Profile) -> Value {
    let mut groups: BTreeMap<String, Tally> = BTreeMap::new();
    let mut times: Vec<(usize, f64)> = Vec::new();
    let mut digest = Sha256::new();
    let started = cpu_seconds();
    for document in documents {
        let before = cpu_seconds();
        let examined = judge(document, profile);
        times.push((document.text.len(), cpu_seconds() - before));
        digest.update(serde_json::to_vec(&examined.verdict).expect("a verdict"));
        groups.entry(document.source.clone()).or_default().add(&document.id, &examined);
        let language = format!("language {}", document.language);
        groups.entry(language).or_default().add(&document.id, &examined);
    }
    let seconds = cpu_seconds() - started;
    let bytes: usize = documents.iter().map(|d| d.text.len()).sum();
    let mut big: Vec<f64> =
        times.iter().filter(|(size, _)| (80_000..120_000).contains(size)).map(|(_, s)| s * 1000.0).collect();
    big.sort_by(f64::total_cmp);
    let at = |q: usize| big.get(big.len().saturating_sub(1) * q / 100).copied();
    json!({
        "documents": documents.len(), "bytes": bytes, "seconds": seconds,
        "of_100_kb": big.len(), "p50_ms": at(50), "p99_ms": at(99),
        // Equal before and after a change for speed alone.
        "digest": format!("{:x}", digest.finalize()),
        "groups": groups.iter().map(|(name, tally)| (name.clone(), tally.json())).collect::<serde_json::Map<_, _>>(),
    })
}

fn prints(documents: &[Document]) -> Value {
    let started = cpu_seconds();
    let keys: usize = documents.iter().map(|document| Prints::of_text(&document.text).keys().len()).sum();
    let seconds = cpu_seconds() - started;
    let bytes: usize = documents.iter().map(|d| d.text.len()).sum();
    json!({ "documents": documents.len(), "keys": keys, "bytes": bytes, "seconds": seconds })
}

/// Writes every pair the gate refuses or holds as likeness, `[earlier, later]`, to `$OUT`.
fn pairs(documents: &[Document]) -> Value {
    let mut out = std::fs::File::create(std::env::var("OUT").expect("OUT")).expect("a file for the pairs");
    let mut index: HashMap<Key, Vec<usize>> = HashMap::new();
    let mut known: Vec<(Seen, Prints)> = Vec::new();
    let mut called = 0;
    for (number, document) in documents.iter().enumerate() {
        let own = Prints::of_text(&document.text);
        // Of texts with fewer than 50 shingles likeness says little; they are compared whole.
        if own.shingles.len() < 50 {
            known.push((Seen { id: document.id.clone(), shown: true, ..Seen::default() }, Prints::default()));
            continue;
        }
        let mut hits: HashMap<(usize, u16), u64> = HashMap::new();
        for key in own.seeks() {
            for &other in index.get(&key).map_or(&[][..], Vec::as_slice) {
                *hits.entry((other, key.band)).or_default() += 1;
            }
        }
        let likely = shortlist(hits.into_iter().map(|((id, band), count)| (id, band, count)));
        let others: Vec<_> = likely.iter().map(|&id| known[id].clone()).collect();
        for place in near::judge(&own, Modality::Text, &others).cluster {
            called += 1;
            writeln!(out, "[{}, {number}]", likely[place]).expect("the pairs are written");
        }
        for key in own.keys() {
            index.entry(key).or_default().push(number);
        }
        known.push((Seen { id: document.id.clone(), shown: true, ..Seen::default() }, own));
    }
    json!({ "documents": documents.len(), "called": called })
}
