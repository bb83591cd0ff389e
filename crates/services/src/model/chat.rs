//! Words from a model: the playground and the OpenAI-compatible surface.

use super::unpack;
use crate::authz::{self, Action};
use crate::{Actor, App};
use karat_store::query;
use karat_types::id::ModelId;
use karat_types::ports::{Control, GenerateRequest, Generated, Prompt};
use karat_types::{ModelKind, Precision, Problem};
use tokio::sync::mpsc;

/// Pieces that may wait for a slow reader before the model waits too.
const PIECES_AHEAD: usize = 64;

/// What to generate.
#[derive(Clone, Debug)]
pub struct ChatRequest {
    /// `base` or `base:adapter`.
    pub model: String,
    /// What to continue.
    pub prompt: Prompt,
    /// Tokens at most.
    pub max_tokens: u32,
    /// 0 = always the likeliest token.
    pub temperature: f64,
    /// Nucleus; 1 = all tokens.
    pub top_p: f64,
    /// Seed of the sampler.
    pub seed: u64,
    /// Texts that end the answer.
    pub stop: Vec<String>,
}

/// One thing a stream carries; the last is `Done` or `Failed`.
#[derive(Clone, Debug)]
pub enum Piece {
    /// More words.
    Text(String),
    /// The end.
    Done(Generated),
    /// It went wrong.
    Failed(Problem),
}

/// Starts an answer. Dropping the receiver stops the model at its next token.
pub async fn stream(
    app: &App,
    actor: &Actor,
    request: ChatRequest,
) -> Result<mpsc::Receiver<Piece>, Problem> {
    authz::require(actor, Action::Chat, false)?;
    check(&request)?;
    let permit = app.chat_permits.clone().try_acquire_owned().map_err(|_| busy())?;
    let (model_dir, adapter_dir) = resolve(app, &request.model).await?;
    let request = GenerateRequest {
        model_dir,
        adapter_dir,
        prompt: request.prompt,
        max_tokens: request.max_tokens,
        temperature: request.temperature,
        top_p: request.top_p,
        seed: request.seed,
        stop: request.stop,
        precision: Precision::F32,
    };
    let (send, receive) = mpsc::channel(PIECES_AHEAD);
    let generator = app.generator.clone();
    tokio::task::spawn_blocking(move || {
        let _permit = permit;
        let mut on_text = |text: &str| match send.blocking_send(Piece::Text(text.to_owned())) {
            Ok(()) => Control::Continue,
            Err(_) => Control::Cancel,
        };
        let last = match generator.generate(&request, &mut on_text) {
            Ok(done) => Piece::Done(done),
            Err(problem) => Piece::Failed(problem),
        };
        // A reader that went away wants no last word.
        let _ = send.blocking_send(last);
    });
    Ok(receive)
}

fn check(r: &ChatRequest) -> Result<(), Problem> {
    let fault = if !(1..=4096).contains(&r.max_tokens) {
        format!("max_tokens is {}; 1–4096 is expected.", r.max_tokens)
    } else if !(0.0..=2.0).contains(&r.temperature) {
        format!("temperature is {}; 0–2 is expected.", r.temperature)
    } else if !(r.top_p > 0.0 && r.top_p <= 1.0) {
        format!("top_p is {}; above 0 and at most 1 is expected.", r.top_p)
    } else {
        return Ok(());
    };
    Err(Problem::bad("parameter_out_of_range", fault, "Change it and ask again."))
}

fn busy() -> Problem {
    Problem::new(
        429,
        "models_busy",
        "All places for answers are taken.",
        "Try again in a few seconds (Retry-After: 2).",
    )
}

async fn resolve(app: &App, name: &str) -> Result<(std::path::PathBuf, Option<std::path::PathBuf>), Problem> {
    let model = query::model::by_name(app.store.db(), name).await?.ok_or_else(|| {
        Problem::new(
            404,
            "model_not_found",
            format!("There is no model '{name}'."),
            "GET /v1/models lists them.",
        )
    })?;
    let id = ModelId(model.id);
    match (model.kind == ModelKind::Adapter.as_str(), model.base_id) {
        (true, Some(base)) => Ok((unpack(app, ModelId(base)).await?, Some(unpack(app, id).await?))),
        _ => Ok((unpack(app, id).await?, None)),
    }
}
