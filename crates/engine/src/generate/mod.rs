//! Answers: the loop from a prompt to words, streamed as whole characters.

mod models;
mod sampler;
mod stream;

pub(crate) use models::{Loaded, Models};

use crate::chat_template::Message;
use crate::tokenizer::Tokenizer;
use crate::{Engine, Model};
use karat_types::Problem;
use karat_types::ports::{Control, GenerateRequest, Generated, Generator, Prompt};
use sampler::Sampler;
use stream::{Decoder, Stops};

impl Generator for Engine {
    fn generate(
        &self,
        request: &GenerateRequest,
        on: &mut dyn FnMut(&str) -> Control,
    ) -> Result<Generated, Problem> {
        let loaded =
            self.models().get(&request.model_dir, request.adapter_dir.as_deref(), request.precision)?;
        answer(&loaded, request, on)
    }
}

/// Answers a request with a model that is loaded.
pub(crate) fn answer(
    loaded: &Loaded,
    request: &GenerateRequest,
    on: &mut dyn FnMut(&str) -> Control,
) -> Result<Generated, Problem> {
    let tokenizer = loaded.tokenizer.as_ref().map_err(Clone::clone)?;
    complete(&loaded.model, tokenizer, request, on)
}

/// Answers a request with this model, whatever folders the request names.
pub(crate) fn complete(
    model: &Model,
    tokenizer: &Tokenizer,
    request: &GenerateRequest,
    on: &mut dyn FnMut(&str) -> Control,
) -> Result<Generated, Problem> {
    check(request)?;
    let prompt = prompt_ids(&request.prompt, tokenizer)?;
    let context = model.config().context;
    if prompt.len() >= context {
        return Err(Problem::bad(
            "prompt_too_long",
            format!(
                "The prompt has {} tokens, the model reads {context} at most and needs room to answer.",
                prompt.len()
            ),
            "Shorten the prompt, or start a new conversation.",
        ));
    }
    let room = u32::try_from(context - prompt.len()).unwrap_or(u32::MAX);
    let bounded = GenerateRequest { max_tokens: request.max_tokens.min(room), ..request.clone() };
    let mut cache = model.cache();
    run(&prompt, tokenizer, &bounded, &mut |ids| model.logits(ids, &mut cache), on)
}

fn check(request: &GenerateRequest) -> Result<(), Problem> {
    let wrong = |name: &str, expected: &str, found: f64| {
        Err(Problem::bad(
            "sampling_invalid",
            format!("{name} is {found}, expected {expected}."),
            format!("Set {name} to {expected}."),
        ))
    };
    if !(0.0..=10.0).contains(&request.temperature) {
        return wrong("temperature", "a number from 0 to 10", request.temperature);
    }
    if !(request.top_p > 0.0 && request.top_p <= 1.0) {
        return wrong("top_p", "a number above 0, at most 1", request.top_p);
    }
    Ok(())
}

/// What the model reads: the same path that training rows take.
fn prompt_ids(prompt: &Prompt, tokenizer: &Tokenizer) -> Result<Vec<u32>, Problem> {
    let ids = match prompt {
        Prompt::Text(text) => tokenizer.encode_document(text)?,
        Prompt::Chat(messages) => {
            let messages: Vec<Message> = messages.iter().map(|m| Message::new(&m.role, &m.content)).collect();
            let rendered = tokenizer.chat()?.prompt(&messages, None)?;
            let tokens = tokenizer.encode_rendered(&rendered.text, &rendered.literal)?;
            tokens.into_iter().map(|(id, _)| id).collect()
        }
    };
    if ids.is_empty() {
        return Err(Problem::bad(
            "prompt_empty",
            "The prompt is empty, and this model has no token to begin a text with.",
            "Give it a few words to continue.",
        ));
    }
    Ok(ids)
}

/// The loop itself; `next` takes the tokens the model has not read yet and gives the logits
/// of the last place.
fn run(
    prompt: &[u32],
    tokenizer: &Tokenizer,
    request: &GenerateRequest,
    next: &mut dyn FnMut(&[u32]) -> Vec<f32>,
    on: &mut dyn FnMut(&str) -> Control,
) -> Result<Generated, Problem> {
    let mut sampler = Sampler::new(request.temperature, request.top_p, request.seed);
    let (mut decoder, mut stops) = (Decoder::default(), Stops::new(&request.stop));
    let (mut text, mut count, mut finish) = (String::new(), 0, "length");
    let mut unread = prompt.to_vec();
    let mut show = |piece: &str, text: &mut String| {
        text.push_str(piece);
        piece.is_empty() || on(piece) == Control::Continue
    };
    while count < u64::from(request.max_tokens) {
        let id = sampler.pick(&next(&unread));
        count += 1;
        if tokenizer.eos().contains(&id) {
            finish = "stop";
            break;
        }
        unread = vec![id];
        let (piece, stopped) = stops.push(&decoder.push(id, tokenizer)?);
        if !show(&piece, &mut text) || stopped {
            finish = "stop";
            stops.finish();
            decoder = Decoder::default();
            break;
        }
    }
    let (piece, stopped) = stops.push(&decoder.finish(tokenizer)?);
    show(&piece, &mut text);
    if stopped {
        finish = "stop";
    }
    show(&stops.finish(), &mut text);
    Ok(Generated {
        text,
        prompt_tokens: prompt.len() as u64,
        completion_tokens: count,
        finish_reason: finish.to_owned(),
    })
}

#[cfg(test)]
mod tests;
