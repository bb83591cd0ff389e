//! Content streams: which letters stand where, seen or unseen, and what images cover.

use super::font::Font;
use super::lexer::{Lexer, Token};
use super::matrix::Matrix;
use super::object::{MAX_STREAM, Objects, number};
use lopdf::{Dictionary, Object, ObjectId, Stream};
use std::collections::HashMap;
use std::rc::Rc;

/// Saved states, forms inside each other, operands and filled areas kept, at most.
const MAX_STATES: usize = 256;
const MAX_FORMS: usize = 12;
const MAX_OPERANDS: usize = 40_000;
const MAX_FILLS: usize = 128;
/// Bytes of content streams that are walked, forms counted each time they are drawn.
pub(super) const MAX_WALKED: usize = 150_000_000;
/// Letters of a document at most.
pub(super) const MAX_LETTERS: usize = 12_000_000;
/// Pieces of a document at most.
const MAX_PIECES: usize = 1_000_000;
/// Sum of differences of red, green and blue (0–1 each) below which letters are not seen.
const SAME_COLOUR: f64 = 0.12;
/// Gap, in heights of letters, that parts words, and that parts pieces of a line.
const WORD_GAP: f64 = 0.16;
const PIECE_GAP: f64 = 0.9;

type Colour = [f64; 3];
const BLACK: Colour = [0.0; 3];
const WHITE: Colour = [1.0; 3];

/// Why letters are not seen.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum Unseen {
    Invisible,
    Tiny,
    Background,
    OffPage,
}

/// Letters on one line without a wide gap, in points from the page's top left.
#[derive(Clone, Debug)]
pub(super) struct Piece {
    pub(super) text: String,
    /// Along the line: start and end. Across: the baseline. Turned so that the line runs
    /// to the right.
    pub(super) x0: f64,
    pub(super) x1: f64,
    pub(super) y: f64,
    pub(super) size: f64,
    /// Quarter turns of the line on the page.
    pub(super) turn: u8,
    pub(super) fixed: bool,
    pub(super) unseen: Option<Unseen>,
}

/// What one page shows.
#[derive(Debug, Default)]
pub(super) struct Shown {
    pub(super) pieces: Vec<Piece>,
    /// Share of the page under images, 0–1.
    pub(super) covered: f64,
    pub(super) images: u64,
    pub(super) letters: u64,
    pub(super) unmapped: u64,
    /// Height of the page in points.
    pub(super) height: f64,
}

/// What is kept between pages.
#[derive(Default)]
pub(super) struct Walker {
    fonts: HashMap<ObjectId, Rc<Font>>,
    walked: usize,
    letters: usize,
    pieces: usize,
    /// Set when a limit was passed: what, how much, the limit.
    pub(super) beyond: Option<(&'static str, usize, usize)>,
}

#[derive(Clone)]
struct State {
    ctm: Matrix,
    font: Option<Rc<Font>>,
    size: f64,
    spacing: f64,
    word_spacing: f64,
    scale: f64,
    leading: f64,
    rise: f64,
    mode: i64,
    fill: Option<Colour>,
    components: usize,
}

struct Fill {
    area: [f64; 4],
    colour: Option<Colour>,
}

/// One page while it is walked.
struct Page<'w, 'o, 'd> {
    walker: &'w mut Walker,
    objects: &'o mut Objects<'d>,
    shown: Shown,
    width: f64,
    height: f64,
    state: State,
    states: Vec<State>,
    text: Matrix,
    line: Matrix,
    path: Option<[f64; 4]>,
    /// Whether the path is a single upright rectangle.
    plain: bool,
    fills: Vec<Fill>,
    open: bool,
    inline_fonts: HashMap<Vec<u8>, Rc<Font>>,
}

