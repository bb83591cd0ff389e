//! `karat release create|list|show|download`.

use crate::client::{Client, ClientArgs};
use crate::{out, progress, runtime};
use clap::{Subcommand, ValueEnum};
use futures::StreamExt;
use karat_services::view::Page;
use karat_services::view::release::Release;
use karat_types::id::ReleaseId;
use karat_types::{Problem, ReleaseState};
use std::path::{Path, PathBuf};
use std::time::Duration;
use tokio::io::AsyncWriteExt;

/// Releases of a server's datanets: create, list, show, download
#[derive(clap::Args)]
pub(crate) struct Args {
    #[command(subcommand)]
    what: What,
}

#[derive(Subcommand)]
enum What {
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
    /// Downloads a release
    #[command(
        after_help = "Example: karat release download 0198c0de-0000-7000-8000-000000000000 --out rows.jsonl"
    )]
    Download {
        /// Its id
        release: ReleaseId,
        /// What of it
        #[arg(long, value_enum, default_value = "jsonl")]
        format: Format,
        /// The file to write
        #[arg(long, value_name = "FILE")]
        out: PathBuf,
        #[command(flatten)]
        client: ClientArgs,
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

#[derive(Clone, Copy, ValueEnum)]
enum Format {
    Jsonl,
    Parquet,
    Manifest,
    Card,
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
            What::Download { release, format, out, client } => {
                download(&Client::open(client)?, *release, *format, out).await
            }
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
    Ok(())
}

/// Writes beside and renames: an interrupted download leaves nothing that looks whole.
async fn download(client: &Client, release: ReleaseId, format: Format, file: &Path) -> Result<(), Problem> {
    let kind = format.to_possible_value().map(|v| v.get_name().to_owned()).unwrap_or_default();
    let response = client.download(&format!("releases/{release}/download/{kind}")).await?;
    let bar = progress::bar("downloading", response.content_length().unwrap_or(0));
    let beside = file.with_extension("part");
    let write = async {
        let mut target = tokio::fs::File::create(&beside).await?;
        let mut stream = response.bytes_stream();
        while let Some(piece) = stream.next().await {
            let piece = piece.map_err(std::io::Error::other)?;
            target.write_all(&piece).await?;
            bar.inc(piece.len() as u64);
        }
        target.sync_all().await?;
        tokio::fs::rename(&beside, file).await
    };
    let written: std::io::Result<()> = write.await;
    bar.finish_and_clear();
    written.map_err(|error| {
        Problem::new(
            500,
            "download_failed",
            format!("{}: {error}.", file.display()),
            "Free some space or check the network, then run it again.",
        )
    })?;
    out::line(format!("{} written", file.display()));
    Ok(())
}
