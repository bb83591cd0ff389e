//! TrueType and OpenType programs: from codes to glyphs, and from glyphs to characters.

use super::Text;
use super::reader::Bytes;
use crate::document::pdf::encoding::Base;
use crate::document::pdf::glyphs;
use std::collections::HashMap;

/// Tables of a program, and codes and names in them, at most.
const MAX_TABLES: usize = 128;
const MAX_CODES: usize = 70_000;
/// Where fonts of symbols keep their 256 codes.
const SYMBOLS: u32 = 0xf000;
/// The last of the 258 names every Macintosh knows, from number 226 on.
const MAC_LAST: &str = "ŁłŠšŽž¦ÐðÝýÞþ−×¹²³½¼¾₣ĞğİŞşĆćČčđ";

fn table<'a>(program: &'a [u8], name: &[u8; 4]) -> Option<Bytes<'a>> {
    let data = Bytes(program);
    if program.starts_with(b"ttcf") {
        return None;
    }
    let count = usize::from(data.u16(4)?).min(MAX_TABLES);
    let entry = (0..count).map(|i| 12 + 16 * i).find(|at| data.slice(*at, at + 4) == Some(name))?;
    let start = usize::try_from(data.u32(entry + 8)?).ok()?;
    let length = usize::try_from(data.u32(entry + 12)?).ok()?;
    let end = start.checked_add(length)?.min(program.len());
    data.slice(start, end).map(Bytes)
}

/// The CFF table of an OpenType program.
pub(super) fn cff_table(program: &[u8]) -> Option<&[u8]> {
    program.starts_with(b"OTTO").then(|| table(program, b"CFF ")).flatten().map(|table| table.0)
}

/// The maps of a program, each from codes to glyphs.
#[derive(Default)]
struct Maps {
    unicode: HashMap<u32, u32>,
    symbols: HashMap<u32, u32>,
    mac: HashMap<u32, u32>,
}

impl Maps {
    fn read(program: &[u8]) -> Self {
        let mut out = Self::default();
        let Some(cmap) = table(program, b"cmap") else { return out };
        let count = usize::from(cmap.u16(2).unwrap_or(0)).min(32);
        for entry in (0..count).map(|i| 4 + 8 * i) {
            let place = (cmap.u16(entry), cmap.u16(entry + 2), cmap.u32(entry + 4));
            let (Some(platform), Some(kind), Some(offset)) = place else { break };
            let Some(map) = cmap.from(offset as usize) else { continue };
            match (platform, kind) {
                (3, 1 | 10) | (0, 0..=4 | 6) => subtable(map, &mut out.unicode),
                (3, 0) => subtable(map, &mut out.symbols),
                (1, 0) => subtable(map, &mut out.mac),
                _ => {}
            }
        }
        out
    }
}

/// One map: formats 0, 4, 6 and 12.
fn subtable(map: Bytes<'_>, out: &mut HashMap<u32, u32>) {
    let mut put = |code: u32, glyph: u32| {
        if glyph != 0 && out.len() < MAX_CODES {
            out.entry(code).or_insert(glyph);
        }
    };
    match map.u16(0) {
        Some(0) => (0..256).for_each(|code: u32| {
            put(code, u32::from(map.u8(6 + code as usize).unwrap_or(0)));
        }),
        Some(4) => segments(map, &mut put),
        Some(6) => {
            let first = u32::from(map.u16(6).unwrap_or(0));
            for i in 0..u32::from(map.u16(8).unwrap_or(0)) {
                put(first + i, u32::from(map.u16(10 + 2 * i as usize).unwrap_or(0)));
            }
        }
        Some(12) => {
            let mut left = MAX_CODES as u32;
            for group in 0..map.u32(12).unwrap_or(0).min(left) as usize {
                let at = 16 + 12 * group;
                let (Some(a), Some(b), Some(glyph)) = (map.u32(at), map.u32(at + 4), map.u32(at + 8)) else {
                    break;
                };
                let length = b.saturating_sub(a).saturating_add(1).min(left);
                left -= length;
                (0..length).for_each(|i| put(a.saturating_add(i), glyph.saturating_add(i)));
            }
        }
        _ => {}
    }
}

