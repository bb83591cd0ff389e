//! Cutting a plain document into rows, whatever tokenizer will read them.
//!
//! A row is a byte range of the original. Rows begin and end at headings and blank
//! lines and are packed up to [`MAX_ROW_BYTES`]. A fenced block or a table stays in one
//! piece, however long; a paragraph that is too long is cut at line ends, else after a
//! sentence, else at a space, else between two characters.

use crate::text::prose::{closes, fence_marker};
use std::ops::Range;

/// Most bytes of a row, a fenced block or a table alone excepted.
pub const MAX_ROW_BYTES: usize = 2000;

/// Byte ranges of the rows of `text`: in order, disjoint, on character boundaries, and
/// together covering all that is not white space.
pub fn cut(text: &str) -> Vec<Range<usize>> {
    let mut rows: Vec<Range<usize>> = Vec::new();
    let mut row: Option<Range<usize>> = None;
    // Where the headings at the end of the row begin: they belong to what follows them.
    let mut headings_from: Option<usize> = None;
    for block in blocks(text) {
        let joined = row.as_ref().map_or(block.span.clone(), |r| r.start..block.span.end);
        if joined.len() <= MAX_ROW_BYTES {
            row = Some(joined);
        } else {
            let start = block.span.start;
            if let Some(open) = row.take() {
                let kept =
                    headings_from.filter(|&from| from > open.start && block.span.end - from <= MAX_ROW_BYTES);
                rows.push(open.start..kept.unwrap_or(open.end));
                row = Some(kept.unwrap_or(start)..block.span.end);
            } else {
                row = Some(block.span.clone());
            }
        }
        headings_from = block.heading.then(|| headings_from.unwrap_or(block.span.start));
    }
    rows.extend(row);
    rows.into_iter().filter_map(|row| trim(text, row)).collect()
}

/// A piece that is only cut off whole.
struct Block {
    span: Range<usize>,
    heading: bool,
}

/// What a line is, for cutting.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Kind {
    Heading,
    Table,
    Words,
}

/// Headings, fenced blocks, tables and paragraphs; long paragraphs already in pieces.
fn blocks(text: &str) -> Vec<Block> {
    let lines = lines(text);
    let fences = Fences::of(text, &lines);
    let mut out: Vec<Block> = Vec::new();
    let mut at = 0;
    while let Some(line) = lines.get(at) {
        let shown = &text[line.clone()];
        if shown.trim().is_empty() {
            at += 1;
        } else if let Some(end) = fences.end(shown, at) {
            out.push(Block { span: line.start..lines[end].end, heading: false });
            at = end + 1;
        } else {
            let kind = kind(shown);
            let end = run_end(text, &lines, at, kind);
            let span = line.start..lines[end].end;
            match kind {
                Kind::Words => out.extend(pieces(text, span).map(|span| Block { span, heading: false })),
                _ => out.push(Block { span, heading: kind == Kind::Heading }),
            }
            at = end + 1;
        }
    }
    out
}

/// Byte ranges of the lines, line ends excluded.
fn lines(text: &str) -> Vec<Range<usize>> {
    let mut start = 0;
    text.split_inclusive('\n')
        .map(|line| {
            let range = start..start + line.trim_end_matches(['\n', '\r']).len();
            start += line.len();
            range
        })
        .collect()
}

fn kind(line: &str) -> Kind {
    let line = line.trim_start();
    let hashes = line.bytes().take_while(|&b| b == b'#').count();
    if (1..=6).contains(&hashes) && line[hashes..].starts_with([' ', '\t']) {
        Kind::Heading
    } else if line.starts_with('|') {
        Kind::Table
    } else {
        Kind::Words
    }
}

/// The lines that can close a fenced block, so that an opening one that is never closed is
/// known at once: without this a file of opening fences would be read once a line.
struct Fences {
    /// Line, mark, length, and the longest of that mark from here to the end.
    closers: Vec<(usize, u8, usize, usize)>,
}

