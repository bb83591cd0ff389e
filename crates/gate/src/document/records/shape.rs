//! The words that stand in a record, read by its form.
//!
//! The forms are those that the engine reads ([`karat_rows::shape`]); the rules are its rules,
//! and in places stricter: whatever passes here can be trained (a test of the program reads
//! with the engine what this module takes).

pub use karat_rows::shape::Shape;
use karat_rows::shape::{self, Asked, Before, Form};
use karat_rows::turns::{self as told, ROLES, Wrong};
use serde_json::{Map, Value};
use std::borrow::Cow;

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

/// What a record is.
#[derive(Debug)]
pub(crate) struct Told<'a> {
    pub(crate) shape: Shape,
    pub(crate) texts: Texts<'a>,
    /// Strings that texts were cut out of, with nothing left over.
    pub(crate) cut: Texts<'a>,
}

const WORDS: &str = "a string with words in it";
const MESSAGES: &str = "a list of {role, content}";
const TURNS: &str = "a list of {from, value}";

/// What a record is, or the first thing that is wrong with it.
pub(crate) fn read(map: &Map<String, Value>) -> Result<Told<'_>, Fault> {
    for name in ["contributor", "row"] {
        match map.get(name) {
            None | Some(Value::Null | Value::Number(_)) => {}
            Some(Value::String(text)) if !text.is_empty() => {}
            found => return wrong(name, "a name, or no such field", found),
        }
    }
    let Some(form) = Form::tell(map) else { return Err(unknown(map)) };
    let Some(shape) = form.shape() else { return Err(tokens()) };
    let (mut texts, mut cut) = (Vec::new(), Vec::new());
    match form {
        Form::Tokens => {}
        Form::OpenAi => openai(map, &mut texts)?,
        Form::Preference(Before::Nothing) if map.get("chosen").is_some_and(Value::is_string) => {
            cut = transcripts(map, &mut texts)?;
        }
        Form::Preference(before) => preference(map, before, &mut texts)?,
        Form::Messages => {
            answered("messages", messages(map.get("messages"), "messages", &mut texts)?)?;
        }
        Form::ShareGpt => answered("conversations", share_gpt(map, &mut texts)?)?,
        Form::Gemini => answered("contents", gemini(map, &mut texts)?)?,
        Form::Asked(fields) => {
            asked(map, &fields, &mut texts)?;
            answer(map, fields.answer, &mut texts)?;
        }
        Form::Pair => pair(map, &mut texts)?,
        Form::Plain(name) => texts.push(words(map, name)?),
    }
    Ok(Told { shape, texts, cut })
}

fn tokens() -> Fault {
    Fault {
        code: "record_shape_unknown",
        field: "input_ids".into(),
        expected: "the words themselves: token ids cannot be checked".into(),
        found: "token ids".into(),
    }
}

fn unknown(map: &Map<String, Value>) -> Fault {
    // Half of a pair is a missing field, not an unknown shape.
    if let Some(other) = shape::lacks(map) {
        return missing(other, WORDS);
    }
    let names: Vec<&str> = map.keys().map(String::as_str).take(12).collect();
    Fault {
        code: "record_shape_unknown",
        field: "(fields)".into(),
        expected: shape::FORMS.into(),
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
        let Some(role) = told::speaker(from.and_then(Value::as_str).unwrap_or_default()) else {
            let expected = "human, gpt, system, tool, function_call or observation";
            return wrong(&format!("{name}.from"), expected, from);
        };
        match turn.get("value") {
            Some(Value::String(text)) if role == "system" || !text.trim().is_empty() => texts.push(text),
            found => return wrong(&format!("{name}.value"), WORDS, found),
        }
        spoken.trained |= role == "assistant";
        if spoken.roles.len() < 8 {
            spoken.roles.push(role.to_owned());
        }
    }
    Ok(spoken)
}

