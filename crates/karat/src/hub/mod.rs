//! A model from a hub in the Hugging Face layout: listed, chosen, fetched, checked.
//!
//! Nothing is trusted that was not hashed: each file becomes visible under its name only
//! when its bytes have the hash the hub's listing promised.

mod fetch;
mod listing;
mod part;

pub(crate) use fetch::Fetched;

use futures::{StreamExt, TryStreamExt, stream};
use indicatif::ProgressBar;
use karat_types::Problem;
use listing::{Listing, Wanted};
use std::path::Path;
use std::time::Duration;

/// Files fetched at a time: enough to fill a line that limits each connection.
const AT_ONCE: usize = 4;
/// A connection that says nothing for this long is dropped and taken up again.
const SILENCE: Duration = Duration::from_secs(30);

/// Which hub, and who asks.
#[derive(Clone, Debug, clap::Args)]
pub(crate) struct HubArgs {
    /// Address of the hub
    #[arg(long, env = "HF_ENDPOINT", value_name = "URL", default_value = "https://huggingface.co")]
    pub(crate) endpoint: String,
    /// Access token, for models one must ask for
    #[arg(long, env = "HF_TOKEN", hide_env_values = true, value_name = "TOKEN")]
    pub(crate) token: Option<String>,
}

/// A way to one hub.
pub(crate) struct Hub {
    http: reqwest::Client,
    endpoint: String,
    token: Option<String>,
}

/// What was pulled.
pub(crate) struct Pulled {
    /// The commit the files are of.
    pub(crate) commit: String,
    /// The files, in the order of their names.
    pub(crate) files: Vec<Fetched>,
}

impl Hub {
    /// The hub of the flags.
    pub(crate) fn open(args: &HubArgs) -> Result<Self, Problem> {
        if !(args.endpoint.starts_with("http://") || args.endpoint.starts_with("https://")) {
            return Err(Problem::bad(
                "server_invalid",
                format!("'{}' is not an address.", args.endpoint),
                "Write the hub's address in full, beginning with https://",
            ));
        }
        let http = reqwest::Client::builder()
            .user_agent(concat!("karat/", env!("CARGO_PKG_VERSION")))
            .connect_timeout(SILENCE)
            .read_timeout(SILENCE)
            .build()
            .map_err(|error| Problem::internal(format!("No HTTP client: {error}.")))?;
        let endpoint = args.endpoint.trim_end_matches('/').to_owned();
        Ok(Self { http, endpoint, token: args.token.clone().filter(|token| !token.is_empty()) })
    }

    /// Brings a model into `dir`; what an earlier pull left there is taken up. `accept` looks
    /// at the folder when only the small configuration is there, before the weights come.
    pub(crate) async fn pull(
        &self,
        (repo, revision): (&str, &str),
        dir: &Path,
        bar: &ProgressBar,
        accept: impl Fn(&Path) -> Result<(), Problem>,
    ) -> Result<Pulled, Problem> {
        let listing = self.list(repo, revision).await?;
        let wanted = listing.wanted(repo)?;
        std::fs::create_dir_all(dir).map_err(|e| part::unwritable(dir, &e))?;
        room(dir, &wanted)?;
        bar.set_length(wanted.iter().map(|w| w.size).sum());
        let (first, rest): (Vec<_>, Vec<_>) =
            wanted.into_iter().partition(|w| w.name.ends_with("config.json"));
        let mut files = self.fetch_all(repo, &listing, first, dir, bar).await?;
        accept(dir)?;
        files.extend(self.fetch_all(repo, &listing, rest, dir, bar).await?);
        files.sort_by(|a, b| a.name.cmp(&b.name));
        Ok(Pulled { commit: listing.commit, files })
    }

    async fn fetch_all(
        &self,
        repo: &str,
        listing: &Listing,
        wanted: Vec<Wanted>,
        dir: &Path,
        bar: &ProgressBar,
    ) -> Result<Vec<Fetched>, Problem> {
        let one = |wanted| self.fetch(repo, &listing.commit, wanted, dir, bar);
        stream::iter(wanted).map(one).buffer_unordered(AT_ONCE).try_collect().await
    }

    fn get(&self, path: &str) -> reqwest::RequestBuilder {
        // reqwest leaves the token out when the hub redirects to another host.
        let request = self.http.get(format!("{}/{path}", self.endpoint));
        match &self.token {
            Some(token) => request.bearer_auth(token),
            None => request,
        }
    }

    fn unreachable(&self, error: &dyn std::fmt::Display) -> Problem {
        Problem::new(
            503,
            "hub_unreachable",
            format!("{} does not answer: {error}.", self.endpoint),
            "Check the network or --endpoint, then run the same command again: it goes on where it stopped.",
        )
    }

    /// What an answer that is no success means; none = worth another try.
    fn refused(&self, status: reqwest::StatusCode, what: &str) -> Option<Problem> {
        match status.as_u16() {
            401 | 403 => Some(Problem::new(
                status.as_u16(),
                "hub_denied",
                format!("{} answered {status} for {what}.", self.endpoint),
                "Accept the model's conditions on its page, then give your access token: HF_TOKEN=… or --token.",
            )),
            404 | 410 => Some(Problem::new(
                404,
                "hub_not_found",
                format!("{} has no {what}.", self.endpoint),
                "Check ORG/NAME and --revision on the hub's page; private models need a token.",
            )),
            code if code == 408 || code == 429 || code >= 500 => None,
            _ => Some(self.unreachable(&format!("status {status} for {what}"))),
        }
    }
}

/// Refuses to begin what cannot end: the files that are not there yet must fit.
fn room(dir: &Path, wanted: &[Wanted]) -> Result<(), Problem> {
    let there = |w: &Wanted| std::fs::metadata(dir.join(&w.name)).map_or(0, |m| m.len());
    let needed: u64 = wanted.iter().map(|w| w.size.saturating_sub(there(w))).sum();
    // A system that does not tell how much is free is asked by writing.
    let Ok(disk) = rustix::fs::statvfs(dir) else { return Ok(()) };
    let free = disk.f_bavail.saturating_mul(disk.f_frsize);
    if needed <= free {
        return Ok(());
    }
    Err(Problem::new(
        507,
        "disk_too_small",
        format!("The model needs {needed} bytes, {} has {free} free.", dir.display()),
        "Free some space, or choose a folder on a larger disk with --out.",
    ))
}
