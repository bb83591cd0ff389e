//! Chat templates: Jinja as transformers renders it, under a limit of fuel, with the places
//! people wrote and the places to train found in a *single* render.
//!
//! Rendering a prefix of the conversation and taking the difference is wrong for one
//! template in five. So every content is wrapped in private-use characters, the
//! conversation is rendered once, and the wrappers are found and taken out again.

mod environment;
mod marks;

use crate::chat_template::marks::{Alphabet, Marked};
use karat_types::{Micros, Problem};
use minijinja::Environment;
use serde_json::{Map, Value, json};
use std::ops::Range;

const NAME: &str = "chat_template";

/// The control texts a template may print, and all that must never come from a person.
#[derive(Clone, Debug, Default)]
pub struct SpecialTexts {
    /// Beginning of a document.
    pub bos: Option<String>,
    /// End of a document.
    pub eos: Option<String>,
    /// Padding.
    pub pad: Option<String>,
    /// Unknown token.
    pub unk: Option<String>,
    /// Every control token's text.
    pub all: Vec<String>,
}

/// One message: its words apart, everything else as it came (tool calls, names, …).
#[derive(Clone, Debug, PartialEq)]
pub struct Message {
    /// The whole object; `content` is a string, or null beside tool calls.
    value: Value,
    /// Whether the model learns to say this.
    pub trained: bool,
}

impl Message {
    /// A message of plain words; an assistant's words are trained.
    pub fn new(role: &str, content: &str) -> Self {
        Self { value: json!({ "role": role, "content": content }), trained: role == "assistant" }
    }

    /// Takes a message object; text parts are joined to one string.
    ///
    /// # Errors
    /// Says which field is wrong, as (field, expected, found).
    pub fn from_json(mut value: Value) -> Result<Self, (String, &'static str, String)> {
        let wrong = |field: &str, expected, found: &Value| (field.to_owned(), expected, brief(found));
        let Some(object) = value.as_object_mut() else {
            return Err(wrong("messages[]", "an object with role and content", &value));
        };
        let role = object.get("role").and_then(Value::as_str).unwrap_or_default().to_owned();
        if role.is_empty() || !role.chars().all(|c| c.is_ascii_alphanumeric() || c == '_' || c == '-') {
            let found = object.get("role").unwrap_or(&Value::Null);
            return Err(wrong("role", "a role such as system, user, assistant or tool", found));
        }
        let content = match object.get("content") {
            Some(Value::String(text)) => text.clone(),
            None | Some(Value::Null) => String::new(),
            Some(Value::Array(parts)) => parts
                .iter()
                .map(|part| part.as_str().or_else(|| part["text"].as_str()))
                .collect::<Option<String>>()
                .ok_or_else(|| wrong("content", "text parts only", &json!(parts)))?,
            Some(other) => return Err(wrong("content", "a string", other)),
        };
        calls(object);
        if content.is_empty() && !object.contains_key("tool_calls") && role != "system" {
            return Err(wrong("content", "some words", &json!(content)));
        }
        let trained = match object.remove("weight") {
            None | Some(Value::Null) => role == "assistant",
            Some(weight) => match weight.as_f64() {
                Some(0.0) => false,
                Some(1.0) => role == "assistant",
                _ => return Err(wrong("weight", "0 or 1", &weight)),
            },
        };
        // Templates ask whether the content of a tool call is none; an empty string is not.
        let silent = content.is_empty() && object.contains_key("tool_calls");
        object.insert("content".to_owned(), if silent { Value::Null } else { Value::String(content) });
        Ok(Self { value, trained })
    }

    /// Who speaks.
    pub fn role(&self) -> &str {
        self.value["role"].as_str().unwrap_or_default()
    }

    /// Whether there are words, as against tool calls alone.
    fn speaks(&self) -> bool {
        self.value["content"].is_string()
    }

    /// The words.
    pub fn content(&self) -> &str {
        self.value["content"].as_str().unwrap_or_default()
    }
}

/// Brings calls of tools into one form: null is none, and the older single `function_call`
/// is a list of one.
fn calls(message: &mut Map<String, Value>) {
    let older = message.remove("function_call").filter(Value::is_object);
    if message.get("tool_calls").is_some_and(Value::is_null) {
        message.remove("tool_calls");
    }
    if let Some(call) = older {
        message.entry("tool_calls").or_insert_with(|| json!([{"type": "function", "function": call}]));
    }
}

/// Which messages have words.
fn spoken(messages: &[Message]) -> Vec<usize> {
    messages.iter().enumerate().filter(|(_, m)| m.speaks()).map(|(i, _)| i).collect()
}

/// A value shortened for an error message.
pub(crate) fn brief(value: &Value) -> String {
    let text = match value {
        Value::Null => return "nothing".to_owned(),
        other => other.to_string(),
    };
    if text.chars().count() <= 60 { text } else { text.chars().take(60).chain(['…']).collect() }
}

