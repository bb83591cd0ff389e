//! Fonts: from the bytes of a string to characters and widths.

use super::cmap::CMap;
use super::collection::Collection;
use super::encoding::Base;
use super::glyphs;
use super::object::{Objects, number};
use super::program;
use lopdf::{Dictionary, Object};
use std::collections::HashMap;
use unicode_normalization::UnicodeNormalization;

/// Bytes a font's map or program may unpack to.
const MAX_PROGRAM: usize = 8_000_000;
/// Widths a font lists at most.
const MAX_WIDTHS: usize = 70_000;

/// How strings become codes.
#[derive(Debug)]
enum Codes {
    Single,
    /// By the code spaces of an embedded map, two bytes without one.
    Mapped(CMap),
    /// Codes are UTF-16.
    Unicode,
    /// Codes are those of an old encoding of Chinese, Japanese or Korean.
    Legacy(&'static encoding_rs::Encoding, bool),
}

/// A font as far as text needs it.
#[derive(Debug)]
pub(super) struct Font {
    codes: Codes,
    to_unicode: Option<CMap>,
    simple: Vec<Option<String>>,
    /// What the glyphs of a composite font are by their number, where the font itself says.
    by_number: HashMap<u32, String>,
    collection: Option<Collection>,
    /// Lines run down, and columns to the left.
    pub(super) vertical: bool,
    /// Its letters are drawings of their own (Type 3), with their own colours.
    pub(super) drawn: bool,
    widths: HashMap<u32, f64>,
    default_width: f64,
    /// Height of letters in text space, 1 for all but Type 3.
    pub(super) em: f64,
    /// Width of one unit of the glyph space.
    unit: f64,
    pub(super) fixed: bool,
}

/// One code of a string.
pub(super) struct Glyph {
    /// None when nothing says what it is.
    pub(super) text: Option<String>,
    /// Advance in text space for size 1.
    pub(super) width: f64,
    /// Whether word spacing applies.
    pub(super) is_space: bool,
}

impl Font {
    pub(super) fn read(dict: &Dictionary, objects: &mut Objects<'_>) -> Self {
        let subtype = objects.name(dict, b"Subtype").unwrap_or_default();
        let to_unicode = objects
            .stream(dict, b"ToUnicode", MAX_PROGRAM)
            .map(|content| CMap::read(&content))
            .filter(|map| !map.is_empty());
        let mut out = Self {
            codes: Codes::Single,
            to_unicode,
            simple: Vec::new(),
            by_number: HashMap::new(),
            collection: None,
            vertical: false,
            drawn: subtype == b"Type3",
            widths: HashMap::new(),
            default_width: 0.0,
            em: 1.0,
            unit: 0.001,
            fixed: false,
        };
        if subtype == b"Type0" {
            out.composite(dict, objects);
        } else {
            out.simple(dict, &subtype, objects);
        }
        out
    }

    fn composite(&mut self, dict: &Dictionary, objects: &mut Objects<'_>) {
        let encoding = objects.name(dict, b"Encoding").unwrap_or_default();
        self.codes = match objects.stream(dict, b"Encoding", MAX_PROGRAM) {
            Some(content) => Codes::Mapped(CMap::read(&content)),
            None => predefined(&encoding),
        };
        let map = objects.get(dict, b"Encoding").and_then(|o| objects.dictionary(&o));
        let mode = map.and_then(|map| objects.number(&map, b"WMode"));
        self.vertical = encoding == b"V" || encoding.ends_with(b"-V") || mode == Some(1.0);
        let Some(below) = objects.array(dict, b"DescendantFonts").and_then(|list| list.first().cloned())
        else {
            return;
        };
        let Some(below) = objects.dictionary(&below) else { return };
        self.default_width = objects.number(&below, b"DW").unwrap_or(1000.0);
        self.fixed = is_fixed(&below, objects);
        self.numbers(&below, objects);
        let list = objects.array(&below, b"W").unwrap_or_default();
        let mut at = 0;
        while let Some(first) = list.get(at).and_then(number) {
            let first = first.max(0.0) as u32;
            match list.get(at + 1).map(|o| objects.resolve(o)) {
                Some(Object::Array(widths)) => {
                    for (i, width) in widths.iter().enumerate().take(MAX_WIDTHS) {
                        self.width(first.saturating_add(i as u32), number(width));
                    }
                    at += 2;
                }
                Some(last) => {
                    let last = number(&last).unwrap_or(0.0).max(0.0) as u32;
                    let width = list.get(at + 2).and_then(number);
                    for code in first..=last.min(first.saturating_add(65_535)) {
                        self.width(code, width);
                    }
                    at += 3;
                }
                None => break,
            }
        }
    }

