//! Rows with a good and a bad answer: the good one is learnt, as if it stood alone.

use super::format::{
    Example, Fault, asked, field, maybe, message, messages, share_gpt, system, tools, turns, with, words,
};
use crate::chat_template::Message;
use karat_rows::shape::{Asked, Before};
use karat_rows::turns::{shared, transcript};
use serde_json::{Map, Value};

/// OpenAI's `{"input": {"messages": …}, "preferred_output": …, "non_preferred_output": …}`.
pub(super) fn openai(map: &Map<String, Value>) -> Result<Example, Fault> {
    let empty = Map::new();
    let input = map.get("input").and_then(Value::as_object).unwrap_or(&empty);
    let asked = messages(input.get("messages").unwrap_or(&Value::Null), "input.messages")?;
    let answer = map.get("preferred_output").unwrap_or(&Value::Null);
    Ok(Example::Chat { messages: after(asked, messages(answer, "preferred_output")?), tools: tools(input) })
}

/// `chosen` and `rejected` after a prompt, a question or a conversation, or each a whole
/// conversation.
pub(super) fn read(map: &Map<String, Value>, before: Before) -> Result<Example, Fault> {
    let chosen = map.get("chosen").unwrap_or(&Value::Null);
    match before {
        Before::Conversation => Ok(Example::Chat {
            messages: after(share_gpt(map)?, answer(chosen, "chosen")?),
            tools: tools(map),
        }),
        Before::Asked(fields) => asked(map, &fields),
        Before::Prompt if chosen.is_string() && !map.get("prompt").is_some_and(Value::is_array) => {
            Ok(Example::Pair { prompt: words(map, "prompt")?, completion: words(map, "chosen")? })
        }
        Before::Nothing if chosen.is_string() => transcripts(map),
        Before::Prompt | Before::Nothing => {
            turns_of(map, &Asked { system: None, question: "prompt", more: None, answer: "chosen" })
        }
    }
}

/// A question and an answer of which at least one is turns, or a whole conversation as the
/// answer.
pub(super) fn turns_of(map: &Map<String, Value>, fields: &Asked) -> Result<Example, Fault> {
    let found = map.get(fields.answer).unwrap_or(&Value::Null);
    let mut said = answer(found, fields.answer)?;
    let mut before = match map.get(fields.question) {
        None | Some(Value::Null) => Vec::new(),
        Some(Value::Array(list)) => turns(list, fields.question)?,
        // A question in words stands in the conversation already when that begins with anybody
        // but the assistant.
        Some(Value::String(_)) if said.first().is_none_or(|turn| turn.role() != "assistant") => Vec::new(),
        Some(Value::String(text)) => {
            let more = fields.more.map_or(Ok(String::new()), |name| maybe(map, name))?;
            vec![Message::new("user", &with(text, &more))]
        }
        Some(found) => return field(fields.question, "a string or a list of messages", found),
    };
    let first = before.first().or(said.first());
    if first.is_none_or(|turn| turn.role() != "system") {
        before.splice(0..0, system(map, fields)?);
    }
    if let (Value::Array(chosen), Some(Value::Array(rejected))) = (found, map.get("rejected")) {
        said.iter_mut().take(shared(chosen, rejected)).for_each(|message| message.trained = false);
    }
    Ok(Example::Chat { messages: after(before, said), tools: tools(map) })
}

fn answer(found: &Value, name: &str) -> Result<Vec<Message>, Fault> {
    match found {
        Value::Array(list) if !list.is_empty() => turns(list, name),
        Value::Object(_) => turns(std::slice::from_ref(found), name),
        Value::String(text) if !text.trim().is_empty() => Ok(vec![Message::new("assistant", text)]),
        _ => field(name, "an answer: a string, a message or a list of messages", found),
    }
}

/// `chosen` and `rejected` as HH-RLHF has them: each tells the whole conversation in words.
fn transcripts(map: &Map<String, Value>) -> Result<Example, Fault> {
    let (chosen, rejected) = (words(map, "chosen")?, map.get("rejected").and_then(Value::as_str));
    let Some(turns) = transcript(&chosen) else {
        let expected = "a prompt, or “Human: …” and “Assistant: …” in both answers";
        return field("prompt", expected, map.get("prompt").unwrap_or(&Value::Null));
    };
    let rejected = rejected.and_then(transcript).unwrap_or_default();
    let mut messages: Vec<Message> = turns.iter().map(message).collect();
    messages.iter_mut().take(shared(&turns, &rejected)).for_each(|message| message.trained = false);
    Ok(Example::Chat { messages, tools: None })
}

/// What was asked, read and not trained, and the answer.
fn after(mut asked: Vec<Message>, answer: Vec<Message>) -> Vec<Message> {
    asked.iter_mut().for_each(|message| message.trained = false);
    asked.extend(answer);
    asked
}