impl Fences {
    fn of(text: &str, lines: &[Range<usize>]) -> Self {
        let mut closers: Vec<_> = lines
            .iter()
            .enumerate()
            .filter_map(|(at, line)| {
                let line = &text[line.clone()];
                let marker = fence_marker(line).filter(|marker| closes(line, marker))?;
                Some((at, marker.as_bytes()[0], marker.len(), 0))
            })
            .collect();
        let mut longest = [0; 256];
        for (_, mark, length, from_here) in closers.iter_mut().rev() {
            let so_far = &mut longest[usize::from(*mark)];
            *so_far = (*so_far).max(*length);
            *from_here = *so_far;
        }
        Self { closers }
    }

    /// The last line of the fenced block that opens with this line; none when none opens or
    /// it is never closed (then its lines are ordinary ones).
    fn end(&self, line: &str, at: usize) -> Option<usize> {
        let open = fence_marker(line)?;
        let mark = open.as_bytes()[0];
        let below = self.closers.partition_point(|closer| closer.0 <= at);
        let mut same = self.closers[below..].iter().filter(|closer| closer.1 == mark);
        let first = same.next()?;
        if first.3 < open.len() {
            return None;
        }
        std::iter::once(first).chain(same).find(|closer| closer.2 >= open.len()).map(|closer| closer.0)
    }
}

/// The last line of the block of this kind that begins here.
fn run_end(text: &str, lines: &[Range<usize>], at: usize, of: Kind) -> usize {
    if of == Kind::Heading {
        return at;
    }
    let goes_on = |line: &&Range<usize>| {
        let shown = &text[(*line).clone()];
        !shown.trim().is_empty() && kind(shown) == of && fence_marker(shown).is_none()
    };
    at + lines[at + 1..].iter().take_while(goes_on).count()
}

/// A paragraph in pieces of at most [`MAX_ROW_BYTES`].
fn pieces(text: &str, span: Range<usize>) -> impl Iterator<Item = Range<usize>> {
    let mut rest = span;
    std::iter::from_fn(move || {
        if rest.is_empty() {
            return None;
        }
        let length = piece_length(&text[rest.clone()]);
        let piece = rest.start..rest.start + length;
        rest.start = piece.end;
        Some(piece)
    })
}

/// How much of a too long text the first piece takes.
fn piece_length(text: &str) -> usize {
    if text.len() <= MAX_ROW_BYTES {
        return text.len();
    }
    let mut most = MAX_ROW_BYTES;
    while !text.is_char_boundary(most) {
        most -= 1;
    }
    let head = &text[..most];
    // A cut in the first quarter would leave a scrap: take the next best place instead.
    let far = |at: &usize| *at >= most / 4;
    let after = |end: Option<usize>| end.filter(far);
    after(head.rfind('\n').map(|at| at + 1))
        .or_else(|| after(sentence_end(head)))
        .or_else(|| after(head.rfind(char::is_whitespace).map(|at| at + width(head, at))))
        .unwrap_or(most)
}

fn sentence_end(head: &str) -> Option<usize> {
    let spaced = [". ", "! ", "? "].iter().filter_map(|end| head.rfind(end)).max().map(|at| at + 2);
    let closed = head.rfind(['。', '！', '？']).map(|at| at + width(head, at));
    spaced.max(closed)
}

fn width(text: &str, at: usize) -> usize {
    text[at..].chars().next().map_or(0, char::len_utf8)
}