    /// What glyphs are by their numbers: of a collection, or by the program itself.
    fn numbers(&mut self, below: &Dictionary, objects: &mut Objects<'_>) {
        let system = objects.get(below, b"CIDSystemInfo").and_then(|o| objects.dictionary(&o));
        if let Some(Object::String(ordering, _)) = system.and_then(|s| objects.get(&s, b"Ordering")) {
            self.collection = Collection::named(&ordering);
        }
        if self.to_unicode.is_some() || self.collection.is_some() {
            return;
        }
        let Some(descriptor) = descriptor(below, objects) else { return };
        let glyphs = program::by_number(&descriptor, objects);
        let map = objects.stream(below, b"CIDToGIDMap", MAX_PROGRAM);
        self.by_number = match map {
            None => glyphs,
            Some(map) => {
                let pairs = (0..).zip(map.chunks_exact(2)).take(65_536);
                let glyph = |pair: &[u8]| u32::from(pair[0]) << 8 | u32::from(pair[1]);
                pairs.filter_map(|(cid, pair)| Some((cid, glyphs.get(&glyph(pair))?.clone()))).collect()
            }
        };
    }

    fn width(&mut self, code: u32, width: Option<f64>) {
        if let Some(width) = width
            && self.widths.len() < MAX_WIDTHS
        {
            self.widths.insert(code, width);
        }
    }

    fn simple(&mut self, dict: &Dictionary, subtype: &[u8], objects: &mut Objects<'_>) {
        let name = base_name(dict, objects);
        let descriptor = descriptor(dict, objects);
        let flags = descriptor.as_ref().and_then(|d| objects.number(d, b"Flags")).unwrap_or(0.0) as i64;
        let type3 = subtype == b"Type3";
        self.fixed = is_fixed(dict, objects);
        self.simple = self.table(dict, &name, flags, type3, objects);
        if type3 {
            self.type3(dict, objects);
        }
        let first = objects.number(dict, b"FirstChar").unwrap_or(0.0).max(0.0) as u32;
        match objects.array(dict, b"Widths") {
            Some(widths) => {
                for (i, width) in widths.iter().enumerate().take(256) {
                    let width = number(&objects.resolve(width));
                    self.width(first.saturating_add(i as u32), width);
                }
                let missing = descriptor.as_ref().and_then(|d| objects.number(d, b"MissingWidth"));
                self.default_width = missing.unwrap_or(0.0);
                if type3 {
                    self.em_of_widths();
                }
            }
            None => {
                // One of the fourteen fonts every reader has.
                for code in 0..=255_u8 {
                    let letter = self.simple.get(usize::from(code)).and_then(Option::as_deref);
                    let width = if self.fixed { 600.0 } else { usual_width(letter) };
                    self.widths.insert(u32::from(code), width);
                }
            }
        }
    }

    /// The box of a bitmap font may be nothing; letters are about twice as high as wide.
    fn em_of_widths(&mut self) {
        let mut widths: Vec<f64> = self.widths.values().copied().filter(|w| *w > 0.0).collect();
        // In one order always: sums of floating numbers depend on it.
        widths.sort_by(f64::total_cmp);
        let mean = widths.iter().sum::<f64>() / widths.len().max(1) as f64 * self.unit;
        if self.em < 0.6 * mean {
            self.em = 2.0 * mean;
        }
    }

    fn type3(&mut self, dict: &Dictionary, objects: &mut Objects<'_>) {
        let list = |key: &[u8], objects: &mut Objects<'_>| {
            let list = objects.array(dict, key).unwrap_or_default();
            list.iter().filter_map(number).collect::<Vec<f64>>()
        };
        let matrix = list(b"FontMatrix", objects);
        if let Some(unit) = matrix.first().filter(|u| **u != 0.0) {
            self.unit = unit.abs();
        }
        let frame = list(b"FontBBox", objects);
        if let ([_, bottom, _, top, ..], Some(scale)) = (frame.as_slice(), matrix.get(3)) {
            let height = ((top - bottom) * scale).abs();
            if height > 0.0 {
                self.em = height;
            }
        }
    }