impl Walker {
    /// Walks one page: its resources, streams, base matrix and size in points.
    pub(super) fn page<'d>(
        &mut self,
        objects: &mut Objects<'d>,
        resources: &'d Dictionary,
        streams: &[&Stream],
        base: Matrix,
        size: (f64, f64),
    ) -> Shown {
        let mut content = Vec::new();
        for stream in streams {
            if let Some(part) = objects.unpack(stream, MAX_STREAM) {
                content.extend(part);
                content.push(b'\n');
            }
        }
        let state = State {
            ctm: base,
            font: None,
            size: 0.0,
            spacing: 0.0,
            word_spacing: 0.0,
            scale: 1.0,
            leading: 0.0,
            rise: 0.0,
            mode: 0,
            fill: Some(BLACK),
            components: 1,
        };
        let mut page = Page {
            walker: self,
            objects,
            shown: Shown { height: size.1, ..Shown::default() },
            width: size.0,
            height: size.1,
            state,
            states: Vec::new(),
            text: Matrix::IDENTITY,
            line: Matrix::IDENTITY,
            path: None,
            plain: false,
            fills: Vec::new(),
            open: false,
            inline_fonts: HashMap::new(),
        };
        page.run(&content, resources, 0);
        page.shown
    }
}

impl<'d> Page<'_, '_, 'd> {
    fn run(&mut self, content: &[u8], resources: &'d Dictionary, depth: usize) {
        self.walker.walked = self.walker.walked.saturating_add(content.len());
        if self.walker.walked > MAX_WALKED {
            self.walker.beyond.get_or_insert(("Bytes of drawing", self.walker.walked, MAX_WALKED));
        }
        let mut lexer = Lexer::new(content);
        let mut operands: Vec<Token> = Vec::new();
        while self.walker.beyond.is_none()
            && let Some(token) = lexer.next()
        {
            match token {
                Token::Keyword(word) if word == b"ID" => {
                    lexer.inline_image();
                    self.image();
                    operands.clear();
                }
                Token::Keyword(word) => {
                    self.operate(&word, &operands, resources, depth);
                    operands.clear();
                }
                other if operands.len() < MAX_OPERANDS => operands.push(other),
                _ => {}
            }
        }
    }

    fn operate(&mut self, word: &[u8], operands: &[Token], resources: &'d Dictionary, depth: usize) {
        let n = |i: usize| match operands.get(i) {
            Some(Token::Number(value)) => *value,
            _ => 0.0,
        };
        let matrix = || Matrix([n(0), n(1), n(2), n(3), n(4), n(5)]);
        match word {
            b"q" if self.states.len() < MAX_STATES => self.states.push(self.state.clone()),
            b"Q" => {
                if let Some(state) = self.states.pop() {
                    self.state = state;
                }
            }
            b"cm" => self.state.ctm = matrix().times(&self.state.ctm),
            b"BT" => {
                self.text = Matrix::IDENTITY;
                self.line = Matrix::IDENTITY;
                self.open = false;
            }
            b"Tc" => self.state.spacing = n(0),
            b"Tw" => self.state.word_spacing = n(0),
            b"Tz" => self.state.scale = n(0) / 100.0,
            b"TL" => self.state.leading = n(0),
            b"Ts" => self.state.rise = n(0),
            b"Tr" => self.state.mode = n(0) as i64,
            b"Tf" => {
                self.state.size = n(1);
                if let Some(Token::Name(name)) = operands.first() {
                    self.state.font = self.font(name, resources);
                }
            }
            b"Td" => self.next_line(n(0), n(1)),
            b"TD" => {
                self.state.leading = -n(1);
                self.next_line(n(0), n(1));
            }
            b"Tm" => {
                self.text = matrix();
                self.line = self.text;
            }
            b"T*" => self.next_line(0.0, -self.state.leading),
            b"Tj" | b"TJ" => self.show(operands),
            b"'" => {
                self.next_line(0.0, -self.state.leading);
                self.show(operands);
            }
            b"\"" => {
                self.state.word_spacing = n(0);
                self.state.spacing = n(1);
                self.next_line(0.0, -self.state.leading);
                self.show(operands.get(2..).unwrap_or_default());
            }
            b"Do" => {
                if let Some(Token::Name(name)) = operands.first() {
                    self.draw(name, resources, depth);
                }
            }
            _ => self.paint(word, operands),
        }
    }

