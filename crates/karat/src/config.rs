//! The one configuration: `karat.toml` in the data directory, then `KARAT_…`
//! environment variables, then flags; later wins.

use figment::Figment;
use figment::providers::{Env, Format, Serialized, Toml};
use karat_types::Problem;
use karat_types::limits::EntryLimits;
use serde::{Deserialize, Serialize};
use std::net::SocketAddr;
use std::path::{Path, PathBuf};

/// Declares the configuration once: the struct, its defaults and its page in the docs.
macro_rules! config {
    ($(#[doc = $doc:literal] $name:ident: $type:ty = $default:expr;)+) => {
        /// Everything that can be set. Each field's page is generated from its comment.
        #[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
        #[serde(deny_unknown_fields)]
        pub(crate) struct Config { $(#[doc = $doc] pub(crate) $name: $type,)+ }

        impl Default for Config {
            fn default() -> Self {
                Self { $($name: $default,)+ }
            }
        }

        /// Name and meaning of every field, for the docs.
        pub(crate) const FIELDS: &[(&str, &str)] = &[$((stringify!($name), $doc),)+];
    };
}

config! {
    /// Where the database, the blobs and the model cache live.
    data_dir: PathBuf = PathBuf::from("karat-data");
    /// `postgres://user:password@host/database`; none = SQLite, `karat.db` in the data directory.
    database_url: Option<String> = None;
    /// `s3://bucket/prefix`; none = files in the data directory.
    blob_url: Option<String> = None;
    /// Address of the S3 server when it is not Amazon's.
    s3_endpoint: Option<String> = None;
    /// Region of the bucket.
    s3_region: Option<String> = None;
    /// Access key id for the bucket.
    s3_access_key: Option<String> = None;
    /// Secret access key for the bucket.
    s3_secret_key: Option<String> = None;
    /// Address and port to listen on; port 0 takes any free one.
    bind: SocketAddr = SocketAddr::from(([127, 0, 0, 1], 8080));
    /// Address people type, when it is not the one listened on: `https://karat.example.org`.
    public_url: Option<String> = None;
    /// Whether anyone may sign up; none = only while listening on this machine alone.
    open_signup: Option<bool> = None;
    /// Plain-http host names on which sign-in is allowed besides this machine's own.
    allow_http_hosts: Vec<String> = Vec::new();
    /// What one contributor may enter in a day.
    limits: EntryLimits = EntryLimits::default();
    /// How much of a release one contributor may be: `max_items_per_contributor`, or 1 % of the release where that is more.
    release: ReleaseShare = ReleaseShare::default();
    /// Seconds in which a reviewer can take a decision back.
    undo_seconds: i64 = 10;
    /// Virus scanner: path of clamd's socket (`/run/clamav/clamd.ctl`) or its `host:port`; none = files are not scanned.
    clamd: Option<String> = None;
    /// File with a list of files that wait for the operator: a SHA-256 or an image's hash a line.
    blocklist: Option<PathBuf> = None;
    /// Folder of evaluation sets (.jsonl, .txt): texts that hold their items are refused.
    eval_sets_dir: Option<PathBuf> = None;
    /// File with the certificates (PEM) whose Content Credentials in images and recordings are trusted; none = nobody's.
    trust_anchors: Option<PathBuf> = None;
    /// Worker processes `karat serve` starts; 0 = none, start `karat worker` elsewhere.
    workers: u32 = 1;
    /// Threads for training and answering; 0 = all of the machine's.
    threads: u32 = 0;
    /// Seconds a job stays a silent worker's before another takes it up.
    lease_seconds: u32 = 15;
}

/// How much of a release one contributor may be.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct ReleaseShare {
    /// Items, however small the release is.
    pub(crate) max_items_per_contributor: u64,
}

impl Default for ReleaseShare {
    fn default() -> Self {
        Self { max_items_per_contributor: 50 }
    }
}

/// The flags every command that keeps state takes.
#[derive(Clone, Debug, Default, clap::Args)]
pub(crate) struct StateArgs {
    /// Where the database, the blobs and the model cache live [default: ./karat-data]
    #[arg(long, env = "KARAT_DATA_DIR", value_name = "DIR")]
    pub(crate) data_dir: Option<PathBuf>,
    /// PostgreSQL instead of SQLite: postgres://user:password@host/database
    #[arg(long, value_name = "URL")]
    pub(crate) database_url: Option<String>,
    /// S3 instead of local files: s3://bucket/prefix
    #[arg(long, value_name = "URL")]
    pub(crate) blob_url: Option<String>,
}

impl StateArgs {
    /// The configuration these flags lead to.
    pub(crate) fn load(&self) -> Result<Config, Problem> {
        let data_dir = self.data_dir.clone().unwrap_or_else(|| Config::default().data_dir);
        let mut figment = Figment::from(Serialized::defaults(Config::default()));
        // Looked for in this folder alone: figment itself would go up to the parents.
        let file = data_dir.join("karat.toml");
        if file.exists() {
            figment = figment.merge(Toml::file_exact(file));
        }
        figment = figment
            .merge(Env::prefixed("KARAT_").only(NAMES).map(|name| name.as_str().to_ascii_lowercase().into()))
            .merge(Env::prefixed("KARAT_LIMITS_").map(|name| format!("limits.{}", name.as_str()).into()))
            .merge(Env::prefixed("KARAT_RELEASE_").map(|name| format!("release.{}", name.as_str()).into()))
            .merge(("data_dir", &data_dir));
        if let Some(url) = &self.database_url {
            figment = figment.merge(("database_url", url));
        }
        if let Some(url) = &self.blob_url {
            figment = figment.merge(("blob_url", url));
        }
        figment.extract().map_err(|error| {
            Problem::bad(
                "config_invalid",
                format!("The configuration cannot be read: {error}."),
                "Correct the named setting in karat.toml (in the data directory) or in its KARAT_… variable; docs/reference/config.md lists all of them.",
            )
        })
    }
}

/// Settings that may come from the environment as they are; `limits` and `release` have
/// their own prefixes.
const NAMES: &[&str] = &[
    "database_url",
    "blob_url",
    "s3_endpoint",
    "s3_region",
    "s3_access_key",
    "s3_secret_key",
    "bind",
    "public_url",
    "open_signup",
    "allow_http_hosts",
    "undo_seconds",
    "clamd",
    "blocklist",
    "eval_sets_dir",
    "trust_anchors",
    "workers",
    "threads",
    "lease_seconds",
];

impl Config {
    /// The configuration as a person may see it: passwords and keys masked.
    pub(crate) fn shown(&self) -> Vec<(&'static str, String)> {
        let value = serde_json::to_value(self).unwrap_or_default();
        FIELDS
            .iter()
            .map(|(name, _)| {
                let text = match &value[name] {
                    serde_json::Value::Null => "(not set)".to_owned(),
                    serde_json::Value::String(text) => mask(name, text),
                    other => other.to_string(),
                };
                (*name, text)
            })
            .collect()
    }

    /// Threads for the engine.
    pub(crate) fn engine_threads(&self) -> usize {
        match self.threads {
            0 => std::thread::available_parallelism().map_or(1, usize::from),
            n => n as usize,
        }
    }

    /// Creates the data directory when it is not there.
    pub(crate) fn ensure_data_dir(&self) -> Result<(), Problem> {
        std::fs::create_dir_all(&self.data_dir).map_err(|error| unusable_dir(&self.data_dir, &error))
    }
}

/// The data directory cannot be used.
pub(crate) fn unusable_dir(dir: &Path, error: &std::io::Error) -> Problem {
    Problem::new(
        500,
        "data_dir_unusable",
        format!("The data directory {} cannot be used: {error}.", dir.display()),
        "Choose another with --data-dir DIR (or KARAT_DATA_DIR), or make this one writable.",
    )
}

fn mask(name: &str, text: &str) -> String {
    if name.ends_with("secret_key") || name.ends_with("access_key") {
        return "(set)".into();
    }
    // postgres://user:password@host → postgres://user:***@host
    match (text.find("://"), text.rfind('@')) {
        (Some(scheme), Some(at)) if scheme < at => match text[scheme + 3..at].split_once(':') {
            Some((user, _)) => format!("{}{user}:***{}", &text[..scheme + 3], &text[at..]),
            None => text.to_owned(),
        },
        _ => text.to_owned(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn in_dir(toml: &str) -> (tempfile::TempDir, StateArgs) {
        let dir = tempfile::tempdir().unwrap();
        std::fs::write(dir.path().join("karat.toml"), toml).unwrap();
        let args = StateArgs { data_dir: Some(dir.path().into()), ..StateArgs::default() };
        (dir, args)
    }

    #[test]
    fn the_file_is_read_and_flags_win_over_it() {
        let (dir, mut args) =
            in_dir("workers = 3\ndatabase_url = \"postgres://file\"\n[limits]\nfiles_per_day = 7\n");
        args.database_url = Some("postgres://flag".into());
        let config = args.load().unwrap();
        assert_eq!((config.workers, config.limits.files_per_day), (3, 7));
        assert_eq!(config.limits.attempts_per_day, 100, "limits not named keep their default");
        assert_eq!(config.database_url.as_deref(), Some("postgres://flag"));
        assert_eq!(config.data_dir, dir.path());
    }

    #[test]
    fn an_unknown_setting_is_named() {
        let (_dir, args) = in_dir("wokers = 3\n");
        let problem = args.load().unwrap_err();
        assert_eq!(problem.code, "config_invalid");
        assert!(problem.detail.contains("wokers"), "{}", problem.detail);
    }

    #[test]
    fn secrets_are_masked_where_people_see_them() {
        let config = Config {
            database_url: Some("postgres://karat:hunter2@db/karat".into()),
            s3_secret_key: Some("hunter2".into()),
            ..Config::default()
        };
        let shown = format!("{:?}", config.shown());
        assert!(!shown.contains("hunter2"), "{shown}");
        assert!(shown.contains("postgres://karat:***@db/karat"), "{shown}");
    }

    #[test]
    fn every_setting_can_come_from_the_environment() {
        for (name, meaning) in FIELDS {
            assert!(!meaning.trim().is_empty(), "{name} says nothing");
            assert!(NAMES.contains(name) || ["data_dir", "limits", "release"].contains(name), "{name}");
        }
    }
}
