//! From pieces on a page to lines in the order they are read.
//!
//! A page is cut at gutters: upright gaps with enough pieces on both sides that are either
//! as wide as a column of text, or that the file itself writes one column after the other.
//! A table has neither, so its rows stay rows. What spans the gutter (a title, a figure's
//! caption) parts the columns above it from those below.

use super::bidi;
use super::content::{Piece, unturned};

/// Columns are cut again at most this often.
const MAX_CUTS: usize = 4;
/// A gutter's least width, in heights of letters.
const GUTTER: f64 = 0.7;
/// Lines a column has at least.
const LEAST_LINES: usize = 4;
/// Pieces of a page from which on it is a drawing with letters, and is not cut.
const MOST_PIECES: usize = 20_000;
/// Share of a column's width that its lines fill on the mean.
const FILLED: f64 = 0.55;
/// Gap between pieces of one line that is a space.
const SPACE: f64 = 0.12;

/// A line of text with its place.
#[derive(Clone, Debug)]
pub(super) struct Line {
    pub(super) text: String,
    /// x0, y0, x1, y1 on the page, from its top left.
    pub(super) area: [f64; 4],
    /// Along and across the line, turned so that it runs to the right.
    pub(super) x0: f64,
    pub(super) x1: f64,
    pub(super) y: f64,
    pub(super) size: f64,
    pub(super) fixed: bool,
    pub(super) turn: u8,
    /// Which column of the page it stands in, counted in reading order.
    pub(super) column: usize,
}

/// The lines of a page in reading order; those of the most common direction first.
pub(super) fn lines(pieces: &[Piece]) -> Vec<Line> {
    let mut turns: Vec<(u8, usize)> = (0..4)
        .map(|turn| (turn, pieces.iter().filter(|p| p.turn == turn).map(|p| p.text.len()).sum()))
        .filter(|(_, letters)| *letters > 0)
        .collect();
    turns.sort_by_key(|(turn, letters)| (std::cmp::Reverse(*letters), *turn));
    let mut out = Vec::new();
    let mut column = 0;
    for (turn, _) in turns {
        let list: Vec<(usize, &Piece)> = pieces.iter().enumerate().filter(|(_, p)| p.turn == turn).collect();
        for region in columns(list, MAX_CUTS) {
            column += 1;
            out.extend(region_lines(region, turn, column));
        }
    }
    out
}

/// Pieces with their number in the order of the file.
type Region<'a> = Vec<(usize, &'a Piece)>;

