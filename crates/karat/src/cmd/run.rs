//! `karat run create|list|watch|stop`.

use crate::client::{Client, ClientArgs};
use crate::{out, runtime};
use clap::Subcommand;
use karat_services::view::Page;
use karat_services::view::model::Model;
use karat_services::view::run::{Run, RunDetail, RunForm};
use karat_types::id::{ModelId, ReleaseId, RunId};
use karat_types::train::TrainSettings;
use karat_types::{Hash, Method, Problem, RunState};
use std::path::PathBuf;
use std::time::Duration;

/// Fine-tuning runs of a server: create, list, watch, stop
#[derive(clap::Args)]
pub(crate) struct Args {
    #[command(subcommand)]
    what: What,
}

#[derive(Subcommand)]
enum What {
    /// Starts a run
    #[command(
        after_help = "Example: karat run create sourdough-1 --base tiny --release 0198c0de-0000-7000-8000-000000000000 --epochs 3"
    )]
    Create(Box<Create>),
    /// Lists the runs
    #[command(after_help = "Example: karat run list")]
    List {
        #[command(flatten)]
        common: Common,
    },
    /// Follows a run to its end
    #[command(after_help = "Example: karat run watch 0198c0de-0000-7000-8000-000000000000")]
    Watch {
        /// Its id
        run: RunId,
        #[command(flatten)]
        common: Common,
    },
    /// Stops a run after its present step and saves what there is
    #[command(after_help = "Example: karat run stop 0198c0de-0000-7000-8000-000000000000")]
    Stop {
        /// Its id
        run: RunId,
        #[command(flatten)]
        common: Common,
    },
}

#[derive(clap::Args)]
struct Common {
    #[command(flatten)]
    client: ClientArgs,
    /// Print JSON
    #[arg(long)]
    json: bool,
}

#[derive(clap::Args)]
struct Create {
    /// What to call the run and its adapter
    name: String,
    /// Id or name of the base model
    #[arg(long, value_name = "ID|NAME")]
    base: String,
    /// Train on this release …
    #[arg(long, value_name = "ID", required_unless_present = "data")]
    release: Option<ReleaseId>,
    /// … or on this JSONL file
    #[arg(long, value_name = "FILE", conflicts_with = "release")]
    data: Option<PathBuf>,
    /// lora or full
    #[arg(long, default_value = "lora")]
    method: Method,
    /// Peak learning rate
    #[arg(long, default_value_t = TrainSettings::default().learning_rate)]
    lr: f64,
    /// Rows a micro-batch
    #[arg(long, default_value_t = TrainSettings::default().batch_size)]
    batch_size: u32,
    /// Passes over the data
    #[arg(long, default_value_t = TrainSettings::default().epochs)]
    epochs: f64,
    /// Exact number of steps instead of epochs
    #[arg(long)]
    steps: Option<u64>,
    /// LoRA rank
    #[arg(long, default_value_t = TrainSettings::default().rank)]
    rank: u32,
    /// Tokens a row at most
    #[arg(long, default_value_t = TrainSettings::default().max_length)]
    max_length: u32,
    /// Seed of order and initial weights
    #[arg(long, default_value_t = TrainSettings::default().seed)]
    seed: u64,
    #[command(flatten)]
    common: Common,
}

/// Does what was asked for.
pub(crate) fn run(args: &Args) -> Result<(), Problem> {
    runtime()?.block_on(async {
        match &args.what {
            What::Create(form) => create(form).await,
            What::List { common } => list(common).await,
            What::Watch { run, common } => watch(&Client::open(&common.client)?, *run, common.json).await,
            What::Stop { run, common } => {
                let client = Client::open(&common.client)?;
                let run: Run = client.post(&format!("runs/{run}/stop"), &serde_json::json!({})).await?;
                show(&run, common.json)
            }
        }
    })
}

async fn create(args: &Create) -> Result<(), Problem> {
    let client = Client::open(&args.common.client)?;
    let file = match &args.data {
        Some(path) => Some(client.post_file::<Hash>("files", path, &[]).await?),
        None => None,
    };
    let form = RunForm {
        name: args.name.clone(),
        base: base(&client, &args.base).await?,
        init_adapter: None,
        release: args.release,
        file,
        settings: TrainSettings {
            method: args.method,
            learning_rate: args.lr,
            batch_size: args.batch_size,
            epochs: args.epochs,
            steps: args.steps,
            rank: args.rank,
            max_length: args.max_length,
            seed: args.seed,
            ..TrainSettings::default()
        },
        held_out_percent: None,
        prompts: Vec::new(),
    };
    let run: Run = client.post("runs", &form).await?;
    show(&run, args.common.json)
}

async fn base(client: &Client, id_or_name: &str) -> Result<ModelId, Problem> {
    if let Ok(id) = id_or_name.parse() {
        return Ok(id);
    }
    let page: Page<Model> = client.get("models").await?;
    let found = page.items.iter().find(|model| model.name == id_or_name);
    found.map(|model| model.id).ok_or_else(|| Problem::missing("model", id_or_name))
}

async fn list(common: &Common) -> Result<(), Problem> {
    let page: Page<Run> = Client::open(&common.client)?.get("runs").await?;
    if common.json {
        return out::json(&page);
    }
    for run in &page.items {
        show(run, false)?;
    }
    Ok(())
}

fn show(run: &Run, json: bool) -> Result<(), Problem> {
    if json {
        return out::json(run);
    }
    let loss = run.loss.map_or_else(String::new, |loss| format!("  loss {loss:.4}"));
    out::line(format!(
        "{}  {:<9}  step {}/{}{loss}  {}",
        run.id, run.state, run.step, run.total_steps, run.name
    ));
    Ok(())
}

/// Prints each new step until the run is over; a failed run is a failure of the command.
async fn watch(client: &Client, id: RunId, json: bool) -> Result<(), Problem> {
    let mut seen = None;
    loop {
        let detail: RunDetail = client.get(&format!("runs/{id}")).await?;
        for metric in detail.metrics.iter().filter(|metric| seen.is_none_or(|step| metric.step > step)) {
            if json {
                out::json(metric)?;
            } else {
                out::line(line(metric, detail.run.total_steps));
            }
        }
        seen = detail.metrics.last().map(|metric| metric.step).or(seen);
        if detail.run.state.is_final() {
            return end(&detail.run, json);
        }
        tokio::time::sleep(Duration::from_secs(1)).await;
    }
}

fn line(metric: &karat_services::view::run::Metric, total: u64) -> String {
    let number =
        |name: &str, value: Option<f64>| value.map_or_else(String::new, |v| format!("  {name} {v:.4}"));
    let speed = metric.tokens_per_s.map_or_else(String::new, |v| format!("  {v:.0} tokens/s"));
    format!(
        "step {}/{total}{}{}{speed}",
        metric.step,
        number("loss", metric.loss),
        number("held-out loss", metric.eval_loss)
    )
}

fn end(run: &Run, json: bool) -> Result<(), Problem> {
    if run.state == RunState::Failed {
        let why = run.error.clone().unwrap_or_else(|| "The run failed.".into());
        return Err(Problem::new(500, "run_failed", why, "Correct what it names and start the run again."));
    }
    show(run, json)
}
