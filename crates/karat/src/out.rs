//! Words to the terminal: results on stdout, everything else on stderr.

use karat_types::Problem;
use serde::Serialize;
use std::io::{IsTerminal, Write};

/// Whether this command was asked to speak JSON.
pub(crate) fn wants_json() -> bool {
    std::env::args_os().skip(1).take_while(|a| a != "--").any(|a| a == "--json")
}

/// Prints a problem with its fix on stderr; as one JSON object after `--json`.
pub(crate) fn problem(problem: &Problem) {
    if wants_json() {
        let text = serde_json::to_string(problem).unwrap_or_else(|_| problem.to_string());
        say(&text);
    } else {
        say(&format!("error: {problem}"));
    }
}

/// A result, one line on stdout. A reader that went away (`| head`) is not an error.
pub(crate) fn line(text: impl AsRef<str>) {
    let _ = writeln!(std::io::stdout().lock(), "{}", text.as_ref());
}

/// A remark for the person watching, one line on stderr.
pub(crate) fn say(text: &str) {
    let _ = writeln!(std::io::stderr().lock(), "{text}");
}

/// A result as JSON: indented on a terminal, one line in a pipe.
pub(crate) fn json<T: Serialize>(value: &T) -> Result<(), Problem> {
    let text = if std::io::stdout().is_terminal() {
        serde_json::to_string_pretty(value)
    } else {
        serde_json::to_string(value)
    };
    line(text.map_err(|e| Problem::internal(format!("A result could not be written as JSON: {e}")))?);
    Ok(())
}
