//! Cuts a page at its headings: the unit that answers a question.

use super::html::OPTIONS;
use pulldown_cmark::{Event, HeadingLevel, Parser, Tag, TagEnd};
use std::collections::HashMap;

/// What stands under one heading.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Section {
    /// The heading with those above it, outermost first.
    pub(super) headings: Vec<String>,
    /// The heading's id in the page.
    pub(super) anchor: String,
    /// Markdown up to the next heading, without the heading itself.
    pub(super) body: String,
}

/// A heading and the bytes it takes.
struct Heading {
    level: HeadingLevel,
    text: String,
    start: usize,
    end: usize,
}

fn headings(markdown: &str) -> Vec<Heading> {
    let mut found: Vec<Heading> = Vec::new();
    let mut inside = false;
    for (event, range) in Parser::new_ext(markdown, OPTIONS).into_offset_iter() {
        match event {
            Event::Start(Tag::Heading { level, .. }) => {
                inside = true;
                found.push(Heading { level, text: String::new(), start: range.start, end: range.end });
            }
            Event::End(TagEnd::Heading(_)) => inside = false,
            Event::Text(t) | Event::Code(t) if inside => {
                if let Some(last) = found.last_mut() {
                    last.text.push_str(&t);
                }
            }
            _ => {}
        }
    }
    found
}

/// The page's sections, in order. Text before the first heading is no section.
pub(super) fn split(markdown: &str) -> Vec<Section> {
    let found = headings(markdown);
    let mut anchors = Anchors::default();
    let mut above: Vec<(HeadingLevel, String)> = Vec::new();
    let mut sections = Vec::with_capacity(found.len());
    for (i, heading) in found.iter().enumerate() {
        above.retain(|(level, _)| *level < heading.level);
        above.push((heading.level, heading.text.clone()));
        let end = found.get(i + 1).map_or(markdown.len(), |next| next.start);
        sections.push(Section {
            headings: above.iter().map(|(_, text)| text.clone()).collect(),
            anchor: anchors.next(&heading.text),
            body: markdown[heading.end..end].trim().to_owned(),
        });
    }
    sections
}

/// The first heading of the page.
pub(super) fn title(markdown: &str) -> Option<String> {
    headings(markdown).into_iter().next().map(|h| h.text)
}

/// The first paragraph, as plain text on one line.
pub(super) fn summary(markdown: &str) -> String {
    let mut text = String::new();
    let mut inside = false;
    for event in Parser::new_ext(markdown, OPTIONS) {
        match event {
            Event::Start(Tag::Paragraph) => inside = true,
            Event::End(TagEnd::Paragraph) => break,
            Event::Text(t) | Event::Code(t) if inside => text.push_str(&t),
            Event::SoftBreak | Event::HardBreak if inside => text.push(' '),
            _ => {}
        }
    }
    text
}

/// Ids of headings as GitHub makes them, so links work on disk, there and here.
#[derive(Default)]
pub(super) struct Anchors(HashMap<String, usize>);

impl Anchors {
    /// The id of the next heading with this text.
    pub(super) fn next(&mut self, heading: &str) -> String {
        let slug: String = heading
            .trim()
            .to_lowercase()
            .chars()
            .filter_map(|c| match c {
                ' ' => Some('-'),
                c if c.is_alphanumeric() || c == '-' || c == '_' => Some(c),
                _ => None,
            })
            .collect();
        let count = self.0.entry(slug.clone()).or_default();
        *count += 1;
        if *count == 1 { slug } else { format!("{slug}-{}", *count - 1) }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const PAGE: &str = "# Standing\n\nFirst *words*\nhere.\n\n## How `H` is computed\n\nBody.\n\n```\n# not a heading\n```\n\n## Why\n\n### How `H` is computed\n\nAgain.\n";

    #[test]
    fn sections_know_where_they_stand_and_code_is_no_heading() {
        let sections = split(PAGE);
        let anchors: Vec<&str> = sections.iter().map(|s| s.anchor.as_str()).collect();
        assert_eq!(anchors, ["standing", "how-h-is-computed", "why", "how-h-is-computed-1"]);
        assert_eq!(sections[3].headings, ["Standing", "Why", "How H is computed"]);
        assert!(sections[1].body.ends_with("# not a heading\n```"));
        assert_eq!(sections[2].body, "");
    }

    #[test]
    fn title_and_summary_are_plain_text() {
        assert_eq!(title(PAGE).as_deref(), Some("Standing"));
        assert_eq!(summary(PAGE), "First words here.");
        assert_eq!(title("no heading"), None);
    }
}
