//! `karat datanet list|create|show`.

use crate::client::{Client, ClientArgs};
use crate::{out, runtime};
use clap::Subcommand;
use karat_services::view::Page;
use karat_services::view::datanet::{Datanet, DatanetForm};
use karat_types::{Modality, Problem, ReviewPolicy};

/// Datanets of a server: list, create, show
#[derive(clap::Args)]
pub(crate) struct Args {
    #[command(subcommand)]
    what: What,
}

#[derive(Subcommand)]
enum What {
    /// Lists the datanets
    #[command(after_help = "Example: karat datanet list --json")]
    List {
        #[command(flatten)]
        common: Common,
    },
    /// Creates a datanet
    #[command(
        after_help = "Example: karat datanet create 'Sourdough notes' --purpose 'What bakers learn' --licence CC-BY-4.0"
    )]
    Create(Create),
    /// Shows one datanet
    #[command(after_help = "Example: karat datanet show 'Sourdough notes'")]
    Show {
        /// Id or name
        datanet: String,
        #[command(flatten)]
        common: Common,
    },
}

/// What every one of them takes.
#[derive(clap::Args)]
struct Common {
    #[command(flatten)]
    client: ClientArgs,
    /// Print JSON
    #[arg(long)]
    json: bool,
}

/// The form, as flags.
#[derive(clap::Args)]
struct Create {
    /// Its name
    name: String,
    /// What it is for
    #[arg(long)]
    purpose: String,
    /// What reviewers go by, Markdown
    #[arg(long, default_value = "")]
    guidelines: String,
    /// text, image or audio
    #[arg(long, default_value = "text")]
    modality: Modality,
    /// Thresholds of the gate: prose, technical, web, short; photo, graphic; speech, music, sound
    #[arg(long)]
    profile: Option<String>,
    /// Language texts and transcripts must be in (ISO 639-1, such as de); none = any
    #[arg(long, value_name = "CODE")]
    language: Option<String>,
    /// Take only what people made, nothing made by or with a model
    #[arg(long)]
    human_only: bool,
    /// A word to find it by; may be repeated
    #[arg(long = "topic")]
    topics: Vec<String>,
    /// An allowed licence (SPDX); may be repeated; none = any valid one
    #[arg(long = "licence", value_name = "SPDX")]
    licences: Vec<String>,
    /// owner or automatic
    #[arg(long, default_value = "owner")]
    policy: ReviewPolicy,
    /// Score from which `automatic` accepts
    #[arg(long)]
    threshold: Option<u32>,
    #[command(flatten)]
    common: Common,
}

/// Does what was asked for.
pub(crate) fn run(args: &Args) -> Result<(), Problem> {
    runtime()?.block_on(async {
        match &args.what {
            What::List { common } => list(common).await,
            What::Create(form) => create(form).await,
            What::Show { datanet, common } => {
                show(&Client::open(&common.client)?.datanet(datanet).await?, common.json)
            }
        }
    })
}

async fn list(common: &Common) -> Result<(), Problem> {
    let page: Page<Datanet> = Client::open(&common.client)?.get("datanets").await?;
    if common.json {
        return out::json(&page);
    }
    if page.items.is_empty() {
        out::line("No datanet yet. Make one: karat datanet create NAME --purpose …");
    }
    for d in &page.items {
        out::line(format!(
            "{}  {:<5}  {:<9}  {:>5} accepted  {}",
            d.id, d.modality, d.policy, d.counts.accepted, d.name
        ));
    }
    Ok(())
}

async fn create(form: &Create) -> Result<(), Problem> {
    let body = DatanetForm {
        name: form.name.clone(),
        purpose: form.purpose.clone(),
        guidelines: form.guidelines.clone(),
        modality: form.modality,
        topics: form.topics.clone(),
        licences: form.licences.clone(),
        profile: form.profile.clone(),
        language: form.language.clone(),
        human_only: form.human_only,
        policy: form.policy,
        threshold: form.threshold,
        open: true,
        files_per_day: None,
        bytes_per_day_all: None,
    };
    let made: Datanet = Client::open(&form.common.client)?.post("datanets", &body).await?;
    show(&made, form.common.json)
}

fn show(d: &Datanet, json: bool) -> Result<(), Problem> {
    if json {
        return out::json(d);
    }
    let counts = &d.counts;
    out::line(format!("{}  {}\n{}", d.name, d.id, d.purpose));
    let language = d.language.as_deref().map(|l| format!(" in {l}")).unwrap_or_default();
    let people = if d.human_only { ", made by people only" } else { "" };
    let open = if d.open { "open" } else { "closed" };
    out::line(format!("{}{language}{people}, review by {}, {open}", d.modality, d.policy));
    out::line(format!(
        "{} submissions: {} refused, {} held, {} in review, {} accepted, {} rejected; {} contributors, {} releases",
        counts.submissions,
        counts.refused,
        counts.held,
        counts.in_review,
        counts.accepted,
        counts.rejected,
        d.contributors,
        d.releases
    ));
    Ok(())
}
