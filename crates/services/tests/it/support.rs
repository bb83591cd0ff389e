//! An application over a store of the test.

use karat_services::{App, Settings};
use karat_store::Store;
use karat_testkit::fake::{Echo, FakeTrainer};
use karat_types::Micros;
use karat_types::clock::ManualClock;
use std::sync::Arc;

/// 2026-11-21, a while after midnight UTC.
pub(crate) const START: Micros = Micros(1_795_240_000_000_000);

/// An application and the hand on its clock.
pub(crate) fn app_with(store: Store, settings: Settings) -> (Arc<App>, Arc<ManualClock>) {
    let clock = Arc::new(ManualClock::new(START));
    let trainer = Arc::new(FakeTrainer { steps: 3, ..FakeTrainer::default() });
    (
        Arc::new(App::new(
            store,
            clock.clone(),
            settings,
            trainer,
            Arc::new(Echo),
            Arc::new(karat_gate::InProcess),
        )),
        clock,
    )
}

/// An application whose files are read by `examiner`; decisions are final at once.
pub(crate) fn app_examined(
    store: Store,
    examiner: Arc<dyn karat_gate::Examiner>,
) -> (Arc<App>, Arc<ManualClock>) {
    let clock = Arc::new(ManualClock::new(START));
    let trainer = Arc::new(FakeTrainer { steps: 3, ..FakeTrainer::default() });
    let settings = Settings { undo_seconds: 0, ..Settings::default() };
    (Arc::new(App::new(store, clock.clone(), settings, trainer, Arc::new(Echo), examiner)), clock)
}

/// The same, open to everyone, when the test does not move time.
pub(crate) fn app(store: Store) -> Arc<App> {
    app_with(store, Settings { open_signup: true, ..Settings::default() }).0
}
