//! The wire format of the OpenAI clients: what comes in, what goes out.

use karat_types::ports::{ChatMessage, Generated};
use serde::{Deserialize, Serialize};
use serde_json::{Value, json};
use utoipa::ToSchema;

/// A text, or several.
#[derive(Clone, Debug, Deserialize, ToSchema)]
#[serde(untagged)]
pub(crate) enum OneOrMany {
    /// One.
    One(String),
    /// Several.
    Many(Vec<String>),
}

impl OneOrMany {
    pub(crate) fn into_vec(self) -> Vec<String> {
        match self {
            Self::One(text) => vec![text],
            Self::Many(texts) => texts,
        }
    }
}

/// Words of a message: plain, or in parts of which only text is understood.
#[derive(Clone, Debug, Deserialize, ToSchema)]
#[serde(untagged)]
pub(crate) enum Content {
    /// Plain text.
    Text(String),
    /// `{"type": "text", "text": …}` parts.
    Parts(Vec<Part>),
}

/// A part of a message.
#[derive(Clone, Debug, Deserialize, ToSchema)]
pub(crate) struct Part {
    /// Only `text`.
    pub(crate) r#type: String,
    /// The words.
    #[serde(default)]
    pub(crate) text: String,
}

/// A message of the conversation.
#[derive(Clone, Debug, Deserialize, ToSchema)]
pub(crate) struct Message {
    /// `system`, `developer`, `user` or `assistant`.
    pub(crate) role: String,
    /// The words.
    pub(crate) content: Content,
}

/// What streams may add.
#[derive(Clone, Copy, Debug, Default, Deserialize, ToSchema)]
pub(crate) struct StreamOptions {
    /// Send the counts of tokens in a last chunk.
    #[serde(default)]
    pub(crate) include_usage: bool,
}

/// How the sampler works; the same for both routes.
#[derive(Clone, Debug, Default, Deserialize, ToSchema)]
pub(crate) struct Sampling {
    /// Tokens at most.
    pub(crate) max_tokens: Option<u32>,
    /// The same, under its newer name.
    pub(crate) max_completion_tokens: Option<u32>,
    /// 0 to 2; default 1.
    pub(crate) temperature: Option<f64>,
    /// Above 0, up to 1; default 1.
    pub(crate) top_p: Option<f64>,
    /// The same seed gives the same answer.
    pub(crate) seed: Option<i64>,
    /// Texts that end the answer.
    pub(crate) stop: Option<OneOrMany>,
    /// Answers to make; only 1.
    pub(crate) n: Option<u32>,
    /// Stream the answer as server-sent events.
    #[serde(default)]
    pub(crate) stream: bool,
    /// What a stream may add.
    pub(crate) stream_options: Option<StreamOptions>,
}

/// `POST /v1/chat/completions`.
#[derive(Clone, Debug, Deserialize, ToSchema)]
pub(crate) struct ChatBody {
    /// `base` or `base:adapter`.
    pub(crate) model: String,
    /// The conversation so far.
    pub(crate) messages: Vec<Message>,
    #[serde(flatten)]
    pub(crate) sampling: Sampling,
}

/// `POST /v1/completions`.
#[derive(Clone, Debug, Deserialize, ToSchema)]
pub(crate) struct CompletionBody {
    /// `base` or `base:adapter`.
    pub(crate) model: String,
    /// The text to continue.
    pub(crate) prompt: OneOrMany,
    #[serde(flatten)]
    pub(crate) sampling: Sampling,
}

/// A model as `/v1/models` lists it.
#[derive(Clone, Debug, PartialEq, Serialize, ToSchema)]
pub(crate) struct WireModel {
    /// `base` or `base:adapter`.
    pub(crate) id: String,
    /// `model`.
    pub(crate) object: &'static str,
    /// Seconds since 1970.
    pub(crate) created: i64,
    /// `karat`.
    pub(crate) owned_by: &'static str,
    /// The base's name.
    pub(crate) root: String,
    /// The base an adapter sits on.
    pub(crate) parent: Option<String>,
}

/// All models.
#[derive(Clone, Debug, PartialEq, Serialize, ToSchema)]
pub(crate) struct WireModels {
    /// `list`.
    pub(crate) object: &'static str,
    /// The models.
    pub(crate) data: Vec<WireModel>,
}

/// Turns the messages into the words the engine's template takes.
pub(crate) fn messages(messages: Vec<Message>) -> Result<Vec<ChatMessage>, String> {
    messages.into_iter().map(message).collect()
}

fn message(message: Message) -> Result<ChatMessage, String> {
    let content = match message.content {
        Content::Text(text) => text,
        Content::Parts(parts) => {
            if let Some(other) = parts.iter().find(|p| p.r#type != "text") {
                return Err(format!(
                    "A part of type '{}' was sent; only 'text' is understood.",
                    other.r#type
                ));
            }
            parts.into_iter().map(|p| p.text).collect()
        }
    };
    // What newer clients call `developer` is the templates' `system`.
    let role = if message.role == "developer" { "system".to_owned() } else { message.role };
    if !["system", "user", "assistant"].contains(&role.as_str()) {
        return Err(format!("The role '{role}' was sent; system, user or assistant is expected."));
    }
    Ok(ChatMessage { role, content })
}

