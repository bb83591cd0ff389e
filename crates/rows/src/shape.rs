//! Which form a record is written in, told by its fields.
//!
//! This is the one list: the gate judges what it names and the engine trains it. The first
//! form that fits is taken, so a record with the fields of two is read the same everywhere.

use crate::turns::ROLES;
use crate::{Record, strict};
use serde_json::Value;

/// A record's shape.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Shape {
    /// Turns of a conversation.
    Chat,
    /// A question and its answer.
    Instruction,
    /// A good and a bad answer.
    Preference,
    /// Running text.
    Plain,
}

impl Shape {
    const ALL: [Self; 4] = [Self::Chat, Self::Instruction, Self::Preference, Self::Plain];

    /// The word it is called by in releases: `chat`, `instruction`, `preference`, `plain`.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Chat => "chat",
            Self::Instruction => "instruction",
            Self::Preference => "preference",
            Self::Plain => "plain",
        }
    }
}

/// The forms in the words of a message.
pub const FORMS: &str = "messages; conversations; contents; a question (instruction, question, query, prompt or input) and its answer (output, response or answer); prompt and completion; chosen and rejected after a prompt; text; or content (see /docs/reference/rows)";

/// The form of a record.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Form {
    /// `input_ids`, already tokens.
    Tokens,
    /// OpenAI's `input`, `preferred_output` and `non_preferred_output`.
    OpenAi,
    /// `chosen` and `rejected`.
    Preference(Before),
    /// `messages`, turns of {role, content}.
    Messages,
    /// ShareGPT's `conversations`, turns of {from, value}.
    ShareGpt,
    /// Gemini's `contents`, turns of {role, parts}.
    Gemini,
    /// A question and its answer.
    Asked(Asked),
    /// `prompt` and `completion`, which goes on where the prompt ends.
    Pair,
    /// Running text in this field.
    Plain(&'static str),
}

/// What two answers were chosen between for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Before {
    /// `conversations`; the answers are turns.
    Conversation,
    /// A question; the answer named is `chosen`.
    Asked(Asked),
    /// `prompt`.
    Prompt,
    /// Nothing: the answers are whole conversations, or transcripts.
    Nothing,
}

/// The fields of a question and its answer.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Asked {
    /// Who is asked, where it is told.
    pub system: Option<&'static str>,
    /// The question.
    pub question: &'static str,
    /// What the question is about, where that stands by itself.
    pub more: Option<&'static str>,
    /// The answer.
    pub answer: &'static str,
}

/// Fields that ask, the first that is there.
const QUESTIONS: [&str; 5] = ["instruction", "question", "query", "prompt", "input"];
/// Fields that answer, the first that has words.
const ANSWERS: [&str; 3] = ["output", "response", "answer"];
/// Half of a pair, and what is usually the other.
const HALVES: [(&str, &str); 8] = [
    ("prompt", "completion"),
    ("completion", "prompt"),
    ("question", "answer"),
    ("query", "response"),
    ("output", "instruction"),
    ("response", "prompt"),
    ("answer", "question"),
    ("input", "output"),
];

impl Form {
    /// Its shape; token ids have none.
    pub const fn shape(self) -> Option<Shape> {
        match self {
            Self::Tokens => None,
            Self::Messages | Self::ShareGpt | Self::Gemini => Some(Shape::Chat),
            Self::Asked(_) | Self::Pair => Some(Shape::Instruction),
            Self::OpenAi | Self::Preference(_) => Some(Shape::Preference),
            Self::Plain(_) => Some(Shape::Plain),
        }
    }

    /// The form of a record. A field that is null is one that is not there, as in Parquet;
    /// only where nothing else is does it tell what was meant.
    pub fn tell(map: &Record) -> Option<Self> {
        told(map, &|name| map.get(name).is_some_and(|value| !value.is_null()))
            .or_else(|| told(map, &|name| map.contains_key(name)))
    }
}

