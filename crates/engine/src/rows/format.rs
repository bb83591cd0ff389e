//! One JSON row of any known format → what it says, before any token.

use super::preference;
use crate::chat_template::{Message, brief};
use karat_rows::shape::{self, Asked, Form};
use karat_rows::turns::{self as told, ROLES, Turn, Wrong};
use karat_types::Problem;
use serde_json::{Map, Value};

/// What a row says.
#[derive(Clone, Debug, PartialEq)]
pub(crate) enum Example {
    /// Already tokenised; −100 = not trained.
    Tokens { ids: Vec<u32>, labels: Vec<i32> },
    /// A document, trained from end to end.
    Text(String),
    /// A conversation.
    Chat { messages: Vec<Message>, tools: Option<Value> },
    /// A question and its answer: a conversation for models that take turns, else the prompt
    /// that alpaca was published with.
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

/// Reads a row by its fields, or the record it carries as a row of a release.
pub(crate) fn read(row: &Value) -> Result<Example, Fault> {
    match row {
        Value::Object(map) => match shape::released(map) {
            Some(record) => record_of(&record),
            None => record_of(map),
        },
        Value::Array(list) => match shape::bare(list) {
            Some(name) => record_of(&Map::from_iter([(name.to_owned(), row.clone())])),
            None => field("(the row)", "a JSON object, or a list of messages", row),
        },
        _ => field("(the row)", "a JSON object", row),
    }
}

fn record_of(map: &Map<String, Value>) -> Result<Example, Fault> {
    let form = Form::tell(map);
    let unwanted = ["label", "kto_tag"].iter().any(|name| map.get(*name) == Some(&Value::Bool(false)));
    if unwanted && form != Some(Form::Tokens) {
        return Ok(Example::Unwanted);
    }
    let chat = |messages| Ok(Example::Chat { messages, tools: tools(map) });
    match form {
        None => Err(Fault::Unknown(map.keys().cloned().collect::<Vec<_>>().join(", "))),
        Some(Form::Tokens) => tokens(map),
        Some(Form::OpenAi) => preference::openai(map),
        Some(Form::Preference(before)) => preference::read(map, before),
        Some(Form::Messages) => chat(messages(map.get("messages").unwrap_or(&Value::Null), "messages")?),
        Some(Form::ShareGpt) => chat(share_gpt(map)?),
        Some(Form::Gemini) => chat(gemini(map)?),
        Some(Form::Asked(fields)) => asked(map, &fields),
        Some(Form::Pair) => pair(map),
        Some(Form::Plain(name)) => match map.get(name) {
            // Only `content` was ever written like this.
            Some(Value::Object(record)) if name == "content" => record_of(record),
            _ => Ok(Example::Text(words(map, name)?)),
        },
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
pub(super) fn maybe(map: &Map<String, Value>, name: &str) -> Result<String, Fault> {
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

pub(super) fn share_gpt(map: &Map<String, Value>) -> Result<Vec<Message>, Fault> {
    let found = map.get("conversations").unwrap_or(&Value::Null);
    let Some(list) = found.as_array().filter(|list| !list.is_empty()) else {
        return field("conversations", "a list of {from, value}", found);
    };
    let mut out = Vec::with_capacity(list.len() + 1);
    let system = maybe(map, "system")?;
    if !system.is_empty() {
        out.push(Message::new("system", &system));
    }
    out.extend(turns(list, "conversations")?);
    Ok(out)
}

fn gemini(map: &Map<String, Value>) -> Result<Vec<Message>, Fault> {
    match told::gemini(map) {
        Ok(turns) => Ok(turns.iter().filter(|turn| !turn.is_blank()).map(message).collect()),
        Err(Wrong { field: name, expected, found }) => field(name, expected, found.unwrap_or(&Value::Null)),
    }
}

/// A turn as templates take it.
pub(super) fn message(turn: &Turn<'_>) -> Message {
    Message::new(turn.role, &turn.parts.concat())
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
        let Some(role) = told::speaker(turn["from"].as_str().unwrap_or_default()) else {
            let expected = "human, gpt, system, tool, function_call or observation";
            return field(format!("{name}[{i}].from"), expected, &turn["from"]);
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

/// A question and its answer.
pub(super) fn asked(map: &Map<String, Value>, fields: &Asked) -> Result<Example, Fault> {
    let turns_in = |name: &str| matches!(map.get(name), Some(Value::Array(_) | Value::Object(_)));
    if turns_in(fields.question) || turns_in(fields.answer) {
        return preference::turns_of(map, fields);
    }
    let answer = words(map, fields.answer)?;
    let question = words(map, fields.question)?;
    let more = fields.more.map_or(Ok(String::new()), |name| maybe(map, name))?;
    let mut out: Vec<Message> = system(map, fields)?.into_iter().collect();
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
    out.extend([Message::new("user", &with(&question, &more)), Message::new("assistant", &answer)]);
    let plain = (alpaca_prompt(&question, &more), answer);
    Ok(Example::Instruction { messages: out, plain })
}

/// Who is asked, as a turn.
pub(super) fn system(map: &Map<String, Value>, fields: &Asked) -> Result<Option<Message>, Fault> {
    let told = fields.system.map_or(Ok(String::new()), |name| maybe(map, name))?;
    Ok((!told.is_empty()).then(|| Message::new("system", &told)))
}

/// A question, and below it what it is about.
pub(super) fn with(question: &str, more: &str) -> String {
    if more.trim().is_empty() { question.to_owned() } else { format!("{question}\n{more}") }
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
    if let Some(prompt) = map.get("prompt").filter(|prompt| prompt.is_array()) {
        let mut out = messages(prompt, "prompt")?;
        for message in &mut out {
            message.trained = false;
        }
        out.extend(messages(map.get("completion").unwrap_or(&Value::Null), "completion")?);
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
            json!({"content": "{\"question\": \"q\", \"answer\": \"a\"}", "shape": "instruction"}),
            json!([{"role": "user", "content": "q"}, {"role": "assistant", "content": "a"}]),
            json!([{"from": "human", "value": "q"}, {"from": "gpt", "value": "a"}]),
            json!({"contents": [{"role": "user", "parts": [{"text": "q"}]}, {"role": "model", "parts": [{"text": "a"}]}]}),
            json!({"instruction": "q", "context": "", "response": "a", "category": "x"}),
            json!({"instruction": "q", "answer": "a"}),
            json!({"prompt": "q", "response": "a"}),
            json!({"input": "q", "output": "a"}),
            json!({"input": [{"role": "user", "content": "q"}], "output": "a"}),
            json!({"question": "q", "answer": "a"}),
            json!({"question": "q", "response": [{"role": "assistant", "content": "a"}]}),
            json!({"query": "q", "response": "a"}),
            json!({"system_prompt": "", "question": "q", "response": "a"}),
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
        for told in [
            json!({"system_prompt": "s", "question": "q", "response": "a"}),
            json!({"system": "s", "instruction": "q", "response": "a"}),
            json!({"system": "s", "question": "q", "chosen": "a", "rejected": "b"}),
            json!({"system": "s", "question": "q", "chosen": [{"role": "assistant", "content": "a"}], "rejected": "b"}),
            json!({"system": "s", "query": [{"role": "user", "content": "q"}], "response": "a"}),
            json!({"systemInstruction": {"parts": [{"text": "s"}]},
                "contents": [{"role": "user", "parts": [{"text": "q"}]}, {"role": "model", "parts": [{"text": "a"}]}]}),
        ] {
            let expected =
                vec![turn("system", "s", false), turn("user", "q", false), turn("assistant", "a", true)];
            assert_eq!(roles(read(&told).unwrap()), expected, "{told}");
        }
        let about = read(&json!({"instruction": "q", "context": "c", "response": "a"})).unwrap();
        assert_eq!(roles(about.clone())[0].1, "q\nc");
        assert_eq!(read(&json!({"instruction": "q", "input": "c", "output": "a"})), Ok(about));
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
        let inner = json!({"content": "{\"content\": \"t\"}", "shape": "plain"});
        assert_eq!(read(&inner), Ok(Example::Text("t".into())));
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
            (json!({"question": "q", "answer": 2}), "answer", "2"),
            (json!({"contents": [{"role": "cat"}]}), "contents[0].role", "\"cat\""),
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
            json!({"question": "q", "chosen": "a", "rejected": "b"}),
            json!({"question": "q", "chosen": [q, a], "rejected": [q, b]}),
            json!({"chosen": "\n\nHuman: q\n\nAssistant: a", "rejected": "\n\nHuman: q\n\nAssistant: b"}),
            json!({"messages": [q, a], "label": true}),
        ] {
            let expected = vec![turn("user", "q", false), turn("assistant", "a", true)];
            assert_eq!(roles(read(&row).unwrap()), expected, "{row}");
        }
        // What both answers share was not chosen between.
        let row = json!({"chosen": [q, b, q, a], "rejected": [q, b, q, b]});
        let trained: Vec<bool> = roles(read(&row).unwrap()).into_iter().map(|t| t.2).collect();
        assert_eq!(trained, [false, false, false, true]);
        let row = json!({"chosen": "\n\nHuman: q\n\nAssistant: b\n\nHuman: q\n\nAssistant: a",
            "rejected": "\n\nHuman: q\n\nAssistant: b\n\nHuman: q\n\nAssistant: c"});
        let trained: Vec<bool> = roles(read(&row).unwrap()).into_iter().map(|t| t.2).collect();
        assert_eq!(trained, [false, false, false, true]);
        let missing = read(&json!({"chosen": "a", "rejected": "b"}));
        assert!(matches!(missing, Err(Fault::Field(name, _, _)) if name == "prompt"));
        let missing = read(&json!({"prompt": "p", "rejected": "b"}));
        assert!(matches!(missing, Err(Fault::Field(name, _, _)) if name == "chosen"));
    }

    #[test]
    fn padding_is_left_out() {
        let row = json!({"input_ids": [0, 5, 6, 0], "labels": [-100, -100, 6, -100], "attention_mask": [0, 1, 1, 0]});
        assert_eq!(read(&row), Ok(Example::Tokens { ids: vec![5, 6], labels: vec![-100, 6] }));
    }
}
