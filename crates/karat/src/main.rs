//! Fuse box and keys: the command line, the configuration and the composition root.
//!
//! One binary, roles by sub-command. Only this crate reads configuration; it holds no
//! decisions of its own: each command parses, calls a use case, prints.

mod amx;
mod chart;
mod clamd;
mod client;
mod cmd;
mod compose;
mod config;
mod demo;
mod eval_sets;
mod hub;
mod out;
mod progress;
mod sandbox;
mod serve;
mod telemetry;
mod trust_anchors;

use clap::Parser;
use karat_types::Problem;
use std::process::ExitCode;

/// Community data in, credited models out: contribute, gate, review, rank, release, train, chat.
#[derive(Parser)]
#[command(name = "karat", version, propagate_version = true, max_term_width = 100)]
#[command(after_help = "Example: karat demo --serve     the whole loop on real text, then the web UI")]
pub(crate) struct Cli {
    /// What to do.
    #[command(subcommand)]
    pub(crate) command: cmd::Command,
}

fn main() -> ExitCode {
    // Usage errors and --help are clap's: exit code 2 with the usage line.
    let cli = Cli::parse();
    // Fails only when a provider is installed already, which is just as good.
    let _ = rustls::crypto::ring::default_provider().install_default();
    karat_engine::kernel::set_amx_probe(amx::probe);
    match cli.command.run() {
        Ok(()) => ExitCode::SUCCESS,
        Err(problem) => {
            out::problem(&problem);
            ExitCode::FAILURE
        }
    }
}

/// The asynchronous runtime of a command that needs one.
pub(crate) fn runtime() -> Result<tokio::runtime::Runtime, Problem> {
    tokio::runtime::Builder::new_multi_thread()
        .enable_all()
        .build()
        .map_err(|error| Problem::internal(format!("No threads for the runtime: {error}.")))
}