fn told(map: &Record, has: &dyn Fn(&str) -> bool) -> Option<Form> {
    let answer = || {
        let worded = ANSWERS.into_iter().find(|name| has(name) && !is_blank(map, name));
        worded.or_else(|| ANSWERS.into_iter().find(|name| has(name)))
    };
    let form = if has("input_ids") {
        Form::Tokens
    } else if has("preferred_output") || has("non_preferred_output") {
        Form::OpenAi
    } else if has("chosen") || has("rejected") {
        Form::Preference(before(map, has))
    } else if has("messages") {
        Form::Messages
    } else if has("conversations") {
        Form::ShareGpt
    } else if has("instruction") {
        Form::Asked(asked(map, "instruction", answer().unwrap_or(ANSWERS[0])))
    } else if has("prompt") && has("completion") {
        Form::Pair
    } else if has("text") {
        Form::Plain("text")
    } else if has("contents") {
        Form::Gemini
    } else if let Some(question) = QUESTIONS.into_iter().find(|name| has(name))
        && let Some(answer) = answer()
    {
        Form::Asked(asked(map, question, answer))
    } else if has("content") && !is_message(map) {
        Form::Plain("content")
    } else {
        return None;
    };
    Some(form)
}

fn before(map: &Record, has: &dyn Fn(&str) -> bool) -> Before {
    let asks = |name: &&str| matches!(map.get(*name), Some(Value::String(_) | Value::Array(_)));
    if has("conversations") {
        Before::Conversation
    } else if has("instruction") {
        Before::Asked(asked(map, "instruction", "chosen"))
    } else if has("prompt") {
        Before::Prompt
    } else if let Some(question) = QUESTIONS.into_iter().find(asks) {
        Before::Asked(asked(map, question, "chosen"))
    } else {
        Before::Nothing
    }
}

/// `system` and `input` are part of a question whatever they hold; `system_prompt` and
/// `context` only as words, since sets have columns of other things under these names.
fn asked(map: &Record, question: &'static str, answer: &'static str) -> Asked {
    let either = |first: &'static str, second: &'static str| {
        let worded = |name: &str| map.get(name).is_some_and(Value::is_string) && !is_blank(map, name);
        let there = map.get(first).is_some_and(|value| !value.is_null()) && !is_blank(map, first);
        if there && first != question { Some(first) } else { worded(second).then_some(second) }
    };
    Asked { system: either("system", "system_prompt"), question, more: either("input", "context"), answer }
}

fn is_blank(map: &Record, name: &str) -> bool {
    map.get(name).and_then(Value::as_str).is_some_and(|text| text.trim().is_empty())
}

/// One message of a conversation that was torn into lines: its words alone teach nothing.
fn is_message(map: &Record) -> bool {
    map.get("role").and_then(Value::as_str).is_some_and(|role| ROLES.contains(&role))
}

/// The field that is missing to a record of no form which has the other half of a pair.
pub fn lacks(map: &Record) -> Option<&'static str> {
    HALVES.iter().find(|(there, _)| map.contains_key(*there)).map(|(_, other)| *other)
}

/// The field that a list without a name belongs in: a line may be the list of its messages.
pub fn bare(list: &[Value]) -> Option<&'static str> {
    let all = |names: &[&[&str]]| {
        let has = |value: &Value| names.iter().all(|any| any.iter().any(|name| value.get(name).is_some()));
        !list.is_empty() && list.iter().all(has)
    };
    if all(&[&["role"], &["content", "tool_calls", "function_call"]]) {
        Some("messages")
    } else if all(&[&["from"], &["value"]]) {
        Some("conversations")
    } else {
        all(&[&["role"], &["parts"]]).then_some("contents")
    }
}

