//! Is the cellar well? Every check says what was found and, when it is bad, the fix.

use crate::{Result, Store, StoreConfig, StoreError};
use karat_types::Problem;
use rustix::fs::statvfs;
use std::path::Path;

/// Below this much free space uploads and checkpoints begin to fail.
const LOW_BYTES: u64 = 500_000_000;

/// One thing that was looked at.
#[derive(Clone, Debug, PartialEq, Eq, serde::Serialize)]
pub struct Check {
    /// What: `database`, `tables`, `blobs`, `disk`.
    pub name: &'static str,
    /// Whether it is well.
    pub ok: bool,
    /// What was found.
    pub found: String,
    /// What to do, when it is not.
    pub fix: Option<String>,
}

impl Check {
    fn of(name: &'static str, looked: Result<String>) -> Self {
        match looked {
            Ok(found) => Self { name, ok: true, found, fix: None },
            Err(error) => {
                let problem = Problem::from(error);
                Self { name, ok: false, found: problem.detail, fix: Some(problem.hint) }
            }
        }
    }
}

/// Whether nothing is wrong.
pub fn is_healthy(checks: &[Check]) -> bool {
    checks.iter().all(|c| c.ok)
}

/// Opens what the configuration names and looks at it; an open that fails is a finding.
pub async fn diagnose(config: &StoreConfig) -> Vec<Check> {
    match Store::open(config).await {
        Ok(store) => {
            let checks = store.checks().await;
            store.close().await;
            checks
        }
        Err(error) => {
            let mut checks = vec![Check::of("database", Err(error))];
            checks.push(Check::of("disk", free_space(&config.data_dir)));
            checks
        }
    }
}

impl Store {
    /// Looks at database, tables, blobs and free space.
    pub async fn checks(&self) -> Vec<Check> {
        let mut checks = vec![Check::of("database", self.look_at_database().await)];
        if checks[0].ok {
            checks.push(Check::of("tables", self.look_at_tables().await));
        }
        let blobs =
            self.blobs().probe().await.map(|()| format!("{}: written, read, deleted", self.blobs().label()));
        checks.push(Check::of("blobs", blobs));
        checks.push(Check::of("disk", free_space(self.data_dir())));
        checks
    }

    /// Reads, and takes and gives back the right to write.
    async fn look_at_database(&self) -> Result<String> {
        let version = self.engine_version().await?;
        self.begin().await?.rollback().await?;
        Ok(format!("{version} at {}", self.config().database_label()))
    }

    async fn look_at_tables(&self) -> Result<String> {
        let pending = self.pending_migrations().await?;
        match pending.len() {
            0 => Ok("up to date".into()),
            n => Err(StoreError::NotMigrated(format!("{n} steps behind, first {}", pending[0]))),
        }
    }
}

fn free_space(dir: &Path) -> Result<String> {
    let seen = statvfs(dir).map_err(std::io::Error::from)?;
    let free = seen.f_bavail.saturating_mul(seen.f_frsize);
    let text = format!("{:.1} GB free at {}", free as f64 / 1e9, dir.display());
    if free < LOW_BYTES { Err(StoreError::DiskFull(text)) } else { Ok(text) }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_missing_folder_is_a_finding_with_a_fix() {
        let check = Check::of("disk", free_space(Path::new("/nowhere/at/all")));
        assert!(!check.ok && check.fix.is_some());
        assert!(!is_healthy(&[check]));
    }
}