/// Format 4: segments of codes with a difference or a list of glyphs.
fn segments(map: Bytes<'_>, put: &mut impl FnMut(u32, u32)) {
    let twice = usize::from(map.u16(6).unwrap_or(0)) & !1;
    let mut left = MAX_CODES;
    for i in (0..twice).step_by(2) {
        let (last, first) = (map.u16(14 + i), map.u16(16 + twice + i));
        let (delta, place) = (map.u16(16 + 2 * twice + i), 16 + 3 * twice + i);
        let (Some(last), Some(first), Some(delta), Some(offset)) = (last, first, delta, map.u16(place))
        else {
            return;
        };
        for code in first..=last {
            if left == 0 {
                return;
            }
            left -= 1;
            let glyph = if offset == 0 {
                code.wrapping_add(delta)
            } else {
                let at = place + usize::from(offset) + 2 * usize::from(code - first);
                match map.u16(at) {
                    Some(0) | None => 0,
                    Some(glyph) => glyph.wrapping_add(delta),
                }
            };
            put(u32::from(code), u32::from(glyph));
        }
    }
}

/// The characters of the glyphs by their names.
fn named(program: &[u8], out: &mut HashMap<u32, String>) {
    let Some(post) = table(program, b"post").filter(|post| post.u32(0) == Some(0x0002_0000)) else { return };
    let count = usize::from(post.u16(32).unwrap_or(0));
    let mut names: Vec<&[u8]> = Vec::new();
    let mut at = 34 + 2 * count;
    while names.len() < MAX_CODES
        && let Some(length) = post.u8(at).map(usize::from)
        && let Some(name) = post.slice(at + 1, at + 1 + length)
    {
        names.push(name);
        at += 1 + length;
    }
    for glyph in 0..count {
        let Some(number) = post.u16(34 + 2 * glyph).map(usize::from) else { return };
        let text = match number.checked_sub(258) {
            Some(own) => names.get(own).and_then(|name| glyphs::of(name, false)),
            None => macintosh(number).map(String::from),
        };
        if let Some(text) = text {
            out.entry(glyph as u32).or_insert(text);
        }
    }
}

/// The glyphs every Macintosh font has, by their number: ASCII, the rest of MacRoman, and
/// some more.
fn macintosh(number: usize) -> Option<char> {
    match number {
        3..=97 => char::from_u32(number as u32 - 3 + 0x20),
        98..=225 => Base::MacRoman.text(u8::try_from(number - 98 + 0x80).ok()?),
        _ => MAC_LAST.chars().nth(number.checked_sub(226)?),
    }
}

/// Glyphs and the character each has, by the maps and names of the program.
fn reversed(maps: &Maps, program: &[u8]) -> HashMap<u32, String> {
    let mut best: HashMap<u32, u32> = HashMap::new();
    for (code, glyph) in &maps.unicode {
        // Of a hyphen and a soft hyphen with one shape, the lower code.
        let private = (0xe000..0xf900).contains(code);
        if !private && *code >= 0x20 {
            best.entry(*glyph).and_modify(|known| *known = (*known).min(*code)).or_insert(*code);
        }
    }
    let mut out: HashMap<u32, String> =
        best.into_iter().filter_map(|(glyph, code)| Some((glyph, char::from_u32(code)?.into()))).collect();
    named(program, &mut out);
    out
}

/// The characters of all glyphs that the program knows.
pub(super) fn characters(program: &[u8]) -> HashMap<u32, String> {
    reversed(&Maps::read(program), program)
}

