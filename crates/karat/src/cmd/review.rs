//! `karat review next|decide`.

use crate::client::{Client, ClientArgs};
use crate::{out, runtime};
use clap::Subcommand;
use karat_services::view::review::{DecisionForm, PendingDecision, ReviewItem};
use karat_types::id::SubmissionId;
use karat_types::{Outcome, Problem, RejectReason};

/// Review from the terminal: see the next item, decide on it
#[derive(clap::Args)]
pub(crate) struct Args {
    #[command(subcommand)]
    what: What,
}

#[derive(Subcommand)]
enum What {
    /// Shows the next item of a datanet
    #[command(after_help = "Example: karat review next --datanet 'Sourdough notes'")]
    Next {
        /// Id or name of the datanet
        #[arg(long, value_name = "ID|NAME")]
        datanet: String,
        #[command(flatten)]
        client: ClientArgs,
        /// Print JSON
        #[arg(long)]
        json: bool,
    },
    /// Decides on an item
    #[command(
        after_help = "Example: karat review decide 0198c0de-0000-7000-8000-000000000000 rejected --reason off_topic"
    )]
    Decide {
        /// Id of the submission
        submission: SubmissionId,
        /// accepted or rejected
        outcome: Outcome,
        /// Why it is rejected; at least one, may be repeated
        #[arg(long = "reason")]
        reasons: Vec<RejectReason>,
        /// A sentence for the contributor
        #[arg(long)]
        note: Option<String>,
        #[command(flatten)]
        client: ClientArgs,
        /// Print JSON
        #[arg(long)]
        json: bool,
    },
}

/// Does what was asked for.
pub(crate) fn run(args: &Args) -> Result<(), Problem> {
    runtime()?.block_on(async {
        match &args.what {
            What::Next { datanet, client, json } => next(&Client::open(client)?, datanet, *json).await,
            What::Decide { submission, outcome, reasons, note, client, json } => {
                let form = DecisionForm { outcome: *outcome, reasons: reasons.clone(), note: note.clone() };
                let path = format!("submissions/{submission}/decision");
                let pending: PendingDecision = Client::open(client)?.post(&path, &form).await?;
                if *json {
                    return out::json(&pending);
                }
                out::line(format!(
                    "{} {}, final at {}",
                    pending.submission, pending.outcome, pending.final_at
                ));
                Ok(())
            }
        }
    })
}

async fn next(client: &Client, datanet: &str, json: bool) -> Result<(), Problem> {
    let datanet = client.datanet(datanet).await?;
    let item: Option<ReviewItem> = client.get(&format!("datanets/{}/review/next", datanet.id)).await?;
    if json {
        return out::json(&item);
    }
    let Some(item) = item else {
        out::line(format!("Nothing waits for review in {}.", datanet.name));
        return Ok(());
    };
    out::line(format!(
        "{}  {}{}",
        item.submission.id,
        item.submission.file_name,
        if item.held { "  (held by the gate)" } else { "" }
    ));
    for finding in &item.submission.findings {
        out::line(format!("  {} {}", finding.code, finding.message));
    }
    let text = item.reading.as_ref().map_or("(not a text: see it in the browser)", |read| read.text.as_str());
    out::line(format!("\n{text}"));
    Ok(())
}