/// The record that a row of a release carries as its content, where this is one.
pub fn released(row: &Record) -> Option<Record> {
    let shape = row.get("shape")?.as_str()?;
    Shape::ALL.iter().find(|known| known.as_str() == shape)?;
    match strict::value(row.get("content")?.as_str()?) {
        Ok(Value::Object(record)) => Some(record),
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    fn tell(value: &Value) -> Option<Form> {
        Form::tell(value.as_object().unwrap())
    }

    fn fields(
        system: Option<&'static str>,
        question: &'static str,
        more: Option<&'static str>,
        answer: &'static str,
    ) -> Option<Form> {
        Some(Form::Asked(Asked { system, question, more, answer }))
    }

    #[test]
    fn questions_and_answers_are_told_by_their_names() {
        let cases = [
            (json!({"instruction": "q", "input": "", "output": "a"}), None, "instruction", None, "output"),
            (
                json!({"instruction": "q", "context": "c", "response": "a", "category": "x"}),
                None,
                "instruction",
                Some("context"),
                "response",
            ),
            (
                json!({"instruction": "q", "context": "", "response": "a"}),
                None,
                "instruction",
                None,
                "response",
            ),
            (json!({"instruction": "q", "answer": "a"}), None, "instruction", None, "answer"),
            (json!({"instruction": "q"}), None, "instruction", None, "output"),
            (json!({"instruction": "q", "output": " ", "answer": "a"}), None, "instruction", None, "answer"),
            (json!({"prompt": "q", "response": "a"}), None, "prompt", None, "response"),
            (json!({"input": "q", "output": "a"}), None, "input", None, "output"),
            (json!({"question": "q", "answer": "a"}), None, "question", None, "answer"),
            (json!({"query": "q", "response": "a"}), None, "query", None, "response"),
            (
                json!({"id": "1", "system_prompt": "s", "question": "q", "response": "a"}),
                Some("system_prompt"),
                "question",
                None,
                "response",
            ),
            (
                json!({"system": "s", "system_prompt": "t", "question": "q", "response": "a"}),
                Some("system"),
                "question",
                None,
                "response",
            ),
            // What is no text under these names is a column like any other.
            (
                json!({"question": "q", "context": {"title": []}, "answer": "a"}),
                None,
                "question",
                None,
                "answer",
            ),
        ];
        for (value, system, question, more, answer) in cases {
            assert_eq!(tell(&value), fields(system, question, more, answer), "{value}");
        }
    }

    #[test]
    fn the_first_form_that_fits_is_taken() {
        let chosen = |question| Before::Asked(Asked { system: None, question, more: None, answer: "chosen" });
        let cases = [
            (json!({"prompt": "p", "response": "r", "chosen": "c"}), Form::Preference(Before::Prompt)),
            (json!({"question": "q", "chosen": "c", "rejected": "r"}), Form::Preference(chosen("question"))),
            (json!({"chosen": "c", "rejected": "r"}), Form::Preference(Before::Nothing)),
            (json!({"prompt": "p", "completion": "c", "response": "r"}), Form::Pair),
            (json!({"messages": [], "text": "t"}), Form::Messages),
            (json!({"text": "t", "question": "q", "answer": "a"}), Form::Plain("text")),
            (json!({"content": "t", "contents": []}), Form::Gemini),
            (json!({"content": "t", "title": "x"}), Form::Plain("content")),
            (json!({"role": "poet", "content": "t"}), Form::Plain("content")),
            // Null is not there, unless it is all there is.
            (json!({"messages": null, "text": "t"}), Form::Plain("text")),
            (json!({"prompt": "p", "completion": null}), Form::Pair),
            (json!({"text": null}), Form::Plain("text")),
            (json!({"input_ids": [1], "text": "t"}), Form::Tokens),
        ];
        for (value, form) in cases {
            assert_eq!(tell(&value), Some(form), "{value}");
        }
        for none in [
            json!({}),
            json!({"a": 1}),
            json!({"prompt": "p"}),
            json!({"role": "user", "content": "one message of many"}),
        ] {
            assert_eq!(tell(&none), None, "{none}");
        }
        assert_eq!(lacks(json!({"question": "q"}).as_object().unwrap()), Some("answer"));
        assert_eq!(lacks(json!({"title": "q"}).as_object().unwrap()), None);
    }

    #[test]
    fn lists_without_a_name_and_rows_of_releases_are_records() {
        let of = |value: Value| bare(value.as_array().unwrap());
        assert_eq!(of(json!([{"role": "user", "content": "q"}])), Some("messages"));
        assert_eq!(of(json!([{"from": "human", "value": "q"}])), Some("conversations"));
        assert_eq!(of(json!([{"role": "user", "parts": []}])), Some("contents"));
        for none in [json!([]), json!([{"text": "t"}]), json!([{"role": "user", "content": "q"}, 1])] {
            assert_eq!(of(none), None);
        }
        let row = |shape: &str, content: &str| {
            released(json!({"shape": shape, "content": content, "index": 1}).as_object().unwrap())
        };
        assert_eq!(row("plain", "{\"text\": \"t\"}"), json!({"text": "t"}).as_object().cloned());
        assert_eq!(row("text", "{\"text\": \"t\"}"), None);
        assert_eq!(row("plain", "words"), None);
        assert_eq!(row("round", "{\"text\": \"t\"}"), None);
        assert_eq!(row("plain", "{\"text\": \"t\", \"text\": \"u\"}"), None, "a name that stands twice");
    }
}
