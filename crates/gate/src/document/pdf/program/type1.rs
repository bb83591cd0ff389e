//! The encoding in the plain part of a Type 1 program: `dup 65 /A put`, or a list.

use super::Names;
use crate::document::find;
use crate::document::pdf::lexer::{Lexer, Token};

/// Words of an encoding at most: 256 entries of four words, and what stands around them.
const MAX_WORDS: usize = 4000;

/// The names of the 256 codes.
pub(super) fn codes(program: &[u8]) -> Option<Names> {
    let plain = &program[..find(program, b"eexec").unwrap_or(program.len())];
    let start = find(plain, b"/Encoding")? + b"/Encoding".len();
    let mut names: Vec<Option<Vec<u8>>> = vec![None; 256];
    let mut lexer = Lexer::new(&plain[start..]);
    let (mut code, mut listed) = (None, None::<usize>);
    for _ in 0..MAX_WORDS {
        match lexer.next()? {
            Token::Keyword(word) if word == b"StandardEncoding" => return Some(Names::Standard),
            Token::Keyword(word) if word == b"readonly" || word == b"def" => break,
            Token::Keyword(word) if word == b"dup" => code = None,
            Token::Number(n) => code = Some(n.max(0.0) as usize),
            Token::ArrayStart => listed = Some(0),
            Token::ArrayEnd => break,
            Token::Name(name) => {
                let at = listed.or(code.take());
                if let Some(cell) = at.and_then(|at| names.get_mut(at)) {
                    *cell = (name != b".notdef").then_some(name);
                }
                listed = listed.map(|at| at + 1);
            }
            Token::Keyword(_) | Token::String(_) | Token::Dictionary => {}
        }
    }
    names.iter().any(Option::is_some).then_some(Names::Own(names))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn names(program: &str) -> Vec<(usize, String)> {
        let Some(Names::Own(names)) = codes(program.as_bytes()) else { return Vec::new() };
        let named = names.into_iter().enumerate().filter_map(|(code, name)| Some((code, name?)));
        named.map(|(code, name)| (code, String::from_utf8(name).unwrap())).collect()
    }

    #[test]
    fn every_way_to_write_an_encoding_is_read() {
        let expected = [(11, "ff".to_owned()), (65, "A".to_owned())];
        let head = "%!PS\n/Encoding 256 array\n0 1 255 {1 index exch /.notdef put} for\n";
        assert_eq!(names(&format!("{head}dup 11 /ff put\ndup 65 /A put\nreadonly def eexec")), expected);
        assert_eq!(names(&format!("{head}dup 11/ff put dup 65/A put def")), expected);
        let list = "/.notdef ".repeat(11) + "/ff" + &" /.notdef".repeat(53) + "/A";
        assert_eq!(names(&format!("/Encoding [{list}] def")), expected);
        assert!(matches!(codes(b"/Encoding StandardEncoding def"), Some(Names::Standard)));
        assert!(codes(b"/Encoding 256 array").is_none() && codes(b"").is_none());
    }
}
