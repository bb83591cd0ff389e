//! `karat score`: what a model thinks of a text, token by token.

use super::model_args::{ModelArgs, set_threads};
use crate::out;
use karat_engine::score::{Text, score};
use karat_types::Problem;
use std::path::PathBuf;

/// Log-probability of every token given those before, and the perplexity
#[derive(clap::Args)]
#[command(after_help = "Example: karat score --model ./base --adapter ./tuned --text-file page.md --json")]
pub(crate) struct Args {
    #[command(flatten)]
    model: ModelArgs,
    /// Token ids, with commas between; needs no tokenizer
    #[arg(long, value_name = "1,2,3", value_delimiter = ',', required_unless_present = "text_file")]
    ids: Vec<u32>,
    /// A text file
    #[arg(long, value_name = "FILE", conflicts_with = "ids")]
    text_file: Option<PathBuf>,
    /// Print one JSON object
    #[arg(long)]
    json: bool,
}

/// Scores and prints.
pub(crate) fn run(args: &Args) -> Result<(), Problem> {
    let text = match &args.text_file {
        Some(file) => Text::File(file.clone()),
        None => Text::Ids(args.ids.clone()),
    };
    set_threads(args.model.threads);
    let scored = score(&args.model.model, args.model.adapter.as_deref(), args.model.precision.into(), &text)?;
    if args.json {
        return out::json(&scored);
    }
    out::line(format!("tokens      {}", scored.ids.len()));
    out::line(format!("perplexity  {:.4}", scored.perplexity));
    Ok(())
}
