//! The rows of a run as tokens, checked before the first step.

use crate::config::Config;
use crate::fingerprint;
use crate::rows::{self, TokenRow};
use crate::tape::Batch;
use crate::tokenizer::Tokenizer;
use karat_types::Problem;
use karat_types::ports::TrainJob;
use std::path::Path;

/// Whose rows are that name no contributor.
const UNKNOWN: &str = "unknown";

/// One row.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Row {
    /// Token ids.
    pub ids: Vec<u32>,
    /// One label a token, at the token's own place; negative = not trained.
    pub labels: Vec<i32>,
    /// Its name in the schedule: its field `row`, else the number of its record, from 0.
    pub name: String,
    /// Whose it is, by place in [`Data::contributors`].
    pub contributor: usize,
}

impl Row {
    /// How many of its tokens are trained. The first never is: nothing comes before it.
    pub fn trained(&self) -> u64 {
        self.labels.iter().skip(1).filter(|&&label| label >= 0).count() as u64
    }

    /// Adds the row to a batch, and what it should predict to `wanted`.
    pub(super) fn lay(&self, batch: &mut Batch, wanted: &mut Vec<(u32, u32)>, key: u64) {
        let first = batch.len() as u32;
        batch.push(&self.ids, key);
        for (i, &label) in self.labels.iter().enumerate().skip(1) {
            if let Ok(label) = u32::try_from(label) {
                wanted.push((first + i as u32 - 1, label));
            }
        }
    }
}

/// All rows of a run.
#[derive(Default)]
pub struct Data {
    /// Rows to train on.
    pub train: Vec<Row>,
    /// Rows never trained on.
    pub held_out: Vec<Row>,
    /// Everyone with rows to train on, sorted.
    pub contributors: Vec<String>,
    /// Whether any row says whose it is.
    pub credited: bool,
    /// Rows that were cut to the maximal length.
    pub truncated: u64,
    /// SHA-256 over both files.
    pub sha256: String,
    /// Whether some row has a part that is read but not trained.
    pub prompted: bool,
    /// The model's tokenizer; rows of ids need none.
    pub tokenizer: Option<Tokenizer>,
}

impl Data {
    /// Reads both files.
    ///
    /// # Errors
    /// What [`rows::load`] says, `row_nothing_trained`.
    pub fn load(job: &TrainJob, config: &Config) -> Result<Self, Problem> {
        // A row that is longer than the context is refused there, so nothing is cut unasked.
        let context = config.context;
        let length = (job.settings.max_length as usize).min(context);
        let tokenizer = Tokenizer::load(&job.model_dir);
        tokenizer.iter().try_for_each(|t| t.fits(config.vocab_size as u64))?;
        let limits = rows::Limits { max_length: length, context, vocabulary: config.vocab_size as u64 };
        let mut data = Self::default();
        let mut read = |path: &Path, names: &mut Vec<Option<String>>| -> Result<Vec<Row>, Problem> {
            let loaded = rows::load(path, &tokenizer, limits)?;
            data.truncated += loaded.truncated;
            data.sha256 =
                fingerprint::bytes(format!("{}{}", data.sha256, fingerprint::file(path)?).as_bytes());
            let origins = loaded.origins;
            let origin = |row: &TokenRow| origins.get(row.source as usize).cloned().unwrap_or_default();
            let rows = loaded.rows.into_iter().map(|row| {
                let origin = origin(&row);
                names.push(origin.contributor);
                checked(row, origin.row, path)
            });
            rows.collect()
        };
        let mut names = Vec::new();
        let mut train = read(&job.train, &mut names)?;
        let held_out =
            job.held_out.as_deref().map(|path| read(path, &mut Vec::new())).transpose()?.unwrap_or_default();
        let credited = names.iter().any(Option::is_some);
        let contributors = attach(&mut train, names);
        let prompted = train.iter().any(|row| row.trained() + 1 < row.labels.len() as u64);
        let tokenizer = tokenizer.ok();
        Ok(Self { train, held_out, contributors, credited, prompted, tokenizer, ..data })
    }

    /// Tokens of each row to train on.
    pub fn lengths(&self) -> Vec<usize> {
        self.train.iter().map(|row| row.ids.len()).collect()
    }
}

/// Gives each row its contributor; the contributors, sorted.
fn attach(rows: &mut [Row], names: Vec<Option<String>>) -> Vec<String> {
    let names: Vec<String> = names.into_iter().map(|n| n.unwrap_or_else(|| UNKNOWN.into())).collect();
    let mut all = names.clone();
    all.sort_unstable();
    all.dedup();
    for (row, name) in rows.iter_mut().zip(&names) {
        row.contributor = all.binary_search(name).unwrap_or_default();
    }
    all
}

fn checked(row: TokenRow, name: Option<String>, path: &Path) -> Result<Row, Problem> {
    let source = row.source;
    let name = name.unwrap_or_else(|| source.to_string());
    let row = Row { ids: row.input_ids, labels: row.labels, name, contributor: 0 };
    if row.trained() > 0 {
        return Ok(row);
    }
    Err(Problem::bad(
        "row_nothing_trained",
        format!("{}: record {} has no token to train on.", path.display(), source + 1),
        "Give it an answer of at least one token after its first, raise the maximal length, or leave it out.",
    ))
}
