//! Entry limits: settings with these defaults. The day is UTC, MB = 10⁶ bytes.

use serde::{Deserialize, Serialize};

/// One megabyte, in bytes.
pub const MB: u64 = 1_000_000;

/// How much one contributor may enter in a day, over all datanets.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, utoipa::ToSchema)]
pub struct EntryLimits {
    /// Files a day that pass or are held.
    pub files_per_day: u32,
    /// Bytes a day that pass or are held.
    pub bytes_per_day: u64,
    /// Uploads and pre-checks a day, whatever comes of them.
    pub attempts_per_day: u32,
    /// Bytes uploaded or pre-checked a day, whatever comes of them.
    pub attempt_bytes_per_day: u64,
    /// How many of the daily files may be marked *trial*.
    pub trial_files_per_day: u32,
}

impl Default for EntryLimits {
    fn default() -> Self {
        Self {
            files_per_day: 20,
            bytes_per_day: 10 * MB,
            attempts_per_day: 100,
            attempt_bytes_per_day: 50 * MB,
            trial_files_per_day: 5,
        }
    }
}
