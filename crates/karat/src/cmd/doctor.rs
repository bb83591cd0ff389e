//! `karat doctor`: what is well, what is not, and the fix.

use crate::config::{Config, StateArgs};
use crate::sandbox::{self, Limit, Sandbox};
use crate::{compose, out, runtime, trust_anchors};
use karat_services::ops::{self, Check};
use karat_types::Problem;
use std::path::Path;

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
    let readers = readers();
    let mut checks = vec![data_dir(&config), threads(&config), kernels(), readers_check(&readers)];
    if checks[0].ok {
        checks.extend(runtime()?.block_on(store(&config)));
    }
    checks.extend(config.trust_anchors.as_deref().map(trust));
    if args.json {
        let settings: serde_json::Map<_, _> =
            config.shown().into_iter().map(|(name, value)| (name.to_owned(), value.into())).collect();
        out::json(&serde_json::json!({ "checks": checks, "readers": readers, "config": settings }))?;
    } else {
        print(&config, &checks, &readers);
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

fn print(config: &Config, checks: &[Check], readers: &Readers) {
    for check in checks {
        out::line(format!("{} {:<10} {}", if check.ok { "ok  " } else { "BAD " }, check.name, check.found));
        if let Some(fix) = &check.fix {
            out::line(format!("     fix: {fix}"));
        }
    }
    out::line("\nWhat holds a reader of untrusted files");
    for Limit { name, works, found } in &readers.limits {
        out::line(format!("{} {name:<10} {found}", if *works { "ok  " } else { "none" }));
    }
    for Tried { what, stopped, how } in &readers.tried {
        out::line(format!("{} {what:<10} {how}", if *stopped { "held" } else { "OPEN" }));
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

/// The certificates the operator trusts, where there is a list.
fn trust(path: &Path) -> Check {
    let count = |pem: String| karat_gate::trust_anchors(&pem).unwrap_or_default();
    match trust_anchors::read(path).map(count) {
        Ok(found) => well("trust", format!("{found} certificates in {}", path.display())),
        Err(problem) => Check { name: "trust", ok: false, found: problem.detail, fix: Some(problem.hint) },
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

/// How files are read on this machine.
#[derive(Default, serde::Serialize)]
struct Readers {
    /// Why no reader can be started.
    #[serde(skip_serializing_if = "Option::is_none")]
    failed: Option<String>,
    limits: Vec<Limit>,
    tried: Vec<Tried>,
}

/// What a reader tried and must not be able to do.
#[derive(serde::Serialize)]
struct Tried {
    what: &'static str,
    stopped: bool,
    how: String,
}

/// Starts readers, asks what holds them and lets each try to get out.
fn readers() -> Readers {
    let sandbox = Sandbox::new(sandbox::Settings::new());
    let limits = match sandbox.limits() {
        Ok(limits) => limits,
        Err(failed) => return Readers { failed: Some(failed), ..Readers::default() },
    };
    let tried = sandbox::QUICK.map(|probe| {
        let how = sandbox.probe(probe).err().unwrap_or_else(|| "it answered as if it had read".to_owned());
        Tried { what: probe.as_str(), stopped: !how.starts_with(sandbox::ALLOWED), how }
    });
    Readers { failed: None, limits, tried: tried.into() }
}

/// Elsewhere than on Linux there are only resource limits, which is said and is no fault.
fn readers_check(readers: &Readers) -> Check {
    let open: Vec<_> = readers.tried.iter().filter(|tried| !tried.stopped).map(|tried| tried.what).collect();
    let missing: Vec<_> =
        readers.limits.iter().filter(|limit| !limit.works).map(|l| l.name.as_str()).collect();
    let found = match (&readers.failed, open.as_slice(), missing.as_slice()) {
        (Some(failed), ..) => format!("no reader can be started: {failed}"),
        (None, [], []) => "every limit works, and nothing got out".to_owned(),
        (None, [], missing) => format!("nothing got out; not available: {}", missing.join(", ")),
        (None, open, _) => format!("not stopped: {}", open.join(", ")),
    };
    let ok = readers.failed.is_none() && (open.is_empty() || cfg!(not(target_os = "linux")));
    let fix = "Use a Linux kernel with seccomp, and let containers use it (Docker's default profile does).";
    Check { name: "readers", ok, found, fix: (!ok).then(|| fix.to_owned()) }
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
