//! Colours, filled shapes, clips and layers, which decide what can be seen.

use super::{BLACK, MAX_MARKS, NOTHING, Page};
use crate::document::pdf::canvas::{Area, Colour, common};
use crate::document::pdf::lexer::Token;
use lopdf::{Dictionary, Object};

/// Opacity from which on nothing shows through.
const OPAQUE: f64 = 0.99;

impl<'d> Page<'_, '_, 'd> {
    pub(super) fn paint(&mut self, word: &[u8], operands: &[Token]) {
        let numbers: Vec<f64> = operands
            .iter()
            .take(8)
            .filter_map(|t| if let Token::Number(n) = t { Some(*n) } else { None })
            .collect();
        match (word, numbers.as_slice()) {
            (b"g", [grey]) => self.state.fill = Some([*grey; 3]),
            (b"rg", [r, g, b]) => self.state.fill = Some([*r, *g, *b]),
            (b"k", [c, m, y, k]) => self.state.fill = Some(from_cmyk(*c, *m, *y, *k)),
            (b"sc" | b"scn", numbers) => {
                self.state.fill = match (self.state.components, numbers) {
                    (1, [grey]) => Some([*grey; 3]),
                    (3, [r, g, b]) => Some([*r, *g, *b]),
                    (4, [c, m, y, k]) => Some(from_cmyk(*c, *m, *y, *k)),
                    _ => None,
                };
            }
            (b"W" | b"W*", _) => self.clips = true,
            (b"sh", _) => {
                let all = self.state.clip;
                self.canvas.picture(&[0.0, 0.0, self.width, self.height], &all, None, 0);
            }
            (b"f" | b"F" | b"f*" | b"B" | b"B*" | b"b" | b"b*", _) => self.end_path(true),
            (b"S" | b"s" | b"n", _) => self.end_path(false),
            _ => self.draw_path(word, &numbers),
        }
    }

    fn draw_path(&mut self, word: &[u8], numbers: &[f64]) {
        let point = |x: f64, y: f64| self.state.ctm.point(x, y);
        match (word, numbers) {
            (b"re", [x, y, w, h]) => {
                let corners = [(*x, *y), (*x + *w, *y), (*x + *w, *y + *h), (*x, *y + *h)];
                let corners = corners.map(|(x, y)| point(x, y));
                self.path.rectangle(corners, self.state.ctm.is_upright());
            }
            (b"m" | b"l", [x, y]) => self.path.corner(point(*x, *y), word == b"m"),
            // Of a curve its handles and its end, which stand close to it.
            (b"c", [a, b, c, d, x, y]) => {
                let corners = [point(*a, *b), point(*c, *d), point(*x, *y)];
                corners.into_iter().for_each(|corner| self.path.corner(corner, false));
            }
            (b"v" | b"y", [a, b, x, y]) => {
                let corners = [point(*a, *b), point(*x, *y)];
                corners.into_iter().for_each(|corner| self.path.corner(corner, false));
            }
            _ => {}
        }
    }

    /// Fills the path or not, clips to it if that was said, and begins a new one.
    fn end_path(&mut self, fills: bool) {
        let path = std::mem::take(&mut self.path);
        if fills && !self.is_switched_off() && self.state.alpha > 0.02 {
            let opaque = self.state.alpha >= OPAQUE && !self.state.mixed;
            let colour = self.state.fill;
            self.canvas.fill(&path, &self.state.clip, colour, opaque, self.shown.pieces.len());
            self.open = false;
        }
        if std::mem::take(&mut self.clips) {
            match path.area {
                Some(area) => self.clip_to(area),
                None => self.state.clip = NOTHING,
            }
        }
    }

    pub(super) fn clip_to(&mut self, area: Area) {
        self.state.clip = common(&self.state.clip, &area).unwrap_or(NOTHING);
    }

