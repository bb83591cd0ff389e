//! Running other programs, and the places of the project.

use std::ffi::OsStr;
use std::io::{BufRead, BufReader, Read, Write};
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};

/// The project's root folder.
pub(crate) fn root() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).parent().map(Path::to_path_buf).unwrap_or_default()
}

/// The cargo that runs us.
pub(crate) fn cargo() -> String {
    std::env::var("CARGO").unwrap_or_else(|_| "cargo".into())
}

/// Where cargo builds: next to this very program.
pub(crate) fn target_dir() -> Result<PathBuf, String> {
    let me = std::env::current_exe().map_err(|e| format!("Where am I? {e}"))?;
    me.parent().and_then(Path::parent).map(Path::to_path_buf).ok_or_else(|| "No target directory.".into())
}

/// The binary under construction.
pub(crate) fn karat() -> Result<PathBuf, String> {
    Ok(target_dir()?.join("debug").join("karat"))
}

/// A command in the project's root.
pub(crate) fn command<S: AsRef<OsStr>>(program: S, args: &[&str]) -> Command {
    let mut command = Command::new(program);
    command.args(args).current_dir(root()).stdin(Stdio::null());
    command
}

/// Whether a program is on the PATH.
pub(crate) fn has(program: &str) -> bool {
    std::env::var_os("PATH")
        .is_some_and(|path| std::env::split_paths(&path).any(|dir| dir.join(program).is_file()))
}

/// Runs to the end with our own output; an error names the command.
pub(crate) fn run(command: &mut Command) -> Result<(), String> {
    let status = command.status().map_err(|e| format!("{} does not start: {e}", line(command)))?;
    if status.success() { Ok(()) } else { Err(format!("{} failed ({status})", line(command))) }
}

/// Runs to the end, shows the output as it comes and returns it, with whether it went well.
pub(crate) fn watch(command: &mut Command) -> Result<(bool, String), String> {
    let mut child = command
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .spawn()
        .map_err(|e| format!("{} does not start: {e}", line(command)))?;
    let errors = child.stderr.take().map(|pipe| std::thread::spawn(move || echo(pipe)));
    let mut text = child.stdout.take().map(echo).unwrap_or_default();
    if let Some(thread) = errors {
        text.push_str(&thread.join().unwrap_or_default());
    }
    let status = child.wait().map_err(|e| format!("{} was lost: {e}", line(command)))?;
    Ok((status.success(), text))
}

fn echo(pipe: impl Read) -> String {
    let mut text = String::new();
    let mut reader = BufReader::new(pipe);
    let mut line = Vec::new();
    while reader.read_until(b'\n', &mut line).is_ok_and(|n| n > 0) {
        let _ = std::io::stdout().write_all(&line);
        text.push_str(&String::from_utf8_lossy(&line));
        line.clear();
    }
    text
}

fn line(command: &Command) -> String {
    let words = std::iter::once(command.get_program()).chain(command.get_args());
    words.map(OsStr::to_string_lossy).collect::<Vec<_>>().join(" ")
}
