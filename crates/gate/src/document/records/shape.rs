//! What a record is, told by its fields, and the words that stand in it.
//!
//! The rules are those of the engine's reader of training rows, and in places stricter:
//! whatever passes here can be trained (a test of the engine reads what this module takes).

use serde_json::{Map, Value};
use std::borrow::Cow;

/// A record's shape.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Shape {
    /// `messages`, or ShareGPT's `conversations`.
    Chat,
    /// `instruction` and `output`, or `prompt` and `completion`.
    Instruction,
    /// `chosen` and `rejected` after a prompt.
    Preference,
    /// `text`.
    Plain,
}

impl Shape {
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

/// What is wrong with a record.
#[derive(Debug, PartialEq)]
pub(crate) struct Fault {
    pub(crate) code: &'static str,
    pub(crate) field: String,
    pub(crate) expected: Cow<'static, str>,
    pub(crate) found: String,
}

/// Words of a record, in the order they are read.
type Texts<'a> = Vec<&'a str>;

/// Roles that chat templates know; a mistyped one would never be trained and nobody
/// would notice.
const ROLES: [&str; 9] =
    ["system", "developer", "user", "assistant", "tool", "function", "observation", "ipython", "environment"];

const WORDS: &str = "a string with words in it";
const MESSAGES: &str = "a list of {role, content}";
const TURNS: &str = "a list of {from, value}";

/// The shape of a record and its words, or the first thing that is wrong with it.
pub(crate) fn read(map: &Map<String, Value>) -> Result<(Shape, Texts<'_>), Fault> {
    for name in ["contributor", "row"] {
        match map.get(name) {
            None | Some(Value::Null | Value::Number(_)) => {}
            Some(Value::String(text)) if !text.is_empty() => {}
            found => return wrong(name, "a name, or no such field", found),
        }
    }
    let has = |name: &str| map.contains_key(name);
    let mut texts = Vec::new();
    let shape = if has("input_ids") {
        return Err(Fault {
            code: "record_shape_unknown",
            field: "input_ids".into(),
            expected: "the words themselves: token ids cannot be checked".into(),
            found: "token ids".into(),
        });
    } else if has("preferred_output") || has("non_preferred_output") {
        openai(map, &mut texts)?;
        Shape::Preference
    } else if has("chosen") || has("rejected") {
        preference(map, &mut texts)?;
        Shape::Preference
    } else if has("messages") {
        answered("messages", messages(map.get("messages"), "messages", &mut texts)?)?;
        Shape::Chat
    } else if has("conversations") {
        answered("conversations", share_gpt(map, &mut texts)?)?;
        Shape::Chat
    } else if has("instruction") {
        instruction(map, &mut texts)?;
        texts.push(words(map, "output")?);
        Shape::Instruction
    } else if has("prompt") && has("completion") {
        pair(map, &mut texts)?;
        Shape::Instruction
    } else if has("text") {
        texts.push(words(map, "text")?);
        Shape::Plain
    } else {
        return Err(unknown(map));
    };
    Ok((shape, texts))
}

fn unknown(map: &Map<String, Value>) -> Fault {
    // Half of a pair is a missing field, not an unknown shape.
    for (there, other) in [("prompt", "completion"), ("completion", "prompt"), ("output", "instruction")] {
        if map.contains_key(there) {
            return missing(other, WORDS);
        }
    }
    let names: Vec<&str> = map.keys().map(String::as_str).take(12).collect();
    Fault {
        code: "record_shape_unknown",
        field: "(fields)".into(),
        expected: "messages; conversations; instruction and output; prompt and completion; prompt, chosen and rejected; or text".into(),
        found: if names.is_empty() { "no field".into() } else { brief(&names.join(", ")) },
    }
}

fn missing(field: &str, expected: &'static str) -> Fault {
    Fault {
        code: "record_field_missing",
        field: field.into(),
        expected: expected.into(),
        found: "nothing".into(),
    }
}

/// Absent, null and blank are missing; anything else is of the wrong type.
fn wrong<T>(field: &str, expected: &'static str, found: Option<&Value>) -> Result<T, Fault> {
    let blank = match found {
        None | Some(Value::Null) => Some("nothing".to_owned()),
        Some(Value::String(text)) if text.trim().is_empty() => Some("an empty string".to_owned()),
        Some(Value::Array(list)) if list.is_empty() => Some("an empty list".to_owned()),
        _ => None,
    };
    let code = if blank.is_some() { "record_field_missing" } else { "record_wrong_type" };
    let found = blank.unwrap_or_else(|| said(found.unwrap_or(&Value::Null)));
    Err(Fault { code, field: field.to_owned(), expected: expected.into(), found })
}

/// A value as it is quoted in a message.
fn said(value: &Value) -> String {
    match value {
        Value::Null => "nothing".into(),
        Value::Bool(_) => format!("{value} (true or false)"),
        Value::Number(_) => brief(&format!("the number {value}")),
        Value::String(text) => brief(&format!("“{text}”")),
        Value::Array(list) => format!("a list of {}", list.len()),
        Value::Object(map) => {
            let names: Vec<&str> = map.keys().map(String::as_str).take(6).collect();
            brief(&format!("an object with {}", names.join(", ")))
        }
    }
}

/// At most 60 characters, and none that would act in a terminal or on a page.
pub(crate) fn brief(text: &str) -> String {
    let mut out: String = text.chars().take(60).map(|c| if c.is_control() { ' ' } else { c }).collect();
    if text.chars().nth(60).is_some() {
        out.push('…');
    }
    out
}

fn words<'a>(map: &'a Map<String, Value>, name: &str) -> Result<&'a str, Fault> {
    match map.get(name) {
        Some(Value::String(text)) if !text.trim().is_empty() => Ok(text),
        found => wrong(name, WORDS, found),
    }
}

