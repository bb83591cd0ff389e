//! What happens, as it happens.

use crate::App;
use crate::view::home::Event;
use futures::StreamExt;
use futures::stream::BoxStream;
use serde_json::Value;

/// Tells this process's listeners what happens, whichever process did it. One a process.
#[derive(Clone, Debug)]
pub struct EventBus(karat_store::EventBus);

impl EventBus {
    /// Starts listening; needs a tokio runtime.
    pub fn start(app: &App) -> Self {
        Self(karat_store::EventBus::start(app.store.clone()))
    }

    /// Events of these topics: those after number `after` first, or only those from now on.
    /// Who may hear of a topic is for the caller to ask.
    pub fn subscribe(&self, topics: Vec<String>, after: Option<i64>) -> BoxStream<'static, Event> {
        let events = self.0.subscribe(topics, after);
        let view = |e: karat_store::Event| Event {
            seq: e.seq,
            topic: e.topic,
            kind: e.kind,
            payload: serde_json::from_str(&e.payload).unwrap_or(Value::String(e.payload)),
            at: e.at,
        };
        events.map(view).boxed()
    }

    /// Ends every stream, as at shutdown.
    pub fn stop(&self) {
        self.0.stop();
    }
}
