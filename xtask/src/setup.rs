//! What the machine must have; on Debian as root it is installed.

use crate::shell;
use std::path::Path;

/// A program, how to notice it, and its Debian package.
struct Need {
    what: &'static str,
    package: &'static str,
    there: fn() -> bool,
}

const BROWSER: Need =
    Need { what: "Chromium", package: "chromium", there: || Path::new("/usr/bin/chromium").exists() };
const POSTGRES: Need = Need { what: "PostgreSQL", package: "postgresql", there: postgres };
const SCANNER: Need = Need {
    what: "ClamAV's daemon",
    package: "clamav-daemon",
    there: || shell::has("clamd") || Path::new("/usr/sbin/clamd").exists(),
};

const PYTHON: Need = Need { what: "Python with venv", package: "python3-venv", there: venv };
const CONVERTER: Need = Need { what: "ffmpeg", package: "ffmpeg", there: || shell::has("ffmpeg") };
const COMPILER: Need = Need { what: "a C++ compiler", package: "g++", there: || shell::has("c++") };

fn venv() -> bool {
    let asked = shell::command("python3", &["-c", "import ensurepip, venv"]).status();
    asked.is_ok_and(|status| status.success())
}

fn postgres() -> bool {
    let versions = std::fs::read_dir("/usr/lib/postgresql").into_iter().flatten().flatten();
    shell::has("initdb") || versions.map(|v| v.path().join("bin/initdb")).any(|p| p.exists())
}

/// Node with npm, for the web UI.
pub(crate) fn node() -> Result<(), String> {
    if shell::has("node") && shell::has("npm") {
        return Ok(());
    }
    Err("Node is missing: the web UI is built with it. Install Node 20.19 or newer from https://nodejs.org and run this again.".into())
}

/// Everything the tests need.
pub(crate) fn for_tests() -> Result<(), String> {
    node()?;
    install(&[BROWSER, POSTGRES, SCANNER])
}

/// What the peers of the benchmarks are built with, and what alters recordings.
pub(crate) fn for_benchmarks() -> Result<(), String> {
    install(&[PYTHON, COMPILER, CONVERTER])
}

/// Installs what is missing, or says how.
fn install(needs: &[Need]) -> Result<(), String> {
    let missing: Vec<_> = needs.iter().filter(|need| !(need.there)()).collect();
    if missing.is_empty() {
        return Ok(());
    }
    let packages: Vec<_> = missing.iter().map(|need| need.package).collect();
    let names: Vec<_> = missing.iter().map(|need| need.what).collect();
    let by_hand = format!("sudo apt-get update && sudo apt-get install -y {}", packages.join(" "));
    if !(is_root() && shell::has("apt-get")) {
        return Err(format!(
            "Missing: {}. On Debian:\n  {by_hand}\nElsewhere install them your way; Chromium is looked for at /usr/bin/chromium.",
            names.join(", ")
        ));
    }
    println!("Installing {}", names.join(", "));
    shell::run(shell::command("apt-get", &["update", "-qq"]).env("DEBIAN_FRONTEND", "noninteractive"))?;
    let mut install = shell::command("apt-get", &["install", "-y", "-qq", "--no-install-recommends"]);
    shell::run(install.args(packages).env("DEBIAN_FRONTEND", "noninteractive"))
        .map_err(|e| format!("{e}. By hand:\n  {by_hand}"))
}

fn is_root() -> bool {
    let status = std::fs::read_to_string("/proc/self/status").unwrap_or_default();
    let ids = status.lines().find_map(|line| line.strip_prefix("Uid:")).unwrap_or_default();
    ids.split_whitespace().nth(1) == Some("0")
}
