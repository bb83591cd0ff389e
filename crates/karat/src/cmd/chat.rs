//! `karat chat`: a conversation in the terminal.

use super::generate::show;
use super::model_args::{ModelArgs, SamplingArgs, set_threads};
use crate::out;
use karat_engine::Engine;
use karat_types::Problem;
use karat_types::ports::{ChatMessage, Generator, Prompt};
use std::io::{BufRead, IsTerminal, Write};

/// Talks with a model; /new starts over, /quit or end of input leaves
#[derive(clap::Args)]
#[command(after_help = "Example: karat chat --model ./base --adapter ./tuned")]
pub(crate) struct Args {
    #[command(flatten)]
    model: ModelArgs,
    /// What the model is told before the conversation
    #[arg(long, value_name = "TEXT")]
    system: Option<String>,
    #[command(flatten)]
    sampling: SamplingArgs,
    /// Print one JSON object an answer
    #[arg(long)]
    json: bool,
}

/// Reads lines and answers them until the input ends.
pub(crate) fn run(args: &Args) -> Result<(), Problem> {
    set_threads(args.model.threads);
    let engine = Engine::default();
    let opening: Vec<ChatMessage> = args.system.iter().map(|text| message("system", text)).collect();
    let mut talk = opening.clone();
    let mut lines = std::io::stdin().lock().lines();
    loop {
        ask();
        let Some(line) = lines.next() else { break };
        let line = line.map_err(|e| {
            Problem::bad("input_unreadable", format!("The input cannot be read: {e}."), "Type UTF-8 text.")
        })?;
        match line.trim() {
            "" => continue,
            "/quit" | "/exit" => break,
            "/new" => {
                talk.clone_from(&opening);
                out::say("A new conversation.");
                continue;
            }
            words => talk.push(message("user", words)),
        }
        let request = args.sampling.request(&args.model, Prompt::Chat(talk.clone()));
        let json = args.json;
        let said = engine.generate(&request, &mut |piece| {
            if json { karat_types::ports::Control::Continue } else { show(piece) }
        })?;
        if json {
            out::json(&said)?;
        } else {
            out::line("");
        }
        talk.push(message("assistant", &said.text));
    }
    Ok(())
}

fn message(role: &str, content: &str) -> ChatMessage {
    ChatMessage { role: role.to_owned(), content: content.to_owned() }
}

/// The prompt mark, only where a person types.
fn ask() {
    if std::io::stdin().is_terminal() {
        let _ = write!(std::io::stderr().lock(), "> ");
    }
}