/// A rendered conversation; the ranges are bytes of `text`, in order.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Rendered {
    /// What the model reads.
    pub text: String,
    /// What people wrote: no control token is parsed here.
    pub literal: Vec<Range<usize>>,
    /// What is trained: the assistant's words and the end of its turn.
    pub trained: Vec<Range<usize>>,
    /// Whether the last trained place ends with a control token; if not, the row gets an EOS.
    pub closed: bool,
}

/// A compiled template.
pub struct ChatTemplate {
    environment: Environment<'static>,
    specials: SpecialTexts,
    has_generation: bool,
}

impl ChatTemplate {
    /// Compiles `source`; `now` is what `strftime_now` says.
    ///
    /// # Errors
    /// `chat_template_broken` with the template's line.
    pub fn compile(source: &str, specials: SpecialTexts, now: Micros) -> Result<Self, Problem> {
        let (source, has_generation) = environment::rewrite_generation(source);
        let mut environment = environment::transformers(now);
        environment.add_template_owned(NAME, source).map_err(|e| broken(&e))?;
        Ok(Self { environment, specials, has_generation })
    }

    /// The prompt the assistant answers: exactly what the model reads in training up to there.
    ///
    /// # Errors
    /// `chat_template_failed`, `control_token`.
    pub fn prompt(&self, messages: &[Message], tools: Option<&Value>) -> Result<Rendered, Problem> {
        self.refuse_control_tokens(messages, false)?;
        let plain = self.render(messages, tools, true, None)?;
        let marked = self.marked(messages, tools, true)?;
        if marked.text == plain && marked.whole(&spoken(messages)) {
            let literal = marked.contents.into_iter().map(|(_, range)| range).collect();
            return Ok(Rendered { text: plain, literal, trained: Vec::new(), closed: true });
        }
        self.refuse_control_tokens(messages, true)?;
        Ok(Rendered { text: plain, literal: Vec::new(), trained: Vec::new(), closed: true })
    }

    /// What to train on: one sample, or one for each trained turn when the template rewrites
    /// earlier turns (drops their thinking, for example).
    ///
    /// # Errors
    /// `chat_template_failed`, `control_token`, `chat_template_untrainable`.
    pub fn samples(&self, messages: &[Message], tools: Option<&Value>) -> Result<Vec<Rendered>, Problem> {
        self.refuse_control_tokens(messages, false)?;
        let plain = self.render(messages, tools, false, None)?;
        let marked = self.marked(messages, tools, false)?;
        let placed = self.has_generation || messages.iter().all(|m| m.speaks() || !m.trained);
        if placed && marked.text == plain && marked.whole(&spoken(messages)) {
            return Ok(vec![self.masked(messages, marked)]);
        }
        self.refuse_control_tokens(messages, true)?;
        let turns = messages.iter().enumerate().filter(|(_, m)| m.trained);
        turns.map(|(i, _)| self.last_turn(&messages[..=i], tools)).collect()
    }

    /// The mask of a render whose wrappers were all found.
    fn masked(&self, messages: &[Message], marked: Marked) -> Rendered {
        let turns = || messages.iter().filter(|m| m.role() == "assistant");
        let mut closed = true;
        let trained = if self.has_generation && marked.generated.len() == turns().count() {
            let turns = turns().zip(&marked.generated).filter(|(m, _)| m.trained);
            turns.map(|(_, range)| self.with_end(&marked, range)).collect()
        } else {
            let mut trained = Vec::new();
            for (at, (index, content)) in marked.contents.iter().enumerate() {
                if messages[*index].trained {
                    let next = marked.contents.get(at + 1).map(|(_, range)| range.start);
                    let (end, ends) = self.end_of_turn(&marked.text, content.end, next);
                    closed = ends;
                    trained.push(content.start..end);
                }
            }
            trained
        };
        let literal = marked.contents.into_iter().map(|(_, range)| range).collect();
        Rendered { text: marked.text, literal, trained, closed }
    }

    /// A place inside the generation tag, lengthened to the end of its turn when the template
    /// leaves that outside: a model that never learns to stop never stops.
    fn with_end(&self, marked: &Marked, range: &Range<usize>) -> Range<usize> {
        if self.specials.all.iter().any(|s| marked.text[range.clone()].contains(s.as_str())) {
            return range.clone();
        }
        let next = marked.contents.iter().map(|(_, r)| r.start).find(|&start| start >= range.end);
        range.start..self.end_of_turn(&marked.text, range.end, next).0.max(range.end)
    }