/// Which of the two routes an answer belongs to, and what all its parts repeat.
#[derive(Clone, Debug)]
pub(crate) struct Frame {
    /// Chat, or plain continuation.
    pub(crate) chat: bool,
    /// `chatcmpl-…` or `cmpl-…`.
    pub(crate) id: String,
    /// Seconds since 1970.
    pub(crate) created: i64,
    /// The model's name as asked for.
    pub(crate) model: String,
    /// Whether the stream ends with the counts.
    pub(crate) usage: bool,
}

impl Frame {
    /// The whole answer.
    pub(crate) fn whole(&self, answer: &Generated) -> Value {
        let mut choice = if self.chat {
            json!({"index": 0, "message": {"role": "assistant", "content": answer.text, "refusal": null}})
        } else {
            json!({"index": 0, "text": answer.text})
        };
        choice["logprobs"] = Value::Null;
        choice["finish_reason"] = json!(answer.finish_reason);
        let object = if self.chat { "chat.completion" } else { "text_completion" };
        let mut whole = self.envelope(object, json!([choice]));
        whole["usage"] = usage(answer);
        whole
    }

    /// The first chunk of a chat stream: whose words follow. Plain continuations have none.
    pub(crate) fn opening(&self) -> Option<Value> {
        self.chat.then(|| self.chunk(json!({"role": "assistant", "content": ""}), &Value::Null))
    }

    /// A piece of the answer.
    pub(crate) fn piece(&self, text: &str) -> Value {
        if self.chat {
            self.chunk(json!({"content": text}), &Value::Null)
        } else {
            self.text(text, &Value::Null)
        }
    }

    /// The chunk that says why the answer ended, and the counts when asked for.
    pub(crate) fn closing(&self, answer: &Generated) -> Vec<Value> {
        let reason = json!(answer.finish_reason);
        let mut chunks =
            vec![if self.chat { self.chunk(json!({}), &reason) } else { self.text("", &reason) }];
        if self.usage {
            let mut last = self.envelope(self.streamed(), json!([]));
            last["usage"] = usage(answer);
            chunks.push(last);
        }
        chunks
    }

    fn streamed(&self) -> &'static str {
        if self.chat { "chat.completion.chunk" } else { "text_completion" }
    }

    fn chunk(&self, delta: Value, reason: &Value) -> Value {
        self.part(json!([{"index": 0, "delta": delta, "logprobs": null, "finish_reason": reason}]))
    }

    fn text(&self, text: &str, reason: &Value) -> Value {
        self.part(json!([{"index": 0, "text": text, "logprobs": null, "finish_reason": reason}]))
    }

    fn part(&self, choices: Value) -> Value {
        let mut part = self.envelope(self.streamed(), choices);
        if self.usage {
            part["usage"] = Value::Null;
        }
        part
    }

    fn envelope(&self, object: &str, choices: Value) -> Value {
        json!({"id": self.id, "object": object, "created": self.created, "model": self.model, "choices": choices})
    }
}

fn usage(answer: &Generated) -> Value {
    json!({
        "prompt_tokens": answer.prompt_tokens,
        "completion_tokens": answer.completion_tokens,
        "total_tokens": answer.prompt_tokens + answer.completion_tokens,
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn frame(chat: bool, usage: bool) -> Frame {
        Frame { chat, id: "x-1".into(), created: 5, model: "m".into(), usage }
    }

    fn answer() -> Generated {
        Generated { text: "hi".into(), prompt_tokens: 3, completion_tokens: 2, finish_reason: "stop".into() }
    }

    #[test]
    fn a_chat_answer_has_the_published_shape() {
        let expected = json!({
            "id": "x-1", "object": "chat.completion", "created": 5, "model": "m",
            "choices": [{"index": 0, "message": {"role": "assistant", "content": "hi", "refusal": null},
                "logprobs": null, "finish_reason": "stop"}],
            "usage": {"prompt_tokens": 3, "completion_tokens": 2, "total_tokens": 5}
        });
        assert_eq!(frame(true, false).whole(&answer()), expected);
    }

    #[test]
    fn a_stream_with_usage_ends_with_a_chunk_without_choices() {
        let chunks = frame(true, true).closing(&answer());
        assert_eq!(chunks[0]["choices"][0]["finish_reason"], "stop");
        assert_eq!(chunks[0]["usage"], Value::Null);
        assert_eq!(chunks[1]["choices"], json!([]));
        assert_eq!(chunks[1]["usage"]["total_tokens"], 5);
        let plain = frame(false, false);
        assert_eq!(plain.closing(&answer()).len(), 1);
        assert!(plain.piece("a").get("usage").is_none() && plain.opening().is_none());
    }

    #[test]
    fn parts_become_text_and_other_parts_are_named() {
        let ask = |json| messages(serde_json::from_value(json).unwrap());
        let said = ask(json!([{"role": "developer", "content": [{"type": "text", "text": "a"}]}])).unwrap();
        assert_eq!(said[0], ChatMessage { role: "system".into(), content: "a".into() });
        let image = json!([{"role": "user", "content": [{"type": "image_url", "image_url": {"url": "x"}}]}]);
        assert!(ask(image).unwrap_err().contains("image_url"));
        assert!(ask(json!([{"role": "tool", "content": "a"}])).unwrap_err().contains("tool"));
    }
}
