//! `karat models`: bases and adapters on this machine.

use super::models_kept::{AddArgs, ListArgs, add, list};
use super::models_pull::{PullArgs, pull};
use crate::out;
use karat_engine::Engine;
use karat_engine::model_init::{Shape, TokenizerSource, init};
use karat_types::Problem;
use karat_types::ports::Trainer;
use karat_types::train::{ModelInfo, TrainSettings};
use serde_json::{Value, json};
use std::path::{Path, PathBuf};

/// Makes, pulls and inspects model folders; keeps models in a data directory
#[derive(clap::Args)]
pub(crate) struct Args {
    #[command(subcommand)]
    command: Command,
}

#[derive(clap::Subcommand)]
enum Command {
    Init(InitArgs),
    Inspect(InspectArgs),
    Pull(PullArgs),
    Add(AddArgs),
    List(ListArgs),
}

/// A base from scratch: configuration, tokenizer and seed
#[derive(clap::Args)]
#[command(
    after_help = "Example: karat models init --tokenizer-text README.md --vocabulary 1000 --out ./base"
)]
struct InitArgs {
    /// Where the base goes; must not exist yet
    #[arg(long, value_name = "DIR")]
    out: PathBuf,
    /// A config.json as transformers has it; the flags below fill the gaps of a LLaMA's
    #[arg(long, value_name = "FILE")]
    config: Option<PathBuf>,
    /// Take the tokenizer of this model folder
    #[arg(long, value_name = "DIR", conflicts_with = "tokenizer_text")]
    tokenizer: Option<PathBuf>,
    /// Train a byte-level BPE on these text files
    #[arg(long, value_name = "FILE", num_args = 1..)]
    tokenizer_text: Vec<PathBuf>,
    /// Tokens of the trained tokenizer; without any tokenizer, ids of the model
    #[arg(long, value_name = "N", default_value_t = 4096)]
    vocabulary: usize,
    /// Width of the model
    #[arg(long, value_name = "N", default_value_t = Shape::default().hidden)]
    hidden: u32,
    /// Width of the feed-forward part
    #[arg(long, value_name = "N", default_value_t = Shape::default().intermediate)]
    intermediate: u32,
    /// Blocks
    #[arg(long, value_name = "N", default_value_t = Shape::default().layers)]
    layers: u32,
    /// Attention heads
    #[arg(long, value_name = "N", default_value_t = Shape::default().heads)]
    heads: u32,
    /// Key and value heads
    #[arg(long, value_name = "N", default_value_t = Shape::default().kv_heads)]
    kv_heads: u32,
    /// Longest context, tokens
    #[arg(long, value_name = "N", default_value_t = Shape::default().context)]
    context: u32,
    /// Seed of the initial weights
    #[arg(long, value_name = "N", default_value_t = 42)]
    seed: u64,
    /// Print one JSON object
    #[arg(long)]
    json: bool,
}

/// Family, parameters, dtype, template, and what training would need
#[derive(clap::Args)]
#[command(after_help = "Example: karat models inspect ./base")]
struct InspectArgs {
    /// Folder of a base or an adapter
    dir: PathBuf,
    /// Print one JSON object
    #[arg(long)]
    json: bool,
}

/// Does what was asked for.
pub(crate) fn run(args: &Args) -> Result<(), Problem> {
    match &args.command {
        Command::Init(args) => make(args),
        Command::Inspect(args) => inspect(&args.dir, args.json),
        Command::Pull(args) => pull(args),
        Command::Add(args) => add(args),
        Command::List(args) => list(args),
    }
}

fn make(args: &InitArgs) -> Result<(), Problem> {
    let shape = Shape {
        hidden: args.hidden,
        intermediate: args.intermediate,
        layers: args.layers,
        heads: args.heads,
        kv_heads: args.kv_heads,
        context: args.context,
    };
    let given = args.config.as_deref().map_or(Ok(Value::Null), given)?;
    let llama = given["model_type"].as_str().is_none_or(|family| family == "llama");
    // The flags are a LLaMA's; another family's file must be whole.
    let mut config = if llama { shape.config() } else { json!({}) };
    if llama && given.get("num_attention_heads").is_some() && given.get("num_key_value_heads").is_none() {
        config["num_key_value_heads"] = Value::Null;
    }
    let tokenizer = if let Some(dir) = &args.tokenizer {
        TokenizerSource::Folder(dir.clone())
    } else if args.tokenizer_text.is_empty() {
        if llama {
            config["vocab_size"] = json!(args.vocabulary);
        }
        TokenizerSource::None
    } else {
        let texts = args.tokenizer_text.iter().map(|path| read(path)).collect::<Result<_, _>>()?;
        TokenizerSource::Train { texts, vocabulary: args.vocabulary }
    };
    for (name, value) in given.as_object().into_iter().flatten() {
        config[name] = value.clone();
    }
    init(config, &tokenizer, args.seed, &args.out)?;
    inspect(&args.out, args.json)
}

/// The configuration of a file.
fn given(path: &Path) -> Result<Value, Problem> {
    serde_json::from_str(&read(path)?).map_err(|e| {
        Problem::bad(
            "config_invalid",
            format!("{} is not JSON: {e}.", path.display()),
            "Give a config.json as transformers writes it.",
        )
    })
}

fn read(path: &Path) -> Result<String, Problem> {
    std::fs::read_to_string(path).map_err(|e| {
        Problem::bad(
            "file_unreadable",
            format!("{} cannot be read: {e}.", path.display()),
            "Check the path; the file must be UTF-8 text.",
        )
    })
}

fn inspect(dir: &Path, as_json: bool) -> Result<(), Problem> {
    let engine = Engine::default();
    let info = engine.inspect(dir)?;
    let settings = TrainSettings::default();
    let need = engine.estimate(dir, &settings, 1000, 1_000_000).ok();
    if as_json {
        let mut object = serde_json::to_value(&info).map_err(|e| Problem::internal(e.to_string()))?;
        object["training"] = json!(need);
        return out::json(&object);
    }
    print(&info);
    if let Some(need) = need {
        out::line(format!(
            "to train       LoRA rank {}, batch {} of {} tokens: about {} MB of memory, {} trained parameters",
            settings.rank,
            settings.batch_size,
            settings.max_length,
            need.memory_bytes.div_ceil(1_000_000),
            need.trainable
        ));
    }
    Ok(())
}

fn print(info: &ModelInfo) {
    let has = |yes: bool| if yes { "yes" } else { "no" };
    out::line(format!("kind           {}", info.kind));
    out::line(format!("family         {}", info.family));
    out::line(format!("parameters     {}", info.parameters));
    out::line(format!("weights        {}", info.dtype));
    out::line(format!("context        {} tokens", info.context));
    out::line(format!("vocabulary     {}", info.vocabulary));
    out::line(format!("tokenizer      {}", has(info.tokenizer)));
    out::line(format!("chat template  {}", has(info.chat_template)));
    out::line(format!("linear layers  {}", info.linear_sites.join(", ")));
}
