//! The OpenAI-compatible surface: the same models, the wire format existing clients speak.

mod error;
mod wire;

pub(crate) use error::speak;

use crate::auth::Caller;
use crate::error::{ApiResult, Json};
use crate::state::ApiState;
use axum::extract::State;
use axum::response::sse::{Event, KeepAlive, Sse};
use axum::response::{IntoResponse, Response};
use futures::{StreamExt, stream};
use karat_services::chat::{self, ChatRequest, Piece};
use karat_services::{Actor, App, model};
use karat_types::ports::Prompt;
use karat_types::{Micros, ModelKind, Problem};
use std::convert::Infallible;
use std::sync::Arc;
use std::time::Duration;
use tokio::sync::mpsc;
use utoipa_axum::{router::OpenApiRouter, routes};
use wire::{ChatBody, CompletionBody, Frame, OneOrMany, Sampling, WireModel, WireModels};

/// Tokens of an answer when the request does not say.
const CHAT_TOKENS: u32 = 256;
/// The published default for plain continuations.
const COMPLETION_TOKENS: u32 = 16;
const KEEP_ALIVE: Duration = Duration::from_secs(15);

pub(crate) fn routes() -> OpenApiRouter<ApiState> {
    OpenApiRouter::new()
        .routes(routes!(openai_models))
        .routes(routes!(openai_chat))
        .routes(routes!(openai_complete))
}

/// Every model that answers.
#[utoipa::path(get, path = "/v1/models", tag = "openai", responses((status = 200, body = WireModels)))]
async fn openai_models(State(app): State<Arc<App>>, Caller(actor): Caller) -> ApiResult<Json<WireModels>> {
    let page = model::list(&app, &actor).await?;
    let data = page.items.into_iter().map(|m| WireModel {
        root: m.base_name.clone().unwrap_or_else(|| m.name.clone()),
        parent: m.base_name.filter(|_| m.kind == ModelKind::Adapter),
        id: m.name,
        object: "model",
        created: seconds(m.created_at),
        owned_by: "karat",
    });
    Ok(Json(WireModels { object: "list", data: data.collect() }))
}

/// Answer a conversation.
#[utoipa::path(post, path = "/v1/chat/completions", tag = "openai", request_body = ChatBody,
    responses((status = 200, description = "`chat.completion`, or a stream of `chat.completion.chunk`", body = serde_json::Value)))]
async fn openai_chat(
    State(state): State<ApiState>,
    Caller(actor): Caller,
    Json(body): Json<ChatBody>,
) -> ApiResult<Response> {
    let messages = wire::messages(body.messages).map_err(|detail| {
        Problem::bad("messages_invalid", detail, "Send messages with role and text content.")
    })?;
    answer(state, actor, Ask { chat: true, model: body.model, prompt: Prompt::Chat(messages) }, body.sampling)
        .await
}

/// Continue a text.
#[utoipa::path(post, path = "/v1/completions", tag = "openai", request_body = CompletionBody,
    responses((status = 200, description = "`text_completion`, or a stream of them", body = serde_json::Value)))]
async fn openai_complete(
    State(state): State<ApiState>,
    Caller(actor): Caller,
    Json(body): Json<CompletionBody>,
) -> ApiResult<Response> {
    let mut prompts = body.prompt.into_vec();
    let (Some(prompt), true) = (prompts.pop(), prompts.is_empty()) else {
        return Err(
            Problem::bad("prompt_invalid", "One prompt is answered at a time.", "Send one text.").into()
        );
    };
    answer(state, actor, Ask { chat: false, model: body.model, prompt: Prompt::Text(prompt) }, body.sampling)
        .await
}

/// What is asked, on either route.
struct Ask {
    chat: bool,
    model: String,
    prompt: Prompt,
}

async fn answer(state: ApiState, actor: Actor, ask: Ask, sampling: Sampling) -> ApiResult<Response> {
    if sampling.n.is_some_and(|n| n != 1) {
        return Err(
            Problem::bad("n_invalid", "One answer is made at a time.", "Leave `n` out, or send 1.").into()
        );
    }
    let now = state.app.clock.now();
    let frame = Frame {
        chat: ask.chat,
        id: format!("{}-{}", if ask.chat { "chatcmpl" } else { "cmpl" }, uuid::Uuid::now_v7().simple()),
        created: seconds(now),
        model: ask.model.clone(),
        usage: sampling.stream_options.is_some_and(|o| o.include_usage),
    };
    let streamed = sampling.stream;
    let mut pieces = chat::stream(&state.app, &actor, request(ask, sampling, now)).await?;
    // An error before the first word is an answer with a status, streaming or not.
    let first = pieces.recv().await.unwrap_or_else(interrupted);
    if let Piece::Failed(problem) = first {
        return Err(problem.into());
    }
    if streamed { Ok(stream_out(&state, frame, first, pieces)) } else { whole(&frame, first, pieces).await }
}

fn request(ask: Ask, sampling: Sampling, now: Micros) -> ChatRequest {
    let default = if ask.chat { CHAT_TOKENS } else { COMPLETION_TOKENS };
    ChatRequest {
        model: ask.model,
        prompt: ask.prompt,
        max_tokens: sampling.max_completion_tokens.or(sampling.max_tokens).unwrap_or(default),
        temperature: sampling.temperature.unwrap_or(1.0),
        top_p: sampling.top_p.unwrap_or(1.0),
        seed: sampling.seed.unwrap_or(now.0).cast_unsigned(),
        stop: sampling.stop.map(OneOrMany::into_vec).unwrap_or_default(),
    }
}

async fn whole(frame: &Frame, first: Piece, mut pieces: mpsc::Receiver<Piece>) -> ApiResult<Response> {
    let mut piece = first;
    loop {
        match piece {
            Piece::Text(_) => piece = pieces.recv().await.unwrap_or_else(interrupted),
            Piece::Done(answer) => return Ok(axum::Json(frame.whole(&answer)).into_response()),
            Piece::Failed(problem) => return Err(problem.into()),
        }
    }
}

fn stream_out(state: &ApiState, frame: Frame, first: Piece, pieces: mpsc::Receiver<Piece>) -> Response {
    let opening = frame.opening().map(|chunk| data(&chunk));
    let rest = stream::unfold(Some((first, pieces)), |at| async {
        let (piece, mut pieces) = at?;
        match piece {
            Piece::Text(_) => {
                let next = pieces.recv().await.unwrap_or_else(interrupted);
                Some((piece, Some((next, pieces))))
            }
            last => Some((last, None)),
        }
    });
    let words = rest.flat_map(move |piece| {
        stream::iter(match piece {
            Piece::Text(text) => vec![data(&frame.piece(&text))],
            Piece::Done(answer) => {
                let mut last: Vec<_> = frame.closing(&answer).iter().map(data).collect();
                last.push(Event::default().data("[DONE]"));
                last
            }
            Piece::Failed(problem) => vec![data(&error::body(&problem))],
        })
    });
    let events = stream::iter(opening).chain(words).map(Ok::<_, Infallible>);
    let events = events.take_until(state.shutdown.clone().cancelled_owned());
    Sse::new(events).keep_alive(KeepAlive::new().interval(KEEP_ALIVE)).into_response()
}

fn data(chunk: &serde_json::Value) -> Event {
    Event::default().data(chunk.to_string())
}

fn interrupted() -> Piece {
    Piece::Failed(Problem::internal("The model stopped without a last word."))
}

fn seconds(at: Micros) -> i64 {
    at.0.div_euclid(1_000_000)
}
