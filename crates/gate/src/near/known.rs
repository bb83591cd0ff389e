//! A4, T13, I9 and S9 without a database: what a folder holds already.

use super::judge::{Judged, Seen, judge};
use super::normal::content_hash;
use super::{Key, Prints, shortlist};
use crate::evidence::{at, finding};
use crate::text::fit::Sketch;
use karat_types::finding::Verdict;
use karat_types::{Evidence, Finding, Hash, Modality};
use serde_json::json;
use std::collections::HashMap;

/// Files that came earlier, and what they are recognised by.
#[derive(Debug, Default)]
pub struct Known {
    files: Vec<(Seen, Prints)>,
    exact: HashMap<Hash, Vec<u32>>,
    normal: HashMap<Hash, Vec<u32>>,
    keys: HashMap<Key, Vec<u32>>,
}

impl Known {
    /// Remembers files. The order they come in does not matter: of equal ones the first by
    /// name is named.
    pub fn new(files: impl IntoIterator<Item = (String, Hash, Prints)>) -> Self {
        let mut files: Vec<_> = files.into_iter().collect();
        files.sort_by(|a, b| a.0.cmp(&b.0));
        let mut known = Self::default();
        for (n, (name, content, prints)) in (0u32..).zip(files) {
            known.exact.entry(content).or_default().push(n);
            if let Some(hash) = prints.normal {
                known.normal.entry(hash).or_default().push(n);
            }
            for key in prints.keys() {
                known.keys.entry(key).or_default().push(n);
            }
            known.files.push((Seen { id: name, shown: true, ..Seen::default() }, prints));
        }
        known
    }

    /// The verdict with the duplicate checks run against these files, but for those whose
    /// names `skip` knows: the file itself, say.
    pub fn judge(
        &self,
        verdict: Verdict,
        (modality, bytes, prints): (Modality, &[u8], &Prints),
        skip: &dyn Fn(&str) -> bool,
    ) -> Verdict {
        let file = |n: u32| self.files.get(n as usize).filter(|(seen, _)| !skip(&seen.id));
        let first = |all: Option<&Vec<u32>>| all?.iter().find_map(|&n| Some(file(n)?.0.id.as_str()));
        let exact = first(self.exact.get(&content_hash(bytes)));
        let normal = first(prints.normal.and_then(|hash| self.normal.get(&hash)));
        let verdict = crate::join(verdict, "A4", exact.map(duplicate_exact).into_iter().collect());
        if let Some(same) = exact.or(normal) {
            let copy = normal.filter(|_| exact.is_none()).map(duplicate_normalised);
            return crate::join_near(verdict, modality, Judged::copy_of(same, copy));
        }
        let likely: Vec<_> = self.likely(prints, skip).into_iter().filter_map(|n| file(n).cloned()).collect();
        crate::join_near(verdict, modality, judge(prints, modality, &likely))
    }

    /// What these files are about, as if they had been accepted in the order of their names.
    pub fn sketch(&self, skip: &dyn Fn(&str) -> bool) -> Sketch<'_> {
        let kept = self.files.iter().filter(|(seen, prints)| !prints.terms.is_empty() && !skip(&seen.id));
        Sketch::of(kept.map(|(_, prints)| prints.terms.as_slice()))
    }

    fn likely(&self, prints: &Prints, skip: &dyn Fn(&str) -> bool) -> Vec<u32> {
        let mut hits: HashMap<(u32, u16), u64> = HashMap::new();
        for key in prints.seeks() {
            for &n in self.keys.get(&key).map_or(&[][..], Vec::as_slice) {
                *hits.entry((n, key.band)).or_default() += 1;
            }
        }
        let kept = |n: u32| self.files.get(n as usize).is_some_and(|(seen, _)| !skip(&seen.id));
        let hits = hits.into_iter().filter(|((n, _), _)| kept(*n));
        shortlist(hits.map(|((n, band), found)| (n, band, found)))
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
    use crate::{Input, examine};

    fn known(files: &[(&str, &str)]) -> Known {
        let one = |(name, text): &(&str, &str)| {
            ((*name).to_owned(), content_hash(text.as_bytes()), Prints::of_text(text))
        };
        Known::new(files.iter().map(one))
    }

    /// The findings about copies.
    fn told(known: &Known, text: &str) -> Vec<(String, Option<Evidence>)> {
        let examined = examine(&Input::new("a.txt", text.as_bytes(), Modality::Text));
        let before = examined.verdict.findings.clone();
        let file = (Modality::Text, text.as_bytes(), &examined.prints);
        let verdict = known.judge(examined.verdict, file, &|name| name == "itself");
        assert!(!verdict.not_run.iter().any(|n| n.check == "A4" || n.check == "T13"));
        let new = verdict.findings.into_iter().filter(|f| !before.contains(f));
        new.map(|f| (f.code, f.evidence)).collect()
    }

    fn of(code: &str, id: &str) -> Vec<(String, Option<Evidence>)> {
        vec![(code.into(), Some(Evidence::Submission { id: id.into() }))]
    }

    #[test]
    fn copies_are_found_by_bytes_and_by_text() {
        let files = [("two.txt", "hello world"), ("itself", "hello world"), ("one.txt", "Hello  World")];
        let known = known(&files);
        assert_eq!(told(&known, "hello world"), of("duplicate_exact", "two.txt"));
        assert_eq!(told(&known, "HELLO\nworld"), of("duplicate_normalised", "one.txt"));
        assert_eq!(told(&known, "something else"), []);
    }

    #[test]
    fn near_copies_and_chapters_are_found_whatever_the_order() {
        let story = |range: std::ops::Range<u32>| {
            range.map(|n| format!("word{} ", n * 7919 % 10_007)).collect::<String>()
        };
        let (book, other) = (story(0..9000), story(9000..10_000));
        let edited = format!("A new beginning. {}", story(9000..10_000).replacen("word", "sword", 5));
        for files in [[("book", book.as_str()), ("other", &other)], [("other", &other), ("book", &book)]] {
            let known = known(&files);
            assert_eq!(told(&known, &edited), of("near_duplicate", "other"));
            assert_eq!(told(&known, &story(4000..4600)), of("contained_text", "book"));
            let quoting = format!(
                "{} {}",
                story(8900..9050),
                (0..500).map(|n| format!("mine{n} ")).collect::<String>()
            );
            assert_eq!(told(&known, &quoting), []);
        }
    }
}
