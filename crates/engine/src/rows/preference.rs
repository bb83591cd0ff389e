//! Rows with a good and a bad answer: the good one is learnt, as if it stood alone.

use super::format::{Example, Fault, field, instruction, messages, share_gpt, tools, turns, words};
use crate::chat_template::Message;
use serde_json::{Map, Value};

/// OpenAI's `{"input": {"messages": …}, "preferred_output": …, "non_preferred_output": …}`.
pub(super) fn openai(map: &Map<String, Value>) -> Result<Example, Fault> {
    let empty = Map::new();
    let input = map.get("input").and_then(Value::as_object).unwrap_or(&empty);
    let asked = messages(input.get("messages").unwrap_or(&Value::Null), "input.messages")?;
    let answer = map.get("preferred_output").unwrap_or(&Value::Null);
    Ok(Example::Chat { messages: after(asked, messages(answer, "preferred_output")?), tools: tools(input) })
}

/// `chosen` and `rejected` after a prompt, an instruction or a conversation, or each a whole
/// conversation.
pub(super) fn read(map: &Map<String, Value>) -> Result<Example, Fault> {
    let chosen = map.get("chosen").unwrap_or(&Value::Null);
    if map.contains_key("conversations") {
        let answer = turns(std::slice::from_ref(chosen), "chosen")?;
        return Ok(Example::Chat { messages: after(share_gpt(map)?, answer), tools: tools(map) });
    }
    if map.contains_key("instruction") {
        return instruction(map, words(map, "chosen")?);
    }
    let answer = match chosen {
        Value::String(_) => return pair(map),
        Value::Array(list) if !list.is_empty() => turns(list, "chosen")?,
        Value::Object(_) => turns(std::slice::from_ref(chosen), "chosen")?,
        found => return field("chosen", "an answer: a string, a message or a list of messages", found),
    };
    let asked = match map.get("prompt") {
        None | Some(Value::Null) => Vec::new(),
        Some(Value::Array(list)) => turns(list, "prompt")?,
        // A prompt in words stands in the conversation already when that begins with anybody
        // but the assistant.
        Some(Value::String(_)) if answer[0].role() != "assistant" => Vec::new(),
        Some(Value::String(text)) => vec![Message::new("user", text)],
        Some(found) => return field("prompt", "a string or a list of messages", found),
    };
    let mut said = answer;
    for message in said.iter_mut().take(shared(chosen, map.get("rejected"))) {
        message.trained = false;
    }
    Ok(Example::Chat { messages: after(asked, said), tools: tools(map) })
}

/// How many turns both answers begin with; never all of the chosen one.
fn shared(chosen: &Value, rejected: Option<&Value>) -> usize {
    let (Some(chosen), Some(rejected)) = (chosen.as_array(), rejected.and_then(Value::as_array)) else {
        return 0;
    };
    let same = chosen.iter().zip(rejected).take_while(|(a, b)| a == b).count();
    same.min(chosen.len() - 1)
}

fn pair(map: &Map<String, Value>) -> Result<Example, Fault> {
    let completion = words(map, "chosen")?;
    match map.get("prompt") {
        Some(Value::Array(list)) => {
            let asked = turns(list, "prompt")?;
            let said = vec![Message::new("assistant", &completion)];
            Ok(Example::Chat { messages: after(asked, said), tools: tools(map) })
        }
        _ => Ok(Example::Pair { prompt: words(map, "prompt")?, completion }),
    }
}

/// What was asked, read and not trained, and the answer.
fn after(mut asked: Vec<Message>, answer: Vec<Message>) -> Vec<Message> {
    asked.iter_mut().for_each(|message| message.trained = false);
    asked.extend(answer);
    asked
}
