//! `karat models add|list`: the models a data directory keeps for its runs and chats.

use crate::config::StateArgs;
use crate::{compose, out, runtime};
use karat_services::{Actor, model};
use karat_types::Problem;
use std::path::PathBuf;

/// Takes a base model folder (Hugging Face layout) into the data directory
#[derive(clap::Args)]
#[command(after_help = "Example: karat models add tiny ./base --data-dir ./karat-data")]
pub(super) struct AddArgs {
    /// What to call it: 1–60 letters, digits, '-', '_' or '.'
    name: String,
    /// The model's folder
    dir: PathBuf,
    #[command(flatten)]
    state: StateArgs,
    /// Print one JSON object
    #[arg(long)]
    json: bool,
}

/// Lists the bases and adapters of the data directory
#[derive(clap::Args)]
#[command(after_help = "Example: karat models list --json")]
pub(super) struct ListArgs {
    #[command(flatten)]
    state: StateArgs,
    /// Print one JSON object
    #[arg(long)]
    json: bool,
}

/// Stores the folder's files as blobs and its manifest as a row.
pub(super) fn add(args: &AddArgs) -> Result<(), Problem> {
    let config = args.state.load()?;
    let added = runtime()?.block_on(async {
        let app = compose::app(&config).await?;
        model::add_dir(&app, &Actor::system(), &args.name, &args.dir).await
    })?;
    if args.json {
        return out::json(&added);
    }
    out::line(format!(
        "{}  {}, {} parameters, {} bytes",
        added.name, added.family, added.parameters, added.bytes
    ));
    Ok(())
}

/// Prints one line a model.
pub(super) fn list(args: &ListArgs) -> Result<(), Problem> {
    let config = args.state.load()?;
    let page = runtime()?.block_on(async {
        let app = compose::app(&config).await?;
        model::list(&app, &Actor::system()).await
    })?;
    if args.json {
        return out::json(&page);
    }
    if page.items.is_empty() {
        out::line("No model yet. Make one: karat models init … --out DIR, then karat models add NAME DIR");
    }
    for model in &page.items {
        out::line(format!(
            "{:<30} {:<8} {} parameters  {}",
            model.name, model.kind, model.parameters, model.id
        ));
    }
    Ok(())
}