    /// What each of the 256 codes stands for.
    fn table(
        &self,
        dict: &Dictionary,
        name: &str,
        flags: i64,
        type3: bool,
        objects: &mut Objects<'_>,
    ) -> Vec<Option<String>> {
        let symbolic = flags & 4 != 0;
        let encoding = objects.get(dict, b"Encoding");
        let mut differences = Vec::new();
        let base = match &encoding {
            Some(Object::Name(name)) => Base::named(name),
            Some(Object::Dictionary(dict)) => {
                differences = objects.array(dict, b"Differences").unwrap_or_default();
                objects.name(dict, b"BaseEncoding").and_then(|name| Base::named(&name))
            }
            _ => None,
        };
        let is_symbol = name.contains("Symbol") && !name.contains("Segoe");
        let mut table: Vec<Option<String>> = match base {
            Some(base) => whole(base),
            None if is_symbol => whole(Base::Symbol),
            // Its glyphs are hands, stars and ticks.
            None if name.contains("Dingbats") => vec![Some(String::new()); 256],
            None => vec![None; 256],
        };
        if !is_symbol && !type3 {
            let own = descriptor(dict, objects).and_then(|below| program::codes(&below, objects));
            let known = base.is_none() && (!symbolic || (encoding.is_none() && !embedded(dict, objects)));
            let rest = own.or_else(|| known.then(|| whole(Base::Standard))).unwrap_or_default();
            for (cell, text) in table.iter_mut().zip(rest) {
                *cell = cell.take().or(text);
            }
        }
        let mut code = 0_usize;
        for entry in &differences {
            match entry {
                Object::Integer(n) => code = usize::try_from(*n).unwrap_or(256),
                Object::Name(name) => {
                    if let Some(cell) = table.get_mut(code) {
                        let by_code = type3.then(|| numbered(name, code)).flatten();
                        *cell = by_code.or_else(|| glyphs::of(name, type3));
                    }
                    code = code.saturating_add(1);
                }
                _ => {}
            }
        }
        table
    }

    /// Hands over every code of a string.
    pub(super) fn each(&self, bytes: &[u8], mut take: impl FnMut(Glyph)) {
        let mut at = 0;
        while at < bytes.len() {
            let rest = &bytes[at..];
            let (code, length, own) = self.next(rest);
            at += length.max(1);
            let cid = match &self.codes {
                Codes::Mapped(map) => map.cid_of(code).unwrap_or(code),
                _ => code,
            };
            let mapped = self.to_unicode.as_ref().and_then(|map| map.text(code)).map(clean);
            let mapped = mapped.flatten();
            let text = mapped.or(own).or_else(|| self.of_number(cid));
            let width = match &self.codes {
                // Widths are listed by numbers that these codes are not.
                Codes::Legacy(..) => {
                    if length == 1 {
                        0.5
                    } else {
                        1.0
                    }
                }
                _ => self.widths.get(&cid).copied().unwrap_or(self.default_width) * self.unit,
            };
            take(Glyph { text, width, is_space: length == 1 && code == 32 });
        }
    }

    fn of_number(&self, cid: u32) -> Option<String> {
        if matches!(self.codes, Codes::Single | Codes::Legacy(..)) {
            return None;
        }
        let known = self.by_number.get(&cid).cloned();
        known.or_else(|| self.collection?.text(cid).map(String::from))
    }

    /// The next code, its number of bytes, and what the encoding itself says of it.
    fn next(&self, rest: &[u8]) -> (u32, usize, Option<String>) {
        let pair = |rest: &[u8]| match rest {
            [high, low, ..] => (u32::from(*high) << 8 | u32::from(*low), 2),
            [only] => (u32::from(*only), 1),
            [] => (0, 1),
        };
        match &self.codes {
            Codes::Single => {
                let code = rest.first().copied().unwrap_or(0);
                (u32::from(code), 1, self.simple.get(usize::from(code)).cloned().flatten())
            }
            Codes::Mapped(map) => {
                let (code, length) = map.next_code(rest);
                (code, length, None)
            }
            Codes::Unicode => {
                let (code, length) = pair(rest);
                let units =
                    [code as u16, rest.get(2..4).map_or(0, |low| u16::from_be_bytes([low[0], low[1]]))];
                let both = matches!(units[0], 0xd800..0xdc00);
                let text = char::decode_utf16(units).next().and_then(Result::ok).map(String::from);
                (code, if both { 4.min(rest.len()) } else { length }, text)
            }
            Codes::Legacy(encoding, always_two) => {
                let lead = rest.first().copied().unwrap_or(0);
                let kana = std::ptr::eq(*encoding, encoding_rs::SHIFT_JIS) && (0xa0..0xe0).contains(&lead);
                let (code, length) =
                    if *always_two || (lead >= 0x81 && !kana) { pair(rest) } else { (u32::from(lead), 1) };
                let mut bytes = rest[..length].to_vec();
                if *always_two {
                    bytes.iter_mut().for_each(|b| *b |= 0x80);
                }
                let text =
                    encoding.decode_without_bom_handling_and_without_replacement(&bytes).map(Into::into);
                (code, length, text)
            }
        }
    }
}