    /// Colours and filled areas, which decide what can be seen.
    fn paint(&mut self, word: &[u8], operands: &[Token]) {
        let numbers: Vec<f64> = operands
            .iter()
            .take(8)
            .filter_map(|t| if let Token::Number(n) = t { Some(*n) } else { None })
            .collect();
        match (word, numbers.as_slice()) {
            (b"g", [grey]) => self.state.fill = Some([*grey; 3]),
            (b"rg", [r, g, b]) => self.state.fill = Some([*r, *g, *b]),
            (b"k", [c, m, y, k]) => self.state.fill = Some(from_cmyk(*c, *m, *y, *k)),
            (b"cs", _) => {
                self.state.components = match operands.first() {
                    Some(Token::Name(name)) if name == b"DeviceGray" => 1,
                    Some(Token::Name(name)) if name == b"DeviceRGB" => 3,
                    Some(Token::Name(name)) if name == b"DeviceCMYK" => 4,
                    // What other spaces mean by a number is not known here.
                    _ => 0,
                };
                self.state.fill = (self.state.components != 0).then_some(BLACK);
            }
            (b"sc" | b"scn", numbers) => {
                self.state.fill = match (self.state.components, numbers) {
                    (1, [grey]) => Some([*grey; 3]),
                    (3, [r, g, b]) => Some([*r, *g, *b]),
                    (4, [c, m, y, k]) => Some(from_cmyk(*c, *m, *y, *k)),
                    _ => None,
                };
            }
            (b"re", [x, y, w, h]) => {
                let area = self.state.ctm.area(*x, *y, *x + *w, *y + *h);
                self.plain = self.path.is_none() && self.state.ctm.is_upright();
                self.path = Some(self.path.map_or(area, |path| join(path, area)));
            }
            (b"m" | b"l", [x, y]) | (b"c", [_, _, _, _, x, y]) | (b"v" | b"y", [_, _, x, y]) => {
                let (x, y) = self.state.ctm.point(*x, *y);
                self.path = Some(self.path.map_or([x, y, x, y], |path| join(path, [x, y, x, y])));
                self.plain = false;
            }
            (b"f" | b"F" | b"f*" | b"B" | b"B*" | b"b" | b"b*", _) => {
                if let Some(area) = self.path.take() {
                    let colour = if self.plain { self.state.fill } else { None };
                    self.filled(area, colour);
                }
            }
            (b"S" | b"s" | b"n", _) => self.path = None,
            (b"sh", _) => self.filled([0.0, 0.0, self.width, self.height], None),
            _ => {}
        }
    }

    fn filled(&mut self, area: [f64; 4], colour: Option<Colour>) {
        if self.fills.len() >= MAX_FILLS {
            self.fills.remove(0);
        }
        self.fills.push(Fill { area, colour });
    }

    fn next_line(&mut self, x: f64, y: f64) {
        self.line = Matrix([1.0, 0.0, 0.0, 1.0, x, y]).times(&self.line);
        self.text = self.line;
    }

    fn font(&mut self, name: &[u8], resources: &'d Dictionary) -> Option<Rc<Font>> {
        let fonts = self.objects.below(resources, b"Font")?;
        match fonts.get(name).ok()? {
            Object::Reference(id) => {
                if let Some(font) = self.walker.fonts.get(id) {
                    return Some(font.clone());
                }
                let dict = self.objects.dictionary(&Object::Reference(*id))?;
                let font = Rc::new(Font::read(&dict, self.objects));
                self.walker.fonts.insert(*id, font.clone());
                Some(font)
            }
            Object::Dictionary(dict) => {
                if let Some(font) = self.inline_fonts.get(name) {
                    return Some(font.clone());
                }
                let font = Rc::new(Font::read(dict, self.objects));
                self.inline_fonts.insert(name.to_vec(), font.clone());
                Some(font)
            }
            _ => None,
        }
    }

