//! Where things are kept.

use std::path::{Path, PathBuf};

/// Where rows and blobs are kept; everything but the folder has a default.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct StoreConfig {
    /// `postgres://…` or `sqlite:PATH`; none = `karat.db` in the data folder.
    pub database_url: Option<String>,
    /// `s3://bucket/prefix` or a folder; none = `blobs` in the data folder.
    pub blob_url: Option<String>,
    /// Keys and address of the S3 service; unused with local files.
    pub s3: S3Options,
    /// The data folder; made when it is missing.
    pub data_dir: PathBuf,
}

/// How to reach an S3-compatible service; without keys the machine's own role is used.
#[derive(Clone, Default, PartialEq, Eq)]
pub struct S3Options {
    /// Address of the service; none = AWS. Plain http only on this machine.
    pub endpoint: Option<String>,
    /// Region; none = `us-east-1`.
    pub region: Option<String>,
    /// Key id.
    pub access_key: Option<String>,
    /// Secret key.
    pub secret_key: Option<String>,
}

impl std::fmt::Debug for S3Options {
    /// Without the secret.
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("S3Options")
            .field("endpoint", &self.endpoint)
            .field("region", &self.region)
            .field("access_key", &self.access_key)
            .finish_non_exhaustive()
    }
}

impl StoreConfig {
    /// SQLite and local files in one folder.
    pub fn local(data_dir: impl Into<PathBuf>) -> Self {
        Self { data_dir: data_dir.into(), ..Self::default() }
    }

    /// The SQLite file, when the rows are in one.
    pub(crate) fn sqlite_path(&self) -> Option<PathBuf> {
        match &self.database_url {
            None => Some(self.data_dir.join("karat.db")),
            Some(url) if is_postgres(url) => None,
            Some(url) => {
                let path = url.strip_prefix("sqlite:").unwrap_or(url);
                let path = path.strip_prefix("//").unwrap_or(path);
                Some(Path::new(path.split('?').next().unwrap_or(path)).to_path_buf())
            }
        }
    }

    /// Where the rows are, without the password: safe to print.
    pub fn database_label(&self) -> String {
        match (self.sqlite_path(), &self.database_url) {
            (None, Some(url)) => without_password(url),
            (path, _) => path.unwrap_or_default().display().to_string(),
        }
    }
}

fn is_postgres(url: &str) -> bool {
    url.starts_with("postgres://") || url.starts_with("postgresql://")
}

/// `postgres://ada:secret@host/db` → `postgres://ada:***@host/db`.
fn without_password(url: &str) -> String {
    let Some((scheme, rest)) = url.split_once("://") else { return url.to_owned() };
    let Some((who, place)) = rest.rsplit_once('@') else { return url.to_owned() };
    let user = who.split(':').next().unwrap_or(who);
    format!("{scheme}://{user}:***@{place}")
}

#[cfg(test)]
mod tests {
    use super::*;

    fn with_url(url: &str) -> StoreConfig {
        StoreConfig { database_url: Some(url.into()), ..StoreConfig::local("/d") }
    }

    #[test]
    fn the_default_is_a_file_in_the_data_folder() {
        assert_eq!(StoreConfig::local("/d").sqlite_path().unwrap(), Path::new("/d/karat.db"));
        assert_eq!(with_url("sqlite:///a/b.db?mode=rwc").sqlite_path().unwrap(), Path::new("/a/b.db"));
        assert_eq!(with_url("sqlite:b.db").sqlite_path().unwrap(), Path::new("b.db"));
        assert_eq!(with_url("postgres://h/d").sqlite_path(), None);
    }

    #[test]
    fn a_password_is_never_printed() {
        let label = with_url("postgres://ada:s3cr@t@db.example/karat").database_label();
        assert_eq!(label, "postgres://ada:***@db.example/karat");
        let s3 = S3Options { secret_key: Some("hush".into()), ..S3Options::default() };
        assert!(!format!("{s3:?}").contains("hush"));
    }
}
