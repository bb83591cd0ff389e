//! Copies of images and recordings, for `cargo xtask bench gate`.
//!
//! `media prints MODALITY OUT LIST` makes the prints of the files named in LIST, a line
//! each, and writes `{id, prints}` lines to OUT. `media copies MODALITY ORIGINALS COPIES`
//! compares the prints of COPIES, named `…/ALTERATION/NAME.ext`, with those of the original
//! `…/NAME.ext`, and all originals with each other; it prints one JSON line.

use karat_gate::near::{self, Key, Prints, Seen, shortlist};
use karat_gate::{Input, examine};
use karat_types::{Class, Modality};
use serde_json::{Value, json};
use std::collections::{BTreeMap, HashMap};
use std::io::{BufRead, Write};
use std::path::Path;

fn main() {
    // `cargo bench` adds a flag of its own.
    let args: Vec<String> = std::env::args().skip(1).filter(|arg| arg != "--bench").collect();
    let modality = |name: &str| if name == "image" { Modality::Image } else { Modality::Audio };
    match args.iter().map(String::as_str).collect::<Vec<_>>().as_slice() {
        ["prints", of, out, list] => prints(modality(of), out, list),
        ["copies", of, originals, copies] => {
            println!("{}", copied(modality(of), &load(originals), &load(copies)));
        }
        _ => {
            eprintln!("media prints MODALITY OUT LIST | media copies MODALITY ORIGINALS COPIES");
            std::process::exit(2);
        }
    }
}

fn lines(path: &str) -> impl Iterator<Item = String> {
    let file = std::fs::File::open(path).expect("a list");
    std::io::BufReader::new(file).lines().map(|line| line.expect("UTF-8"))
}

fn prints(modality: Modality, out: &str, list: &str) {
    let mut out = std::io::BufWriter::new(std::fs::File::create(out).expect("a place for prints"));
    for path in lines(list) {
        let bytes = std::fs::read(&path).expect("a file");
        let examined = examine(&Input::new(&path, &bytes, modality));
        writeln!(out, "{}", json!({ "id": path, "prints": examined.prints })).expect("prints are written");
    }
}

fn load(path: &str) -> Vec<(String, Prints)> {
    let one = |line: String| {
        let mut value: Value = serde_json::from_str(&line).expect("a line of prints");
        let id = value["id"].as_str().unwrap_or_default().to_owned();
        (id, serde_json::from_value(value["prints"].take()).expect("prints"))
    };
    lines(path).map(one).collect()
}

/// What the gate says of a content next to one earlier one.
fn said(modality: Modality, own: &Prints, earlier: &(String, Prints)) -> &'static str {
    let seen = Seen { id: earlier.0.clone(), shown: true, ..Seen::default() };
    let judged = near::judge(own, modality, &[(seen, earlier.1.clone())]);
    match judged.findings.first().map(|found| found.class) {
        Some(Class::Refuse) => "refused",
        Some(_) => "held",
        None => "apart",
    }
}

fn name(id: &str) -> &str {
    Path::new(id).file_stem().and_then(|stem| stem.to_str()).unwrap_or(id)
}

fn copied(modality: Modality, originals: &[(String, Prints)], copies: &[(String, Prints)]) -> Value {
    let by_name: HashMap<&str, usize> =
        originals.iter().enumerate().map(|(n, (id, _))| (name(id), n)).collect();
    let mut index: HashMap<Key, Vec<usize>> = HashMap::new();
    for (n, (_, prints)) in originals.iter().enumerate() {
        for key in prints.keys() {
            index.entry(key).or_default().push(n);
        }
    }
    let likely = |own: &Prints| {
        let mut hits: HashMap<(usize, u16), u64> = HashMap::new();
        for key in own.seeks() {
            for &other in index.get(&key).map_or(&[][..], Vec::as_slice) {
                *hits.entry((other, key.band)).or_default() += 1;
            }
        }
        shortlist(hits.into_iter().map(|((id, band), count)| (id, band, count)))
    };
    let (mut looked, mut tallies): (usize, BTreeMap<String, BTreeMap<&str, usize>>) = Default::default();
    for (id, own) in copies {
        let Some(&n) = by_name.get(name(id)) else { continue };
        let alteration =
            Path::new(id).parent().and_then(Path::file_name).map_or("", |n| n.to_str().unwrap_or(""));
        let tally = tallies.entry(alteration.to_owned()).or_default();
        let found = likely(own);
        looked += found.len();
        let word = if originals[n].1.keys().is_empty() {
            "no print"
        } else if found.contains(&n) {
            said(modality, own, &originals[n])
        } else {
            "no candidate"
        };
        *tally.entry(word).or_default() += 1;
    }
    let mut called: BTreeMap<&str, Vec<[&str; 2]>> = BTreeMap::new();
    for (n, later) in originals.iter().enumerate() {
        for earlier in &originals[..n] {
            let word = said(modality, &later.1, earlier);
            if word != "apart" {
                called.entry(word).or_default().push([&earlier.0, &later.0]);
            }
        }
    }
    json!({
        "originals": originals.len(), "pairs": originals.len() * originals.len().saturating_sub(1) / 2,
        "called": called, "copies": copies.len(), "looked_at": looked, "alterations": tallies,
    })
}
