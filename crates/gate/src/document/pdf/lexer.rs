//! Words of a content stream or a CMap.

/// One of them. Dictionaries are passed over, their place marked.
#[derive(Clone, Debug, PartialEq)]
pub(super) enum Token {
    Number(f64),
    Name(Vec<u8>),
    String(Vec<u8>),
    ArrayStart,
    ArrayEnd,
    Dictionary,
    Keyword(Vec<u8>),
}

/// Parentheses inside each other in a string at most.
const MAX_PARENS: usize = 100;

pub(super) struct Lexer<'a> {
    bytes: &'a [u8],
    at: usize,
}

const fn is_space(byte: u8) -> bool {
    matches!(byte, 0 | 9 | 10 | 12 | 13 | 32)
}

const fn is_delimiter(byte: u8) -> bool {
    matches!(byte, b'(' | b')' | b'<' | b'>' | b'[' | b']' | b'{' | b'}' | b'/' | b'%')
}

impl<'a> Lexer<'a> {
    pub(super) const fn new(bytes: &'a [u8]) -> Self {
        Self { bytes, at: 0 }
    }

    fn peek(&self) -> Option<u8> {
        self.bytes.get(self.at).copied()
    }

    fn spaces(&mut self) {
        while let Some(byte) = self.peek() {
            if byte == b'%' {
                while self.peek().is_some_and(|b| b != b'\n' && b != b'\r') {
                    self.at += 1;
                }
            } else if is_space(byte) {
                self.at += 1;
            } else {
                return;
            }
        }
    }

    /// The bytes up to the next space or delimiter.
    fn word(&mut self) -> &'a [u8] {
        let start = self.at;
        while self.peek().is_some_and(|b| !is_space(b) && !is_delimiter(b)) {
            self.at += 1;
        }
        &self.bytes[start..self.at]
    }

    pub(super) fn next(&mut self) -> Option<Token> {
        self.spaces();
        let byte = self.peek()?;
        Some(match byte {
            b'/' => {
                self.at += 1;
                Token::Name(unescape(self.word()))
            }
            b'(' => Token::String(self.literal()),
            b'<' if self.bytes.get(self.at + 1) == Some(&b'<') => {
                self.dictionary();
                Token::Dictionary
            }
            b'<' => Token::String(self.hexadecimal()),
            b'[' => {
                self.at += 1;
                Token::ArrayStart
            }
            b']' => {
                self.at += 1;
                Token::ArrayEnd
            }
            b')' | b'>' | b'{' | b'}' => {
                self.at += 1;
                return self.next_after_stray();
            }
            b'0'..=b'9' | b'+' | b'-' | b'.' => {
                let word = self.word();
                number(word).map_or_else(|| Token::Keyword(word.to_vec()), Token::Number)
            }
            _ => {
                let word = self.word();
                if word.is_empty() {
                    self.at += 1;
                }
                Token::Keyword(word.to_vec())
            }
        })
    }

    /// Delimiters without a partner are passed over, all at once.
    fn next_after_stray(&mut self) -> Option<Token> {
        loop {
            self.spaces();
            match self.peek()? {
                b')' | b'>' | b'{' | b'}' => self.at += 1,
                _ => return self.next(),
            }
        }
    }

    /// Passes over `<< … >>`, strings inside included.
    fn dictionary(&mut self) {
        let mut depth = 0_usize;
        while let Some(byte) = self.peek() {
            let twice = self.bytes.get(self.at + 1) == Some(&byte);
            match byte {
                b'<' if twice => {
                    depth += 1;
                    self.at += 2;
                }
                b'>' if twice => {
                    depth = depth.saturating_sub(1);
                    self.at += 2;
                    if depth == 0 {
                        return;
                    }
                }
                b'(' => drop(self.literal()),
                _ => self.at += 1,
            }
        }
    }

    fn literal(&mut self) -> Vec<u8> {
        let mut out = Vec::new();
        let mut depth = 0_usize;
        self.at += 1;
        while let Some(byte) = self.peek() {
            self.at += 1;
            match byte {
                b'(' if depth < MAX_PARENS => {
                    depth += 1;
                    out.push(byte);
                }
                b')' if depth == 0 => return out,
                b')' => {
                    depth -= 1;
                    out.push(byte);
                }
                b'\\' => self.escape(&mut out),
                b'\r' => {
                    self.at += usize::from(self.peek() == Some(b'\n'));
                    out.push(b'\n');
                }
                _ => out.push(byte),
            }
        }
        out
    }

    fn escape(&mut self, out: &mut Vec<u8>) {
        let Some(byte) = self.peek() else { return };
        self.at += 1;
        match byte {
            b'n' => out.push(b'\n'),
            b'r' => out.push(b'\r'),
            b't' => out.push(b'\t'),
            b'b' => out.push(8),
            b'f' => out.push(12),
            b'\n' => {}
            b'\r' => self.at += usize::from(self.peek() == Some(b'\n')),
            b'0'..=b'7' => {
                let mut value = u32::from(byte - b'0');
                for _ in 0..2 {
                    match self.peek() {
                        Some(digit @ b'0'..=b'7') => {
                            value = value * 8 + u32::from(digit - b'0');
                            self.at += 1;
                        }
                        _ => break,
                    }
                }
                out.push((value & 0xff) as u8);
            }
            other => out.push(other),
        }
    }

    fn hexadecimal(&mut self) -> Vec<u8> {
        self.at += 1;
        let mut digits = Vec::new();
        while let Some(byte) = self.peek() {
            self.at += 1;
            match byte {
                b'>' => break,
                _ => digits.extend(char::from(byte).to_digit(16).map(|d| d as u8)),
            }
        }
        if digits.len() % 2 == 1 {
            digits.push(0);
        }
        digits.chunks_exact(2).map(|pair| pair[0] << 4 | pair[1]).collect()
    }

    /// Passes over an inline image, from behind `ID` to behind `EI`.
    pub(super) fn inline_image(&mut self) {
        let rest = &self.bytes[self.at..];
        let end = rest
            .windows(4)
            .position(|w| is_space(w[0]) && &w[1..3] == b"EI" && (is_space(w[3]) || is_delimiter(w[3])));
        self.at += end.map_or(rest.len(), |end| end + 3);
    }
}