/// A field that may be missing, null or a string.
fn maybe<'a>(map: &'a Map<String, Value>, name: &str, texts: &mut Texts<'a>) -> Result<(), Fault> {
    match map.get(name) {
        None | Some(Value::Null) => Ok(()),
        Some(Value::String(text)) => {
            texts.push(text);
            Ok(())
        }
        found => wrong(name, "a string, or no such field", found),
    }
}

/// The roles of the turns that are trained, for [`answered`].
struct Spoken {
    trained: bool,
    roles: Vec<String>,
}

fn answered(field: &str, spoken: Spoken) -> Result<(), Fault> {
    if spoken.trained {
        return Ok(());
    }
    Err(Fault {
        code: "record_nothing_to_learn",
        field: field.to_owned(),
        expected: "a turn of the assistant with words in it".into(),
        found: brief(&format!("only {}", spoken.roles.join(", "))),
    })
}

fn messages<'a>(value: Option<&'a Value>, name: &str, texts: &mut Texts<'a>) -> Result<Spoken, Fault> {
    let Some(Value::Array(list)) = value.filter(|v| v.as_array().is_some_and(|l| !l.is_empty())) else {
        return wrong(name, MESSAGES, value);
    };
    let mut spoken = Spoken { trained: false, roles: Vec::new() };
    for (i, value) in list.iter().enumerate() {
        message(value, &format!("{name}[{i}]"), texts, &mut spoken)?;
    }
    Ok(spoken)
}

