//! How a running handler hears that it should stop.

use tokio::sync::watch;

/// What is wished of a running job.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Wish {
    GoOn,
    /// A person asked for it: end properly, write the result.
    Stop,
    /// The lease is lost or the process ends: write nothing, another goes on.
    Drop,
}

/// Looked at by a handler between its steps, also from blocking threads.
#[derive(Clone, Debug)]
pub struct CancelFlag(watch::Receiver<Wish>);

impl CancelFlag {
    pub(super) fn new() -> (watch::Sender<Wish>, Self) {
        let (send, receive) = watch::channel(Wish::GoOn);
        (send, Self(receive))
    }

    /// A person asked the job to stop: what that means is in the handler's own rows.
    pub fn is_cancelled(&self) -> bool {
        *self.0.borrow() == Wish::Stop
    }

    /// Returns when a person asked the job to stop.
    pub async fn cancelled(&self) {
        self.wished(|w| w == Wish::Stop).await;
    }

    /// Returns when the job is no longer this worker's.
    pub(super) async fn dropped(&self) {
        self.wished(|w| w == Wish::Drop).await;
    }

    async fn wished(&self, is: impl Fn(Wish) -> bool) {
        let mut wish = self.0.clone();
        if wish.wait_for(|w| is(*w)).await.is_err() {
            // Whoever could have wished is gone; nothing will ever be asked.
            std::future::pending::<()>().await;
        }
    }
}
