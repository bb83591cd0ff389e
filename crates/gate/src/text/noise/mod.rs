//! T7: whether a text reads as if chance had made it.
//!
//! Three questions, each answered by several independent facts; only where all agree
//! anything is said, so that a language nobody told us about is never punished:
//!
//! * [`chance`]: do letters come as their neighbours alone would have them, and does nothing
//!   longer ever come back? (random letters and syllables, struck keys, Markov chains)
//! * [`order`]: do the small words of a language stand next to each other where its
//!   sentences never put them, and do pairs of words come back no more often than in a
//!   shuffled text? (shuffled words, word salad)
//! * [`disguise`]: is it a language once it is read backwards, or with all letters moved on?
//!
//! There is no model: besides the lists of small words one table ([`pairs`]) was counted from
//! manuals; everything else is measured in the text itself, in integers.

mod chance;
mod disguise;
mod order;
mod pairs;

pub use chance::Chance;
pub use disguise::Disguise;
pub use order::Order;

use super::language;
use crate::evidence::{at, finding, place};
use karat_types::Finding;
use serde_json::json;

/// Parts of 1,000 that are clearly chance from which on a person looks.
const MOST_PARTS: u64 = 500;
/// Bytes of running text that are read.
const MOST_READ: usize = 400_000;
/// Characters quoted.
const QUOTED: usize = 60;

/// What was measured of chance in a text.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Noise {
    /// Of its letters.
    pub chance: Option<Chance>,
    /// Of its words.
    pub order: Option<Order>,
    /// Of what it is when it is undone.
    pub disguise: Option<Disguise>,
}

impl Noise {
    /// Measures running text.
    pub(super) fn of(lines: &[String]) -> Self {
        let read = beginning(lines);
        let dense = chance::is_dense_text(&read);
        let language = language::of_lines(lines).map(|(code, _)| code);
        Self {
            chance: chance::of(&read, dense),
            order: order::of(&read, dense, language),
            disguise: disguise::of(&read, dense),
        }
    }

    /// Parts of 1,000 whose letters look like chance, those in doubt by half; none where
    /// there are too few letters.
    pub(crate) fn parts(&self) -> Option<u64> {
        self.chance.as_ref().map(Chance::share)
    }

    /// Neighbouring small words of 1,000 that no sentence has; none where there are too few.
    pub(crate) fn strangers(&self) -> Option<u64> {
        self.order.as_ref().map(Order::share)
    }
}

/// The first [`MOST_READ`] bytes, line by line.
fn beginning(lines: &[String]) -> Vec<&str> {
    let mut left = MOST_READ;
    let mut out = Vec::new();
    for line in lines {
        let mut end = line.len().min(left);
        while !line.is_char_boundary(end) {
            end -= 1;
        }
        out.push(&line[..end]);
        left -= end;
        if end < line.len() {
            break;
        }
    }
    out
}

/// What a person must look at.
pub(super) fn check(text: &str, lines: &[String], noise: &Noise) -> Vec<Finding> {
    let mut findings = Vec::new();
    if let Some(found) = noise.chance.as_ref().filter(|chance| chance.clear_share() >= MOST_PARTS) {
        let finding = finding(
            "meaningless_letters",
            json!(found.clear_share()),
            json!(MOST_PARTS),
            format!("Reads like letters put together by chance: {}.", found.facts()),
        );
        findings.push(shown(text, lines.get(found.line), finding));
    }
    if let Some(found) = noise.order.as_ref().filter(|order| order.is_clear()) {
        let message = format!("Reads like words in no order: {}.", found.facts());
        let finding =
            finding("meaningless_order", json!(found.share()), json!(order::MOST_STRANGERS), message);
        findings.push(shown(text, lines.get(found.line), finding));
    }
    if let Some(found) = &noise.disguise {
        let measured = json!({ "undone": found.undone, "as_it_is": found.plain });
        let finding =
            finding("disguised_text", measured, json!({ "undone": disguise::LEAST_UNDONE }), found.facts());
        findings.push(shown(text, lines.first(), finding));
    }
    findings
}

/// Adds the place and the first words of a line.
fn shown(text: &str, line: Option<&String>, mut finding: Finding) -> Finding {
    let Some(line) = line else { return finding };
    let mut start: String = line.chars().take(QUOTED).collect();
    if start.len() < line.len() {
        start.push('…');
    }
    finding.message.push_str(&format!(" An example: “{start}”."));
    match text.find(line.as_str()) {
        Some(from) => at(finding, place(text.as_bytes(), from, from + line.len())),
        // Markup within the line was left out.
        None => finding,
    }
}

#[cfg(test)]
mod tests;
