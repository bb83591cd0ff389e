//! Steps with their times, and the one line at the end.

use crate::shell;
use std::process::Command;
use std::time::{Duration, Instant};

/// What was run so far.
#[derive(Default)]
pub(crate) struct Report {
    steps: Vec<(String, Duration, bool)>,
    passed: u64,
    failed: u64,
}

impl Report {
    /// A step that is one check: it passes or fails as a whole.
    pub(crate) fn check(&mut self, name: &str, work: impl FnOnce() -> Result<(), String>) -> bool {
        println!("\n== {name}");
        let start = Instant::now();
        let done = work();
        if let Err(message) = &done {
            println!("{message}");
        }
        self.finish(name, start, done.is_ok(), 0, 0);
        done.is_ok()
    }

    /// A step that runs tests and says how many; when it says nothing it counts as one.
    pub(crate) fn tests(&mut self, name: &str, command: &mut Command) -> bool {
        println!("\n== {name}");
        let start = Instant::now();
        let (ok, text) = shell::watch(command).unwrap_or_else(|message| {
            println!("{message}");
            (false, String::new())
        });
        let (passed, failed) = count(&text);
        self.finish(name, start, ok, passed, failed);
        ok
    }

    fn finish(&mut self, name: &str, start: Instant, ok: bool, passed: u64, failed: u64) {
        let took = start.elapsed();
        self.passed += if passed == 0 && ok { 1 } else { passed };
        self.failed += if failed == 0 && !ok { 1 } else { failed };
        println!("-- {name}: {} in {:.1} s", if ok { "ok" } else { "FAILED" }, took.as_secs_f64());
        self.steps.push((name.to_owned(), took, ok));
    }

    /// Prints all steps and the last line.
    pub(crate) fn end(self) -> Result<(), String> {
        println!();
        for (name, took, ok) in &self.steps {
            println!("{:>8.1} s  {}  {name}", took.as_secs_f64(), if *ok { "ok    " } else { "FAILED" });
        }
        let total: Duration = self.steps.iter().map(|step| step.1).sum();
        println!("{:>8.1} s  in all", total.as_secs_f64());
        println!("{} passed, {} failed", self.passed, self.failed);
        if self.failed == 0 { Ok(()) } else { Err(String::new()) }
    }
}

/// Numbers of passed and failed tests in the words of cargo test, Vitest and Playwright.
fn count(text: &str) -> (u64, u64) {
    let mut sum = (0, 0);
    for line in text.lines().map(plain) {
        let line = line.trim();
        let summary = line.starts_with("test result:") || line.starts_with("Tests ") || playwright(line);
        if summary {
            sum.0 += before(line, "passed");
            sum.1 += before(line, "failed");
        }
    }
    sum
}

/// `12 passed (30s)`, `1 failed`: Playwright's last lines.
fn playwright(line: &str) -> bool {
    let mut words = line.split_whitespace();
    words.next().is_some_and(|n| n.parse::<u64>().is_ok())
        && matches!(words.next(), Some("passed" | "failed"))
        && words.next().is_none_or(|w| w.starts_with('('))
}

/// The number right before a word.
fn before(line: &str, word: &str) -> u64 {
    let words: Vec<_> = line.split(|c: char| !c.is_alphanumeric()).filter(|w| !w.is_empty()).collect();
    let at = words.windows(2).find(|pair| pair[1] == word);
    at.and_then(|pair| pair[0].parse().ok()).unwrap_or(0)
}

/// Without colours.
fn plain(line: &str) -> String {
    let mut out = String::new();
    let mut chars = line.chars();
    while let Some(c) = chars.next() {
        if c == '\u{1b}' {
            let _ = chars.find(char::is_ascii_alphabetic);
        } else {
            out.push(c);
        }
    }
    out
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_runners_words_are_counted() {
        assert_eq!(count("test result: FAILED. 6 passed; 2 failed; 0 ignored"), (6, 2));
        assert_eq!(count("\u{1b}[2m      Tests \u{1b}[22m \u{1b}[1m12 passed\u{1b}[22m (12)"), (12, 0));
        assert_eq!(count("  1 failed\n  14 passed (30.1s)"), (14, 1));
        assert_eq!(count("3 passed by the river"), (0, 0));
    }
}
