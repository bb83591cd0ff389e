//! `karat demo`: the whole loop on real text already on this machine.

use crate::config::{Config, StateArgs};
use crate::demo::{self, Play};
use crate::{out, runtime, serve, telemetry};
use karat_types::Problem;
use std::net::SocketAddr;
use std::path::PathBuf;

/// Plays the whole loop on real text: contribute, gate, review, rank, release, train, compare
#[derive(clap::Args)]
#[command(after_help = "Example: karat demo --from ~/notes --licence CC-BY-4.0 --serve")]
pub(crate) struct Args {
    #[command(flatten)]
    state: StateArgs,
    /// A JSONL of {path, contributor, licence}; `cargo xtask run` writes one
    #[arg(long, value_name = "FILE", conflicts_with = "from")]
    sources: Option<PathBuf>,
    /// A folder of .md and .txt files; its first-level folders are the contributors
    #[arg(long, value_name = "DIR", requires = "licence")]
    from: Option<PathBuf>,
    /// Licence of the folder's text (SPDX)
    #[arg(long, value_name = "SPDX")]
    licence: Option<String>,
    /// Seed of everything random
    #[arg(long, default_value_t = 42)]
    seed: u64,
    /// Leave the server up with all of it to browse
    #[arg(long)]
    serve: bool,
    /// Address and port for --serve [default: 127.0.0.1:8080]
    #[arg(long, value_name = "ADDRESS:PORT")]
    bind: Option<SocketAddr>,
    /// Print one JSON object
    #[arg(long)]
    json: bool,
}

/// Plays, tells, and serves when asked to.
pub(crate) fn run(args: &Args) -> Result<(), Problem> {
    telemetry::start(if args.serve { "info,karat_services=warn" } else { "warn" });
    let mut config = args.state.load()?;
    config.bind = args.bind.unwrap_or(config.bind);
    let runtime = runtime()?;
    let done = runtime.block_on(play_and_serve(args, &config));
    runtime.shutdown_background();
    done
}

async fn play_and_serve(args: &Args, config: &Config) -> Result<(), Problem> {
    // Minutes of work are not thrown away over a taken port.
    let listener = match args.serve {
        true => Some(serve::listen(config.bind).await?),
        false => None,
    };
    let bind = listener.as_ref().and_then(|listener| listener.local_addr().ok()).unwrap_or(config.bind);
    let config = &Config { bind, ..config.clone() };
    let remark = match demo::played_before(config).await? {
        Some(played) => {
            out::say(&format!(
                "{} already holds a finished demo; this is what came of it. For another one choose another --data-dir.",
                config.data_dir.display()
            ));
            played.tell(args.json)?;
            "Sign in as demo with the password the first time printed; a new account: karat admin create-operator NAME".to_owned()
        }
        None => {
            let play = Play { sources: sources(args)?, seed: args.seed };
            let (played, password) = demo::play(config, play).await?;
            played.tell(args.json)?;
            format!("Sign in as demo, password {password}  (shown this once)")
        }
    };
    if let Some(listener) = listener {
        return serve::serve(config, listener, false, Some(remark)).await;
    }
    out::say(&format!(
        "\nNext: karat serve --data-dir {}   to browse all of it and chat with the models.\n{remark}",
        config.data_dir.display()
    ));
    Ok(())
}

fn sources(args: &Args) -> Result<Vec<demo::Source>, Problem> {
    match (&args.sources, &args.from) {
        (Some(list), _) => demo::from_list(list),
        (None, Some(dir)) => demo::from_folder(dir, args.licence.as_deref().unwrap_or_default()),
        (None, None) => Err(demo::nothing_to_read("No text was named.")),
    }
}
