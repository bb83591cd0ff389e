//! Words that have no business where they stand: what each room must not know, and what
//! no room may leave behind.

use super::files::{Language, Source};
use super::lexer;

/// A word and where alone it may stand.
struct Rule {
    /// What is looked for in the code, comments and strings aside.
    word: &'static str,
    /// Prefixes of the paths it may stand in.
    only_in: &'static [&'static str],
    why: &'static str,
}

const ONLY: &[Rule] = &[
    Rule { word: "axum", only_in: &["crates/api/", "crates/karat/"], why: "only `api` knows HTTP" },
    Rule { word: "sea_orm", only_in: &["crates/store/"], why: "only `store` knows SQL" },
    Rule { word: "object_store", only_in: &["crates/store/"], why: "only `store` knows object keys" },
    Rule { word: "gemm", only_in: &["crates/engine/"], why: "only `engine` knows tensors" },
    Rule { word: "figment", only_in: &["crates/karat/"], why: "only `karat` reads configuration" },
];

/// Rooms without a disk, a network, a clock or chance; the one clock is in `types`.
const PURE: &[&str] =
    &["crates/types/src/", "crates/rows/src/", "crates/gate/src/", "crates/economy/src/", "crates/tlog/src/"];
const IMPURE: &[&str] = &["std::fs", "std::net", "std::env", "std::process", "std::time", "tokio", "rand::"];
/// Rooms whose numbers must be the same on every machine.
const EXACT: &[&str] = &["crates/rows/src/", "crates/gate/src/", "crates/economy/src/", "crates/tlog/src/"];
/// What they measure is not given in integers: samples and pixels, rounded before they count.
/// Numbers of JSON pass through as they are, and nothing is counted with them.
const MEASURED: &[&str] = &[
    "crates/gate/src/image/",
    "crates/gate/src/audio/",
    "crates/gate/src/document/",
    "crates/rows/src/strict.rs",
];

/// Nobody leaves these.
const RUST_NEVER: &[(&str, &str)] = &[
    ("todo!(", "nothing is left for later"),
    ("unimplemented!(", "nothing is left for later"),
    ("dbg!(", "a trace left behind"),
    ("#[ignore", "a test that does not run proves nothing"),
];
const TYPESCRIPT_NEVER: &[(&str, &str)] = &[
    ("test.skip(", "a test that does not run proves nothing"),
    ("test.only(", "the other tests do not run"),
    ("it.skip(", "a test that does not run proves nothing"),
    ("it.only(", "the other tests do not run"),
    ("describe.skip(", "a test that does not run proves nothing"),
    ("describe.only(", "the other tests do not run"),
    ("test.fixme(", "a test that does not run proves nothing"),
];

/// Every word out of place in a file.
pub(super) fn check(file: &Source) -> Vec<String> {
    if file.language == Language::TypeScript {
        return named(file, &file.text, TYPESCRIPT_NEVER);
    }
    let code = lexer::code_only(&file.text);
    let mut faults = named(file, &code, RUST_NEVER);
    for rule in ONLY.iter().filter(|rule| !within(file, rule.only_in)) {
        faults.extend(places(&code, rule.word).map(|line| fault(file, line, rule.word, rule.why)));
    }
    // Unit tests may measure time and use floating point to prove that the code does not.
    let shipped = lexer::without_tests(&code);
    if within(file, PURE) {
        let why = "this room is pure: the same input gives the same output";
        faults.extend(
            IMPURE.iter().flat_map(|word| places(shipped, word).map(|line| fault(file, line, word, why))),
        );
    }
    if within(file, EXACT) && !within(file, MEASURED) {
        let why = "numbers of this room are integers, the same on every machine";
        faults.extend(
            ["f32", "f64"]
                .iter()
                .flat_map(|word| places(shipped, word).map(|line| fault(file, line, word, why))),
        );
    }
    faults
}

fn within(file: &Source, prefixes: &[&str]) -> bool {
    prefixes.iter().any(|prefix| file.name.starts_with(prefix))
}

fn named(file: &Source, code: &str, words: &[(&str, &str)]) -> Vec<String> {
    words.iter().flat_map(|(word, why)| places(code, word).map(|line| fault(file, line, word, why))).collect()
}

fn fault(file: &Source, line: usize, word: &str, why: &str) -> String {
    format!("{}:{line}: `{word}`: {why}", file.name)
}

/// Lines on which the word stands as a whole word.
fn places(code: &str, word: &str) -> impl Iterator<Item = usize> {
    let is_part = |c: char| c.is_alphanumeric() || c == '_';
    let ends_open = word.ends_with(is_part);
    code.match_indices(word)
        .filter(move |(at, _)| {
            let before = code[..*at].chars().next_back().is_some_and(is_part);
            let after = ends_open && code[at + word.len()..].chars().next().is_some_and(is_part);
            !before && !after
        })
        .map(|(at, _)| 1 + code[..at].matches('\n').count())
        .collect::<Vec<_>>()
        .into_iter()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn faults(name: &str, text: &str) -> Vec<String> {
        let language = if name.ends_with(".rs") { Language::Rust } else { Language::TypeScript };
        check(&Source { name: name.into(), language, text: text.into() })
    }

    #[test]
    fn rooms_know_only_what_is_theirs() {
        assert_eq!(faults("crates/services/src/a.rs", "use sea_orm::Entity;\nuse axum::Router;").len(), 2);
        assert!(faults("crates/store/src/a.rs", "use sea_orm::Entity;").is_empty());
        assert!(faults("crates/services/src/a.rs", "// axum\nlet my_axum = \"sea_orm\";").is_empty());
    }

    #[test]
    fn pure_rooms_have_no_world_and_no_fractions() {
        let found = faults(
            "crates/gate/src/a.rs",
            "fn a() { std::fs::read(x) }\nlet x: f64 = 1;\n#[cfg(test)]\nmod tests { f64 }",
        );
        assert_eq!(found.len(), 2, "{found:?}");
        assert!(found[1].starts_with("crates/gate/src/a.rs:2: `f64`"));
        assert!(faults("crates/engine/src/a.rs", "let x: f64 = 1;").is_empty());
    }

    #[test]
    fn nothing_is_left_behind() {
        assert_eq!(faults("a.rs", "todo!()\n#[ignore]\n\"todo!()\".len()").len(), 2);
        assert!(faults("a.rs", "iter.skip(1)").is_empty());
        assert_eq!(faults("a.test.ts", "test.only('x', f)\nit.skip('y', f)").len(), 2);
    }
}