    /// An image fills the unit square.
    pub(super) fn image(&mut self, opaque: bool) {
        let whole = self.state.ctm.area(0.0, 0.0, 1.0, 1.0);
        self.shown.images += 1;
        let page = [0.0, 0.0, self.width, self.height];
        let seen = common(&whole, &page).and_then(|area| common(&area, &self.state.clip));
        if let Some([x0, y0, x1, y1]) = seen
            && self.width * self.height > 0.0
        {
            let share = (x1 - x0) * (y1 - y0) / (self.width * self.height);
            self.shown.covered = (self.shown.covered + share).min(1.0);
        }
        if !self.is_switched_off() {
            let opaque = opaque && self.state.alpha >= OPAQUE && !self.state.mixed;
            self.canvas.picture(&whole, &self.state.clip, Some(opaque), self.shown.pieces.len());
            self.open = false;
        }
    }

    /// A space of colours: those that mean grey, RGB or CMYK; what others mean by a number
    /// is not known here.
    pub(super) fn colour_space(&mut self, operands: &[Token], resources: &'d Dictionary) {
        let components = match operands.first() {
            Some(Token::Name(name)) => match name.as_slice() {
                b"DeviceGray" => 1,
                b"DeviceRGB" => 3,
                b"DeviceCMYK" => 4,
                other => self.named_space(other, resources).unwrap_or(0),
            },
            _ => 0,
        };
        self.state.components = components;
        self.state.fill = (components != 0).then_some(BLACK);
    }

    fn named_space(&self, name: &[u8], resources: &'d Dictionary) -> Option<usize> {
        let spaces = self.objects.below(resources, b"ColorSpace")?;
        let Object::Array(list) = self.objects.follow(spaces.get(name).ok()?) else { return None };
        match list.first()?.as_name().ok()? {
            b"CalGray" => Some(1),
            b"CalRGB" => Some(3),
            b"ICCBased" => {
                let Object::Stream(profile) = self.objects.follow(list.get(1)?) else { return None };
                let number = self.objects.number(&profile.dict, b"N")? as usize;
                matches!(number, 1 | 3 | 4).then_some(number)
            }
            _ => None,
        }
    }

    /// Opacity and mixing.
    pub(super) fn graphics(&mut self, operands: &[Token], resources: &'d Dictionary) {
        let Some(Token::Name(name)) = operands.first() else { return };
        let states = self.objects.below(resources, b"ExtGState");
        let Some(dict) = states.and_then(|states| self.objects.below(states, name)) else { return };
        if let Some(alpha) = self.objects.number(dict, b"ca") {
            self.state.alpha = alpha;
        }
        let mode = self.objects.get(dict, b"BM").map(|mode| match mode {
            Object::Array(list) => list.first().cloned().unwrap_or(Object::Null),
            other => other,
        });
        let plain = |name: &Object| matches!(name.as_name(), Ok(b"Normal" | b"Compatible" | b"None"));
        let mask = self.objects.get(dict, b"SMask");
        if mode.is_some() || mask.is_some() {
            self.state.mixed = [mode, mask].iter().flatten().any(|found| !plain(found));
        }
    }

    /// The beginning of a marked stretch: one of a layer that is switched off is not seen.
    pub(super) fn mark(&mut self, operands: &[Token], resources: &'d Dictionary) {
        let layer = match operands {
            [Token::Name(kind), Token::Name(name)] if kind == b"OC" => {
                let list = self.objects.below(resources, b"Properties");
                list.and_then(|list| list.get(name).ok())
            }
            _ => None,
        };
        if self.marks.len() < MAX_MARKS {
            let off = layer.is_some_and(|layer| self.is_off(layer));
            self.marks.push(off);
        }
    }

    pub(super) fn is_switched_off(&self) -> bool {
        !self.walker.layers_off.is_empty() && self.marks.contains(&true)
    }

    /// Whether a layer, or all layers of a group of them, are switched off.
    pub(super) fn is_off(&self, layer: &'d Object) -> bool {
        let off =
            |object: &Object| object.as_reference().is_ok_and(|id| self.walker.layers_off.contains(&id));
        if off(layer) {
            return true;
        }
        let Object::Dictionary(group) = self.objects.follow(layer) else { return false };
        match group.get(b"OCGs") {
            Ok(Object::Array(list)) => !list.is_empty() && list.iter().take(100).all(off),
            Ok(one) => off(one),
            Err(_) => false,
        }
    }
}

fn from_cmyk(c: f64, m: f64, y: f64, k: f64) -> Colour {
    [c, m, y].map(|ink| (1.0 - ink) * (1.0 - k))
}
