//! What happens, as it happens: server-sent events that can be taken up again.

use crate::auth::Caller;
use crate::error::{ApiResult, Query};
use crate::state::ApiState;
use axum::extract::State;
use axum::http::HeaderMap;
use axum::response::sse::{Event, KeepAlive, Sse};
use axum::response::{AppendHeaders, IntoResponse};
use futures::StreamExt;
use karat_services::view::home::Event as Happened;
use karat_services::{Actor, App, datanet, release, run, submission};
use karat_types::Problem;
use std::convert::Infallible;
use std::time::Duration;
use utoipa_axum::{router::OpenApiRouter, routes};

const KEEP_ALIVE: Duration = Duration::from_secs(15);
const MAX_TOPICS: usize = 20;

pub(super) fn routes() -> OpenApiRouter<ApiState> {
    OpenApiRouter::new().routes(routes!(follow_events))
}

/// What to follow, and from where.
#[derive(serde::Deserialize, utoipa::IntoParams)]
#[into_params(parameter_in = Query)]
struct Follow {
    /// `submission:ID`, `contributor:ID`, `datanet:ID`, `release:ID`, `run:ID`, with commas between.
    topics: String,
    /// The last event already seen; the `Last-Event-ID` header wins. None = from now on.
    after: Option<i64>,
}

/// Follow topics; each event's id, name and JSON data.
#[utoipa::path(get, path = "/api/v1/events", tag = "events", params(Follow),
    responses((status = 200, description = "A stream of events", content_type = "text/event-stream", body = String)))]
async fn follow_events(
    State(state): State<ApiState>,
    Caller(actor): Caller,
    headers: HeaderMap,
    Query(follow): Query<Follow>,
) -> ApiResult<impl IntoResponse> {
    let topics: Vec<String> = follow.topics.split(',').filter(|t| !t.is_empty()).map(str::to_owned).collect();
    if topics.is_empty() || topics.len() > MAX_TOPICS {
        let detail = format!("{} topics were sent; 1 to {MAX_TOPICS} are expected.", topics.len());
        return Err(Problem::bad("topics_invalid", detail, "Send `topics=run:ID,release:ID`.").into());
    }
    for topic in &topics {
        may_follow(&state.app, &actor, topic).await?;
    }
    let seen = headers.get("last-event-id").and_then(|v| v.to_str().ok()).and_then(|v| v.parse().ok());
    let events = state.events.subscribe(topics, seen.or(follow.after));
    let ended = state.shutdown.clone().cancelled_owned();
    let stream = events.map(sse).take_until(ended);
    Ok((
        AppendHeaders([("x-accel-buffering", "no")]),
        Sse::new(stream).keep_alive(KeepAlive::new().interval(KEEP_ALIVE)),
    ))
}

/// An event on the wire: id to take up from, name, facts.
fn sse(event: Happened) -> Result<Event, Infallible> {
    // JSON is written on one line, as the wire wants it.
    Ok(Event::default().id(event.seq.to_string()).event(event.kind).data(event.payload.to_string()))
}

/// Whoever may read a thing may follow it; a person's own topic is theirs alone.
async fn may_follow(app: &App, actor: &Actor, topic: &str) -> Result<(), Problem> {
    let unknown = || {
        let detail = format!("'{topic}' is not a topic.");
        Problem::bad(
            "topics_invalid",
            detail,
            "Topics are submission, contributor, datanet, release and run, each with `:ID`.",
        )
    };
    let (kind, id) = topic.split_once(':').ok_or_else(unknown)?;
    let id: uuid::Uuid = id.parse().map_err(|_| unknown())?;
    match kind {
        "contributor" if actor.contributor == Some(id.into()) => Ok(()),
        "contributor" if actor.account.is_none() => Err(Problem::signed_out()),
        "contributor" => {
            let detail = "These events are another person's.";
            Err(Problem::forbidden(detail, "Follow your own: its id is `contributor` in /api/v1/me."))
        }
        "submission" => submission::get(app, actor, id.into()).await.map(drop),
        "datanet" => datanet::get(app, actor, id.into()).await.map(drop),
        "release" => release::get(app, actor, id.into()).await.map(drop),
        "run" => run::get(app, actor, id.into()).await.map(drop),
        _ => Err(unknown()),
    }
}
