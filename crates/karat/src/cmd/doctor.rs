//! `karat doctor`: what is well, what is not, and the fix.

use crate::config::{Config, StateArgs};
use crate::out;
use karat_types::Problem;
use serde::Serialize;

/// Checks this machine and this data directory; says the fix for what is wrong
#[derive(clap::Args)]
#[command(after_help = "Example: karat doctor --data-dir ./karat-data")]
pub(crate) struct Args {
    #[command(flatten)]
    state: StateArgs,
    /// Print one JSON object
    #[arg(long)]
    json: bool,
}

/// One thing that was looked at.
#[derive(Serialize)]
struct Check {
    name: &'static str,
    ok: bool,
    found: String,
    fix: Option<String>,
}

/// Looks at everything; fails when anything is wrong.
pub(crate) fn run(args: &Args) -> Result<(), Problem> {
    let config = args.state.load()?;
    let checks = vec![data_dir(&config), threads(&config)];
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

fn data_dir(config: &Config) -> Check {
    let probe = config.ensure_data_dir().and_then(|()| {
        tempfile::tempfile_in(&config.data_dir)
            .map_err(|error| crate::config::unusable_dir(&config.data_dir, &error))
    });
    match probe {
        Ok(_) => Check {
            name: "data",
            ok: true,
            found: format!("{} is writable", config.data_dir.display()),
            fix: None,
        },
        Err(problem) => Check { name: "data", ok: false, found: problem.detail, fix: Some(problem.hint) },
    }
}

fn threads(config: &Config) -> Check {
    Check {
        name: "threads",
        ok: true,
        found: format!("{} for the engine", config.engine_threads()),
        fix: None,
    }
}
