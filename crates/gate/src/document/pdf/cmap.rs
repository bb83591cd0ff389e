//! CMaps: which codes a string holds and which characters they stand for.

use super::lexer::{Lexer, Token};
use std::collections::HashMap;

/// Codes a map gives at most.
const MAX_CODES: usize = 200_000;
/// Characters one code stands for at most.
const MAX_UNITS: usize = 64;

/// A parsed map.
#[derive(Debug, Default)]
pub(super) struct CMap {
    /// Bytes of a code with its lowest and highest value.
    spaces: Vec<(usize, u32, u32)>,
    text: HashMap<u32, String>,
    /// Codes whose map is to numbers of glyphs: first, last, first number.
    cids: Vec<(u32, u32, u32)>,
}

impl CMap {
    pub(super) fn read(content: &[u8]) -> Self {
        let mut out = Self::default();
        let mut lexer = Lexer::new(content);
        let mut held: Vec<Token> = Vec::new();
        while let Some(token) = lexer.next() {
            let Token::Keyword(word) = token else {
                // Blocks have 100 entries; a list of more is cut.
                if held.len() < 100_000 {
                    held.push(token);
                }
                continue;
            };
            match word.as_slice() {
                b"endcodespacerange" => out.codespaces(&held),
                b"endbfchar" => out.characters(&held),
                b"endbfrange" => out.ranges(&held),
                b"endcidrange" => {
                    for part in held.chunks_exact(3) {
                        if let (Some((_, a)), Some((_, b)), Token::Number(n)) =
                            (code(&part[0]), code(&part[1]), &part[2])
                        {
                            out.cid(a, b, *n as u32);
                        }
                    }
                }
                b"endcidchar" => {
                    for part in held.chunks_exact(2) {
                        if let (Some((_, a)), Token::Number(n)) = (code(&part[0]), &part[1]) {
                            out.cid(a, a, *n as u32);
                        }
                    }
                }
                _ => {}
            }
            held.clear();
        }
        out.cids.sort_unstable();
        out
    }

    fn cid(&mut self, first: u32, last: u32, number: u32) {
        if self.cids.len() < MAX_CODES && first <= last {
            self.cids.push((first, last, number));
        }
    }

    fn codespaces(&mut self, held: &[Token]) {
        for part in held.chunks_exact(2) {
            if let (Some((bytes, low)), Some((_, high))) = (code(&part[0]), code(&part[1]))
                && self.spaces.len() < 256
            {
                self.spaces.push((bytes, low, high));
            }
        }
    }

    fn insert(&mut self, code: u32, text: String) {
        if self.text.len() < MAX_CODES {
            self.text.insert(code, text);
        }
    }

    fn characters(&mut self, held: &[Token]) {
        for part in held.chunks_exact(2) {
            if let (Some((_, code)), Some(text)) = (code(&part[0]), target(&part[1])) {
                self.insert(code, text);
            }
        }
    }

    fn ranges(&mut self, held: &[Token]) {
        let mut at = 0;
        while let (Some(first), Some(last)) = (held.get(at).and_then(code), held.get(at + 1).and_then(code)) {
            let (first, last) = (first.1, last.1.min(first.1.saturating_add(65_535)));
            match held.get(at + 2) {
                Some(Token::ArrayStart) => {
                    at += 3;
                    let mut next = first;
                    while let Some(token) = held.get(at) {
                        at += 1;
                        if matches!(token, Token::ArrayEnd) {
                            break;
                        }
                        if let Some(text) = target(token)
                            && next <= last
                        {
                            self.insert(next, text);
                        }
                        next = next.saturating_add(1);
                    }
                }
                Some(token) => {
                    at += 3;
                    if let Some(text) = target(token) {
                        self.range(first, last, &text);
                    }
                }
                None => return,
            }
        }
    }

