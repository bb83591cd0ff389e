//! Rust without its comments and without what stands in strings: for rules that speak of
//! code only.

/// The source with comments blanked and the inside of strings filled with `"`; every
/// line keeps its number.
pub(super) fn code_only(source: &str) -> String {
    let chars: Vec<char> = source.chars().collect();
    let mut out = String::with_capacity(source.len());
    let mut at = 0;
    while at < chars.len() {
        let rest = &chars[at..];
        let (length, filler) = match rest {
            ['/', '/', ..] => (rest.iter().position(|&c| c == '\n').unwrap_or(rest.len()), ' '),
            ['/', '*', ..] => (block_comment(rest), ' '),
            ['"', ..] => (string(rest), '"'),
            ['\'', ..] => (character(rest), '"'),
            ['r', '"' | '#', ..] if !after_word(&chars, at) => (raw_string(rest), '"'),
            ['b' | 'c', 'r', '"' | '#', ..] if !after_word(&chars, at) => (1 + raw_string(&rest[1..]), '"'),
            _ => (0, ' '),
        };
        if length <= 1 {
            out.push(chars[at]);
            at += 1;
        } else {
            out.extend(rest[..length].iter().map(|&c| if c == '\n' { '\n' } else { filler }));
            at += length;
        }
    }
    out
}

/// The code of a file without its unit tests, which stand at its end.
pub(super) fn without_tests(code: &str) -> &str {
    code.find("#[cfg(test)]\nmod tests").map_or(code, |at| &code[..at])
}

fn after_word(chars: &[char], at: usize) -> bool {
    at > 0 && (chars[at - 1].is_alphanumeric() || chars[at - 1] == '_')
}

fn block_comment(rest: &[char]) -> usize {
    let (mut depth, mut at) = (0, 0);
    while at < rest.len() {
        match rest[at..] {
            ['/', '*', ..] => {
                depth += 1;
                at += 2;
            }
            ['*', '/', ..] => {
                depth -= 1;
                at += 2;
            }
            _ => at += 1,
        }
        if depth == 0 {
            break;
        }
    }
    at
}

fn string(rest: &[char]) -> usize {
    let mut at = 1;
    while at < rest.len() {
        match rest[at] {
            '\\' => at += 2,
            '"' => return at + 1,
            _ => at += 1,
        }
    }
    rest.len()
}

/// `'x'` and `'\n'`; a lifetime is no character and has length 0.
fn character(rest: &[char]) -> usize {
    match rest {
        ['\'', '\\', _, tail @ ..] => tail.iter().take(10).position(|&c| c == '\'').map_or(0, |end| end + 4),
        ['\'', _, '\'', ..] => 3,
        _ => 0,
    }
}

/// `r"…"`, `r#"…"#`; a raw identifier has length 0.
fn raw_string(rest: &[char]) -> usize {
    let hashes = rest[1..].iter().take_while(|&&c| c == '#').count();
    if rest.get(1 + hashes) != Some(&'"') {
        return 0;
    }
    let mut at = 2 + hashes;
    while at < rest.len() {
        let closes = rest[at] == '"'
            && rest[at + 1..].iter().take_while(|&&c| c == '#').take(hashes).count() == hashes;
        if closes {
            return at + 1 + hashes;
        }
        at += 1;
    }
    rest.len()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn comments_and_strings_go_and_code_and_lines_stay() {
        let source = "let a = \"x { \\\" y\"; // {\n/* { /* { */ } */ let b = '{';\nlet c = r#\"a \" {\n\"#; fn f<'a>(x: &'a str) {}";
        let code = code_only(source);
        assert_eq!(code.lines().count(), source.lines().count());
        assert_eq!(code.matches('{').count(), 1);
        for kept in ["let a =", "let b =", "let c =", "fn f<'a>(x: &'a str) {}"] {
            assert!(code.contains(kept), "{kept}: {code}");
        }
    }

    #[test]
    fn escapes_in_characters_end_where_they_end() {
        assert_eq!(code_only(r"match c { '\'' | '\\' | '\u{202e}' => {} }").matches(['{', '}']).count(), 4);
        assert_eq!(code_only("br\"{\" b\"{\" for r in x {}").matches('{').count(), 1);
    }

    #[test]
    fn unit_tests_can_be_left_out() {
        assert_eq!(without_tests("fn a() {}\n#[cfg(test)]\nmod tests {}"), "fn a() {}\n");
    }
}
