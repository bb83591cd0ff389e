//! Letters: from strings to pieces of lines, each with why it is not seen.

use super::{MAX_LETTERS, MAX_PIECES, Page, Piece, Unseen, turn_of, turned, unturned};
use crate::document::pdf::accents;
use crate::document::pdf::bidi;
use crate::document::pdf::canvas::{Area, Ground, Sheet, inside};
use crate::document::pdf::font::{Font, Glyph};
use crate::document::pdf::lexer::Token;
use crate::document::pdf::matrix::Matrix;

/// Sum of differences of red, green and blue (0–1 each) below which letters are not seen.
const SAME_COLOUR: f64 = 0.12;
/// Height of letters, in points, that nobody reads.
const TINY: f64 = 1.05;
/// Opacity below which nothing is seen.
const FAINT: f64 = 0.03;
/// Gap, in heights of letters, that parts words, and that parts pieces of a line.
const WORD_GAP: f64 = 0.16;
const PIECE_GAP: f64 = 0.9;
/// The same between words of Arabic, whose letters touch.
const CURSIVE_GAP: f64 = 0.09;
/// Points by which a cover may fall short of letters.
const SHORT: f64 = 0.5;
const WHITE: [f64; 3] = [1.0; 3];

/// A letter's place: its matrix on the page, where its advance ends, and its direction.
struct Place {
    matrix: Matrix,
    end: (f64, f64),
    turn: u8,
}

