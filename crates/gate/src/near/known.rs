//! A4 and T13: what is in the datanet already.
//!
//! The server asks its database; `karat check --against DIR` asks a [`Known`].

use super::normal::{content_hash, normal_hash};
use crate::evidence::{at, finding};
use karat_types::finding::Verdict;
use karat_types::{Evidence, Finding, Hash};
use serde_json::json;
use std::collections::HashMap;

/// The hashes of files that came earlier.
#[derive(Debug, Default)]
pub struct Known {
    exact: HashMap<Hash, String>,
    normal: HashMap<Hash, String>,
}

impl Known {
    /// Remembers a file; of equal files the first keeps the name.
    pub fn add(&mut self, name: &str, bytes: &[u8]) {
        self.exact.entry(content_hash(bytes)).or_insert_with(|| name.to_owned());
        if let Some(hash) = normal_hash(bytes) {
            self.normal.entry(hash).or_insert_with(|| name.to_owned());
        }
    }

    /// The verdict with the duplicate checks run against these files.
    pub fn judge(&self, verdict: Verdict, bytes: &[u8]) -> Verdict {
        let exact = self.exact.get(&content_hash(bytes));
        let normal = normal_hash(bytes).and_then(|hash| self.normal.get(&hash));
        let normal = normal.filter(|_| exact.is_none());
        let verdict =
            crate::join(verdict, "A4", exact.map(|name| duplicate_exact(name)).into_iter().collect());
        crate::join(verdict, "T13", normal.map(|name| duplicate_normalised(name)).into_iter().collect())
    }
}

impl<N: AsRef<str>, B: AsRef<[u8]>> FromIterator<(N, B)> for Known {
    fn from_iter<I: IntoIterator<Item = (N, B)>>(files: I) -> Self {
        let mut known = Self::default();
        for (name, bytes) in files {
            known.add(name.as_ref(), bytes.as_ref());
        }
        known
    }
}

/// The contributor's own copy; `first` is the submission it copies.
pub fn already_yours(first: &str) -> Finding {
    copy_of("already_yours", first, format!("You have sent this before, as {first}."))
}

/// A copy, byte for byte; `first` is what may be seen of the earlier one.
pub fn duplicate_exact(first: &str) -> Finding {
    copy_of("duplicate_exact", first, format!("The same bytes are already there: {first}."))
}

/// The same text but for case, white space and form of characters.
pub fn duplicate_normalised(first: &str) -> Finding {
    let message =
        format!("The same text is already there: {first}. Only case, spaces or character forms differ.");
    copy_of("duplicate_normalised", first, message)
}

fn copy_of(code: &str, first: &str, message: String) -> Finding {
    let found = finding(code, json!(first), json!("no copy"), message);
    at(found, Evidence::Submission { id: first.to_owned() })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{Input, check};
    use karat_types::Modality;

    #[test]
    fn copies_are_found_by_bytes_and_by_text() {
        let known: Known = [("one.txt", "Hello  World"), ("two.txt", "hello world")].into_iter().collect();
        let code = |bytes: &str| {
            let verdict = check(&Input::new("a.txt", bytes.as_bytes(), Modality::Text));
            let verdict = known.judge(verdict, bytes.as_bytes());
            assert!(!verdict.not_run.iter().any(|n| n.check == "A4" || n.check == "T13"));
            verdict
                .findings
                .into_iter()
                .filter(|f| f.code.starts_with("dup"))
                .map(|f| (f.code, f.measured))
                .collect::<Vec<_>>()
        };
        assert_eq!(code("hello world"), [("duplicate_exact".into(), json!("two.txt"))]);
        assert_eq!(code("HELLO\nworld"), [("duplicate_normalised".into(), json!("one.txt"))]);
        assert!(code("something else").is_empty());
    }
}
