//! Where untrusted files are read: in child processes of this same binary that can do
//! nothing else (check A9).
//!
//! A child that crashes, hangs or asks for too much costs one file, and that file is held:
//! our reader failed, which is nobody's refusal. Plain texts are read in this process;
//! their reading is ours from end to end and allocates little.

mod child;
mod confine;
mod frame;
mod probe;
mod reader;

pub(crate) use child::serve;
pub(crate) use frame::Limit;
pub(crate) use probe::{ALLOWED, Probe, QUICK};

use karat_gate::{Examined, Examiner, Input};
use karat_types::Modality;
use reader::Reader;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::path::PathBuf;
use std::sync::{Condvar, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

/// Processor time for one file, seconds.
pub(crate) const CPU_SECONDS: u64 = 20;
/// Time by the clock on the wall for one file: the processor's limit stops what computes,
/// this one what waits.
pub(crate) const PATIENCE: Duration = Duration::from_secs(60);
/// Files a child reads before it is replaced, so that what one left behind cannot grow.
const FILES_A_CHILD: u32 = 100;

/// How children are started and held.
#[derive(Clone, Debug)]
pub(crate) struct Settings {
    /// This program.
    pub(crate) binary: PathBuf,
    /// Children at the same time.
    pub(crate) most: usize,
    /// Processor time for one file, seconds.
    pub(crate) cpu_seconds: u64,
    /// Time for one file by the clock on the wall.
    pub(crate) patience: Duration,
    /// What every child tries instead of reading: for tests.
    pub(crate) probe: Option<Probe>,
}

impl Settings {
    /// Children of this very program, one for each core.
    pub(crate) fn new() -> Self {
        Self {
            binary: std::env::current_exe().unwrap_or_else(|_| "karat".into()),
            most: std::thread::available_parallelism().map_or(2, usize::from),
            cpu_seconds: CPU_SECONDS,
            patience: PATIENCE,
            probe: None,
        }
    }
}

/// Reads files in child processes.
pub(crate) struct Sandbox {
    settings: Settings,
    pool: Mutex<Pool>,
    freed: Condvar,
}

#[derive(Default)]
struct Pool {
    idle: Vec<Reader>,
    busy: usize,
}

impl Sandbox {
    /// No child is started before the first file.
    pub(crate) fn new(settings: Settings) -> Self {
        Self { settings, pool: Mutex::default(), freed: Condvar::new() }
    }

    /// What holds a child on this machine; else why none could be started.
    pub(crate) fn limits(&self) -> Result<Vec<Limit>, String> {
        Reader::start(&self.settings, None).map(|reader| reader.hello.limits.clone())
    }

    /// What comes of a child that tries something.
    pub(crate) fn probe(&self, probe: Probe) -> Result<(), String> {
        let mut reader = Reader::start(&self.settings, Some(probe))?;
        reader.read(&Input::new("probe", b"probe", Modality::Text)).map(drop)
    }

    /// A free child, or a place for a new one, when there are not too many.
    fn take(&self) -> Option<Reader> {
        let mut pool = self.pool();
        while pool.busy >= self.settings.most.max(1) {
            pool = self.freed.wait(pool).unwrap_or_else(PoisonError::into_inner);
        }
        pool.busy += 1;
        pool.idle.pop()
    }

    /// The place is free again; a child that may go on waits for the next file.
    fn give_back(&self, reader: Option<Reader>) {
        let keep = reader.filter(|reader| reader.hello.counts_cpu && reader.files < FILES_A_CHILD);
        let mut pool = self.pool();
        pool.busy = pool.busy.saturating_sub(1);
        pool.idle.extend(keep);
        drop(pool);
        self.freed.notify_one();
    }

    fn pool(&self) -> MutexGuard<'_, Pool> {
        self.pool.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Reads in a child. One that had read before may have failed of what it did before,
    /// so the file is given to a fresh one before it is judged by it.
    fn in_child(&self, input: &Input<'_>) -> Result<Examined, String> {
        let used = self.take();
        if let Some(mut used) = used
            && let Ok(examined) = used.read(input)
        {
            self.give_back(Some(used));
            return Ok(examined);
        }
        let read = Reader::start(&self.settings, None).and_then(|mut fresh| {
            let examined = fresh.read(input)?;
            Ok((fresh, examined))
        });
        match read {
            Ok((fresh, examined)) => {
                self.give_back(Some(fresh));
                Ok(examined)
            }
            Err(how) => {
                self.give_back(None);
                Err(how)
            }
        }
    }
}

impl Examiner for Sandbox {
    fn examine(&self, input: &Input<'_>) -> Examined {
        let read = if self.settings.probe.is_none() && is_plain(input) {
            let here = AssertUnwindSafe(|| karat_gate::examine(input));
            catch_unwind(here).map_err(|_| "it panicked".to_owned())
        } else {
            self.in_child(input)
        };
        read.unwrap_or_else(|how| {
            let hash = karat_gate::content_hash(input.bytes);
            tracing::error!(%hash, name = input.name, bytes = input.bytes.len(), how, "a reader failed; the file is held");
            karat_gate::reader_failed(input, &how)
        })
    }
}

/// Whether nothing but our own text checks will look at it: a text by name and by content,
/// or a file that is stopped before its content is read.
fn is_plain(input: &Input<'_>) -> bool {
    if input.bytes.len() as u64 > input.rules.max_bytes {
        return true;
    }
    let name = input.name.to_ascii_lowercase();
    input.rules.modality == Modality::Text
        && [".txt", ".md"].iter().any(|ending| name.ends_with(ending))
        && !input.bytes.contains(&0)
        && !input.bytes.trim_ascii_start().starts_with(b"%PDF")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_texts_are_read_in_this_process() {
        let plain = |name, bytes: &[u8], modality| is_plain(&Input::new(name, bytes, modality));
        assert!(plain("a.txt", b"words", Modality::Text) && plain("A.MD", b"", Modality::Text));
        assert!(!plain("a.pdf", b"%PDF-1.7", Modality::Text));
        assert!(!plain("a.txt", b"\n%PDF-1.7", Modality::Text));
        assert!(!plain("a.txt", b"PK\x03\x04\0\0", Modality::Text));
        assert!(!plain("a.jsonl", b"{}", Modality::Text));
        assert!(!plain("a.txt", b"words", Modality::Image));
        assert!(plain("a.png", &vec![0; 10_000_001], Modality::Image), "stopped at the door");
    }

    #[test]
    fn a_program_that_is_no_reader_holds_the_file() {
        for binary in ["/bin/true", "/bin/cat", "/nowhere/karat"] {
            let settings = Settings {
                binary: binary.into(),
                most: 1,
                patience: Duration::from_secs(5),
                ..Settings::new()
            };
            let sandbox = Sandbox::new(settings);
            for _ in 0..2 {
                let examined = sandbox.examine(&Input::new("a.png", b"\x89PNG", Modality::Image));
                assert_eq!(examined.verdict.outcome.as_str(), "held", "{binary}");
                assert_eq!(examined.verdict.findings[0].code, "reader_failed");
            }
        }
    }
}