    fn draw(&mut self, name: &[u8], resources: &'d Dictionary, depth: usize) {
        let Some(list) = self.objects.below(resources, b"XObject") else { return };
        let Ok(object) = list.get(name) else { return };
        let document = self.objects.document;
        let Ok((_, Object::Stream(stream))) = document.dereference(object) else { return };
        match self.objects.name(&stream.dict, b"Subtype").as_deref() {
            Some(b"Image") => self.image(),
            Some(b"Form") if depth < MAX_FORMS => {
                let Some(content) = self.objects.unpack(stream, MAX_STREAM) else { return };
                let own = self.objects.below(&stream.dict, b"Resources");
                let matrix = self.objects.array(&stream.dict, b"Matrix").and_then(|list| Matrix::of(&list));
                let outer = (self.state.clone(), self.text, self.line, self.states.len());
                if let Some(matrix) = matrix {
                    self.state.ctm = matrix.times(&self.state.ctm);
                }
                self.run(&content, own.unwrap_or(resources), depth + 1);
                self.states.truncate(outer.3);
                (self.state, self.text, self.line) = (outer.0, outer.1, outer.2);
            }
            _ => {}
        }
    }

    /// An image fills the unit square.
    fn image(&mut self) {
        let [x0, y0, x1, y1] = self.state.ctm.area(0.0, 0.0, 1.0, 1.0);
        self.shown.images += 1;
        let (w, h) = (x1.min(self.width) - x0.max(0.0), y1.min(self.height) - y0.max(0.0));
        if w > 0.0 && h > 0.0 && self.width * self.height > 0.0 {
            let share = w * h / (self.width * self.height);
            self.shown.covered = (self.shown.covered + share).min(1.0);
        }
        self.filled([x0, y0, x1, y1], None);
    }

