//! `karat migrate`: bring the database to this version's shape.

use crate::config::StateArgs;
use crate::{compose, out, runtime};
use karat_types::Problem;

/// Brings the database to this version's shape (SQLite does it by itself when it is opened)
#[derive(clap::Args)]
#[command(after_help = "Example: karat migrate --database-url postgres://karat@db/karat")]
pub(crate) struct Args {
    #[command(flatten)]
    state: StateArgs,
}

/// Migrates; running it again changes nothing.
pub(crate) fn run(args: &Args) -> Result<(), Problem> {
    let config = args.state.load()?;
    runtime()?.block_on(async {
        compose::store(&config).await?.migrate().await?;
        out::line(format!("{} is up to date.", compose::store_config(&config).database_label()));
        Ok(())
    })
}
