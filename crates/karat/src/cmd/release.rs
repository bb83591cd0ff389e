//! `karat release preview|create|list|show|files|download|alerts|dismiss|affected`.

use crate::client::{Client, ClientArgs};
use crate::cmd::release_download::{Format, download_file, download_folder};
use crate::{out, runtime};
use clap::Subcommand;
use karat_services::view::Page;
use karat_services::view::release::{
    Affected, Alert, DismissForm, Plan, Release, ReleaseFile, ReleasePreview,
};
use karat_types::id::{AlertId, ReleaseId, SubmissionId};
use karat_types::{Problem, ReleaseState};
use std::path::PathBuf;
use std::time::Duration;

/// Releases of a server's datanets: preview, create, list, show, files, download, alerts
#[derive(clap::Args)]
pub(crate) struct Args {
    #[command(subcommand)]
    what: What,
}

#[derive(Subcommand)]
enum What {
    /// Says what a release made now would hold, and what would wait
    #[command(after_help = "Example: karat release preview --datanet 'Sourdough notes'")]
    Preview {
        /// Id or name of the datanet
        #[arg(long, value_name = "ID|NAME")]
        datanet: String,
        #[command(flatten)]
        common: Common,
    },
    /// Makes a release of everything accepted, and waits until it is ready
    #[command(after_help = "Example: karat release create --datanet 'Sourdough notes'")]
    Create {
        /// Id or name of the datanet
        #[arg(long, value_name = "ID|NAME")]
        datanet: String,
        #[command(flatten)]
        common: Common,
    },
    /// Lists a datanet's releases
    #[command(after_help = "Example: karat release list --datanet 'Sourdough notes'")]
    List {
        /// Id or name of the datanet
        #[arg(long, value_name = "ID|NAME")]
        datanet: String,
        #[command(flatten)]
        common: Common,
    },
    /// Shows one release
    #[command(after_help = "Example: karat release show 0198c0de-0000-7000-8000-000000000000")]
    Show {
        /// Its id
        release: ReleaseId,
        #[command(flatten)]
        common: Common,
    },
    /// Lists the files of a release with their hashes
    #[command(after_help = "Example: karat release files 0198c0de-0000-7000-8000-000000000000")]
    Files {
        /// Its id
        release: ReleaseId,
        #[command(flatten)]
        common: Common,
    },
    /// Downloads a release into a folder and verifies every hash and the Merkle root
    #[command(
        after_help = "Example: karat release download 0198c0de-0000-7000-8000-000000000000 --out river-notes\nA single file: karat release download 0198c0de-0000-7000-8000-000000000000 --format jsonl --out rows.jsonl"
    )]
    Download {
        /// Its id
        release: ReleaseId,
        /// Only this of it, into one file
        #[arg(long, value_enum)]
        format: Option<Format>,
        /// The folder to make; with --format, the file to write
        #[arg(long, value_name = "DIR|FILE")]
        out: PathBuf,
        #[command(flatten)]
        client: ClientArgs,
    },
    /// Lists word sequences that look planted, whose items are left out of releases
    #[command(after_help = "Example: karat release alerts --datanet 'Sourdough notes'")]
    Alerts {
        /// Id or name of the datanet
        #[arg(long, value_name = "ID|NAME")]
        datanet: String,
        #[command(flatten)]
        common: Common,
    },
    /// Says that a sequence is harmless; its items go into the next release
    #[command(
        after_help = "Example: karat release dismiss 0198c0de-0000-7000-8000-000000000000 --reason 'The motto of the project'"
    )]
    Dismiss {
        /// Id of the alert
        alert: AlertId,
        /// Why it is harmless
        #[arg(long)]
        reason: String,
        #[command(flatten)]
        common: Common,
    },
    /// Shows the releases and runs a submission went into
    #[command(after_help = "Example: karat release affected 0198c0de-0000-7000-8000-000000000000")]
    Affected {
        /// Id of the submission
        submission: SubmissionId,
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

/// Does what was asked for.
pub(crate) fn run(args: &Args) -> Result<(), Problem> {
    runtime()?.block_on(async {
        match &args.what {
            What::Create { datanet, common } => create(datanet, common).await,
            What::List { datanet, common } => list(datanet, common).await,
            What::Show { release, common } => {
                let release = Client::open(&common.client)?.get(&format!("releases/{release}")).await?;
                show(&release, common.json)
            }
            What::Preview { datanet, common } => preview(datanet, common).await,
            What::Files { release, common } => files(*release, common).await,
            What::Download { release, format, out, client } => {
                let client = Client::open(client)?;
                match format {
                    Some(format) => download_file(&client, *release, *format, out).await,
                    None => download_folder(&client, *release, out).await,
                }
            }
            What::Alerts { datanet, common } => alerts(datanet, common).await,
            What::Dismiss { alert, reason, common } => {
                let form = DismissForm { reason: reason.clone() };
                let client = Client::open(&common.client)?;
                let done: Alert = client.post(&format!("alerts/{alert}/dismiss"), &form).await?;
                show_alerts(&[done], common.json)
            }
            What::Affected { submission, common } => affected(*submission, common).await,
        }
    })
}

async fn create(datanet: &str, common: &Common) -> Result<(), Problem> {
    let client = Client::open(&common.client)?;
    let datanet = client.datanet(datanet).await?;
    let path = format!("datanets/{}/releases", datanet.id);
    let mut release: Release = client.post(&path, &serde_json::json!({})).await?;
    while release.state == ReleaseState::Building {
        tokio::time::sleep(Duration::from_millis(300)).await;
        release = client.get(&format!("releases/{}", release.id)).await?;
    }
    show(&release, common.json)?;
    match release.error {
        None => Ok(()),
        Some(error) => {
            Err(Problem::new(500, "release_failed", error, "Make it again; the accepted data is untouched."))
        }
    }
}

async fn list(datanet: &str, common: &Common) -> Result<(), Problem> {
    let client = Client::open(&common.client)?;
    let datanet = client.datanet(datanet).await?;
    let page: Page<Release> = client.get(&format!("datanets/{}/releases", datanet.id)).await?;
    if common.json {
        return out::json(&page);
    }
    for r in &page.items {
        out::line(format!("{}  version {}  {}  {} rows", r.id, r.version, r.state, r.rows));
    }
    Ok(())
}

fn show(r: &Release, json: bool) -> Result<(), Problem> {
    if json {
        return out::json(r);
    }
    out::line(format!("{} version {}  {}  {}", r.datanet_name, r.version, r.state, r.id));
    out::line(format!(
        "{} rows of {} submissions by {} contributors, {} bytes, licence class {}",
        r.rows,
        r.submissions,
        r.contributors,
        r.bytes,
        r.licence_class.as_deref().unwrap_or("none yet")
    ));
    if let Some(root) = r.root {
        out::line(format!("Merkle root {root}"));
    }
    show_plan(&r.plan);
    if r.stopped_at.is_some() {
        let next = r.next.as_ref().map(|n| format!(" Use version {}: {}.", n.version, n.id));
        let why = r.stopped_why.as_deref().unwrap_or_default();
        out::line(format!("No longer handed out: {why}{}", next.unwrap_or_default()));
    }
    Ok(())
}

fn show_plan(plan: &Plan) {
    for w in &plan.waiting {
        out::line(format!(
            "{} items of {} wait: {} are in the release, and one contributor may have {}",
            w.waiting, w.contributor_name, w.taken, plan.cap
        ));
    }
    for s in &plan.set_aside {
        out::line(format!(
            "{} items are set aside: \u{201c}{}\u{201d} looks planted (alert {})",
            s.items, s.sequence, s.alert
        ));
    }
}

async fn preview(datanet: &str, common: &Common) -> Result<(), Problem> {
    let client = Client::open(&common.client)?;
    let datanet = client.datanet(datanet).await?;
    let p: ReleasePreview = client.get(&format!("datanets/{}/releases/preview", datanet.id)).await?;
    if common.json {
        return out::json(&p);
    }
    out::line(format!(
        "Version {} would hold {} items of {} contributors",
        p.version, p.items, p.contributors
    ));
    show_plan(&p.plan);
    if let Some(problem) = &p.problem {
        out::line(format!("It cannot be made now: {problem}"));
    }
    Ok(())
}

async fn files(release: ReleaseId, common: &Common) -> Result<(), Problem> {
    let files: Vec<ReleaseFile> =
        Client::open(&common.client)?.get(&format!("releases/{release}/files")).await?;
    if common.json {
        return out::json(&files);
    }
    for f in &files {
        out::line(format!("{}  {:>12}  {}", f.sha256, f.bytes, f.name));
    }
    Ok(())
}

async fn alerts(datanet: &str, common: &Common) -> Result<(), Problem> {
    let client = Client::open(&common.client)?;
    let datanet = client.datanet(datanet).await?;
    let alerts: Vec<Alert> = client.get(&format!("datanets/{}/alerts", datanet.id)).await?;
    if alerts.is_empty() && !common.json {
        out::line("No alert: no release has found a sequence that looks planted.");
    }
    show_alerts(&alerts, common.json)
}

fn show_alerts(alerts: &[Alert], json: bool) -> Result<(), Problem> {
    if json {
        return out::json(&alerts);
    }
    for a in alerts {
        let state = a.reason.as_deref().map_or_else(|| "open".to_owned(), |r| format!("dismissed: {r}"));
        out::line(format!(
            "{}  {} items  \u{201c}{}\u{201d}  {state}",
            a.id,
            a.submissions.len(),
            a.sequence
        ));
    }
    Ok(())
}

async fn affected(submission: SubmissionId, common: &Common) -> Result<(), Problem> {
    let a: Affected =
        Client::open(&common.client)?.get(&format!("submissions/{submission}/affected")).await?;
    if common.json {
        return out::json(&a);
    }
    out::line(format!("{} is {}", a.submission, a.state));
    for r in &a.releases {
        let state = if r.stopped_at.is_some() { "no longer handed out" } else { "stands" };
        let next = r.next.as_ref().map(|n| format!("; use version {}", n.version)).unwrap_or_default();
        out::line(format!("release {}  {} version {}  {state}{next}", r.id, r.datanet_name, r.version));
    }
    for r in &a.runs {
        let made = r.model.map(|m| format!("; made the model {m}")).unwrap_or_default();
        out::line(format!("run {}  {}  {}{made}", r.id, r.name, r.state));
    }
    Ok(())
}
