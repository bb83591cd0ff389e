//! From lines to running text: paragraphs, hyphens, running heads left out.

use super::layout::Line;
use crate::document::{Extract, PageSize, Place, Span};
use std::collections::{HashMap, HashSet};

/// Pages a line stands on, at the same height, to be a running head.
const HEAD_PAGES: usize = 3;
/// Lines at the top and at the bottom of a page that may be one.
const HEAD_LINES: usize = 2;
/// Share of the page's height at its top and bottom in which they stand.
const HEAD_ZONE: f64 = 0.115;

/// Puts the lines of all pages, with their heights in points, together.
pub(super) fn extract(pages: Vec<Vec<Line>>, heights: &[f64]) -> Extract {
    let edges: Vec<Vec<Option<Key>>> =
        pages.iter().zip(heights).map(|(lines, height)| edges(lines, *height)).collect();
    let heads = heads(&edges);
    let words = hyphenated(&pages);
    let mut out = Writer { words, ..Writer::default() };
    for (number, (lines, keys)) in pages.into_iter().zip(edges).enumerate() {
        let kept =
            lines.into_iter().zip(keys).filter(|(_, key)| !key.as_ref().is_some_and(|k| heads.contains(k)));
        let kept: Vec<Line> = kept.map(|(line, _)| line).collect();
        out.page(number as u32 + 1, &kept);
    }
    out.end()
}

/// What a running head is known by: its height on the page and its text without numbers.
type Key = (i64, String);

/// The keys of those lines of a page that can be running heads.
fn edges(lines: &[Line], page: f64) -> Vec<Option<Key>> {
    let mut heights: Vec<i64> = lines.iter().map(|line| line.area[1] as i64).collect();
    heights.sort_unstable();
    heights.dedup();
    let top = heights.get(HEAD_LINES.min(heights.len()).saturating_sub(1)).copied().unwrap_or(0);
    let low = heights.get(heights.len().saturating_sub(HEAD_LINES)).copied().unwrap_or(i64::MAX);
    let edge = |line: &Line| {
        let height = line.area[1] as i64;
        let above = height <= top && line.area[3] < HEAD_ZONE * page;
        let below = height >= low && line.area[1] > (1.0 - HEAD_ZONE) * page;
        (line.turn == 0 && (above || below)).then(|| (height / 4, bare(&line.text)))
    };
    lines.iter().map(edge).collect()
}

/// A line without its numbers, Roman ones at its ends included.
fn bare(text: &str) -> String {
    let roman = |word: &str| !word.is_empty() && word.chars().all(|c| "ivxlcIVXLC".contains(c));
    let words = text.split_whitespace().filter(|word| !roman(word));
    words
        .map(|word| word.trim_matches(|c: char| c.is_ascii_digit() || ".-–|·".contains(c)))
        .collect::<Vec<_>>()
        .join(" ")
}

fn heads(pages: &[Vec<Option<Key>>]) -> HashSet<Key> {
    let mut seen: HashMap<Key, usize> = HashMap::new();
    for keys in pages {
        let here: HashSet<&Key> = keys.iter().flatten().collect();
        for key in here {
            *seen.entry(key.clone()).or_default() += 1;
        }
    }
    let least = HEAD_PAGES.max(pages.len() / 8);
    // A number alone at the edge is a page number when most pages have one.
    seen.into_iter()
        .filter(|((_, text), count)| {
            *count >= if text.is_empty() { HEAD_PAGES.max(pages.len() / 3) } else { least }
        })
        .map(|(key, _)| key)
        .collect()
}

/// Words that are written with a hyphen inside a line: those keep it at a line's end too.
fn hyphenated(pages: &[Vec<Line>]) -> HashSet<String> {
    let words = pages.iter().flatten().flat_map(|line| line.text.split_whitespace());
    words
        .map(|word| word.trim_matches(|c: char| !c.is_alphanumeric()))
        .filter(|word| word.contains('-'))
        .map(str::to_lowercase)
        .collect()
}

#[derive(Default)]
struct Writer {
    out: Extract,
    words: HashSet<String>,
    last: Option<(u32, Line)>,
}

impl Writer {
    fn page(&mut self, page: u32, lines: &[Line]) {
        let measures = measures(lines);
        for line in lines {
            let measure = &measures[&line.column];
            match self.last.take() {
                None => {}
                Some((before, last)) if self.parted(before, &last, page, line, measure) => {
                    self.out.text.push_str("\n\n")
                }
                Some((_, last)) => self.join(&last, line),
            }
            self.line(page, line, measure);
            self.last = Some((page, line.clone()));
        }
    }

    /// Whether a paragraph ends between two lines.
    fn parted(&self, before: u32, last: &Line, page: u32, line: &Line, measure: &Measure) -> bool {
        if last.turn != line.turn || (last.size - line.size).abs() > 0.12 * last.size.max(line.size) {
            return true;
        }
        let ends = ends_sentence(&last.text);
        if before != page || last.column != line.column {
            // On the next page or column a sentence goes on where it did not end.
            let goes_on = line.text.starts_with(|c: char| c.is_lowercase());
            return last.fixed != line.fixed || ends || !goes_on;
        }
        let step = line.y - last.y;
        if step > 1.45 * measure.step.max(0.9 * line.size) || step < 0.0 {
            return true;
        }
        if last.fixed || line.fixed {
            return last.fixed != line.fixed;
        }
        let indent = line.x0 - measure.x0;
        let was_indented = last.x0 - measure.x0;
        let began = indent > 0.8 * line.size
            && (was_indented - indent).abs() > 0.5 * line.size
            && indent > was_indented;
        let short = measure.x1 - last.x1 > 0.15 * (measure.x1 - measure.x0).max(1.0);
        let item = is_item(&line.text);
        (began && (ends || short)) || (short && ends) || item
    }

