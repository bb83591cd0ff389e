//! The one table of codes: what each finding means and what to do about it.
//!
//! Every code has a page in the docs, written from this table by [`code_page`].

mod audio;
mod document;
mod door;
mod image;
mod near;
mod provenance;
mod text;

use karat_types::Class;

/// One code of the gate.
#[derive(Clone, Copy, Debug)]
pub struct Code {
    /// The stable word.
    pub code: &'static str,
    /// The check that reports it.
    pub check: &'static str,
    /// Version of the check with its threshold.
    pub version: u32,
    /// What it does to the file.
    pub class: Class,
    /// A heading.
    pub title: &'static str,
    /// What it means and why the gate looks for it.
    pub what: &'static str,
    /// What `measured` and `threshold` are.
    pub measured: &'static str,
    /// What to do about it.
    pub fix: &'static str,
}

/// All codes, in the order the checks run.
pub fn code_table() -> impl Iterator<Item = &'static Code> {
    PARTS.into_iter().flatten()
}

/// The table's entry for a code.
///
/// # Panics
/// When the code is not in the table: codes are literals of this crate and a test
/// walks all of them.
pub(crate) fn get(code: &str) -> &'static Code {
    match code_table().find(|entry| entry.code == code) {
        Some(entry) => entry,
        None => panic!("'{code}' is missing in the table of codes"),
    }
}

/// The docs page of a code, in Markdown.
pub fn code_page(code: &Code) -> String {
    let effect = match code.class {
        Class::Refuse => {
            "The file is **refused**. It costs nothing and counts nowhere: mend it and send it again."
        }
        Class::Hold => "The file is **held**: a person looks at it, with this finding on top.",
        Class::Score => "The file **loses points** of its validation score.",
        Class::Tag => "The fact is **recorded**, nothing more.",
    };
    format!(
        "# {}\n\nCode `{}`, check {} (version {}).\n\n{}\n\n{}\n\n**Measured:** {}\n\n**Fix:** {}\n",
        code.title, code.code, code.check, code.version, code.what, effect, code.measured, code.fix
    )
}

/// A refusal's entry.
const fn refuse(
    code: &'static str,
    check: &'static str,
    title: &'static str,
    rest: [&'static str; 3],
) -> Code {
    entry(code, check, Class::Refuse, title, rest)
}

/// A hold's entry.
const fn hold(code: &'static str, check: &'static str, title: &'static str, rest: [&'static str; 3]) -> Code {
    entry(code, check, Class::Hold, title, rest)
}

/// An entry that moves the score.
const fn score(
    code: &'static str,
    check: &'static str,
    title: &'static str,
    rest: [&'static str; 3],
) -> Code {
    entry(code, check, Class::Score, title, rest)
}

/// An entry that is only recorded.
const fn tag(code: &'static str, check: &'static str, title: &'static str, rest: [&'static str; 3]) -> Code {
    entry(code, check, Class::Tag, title, rest)
}

const fn entry(
    code: &'static str,
    check: &'static str,
    class: Class,
    title: &'static str,
    rest: [&'static str; 3],
) -> Code {
    let [what, measured, fix] = rest;
    Code { code, check, version: 1, class, title, what, measured, fix }
}

/// The parts of the table, in the order the checks run.
const PARTS: [&[Code]; 7] =
    [door::CODES, near::CODES, document::CODES, text::CODES, image::CODES, audio::CODES, provenance::CODES];

#[cfg(test)]
mod tests {
    use super::*;
    use std::collections::BTreeSet;

    #[test]
    fn codes_are_distinct_words_and_say_everything() {
        let mut seen = BTreeSet::new();
        for entry in code_table() {
            assert!(seen.insert(entry.code), "{} twice", entry.code);
            assert!(
                entry.code.chars().all(|c| c.is_ascii_lowercase() || c == '_' || c == '8'),
                "{}",
                entry.code
            );
            for text in [entry.title, entry.what, entry.measured, entry.fix] {
                assert!(text.len() > 8, "{}: {text}", entry.code);
            }
        }
    }

    #[test]
    fn a_page_names_code_effect_and_fix() {
        let page = code_page(get("text_too_short"));
        assert!(page.starts_with("# The text is too short\n\nCode `text_too_short`, check T5"));
        assert!(page.contains("**refused**") && page.contains("**Fix:** Write more"));
    }
}
