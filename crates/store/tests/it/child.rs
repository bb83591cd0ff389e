//! A test that needs a process of its own starts itself again, with a folder to work in.

use std::path::PathBuf;
use std::process::Command;

const FOLDER: &str = "KARAT_TEST_CHILD_FOLDER";

/// The folder, in the process that was started for it; none in the test itself.
pub(crate) fn folder() -> Option<PathBuf> {
    std::env::var_os(FOLDER).map(PathBuf::from)
}

/// This very test, by its full name, as a process of its own, started through `through`.
pub(crate) fn command(through: &[&str], test: &str, folder: &std::path::Path) -> Command {
    let itself = std::env::current_exe().unwrap();
    let mut command = match through {
        [] => Command::new(&itself),
        [first, rest @ ..] => {
            let mut command = Command::new(first);
            command.args(rest).arg(&itself);
            command
        }
    };
    command.args(["--exact", test, "--nocapture", "--test-threads=1"]).env(FOLDER, folder);
    command
}
