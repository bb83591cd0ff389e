//! One file: asked for from where it stopped until it is whole.

use super::Hub;
use super::listing::Wanted;
use super::part::{self, Part};
use indicatif::ProgressBar;
use karat_types::Problem;
use reqwest::StatusCode;
use reqwest::header::{CONTENT_RANGE, RANGE, RETRY_AFTER};
use serde::Serialize;
use std::path::Path;
use std::time::Duration;

/// Tries in a row without a single new byte before giving up.
const TRIES: u32 = 6;

/// A file that is there, whole and hashed.
#[derive(Debug, Serialize)]
pub(crate) struct Fetched {
    /// Its name in the folder.
    pub(crate) name: String,
    /// Bytes.
    pub(crate) size: u64,
    /// SHA-256 of the content.
    pub(crate) sha256: String,
}

/// How a try ended that was not fatal.
enum Turn {
    /// The connection closed, in order or not; the reason for the last one is shown.
    Closed(String),
    /// The server wants to be left alone for a while.
    Wait(Duration),
}

impl Hub {
    /// Fetches one file of a commit into `dir`.
    pub(super) async fn fetch(
        &self,
        repo: &str,
        commit: &str,
        wanted: Wanted,
        dir: &Path,
        bar: &ProgressBar,
    ) -> Result<Fetched, Problem> {
        let path = dir.join(&wanted.name);
        if path.exists() {
            let sha256 = part::matches(&path, &wanted)?.ok_or_else(|| taken(&path, repo))?;
            bar.inc(wanted.size);
            return Ok(Fetched { name: wanted.name, size: wanted.size, sha256 });
        }
        let url = format!("{repo}/resolve/{commit}/{}", wanted.name);
        // Once more from nothing when the hash is wrong: an earlier part may have been spoilt.
        for _ in 0..2 {
            let mut part = Part::open(dir, commit, &wanted)?;
            bar.inc(part.len);
            self.fill(&url, &wanted, &mut part, bar).await?;
            if let Some(sha256) = part.finish(&path, &wanted.sum)? {
                return Ok(Fetched { name: wanted.name, size: wanted.size, sha256 });
            }
            bar.dec(wanted.size);
        }
        Err(Problem::new(
            502,
            "download_corrupt",
            format!(
                "{} of {repo} came twice with another hash than {:?}, which the hub lists.",
                wanted.name, wanted.sum
            ),
            "Something between the hub and here changes the bytes: try another network, or --endpoint of the hub itself.",
        ))
    }

    /// Asks again and again from where the last answer broke off.
    async fn fill(
        &self,
        url: &str,
        wanted: &Wanted,
        part: &mut Part,
        bar: &ProgressBar,
    ) -> Result<(), Problem> {
        let mut idle = 0;
        while part.len < wanted.size {
            let had = part.len;
            let turn = self.turn(url, wanted, part, bar).await?;
            idle = if part.len > had { 0 } else { idle + 1 };
            let pause = match turn {
                Turn::Closed(reason) if idle >= TRIES => return Err(self.unreachable(&reason)),
                Turn::Wait(_) if idle >= TRIES => return Err(self.unreachable(&"it is busy")),
                Turn::Closed(_) if idle == 0 => Duration::ZERO,
                Turn::Closed(_) => Duration::from_millis(100 << idle),
                Turn::Wait(pause) => pause,
            };
            tokio::time::sleep(pause).await;
        }
        Ok(())
    }

    /// One request and as many bytes as it brings.
    async fn turn(
        &self,
        url: &str,
        wanted: &Wanted,
        part: &mut Part,
        bar: &ProgressBar,
    ) -> Result<Turn, Problem> {
        let mut request = self.get(url);
        if part.len > 0 {
            request = request.header(RANGE, format!("bytes={}-", part.len));
        }
        let mut response = match request.send().await {
            Ok(response) => response,
            Err(error) => return Ok(Turn::Closed(error.to_string())),
        };
        let status = response.status();
        if !status.is_success() {
            if status == StatusCode::RANGE_NOT_SATISFIABLE {
                return Err(changed(wanted));
            }
            let wait = response.headers().get(RETRY_AFTER).and_then(|v| v.to_str().ok()?.parse().ok());
            return match self.refused(status, &wanted.name) {
                Some(problem) => Err(problem),
                None => Ok(Turn::Wait(Duration::from_secs(wait.unwrap_or(1)).min(Duration::from_secs(60)))),
            };
        }
        let from = response.headers().get(CONTENT_RANGE).and_then(|v| v.to_str().ok().map(str::to_owned));
        let continued = from.is_some_and(|range| range.starts_with(&format!("bytes {}-", part.len)));
        if part.len > 0 && !continued {
            // The whole file comes although a part was asked for.
            bar.dec(part.len);
            part.restart()?;
        }
        loop {
            match response.chunk().await {
                Ok(Some(bytes)) => {
                    if !part.push(&bytes)? {
                        return Err(changed(wanted));
                    }
                    bar.inc(bytes.len() as u64);
                }
                Ok(None) => return Ok(Turn::Closed("the connection closed".into())),
                Err(error) => return Ok(Turn::Closed(error.to_string())),
            }
        }
    }
}

fn changed(wanted: &Wanted) -> Problem {
    Problem::new(
        502,
        "download_corrupt",
        format!("{} is not {} bytes long, as the hub lists it.", wanted.name, wanted.size),
        "Run the command again; if it stays, the hub's copy is damaged: choose another revision.",
    )
}

/// Another file of that name is in the way.
fn taken(path: &Path, repo: &str) -> Problem {
    Problem::conflict(
        "file_exists",
        format!("{} is there already and is not the one of {repo}.", path.display()),
        "Choose another folder with --out, or move that file away.",
    )
}
