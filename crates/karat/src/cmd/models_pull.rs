//! `karat models pull`: a model from a hub into a folder.

use crate::hub::{Hub, HubArgs};
use crate::{out, progress, runtime};
use karat_engine::Engine;
use karat_engine::config::Config;
use karat_types::Problem;
use karat_types::ports::Trainer;
use serde_json::json;
use std::path::{Path, PathBuf};

/// Brings a model from a hub; goes on where an earlier try stopped, and checks every hash
#[derive(clap::Args)]
#[command(after_help = "Example: karat models pull Qwen/Qwen3-0.6B")]
pub(super) struct PullArgs {
    /// Name of the model on the hub
    #[arg(value_name = "ORG/NAME")]
    repo: String,
    /// Branch, tag or commit
    #[arg(long, value_name = "REV", default_value = "main")]
    revision: String,
    /// Where it goes [default: a folder called NAME]
    #[arg(long, value_name = "DIR")]
    out: Option<PathBuf>,
    #[command(flatten)]
    hub: HubArgs,
    /// Print one JSON object
    #[arg(long)]
    json: bool,
}

/// Pulls, then reads the folder as training would.
pub(super) fn pull(args: &PullArgs) -> Result<(), Problem> {
    let name = args.repo.rsplit('/').next().unwrap_or(&args.repo);
    let dir = args.out.clone().unwrap_or_else(|| PathBuf::from(name));
    let hub = Hub::open(&args.hub)?;
    let bar = progress::bytes("pulling", 0);
    let pulled = runtime()?.block_on(hub.pull((&args.repo, &args.revision), &dir, &bar, known));
    bar.finish_and_clear();
    let pulled = pulled?;
    let info = Engine::default().inspect(&dir)?;
    if args.json {
        return out::json(&json!({
            "repo": args.repo,
            "commit": pulled.commit,
            "dir": dir,
            "files": pulled.files,
            "model": info,
        }));
    }
    for file in &pulled.files {
        out::line(format!("{}  {:>14}  {}", file.sha256, file.size, file.name));
    }
    out::line(format!(
        "{}: {} {}, {} parameters, commit {}",
        dir.display(),
        info.family,
        info.kind,
        info.parameters,
        pulled.commit
    ));
    Ok(())
}

/// A model of a family nobody here knows is refused before gigabytes of it arrive.
fn known(dir: &Path) -> Result<(), Problem> {
    if dir.join("config.json").exists() { Config::read(dir).map(|_| ()) } else { Ok(()) }
}