fn message<'a>(
    value: &'a Value,
    name: &str,
    texts: &mut Texts<'a>,
    spoken: &mut Spoken,
) -> Result<(), Fault> {
    let Value::Object(map) = value else {
        return wrong(name, "an object with role and content", Some(value));
    };
    let role = match map.get("role") {
        Some(Value::String(role)) if ROLES.contains(&role.as_str()) => role.as_str(),
        found => return wrong(&format!("{name}.role"), "system, user, assistant or tool", found),
    };
    let before = texts.len();
    match map.get("content") {
        None | Some(Value::Null) => {}
        Some(Value::String(text)) => texts.push(text),
        Some(Value::Array(parts)) => {
            for part in parts {
                match part.as_str().or_else(|| part["text"].as_str()) {
                    Some(text) => texts.push(text),
                    None => return wrong(&format!("{name}.content"), "text parts only", Some(part)),
                }
            }
        }
        found => return wrong(&format!("{name}.content"), "a string", found),
    }
    let calls = calls(map, texts);
    let silent = texts[before..].iter().all(|text| text.is_empty());
    if silent && !calls && role != "system" {
        return wrong(&format!("{name}.content"), WORDS, None);
    }
    let weight = match map.get("weight") {
        None | Some(Value::Null) => true,
        Some(weight) if weight.as_f64() == Some(0.0) => false,
        Some(weight) if weight.as_f64() == Some(1.0) => true,
        found => return wrong(&format!("{name}.weight"), "0 or 1", found),
    };
    spoken.trained |= role == "assistant" && weight;
    if spoken.roles.len() < 8 {
        spoken.roles.push(role.to_owned());
    }
    Ok(())
}

/// Whether a message calls a tool; what it hands over is learnt, so it is words as well.
fn calls<'a>(map: &'a Map<String, Value>, texts: &mut Texts<'a>) -> bool {
    let there = |name: &str| map.get(name).filter(|value| !value.is_null());
    // The older form holds one call and no list.
    let one = there("function_call").filter(|call| call.is_object());
    let list = there("tool_calls");
    for call in list.and_then(Value::as_array).into_iter().flatten().chain(one) {
        let function = call.get("function").unwrap_or(call);
        let mut open: Vec<&Value> = function.get("arguments").into_iter().collect();
        while let Some(value) = open.pop() {
            match value {
                Value::String(text) => texts.push(text),
                Value::Array(list) => open.extend(list.iter().rev()),
                Value::Object(map) => open.extend(map.values().rev()),
                _ => {}
            }
        }
    }
    list.is_some() || one.is_some()
}

fn share_gpt<'a>(map: &'a Map<String, Value>, texts: &mut Texts<'a>) -> Result<Spoken, Fault> {
    maybe(map, "system", texts)?;
    match map.get("conversations") {
        Some(Value::Array(list)) if !list.is_empty() => turns(list, "conversations", texts),
        found => wrong("conversations", TURNS, found),
    }
}

/// Turns of {from, value}, or of {role, content}.
fn turns<'a>(list: &'a [Value], name: &str, texts: &mut Texts<'a>) -> Result<Spoken, Fault> {
    let mut spoken = Spoken { trained: false, roles: Vec::new() };
    for (i, turn) in list.iter().enumerate() {
        let name = format!("{name}[{i}]");
        if turn.get("from").is_none() && turn.get("role").is_some() {
            message(turn, &name, texts, &mut spoken)?;
            continue;
        }
        let from = turn.get("from");
        let (role, system) = match from.and_then(Value::as_str).unwrap_or_default() {
            "gpt" | "assistant" | "model" | "chatgpt" | "bing" | "bard" | "function_call" => {
                ("assistant", false)
            }
            "system" => ("system", true),
            "human" | "user" => ("user", false),
            "tool" | "observation" | "function_response" => ("tool", false),
            _ => {
                let expected = "human, gpt, system, tool, function_call or observation";
                return wrong(&format!("{name}.from"), expected, from);
            }
        };
        match turn.get("value") {
            Some(Value::String(text)) if system || !text.trim().is_empty() => texts.push(text),
            found => return wrong(&format!("{name}.value"), WORDS, found),
        }
        spoken.trained |= role == "assistant";
        if spoken.roles.len() < 8 {
            spoken.roles.push(role.to_owned());
        }
    }
    Ok(spoken)
}

/// An alpaca record without its answer.
fn instruction<'a>(map: &'a Map<String, Value>, texts: &mut Texts<'a>) -> Result<(), Fault> {
    maybe(map, "system", texts)?;
    match map.get("history") {
        None | Some(Value::Null) => {}
        Some(Value::Array(turns)) => {
            for (i, turn) in turns.iter().enumerate() {
                let [Some(asked), Some(answered)] = [turn[0].as_str(), turn[1].as_str()] else {
                    let name = format!("history[{i}]");
                    return wrong(&name, "a pair [question, answer]", Some(turn));
                };
                texts.extend([asked, answered]);
            }
        }
        found => return wrong("history", "a list of pairs", found),
    }
    texts.push(words(map, "instruction")?);
    maybe(map, "input", texts)
}

