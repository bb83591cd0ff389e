//! Text of a DOCX that its readers do not see: left out, and held against it where it says
//! something.

use crate::document::{Extract, Place, hidden};
use crate::evidence::{at, finding, many, place};
use karat_types::Finding;
use serde_json::json;
use std::collections::BTreeMap;

/// Unseen text by the number of its paragraph, with how it was hidden first.
#[derive(Default)]
pub(super) struct Unseen(BTreeMap<u32, (String, String)>);

impl Unseen {
    /// Takes a stretch of a paragraph.
    pub(super) fn add(&mut self, paragraph: u32, text: &str, way: &str) {
        let (_, words) = self.0.entry(paragraph).or_insert_with(|| (way.to_owned(), String::new()));
        words.push_str(text);
    }

    /// What is said of it, at the place where it would stand.
    pub(super) fn finding(&self, extract: &Extract) -> Option<Finding> {
        let letters = |text: &str| text.chars().filter(|c| !c.is_whitespace()).count() as u64;
        let all = || self.0.values().map(|(_, text)| text.as_str());
        let instructs = hidden::instructs(all());
        let telling = |text: &str| letters(text) > 0 && (instructs || hidden::speaks(text));
        let held: u64 = all().filter(|text| telling(text)).map(letters).sum();
        let mut lines = self.0.iter();
        let (number, (way, words)) = lines
            .find(|(_, (_, text))| telling(text))
            .or_else(|| self.0.iter().find(|(_, (_, text))| letters(text) > 0))?;
        let words = crate::document::records::shape::brief(&words.chars().take(60).collect::<String>());
        let found = if held > 0 {
            let message =
                format!("{held} characters are hidden ({way}), first in paragraph {number}: “{words}”.");
            finding("hidden_text", json!(held), json!(0), message)
        } else {
            let all = all().map(letters).sum::<u64>();
            let message = format!("{} left out that nobody sees ({way}).", many(all, "letter"));
            finding("unseen_text_left_out", json!(all), json!("any number"), message)
        };
        let near =
            extract.spans.iter().rfind(|s| matches!(s.place, Place::Paragraph { number: n } if n <= *number));
        let (start, end) = near.map_or((0, 0), |span| (span.start as usize, span.end as usize));
        Some(at(found, place(extract.text.as_bytes(), start, end)))
    }
}
