//! One poller a process reads new events; every listener hears of them from it.
//!
//! Polling finds the events of all processes on both databases; those of this process
//! wake it at once. A listener that resumes, or falls behind, reads what it missed from
//! the table, so nobody misses an event or gets one twice.

use crate::Store;
use crate::query::event::{self, EventRow};
use futures::stream::{self, BoxStream, StreamExt};
use karat_types::Micros;
use std::collections::VecDeque;
use std::sync::Arc;
use std::sync::atomic::{AtomicI64, Ordering};
use std::time::Duration;
use tokio::sync::broadcast::{self, error::RecvError};
use tokio::sync::watch;

/// How long an event of another process may go unseen.
const POLL: Duration = Duration::from_millis(150);
/// Rest after the database could not be read.
const REST: Duration = Duration::from_secs(1);
/// Events read in one go.
const BATCH: u64 = 500;
/// Events a listener may be behind before it reads from the table instead.
const BEHIND: usize = 1024;

/// Something that happened.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Event {
    /// Its place in the order of commits; listeners resume after it.
    pub seq: i64,
    /// What it is about: `run:<id>`.
    pub topic: String,
    /// What happened: `step`.
    pub kind: String,
    /// A view as observers get it, JSON.
    pub payload: String,
    /// When.
    pub at: Micros,
}

impl From<EventRow> for Event {
    fn from(row: EventRow) -> Self {
        let EventRow { seq, topic, kind, payload, created_at } = row;
        Self { seq, topic, kind, payload, at: Micros(created_at) }
    }
}

/// Tells this process's listeners what happens. Cheap to clone; ends with its last clone.
#[derive(Clone, Debug)]
pub struct EventBus {
    store: Store,
    news: broadcast::Sender<Arc<Event>>,
    /// Number of the last event told; negative until the poller has looked once.
    told: Arc<AtomicI64>,
    stop: Arc<watch::Sender<bool>>,
}

impl EventBus {
    /// Starts the poller; needs a tokio runtime.
    pub fn start(store: Store) -> Self {
        let news = broadcast::Sender::new(BEHIND);
        let (stop, stopped) = watch::channel(false);
        let bus = Self { store, news, told: Arc::new(AtomicI64::new(-1)), stop: Arc::new(stop) };
        let poller =
            Poller { store: bus.store.clone(), news: bus.news.clone(), told: bus.told.clone(), stopped };
        tokio::spawn(poller.run());
        bus
    }

    /// Events of these topics: those after number `after` first, or only those from now on
    /// (in the first moments of a process: from the bus's first look at the table on).
    pub fn subscribe(&self, topics: Vec<String>, after: Option<i64>) -> BoxStream<'static, Event> {
        let news = self.news.subscribe();
        let told = Some(self.told.load(Ordering::SeqCst)).filter(|seq| *seq >= 0);
        let listener = Listener {
            store: self.store.clone(),
            news,
            stopped: self.stop.subscribe(),
            topics,
            last: after.or(told),
            missed: VecDeque::new(),
            // Before the first look there is nothing to have missed: what comes is heard.
            behind: after.or(told).is_some(),
        };
        stream::unfold(listener, |mut l| async move { l.next().await.map(|event| (event, l)) }).boxed()
    }

    /// Ends every stream, as at shutdown: an open stream would keep the server waiting.
    pub fn stop(&self) {
        self.stop.send_replace(true);
    }
}

/// Returns when the bus was stopped or dropped.
async fn ended(stopped: &mut watch::Receiver<bool>) {
    let _ = stopped.wait_for(|stop| *stop).await;
}

struct Poller {
    store: Store,
    news: broadcast::Sender<Arc<Event>>,
    told: Arc<AtomicI64>,
    stopped: watch::Receiver<bool>,
}

impl Poller {
    async fn run(mut self) {
        loop {
            let rest = match self.tell_new().await {
                Ok(()) => POLL,
                Err(error) => {
                    tracing::warn!(%error, "events cannot be read; trying again");
                    REST
                }
            };
            tokio::select! {
                () = ended(&mut self.stopped) => return,
                () = tokio::time::sleep(rest) => {}
                () = self.store.event_written() => {}
            }
        }
    }

    async fn tell_new(&self) -> crate::Result<()> {
        let mut last = self.told.load(Ordering::SeqCst);
        if last < 0 {
            last = event::last_seq(self.store.db()).await?;
            self.told.store(last, Ordering::SeqCst);
        }
        loop {
            let rows = event::after(self.store.db(), last, &[], BATCH).await?;
            let full = rows.len() as u64 == BATCH;
            for row in rows {
                last = row.seq;
                // No listeners is no error.
                let _ = self.news.send(Arc::new(row.into()));
                self.told.store(last, Ordering::SeqCst);
            }
            if !full {
                return Ok(());
            }
        }
    }
}

struct Listener {
    store: Store,
    news: broadcast::Receiver<Arc<Event>>,
    stopped: watch::Receiver<bool>,
    topics: Vec<String>,
    last: Option<i64>,
    missed: VecDeque<Event>,
    behind: bool,
}

impl Listener {
    async fn next(&mut self) -> Option<Event> {
        loop {
            if *self.stopped.borrow() {
                return None;
            }
            if let Some(event) = self.missed.pop_front() {
                self.last = Some(event.seq);
                return Some(event);
            }
            if self.behind {
                self.catch_up().await;
                continue;
            }
            let heard = tokio::select! {
                () = ended(&mut self.stopped) => return None,
                heard = self.news.recv() => heard,
            };
            match heard {
                Ok(event) => {
                    let new = self.last.is_none_or(|last| event.seq > last);
                    if new && self.topics.contains(&event.topic) {
                        self.last = Some(event.seq);
                        return Some(Event::clone(&event));
                    }
                }
                Err(RecvError::Lagged(_)) => self.behind = true,
                Err(RecvError::Closed) => return None,
            }
        }
    }

    /// Reads what this listener has not heard; it has listened since before, so
    /// nothing falls in between.
    async fn catch_up(&mut self) {
        let read = match self.last {
            None => event::last_seq(self.store.db()).await.map(|seq| {
                self.last = Some(seq);
                Vec::new()
            }),
            Some(last) => event::after(self.store.db(), last, &self.topics, BATCH).await,
        };
        match read {
            Ok(rows) => {
                self.behind = !rows.is_empty();
                self.missed = rows.into_iter().map(Event::from).collect();
            }
            Err(error) => {
                tracing::warn!(%error, "missed events cannot be read; trying again");
                tokio::time::sleep(REST).await;
            }
        }
    }
}