    /// The last character counts up.
    fn range(&mut self, first: u32, last: u32, text: &str) {
        let Some(end) = text.chars().last() else { return };
        let head = &text[..text.len() - end.len_utf8()];
        for code in first..=last {
            if self.text.len() >= MAX_CODES {
                return;
            }
            if let Some(c) = char::from_u32(end as u32 + (code - first)) {
                self.insert(code, format!("{head}{c}"));
            }
        }
    }

    /// What a code stands for.
    pub(super) fn text(&self, code: u32) -> Option<&str> {
        self.text.get(&code).map(String::as_str)
    }

    pub(super) fn is_empty(&self) -> bool {
        self.text.is_empty()
    }

    /// The glyph number of a code.
    pub(super) fn cid_of(&self, code: u32) -> Option<u32> {
        let at = self.cids.partition_point(|(first, ..)| *first <= code).checked_sub(1)?;
        let (first, last, number) = self.cids[at];
        (code <= last).then(|| number.saturating_add(code - first))
    }

    /// The next code of a string and its number of bytes; two when nothing is said.
    pub(super) fn next_code(&self, bytes: &[u8]) -> (u32, usize) {
        let mut value = 0_u32;
        for (i, byte) in bytes.iter().take(4).enumerate() {
            value = value << 8 | u32::from(*byte);
            let fits = |(length, low, high): &(usize, u32, u32)| {
                *length == i + 1
                    && (0..=i).all(|b| {
                        let part = |v: u32| v >> (8 * b) & 0xff;
                        (part(*low)..=part(*high)).contains(&part(value))
                    })
            };
            if self.spaces.iter().any(fits) {
                return (value, i + 1);
            }
        }
        let length = self.spaces.iter().map(|s| s.0).min().unwrap_or(2).min(bytes.len()).max(1);
        (number(&bytes[..length]), length)
    }
}

fn number(bytes: &[u8]) -> u32 {
    bytes.iter().take(4).fold(0, |value, byte| value << 8 | u32::from(*byte))
}

/// A code of a map, with its number of bytes.
fn code(token: &Token) -> Option<(usize, u32)> {
    match token {
        Token::String(bytes) if (1..=4).contains(&bytes.len()) => Some((bytes.len(), number(bytes))),
        _ => None,
    }
}

/// The characters a code is mapped to: UTF-16, or the name of a glyph.
fn target(token: &Token) -> Option<String> {
    match token {
        Token::String(bytes) if bytes.len() == 1 => Some(char::from(bytes[0]).to_string()),
        Token::String(bytes) if bytes.len() <= 2 * MAX_UNITS => {
            let units = bytes.chunks_exact(2).map(|pair| u16::from_be_bytes([pair[0], pair[1]]));
            let text: String =
                char::decode_utf16(units).filter_map(Result::ok).filter(|c| *c != '\0').collect();
            (!text.is_empty()).then_some(text)
        }
        Token::Name(name) => super::glyphs::text(std::str::from_utf8(name).ok()?),
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn characters_ranges_and_lists_are_read() {
        let map = CMap::read(
            b"1 begincodespacerange <00> <7f> <8000> <ffff> endcodespacerange 2 beginbfchar <01> <0041> <02> <00660066> endbfchar \
            2 beginbfrange <10> <12> <0061> <20> <21> [<0391> <D83DDE00>] endbfrange 1 begincidrange <8000> <8010> 5 endcidrange",
        );
        assert_eq!([1, 2, 0x12, 0x20, 0x21].map(|c| map.text(c).unwrap_or("-")), ["A", "ff", "c", "Α", "😀"]);
        assert_eq!(map.text(3), None);
        assert_eq!(map.next_code(b"\x01\x80"), (1, 1));
        assert_eq!(map.next_code(b"\x80\x01"), (0x8001, 2));
        assert_eq!(map.cid_of(0x8002), Some(7));
        assert_eq!(CMap::read(b"").next_code(b"\0\x41"), (0x41, 2));
    }
}
