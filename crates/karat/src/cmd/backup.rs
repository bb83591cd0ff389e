//! `karat backup`: rows and blobs of one moment, into a new folder.

use crate::config::StateArgs;
use crate::{compose, out, runtime};
use karat_services::{Actor, backup};
use karat_types::Problem;
use std::path::PathBuf;

/// Copies the database and the blobs of one moment into a new folder, while others go on working
#[derive(clap::Args)]
#[command(
    after_help = "Example: karat backup --out /backups/karat-monday   (start Karat on it with --data-dir)"
)]
pub(crate) struct Args {
    #[command(flatten)]
    state: StateArgs,
    /// The folder to make; it appears whole or not at all
    #[arg(long, value_name = "DIR")]
    out: PathBuf,
}

/// Copies, each blob's hash checked on the way.
pub(crate) fn run(args: &Args) -> Result<(), Problem> {
    let config = args.state.load()?;
    let made = runtime()?.block_on(async {
        let app = compose::app(&config).await?;
        backup::create(&app, &Actor::system(), &args.out).await
    })?;
    out::line(format!(
        "{}: {} blobs ({} bytes, every hash checked) and the database ({} bytes)",
        args.out.display(),
        made.blobs,
        made.blob_bytes,
        made.database_bytes
    ));
    Ok(())
}