    fn join(&mut self, last: &Line, line: &Line) {
        let entry = last.text.contains(" … ") && last.text.ends_with(|c: char| c.is_ascii_digit());
        if entry || (last.fixed && line.fixed) {
            self.out.text.push('\n');
            return;
        }
        let text = &mut self.out.text;
        let head = text.trim_end_matches(['\u{ad}', '\u{2010}', '-']);
        if head.len() < text.len() {
            let last_letter = head.chars().next_back();
            let before = last_letter.is_some_and(char::is_alphabetic);
            let after = line.text.starts_with(|c: char| c.is_lowercase());
            if before && after && text.len() - head.len() <= 3 {
                let soft = !text.ends_with('-');
                let whole = joined(head, &line.text);
                if soft || !self.words.contains(&whole) {
                    let length = head.len();
                    text.truncate(length);
                    self.shorten(length as u64);
                }
                return;
            }
            if before || last_letter.is_some_and(char::is_numeric) {
                return;
            }
        }
        // Chinese and Japanese have no space between lines.
        let wide = |c: Option<char>| {
            c.is_some_and(
                |c| matches!(c, '\u{2e80}'..='\u{9fff}' | '\u{f900}'..='\u{faff}' | '\u{ff00}'..='\u{ff60}'),
            )
        };
        if !(wide(text.chars().next_back()) && wide(line.text.chars().next())) {
            text.push(' ');
        }
    }

    /// The last span ends no later than the text.
    fn shorten(&mut self, length: u64) {
        if let Some(span) = self.out.spans.last_mut() {
            span.end = span.end.min(length);
        }
    }

    fn line(&mut self, page: u32, line: &Line, measure: &Measure) {
        if line.fixed {
            // Indentation means something in code.
            let spaces = ((line.x0 - measure.x0) / (0.6 * line.size)).round().clamp(0.0, 40.0) as usize;
            self.out.text.extend(std::iter::repeat_n(' ', spaces));
        }
        let start = self.out.text.len() as u64;
        self.out.text.push_str(&line.text);
        let place = Place::Page { page, area: area(&line.area) };
        self.out.spans.push(Span { start, end: self.out.text.len() as u64, place });
    }

    fn end(mut self) -> Extract {
        if !self.out.text.is_empty() {
            self.out.text.push('\n');
        }
        self.out.spans.retain(|span| span.end > span.start);
        self.out
    }
}

/// The word that a hyphen at a line's end parts, in small letters, with the hyphen.
fn joined(head: &str, next: &str) -> String {
    let is_part = |c: &char| c.is_alphanumeric() || *c == '-';
    let first: Vec<char> = head.chars().rev().take_while(is_part).take(40).collect();
    let second = next.chars().take_while(is_part).take(40);
    let whole: String = first.into_iter().rev().chain(['-']).chain(second).collect();
    whole.to_lowercase().trim_end_matches('-').to_owned()
}

/// x, y, width and height in whole points.
pub(super) fn area([x0, y0, x1, y1]: &[f64; 4]) -> [u32; 4] {
    let whole = |v: f64| v.clamp(0.0, 1e6).round() as u32;
    [whole(*x0), whole(*y0), whole(x1 - x0.max(0.0)).max(1), whole(y1 - y0.max(0.0)).max(1)]
}

/// A page in whole points.
pub(super) fn size((width, height): (f64, f64)) -> PageSize {
    let whole = |side: f64| side.clamp(1.0, 1e6).round() as u32;
    PageSize { width: whole(width), height: whole(height) }
}

/// The edges of a column and the usual distance of its lines.
struct Measure {
    x0: f64,
    x1: f64,
    step: f64,
}

fn measures(lines: &[Line]) -> HashMap<usize, Measure> {
    let mut by_column: HashMap<usize, Vec<&Line>> = HashMap::new();
    for line in lines {
        by_column.entry(line.column).or_default().push(line);
    }
    let of = |list: Vec<&Line>| {
        let mut steps: Vec<f64> = list.windows(2).map(|p| p[1].y - p[0].y).filter(|s| *s > 0.0).collect();
        steps.sort_by(f64::total_cmp);
        let x0 = list.iter().map(|l| l.x0).fold(f64::MAX, f64::min);
        let x1 = list.iter().map(|l| l.x1).fold(f64::MIN, f64::max);
        let size = list.iter().map(|l| l.size).fold(0.0, f64::max);
        // The lower middle: gaps between paragraphs are wider than lines. A few lines alone
        // say nothing of what is usual.
        let most = if steps.len() < 3 { 1.4 } else { 2.6 } * size;
        Measure { x0, x1, step: steps.get(steps.len() / 3).copied().unwrap_or(0.0).min(most) }
    };
    by_column.into_iter().map(|(column, list)| (column, of(list))).collect()
}

fn ends_sentence(text: &str) -> bool {
    let text = text.trim_end_matches(['"', '\'', '”', '’', ')', '»', ']']);
    text.ends_with(['.', '!', '?', ':', '…', '。', '！', '？', ';'])
}

/// A bullet, or a number of a list.
fn is_item(text: &str) -> bool {
    if text.starts_with(['•', '▪', '◦', '‣', '■', '●', '–', '∗']) {
        return true;
    }
    let Some((mark, _)) = text.split_once(' ') else { return false };
    let inner = mark.trim_start_matches('(').trim_end_matches([')', '.']);
    inner.len() < mark.len()
        && mark.ends_with([')', '.'])
        && !inner.is_empty()
        && inner.len() <= 2
        && (inner.chars().all(|c| c.is_ascii_digit()) || (inner.len() == 1 && mark.ends_with(')')))
}
