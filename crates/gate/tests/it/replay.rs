//! The seeds and finds of the fuzz targets, and mutants of them, on every test run.

use karat_gate::{Input, examine};
use karat_types::Modality;
use proptest::prelude::*;
use std::path::{Path, PathBuf};

/// Every file of `seeds` or `finds`: its name, its content and what it is offered as.
fn cases(folder: &str) -> Vec<(String, Vec<u8>, Modality)> {
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("fuzz").join(folder);
    let mut files: Vec<PathBuf> = Vec::new();
    for kind in std::fs::read_dir(root).into_iter().flatten().flatten() {
        files.extend(std::fs::read_dir(kind.path()).unwrap().map(|entry| entry.unwrap().path()));
    }
    files.sort();
    let case = |path: PathBuf| {
        let kind = path.parent().unwrap().file_name().unwrap().to_str().unwrap();
        let (name, modality) = offered_as(kind);
        (name.to_owned(), std::fs::read(&path).unwrap(), modality)
    };
    files.into_iter().map(case).collect()
}

/// As the target of this name offers it.
fn offered_as(kind: &str) -> (&'static str, Modality) {
    match kind {
        "text" => ("note.md", Modality::Text),
        "pdf" => ("paper.pdf", Modality::Text),
        "docx" => ("letter.docx", Modality::Text),
        "records" => ("rows.jsonl", Modality::Text),
        "csv" => ("rows.csv", Modality::Text),
        "parquet" => ("rows.parquet", Modality::Text),
        "png" => ("photo.png", Modality::Image),
        "jpeg" => ("photo.jpg", Modality::Image),
        "webp" => ("photo.webp", Modality::Image),
        "tiff" => ("photo.tiff", Modality::Image),
        "bmp" => ("photo.bmp", Modality::Image),
        "wav" => ("take.wav", Modality::Audio),
        "mp3" => ("take.mp3", Modality::Audio),
        "flac" => ("take.flac", Modality::Audio),
        other => panic!("fuzz/seeds/{other} has no target"),
    }
}

fn verdict(name: &str, bytes: &[u8], modality: Modality) -> Vec<u8> {
    serde_json::to_vec(&examine(&Input::new(name, bytes, modality)).verdict).unwrap()
}

#[test]
fn seeds_and_finds_get_the_same_verdict_twice() {
    let seeds = cases("seeds");
    assert!(seeds.len() >= 29, "{} seeds", seeds.len());
    for (name, bytes, modality) in seeds.into_iter().chain(cases("finds")) {
        assert_eq!(verdict(&name, &bytes, modality), verdict(&name, &bytes, modality), "{name}");
    }
}

#[test]
fn every_seed_is_of_its_type() {
    for (name, bytes, modality) in cases("seeds") {
        let verdict = examine(&Input::new(&name, &bytes, modality)).verdict;
        let wrong = ["wrong_type", "wrong_extension", "truncated_media", "polyglot", "reader_failed"];
        let found: Vec<_> = verdict.findings.iter().filter(|f| wrong.contains(&f.code.as_str())).collect();
        assert!(found.is_empty(), "{name} ({} bytes): {found:?}", bytes.len());
    }
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(300))]
    #[test]
    fn mutants_never_panic_and_are_judged_alike(
        which in any::<prop::sample::Index>(),
        flips in proptest::collection::vec((any::<prop::sample::Index>(), any::<u8>()), 0..12),
        keep in prop::option::of(any::<prop::sample::Index>()),
    ) {
        let cases = cases("seeds");
        let (name, mut bytes, modality) = which.get(&cases).clone();
        for (at, byte) in flips {
            let place = at.index(bytes.len());
            bytes[place] = byte;
        }
        if let Some(keep) = keep {
            bytes.truncate(keep.index(bytes.len()));
        }
        prop_assert_eq!(verdict(&name, &bytes, modality), verdict(&name, &bytes, modality));
    }
}
