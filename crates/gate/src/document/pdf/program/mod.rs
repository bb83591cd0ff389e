//! Embedded font programs, read for one thing only: which characters their glyphs are.
//!
//! Every reader is one walk over the bytes under a limit, without recursion; a damaged
//! program says nothing of the glyphs behind the damage.

mod cff;
mod reader;
mod truetype;
mod type1;

#[cfg(test)]
pub(super) use cff::tests::program as cff_program;

use super::encoding::Base;
use super::glyphs;
use super::object::Objects;
use lopdf::Dictionary;
use std::collections::HashMap;

/// Bytes a program may unpack to.
const MAX_PROGRAM: usize = 8_000_000;

/// The text of a glyph: empty for an ornament, none where nothing says what it is.
pub(super) type Text = Option<String>;

/// What the 256 codes of a simple font stand for by its own program; none without one, or
/// where it does not say.
pub(super) fn codes(descriptor: &Dictionary, objects: &mut Objects<'_>) -> Option<Vec<Text>> {
    if let Some(program) = objects.stream(descriptor, b"FontFile", MAX_PROGRAM) {
        return type1::codes(&program).map(texts);
    }
    if let Some(program) = objects.stream(descriptor, b"FontFile3", MAX_PROGRAM) {
        let program = truetype::cff_table(&program).unwrap_or(&program);
        return cff::codes(program).map(texts);
    }
    let program = objects.stream(descriptor, b"FontFile2", MAX_PROGRAM)?;
    truetype::codes(&program)
}

/// What the glyphs of a composite font are, by their number; empty where nothing says it.
pub(super) fn by_number(descriptor: &Dictionary, objects: &mut Objects<'_>) -> HashMap<u32, String> {
    if let Some(program) = objects.stream(descriptor, b"FontFile3", MAX_PROGRAM) {
        let mut out = truetype::characters(&program);
        let names = cff::names(truetype::cff_table(&program).unwrap_or(&program)).unwrap_or_default();
        for (glyph, name) in (0..).zip(names) {
            if let Some(text) = glyphs::of(&name, false) {
                out.entry(glyph).or_insert(text);
            }
        }
        return out;
    }
    let program = objects.stream(descriptor, b"FontFile2", MAX_PROGRAM);
    program.map(|program| truetype::characters(&program)).unwrap_or_default()
}

/// Names of glyphs as their texts.
fn texts(names: Names) -> Vec<Text> {
    match names {
        Names::Standard => (0..=255).map(|code| Base::Standard.text(code).map(String::from)).collect(),
        Names::Own(names) => {
            names.into_iter().map(|name| name.and_then(|name| glyphs::of(&name, false))).collect()
        }
    }
}

/// The names a program gives its 256 codes.
enum Names {
    Standard,
    Own(Vec<Option<Vec<u8>>>),
}