    /// Where the turn ends that speaks until `from`: after the first control token before the
    /// next content. Without one: at the end of the text, or at once when others follow.
    fn end_of_turn(&self, text: &str, from: usize, next: Option<usize>) -> (usize, bool) {
        let rest = &text[from..next.unwrap_or(text.len())];
        let first = self.specials.all.iter().filter_map(|s| rest.find(s.as_str()).map(|at| (at, s.len())));
        match first.min_by_key(|&(at, length)| (at, std::cmp::Reverse(length))) {
            Some((at, length)) => (from + at + length, true),
            None => (if next.is_some() { from } else { text.len() }, false),
        }
    }

    /// One sample that trains the last message only.
    fn last_turn(&self, messages: &[Message], tools: Option<&Value>) -> Result<Rendered, Problem> {
        let text = self.render(messages, tools, false, None)?;
        let before = self.render(&messages[..messages.len() - 1], tools, true, None)?;
        let words = messages[messages.len() - 1].content().trim();
        let Some(start) = text.starts_with(&before).then_some(before.len()) else {
            return Err(Problem::bad(
                "chat_template_untrainable",
                "The model's chat template rewrites the conversation so that the place of the answer in it cannot be found.",
                "Use rows of prompt and completion, or put {% generation %} … {% endgeneration %} around the answer in chat_template.jinja.",
            ));
        };
        let spoken = text[start..].rfind(words).map_or(text.len(), |at| start + at + words.len());
        let (end, closed) = if words.is_empty() {
            // A tool call: all of the turn, which ends itself or not.
            let whole = text.trim_end();
            (text.len(), self.specials.all.iter().any(|s| whole.ends_with(s.as_str())))
        } else {
            self.end_of_turn(&text, spoken, None)
        };
        Ok(Rendered { literal: Vec::new(), trained: vec![start..end; 1], closed, text })
    }

    fn marked(&self, messages: &[Message], tools: Option<&Value>, prompt: bool) -> Result<Marked, Problem> {
        let alphabet = Alphabet::outside(messages.iter().map(Message::content));
        let wrapped: Vec<Message> = messages
            .iter()
            .enumerate()
            .map(|(i, message)| {
                let mut message = message.clone();
                if message.speaks() {
                    message.value["content"] = Value::String(alphabet.wrap(i, message.content()));
                }
                message
            })
            .collect();
        Ok(alphabet.unwrap(&self.render(&wrapped, tools, prompt, Some(&alphabet))?))
    }

    /// Control tokens are harmless inside a content whose place is known, nowhere else.
    fn refuse_control_tokens(&self, messages: &[Message], contents_too: bool) -> Result<(), Problem> {
        let mut found = None;
        for message in messages {
            for (field, value) in message.value.as_object().into_iter().flatten() {
                if contents_too || field != "content" {
                    found = found.or_else(|| self.control_token_in(value));
                }
            }
        }
        found.map_or(Ok(()), |token| {
            Err(Problem::bad(
                "control_token",
                format!("A message carries the model's control token {token} where it would act as one."),
                "Take it out of the message, or write it differently.",
            ))
        })
    }

    fn control_token_in(&self, value: &Value) -> Option<&str> {
        match value {
            Value::String(text) => {
                self.specials.all.iter().find(|s| text.contains(s.as_str())).map(String::as_str)
            }
            Value::Array(list) => list.iter().find_map(|v| self.control_token_in(v)),
            Value::Object(map) => map.values().find_map(|v| self.control_token_in(v)),
            _ => None,
        }
    }

    fn render(
        &self,
        messages: &[Message],
        tools: Option<&Value>,
        prompt: bool,
        alphabet: Option<&Alphabet>,
    ) -> Result<String, Problem> {
        let list: Vec<&Value> = messages.iter().map(|m| &m.value).collect();
        let mut context = json!({
            "messages": list,
            "tools": tools,
            "documents": null,
            "add_generation_prompt": prompt,
            environment::OPEN: alphabet.map(Alphabet::generation_open).unwrap_or_default(),
            environment::CLOSE: alphabet.map(Alphabet::generation_close).unwrap_or_default(),
        });
        let specials = &self.specials;
        let named = [
            ("bos_token", &specials.bos),
            ("eos_token", &specials.eos),
            ("pad_token", &specials.pad),
            ("unk_token", &specials.unk),
        ];
        for (name, text) in named {
            if let Some(text) = text {
                context[name] = Value::String(text.clone());
            }
        }
        let template = self.environment.get_template(NAME).map_err(|e| broken(&e))?;
        template.render(minijinja::value::Value::from(minijinja::value::Serde(context))).map_err(|e| {
            Problem::bad(
                "chat_template_failed",
                format!("The model's chat template does not take this conversation: {e}."),
                "Check the order of the roles (user first, then in turns), or use a model whose template allows it.",
            )
        })
    }
}

fn broken(error: &minijinja::Error) -> Problem {
    Problem::bad(
        "chat_template_broken",
        format!("The model's chat template cannot be read: {error}."),
        "Repair chat_template.jinja (or chat_template in tokenizer_config.json), or take it from the model's source again.",
    )
}

#[cfg(test)]
mod tests;