fn number(word: &[u8]) -> Option<f64> {
    let text = std::str::from_utf8(word).ok()?;
    if let Ok(value) = text.parse::<f64>() {
        return value.is_finite().then_some(value);
    }
    // `--5` and `1.2.3` stand in real files; readers take what they can.
    let sign = if text.starts_with('-') { -1.0 } else { 1.0 };
    let text = text.trim_start_matches(['+', '-']);
    let end = text.find(|c: char| !c.is_ascii_digit() && c != '.').unwrap_or(text.len());
    let dots = text[..end].match_indices('.').nth(1).map_or(end, |(at, _)| at);
    text[..dots].parse::<f64>().ok().map(|value| value * sign)
}

/// `#20` in a name is the byte 0x20.
fn unescape(word: &[u8]) -> Vec<u8> {
    let mut out = Vec::with_capacity(word.len());
    let mut at = 0;
    while let Some(&byte) = word.get(at) {
        let digit = |i: usize| word.get(at + i).and_then(|b| char::from(*b).to_digit(16));
        match (byte, digit(1), digit(2)) {
            (b'#', Some(high), Some(low)) => {
                out.push((high << 4 | low) as u8);
                at += 3;
            }
            _ => {
                out.push(byte);
                at += 1;
            }
        }
    }
    out
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_kind_of_word_is_read() {
        let mut lexer =
            Lexer::new(b"/A#20b [(x\\(y\\051(z)\\\n) -3.5 --2]TJ<</k (>>)>> <4a4> % note\n) .5 BT'");
        let all: Vec<Token> = std::iter::from_fn(|| lexer.next()).collect();
        let word = |w: &[u8]| Token::Keyword(w.to_vec());
        let expected = [
            Token::Name(b"A b".to_vec()),
            Token::ArrayStart,
            Token::String(b"x(y)(z)".to_vec()),
            Token::Number(-3.5),
            Token::Number(-2.0),
            Token::ArrayEnd,
            word(b"TJ"),
            Token::Dictionary,
            Token::String(vec![0x4a, 0x40]),
            Token::Number(0.5),
            word(b"BT'"),
        ];
        assert_eq!(all, expected);
    }

    #[test]
    fn an_inline_image_is_passed_over() {
        let mut lexer = Lexer::new(b"ID \x01EI\x02(\n EI Q");
        assert_eq!(lexer.next(), Some(Token::Keyword(b"ID".to_vec())));
        lexer.inline_image();
        assert_eq!(lexer.next(), Some(Token::Keyword(b"Q".to_vec())));
    }
}
