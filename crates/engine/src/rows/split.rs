//! Holds rows out of a file: whole submissions where there are submissions, else rows.

use super::document::paragraphs;
use super::{is_document, read_text, table};
use karat_types::{Hash, Problem};
use serde_json::Value;
use std::borrow::Cow;
use std::collections::BTreeMap;
use std::path::Path;

/// A file, parted: a document into documents, anything else into JSON lines.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Parted {
    /// What to train on.
    pub train: String,
    /// What is held out.
    pub held_out: String,
}

/// Parts the rows of `path`: about `percent` % of the groups are held out, at least one and
/// never all. A group is a submission, else identical rows, in a document identical
/// paragraphs. The same seed parts alike.
///
/// # Errors
/// `file_unreadable`, `row_not_json`, `row_invalid`, `held_out_impossible` when there is only one group.
pub fn part(path: &Path, percent: f64, seed: u64) -> Result<Parted, Problem> {
    let text = if is_document(path) { read_text(path)? } else { String::new() };
    let lines = pieces(&text, path)?;
    let mut groups: BTreeMap<Hash, Vec<usize>> = BTreeMap::new();
    for (i, line) in lines.iter().enumerate() {
        groups.entry(group_hash(line, seed)).or_default().push(i);
    }
    if groups.len() < 2 {
        return Err(Problem::bad(
            "held_out_impossible",
            format!(
                "{} holds {} group of rows; a part of it cannot be held out.",
                path.display(),
                groups.len()
            ),
            "Give more rows, give --held-out FILE, or leave --held-out-percent away.",
        ));
    }
    let wanted = (groups.len() as f64 * percent.clamp(0.0, 100.0) / 100.0).round() as usize;
    let wanted = wanted.clamp(1, groups.len() - 1);
    let mut held = vec![false; lines.len()];
    groups.values().take(wanted).flatten().for_each(|&i| held[i] = true);
    let mut out = Parted::default();
    for (line, held) in lines.iter().zip(held) {
        let side = if held { &mut out.held_out } else { &mut out.train };
        side.push_str(line);
        if !line.ends_with('\n') {
            side.push('\n');
        }
    }
    Ok(out)
}

/// Paragraphs of a document, else records, each as one line of JSON.
fn pieces<'a>(text: &'a str, path: &Path) -> Result<Vec<Cow<'a, str>>, Problem> {
    if is_document(path) {
        return Ok(paragraphs(text).into_iter().map(Cow::Borrowed).collect());
    }
    Ok(table::read(path)?.list.into_iter().map(|(_, row)| Cow::Owned(row.to_string())).collect())
}

fn group_hash(line: &str, seed: u64) -> Hash {
    let row: Value = serde_json::from_str(line).unwrap_or(Value::Null);
    let group = row["submission"].as_str().unwrap_or(line);
    Hash::of_parts(&[b"karat-held-out/v1", &seed.to_be_bytes(), group.as_bytes()])
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn submissions_are_never_cut_and_the_seed_decides() {
        let dir = tempfile::tempdir().unwrap();
        let path = dir.path().join("r.jsonl");
        let rows: String =
            (0..40).map(|i| format!("{{\"content\":\"row {i}\",\"submission\":\"s{}\"}}\n", i / 4)).collect();
        std::fs::write(&path, rows).unwrap();
        let parted = part(&path, 20.0, 1).unwrap();
        assert_eq!(parted.held_out.lines().count(), 8);
        assert_eq!(parted.train.lines().count(), 32);
        for i in 0..10 {
            let name = format!("\"s{i}\"");
            assert!(parted.train.contains(&name) != parted.held_out.contains(&name));
        }
        assert_eq!(parted, part(&path, 20.0, 1).unwrap());
        assert_ne!(parted, part(&path, 20.0, 2).unwrap());
    }

    #[test]
    fn one_group_cannot_be_parted() {
        let dir = tempfile::tempdir().unwrap();
        let path = dir.path().join("r.jsonl");
        std::fs::write(&path, "{\"text\":\"a\"}\n{\"text\":\"a\"}\n").unwrap();
        assert_eq!(part(&path, 50.0, 1).unwrap_err().code, "held_out_impossible");
    }
}
