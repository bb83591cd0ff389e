//! The toolbox: `cargo xtask run`, `test`, `tidy`, `gen`, `bench`.
//!
//! Needs nothing but Rust and Node; knows only `serde_json`.

mod bench;
mod generated;
mod report;
mod run;
mod setup;
mod shell;
mod sources;
mod test;
mod tidy;
mod ui;

use std::process::ExitCode;

const HELP: &str = "cargo xtask COMMAND

  run  [ARGS]   set up, build, play the whole loop on real text and open the web UI (ARGS go to `karat demo`)
  test          set up and pass everything CI runs
  bench engine  this build beside PyTorch, peft and llama.cpp; writes docs/benchmarks/engine.md
  bench gate    the gate on real files beside datatrove, text-dedup, rensa, datasketch; docs/benchmarks/gate.md
  tidy          check the rules of the house: arrows, licences, lengths, words, dependencies
  gen           write the generated files anew: TypeScript client, reference pages
  sources FILE  list the Markdown of the crates the build downloaded, for `karat demo --sources FILE`";

fn main() -> ExitCode {
    let mut args = std::env::args().skip(1);
    let done = match (args.next().as_deref(), args.next()) {
        (Some("run"), first) => run::run(first.into_iter().chain(args).collect()),
        (Some("test"), None) => test::run(),
        (Some("bench"), Some(name)) => bench::run(&name, args.next().as_deref()),
        (Some("tidy"), None) => tidy::run(&shell::root()),
        (Some("gen"), None) => generated::write(),
        (Some("sources"), Some(file)) => sources::write(file.as_ref()),
        _ => Err(HELP.to_owned()),
    };
    match done {
        Ok(()) => ExitCode::SUCCESS,
        Err(message) => {
            eprintln!("{message}");
            ExitCode::FAILURE
        }
    }
}
