//! `karat export`: a model for other programs.

use super::model_args::set_threads;
use crate::out;
use clap::ValueEnum;
use karat_engine::export::{Exported, Format, Wish, export};
use karat_engine::model_init::refuse_existing;
use karat_engine::weights::Stored;
use karat_types::Problem;
use std::path::PathBuf;

/// Writes a peft adapter or a merged model, opens it again and compares the answers
#[derive(clap::Args)]
#[command(
    after_help = "Example: karat export --model ./base --adapter ./tuned --format merged --out ./merged"
)]
pub(crate) struct Args {
    /// Folder of the base model
    #[arg(long, value_name = "DIR")]
    model: PathBuf,
    /// Folder of an adapter
    #[arg(long, value_name = "DIR")]
    adapter: Option<PathBuf>,
    /// What to write
    #[arg(long, value_enum)]
    format: Kind,
    /// Type the merged weights are stored in
    #[arg(long, value_enum, default_value_t)]
    dtype: Dtype,
    /// Where it goes; must not exist yet
    #[arg(long, value_name = "DIR")]
    out: PathBuf,
    /// Print one JSON object
    #[arg(long)]
    json: bool,
}

/// Forms other programs read.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
enum Kind {
    /// An adapter folder, for peft and whatever reads its files
    Peft,
    /// A whole model folder, the adapter added to the weights
    Merged,
}

/// Number formats of merged weights.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, ValueEnum)]
enum Dtype {
    /// 32-bit floats: nothing is rounded
    #[default]
    F32,
    /// bfloat16
    Bf16,
    /// half precision
    F16,
}

impl Args {
    fn format(&self) -> Format {
        match (self.format, self.dtype) {
            (Kind::Peft, _) => Format::Peft,
            (Kind::Merged, Dtype::F32) => Format::Merged(Stored::F32),
            (Kind::Merged, Dtype::Bf16) => Format::Merged(Stored::Bf16),
            (Kind::Merged, Dtype::F16) => Format::Merged(Stored::F16),
        }
    }
}

/// Exports and prints what was written.
pub(crate) fn run(args: &Args) -> Result<(), Problem> {
    set_threads(0);
    refuse_existing(&args.out)?;
    let wish =
        Wish { model: &args.model, adapter: args.adapter.as_deref(), format: args.format(), out: &args.out };
    let exported = export(&wish)?;
    if args.json {
        return out::json(&exported);
    }
    print(&exported);
    Ok(())
}

fn print(exported: &Exported) {
    for file in &exported.files {
        out::line(format!("{}  {:>14}  {}", file.sha256, file.size, file.name));
    }
    let d = &exported.difference;
    out::line(format!(
        "{}: opened again; over {} tokens log-probabilities differ by at most {:.2e}, divergence {:.2e} nats a token",
        exported.out.display(),
        d.probe_tokens,
        d.max_logprob_difference,
        d.kl
    ));
}