fn pair<'a>(map: &'a Map<String, Value>, texts: &mut Texts<'a>) -> Result<(), Fault> {
    if map.get("prompt").is_some_and(Value::is_array) {
        messages(map.get("prompt"), "prompt", texts)?;
        return answered("completion", messages(map.get("completion"), "completion", texts)?);
    }
    maybe(map, "prompt", texts)?;
    texts.push(words(map, "completion")?);
    Ok(())
}

/// OpenAI's `{"input": {"messages": …}, "preferred_output": …, "non_preferred_output": …}`.
fn openai<'a>(map: &'a Map<String, Value>, texts: &mut Texts<'a>) -> Result<(), Fault> {
    messages(map.get("input").and_then(|input| input.get("messages")), "input.messages", texts)?;
    for name in ["preferred_output", "non_preferred_output"] {
        answered(name, messages(map.get(name), name, texts)?)?;
    }
    Ok(())
}

/// `chosen` and `rejected` after a prompt, an instruction or a conversation, or each a
/// whole conversation.
fn preference<'a>(map: &'a Map<String, Value>, texts: &mut Texts<'a>) -> Result<(), Fault> {
    if map.contains_key("conversations") {
        share_gpt(map, texts)?;
    } else if map.contains_key("instruction") {
        instruction(map, texts)?;
        texts.push(words(map, "chosen")?);
        texts.push(words(map, "rejected")?);
        return Ok(());
    }
    let whole = match map.get("chosen") {
        Some(Value::Array(_) | Value::Object(_)) => true,
        // Beside a conversation the answers are turns.
        found if map.contains_key("conversations") => return wrong("chosen", "a turn {from, value}", found),
        _ => false,
    };
    match map.get("prompt") {
        Some(Value::Array(list)) if !list.is_empty() => {
            turns(list, "prompt", texts)?;
        }
        Some(Value::String(text)) if !text.trim().is_empty() => texts.push(text),
        None | Some(Value::Null) if whole => {}
        found => return wrong("prompt", "a string or a list of messages", found),
    }
    for name in ["chosen", "rejected"] {
        answer(map, name, texts)?;
    }
    Ok(())
}

