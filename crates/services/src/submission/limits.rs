//! What may be entered in a day, and what is said when it is spent.

use karat_types::limits::{EntryLimits, MB};
use karat_types::{Micros, Problem};

/// A number of bytes as people read it: `3.25 MB`.
pub(crate) fn megabytes(bytes: u64) -> String {
    let hundredths = bytes * 100 / MB;
    match (hundredths / 100, hundredths % 100) {
        (0, 0) => format!("{bytes} bytes"),
        (whole, 0) => format!("{whole} MB"),
        (whole, part) => format!("{whole}.{part:02} MB"),
    }
}

/// What a limit still allows when it is spent: nothing before the next 00:00 UTC.
fn spent(code: &str, detail: String, now: Micros) -> Problem {
    let hint = format!(
        "You can go on tomorrow at 00:00 UTC ({}). Files that are refused by the gate give their place back.",
        now.next_midnight()
    );
    Problem::new(429, code, detail, hint)
}

/// The daily files over all datanets are spent.
pub(super) fn files(limits: &EntryLimits, now: Micros) -> Problem {
    let most = limits.files_per_day;
    spent("quota_files_spent", format!("Your {most} files of today are spent or being checked."), now)
}

/// The daily bytes over all datanets do not hold this file.
pub(super) fn bytes(limits: &EntryLimits, used: u64, size: u64, now: Micros) -> Problem {
    let detail = format!(
        "This file has {}, but of today's {} you have used {}.",
        megabytes(size),
        megabytes(limits.bytes_per_day),
        megabytes(used)
    );
    spent("quota_bytes_spent", detail, now)
}

/// The daily trial files are spent.
pub(super) fn trial(limits: &EntryLimits, now: Micros) -> Problem {
    let detail =
        format!("Your {} trial files of today are spent or being checked.", limits.trial_files_per_day);
    let mut problem = spent("trial_files_spent", detail, now);
    problem.hint = format!("Submit it without *trial*, or wait: {}", lower_first(&problem.hint));
    problem
}

/// The datanet's own limit for a contributor is spent.
pub(super) fn datanet_files(most: u32, datanet: &str, now: Micros) -> Problem {
    let detail = format!(
        "“{datanet}” takes {most} files a day from each contributor; yours are spent or being checked."
    );
    spent("datanet_files_spent", detail, now)
}

/// The datanet's cap over everybody does not hold this file.
pub(super) fn datanet_bytes(cap: u64, datanet: &str, size: u64, now: Micros) -> Problem {
    let detail = format!(
        "“{datanet}” takes {} a day from everybody together; this file of {} no longer fits.",
        megabytes(cap),
        megabytes(size)
    );
    spent("datanet_bytes_spent", detail, now)
}

/// Uploads and pre-checks of the day are spent, whatever came of them.
pub(super) fn attempts(limits: &EntryLimits, now: Micros) -> Problem {
    let detail = format!(
        "You have made {} uploads and pre-checks, or sent {}, today; that is the most.",
        limits.attempts_per_day,
        megabytes(limits.attempt_bytes_per_day)
    );
    let hint = format!(
        "You can go on tomorrow at 00:00 UTC ({}). `karat check FILE` runs the same gate on your own machine as often as you like.",
        now.next_midnight()
    );
    Problem::new(429, "attempts_spent", detail, hint)
}

fn lower_first(text: &str) -> String {
    let mut chars = text.chars();
    chars.next().map_or_else(String::new, |first| first.to_lowercase().chain(chars).collect())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_spent_limit_says_when_it_starts_anew() {
        let problem = files(&EntryLimits::default(), Micros(1_795_262_400_000_000));
        assert_eq!((problem.status, problem.code.as_str()), (429, "quota_files_spent"));
        assert!(problem.hint.contains("tomorrow at 00:00 UTC (2026-11-22T00:00:00Z)"), "{}", problem.hint);
    }

    #[test]
    fn sizes_are_read_in_megabytes() {
        assert_eq!(megabytes(10 * MB), "10 MB");
        assert_eq!(megabytes(3_250_000), "3.25 MB");
        assert_eq!(megabytes(999), "999 bytes");
    }
}