/// The turns of Gemini's `contents`.
fn gemini<'a>(map: &'a Map<String, Value>, texts: &mut Texts<'a>) -> Result<Spoken, Fault> {
    let turns = match told::gemini(map) {
        Ok(turns) => turns,
        Err(Wrong { field, expected, found }) => return wrong(&field, expected, found),
    };
    let mut spoken = Spoken { trained: false, roles: Vec::new() };
    for turn in turns {
        spoken.trained |= turn.role == "assistant";
        if spoken.roles.len() < 8 {
            spoken.roles.push(turn.role.to_owned());
        }
        texts.extend(turn.parts);
    }
    Ok(spoken)
}

/// A question without its answer.
fn asked<'a>(map: &'a Map<String, Value>, fields: &Asked, texts: &mut Texts<'a>) -> Result<(), Fault> {
    if let Some(system) = fields.system {
        maybe(map, system, texts)?;
    }
    match map.get(fields.question) {
        Some(Value::Array(list)) if !list.is_empty() => {
            return turns(list, fields.question, texts).map(drop);
        }
        _ => {}
    }
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
    texts.push(words(map, fields.question)?);
    fields.more.map_or(Ok(()), |more| maybe(map, more, texts))
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

/// `chosen` and `rejected` after a prompt, a question or a conversation, or each a whole
/// conversation.
fn preference<'a>(map: &'a Map<String, Value>, before: Before, texts: &mut Texts<'a>) -> Result<(), Fault> {
    let chosen = map.get("chosen");
    let whole = matches!(chosen, Some(Value::Array(_) | Value::Object(_)));
    match before {
        Before::Conversation => {
            share_gpt(map, texts)?;
            if !whole {
                return wrong("chosen", "a turn {from, value}", chosen);
            }
        }
        Before::Asked(fields) => asked(map, &fields, texts)?,
        Before::Nothing => {}
        Before::Prompt => match map.get("prompt") {
            Some(Value::Array(list)) if !list.is_empty() => drop(turns(list, "prompt", texts)?),
            Some(Value::String(text)) if !text.trim().is_empty() => texts.push(text),
            None | Some(Value::Null) if whole => {}
            found => return wrong("prompt", "a string or a list of messages", found),
        },
    }
    for name in ["chosen", "rejected"] {
        answer(map, name, texts)?;
    }
    if let (Some(Value::Array(chosen)), Some(Value::Array(rejected))) = (chosen, map.get("rejected")) {
        // What both begin with was asked; the answer is what comes then.
        let own = chosen.get(told::shared(chosen, rejected)..).unwrap_or_default();
        answered("chosen", turns(own, "chosen", &mut Vec::new())?)?;
    }
    Ok(())
}

/// `chosen` and `rejected` that each tell a whole conversation in words.
fn transcripts<'a>(map: &'a Map<String, Value>, texts: &mut Texts<'a>) -> Result<Texts<'a>, Fault> {
    let mut cut = Vec::new();
    for name in ["chosen", "rejected"] {
        let text = words(map, name)?;
        let Some(turns) = told::transcript(text) else {
            return match name {
                "chosen" => {
                    Err(missing("prompt", "a prompt, or “Human: …” and “Assistant: …” in both answers"))
                }
                _ => wrong(name, "“Human: …” and “Assistant: …” as in chosen", map.get(name)),
            };
        };
        if turns.last().is_none_or(|turn| turn.role != "assistant" || turn.is_blank()) {
            return Err(Fault {
                code: "record_nothing_to_learn",
                field: name.to_owned(),
                expected: "words after the last “Assistant:”".into(),
                found: brief(&format!("“{}”", tail(text))),
            });
        }
        texts.extend(turns.into_iter().flat_map(|turn| turn.parts));
        cut.push(text);
    }
    Ok(cut)
}

/// About the last 40 bytes.
fn tail(text: &str) -> &str {
    let from = (text.len().saturating_sub(40)..=text.len()).find(|at| text.is_char_boundary(*at));
    from.and_then(|from| text.get(from..)).unwrap_or(text)
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
mod tests;
