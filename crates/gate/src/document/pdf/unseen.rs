//! Text of a page that its readers do not see: left out always, and held against a
//! document only where it says something.
//!
//! Honest documents are full of unseen letters: parts of figures that are cut away, labels
//! of drawings that were made small, shadows, what a program recognised on a scan, printers'
//! marks. So held are only lines with words in them that are not also visible on their page,
//! and of the ways that programs use by themselves (clips, layers, scans, margins) only
//! what reads like an instruction to a machine.

use super::content::{self, Piece, Shown, Unseen};
use super::text;
use crate::document::hidden;
use crate::evidence::{at, finding, many};
use karat_types::{Evidence, Finding};
use serde_json::json;
use std::collections::{BTreeMap, HashSet};

/// Ways of hiding, with how it is said and whether programs do it by themselves.
const WAYS: [(Unseen, &str, bool); 9] = [
    (Unseen::Invisible, "drawn invisibly", false),
    (Unseen::Tiny, "not larger than one point", false),
    (Unseen::Background, "in the colour of its background", false),
    (Unseen::OffPage, "outside the page", false),
    (Unseen::Covered, "under a rectangle that was painted over it", false),
    (Unseen::Margin, "outside the visible part of the page", true),
    (Unseen::Clipped, "cut away by a clip", true),
    (Unseen::Layer, "in a layer that is switched off", true),
    (Unseen::Recognised, "recognised on a scan", true),
];

/// A piece's line: its turn and its baseline in whole points.
fn line_of(piece: &Piece) -> (u8, i64) {
    (piece.turn, piece.y.round() as i64)
}

/// A line of unseen pieces.
struct Line<'a> {
    page: u32,
    first: &'a Piece,
    text: String,
}

impl Line<'_> {
    fn letters(&self) -> u64 {
        self.text.chars().filter(|c| c.is_alphanumeric()).count() as u64
    }
}

/// What is said of unseen text: one finding for each way that hides something, and one for
/// everything that was left out.
pub(super) fn findings(pages: &[Shown]) -> Vec<Finding> {
    let mut out = Vec::new();
    let mut left_out: Option<(u64, Vec<&str>, Evidence)> = None;
    for (way, words, usual) in WAYS {
        let lines = lines(pages, way);
        let count: u64 = lines.iter().map(Line::letters).sum();
        let Some(first) = lines.iter().find(|line| line.letters() > 0) else { continue };
        let instructs = hidden::instructs(lines.iter().map(|line| line.text.as_str()));
        let telling: Vec<&Line<'_>> =
            lines.iter().filter(|line| instructs || (!usual && hidden::speaks(&line.text))).collect();
        match telling.first() {
            Some(told) => {
                let count: u64 = telling.iter().map(|line| line.letters()).sum();
                let quote = crate::document::records::shape::brief(told.text.trim());
                let message =
                    format!("{} {words}, first on page {}: “{quote}”.", many(count, "letter"), told.page);
                out.push(at(finding("hidden_text", json!(count), json!(0), message), place(told)));
            }
            None => {
                let sum = left_out.get_or_insert((0, Vec::new(), place(first)));
                sum.0 += count;
                sum.1.push(words);
            }
        }
    }
    if let Some((count, ways, place)) = left_out {
        let message = format!("{} left out that nobody sees: {}.", many(count, "letter"), ways.join(", "));
        out.push(at(finding("unseen_text_left_out", json!(count), json!("any number"), message), place));
    }
    out
}

fn place(line: &Line<'_>) -> Evidence {
    let piece = line.first;
    let a = content::unturned(piece.turn, (piece.x0, piece.y - 0.8 * piece.size));
    let b = content::unturned(piece.turn, (piece.x1, piece.y + 0.25 * piece.size));
    let area = text::area(&[a.0.min(b.0), a.1.min(b.1), a.0.max(b.0), a.1.max(b.1)]);
    Evidence::Page { page: line.page, area, start: 0, end: 0 }
}

/// The lines hidden in one way that are not also visible.
fn lines(pages: &[Shown], way: Unseen) -> Vec<Line<'_>> {
    let mut out = Vec::new();
    for (number, page) in (1..).zip(pages) {
        let mut rows: BTreeMap<(u8, i64), Line<'_>> = BTreeMap::new();
        for piece in page.pieces.iter().filter(|piece| piece.unseen == Some(way)) {
            let row = rows.entry(line_of(piece)).or_insert_with(|| Line {
                page: number,
                first: piece,
                text: String::new(),
            });
            row.text.push_str(&piece.text);
            row.text.push(' ');
        }
        if rows.is_empty() {
            continue;
        }
        // Lines that run over the edge of their page are an oversight: their beginning is seen.
        let seen: HashSet<(u8, i64)> =
            page.pieces.iter().filter(|p| p.unseen.is_none()).map(line_of).collect();
        let overflows = |(turn, y): (u8, i64)| (-1..=1).any(|by| seen.contains(&(turn, y + by)));
        let visible: String =
            page.pieces.iter().filter(|p| p.unseen.is_none()).flat_map(|p| bare(&p.text)).collect();
        let again = |line: &Line<'_>| visible.contains(&bare(&line.text).collect::<String>());
        let rows = rows.into_iter().filter(|(key, _)| way != Unseen::OffPage || !overflows(*key));
        out.extend(rows.map(|(_, line)| line).filter(|line| !again(line)));
    }
    out
}

/// The letters of a text alone.
fn bare(text: &str) -> impl Iterator<Item = char> + '_ {
    text.chars().filter(|c| c.is_alphanumeric()).flat_map(char::to_lowercase)
}
