//! Running the binary and reading what it says.

use serde_json::Value;
use std::path::Path;
use std::process::Command;

/// What a command answered.
pub(crate) struct Answer {
    pub(crate) code: i32,
    pub(crate) stdout: String,
    pub(crate) stderr: String,
}

impl Answer {
    /// Each line of stdout as JSON.
    pub(crate) fn lines(&self) -> Vec<Value> {
        self.stdout.lines().map(|line| serde_json::from_str(line).expect(line)).collect()
    }

    /// The problem on stderr, printed after `--json`.
    pub(crate) fn problem(&self) -> Value {
        serde_json::from_str(self.stderr.trim()).expect(&self.stderr)
    }
}

/// Runs `karat ARGS` in `dir`.
pub(crate) fn karat(dir: &Path, args: &[&str]) -> Answer {
    let output = Command::new(env!("CARGO_BIN_EXE_karat")).args(args).current_dir(dir).output().unwrap();
    Answer {
        code: output.status.code().unwrap_or(-1),
        stdout: String::from_utf8(output.stdout).unwrap(),
        stderr: String::from_utf8(output.stderr).unwrap(),
    }
}
