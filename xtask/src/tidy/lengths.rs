//! Files and functions that are too long to be read at once.

use super::files::{Language, Source};
use super::lexer;

const RUST_LINES: usize = 600;
const TYPESCRIPT_LINES: usize = 400;
/// Lines of code in a function, as clippy counts them; clippy does not see the code that
/// is compiled for other systems.
const FUNCTION_LINES: usize = 70;

/// Everything too long in a file.
pub(super) fn check(file: &Source) -> Vec<String> {
    let most = match file.language {
        Language::Rust => RUST_LINES,
        Language::TypeScript => TYPESCRIPT_LINES,
    };
    let lines = file.text.lines().count();
    let mut faults = Vec::new();
    if lines > most {
        faults.push(format!("{}: {lines} lines; {most} at most, split it by subject", file.name));
    }
    if file.language == Language::Rust {
        faults.extend(
            functions(&lexer::code_only(&file.text)).into_iter().filter(|f| f.lines > FUNCTION_LINES).map(
                |f| {
                    format!(
                        "{}:{}: `{}` has {} lines of code; {FUNCTION_LINES} at most",
                        file.name, f.at, f.name, f.lines
                    )
                },
            ),
        );
    }
    faults
}

/// A function with a body.
#[derive(Debug, PartialEq, Eq)]
struct Function {
    name: String,
    /// Its line, from 1.
    at: usize,
    /// Lines of code between its braces.
    lines: usize,
}

fn functions(code: &str) -> Vec<Function> {
    let starts = code
        .match_indices("fn ")
        .filter(|(at, _)| code[..*at].chars().next_back().is_none_or(|c| !c.is_alphanumeric() && c != '_'));
    starts.filter_map(|(at, _)| function(code, at)).collect()
}

fn function(code: &str, at: usize) -> Option<Function> {
    let rest = &code[at + 3..];
    let name: String = rest.chars().take_while(|c| c.is_alphanumeric() || *c == '_').collect();
    if name.is_empty() {
        return None; // a type such as `fn (u8)`
    }
    let open = body(rest)?;
    let close = open + closing(&rest[open..])?;
    let lines = rest[open + 1..close].lines().filter(|line| !line.trim().is_empty()).count();
    Some(Function { name, at: 1 + code[..at].matches('\n').count(), lines })
}

/// Where the body opens; none for a declaration that ends with a semicolon.
fn body(rest: &str) -> Option<usize> {
    let mut depth = 0;
    for (at, c) in rest.char_indices() {
        match c {
            '(' | '[' => depth += 1,
            ')' | ']' => depth -= 1,
            '{' if depth == 0 => return Some(at),
            ';' if depth == 0 => return None,
            _ => {}
        }
    }
    None
}

/// Where the brace that opens this text is closed.
fn closing(text: &str) -> Option<usize> {
    let mut depth = 0;
    for (at, c) in text.char_indices() {
        match c {
            '{' => depth += 1,
            '}' => depth -= 1,
            _ => {}
        }
        if depth == 0 {
            return Some(at);
        }
    }
    None
}

#[cfg(test)]
mod tests {
    use super::*;

    fn source(name: &str, language: Language, text: String) -> Source {
        Source { name: name.into(), language, text }
    }

    #[test]
    fn long_files_are_named() {
        let file = |language, lines| check(&source("x", language, "a\n".repeat(lines))).len();
        assert_eq!([file(Language::Rust, 600), file(Language::Rust, 601)], [0, 1]);
        assert_eq!([file(Language::TypeScript, 400), file(Language::TypeScript, 401)], [0, 1]);
    }

    #[test]
    fn functions_are_found_with_their_lines() {
        let code = "trait T { fn no(x: [u8; 3]); }\nfn a() -> [u8; 2] {\n    x\n\n    // y\n}\nimpl X { fn b<T: Fn()>() where T: Y { c() } }\ntype F = fn (u8);";
        let found = functions(&lexer::code_only(code));
        let names: Vec<_> = found.iter().map(|f| (f.name.as_str(), f.at, f.lines)).collect();
        assert_eq!(names, [("a", 2, 1), ("b", 7, 1)]);
    }

    #[test]
    fn a_long_function_is_named_with_its_place() {
        let long = |n: usize| format!("\nfn long() {{\n{}}}\n", "    x();\n".repeat(n));
        assert!(check(&source("a.rs", Language::Rust, long(70))).is_empty());
        let faults = check(&source("a.rs", Language::Rust, long(71)));
        assert_eq!(faults, ["a.rs:2: `long` has 71 lines of code; 70 at most"]);
    }
}