fn answer<'a>(map: &'a Map<String, Value>, name: &str, texts: &mut Texts<'a>) -> Result<(), Fault> {
    match map.get(name) {
        Some(Value::Array(list)) if !list.is_empty() => answered(name, turns(list, name, texts)?),
        Some(turn @ Value::Object(_)) => answered(name, turns(std::slice::from_ref(turn), name, texts)?),
        Some(Value::String(text)) if !text.trim().is_empty() => {
            texts.push(text);
            Ok(())
        }
        found => wrong(name, "an answer: a string, a message or a list of messages", found),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    fn shape(value: &Value) -> Result<(Shape, Vec<String>), (String, String, String)> {
        read(value.as_object().unwrap())
            .map(|(shape, texts)| (shape, texts.into_iter().map(str::to_owned).collect()))
            .map_err(|fault| (fault.code.into(), fault.field, fault.found))
    }

    #[test]
    fn every_shape_is_told_by_its_fields() {
        let cases = [
            (
                json!({"messages": [{"role": "user", "content": "q"}, {"role": "assistant", "content": "a"}]}),
                Shape::Chat,
                2,
            ),
            (
                json!({"messages": [{"role": "user", "content": [{"type": "text", "text": "q"}]}, {"role": "assistant", "content": null, "tool_calls": []}]}),
                Shape::Chat,
                1,
            ),
            (
                json!({"messages": [{"role": "user", "content": "q", "tool_calls": null}, {"role": "assistant", "content": null, "tool_calls": [{"id": "1", "type": "function", "function": {"name": "f", "arguments": "{}"}}]}, {"role": "tool", "tool_call_id": "1", "content": "r"}, {"role": "assistant", "content": "a"}]}),
                Shape::Chat,
                4,
            ),
            (
                json!({"messages": [{"role": "user", "content": "q"}, {"role": "assistant", "content": null, "function_call": {"name": "f", "arguments": {"a": ["x", 1], "b": "y"}}}], "functions": []}),
                Shape::Chat,
                3,
            ),
            (
                json!({"conversations": [{"from": "human", "value": "q"}, {"from": "gpt", "value": "a"}]}),
                Shape::Chat,
                2,
            ),
            (json!({"instruction": "q", "input": "", "output": "a"}), Shape::Instruction, 3),
            (json!({"prompt": "q", "completion": "a"}), Shape::Instruction, 2),
            (json!({"prompt": "q", "chosen": "a", "rejected": "b"}), Shape::Preference, 3),
            (
                json!({"chosen": [{"role": "user", "content": "q"}, {"role": "assistant", "content": "a"}], "rejected": [{"role": "user", "content": "q"}, {"role": "assistant", "content": "b"}]}),
                Shape::Preference,
                4,
            ),
            (
                json!({"input": {"messages": [{"role": "user", "content": "q"}]}, "preferred_output": [{"role": "assistant", "content": "a"}], "non_preferred_output": [{"role": "assistant", "content": "b"}]}),
                Shape::Preference,
                3,
            ),
            (json!({"text": "t", "url": "u", "id": 7}), Shape::Plain, 1),
        ];
        for (value, expected, texts) in cases {
            let (found, words) = shape(&value).unwrap();
            assert_eq!((found, words.len()), (expected, texts), "{value}");
        }
    }

    #[test]
    fn what_is_wrong_is_named_with_its_field_and_what_was_found() {
        let cases = [
            (json!({"text": 7}), "record_wrong_type", "text", "the number 7"),
            (json!({"text": " "}), "record_field_missing", "text", "an empty string"),
            (json!({"instruction": "q"}), "record_field_missing", "output", "nothing"),
            (json!({"prompt": "q"}), "record_field_missing", "completion", "nothing"),
            (json!({"prompt": "q", "chosen": "a"}), "record_field_missing", "rejected", "nothing"),
            (json!({"chosen": "a", "rejected": "b"}), "record_field_missing", "prompt", "nothing"),
            (json!({"messages": []}), "record_field_missing", "messages", "an empty list"),
            (json!({"messages": "hi"}), "record_wrong_type", "messages", "“hi”"),
            (
                json!({"messages": [{"role": "asistant", "content": "x"}]}),
                "record_wrong_type",
                "messages[0].role",
                "“asistant”",
            ),
            (json!({"messages": [{"content": "x"}]}), "record_field_missing", "messages[0].role", "nothing"),
            (
                json!({"messages": [{"role": "user", "content": "x"}, {"role": "assistant", "content": null, "tool_calls": null}]}),
                "record_field_missing",
                "messages[1].content",
                "nothing",
            ),
            (
                json!({"messages": [{"role": "user", "content": "x"}]}),
                "record_nothing_to_learn",
                "messages",
                "only user",
            ),
            (
                json!({"conversations": [{"from": "dog", "value": "x"}]}),
                "record_wrong_type",
                "conversations[0].from",
                "“dog”",
            ),
            (json!({"question": "q", "answer": "a"}), "record_shape_unknown", "(fields)", "question, answer"),
            (json!({"input_ids": [1, 2]}), "record_shape_unknown", "input_ids", "token ids"),
            (json!({}), "record_shape_unknown", "(fields)", "no field"),
            (json!({"text": "t", "contributor": ["a"]}), "record_wrong_type", "contributor", "a list of 1"),
        ];
        for (value, code, field, found) in cases {
            let expected = (code.to_owned(), field.to_owned(), found.to_owned());
            assert_eq!(shape(&value).unwrap_err(), expected, "{value}");
        }
    }
}