    fn show(&mut self, operands: &[Token]) {
        let Some(font) = self.state.font.clone() else { return };
        for token in operands {
            match token {
                Token::String(bytes) => self.string(&font, bytes),
                Token::Number(n) => {
                    let by = -n / 1000.0 * self.state.size * self.state.scale;
                    self.text = Matrix([1.0, 0.0, 0.0, 1.0, by, 0.0]).times(&self.text);
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
            let by = (glyph.width * state.size + state.spacing + word) * state.scale;
            let seen = glyph.width * state.size * state.scale;
            let scale = Matrix([state.size * state.scale, 0.0, 0.0, state.size, 0.0, state.rise]);
            let place = scale.times(&self.text).times(&state.ctm);
            let (x1, y1) =
                Matrix([1.0, 0.0, 0.0, 1.0, seen, state.rise]).times(&self.text).times(&state.ctm).origin();
            self.letter(glyph.text, &place, (x1, y1), font);
            self.text = Matrix([1.0, 0.0, 0.0, 1.0, by, 0.0]).times(&self.text);
        });
    }

    /// One letter with its matrix on the page and where its advance ends.
    fn letter(&mut self, text: Option<String>, place: &Matrix, end: (f64, f64), font: &Font) {
        let Some(text) = text else {
            self.shown.letters += 1;
            self.shown.unmapped += 1;
            self.open = false;
            return;
        };
        let (x, y) = place.origin();
        let size = place.height() * font.em;
        if ![x, y, end.0, end.1, size].iter().all(|v| v.is_finite() && v.abs() < 1e7) {
            return;
        }
        let blank = text.trim().is_empty();
        if !blank {
            self.shown.letters += 1;
        }
        let turn = turn_of(place);
        let ((x0, y0), (x1, _)) = (turned(turn, (x, y)), turned(turn, end));
        let unseen = if blank { None } else { self.unseen(size, (x, y), end) };
        let last = if self.open { self.shown.pieces.last_mut() } else { None };
        if let Some(piece) = last {
            let same = piece.turn == turn
                && (piece.size - size).abs() <= 0.1 * piece.size.max(size)
                && (piece.y - y0).abs() <= 0.15 * size;
            let gap = x0 - piece.x1;
            if same && (blank || piece.unseen == unseen) && gap > -0.6 * size && gap < PIECE_GAP * size {
                if gap > WORD_GAP * size || blank {
                    space(&mut piece.text);
                }
                if !blank {
                    piece.text.push_str(&text);
                    piece.x1 = x1.max(piece.x1);
                } else if gap <= WORD_GAP * size {
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

    fn unseen(&self, size: f64, start: (f64, f64), end: (f64, f64)) -> Option<Unseen> {
        if self.state.mode == 3 || self.state.mode == 7 {
            return Some(Unseen::Invisible);
        }
        if size < 1.0 {
            return Some(Unseen::Tiny);
        }
        let off = |a: f64, b: f64, most: f64| a.max(b) + size < 0.0 || a.min(b) - size > most;
        if off(start.0, end.0, self.width) || off(start.1, end.1, self.height) {
            return Some(Unseen::OffPage);
        }
        // Only filled letters have the colour for filling.
        let fill = self.state.fill.filter(|_| matches!(self.state.mode, 0 | 4))?;
        let centre = ((start.0 + end.0) / 2.0, (start.1 + end.1) / 2.0 - size * 0.25);
        let below = self.fills.iter().rev().find(|f| inside(&f.area, centre));
        let background = below.map_or(Some(WHITE), |f| f.colour)?;
        let difference: f64 = fill.iter().zip(background).map(|(a, b)| (a - b).abs()).sum();
        (difference < SAME_COLOUR).then_some(Unseen::Background)
    }
}

fn space(text: &mut String) {
    if !text.ends_with(' ') {
        text.push(' ');
    }
}

fn from_cmyk(c: f64, m: f64, y: f64, k: f64) -> Colour {
    [c, m, y].map(|ink| (1.0 - ink) * (1.0 - k))
}

fn join(a: [f64; 4], b: [f64; 4]) -> [f64; 4] {
    [a[0].min(b[0]), a[1].min(b[1]), a[2].max(b[2]), a[3].max(b[3])]
}

fn inside(area: &[f64; 4], (x, y): (f64, f64)) -> bool {
    area[0] <= x && x <= area[2] && area[1] <= y && y <= area[3]
}

/// Quarter turns of a line, clockwise, on a page whose y runs down.
fn turn_of(place: &Matrix) -> u8 {
    let (dx, dy) = (place.0[0], place.0[1]);
    match (dx.abs() >= dy.abs(), dx >= 0.0, dy >= 0.0) {
        (true, true, _) => 0,
        (false, _, true) => 1,
        (true, false, _) => 2,
        (false, _, false) => 3,
    }
}

/// A point of the page in a system in which the line runs to the right.
pub(super) const fn turned(turn: u8, (x, y): (f64, f64)) -> (f64, f64) {
    match turn {
        0 => (x, y),
        1 => (y, -x),
        2 => (-x, -y),
        _ => (-y, x),
    }
}

/// The way back.
pub(super) const fn unturned(turn: u8, (x, y): (f64, f64)) -> (f64, f64) {
    match turn {
        0 => (x, y),
        1 => (-y, x),
        2 => (-x, -y),
        _ => (y, -x),
    }
}

/// The page's box as a matrix to points from its top left, turned as it is shown, and its size.
pub(super) fn base(frame: &[Object], rotate: i64) -> Option<(Matrix, (f64, f64))> {
    let sides: Vec<f64> = frame.iter().filter_map(number).collect();
    let [a, b, c, d] = *sides.first_chunk::<4>()?;
    let (left, right, low, high) = (a.min(c), a.max(c), b.min(d), b.max(d));
    let (w, h) = (right - left, high - low);
    let sane = w > 0.1 && h > 0.1 && w < 1e6 && h < 1e6;
    sane.then(|| match rotate.rem_euclid(360) {
        90 => (Matrix([0.0, 1.0, 1.0, 0.0, -low, -left]), (h, w)),
        180 => (Matrix([-1.0, 0.0, 0.0, 1.0, right, -low]), (w, h)),
        270 => (Matrix([0.0, -1.0, -1.0, 0.0, high, right]), (h, w)),
        _ => (Matrix([1.0, 0.0, 0.0, -1.0, -left, high]), (w, h)),
    })
}
