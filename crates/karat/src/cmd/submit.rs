//! `karat submit`: offer files to a datanet of a server.

use crate::client::{Client, ClientArgs};
use crate::progress;
use crate::{out, runtime};
use karat_services::view::datanet::Datanet;
use karat_services::view::submission::{Declaration, Submission};
use karat_types::{Origin, Problem, SourceType, SubmissionState};
use std::path::PathBuf;
use std::time::Duration;

/// Offers files to a datanet and says what the gate found
#[derive(clap::Args)]
#[command(
    after_help = "Example: karat submit --datanet 'Sourdough notes' --licence CC-BY-4.0 --consent notes/*.md"
)]
pub(crate) struct Args {
    /// Id or name of the datanet
    #[arg(long, value_name = "ID|NAME")]
    datanet: String,
    /// SPDX expression: CC-BY-4.0, MIT OR Apache-2.0
    #[arg(long, value_name = "SPDX")]
    licence: String,
    /// I may give these files away under that licence
    #[arg(long)]
    consent: bool,
    /// Where they come from: own, collected, public_domain
    #[arg(long, default_value = "own")]
    origin: Origin,
    /// How they were made: human, ai_assisted, ai_generated
    #[arg(long, default_value = "human")]
    source_type: SourceType,
    /// Submit as trial before judging: can be accepted, never ranked
    #[arg(long)]
    trial: bool,
    /// The files
    #[arg(required = true, value_name = "FILE")]
    files: Vec<PathBuf>,
    #[command(flatten)]
    client: ClientArgs,
    /// Print one JSON array
    #[arg(long)]
    json: bool,
}

/// Uploads one after the other and waits for the gate.
pub(crate) fn run(args: &Args) -> Result<(), Problem> {
    let client = Client::open(&args.client)?;
    let done = runtime()?.block_on(submit_all(args, &client))?;
    if args.json {
        out::json(&done)?;
    } else {
        done.iter().for_each(print);
    }
    let refused = done.iter().filter(|s| s.state == SubmissionState::Refused).count();
    if refused == 0 {
        return Ok(());
    }
    Err(Problem::bad(
        "refused",
        format!("The gate refused {refused} of {} files.", done.len()),
        "Follow the fix beside each finding and submit again; a refusal costs nothing.",
    ))
}

async fn submit_all(args: &Args, client: &Client) -> Result<Vec<Submission>, Problem> {
    let datanet = client.datanet(&args.datanet).await?;
    let bar = progress::bar("submitting", args.files.len() as u64);
    let mut done = Vec::new();
    for file in &args.files {
        done.push(submit(args, client, &datanet, file).await?);
        bar.inc(1);
    }
    bar.finish_and_clear();
    Ok(done)
}

async fn submit(
    args: &Args,
    client: &Client,
    datanet: &Datanet,
    file: &std::path::Path,
) -> Result<Submission, Problem> {
    let declaration = Declaration {
        licence: args.licence.clone(),
        origin: args.origin,
        source_type: args.source_type,
        consent: args.consent,
        trial: args.trial,
        transcript: None,
    };
    let declaration =
        serde_json::to_string(&declaration).map_err(|error| Problem::internal(error.to_string()))?;
    let path = format!("datanets/{}/submissions", datanet.id);
    let mut submission: Submission = client.post_file(&path, file, &[("declaration", declaration)]).await?;
    while submission.state == SubmissionState::Checking {
        tokio::time::sleep(Duration::from_millis(200)).await;
        submission = client.get(&format!("submissions/{}", submission.id)).await?;
    }
    Ok(submission)
}

fn print(submission: &Submission) {
    let score = submission.score.map_or_else(String::new, |score| format!(", score {score}"));
    out::line(format!("{}: {}{score}  {}", submission.file_name, submission.state, submission.id));
    for finding in &submission.findings {
        out::line(format!("  {} {}", finding.code, finding.message));
        if !finding.fix.is_empty() {
            out::line(format!("    fix: {}", finding.fix));
        }
    }
}
