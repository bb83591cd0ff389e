//! Training rows: any known format in, tokens and labels out, or a refusal that names the
//! file, the line, the field, what was expected and what was found.

mod document;
mod encode;
mod format;
mod origin;
mod preference;
pub mod split;
mod table;

pub use encode::IGNORED;
pub use origin::Origin;

use crate::tokenizer::Tokenizer;
use format::Fault;
use karat_types::Problem;
use rayon::prelude::*;
use serde_json::Value;
use std::path::Path;

/// One training row. Labels stand at their token's own place, as in transformers.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct TokenRow {
    /// Token ids.
    pub input_ids: Vec<u32>,
    /// One label a token; −100 = not trained.
    pub labels: Vec<i32>,
    /// Which record of the file it came from, from 0.
    pub source: u64,
}

/// The rows of a file.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Rows {
    /// The rows, in the order of the file.
    pub rows: Vec<TokenRow>,
    /// How many were cut to the maximal length.
    pub truncated: u64,
    /// Whose each record is, by [`TokenRow::source`]; a document has none.
    pub origins: Vec<Origin>,
}

/// What a row may not exceed.
#[derive(Clone, Copy, Debug)]
pub struct Limits {
    /// Tokens a row at most; what is longer is cut and counted.
    pub max_length: usize,
    /// Tokens the model can read at most; a row that is longer is refused.
    pub context: usize,
    /// Ids the model knows.
    pub vocabulary: u64,
}

/// Reads a file of rows: JSON lines, one JSON array, CSV or Parquet in any format, or a
/// .txt/.md document.
/// The tokenizer may be missing as long as every row is tokenised already.
///
/// # Errors
/// `file_unreadable`, `rows_none`, `row_not_json`, `row_invalid`, `row_format_unknown`,
/// `row_too_long`, `row_nothing_trained`, and what the tokenizer and template say.
pub fn load(path: &Path, tokenizer: &Result<Tokenizer, Problem>, limits: Limits) -> Result<Rows, Problem> {
    let loaded = if is_document(path) {
        document::rows(&read_text(path)?, tokenizer.as_ref().map_err(Clone::clone)?, limits.max_length)?
    } else {
        records(path, tokenizer, limits)?
    };
    if loaded.rows.is_empty() {
        return Err(Problem::bad(
            "rows_none",
            format!("{} holds no row.", path.display()),
            "Give one JSON object a line, a CSV or Parquet file with rows, or a .txt or .md file with text in it.",
        ));
    }
    Ok(loaded)
}

/// Whether a file is read as one text rather than as rows.
fn is_document(path: &Path) -> bool {
    path.extension().is_some_and(|e| ["txt", "md", "markdown"].iter().any(|known| e == *known))
}

pub(crate) fn read_text(path: &Path) -> Result<String, Problem> {
    let unreadable = |why: String, hint: &str| {
        Problem::bad("file_unreadable", format!("{} cannot be read: {why}.", path.display()), hint)
    };
    let bytes = std::fs::read(path).map_err(|e| {
        unreadable(e.to_string(), "Check the path; give a .jsonl, .json, .csv, .parquet, .txt or .md file.")
    })?;
    let text = String::from_utf8(bytes).map_err(|e| {
        unreadable(
            format!("byte {} is not UTF-8", e.utf8_error().valid_up_to()),
            "Save the file as UTF-8 and try again.",
        )
    })?;
    Ok(text.strip_prefix('\u{feff}').map(str::to_owned).unwrap_or(text))
}

