//! Worker processes beside the server: training never runs inside the front door, so
//! running out of memory costs a worker and not the server.

use crate::config::Config;
use std::path::PathBuf;
use std::process::{Child, Command, Stdio};
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::thread::JoinHandle;
use std::time::{Duration, Instant};

/// A worker that lived this long starts anew without a pause.
const HEALTHY: Duration = Duration::from_secs(60);
const PAUSE_FIRST: Duration = Duration::from_millis(500);
const PAUSE_MOST: Duration = Duration::from_secs(30);
/// How often a worker is looked after.
const LOOK: Duration = Duration::from_millis(100);
/// A worker that does not end by then is killed; its job is taken up again later.
const GRACE: Duration = Duration::from_secs(8);

/// The running workers.
pub(super) struct Workers {
    ending: Arc<AtomicBool>,
    keepers: Vec<JoinHandle<()>>,
}

impl Workers {
    /// Starts the configured number of workers from this very binary.
    pub(super) fn start(config: &Config, binary: PathBuf) -> Self {
        let ending = Arc::new(AtomicBool::new(false));
        let keepers = (0..config.workers)
            .map(|number| {
                let (config, binary, ending) = (config.clone(), binary.clone(), ending.clone());
                std::thread::spawn(move || keep(&config, &binary, number, &ending))
            })
            .collect();
        Self { ending, keepers }
    }

    /// Asks all to end and waits for them.
    pub(super) fn end(self) {
        self.ending.store(true, Ordering::SeqCst);
        for keeper in self.keepers {
            let _ = keeper.join();
        }
    }
}

/// Keeps one worker alive until the server ends.
fn keep(config: &Config, binary: &PathBuf, number: u32, ending: &AtomicBool) {
    let mut pause = PAUSE_FIRST;
    while !ending.load(Ordering::SeqCst) {
        let started = Instant::now();
        match spawn(config, binary) {
            Ok(child) => watch(child, number, ending),
            Err(error) => tracing::error!(worker = number, %error, "worker does not start"),
        }
        pause = if started.elapsed() > HEALTHY { PAUSE_FIRST } else { (pause * 2).min(PAUSE_MOST) };
        let wake = Instant::now() + pause;
        while Instant::now() < wake && !ending.load(Ordering::SeqCst) {
            std::thread::sleep(LOOK);
        }
    }
}

fn spawn(config: &Config, binary: &PathBuf) -> std::io::Result<Child> {
    let mut command = Command::new(binary);
    // Its standard input is its lifeline: it closes when this process ends, however it ends.
    command.args(["worker", "--lifeline"]).stdin(Stdio::piped()).env("KARAT_DATA_DIR", &config.data_dir);
    // A release the worker makes says where it can be found.
    command.env("KARAT_BIND", config.bind.to_string());
    // In the environment and not as flags: other users can read a command line.
    for (name, value) in [("KARAT_DATABASE_URL", &config.database_url), ("KARAT_BLOB_URL", &config.blob_url)]
    {
        if let Some(value) = value {
            command.env(name, value);
        }
    }
    command.spawn()
}

/// Returns when the worker is gone.
fn watch(mut child: Child, number: u32, ending: &AtomicBool) {
    tracing::info!(worker = number, process.id = child.id(), "worker started");
    let mut deadline = None;
    loop {
        match child.try_wait() {
            Ok(Some(status)) => {
                if !ending.load(Ordering::SeqCst) {
                    tracing::warn!(worker = number, %status, "worker ended; starting another");
                }
                return;
            }
            Ok(None) => {}
            Err(error) => {
                tracing::error!(worker = number, %error, "worker was lost");
                return;
            }
        }
        if ending.load(Ordering::SeqCst) {
            drop(child.stdin.take());
            if Instant::now() > *deadline.get_or_insert_with(|| Instant::now() + GRACE) {
                let _ = child.kill();
            }
        }
        std::thread::sleep(LOOK);
    }
}