impl Page<'_, '_, '_> {
    pub(super) fn show(&mut self, operands: &[Token]) {
        let Some(font) = self.state.font.clone() else { return };
        for token in operands {
            match token {
                Token::String(bytes) => self.string(&font, bytes),
                Token::Number(n) => {
                    let by = -n / 1000.0 * self.state.size;
                    let (x, y) = if font.vertical { (0.0, by) } else { (by * self.state.scale, 0.0) };
                    self.text = Matrix([1.0, 0.0, 0.0, 1.0, x, y]).times(&self.text);
                }
                _ => {}
            }
        }
    }

    fn string(&mut self, font: &Font, bytes: &[u8]) {
        self.walker.letters += bytes.len();
        if self.walker.letters > MAX_LETTERS {
            self.walker.beyond.get_or_insert(("Letters", self.walker.letters, MAX_LETTERS));
            return;
        }
        let state = self.state.clone();
        font.each(bytes, |glyph| {
            let word = if glyph.is_space { state.word_spacing } else { 0.0 };
            let scale = Matrix([state.size * state.scale, 0.0, 0.0, state.size, 0.0, state.rise]);
            let step = |x: f64, y: f64| Matrix([1.0, 0.0, 0.0, 1.0, x, y]);
            let (place, by) = if font.vertical {
                // Upright letters, one under the other: a line that runs down.
                let aside = step(-0.3 * state.size, 0.0).times(&self.text);
                let end = step(0.0, -state.size).times(&aside).times(&state.ctm).origin();
                let matrix = scale.times(&aside).times(&state.ctm);
                let turn = (turn_of(&matrix) + 1) % 4;
                (Place { matrix, end, turn }, step(0.0, -state.size - state.spacing - word))
            } else {
                let by = (glyph.width * state.size + state.spacing + word) * state.scale;
                let seen = glyph.width * state.size * state.scale;
                let matrix = scale.times(&self.text).times(&state.ctm);
                let end = step(seen, state.rise).times(&self.text).times(&state.ctm).origin();
                let turn = turn_of(&matrix);
                (Place { matrix, end, turn }, step(by, 0.0))
            };
            self.letter(glyph, &place, font);
            self.text = by.times(&self.text);
        });
    }

    fn letter(&mut self, glyph: Glyph, place: &Place, font: &Font) {
        let Some(text) = glyph.text else {
            self.shown.letters += 1;
            self.shown.unmapped += 1;
            self.open = false;
            return;
        };
        let (x, y) = place.matrix.origin();
        let end = place.end;
        let size = place.matrix.height() * font.em;
        if ![x, y, end.0, end.1, size].iter().all(|v| v.is_finite() && v.abs() < 1e7) {
            return;
        }
        let blank = text.trim().is_empty();
        if !blank {
            self.shown.letters += 1;
        }
        let turn = place.turn;
        let ((x0, y0), (x1, _)) = (turned(turn, (x, y)), turned(turn, end));
        let unseen = if blank { None } else { self.unseen(size, (x, y), end, font) };
        let text = bidi::as_seen(text);
        let to_left = bidi::is_to_left(&text);
        let last = if self.open { self.shown.pieces.last_mut() } else { None };
        if let Some(piece) = last {
            let same = piece.turn == turn
                && (piece.size - size).abs() <= 0.1 * piece.size.max(size)
                && (piece.y - y0).abs() <= 0.15 * size;
            let gap = x0 - piece.x1;
            let accented = if gap < -0.15 * size && piece.turn == turn && (piece.y - y0).abs() < 0.4 * size {
                accents::composed(&piece.text, &text)
            } else {
                None
            };
            if let Some(accented) = accented.filter(|_| gap > -0.9 * size && piece.unseen == unseen) {
                // A raised accent alone gives no baseline.
                if piece.text.chars().count() == 1 {
                    piece.y = y0;
                    piece.x0 = piece.x0.min(x0);
                }
                piece.text = accented;
                piece.x1 = x1.max(piece.x0);
                return;
            }
            // Letters of Arabic may be written from right to left, each a step back.
            let back = if to_left && x1 - x0 > 0.1 * size { -0.2 } else { -0.6 };
            let word_gap = if to_left { CURSIVE_GAP } else { WORD_GAP };
            if same && (blank || piece.unseen == unseen) && gap > back * size && gap < PIECE_GAP * size {
                if gap > word_gap * size || blank {
                    space(&mut piece.text);
                }
                if !blank {
                    bidi::append(&mut piece.text, &text, gap < -0.05 * size);
                    piece.x1 = x1.max(piece.x1);
                } else if gap <= word_gap * size {
                    piece.x1 = x1.max(piece.x1);
                }
                return;
            }
        }
        if !blank {
            let piece = Piece { text, x0, x1: x1.max(x0), y: y0, size, turn, fixed: font.fixed, unseen };
            self.shown.pieces.push(piece);
            self.open = true;
            self.walker.pieces += 1;
            if self.walker.pieces > MAX_PIECES {
                self.walker.beyond.get_or_insert(("Pieces of text", self.walker.pieces, MAX_PIECES));
            }
        }
    }

    fn unseen(&mut self, size: f64, start: (f64, f64), end: (f64, f64), font: &Font) -> Option<Unseen> {
        if self.is_switched_off() {
            return Some(Unseen::Layer);
        }
        // Letters that are drawings of their own know no invisible mode.
        if (matches!(self.state.mode, 3 | 7) && !font.drawn) || self.state.alpha < FAINT {
            return Some(Unseen::Invisible);
        }
        let (left, right) = (start.0.min(end.0), start.0.max(end.0));
        let (top, bottom) = (start.1.min(end.1), start.1.max(end.1));
        let outside = |area: &Area| {
            right + size < area[0] || left - size > area[2] || bottom + size < area[1] || top - size > area[3]
        };
        if outside(&self.state.clip) {
            return Some(Unseen::Clipped);
        }
        if outside(&self.sheet) {
            return Some(Unseen::OffPage);
        }
        if outside(&[0.0, 0.0, self.width, self.height]) {
            return Some(Unseen::Margin);
        }
        if size < TINY {
            return Some(Unseen::Tiny);
        }
        // Only filled letters have the colour for filling.
        let filled = matches!(self.state.mode, 0 | 4) && !self.state.mixed && !font.drawn;
        let fill = self.state.fill.filter(|_| filled)?;
        let centre = ((start.0 + end.0) / 2.0, (start.1 + end.1) / 2.0 - size * 0.25);
        let background = match self.canvas.ground(centre) {
            Ground::Paper => WHITE,
            Ground::Colour(colour) => colour,
            Ground::Unknown => return None,
        };
        let difference: f64 = fill.iter().zip(background).map(|(a, b)| (a - b).abs()).sum();
        (difference < SAME_COLOUR).then_some(Unseen::Background)
    }

    /// What can be said only at the end of a page: which letters were covered afterwards,
    /// and which stand invisibly on an image.
    pub(super) fn settle(&mut self) {
        let sheet = |sheets: &[Sheet], area: &Area, number: usize| {
            let covers = |sheet: &&Sheet| {
                sheet.after > number
                    && sheet.area[0] <= area[0] + SHORT
                    && sheet.area[1] <= area[1] + SHORT
                    && sheet.area[2] >= area[2] - SHORT
                    && sheet.area[3] >= area[3] - SHORT
            };
            sheets.iter().any(|sheet| covers(&sheet))
        };
        if self.canvas.sheets.is_empty() && self.canvas.images.is_empty() {
            return;
        }
        for (number, piece) in self.shown.pieces.iter_mut().enumerate() {
            let area = piece.area();
            let middle = ((area[0] + area[2]) / 2.0, (area[1] + area[3]) / 2.0);
            let on_image = || self.canvas.images.iter().any(|image| inside(&image.area, middle));
            match piece.unseen {
                Some(Unseen::Invisible) if on_image() => piece.unseen = Some(Unseen::Recognised),
                None if sheet(&self.canvas.images, &area, number) => piece.unseen = Some(Unseen::Recognised),
                None if sheet(&self.canvas.sheets, &area, number) => piece.unseen = Some(Unseen::Covered),
                _ => {}
            }
        }
    }
}

impl Piece {
    /// The box of its letters on the page, about.
    pub(in crate::document::pdf) fn area(&self) -> Area {
        let a = unturned(self.turn, (self.x0, self.y - 0.7 * self.size));
        let b = unturned(self.turn, (self.x1, self.y + 0.15 * self.size));
        [a.0.min(b.0), a.1.min(b.1), a.0.max(b.0), a.1.max(b.1)]
    }
}

fn space(text: &mut String) {
    if !text.ends_with(' ') {
        text.push(' ');
    }
}
