//! `karat generate`: one answer.

use super::model_args::{ModelArgs, SamplingArgs, set_threads};
use crate::out;
use karat_engine::Engine;
use karat_types::Problem;
use karat_types::ports::{ChatMessage, Control, Generator, Prompt};
use std::io::Write;

/// Continues a text, or answers a message
#[derive(clap::Args)]
#[command(
    after_help = "Example: karat generate --model ./base --adapter ./tuned --prompt 'A good README' --temperature 0"
)]
pub(crate) struct Args {
    #[command(flatten)]
    model: ModelArgs,
    /// The text to continue
    #[arg(long, value_name = "TEXT")]
    prompt: String,
    /// Take the prompt as a user's message, through the model's chat template
    #[arg(long)]
    chat: bool,
    #[command(flatten)]
    sampling: SamplingArgs,
    /// Print one JSON object
    #[arg(long)]
    json: bool,
}

/// Generates and prints; on a terminal or in a pipe the words appear as they come.
pub(crate) fn run(args: &Args) -> Result<(), Problem> {
    let prompt = if args.chat {
        Prompt::Chat(vec![ChatMessage { role: "user".into(), content: args.prompt.clone() }])
    } else {
        Prompt::Text(args.prompt.clone())
    };
    set_threads(args.model.threads);
    let request = args.sampling.request(&args.model, prompt);
    let stream = !args.json;
    let said = Engine::default()
        .generate(&request, &mut |piece| if stream { show(piece) } else { Control::Continue })?;
    if args.json {
        return out::json(&said);
    }
    out::line("");
    Ok(())
}

/// Writes a piece at once; a reader that went away ends the answer.
pub(crate) fn show(piece: &str) -> Control {
    let mut stdout = std::io::stdout().lock();
    match stdout.write_all(piece.as_bytes()).and_then(|()| stdout.flush()) {
        Ok(()) => Control::Continue,
        Err(_) => Control::Cancel,
    }
}
