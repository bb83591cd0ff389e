//! `cargo xtask test`: everything CI runs, in the order that fails soonest.

use crate::report::Report;
use crate::{generated, setup, shell, tidy, ui};
use std::process::Command;

/// Sets up and runs all of it; a step that fails does not hide the others.
pub(crate) fn run() -> Result<(), String> {
    let mut report = Report::default();
    if !report.check("set up", setup::for_tests) {
        return report.end();
    }
    report.check("format", || shell::run(&mut cargo(&["fmt", "--all", "--check"])));
    report.check("tidy", || tidy::run(&shell::root()));
    web(&mut report);
    let lints = ["clippy", "--workspace", "--all-targets", "--locked", "--", "-D", "warnings"];
    report.check("clippy", || shell::run(&mut cargo(&lints)));
    // The UI is built first: the binary carries it. Building apart from running shows each's time.
    let built = report.check("build", || {
        let build = ["test", "--workspace", "--locked", "--no-run"];
        shell::run(&mut cargo(&build))
    });
    if built {
        report.tests("rust tests", &mut rust_tests());
        report.check("generated files are fresh", generated::check);
        browser(&mut report);
    }
    report.end()
}

fn cargo(args: &[&str]) -> Command {
    shell::command(shell::cargo(), args)
}

/// Plain cargo, one process a room: the tests of a room share one throwaway PostgreSQL.
fn rust_tests() -> Command {
    cargo(&["test", "--workspace", "--locked", "--no-fail-fast", "--quiet"])
}

fn web(report: &mut Report) {
    let folder = shell::root().join("ui");
    let npm = |args: &[&str]| {
        let mut npm = shell::command("npm", args);
        npm.current_dir(&folder);
        npm
    };
    if !report.check("npm install (ui)", || ui::install(&folder).map(|_| ())) {
        return;
    }
    report.check("lint (ui)", || shell::run(&mut npm(&["run", "lint"])));
    report.tests("vitest (ui)", &mut npm(&["test"]));
    if report.check("build (ui)", || shell::run(&mut npm(&["run", "build"]))) {
        report.check("bundle size (ui)", || shell::run(&mut npm(&["run", "size"])));
    }
}

fn browser(report: &mut Report) {
    let folder = shell::root().join("e2e");
    if !report.check("npm install (e2e)", || ui::install(&folder).map(|_| ())) {
        return;
    }
    let Ok(karat) = shell::karat() else { return };
    let mut playwright = shell::command("npm", &["test"]);
    report.tests("browser journeys", playwright.current_dir(&folder).env("KARAT_BIN", karat));
}
