//! `karat gen-docs DIR`: the reference pages that are written from the code.

use crate::Cli;
use crate::config::{Config, FIELDS};
use clap::CommandFactory;
use karat_types::Problem;
use std::fmt::Write;
use std::path::{Path, PathBuf};

/// Writes the generated reference pages (called by `cargo xtask gen`)
#[derive(clap::Args)]
pub(crate) struct Args {
    /// Folder of the docs
    dir: PathBuf,
    /// Where the description of the API goes
    #[arg(long, value_name = "FILE")]
    openapi: PathBuf,
}

/// Writes every generated page.
pub(crate) fn run(args: &Args) -> Result<(), Problem> {
    let reference = args.dir.join("reference");
    write(&reference.join("config.md"), &config_page())?;
    write(&reference.join("cli.md"), &cli_page())?;
    for code in karat_gate::code_table() {
        let page = karat_gate::code_page(code).replacen('\n', &format!("\n{WRITTEN_BY}"), 1);
        write(&reference.join("codes").join(format!("{}.md", code.code)), &page)?;
    }
    let score = karat_gate::score::page().replacen('\n', &format!("\n{WRITTEN_BY}"), 1);
    write(&reference.join("score-v1.md"), &score)?;
    write(&reference.join("codes.md"), &codes_page())?;
    write(&reference.join("authorisation.md"), &authorisation_page())?;
    write(&args.openapi, &karat_api::openapi_json())
}

/// Who may do what, one row an action.
fn authorisation_page() -> String {
    format!(
        "# Who may do what\n{WRITTEN_BY}\nOne table decides; every use case asks it first, and whoever is not named may not. *Owner* is whoever made the thing (a datanet, a run) or, for a submission, also who handed it in. API keys act as the account they belong to.\n\n{}",
        karat_services::authz::as_markdown()
    )
}

/// Every code with its page.
fn codes_page() -> String {
    let mut page = format!(
        "# Codes of the gate\n{WRITTEN_BY}\nEach finding carries one of these stable words. *Refuse*: the file stays outside and costs nothing. *Hold*: a person looks. *Score*: moves the validation score. *Tag*: recorded.\n\n| code | check | effect | meaning |\n|---|---|---|---|\n"
    );
    for code in karat_gate::code_table() {
        let class = format!("{:?}", code.class).to_lowercase();
        let _ = writeln!(
            page,
            "| [`{0}`](codes/{0}.md) | {1} | {class} | {2} |",
            code.code, code.check, code.title
        );
    }
    page
}

fn write(path: &Path, text: &str) -> Result<(), Problem> {
    let folder = path.parent().unwrap_or(path);
    std::fs::create_dir_all(folder)
        .and_then(|()| std::fs::write(path, text))
        .map_err(|error| crate::config::unusable_dir(folder, &error))
}

const WRITTEN_BY: &str = "<!-- Written by `cargo xtask gen` from the code; edit the code. -->\n";

fn config_page() -> String {
    let defaults = serde_json::to_value(Config::default()).unwrap_or_default();
    let mut page = format!(
        "# Configuration\n{WRITTEN_BY}\nSettings are read from `karat.toml` in the data directory, then from `KARAT_…` environment variables (`workers` is `KARAT_WORKERS`, `limits.files_per_day` is `KARAT_LIMITS_FILES_PER_DAY`), then from flags; later wins. `karat doctor` shows what came of it, secrets masked.\n\n| setting | default | meaning |\n|---|---|---|\n"
    );
    for (name, meaning) in FIELDS {
        match &defaults[name] {
            serde_json::Value::Object(parts) => {
                for (part, value) in parts {
                    let _ = writeln!(page, "| `{name}.{part}` | `{value}` | {} |", meaning.trim());
                }
            }
            serde_json::Value::Null => {
                let _ = writeln!(page, "| `{name}` | none | {} |", meaning.trim());
            }
            value => {
                let _ = writeln!(page, "| `{name}` | `{value}` | {} |", meaning.trim());
            }
        }
    }
    page
}

fn cli_page() -> String {
    let mut page = format!(
        "# Command line\n{WRITTEN_BY}\nEvery command takes `--help`; those that print a result take `--json`. Exit code 0 means done, 1 means a problem (printed on stderr with its fix), 2 means the command was not understood.\n"
    );
    let mut root = Cli::command();
    root.build();
    describe(&root, &mut page);
    page
}

fn describe(command: &clap::Command, page: &mut String) {
    for sub in command.get_subcommands().filter(|s| !s.is_hide_set() && s.get_name() != "help") {
        if sub.has_subcommands() {
            describe(sub, page);
        } else {
            let help = sub.clone().term_width(100).render_long_help();
            let lines: Vec<_> = help.to_string().lines().map(|l| l.trim_end().to_owned()).collect();
            let name = sub.get_bin_name().unwrap_or(sub.get_name());
            let _ = write!(page, "\n## {name}\n\n```text\n{}\n```\n", lines.join("\n").trim_end());
        }
    }
}
