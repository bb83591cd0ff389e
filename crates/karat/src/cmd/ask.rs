//! `karat ask`: the documentation answers, offline.

use crate::out;
use karat_types::Problem;

/// Passages to show.
const PASSAGES: usize = 3;

/// Answers a question with the best passages of the documentation and where they stand
#[derive(clap::Args)]
#[command(after_help = "Example: karat ask \"how is my rank computed?\"")]
pub(crate) struct Args {
    /// The question, in plain words
    #[arg(required = true, num_args = 1.., value_name = "QUESTION")]
    question: Vec<String>,
    /// Print one JSON array
    #[arg(long)]
    json: bool,
}

/// Prints the passages; fails when the documentation does not say.
pub(crate) fn run(args: &Args) -> Result<(), Problem> {
    let question = args.question.join(" ");
    let passages = karat_api::docs::ask(&question, PASSAGES);
    if passages.is_empty() {
        return Err(Problem::new(
            404,
            "not_documented",
            "The documentation does not answer that.",
            "Ask with other words, or read docs/README.md, which lists every page.",
        ));
    }
    if args.json {
        return out::json(&passages);
    }
    for passage in &passages {
        out::line(format!(
            "{} › {}  ({})\n\n{}\n",
            passage.title, passage.heading, passage.url, passage.text
        ));
    }
    Ok(())
}
