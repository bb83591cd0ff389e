//! `karat doctor`: what is well, what is not, and the fix.

use crate::config::{Config, StateArgs};
use crate::{compose, out, runtime};
use karat_services::ops::{self, Check};
use karat_types::Problem;

/// Checks this machine and this data directory; says the fix for what is wrong
#[derive(clap::Args)]
#[command(after_help = "Example: karat doctor --data-dir ./karat-data")]
pub(crate) struct Args {
    #[command(flatten)]
    state: StateArgs,
    /// Print one JSON object
    #[arg(long)]
    json: bool,
    /// Only try AMX, and crash if it does: run by karat itself
    #[arg(long, hide = true)]
    probe_amx: bool,
}

/// Looks at everything; fails when anything is wrong.
pub(crate) fn run(args: &Args) -> Result<(), Problem> {
    if args.probe_amx {
        return probe_amx();
    }
    let config = args.state.load()?;
    let mut checks = vec![data_dir(&config), threads(&config), kernels()];
    if checks[0].ok {
        checks.extend(runtime()?.block_on(store(&config)));
    }
    if args.json {
        let settings: serde_json::Map<_, _> =
            config.shown().into_iter().map(|(name, value)| (name.to_owned(), value.into())).collect();
        out::json(&serde_json::json!({ "checks": checks, "config": settings }))?;
    } else {
        print(&config, &checks);
    }
    let wrong: Vec<_> = checks.iter().filter(|check| !check.ok).map(|check| check.name).collect();
    if wrong.is_empty() {
        return Ok(());
    }
    Err(Problem::new(
        500,
        "doctor_found_problems",
        format!("Not well: {}.", wrong.join(", ")),
        "Follow the fix beside each and run `karat doctor` again.",
    ))
}

fn print(config: &Config, checks: &[Check]) {
    for check in checks {
        out::line(format!("{} {:<10} {}", if check.ok { "ok  " } else { "BAD " }, check.name, check.found));
        if let Some(fix) = &check.fix {
            out::line(format!("     fix: {fix}"));
        }
    }
    out::line("\nConfiguration");
    for (name, value) in config.shown() {
        out::line(format!("  {name:<18} {value}"));
    }
}

fn well(name: &'static str, found: String) -> Check {
    Check { name, ok: true, found, fix: None }
}

fn data_dir(config: &Config) -> Check {
    let probe = config.ensure_data_dir().and_then(|()| {
        tempfile::tempfile_in(&config.data_dir)
            .map_err(|error| crate::config::unusable_dir(&config.data_dir, &error))
    });
    match probe {
        Ok(_) => well("data", format!("{} is writable", config.data_dir.display())),
        Err(problem) => Check { name: "data", ok: false, found: problem.detail, fix: Some(problem.hint) },
    }
}

fn threads(config: &Config) -> Check {
    well("threads", format!("{} for the engine", config.engine_threads()))
}

/// What this processor computes with; never wrong, only slower or faster.
fn kernels() -> Check {
    let chosen = karat_engine::kernel::describe();
    let amx = chosen.without_amx.map_or_else(String::new, |reason| format!("; no AMX: {reason}"));
    let (f32, bf16, bits) = (chosen.f32, chosen.bf16, chosen.vector_bits);
    well("kernels", format!("f32 {f32}, bf16 {bf16}, vectors of {bits} bits{amx}"))
}

/// What the child process does: every answer but success means no AMX.
fn probe_amx() -> Result<(), Problem> {
    karat_engine::kernel::amx_self_test().map_err(|found| {
        Problem::new(
            500,
            "doctor_found_problems",
            format!("AMX cannot be used: {found}."),
            "Nothing to do: karat computes without it.",
        )
    })
}

/// Database, tables, blobs and disk; an SQLite file that is not there yet is not made here.
async fn store(config: &Config) -> Vec<Check> {
    if config.database_url.is_none() && !config.data_dir.join("karat.db").exists() {
        return vec![well("database", "SQLite, made at the first start".into())];
    }
    ops::diagnose(&compose::store_config(config)).await
}
