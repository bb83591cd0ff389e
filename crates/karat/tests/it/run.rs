//! Running the binary and reading what it says.

use serde_json::Value;
use std::io::Write;
use std::path::Path;
use std::process::{Command, Stdio};

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
    karat_asked(dir, args, "")
}

/// Runs `karat ARGS` in `dir` with `typed` on stdin.
pub(crate) fn karat_asked(dir: &Path, args: &[&str], typed: &str) -> Answer {
    let mut command = Command::new(env!("CARGO_BIN_EXE_karat"));
    command.args(args).current_dir(dir);
    command.stdin(Stdio::piped()).stdout(Stdio::piped()).stderr(Stdio::piped());
    let mut child = command.spawn().unwrap();
    // A command that does not read its input may be gone already.
    let _ = child.stdin.take().unwrap().write_all(typed.as_bytes());
    let output = child.wait_with_output().unwrap();
    Answer {
        code: output.status.code().unwrap_or(-1),
        stdout: String::from_utf8(output.stdout).unwrap(),
        stderr: String::from_utf8(output.stderr).unwrap(),
    }
}
