//! T14: whether a text holds items of evaluation sets, which no model may be trained on.
//!
//! The operator gives the sets as files: `.jsonl` has a record a line and each of its
//! strings is a part of the item; of any other file each line is an item. Of a part with 13
//! words or more every sequence of 13 words is remembered; one with 8 to 12 words is
//! remembered as a whole; shorter ones say nothing. What stands in three or more items of
//! a set ("Choose the right answer …") is its form and not its content, and is left out.

use super::shingle::runs;
use super::words::{Word, WordHash, words};
use crate::evidence::{at, finding, many, place};
use karat_types::Finding;
use serde_json::{Value, json};
use std::collections::{BTreeMap, HashMap, HashSet};

/// Words of a sequence.
const WIDTH: usize = 13;
/// Words of the shortest part that is looked for.
const LEAST: usize = 8;
/// A part or sequence in so many items of a set is form.
const FORM: u32 = 3;
/// Of 1,000 sequences of a part: so many are the whole. Some stand across the edge of a
/// form that only opens one item, or of an edited word.
const WHOLE: usize = 600;
/// Of 1,000 words of a text: so many from evaluation sets are too many.
const SHARE: usize = 80;
/// Items told one by one.
const TOLD: usize = 5;

/// Evaluation sets, ready to be looked for.
#[derive(Debug, Default)]
pub struct EvalSets {
    sets: Vec<String>,
    parts: Vec<Part>,
    /// Sequence and part, ascending.
    grams: Vec<(u64, u32)>,
    /// Where the sequences with these upper bits begin in `grams`.
    starts: Vec<u32>,
    /// Lengths of the sequences there are.
    widths: Vec<usize>,
}

#[derive(Debug)]
struct Part {
    set: u32,
    line: u32,
    grams: u32,
}

/// A part found in a text.
struct Hit<'a> {
    part: &'a Part,
    found: usize,
    first: (usize, usize),
}

impl EvalSets {
    /// Sets of files: name and content. The order of the files does not matter.
    pub fn new(files: impl IntoIterator<Item = (String, String)>) -> Self {
        let mut files: Vec<_> = files.into_iter().collect();
        files.sort();
        let mut sets = Self::default();
        for (name, text) in files {
            sets.add(name, &text);
        }
        sets.finish();
        sets
    }

    /// Whether there is nothing to look for.
    pub fn is_empty(&self) -> bool {
        self.parts.is_empty()
    }

    fn add(&mut self, name: String, text: &str) {
        let set = self.sets.len() as u32;
        let records = name.ends_with(".jsonl") || name.ends_with(".ndjson");
        self.sets.push(name);
        let mut parts: Vec<(u32, Vec<u64>)> = Vec::new();
        for (line, item) in (1u32..).zip(text.lines()) {
            let strings = if records { strings(item) } else { vec![item.to_owned()] };
            let long = strings.iter().map(|text| words(text)).filter(|words| words.len() >= LEAST);
            let distinct: HashSet<Vec<u64>> =
                long.map(|words| words.into_iter().map(|word| word.hash).collect()).collect();
            parts.extend(distinct.into_iter().map(|words| (line, words)));
        }
        // Whatever order a hash set has.
        parts.sort_unstable();
        let mut whole: HashMap<u64, u32> = HashMap::new();
        let mut in_items: HashMap<u64, (u32, u32)> = HashMap::new();
        for (line, words) in &parts {
            *whole.entry(WordHash::of(words.iter().copied())).or_default() += 1;
            for gram in grams_of(words) {
                let (last, count) = in_items.entry(gram).or_default();
                *count += u32::from(last != line);
                *last = *line;
            }
        }
        for (line, words) in &parts {
            let form = whole.get(&WordHash::of(words.iter().copied())).is_some_and(|n| *n >= FORM);
            let mut grams = grams_of(words);
            grams.retain(|gram| in_items.get(gram).is_none_or(|(_, n)| *n < FORM));
            if form || grams.is_empty() {
                continue;
            }
            let n = self.parts.len() as u32;
            self.parts.push(Part { set, line: *line, grams: grams.len() as u32 });
            self.grams.extend(grams.into_iter().map(|gram| (gram, n)));
            self.widths.push(words.len().min(WIDTH));
        }
    }

