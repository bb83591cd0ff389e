//! The fields that make a record, and what a cell of a table means in each.

/// What the cells of a field hold.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Holds {
    /// Words as they stand.
    Words,
    /// A list or an object, written as JSON.
    List,
    /// Words, or JSON where it is a message or a list of them.
    Either,
    /// True or false, as spreadsheets write them.
    Truth,
}

use Holds::{Either, List, Truth, Words};

const NAMES: [(&str, Holds); 31] = [
    ("text", Words),
    ("content", Either),
    ("messages", List),
    ("conversations", List),
    ("contents", List),
    ("instruction", Words),
    ("question", Words),
    ("query", Words),
    ("prompt", Either),
    ("input", Either),
    ("context", Words),
    ("output", Words),
    ("response", Words),
    ("answer", Words),
    ("completion", Either),
    ("chosen", Either),
    ("rejected", Either),
    ("preferred_output", List),
    ("non_preferred_output", List),
    ("history", List),
    ("system", Words),
    ("system_prompt", Words),
    ("systemInstruction", Either),
    ("system_instruction", Either),
    ("tools", List),
    ("functions", List),
    ("input_ids", List),
    ("labels", List),
    ("attention_mask", List),
    ("label", Truth),
    ("kto_tag", Truth),
];

/// What a field holds, where it is one that makes a record.
pub(crate) fn holds(name: &str) -> Option<Holds> {
    NAMES.iter().find(|(known, _)| *known == name).map(|(_, holds)| *holds)
}
