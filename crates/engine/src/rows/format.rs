//! One JSON row of any known format → what it says, before any token.

use super::preference;
use crate::chat_template::{Message, brief};
use karat_types::Problem;
use serde_json::{Map, Value};

/// What a row says.
#[derive(Debug, PartialEq)]
pub(crate) enum Example {
    /// Already tokenised; −100 = not trained.
    Tokens { ids: Vec<u32>, labels: Vec<i32> },
    /// A document, trained from end to end.
    Text(String),
    /// A conversation.
    Chat { messages: Vec<Message>, tools: Option<Value> },
    /// An instruction in alpaca's form: a conversation for models that take turns, else the
    /// form's own published prompt.
    Instruction { messages: Vec<Message>, plain: (String, String) },
    /// A text and its continuation, which alone is trained.
    Pair { prompt: String, completion: String },
    /// An answer somebody marked as bad: nothing to learn by imitation.
    Unwanted,
}

/// What is wrong with a row.
#[derive(Debug, PartialEq)]
pub(crate) enum Fault {
    /// A field: its name, what was expected, what was found.
    Field(String, &'static str, String),
    /// The fields belong to no known format.
    Unknown(String),
    /// Everything that has its own code already.
    Other(Problem),
}

pub(super) fn field<T>(name: impl Into<String>, expected: &'static str, found: &Value) -> Result<T, Fault> {
    Err(Fault::Field(name.into(), expected, brief(found)))
}

/// Reads a row by its fields.
pub(crate) fn read(row: &Value) -> Result<Example, Fault> {
    let Value::Object(map) = row else {
        return field("(the row)", "a JSON object", row);
    };
    let has = |name: &str| map.contains_key(name);
    if has("input_ids") {
        return tokens(map);
    }
    if ["label", "kto_tag"].iter().any(|name| map.get(*name) == Some(&Value::Bool(false))) {
        return Ok(Example::Unwanted);
    }
    if has("preferred_output") || has("non_preferred_output") {
        return preference::openai(map);
    }
    if has("chosen") || has("rejected") {
        return preference::read(map);
    }
    if has("messages") {
        let messages = messages(&map["messages"], "messages")?;
        return Ok(Example::Chat { messages, tools: tools(map) });
    }
    if has("conversations") {
        return Ok(Example::Chat { messages: share_gpt(map)?, tools: tools(map) });
    }
    if has("instruction") {
        return alpaca(map);
    }
    if has("prompt") && has("completion") {
        return pair(map);
    }
    if has("text") {
        return Ok(Example::Text(words(map, "text")?));
    }
    match map.get("content") {
        Some(Value::Object(record)) => read(&Value::Object(record.clone())),
        // A row of a release's Parquet: `shape` says that its content is a record.
        Some(Value::String(record)) if map.get("shape").is_some_and(|s| s.is_string() && s != "text") => {
            match serde_json::from_str::<Value>(record) {
                Ok(Value::Object(record)) if !record.contains_key("content") => read(&Value::Object(record)),
                _ => field("content", "the record as JSON", &Value::String(record.clone())),
            }
        }
        Some(_) => Ok(Example::Text(words(map, "content")?)),
        None => Err(Fault::Unknown(map.keys().cloned().collect::<Vec<_>>().join(", "))),
    }
}

pub(super) fn tools(map: &Map<String, Value>) -> Option<Value> {
    let there = |name: &str| map.get(name).filter(|value| !value.is_null());
    match there("tools") {
        Some(Value::String(text)) => serde_json::from_str(text).ok(),
        Some(other) => Some(other.clone()),
        // The older form, as one calls functions with `function_call`.
        None => {
            let wrap = |function: &Value| serde_json::json!({"type": "function", "function": function});
            Some(there("functions")?.as_array()?.iter().map(wrap).collect())
        }
    }
}

/// A field that must hold a string that is not blank.
pub(super) fn words(map: &Map<String, Value>, name: &str) -> Result<String, Fault> {
    match map.get(name) {
        Some(Value::String(text)) if !text.trim().is_empty() => Ok(text.clone()),
        found => field(name, "a string with words in it", found.unwrap_or(&Value::Null)),
    }
}

/// A field that may be missing, null or a string.
fn maybe(map: &Map<String, Value>, name: &str) -> Result<String, Fault> {
    match map.get(name) {
        None | Some(Value::Null) => Ok(String::new()),
        Some(Value::String(text)) => Ok(text.clone()),
        Some(found) => field(name, "a string", found),
    }
}

/// Ids and labels; ids that `attention_mask` leaves out are padding and go.
fn tokens(map: &Map<String, Value>) -> Result<Example, Fault> {
    fn list<T: TryFrom<i64>>(name: &str, expected: &'static str, value: &Value) -> Result<Vec<T>, Fault> {
        let Some(numbers) = value.as_array().filter(|list| !list.is_empty()) else {
            return field(name, expected, value);
        };
        let one = |(i, n): (usize, &Value)| match n.as_i64().and_then(|n| T::try_from(n).ok()) {
            Some(read) => Ok(read),
            None => field(format!("{name}[{i}]"), "a whole number that is a token id", n),
        };
        numbers.iter().enumerate().map(one).collect()
    }
    let mut ids: Vec<u32> = list("input_ids", "a list of token ids", &map["input_ids"])?;
    let labels = match map.get("labels") {
        None | Some(Value::Null) => ids.iter().map(|&id| i32::try_from(id).unwrap_or(i32::MAX)).collect(),
        Some(found) => {
            let labels: Vec<i32> = list("labels", "a list of token ids, -100 = not trained", found)?;
            if labels.len() != ids.len() {
                let lengths = Value::String(format!("{} labels for {} ids", labels.len(), ids.len()));
                return field("labels", "one label for each id", &lengths);
            }
            labels
        }
    };
    let mut labels: Vec<i32> = labels;
    if let Some(found) = map.get("attention_mask").filter(|mask| !mask.is_null()) {
        let mask: Vec<u32> = list("attention_mask", "a list of 0 and 1", found)?;
        if mask.len() != ids.len() {
            let lengths = Value::String(format!("{} numbers for {} ids", mask.len(), ids.len()));
            return field("attention_mask", "one number for each id", &lengths);
        }
        let mut seen = mask.iter();
        ids.retain(|_| seen.next() != Some(&0));
        let mut seen = mask.iter();
        labels.retain(|_| seen.next() != Some(&0));
    }
    Ok(Example::Tokens { ids, labels })
}

/// A list of message objects, at least one of them the assistant's.
pub(super) fn messages(value: &Value, name: &str) -> Result<Vec<Message>, Fault> {
    let Some(list) = value.as_array().filter(|list| !list.is_empty()) else {
        return field(name, "a list of messages", value);
    };
    let read = |(i, message): (usize, &Value)| {
        let read = Message::from_json(message.clone()).map_err(|(inner, expected, found)| {
            Fault::Field(format!("{name}[{i}].{inner}"), expected, found)
        })?;
        if ROLES.contains(&read.role()) {
            return Ok(read);
        }
        field(format!("{name}[{i}].role"), "system, user, assistant or tool", &message["role"])
    };
    list.iter().enumerate().map(read).collect()
}

/// Roles that chat templates know. A turn of any other, a mistyped one above all, would never
/// be trained and nobody would notice.
const ROLES: &[&str] = &[
    "system",
    "developer",
    "user",
    "assistant",
    "tool",
    "function",
    "observation",
    "ipython",
    "environment",
];

pub(super) fn share_gpt(map: &Map<String, Value>) -> Result<Vec<Message>, Fault> {
    let list = map["conversations"].as_array().filter(|list| !list.is_empty());
    let Some(list) = list else {
        return field("conversations", "a list of {from, value}", &map["conversations"]);
    };
    let mut out = Vec::with_capacity(list.len() + 1);
    let system = maybe(map, "system")?;
    if !system.is_empty() {
        out.push(Message::new("system", &system));
    }
    out.extend(turns(list, "conversations")?);
    Ok(out)
}

/// Turns of {from, value}, or of {role, content} as some sets have that call themselves
/// ShareGPT.
pub(super) fn turns(list: &[Value], name: &str) -> Result<Vec<Message>, Fault> {
    let mut out = Vec::with_capacity(list.len());
    for (i, turn) in list.iter().enumerate() {
        if turn.get("from").is_none() && turn.get("role").is_some() {
            out.extend(messages(&Value::Array(vec![turn.clone()]), &format!("{name}[{i}]"))?);
            continue;
        }
        let role = match turn["from"].as_str().unwrap_or_default() {
            "human" | "user" => "user",
            "gpt" | "assistant" | "model" | "chatgpt" | "bing" | "bard" | "function_call" => "assistant",
            "system" => "system",
            "tool" | "observation" | "function_response" => "tool",
            _ => {
                let expected = "human, gpt, system, tool, function_call or observation";
                return field(format!("{name}[{i}].from"), expected, &turn["from"]);
            }
        };
        match turn["value"].as_str() {
            Some(value) if !value.trim().is_empty() || role == "system" => {
                out.push(Message::new(role, value));
            }
            _ => {
                return field(format!("{name}[{i}].value"), "a string with words in it", &turn["value"]);
            }
        }
    }
    Ok(out)
}

fn alpaca(map: &Map<String, Value>) -> Result<Example, Fault> {
    let output = words(map, "output")?;
    instruction(map, output)
}

/// An alpaca row with this answer.
pub(super) fn instruction(map: &Map<String, Value>, output: String) -> Result<Example, Fault> {
    let instruction = words(map, "instruction")?;
    let (input, system) = (maybe(map, "input")?, maybe(map, "system")?);
    let mut out = Vec::new();
    if !system.is_empty() {
        out.push(Message::new("system", &system));
    }
    match map.get("history") {
        None | Some(Value::Null) => {}
        Some(Value::Array(turns)) => {
            for (i, turn) in turns.iter().enumerate() {
                let [Some(asked), Some(answered)] = [turn[0].as_str(), turn[1].as_str()] else {
                    return field(format!("history[{i}]"), "a pair [question, answer]", turn);
                };
                out.extend([Message::new("user", asked), Message::new("assistant", answered)]);
            }
        }
        Some(found) => return field("history", "a list of pairs", found),
    }
    let asked = if input.trim().is_empty() { instruction.clone() } else { format!("{instruction}\n{input}") };
    out.extend([Message::new("user", &asked), Message::new("assistant", &output)]);
    let plain = (alpaca_prompt(&instruction, &input), output);
    Ok(Example::Instruction { messages: out, plain })
}

/// The prompt Stanford published with the format.
fn alpaca_prompt(instruction: &str, input: &str) -> String {
    if input.trim().is_empty() {
        format!(
            "Below is an instruction that describes a task. Write a response that appropriately completes the request.\n\n### Instruction:\n{instruction}\n\n### Response:\n"
        )
    } else {
        format!(
            "Below is an instruction that describes a task, paired with an input that provides further context. Write a response that appropriately completes the request.\n\n### Instruction:\n{instruction}\n\n### Input:\n{input}\n\n### Response:\n"
        )
    }
}

fn pair(map: &Map<String, Value>) -> Result<Example, Fault> {
    if map["prompt"].is_array() {
        let mut out = messages(&map["prompt"], "prompt")?;
        for message in &mut out {
            message.trained = false;
        }
        out.extend(messages(&map["completion"], "completion")?);
        return Ok(Example::Chat { messages: out, tools: tools(map) });
    }
    Ok(Example::Pair { prompt: maybe(map, "prompt")?, completion: words(map, "completion")? })
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    fn roles(example: Example) -> Vec<(String, String, bool)> {
        let (Example::Chat { messages, .. } | Example::Instruction { messages, .. }) = example else {
            panic!("not a conversation: {example:?}");
        };
        messages.iter().map(|m| (m.role().to_owned(), m.content().to_owned(), m.trained)).collect()
    }

    fn turn(role: &str, content: &str, trained: bool) -> (String, String, bool) {
        (role.to_owned(), content.to_owned(), trained)
    }

    #[test]
    fn every_conversation_format_is_read() {
        let rows = [
            json!({"messages": [{"role": "user", "content": "q"}, {"role": "assistant", "content": [{"type": "text", "text": "a"}]}]}),
            json!({"conversations": [{"from": "human", "value": "q"}, {"from": "gpt", "value": "a"}]}),
            json!({"instruction": "q", "input": "", "output": "a"}),
            json!({"prompt": [{"role": "user", "content": "q"}], "completion": [{"role": "assistant", "content": "a"}]}),
            json!({"content": {"instruction": "q", "output": "a"}, "submission": "s"}),
        ];
        for row in rows {
            let expected = vec![turn("user", "q", false), turn("assistant", "a", true)];
            assert_eq!(roles(read(&row).unwrap()), expected, "{row}");
        }
        let long =
            json!({"instruction": "q", "input": "i", "output": "a", "system": "s", "history": [["1", "2"]]});
        let expected = vec![
            turn("system", "s", false),
            turn("user", "1", false),
            turn("assistant", "2", true),
            turn("user", "q\ni", false),
            turn("assistant", "a", true),
        ];
        assert_eq!(roles(read(&long).unwrap()), expected);
    }

    #[test]
    fn calls_of_tools_are_read_in_both_forms() {
        let newer = json!({"messages": [
            {"role": "user", "content": "q", "tool_calls": null},
            {"role": "assistant", "content": null, "tool_calls": [{"type": "function", "function": {"name": "f", "arguments": "{}"}}]},
        ], "tools": [{"type": "function", "function": {"name": "f"}}]});
        let older = json!({"messages": [
            {"role": "user", "content": "q", "function_call": null},
            {"role": "assistant", "content": null, "function_call": {"name": "f", "arguments": "{}"}},
        ], "functions": [{"name": "f"}]});
        assert_eq!(read(&newer).unwrap(), read(&older).unwrap());
        let none = json!({"messages": [{"role": "assistant", "content": null, "tool_calls": null}]});
        assert!(matches!(read(&none), Err(Fault::Field(name, ..)) if name == "messages[0].content"));
    }

    #[test]
    fn weight_zero_is_read_but_not_trained() {
        let row = json!({"messages": [
            {"role": "user", "content": "q"},
            {"role": "assistant", "content": "a", "weight": 0},
            {"role": "user", "content": "q"},
            {"role": "assistant", "content": "b", "weight": 1},
        ]});
        let trained: Vec<bool> = roles(read(&row).unwrap()).into_iter().map(|t| t.2).collect();
        assert_eq!(trained, [false, false, false, true]);
    }

    #[test]
    fn plain_formats_are_read() {
        assert_eq!(read(&json!({"text": "t"})), Ok(Example::Text("t".into())));
        let release = json!({"content": "t", "submission": "s", "contributor": "c"});
        assert_eq!(read(&release), Ok(Example::Text("t".into())));
        let cell = json!({"content": "{\"prompt\": \"p\", \"completion\": \"c\"}", "shape": "instruction"});
        assert_eq!(read(&cell), Ok(Example::Pair { prompt: "p".into(), completion: "c".into() }));
        let words = json!({"content": "{\"text\": \"t\"}", "shape": "text"});
        assert_eq!(read(&words), Ok(Example::Text("{\"text\": \"t\"}".into())));
        let pair = Example::Pair { prompt: "p".into(), completion: "c".into() };
        assert_eq!(read(&json!({"prompt": "p", "completion": "c"})), Ok(pair));
        let ids = Example::Tokens { ids: vec![1, 2], labels: vec![-100, 2] };
        assert_eq!(read(&json!({"input_ids": [1, 2], "labels": [-100, 2]})), Ok(ids));
    }

    #[test]
    fn a_wrong_field_is_named_with_what_was_expected_and_found() {
        let cases = [
            (json!({"text": ""}), "text", "\"\""),
            (json!({"text": 7}), "text", "7"),
            (json!({"messages": []}), "messages", "[]"),
            (json!({"messages": [{"content": "x"}]}), "messages[0].role", "nothing"),
            (json!({"messages": [{"role": "user", "content": 1}]}), "messages[0].content", "1"),
            (json!({"messages": [{"role": "asistant", "content": "x"}]}), "messages[0].role", "\"asistant\""),
            (
                json!({"messages": [{"role": "user<|end|>", "content": "x"}]}),
                "messages[0].role",
                "\"user<|end|>\"",
            ),
            (
                json!({"messages": [{"role": "assistant", "content": "x", "weight": 0.5}]}),
                "messages[0].weight",
                "0.5",
            ),
            (json!({"conversations": [{"from": "dog", "value": "w"}]}), "conversations[0].from", "\"dog\""),
            (json!({"instruction": "q"}), "output", "nothing"),
            (json!({"prompt": "p", "completion": " "}), "completion", "\" \""),
            (json!({"input_ids": [1, -2]}), "input_ids[1]", "-2"),
            (json!({"input_ids": [1, 2], "labels": [1]}), "labels", "\"1 labels for 2 ids\""),
            (json!([1]), "(the row)", "[1]"),
        ];
        for (row, name, found) in cases {
            match read(&row) {
                Err(Fault::Field(field, _, got)) => {
                    assert_eq!((field.as_str(), got.as_str()), (name, found), "{row}")
                }
                other => panic!("{row} gave {other:?}"),
            }
        }
        assert_eq!(read(&json!({"a": 1, "b": 2})), Err(Fault::Unknown("a, b".into())));
    }

    #[test]
    fn preferences_teach_what_was_chosen() {
        let pair = |completion: &str| Example::Pair { prompt: "p".into(), completion: completion.into() };
        assert_eq!(read(&json!({"prompt": "p", "chosen": "a", "rejected": "b"})), Ok(pair("a")));
        assert_eq!(read(&json!({"prompt": "p", "completion": "c", "label": true})), Ok(pair("c")));
        assert_eq!(read(&json!({"prompt": "p", "completion": "c", "label": false})), Ok(Example::Unwanted));
        let (q, a) = (json!({"role": "user", "content": "q"}), json!({"role": "assistant", "content": "a"}));
        let b = json!({"role": "assistant", "content": "b"});
        for row in [
            json!({"prompt": [q], "chosen": [a], "rejected": [b]}),
            json!({"prompt": "q", "chosen": [a], "rejected": [b]}),
            json!({"prompt": "q", "chosen": [q, a], "rejected": [q, b]}),
            json!({"chosen": [q, a], "rejected": [q, b]}),
            json!({"conversations": [{"from": "human", "value": "q"}],
                "chosen": {"from": "gpt", "value": "a"}, "rejected": {"from": "gpt", "value": "b"}}),
            json!({"input": {"messages": [q]}, "preferred_output": [a], "non_preferred_output": [b]}),
            json!({"instruction": "q", "chosen": "a", "rejected": "b"}),
            json!({"messages": [q, a], "label": true}),
        ] {
            let expected = vec![turn("user", "q", false), turn("assistant", "a", true)];
            assert_eq!(roles(read(&row).unwrap()), expected, "{row}");
        }
        // What both answers share was not chosen between.
        let row = json!({"chosen": [q, b, q, a], "rejected": [q, b, q, b]});
        let trained: Vec<bool> = roles(read(&row).unwrap()).into_iter().map(|t| t.2).collect();
        assert_eq!(trained, [false, false, false, true]);
        let missing = read(&json!({"prompt": "p", "rejected": "b"}));
        assert!(matches!(missing, Err(Fault::Field(name, _, _)) if name == "chosen"));
    }

    #[test]
    fn padding_is_left_out() {
        let row = json!({"input_ids": [0, 5, 6, 0], "labels": [-100, -100, 6, -100], "attention_mask": [0, 1, 1, 0]});
        assert_eq!(read(&row), Ok(Example::Tokens { ids: vec![5, 6], labels: vec![-100, 6] }));
    }
}