    fn finish(&mut self) {
        self.grams.sort_unstable();
        self.widths.sort_unstable();
        self.widths.dedup();
        let bits = self.grams.len().max(2).ilog2();
        let mut at = 0;
        self.starts = (0..=(1u64 << bits))
            .map(|bucket| {
                let rest = self.grams.get(at..).unwrap_or_default();
                at += rest.iter().take_while(|(gram, _)| (gram >> (u64::BITS - bits)) < bucket).count();
                at as u32
            })
            .collect();
    }

    fn with(&self, gram: u64) -> impl Iterator<Item = u32> {
        let bits = self.starts.len().max(2).ilog2();
        let bucket = (gram >> (u64::BITS - bits)) as usize;
        let bounds = self.starts.get(bucket).zip(self.starts.get(bucket + 1));
        let range = bounds.map_or(0..0, |(from, to)| *from as usize..*to as usize);
        self.grams[range].iter().filter(move |(found, _)| *found == gram).map(|(_, part)| *part)
    }

    /// Check T14 on a text.
    pub fn check(&self, text: &str) -> Vec<Finding> {
        let words = words(text);
        let (hits, covered) = self.hits(&words);
        let share = covered * 1000 / words.len().max(1);
        let mut hits: Vec<Hit<'_>> = hits;
        let whole = |hit: &Hit<'_>| hit.found * 1000 >= WHOLE * hit.part.grams as usize;
        hits.sort_by_key(|hit| (!whole(hit), std::cmp::Reverse(hit.found), hit.first));
        let refused = hits.iter().filter(|hit| whole(hit)).count();
        let told = if refused > 0 { refused } else { usize::from(share >= SHARE) };
        if told == 0 {
            return hits
                .first()
                .map(|hit| self.tell("benchmark_fragment", text, hit, share, 0))
                .into_iter()
                .collect();
        }
        let more = told.saturating_sub(TOLD);
        let told = hits.iter().take(told.min(TOLD));
        told.map(|hit| self.tell("contains_benchmark", text, hit, share, more)).collect()
    }

    /// The parts of which something stands in the text, and how many of its words do.
    fn hits(&self, words: &[Word]) -> (Vec<Hit<'_>>, usize) {
        let mut found: BTreeMap<u32, (HashSet<u64>, (usize, usize))> = BTreeMap::new();
        let mut covered = vec![false; words.len()];
        for &width in &self.widths {
            for (from, (gram, window)) in runs(words, width, Some(width as u64)).enumerate() {
                for part in self.with(gram) {
                    let place = window.first().zip(window.last()).map_or((0, 0), |(a, b)| (a.start, b.end));
                    found.entry(part).or_insert_with(|| (HashSet::new(), place)).0.insert(gram);
                    covered[from..from + width].fill(true);
                }
            }
        }
        let hit = |(n, (grams, first)): (u32, (HashSet<u64>, (usize, usize)))| {
            Some(Hit { part: self.parts.get(n as usize)?, found: grams.len(), first })
        };
        (found.into_iter().filter_map(hit).collect(), covered.into_iter().filter(|covered| *covered).count())
    }

    fn tell(&self, code: &str, text: &str, hit: &Hit<'_>, share: usize, more: usize) -> Finding {
        let set = self.sets.get(hit.part.set as usize).map_or("", String::as_str);
        let measured = json!({
            "set": set, "line": hit.part.line, "sequences": hit.found, "of": hit.part.grams, "share": share,
        });
        let also = match more {
            0 => String::new(),
            _ => format!(" So do those of {} more.", many(more as u64, "item")),
        };
        let message = format!(
            "{} of {} word sequences of line {} of the evaluation set {set} stand here.{also}",
            hit.found, hit.part.grams, hit.part.line
        );
        let threshold = json!({ "whole": WHOLE, "share": SHARE });
        at(finding(code, measured, threshold, message), place(text.as_bytes(), hit.first.0, hit.first.1))
    }
}

/// The sequences of a part, each once; their width is part of their number.
fn grams_of(words: &[u64]) -> Vec<u64> {
    let width = words.len().min(WIDTH);
    let mut grams: Vec<u64> = runs(words, width, Some(width as u64)).map(|(gram, _)| gram).collect();
    grams.sort_unstable();
    grams.dedup();
    grams
}

