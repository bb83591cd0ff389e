//! `cargo xtask run`: from a fresh clone to the whole loop in the browser.

use crate::{setup, shell, sources, ui};

/// Sets up, builds, plays the demo and leaves the server up. `args` go to `karat demo`.
pub(crate) fn run(args: Vec<String>) -> Result<(), String> {
    setup::node()?;
    println!("1/3 web UI");
    ui::build()?;
    println!("2/3 karat (the first build takes some minutes)");
    shell::run(&mut shell::command(shell::cargo(), &["build", "--package", "karat"]))?;
    println!("3/3 the loop, on the READMEs and change logs of the crates just downloaded");
    let list = shell::target_dir()?.join("demo-sources.jsonl");
    sources::write(&list)?;
    let mut karat = shell::command(shell::karat()?, &["demo", "--serve", "--sources"]);
    karat.arg(&list).args(args).stdin(std::process::Stdio::inherit());
    if let Ok(here) = std::env::current_dir() {
        karat.current_dir(here);
    }
    shell::run(&mut karat)
}