/// Cuts a region into columns, in reading order.
fn columns(region: Region<'_>, cuts: usize) -> Vec<Region<'_>> {
    let Some(gutter) = (cuts > 0).then(|| gutter(&region)).flatten() else { return vec![region] };
    let mut sorted = region;
    sorted.sort_by(|a, b| a.1.y.total_cmp(&b.1.y).then(a.1.x0.total_cmp(&b.1.x0)));
    let mut out = Vec::new();
    let (mut left, mut right, mut across): (Region<'_>, Region<'_>, Region<'_>) = Default::default();
    for (i, piece) in sorted {
        if piece.x0 < gutter && piece.x1 > gutter {
            if !left.is_empty() || !right.is_empty() {
                out.extend(columns(std::mem::take(&mut left), cuts - 1));
                out.extend(columns(std::mem::take(&mut right), cuts - 1));
            }
            across.push((i, piece));
        } else {
            if !across.is_empty() {
                // A piece beside a spanning one, on its line, belongs to that line.
                if across.last().is_some_and(|(_, last)| (last.y - piece.y).abs() < 0.3 * piece.size) {
                    across.push((i, piece));
                    continue;
                }
                out.push(std::mem::take(&mut across));
            }
            if piece.x1 <= gutter { left.push((i, piece)) } else { right.push((i, piece)) }
        }
    }
    for part in [across, left, right] {
        if !part.is_empty() {
            out.extend(columns(part, cuts - 1));
        }
    }
    out.retain(|part| !part.is_empty());
    out
}

/// Where a region is cut into columns.
fn gutter(region: &Region<'_>) -> Option<f64> {
    if !(2 * LEAST_LINES..MOST_PIECES).contains(&region.len()) {
        return None;
    }
    let mut sizes: Vec<f64> = region.iter().map(|(_, p)| p.size).collect();
    sizes.sort_by(f64::total_cmp);
    let size = sizes[sizes.len() / 2];
    let left = region.iter().map(|(_, p)| p.x0).fold(f64::MAX, f64::min);
    let right = region.iter().map(|(_, p)| p.x1).fold(f64::MIN, f64::max);
    let width = right - left;
    if !width.is_finite() || width < 12.0 * size {
        return None;
    }
    // How many pieces cover each of 200 strips.
    const STRIPS: usize = 200;
    let strip = |x: f64| (((x - left) / width * STRIPS as f64) as usize).min(STRIPS - 1);
    let mut change = [0_i64; STRIPS + 1];
    for (_, piece) in region {
        change[strip(piece.x0)] += 1;
        change[strip(piece.x1) + 1] -= 1;
    }
    let mut covered = [0_i64; STRIPS];
    let mut now = 0;
    for (strip, change) in covered.iter_mut().zip(change) {
        now += change;
        *strip = now;
    }
    let few = (region.len() as i64 / 8).max(0);
    let least = ((GUTTER * size / width * STRIPS as f64) as usize).max(1);
    let mut best: Option<(i64, usize, f64)> = None;
    for at in STRIPS / 8..STRIPS * 7 / 8 {
        let floor = covered[at];
        if floor > few || covered[at - 1] <= floor {
            continue;
        }
        let run = covered[at..].iter().take_while(|c| **c <= floor).count();
        let middle = left + (at as f64 + run as f64 / 2.0) / STRIPS as f64 * width;
        let better = best.is_none_or(|b| (floor, STRIPS - run) < (b.0, b.1));
        if run >= least && better && is_gutter(region, middle, size) {
            best = Some((floor, STRIPS - run, middle));
        }
    }
    best.map(|(_, _, middle)| middle)
}

/// Whether what stands left and right of a gap are columns, and not cells of a table.
fn is_gutter(region: &Region<'_>, x: f64, size: f64) -> bool {
    let sides: [Vec<&(usize, &Piece)>; 2] = [
        region.iter().filter(|(_, p)| p.x1 <= x).collect(),
        region.iter().filter(|(_, p)| p.x0 >= x).collect(),
    ];
    let [left, right] = &sides;
    if left.len() < LEAST_LINES || right.len() < LEAST_LINES {
        return false;
    }
    // Numbers of sections and items stand left of their text and belong to it.
    let widest = |side: &[&(usize, &Piece)]| side.iter().map(|(_, p)| p.x1 - p.x0).fold(0.0, f64::max);
    if widest(left) < 6.0 * size || widest(right) < 6.0 * size {
        return false;
    }
    let fills = sides.iter().all(|side| {
        let from = side.iter().map(|(_, p)| p.x0).fold(f64::MAX, f64::min);
        let to = side.iter().map(|(_, p)| p.x1).fold(f64::MIN, f64::max);
        // Pieces of one line together fill it.
        let letters: f64 = side.iter().map(|(_, p)| p.x1 - p.x0).sum();
        let mut rows: Vec<f64> = side.iter().map(|(_, p)| p.y).collect();
        rows.sort_by(f64::total_cmp);
        rows.dedup_by(|a, b| (*a - *b).abs() < 0.4 * size);
        letters > FILLED * (to - from) * rows.len() as f64 && letters / side.len() as f64 > 10.0 * size
    });
    if fills {
        return true;
    }
    // The file writes one column after the other: few changes of side.
    let mut order: Vec<(usize, bool)> =
        region.iter().filter(|(_, p)| p.x1 <= x || p.x0 >= x).map(|(i, p)| (*i, p.x0 >= x)).collect();
    order.sort_unstable();
    let changes = order.windows(2).filter(|pair| pair[0].1 != pair[1].1).count();
    let rows = left.len().min(right.len());
    changes <= 2.max(rows / 8)
}

/// The lines of one column, top to bottom.
fn region_lines(mut region: Region<'_>, turn: u8, column: usize) -> Vec<Line> {
    region.sort_by(|a, b| a.1.y.total_cmp(&b.1.y).then(a.0.cmp(&b.0)));
    // Each row with its biggest piece.
    let mut rows: Vec<(&Piece, Region<'_>)> = Vec::new();
    for (i, piece) in region {
        // Superscripts and subscripts stand a little beside the baseline of their line.
        let row = rows.iter_mut().rev().take(3).find(|(big, _)| {
            let (small, big_size) = (big.size.min(piece.size), big.size.max(piece.size));
            let reach = if small < 0.85 * big_size { 0.55 } else { 0.35 } * big_size;
            (big.y - piece.y).abs() < reach
        });
        match row {
            Some((big, row)) => {
                if piece.size > big.size {
                    *big = piece;
                }
                row.push((i, piece));
            }
            None => rows.push((piece, vec![(i, piece)])),
        }
    }
    rows.into_iter().map(|(_, row)| line(row, turn, column)).collect()
}

fn line(mut row: Region<'_>, turn: u8, column: usize) -> Line {
    row.sort_by(|a, b| a.1.x0.total_cmp(&b.1.x0));
    let mut text = String::new();
    let mut x1 = f64::MIN;
    let mut size: f64 = 0.0;
    let mut weight = 0.0;
    let mut fixed = 0;
    for (_, piece) in &row {
        // Bold letters made by writing twice stand at the same place.
        if piece.x1 <= x1 && text.ends_with(piece.text.trim_end()) {
            continue;
        }
        if !text.is_empty() && piece.x0 - x1 > SPACE * piece.size && !text.ends_with(' ') {
            text.push(' ');
        }
        text.push_str(&piece.text);
        x1 = x1.max(piece.x1);
        let letters = piece.text.len() as f64;
        size += piece.size * letters;
        weight += letters;
        fixed += if piece.fixed { piece.text.len() } else { 0 };
    }
    let size = if weight > 0.0 { size / weight } else { 1.0 };
    let x0 = row.first().map_or(0.0, |(_, p)| p.x0);
    let y = row.iter().max_by(|a, b| a.1.size.total_cmp(&b.1.size)).map_or(0.0, |(_, p)| p.y);
    let (a, b) = (unturned(turn, (x0, y - 0.8 * size)), unturned(turn, (x1, y + 0.25 * size)));
    let area = [a.0.min(b.0), a.1.min(b.1), a.0.max(b.0), a.1.max(b.1)];
    let fixed = fixed * 2 > text.len();
    Line {
        text: bidi::logical(&without_leaders(text.trim_end())),
        area,
        x0,
        x1,
        y,
        size,
        fixed,
        turn,
        column,
    }
}

/// The row of dots between a heading and its page in a table of contents as one sign.
fn without_leaders(text: &str) -> String {
    if !text.contains(". . . .") {
        return text.to_owned();
    }
    let mut out = String::with_capacity(text.len());
    for word in text.split(' ') {
        if word == "." {
            if !out.ends_with('…') {
                out.push_str(" …");
            }
            continue;
        }
        if !out.is_empty() {
            out.push(' ');
        }
        out.push_str(word);
    }
    out
}

#[cfg(test)]
mod tests {
    use super::*;

    fn piece(text: &str, x0: f64, y: f64) -> Piece {
        let x1 = x0 + text.len() as f64 * 5.0;
        Piece { text: text.into(), x0, x1, y, size: 10.0, turn: 0, fixed: false, unseen: None }
    }

    fn read(pieces: &[Piece]) -> Vec<String> {
        lines(pieces).into_iter().map(|l| l.text).collect()
    }

    #[test]
    fn columns_are_read_one_after_the_other_however_they_are_written() {
        let words = "some words that fill the column well";
        let mut pieces = vec![piece(
            "A title that spans both of the columns of the page from left to right, all",
            60.0,
            40.0,
        )];
        for i in 0..8 {
            let y = 80.0 + 12.0 * f64::from(i);
            pieces.push(piece(&format!("L{i} {words}"), 50.0, y));
            pieces.push(piece(&format!("R{i} {words}"), 270.0, y));
        }
        let found = read(&pieces);
        assert!(found[0].starts_with("A title"));
        let order: Vec<&str> = found[1..].iter().map(|l| &l[..2]).collect();
        assert_eq!(
            order,
            ["L0", "L1", "L2", "L3", "L4", "L5", "L6", "L7", "R0", "R1", "R2", "R3", "R4", "R5", "R6", "R7"]
        );
    }

    #[test]
    fn rows_of_tables_stay_rows() {
        let mut pieces = Vec::new();
        for i in 0..8 {
            let y = 80.0 + 12.0 * f64::from(i);
            pieces.push(piece(&format!("name {i} of it"), 50.0, y));
            pieces.push(piece(&format!("value {i} of it"), 270.0, y));
        }
        assert_eq!(read(&pieces)[1], "name 1 of it value 1 of it");
    }

    #[test]
    fn superscripts_stay_in_their_line_and_double_printing_is_read_once() {
        let mut raised = piece("2", 70.5, 96.5);
        raised.size = 7.0;
        let pieces = [
            piece("text", 50.0, 100.0),
            raised,
            piece("more", 90.0, 100.0),
            piece("more", 90.3, 100.0),
            piece("next", 50.0, 112.0),
        ];
        let mut twice = pieces.clone();
        twice[3].x1 = twice[2].x1;
        assert_eq!(read(&twice), ["text2 more", "next"]);
    }
}
