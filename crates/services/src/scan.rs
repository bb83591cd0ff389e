//! The port to a virus scanner (check A8): the gate opens no socket, so the binary brings
//! one along where the operator set it up.

use karat_gate::outside;
use karat_types::finding::Verdict;

/// What a scanner says of a file.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Scan {
    /// Nothing was recognised.
    Clean,
    /// The name of what was recognised.
    Found(String),
    /// There was no answer, and why.
    Absent(String),
}

/// Looks into files for what it knows to be harmful.
pub trait Scanner: Send + Sync {
    /// Looks into one file.
    fn scan(&self, bytes: &[u8]) -> Scan;
    /// Whether it answers.
    fn is_up(&self) -> bool;
}

/// The verdict with check A8. A scanner that does not answer counts for nothing, which is
/// said in the verdict and in the log.
pub fn judge(scanner: Option<&dyn Scanner>, verdict: Verdict, bytes: &[u8]) -> Verdict {
    let Some(scanner) = scanner else { return verdict };
    match scanner.scan(bytes) {
        Scan::Clean => karat_gate::join(verdict, "A8", Vec::new()),
        Scan::Found(name) => karat_gate::join(verdict, "A8", vec![outside::virus_found(&name)]),
        Scan::Absent(why) => {
            tracing::warn!(why, "the virus scanner does not answer; a file was not scanned");
            karat_gate::not_run(verdict, "A8", "not scanned: the virus scanner did not answer")
        }
    }
}
