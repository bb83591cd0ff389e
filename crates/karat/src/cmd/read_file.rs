//! `karat read-file`: the child in which untrusted files are read; run by karat itself.

use crate::sandbox::{self, Probe};
use karat_types::Problem;

/// Reads files from standard input for karat itself, locked in
#[derive(clap::Args)]
pub(crate) struct Args {
    /// Try something instead, to see that it is stopped
    #[arg(long, value_enum)]
    probe: Option<Probe>,
    /// Processor time for each file
    #[arg(long, default_value_t = sandbox::CPU_SECONDS)]
    cpu_seconds: u64,
}

/// Reads until standard input ends.
pub(crate) fn run(args: &Args) -> Result<(), Problem> {
    sandbox::serve(args.probe, args.cpu_seconds)
        .map_err(|error| Problem::internal(format!("The reader ended: {error}.")))
}
