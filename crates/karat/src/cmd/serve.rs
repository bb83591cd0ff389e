//! `karat serve`: web UI, API and workers.

use crate::config::StateArgs;
use crate::{runtime, serve, telemetry};
use karat_types::Problem;
use std::net::SocketAddr;

/// Starts the web UI, the API and the workers
#[derive(clap::Args)]
#[command(after_help = "Example: karat serve --bind 127.0.0.1:8080 --data-dir ./karat-data")]
pub(crate) struct Args {
    #[command(flatten)]
    state: StateArgs,
    /// Address and port [default: 127.0.0.1:8080]; port 0 takes any free one
    #[arg(long, value_name = "ADDRESS:PORT")]
    bind: Option<SocketAddr>,
    /// Worker processes to start [default: 1]; 0 = none, start `karat worker` elsewhere
    #[arg(long, value_name = "N")]
    workers: Option<u32>,
    /// Print the address as one JSON object
    #[arg(long)]
    json: bool,
}

/// Serves until it is told to stop.
pub(crate) fn run(args: &Args) -> Result<(), Problem> {
    telemetry::start("info");
    let mut config = args.state.load()?;
    config.bind = args.bind.unwrap_or(config.bind);
    config.workers = args.workers.unwrap_or(config.workers);
    let runtime = runtime()?;
    let served = runtime.block_on(async {
        let listener = serve::listen(config.bind).await?;
        serve::serve(&config, listener, args.json, None).await
    });
    runtime.shutdown_background();
    served
}