/// What the 256 codes of a symbolic font stand for: by the character of their glyph, or,
/// where glyphs have none, by the code itself in fonts that use a known one.
pub(super) fn codes(program: &[u8]) -> Option<Vec<Text>> {
    let maps = Maps::read(program);
    let characters = reversed(&maps, program);
    let of = |code: u8| {
        let number = u32::from(code);
        let symbol = maps.symbols.get(&(SYMBOLS + number)).or_else(|| maps.symbols.get(&number));
        if let Some(glyph) = symbol.or_else(|| maps.mac.get(&number)) {
            let plain = Base::MacRoman.text(code).filter(|_| code >= 0x20).map(String::from);
            return characters.get(glyph).cloned().or(plain);
        }
        let direct = maps.symbols.is_empty() && maps.mac.is_empty();
        Base::WinAnsi
            .text(code)
            .filter(|c| direct && maps.unicode.contains_key(&(*c as u32)))
            .map(String::from)
    };
    let table: Vec<Text> = (0..=255).map(of).collect();
    table.iter().any(Option::is_some).then_some(table)
}

#[cfg(test)]
mod tests {
    use super::*;

    /// A program of these tables.
    fn program(tables: &[(&[u8; 4], Vec<u8>)]) -> Vec<u8> {
        let mut out = vec![0, 1, 0, 0, 0, tables.len() as u8, 0, 0, 0, 0, 0, 0];
        let mut at = 12 + 16 * tables.len();
        for (name, table) in tables {
            out.extend(*name);
            out.extend([0; 4]);
            out.extend((at as u32).to_be_bytes());
            out.extend((table.len() as u32).to_be_bytes());
            at += table.len();
        }
        tables.iter().for_each(|(_, table)| out.extend(table));
        out
    }

    fn words(list: &[u16]) -> Vec<u8> {
        list.iter().flat_map(|word| word.to_be_bytes()).collect()
    }

    /// A cmap with one subtable.
    fn cmap(platform: u16, kind: u16, subtable: &[u16]) -> Vec<u8> {
        words(&[&[0, 1, platform, kind, 0, 12], subtable].concat())
    }

    #[test]
    fn characters_come_from_unicode_maps_and_from_names() {
        // Two segments, the last one the usual end; codes 0x41–0x42 are glyphs 3 and 4.
        let four = cmap(3, 1, &[4, 32, 0, 4, 4, 1, 0, 0x42, 0xffff, 0, 0x41, 0xffff, 0xffc2, 1, 0, 0]);
        let found = characters(&program(&[(b"cmap", four)]));
        assert_eq!((found[&3].as_str(), found[&4].as_str()), ("A", "B"));
        let post = [
            words(&[2, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 4, 0, 36, 258, 226]),
            b"\x06eacute".to_vec(),
        ]
        .concat();
        let found = characters(&program(&[(b"post", post)]));
        assert_eq!([1, 2, 3].map(|g| found[&g].as_str()), ["A", "é", "Ł"]);
    }

    #[test]
    fn codes_of_symbolic_fonts_lead_to_characters() {
        let six = cmap(3, 0, &[6, 14, 0, 0xf041, 2, 7, 8]);
        let table = codes(&program(&[(b"cmap", six)])).unwrap();
        assert_eq!(
            (table[0x41].as_deref(), table[0x42].as_deref(), table[0x43].as_deref()),
            (Some("A"), Some("B"), None)
        );
        assert!(codes(b"").is_none() && codes(&[0; 40]).is_none());
    }

    #[test]
    fn cut_and_damaged_programs_end_without_a_panic() {
        let four = cmap(3, 1, &[4, 32, 0, 4, 4, 1, 0, 0x42, 0xffff, 0, 0x41, 0xffff, 0xffc2, 1, 0, 0]);
        let whole = program(&[
            (b"cmap", four),
            (b"post", words(&[2, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 9, 300])),
        ]);
        for length in 0..whole.len() {
            let _any = codes(&whole[..length]);
        }
        for at in 0..whole.len() {
            let mut bytes = whole.clone();
            bytes[at] = 255;
            let _any = (codes(&bytes), characters(&bytes));
        }
    }
}
