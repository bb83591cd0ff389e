//! Content streams: which letters stand where, seen or unseen, and what images cover.

mod letters;
mod paint;

use super::canvas::{Area, Canvas, Colour, Path};
use super::font::Font;
use super::lexer::{Lexer, Token};
use super::matrix::Matrix;
use super::object::{MAX_STREAM, Objects, number};
use lopdf::{Dictionary, Object, ObjectId, Stream};
use std::collections::{HashMap, HashSet};
use std::rc::Rc;

/// Saved states, forms inside each other, operands and open marks kept, at most.
const MAX_STATES: usize = 256;
const MAX_FORMS: usize = 12;
const MAX_OPERANDS: usize = 40_000;
const MAX_MARKS: usize = 1000;
/// Bytes of content streams that are walked, forms counted each time they are drawn.
pub(super) const MAX_WALKED: usize = 150_000_000;
/// What drawing a form counts beyond its own bytes: unpacking and framing even an empty one
/// takes about as long as this much content.
const FORM_COST: usize = 600;
/// Letters of a document at most.
pub(super) const MAX_LETTERS: usize = 12_000_000;
/// Pieces of a document at most.
const MAX_PIECES: usize = 1_000_000;
const BLACK: Colour = [0.0; 3];
/// A clip that lets nothing through.
const NOTHING: Area = [f64::MAX, f64::MAX, f64::MIN, f64::MIN];

/// Why letters are not seen.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum Unseen {
    Invisible,
    Tiny,
    Background,
    OffPage,
    /// Under a rectangle that was painted later.
    Covered,
    /// Between the edge of the page and that of the sheet it is printed on.
    Margin,
    /// Outside the clip, as parts of a figure that are cut away.
    Clipped,
    /// In a layer that is switched off.
    Layer,
    /// What a program recognised on the image it stands on.
    Recognised,
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
    /// Width and height of the page in points.
    pub(super) size: (f64, f64),
}

/// What is kept between pages.
#[derive(Default)]
pub(super) struct Walker {
    fonts: HashMap<ObjectId, Rc<Font>>,
    /// Layers that are switched off.
    pub(super) layers_off: HashSet<ObjectId>,
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
    clip: Area,
    /// Opacity of what is filled, 0–1.
    alpha: f64,
    /// Whether a mask or a way to mix colours makes the result unknown.
    mixed: bool,
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
    /// The sheet, around the page.
    sheet: Area,
    path: Path,
    /// Whether the path becomes the clip with the next operator that paints.
    clips: bool,
    canvas: Canvas,
    /// Open marks, and whether each switches what it marks off.
    marks: Vec<bool>,
    open: bool,
    inline_fonts: HashMap<Vec<u8>, Rc<Font>>,
}

impl Walker {
    /// Walks one page: its resources, streams, base matrix, size in points, and the sheet
    /// around it.
    pub(super) fn page<'d>(
        &mut self,
        objects: &mut Objects<'d>,
        resources: &'d Dictionary,
        streams: &[&Stream],
        base: Matrix,
        (size, sheet): ((f64, f64), Area),
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
            clip: [f64::MIN, f64::MIN, f64::MAX, f64::MAX],
            alpha: 1.0,
            mixed: false,
        };
        let mut page = Page {
            walker: self,
            objects,
            shown: Shown { size, ..Shown::default() },
            width: size.0,
            height: size.1,
            state,
            states: Vec::new(),
            text: Matrix::IDENTITY,
            line: Matrix::IDENTITY,
            sheet,
            path: Path::default(),
            clips: false,
            canvas: Canvas::new(size),
            marks: Vec::new(),
            open: false,
            inline_fonts: HashMap::new(),
        };
        page.run(&content, resources, 0);
        page.settle();
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
                    self.image(false);
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
            b"gs" => self.graphics(operands, resources),
            b"cs" => self.colour_space(operands, resources),
            b"BMC" | b"BDC" => self.mark(operands, resources),
            b"EMC" => drop(self.marks.pop()),
            _ => self.paint(word, operands),
        }
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
            Some(b"Image") => {
                let see_through =
                    [&b"SMask"[..], b"Mask", b"ImageMask"].iter().any(|key| stream.dict.has(key));
                self.image(!see_through);
            }
            Some(b"Form") if depth < MAX_FORMS => {
                self.walker.walked = self.walker.walked.saturating_add(FORM_COST);
                let Some(content) = self.objects.unpack(stream, MAX_STREAM) else { return };
                let own = self.objects.below(&stream.dict, b"Resources");
                let matrix = self.objects.array(&stream.dict, b"Matrix").and_then(|list| Matrix::of(&list));
                let outer = (self.state.clone(), self.text, self.line, self.states.len());
                if let Some(matrix) = matrix {
                    self.state.ctm = matrix.times(&self.state.ctm);
                }
                let frame = self.objects.array(&stream.dict, b"BBox").unwrap_or_default();
                let frame: Vec<f64> = frame.iter().filter_map(number).collect();
                if let [a, b, c, d] = frame[..] {
                    self.clip_to(self.state.ctm.area(a, b, c, d));
                }
                let marks = self.marks.len();
                self.marks.push(stream.dict.get(b"OC").is_ok_and(|layer| self.is_off(layer)));
                self.run(&content, own.unwrap_or(resources), depth + 1);
                self.marks.truncate(marks);
                self.states.truncate(outer.3);
                (self.state, self.text, self.line) = (outer.0, outer.1, outer.2);
            }
            _ => {}
        }
    }
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
