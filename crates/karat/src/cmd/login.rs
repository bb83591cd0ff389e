//! `karat login URL`: remember a server and an API key for it.

use crate::client::Client;
use crate::client::saved::{self, Saved};
use crate::{out, runtime};
use karat_services::view::account::Me;
use karat_types::Problem;
use std::io::IsTerminal;

/// Remembers a server and an API key for the commands that talk to it
#[derive(clap::Args)]
#[command(after_help = "Example: karat login http://127.0.0.1:8080")]
pub(crate) struct Args {
    /// Address of the server
    url: String,
    /// The API key; asked for when it is not given
    #[arg(long, env = "KARAT_API_KEY", hide_env_values = true, value_name = "KEY")]
    key: Option<String>,
}

/// Checks the key with the server before keeping it.
pub(crate) fn run(args: Args) -> Result<(), Problem> {
    let server = args.url.trim_end_matches('/').to_owned();
    let key = match args.key {
        Some(key) => key,
        None => ask(&server)?,
    };
    let client = Client::to(&server, Some(key.clone()))?;
    let me: Me = runtime()?.block_on(client.get("me"))?;
    let file = saved::write(&Saved { server: server.clone(), key })?;
    out::line(format!("{} is logged in to {server}; the key is kept in {}.", me.name, file.display()));
    Ok(())
}

fn ask(server: &str) -> Result<String, Problem> {
    if std::io::stdin().is_terminal() {
        out::say(&format!("Make an API key on your account page of {server} and paste it here:"));
    }
    let mut line = String::new();
    let read = std::io::stdin().read_line(&mut line);
    let key = line.trim();
    if read.is_err() || key.is_empty() {
        return Err(Problem::bad(
            "key_missing",
            "No API key was given.",
            format!("Make one on your account page of {server}, then: karat login {server} --key KEY"),
        ));
    }
    Ok(key.to_owned())
}