/// All strings of a record, however deep; a line that is no JSON is one string.
fn strings(line: &str) -> Vec<String> {
    let Ok(value) = serde_json::from_str(line) else { return vec![line.to_owned()] };
    let mut out = Vec::new();
    let mut open: Vec<Value> = vec![value];
    while let Some(value) = open.pop() {
        match value {
            Value::String(text) => out.push(text),
            Value::Array(list) => open.extend(list),
            Value::Object(map) => open.extend(map.into_iter().map(|(_, value)| value)),
            _ => {}
        }
    }
    out
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn numbered(seed: u32, count: u32) -> String {
        let word = |n: u32| super::super::words::mix(u64::from(seed) << 32 | u64::from(n)) % 100_000;
        (0..count).map(|n| format!("w{} ", word(n))).collect()
    }

    fn sets() -> EvalSets {
        let form = "Choose the best answer to the question below and give a reason for it in one sentence.";
        let record = |n: u32| json!({ "id": n, "form": form, "question": numbered(n, 30), "choices": ["a", "b", numbered(n + 500, 9)], "hint": "Answer with one of the letters A B C or D only please." });
        let jsonl: String = (1..40).map(|n| format!("{}\n", record(n))).collect();
        let lines = "The quick brown fox jumps over the lazy dog twice.\nToo short to say anything.\n";
        EvalSets::new([("exam.jsonl".to_owned(), jsonl), ("lines.txt".to_owned(), lines.to_owned())])
    }

    fn told(text: &str) -> Vec<(String, Value)> {
        sets()
            .check(text)
            .into_iter()
            .map(|f| (f.code, json!([f.measured["set"], f.measured["line"]])))
            .collect()
    }

    #[test]
    fn every_planted_item_is_named_with_its_place() {
        let around = numbered(9_000, 2_000);
        for n in 1..40 {
            let planted = format!("{around}\nHere it is: {}\n{around}", numbered(n, 30).to_uppercase());
            assert_eq!(told(&planted), [("contains_benchmark".into(), json!(["exam.jsonl", n]))]);
            let choice = format!("{around} {} {around}", numbered(n + 500, 9));
            assert_eq!(told(&choice), [("contains_benchmark".into(), json!(["exam.jsonl", n]))]);
        }
        let fox = format!("{around} the QUICK brown fox, jumps over the lazy dog — twice {around}");
        assert_eq!(told(&fox), [("contains_benchmark".into(), json!(["lines.txt", 1]))]);
        let found = sets().check(&format!("one\ntwo {}", numbered(3, 30)));
        assert_eq!(serde_json::to_value(&found[0].evidence).unwrap()["line"], 2);
    }

    #[test]
    fn forms_and_strays_are_no_leak() {
        let around = numbered(9_000, 2_000);
        let form = "Choose the best answer to the question below and give a reason for it in one sentence. Answer with one of the letters A B C or D only please. Too short to say anything.";
        assert_eq!(told(&format!("{around} {form} {around}")), []);
        let stray = numbered(3, 13);
        let of_long = format!("{around} {stray} {around}");
        assert_eq!(told(&of_long), [("benchmark_fragment".into(), json!(["exam.jsonl", 3]))]);
        // The same in a short text is much of it.
        assert_eq!(told(&format!("A few words {stray} more"))[0].0, "contains_benchmark");
        assert_eq!(EvalSets::default().check(&around), []);
        assert!(EvalSets::new([("a.txt".to_owned(), "short\n".to_owned())]).check(&around).is_empty());
    }

    proptest! {
        #[test]
        fn any_sets_and_texts_are_read_without_a_panic(
            set in "([a-d]{1,2}[ \n]|\\{\"a\":\"|\"\\}|\\PC){0,300}", text in "([a-d]{1,2} |\\PC){0,300}",
        ) {
            let of = |name: &str| EvalSets::new([(name.to_owned(), set.clone())]).check(&text);
            prop_assert_eq!(of("a.txt"), of("a.txt"));
            of("a.jsonl");
            // A set is found in itself.
            let whole = EvalSets::new([("a.txt".to_owned(), set.lines().take(1).collect())]);
            prop_assert_eq!(whole.check(&set).is_empty(), whole.is_empty());
        }
    }
}