/// What a map says of a letter, if that is a character: a replacement sign, a place for
/// private use or a control character is none. Ligatures and the forms that letters of
/// Arabic take beside each other are their letters.
fn clean(text: &str) -> Option<String> {
    if text.is_ascii() && !text.bytes().any(|b| b.is_ascii_control()) {
        return Some(text.to_owned());
    }
    let is_form = |c: char| matches!(c, '\u{fb00}'..='\u{fb06}' | '\u{fb13}'..='\u{fb17}' | '\u{fb50}'..='\u{fd3d}' | '\u{fd50}'..='\u{fdfb}' | '\u{fe70}'..='\u{fefc}');
    let mut out = String::with_capacity(text.len());
    for c in text.chars() {
        match c {
            '\t' | '\n' | '\r' => out.push(' '),
            // Where Word puts the bullets of its symbol fonts.
            '\u{f0b7}' => out.push('•'),
            '\u{f0a7}' => out.push('▪'),
            '\u{f0fc}' => out.push('✓'),
            '\u{fffd}' | '\u{e000}'..='\u{f8ff}' | '\u{f0000}'..='\u{10ffff}' => return None,
            c if c.is_control() => return None,
            c if is_form(c) => out.extend(c.nfkc()),
            c => out.push(c),
        }
    }
    Some(out)
}

/// The predefined maps of composite fonts.
fn predefined(name: &[u8]) -> Codes {
    let name = String::from_utf8_lossy(name);
    let has = |part: &str| name.contains(part);
    if has("UCS2") || has("UTF16") {
        Codes::Unicode
    } else if matches!(name.as_ref(), "GB-H" | "GB-V") {
        Codes::Legacy(encoding_rs::GBK, true)
    } else if matches!(name.as_ref(), "KSC-H" | "KSC-V") {
        Codes::Legacy(encoding_rs::EUC_KR, true)
    } else if has("RKSJ") {
        Codes::Legacy(encoding_rs::SHIFT_JIS, false)
    } else if name.starts_with("GB") {
        Codes::Legacy(encoding_rs::GBK, false)
    } else if has("B5") || has("HKscs") || name.starts_with("CNS") {
        Codes::Legacy(encoding_rs::BIG5, false)
    } else if name.starts_with("KSC") {
        Codes::Legacy(encoding_rs::EUC_KR, false)
    } else if has("EUC") {
        Codes::Legacy(encoding_rs::EUC_JP, false)
    } else if matches!(name.as_ref(), "H" | "V" | "78-H" | "78-V" | "Ext-H" | "Ext-V" | "Add-H" | "Add-V") {
        Codes::Legacy(encoding_rs::EUC_JP, true)
    } else {
        Codes::Mapped(CMap::default())
    }
}

fn whole(base: Base) -> Vec<Option<String>> {
    (0..=255).map(|code| base.text(code).map(String::from)).collect()
}

fn base_name(dict: &Dictionary, objects: &Objects<'_>) -> String {
    let name = objects.name(dict, b"BaseFont").unwrap_or_default();
    String::from_utf8_lossy(&name).into_owned()
}

fn is_fixed(dict: &Dictionary, objects: &mut Objects<'_>) -> bool {
    let name = base_name(dict, objects).to_ascii_lowercase();
    let descriptor = descriptor(dict, objects);
    let flags = descriptor.and_then(|d| objects.number(&d, b"Flags")).unwrap_or(0.0) as i64;
    flags & 1 != 0
        || ["courier", "mono", "cmtt", "typewriter", "consol"].iter().any(|part| name.contains(part))
}

fn descriptor(dict: &Dictionary, objects: &Objects<'_>) -> Option<Dictionary> {
    objects.get(dict, b"FontDescriptor").and_then(|o| objects.dictionary(&o))
}

fn embedded(dict: &Dictionary, objects: &mut Objects<'_>) -> bool {
    let descriptor = descriptor(dict, objects);
    descriptor.is_some_and(|d| [&b"FontFile"[..], b"FontFile2", b"FontFile3"].iter().any(|k| d.has(k)))
}

/// The letter of a bitmap whose name is its code in base 36 (`B4` is 40), as Ghostscript
/// writes it.
fn numbered(name: &[u8], code: usize) -> Option<String> {
    let [high @ b'A'..=b'D', low] = name else { return None };
    let low = char::from(*low).to_digit(36).filter(|_| !low.is_ascii_lowercase())?;
    let number = u32::from(high - b'A') * 36 + low;
    let letter =
        u8::try_from(code).ok().filter(|code| u32::from(*code) == number && code.is_ascii_graphic())?;
    Some(char::from(letter).to_string())
}

/// About the width of a letter in Helvetica and Times.
fn usual_width(letter: Option<&str>) -> f64 {
    match letter.and_then(|text| text.chars().next()) {
        Some('i' | 'j' | 'l' | '.' | ',' | ':' | ';' | '\'' | '|' | '!' | '’' | '‘') => 250.0,
        Some(' ' | 'f' | 't' | 'r' | 'I' | '(' | ')' | '[' | ']' | '-' | '/') => 300.0,
        Some('m' | 'M' | 'W' | '—' | '@' | '%') => 850.0,
        Some('w') => 720.0,
        Some(c) if c.is_uppercase() => 670.0,
        _ => 520.0,
    }
}