fn records(path: &Path, tokenizer: &Result<Tokenizer, Problem>, limits: Limits) -> Result<Rows, Problem> {
    let table::Records { unit, list: values } = table::read(path)?;
    let at = |line: usize| Place { path, unit, line };
    let one = |(source, (line, value)): (usize, (usize, Value))| {
        let example = format::read(&value).map_err(|fault| at(line).refuse(fault))?;
        // Running text may be cut anywhere, and is counted; an answer that is cut would teach
        // to stop in the middle.
        let running = matches!(example, format::Example::Text(_));
        let rows = encode::encode(example, tokenizer, source as u64);
        let rows = rows.map_err(|fault| at(line).refuse(fault))?;
        let limits = if running { Limits { context: usize::MAX, ..limits } } else { limits };
        rows.into_iter().map(|row| at(line).cut(row, limits)).collect::<Result<Vec<_>, _>>()
    };
    let origins = values.iter().map(|(line, value)| Origin::read(value).map_err(|f| at(*line).refuse(f)));
    let mut out = Rows { origins: origins.collect::<Result<_, _>>()?, ..Rows::default() };
    // In parallel, and the first bad line is the one that is reported.
    let read: Vec<Result<Vec<(TokenRow, bool)>, Problem>> =
        values.into_par_iter().enumerate().map(one).collect();
    for rows in read {
        for (row, truncated) in rows? {
            out.truncated += u64::from(truncated);
            out.rows.push(row);
        }
    }
    Ok(out)
}

/// Where in a file a row stands.
struct Place<'a> {
    path: &'a Path,
    unit: &'static str,
    line: usize,
}

impl Place<'_> {
    fn problem(&self, code: &str, what: impl std::fmt::Display, hint: &str) -> Problem {
        Problem::bad(code, format!("{} {} {}: {what}.", self.path.display(), self.unit, self.line), hint)
    }

    fn not_json(&self, error: &serde_json::Error) -> Problem {
        self.problem(
            "row_not_json",
            format_args!("expected one JSON object, found a fault at column {} ({error})", error.column()),
            "Write one JSON object a line, without commas between the lines.",
        )
    }

    fn refuse(&self, fault: Fault) -> Problem {
        match fault {
            Fault::Field(name, expected, found) => self.problem(
                "row_invalid",
                format_args!("field '{name}': expected {expected}, found {found}"),
                "Repair or drop this line, then start again.",
            ),
            Fault::Unknown(fields) => self.problem(
                "row_format_unknown",
                format_args!("the fields are [{fields}], which is no known row format"),
                &format!("Use {}; or input_ids and labels.", karat_rows::shape::FORMS),
            ),
            Fault::Other(problem) => Problem {
                detail: format!("{} {} {}: {}", self.path.display(), self.unit, self.line, problem.detail),
                ..problem
            },
        }
    }

    /// Cuts a row to the maximal length and refuses one that would teach nothing.
    fn cut(&self, mut row: TokenRow, limits: Limits) -> Result<(TokenRow, bool), Problem> {
        let most = limits.vocabulary.saturating_sub(1);
        let ids = row.input_ids.iter().map(|&id| i64::from(id)).zip(0..);
        let labels = row.labels.iter().map(|&label| i64::from(label)).zip(0..);
        let unknown = |n: i64| u64::try_from(n).map_or(true, |n| n > most);
        let bad_id = ids.clone().find(|id| unknown(id.0)).map(|id| ("input_ids", "", id));
        let bad_label = labels.clone().find(|l| l.0 != i64::from(IGNORED) && unknown(l.0));
        if let Some((name, or, (found, i))) = bad_id.or(bad_label.map(|l| ("labels", "-100 or ", l))) {
            return Err(self.problem(
                "row_invalid",
                format_args!("field '{name}[{i}]': expected {or}a token id from 0 to {most}, found {found}"),
                "Tokenise the row with this model's tokenizer; -100 marks what is not trained.",
            ));
        }
        if row.input_ids.len() > limits.context {
            return Err(self.problem(
                "row_too_long",
                format_args!("{} tokens, the model reads {} at most", row.input_ids.len(), limits.context),
                "Shorten the row or cut it into several, or choose a model with a longer context.",
            ));
        }
        let long = row.input_ids.len() > limits.max_length;
        row.input_ids.truncate(limits.max_length);
        row.labels.truncate(limits.max_length);
        // The first token has nothing before it to be predicted from.
        if row.labels.iter().skip(1).any(|&label| label != IGNORED) {
            return Ok((row, long));
        }
        let (why, hint) = if long {
            (
                "everything trained lies beyond the maximal length",
                "Raise --max-length, or shorten the prompt.",
            )
        } else {
            ("it has no trained token", "Give it an assistant turn, a completion, or labels other than -100.")
        };
        Err(self.problem("row_nothing_trained", why, hint))
    }
}

#[cfg(test)]
mod tests;