/// The range without blank space at its end and without blank lines at its start; the
/// indentation of the first line stays.
fn trim(text: &str, row: Range<usize>) -> Option<Range<usize>> {
    let shown = &text[row.clone()];
    let end = row.start + shown.trim_end().len();
    let ink = row.start + (shown.len() - shown.trim_start().len());
    let start = text[row.start..ink.max(row.start)].rfind('\n').map_or(row.start, |at| row.start + at + 1);
    (start < end).then_some(start..end)
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn rows(text: &str) -> Vec<&str> {
        cut(text).into_iter().map(|r| &text[r]).collect()
    }

    #[test]
    fn short_documents_are_one_row_and_blank_ones_none() {
        assert_eq!(rows("\n\n  # Hi\n\nthere\n\n"), ["  # Hi\n\nthere"]);
        assert_eq!(rows(""), [""; 0]);
        assert_eq!(rows(" \n\t\n"), [""; 0]);
    }

    #[test]
    fn rows_end_at_blank_lines_and_headings_stay_with_their_text() {
        let one = "a".repeat(1500);
        let two = "b".repeat(1500);
        let text = format!("{one}\n\n# Two\n\n## Sub\n\n{two}\n");
        assert_eq!(rows(&text), [one.as_str(), &format!("# Two\n\n## Sub\n\n{two}")]);
    }

    #[test]
    fn fences_and_tables_are_never_cut() {
        let code = format!("```\n{}```", "let x = 1;\n\n# no heading\n".repeat(200));
        let table = "| a | b |\n".repeat(400);
        let text = format!("Intro\n\n{code}\n\n{table}\nEnd");
        assert_eq!(rows(&text), ["Intro", code.as_str(), table.trim_end(), "End"]);
    }

    #[test]
    fn an_unclosed_fence_is_ordinary_text() {
        let text = format!("```\n{}", "word word\n".repeat(600));
        assert!(rows(&text).iter().all(|row| row.len() <= MAX_ROW_BYTES));
    }

    #[test]
    fn a_fence_is_closed_by_one_of_its_kind_and_at_least_its_length() {
        let inner = "x\n\n".repeat(900);
        for (open, wrong, close) in
            [("````", "```", "`````"), ("~~~", "```", "~~~"), ("```rust", "``` no", "```")]
        {
            let block = format!("{open}\n{wrong}\n{inner}{close}");
            assert_eq!(rows(&format!("{block}\n\nend")), [block.as_str(), "end"], "{open}");
        }
    }

    #[test]
    fn hostile_shapes_are_read_in_linear_time() {
        // Each would take hours were every line compared with every other.
        for shape in ["```a\n", "````\n\n~~~a\n", "|\n", "# \n", "x\n\n", "\n"] {
            holds(&shape.repeat(1_000_000 / shape.len()));
        }
    }

    #[test]
    fn long_paragraphs_are_cut_after_sentences_then_spaces_then_characters() {
        let sentences = "This is a sentence of some length. ".repeat(100);
        assert!(rows(&sentences).iter().all(|row| row.ends_with('.') && row.len() <= MAX_ROW_BYTES));
        let words = "word ".repeat(900);
        assert!(rows(&words).iter().all(|row| row.starts_with("word") && row.ends_with("word")));
        let letters = "ä".repeat(3000);
        assert_eq!(rows(&letters).iter().map(|row| row.len()).collect::<Vec<_>>(), [2000, 2000, 2000]);
    }

    /// What every cut must hold.
    fn holds(text: &str) {
        let spans = cut(text);
        let mut end = 0;
        for span in &spans {
            assert!(span.start >= end && span.start < span.end && span.end <= text.len());
            assert!(text[end..span.start].trim().is_empty(), "lost {:?}", &text[end..span.start]);
            assert!(!text[span.clone()].trim().is_empty());
            end = span.end;
        }
        assert!(text[end..].trim().is_empty());
    }

    proptest! {
        #[test]
        fn spans_are_ordered_and_cover_all_ink(text in "\\PC*") {
            holds(&text);
        }

        #[test]
        fn markdown_of_any_shape_is_covered(
            text in "([a-zäö ]{0,300}\n|```\n|~~~~\n|# [a-z]{1,9}\n|\\| [a-z]{1,9} \\|\n|\r\n|\u{3000}|\u{2028}|[。.!?] ){0,60}",
        ) {
            holds(&text);
            let kept = cut(&text);
            let fences = text.contains("```") || text.contains("~~~");
            let tables = text.contains('|');
            prop_assert!(fences || tables || kept.iter().all(|r| r.len() <= MAX_ROW_BYTES));
        }
    }
}
