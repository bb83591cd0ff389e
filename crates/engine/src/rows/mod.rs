//! Training rows: any known format in, tokens and labels out, or a refusal that names the
//! file, the line, the field, what was expected and what was found.

mod document;
mod encode;
mod format;
pub mod split;

pub use encode::IGNORED;

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
}

/// What a row may not exceed.
#[derive(Clone, Copy, Debug)]
pub struct Limits {
    /// Tokens a row at most; what is longer is cut and counted.
    pub max_length: usize,
    /// Ids the model knows.
    pub vocabulary: u64,
}

/// Reads a file of rows: JSON lines or one JSON array in any format, or a .txt/.md document.
/// The tokenizer may be missing as long as every row is tokenised already.
///
/// # Errors
/// `file_unreadable`, `rows_none`, `row_not_json`, `row_invalid`, `row_format_unknown`,
/// `row_preference`, `row_nothing_trained`, and what the tokenizer and template say.
pub fn load(path: &Path, tokenizer: &Result<Tokenizer, Problem>, limits: Limits) -> Result<Rows, Problem> {
    let text = read_text(path)?;
    let loaded = if is_document(path) {
        document::rows(&text, tokenizer.as_ref().map_err(Clone::clone)?, limits.max_length)?
    } else {
        records(&text, path, tokenizer, limits)?
    };
    if loaded.rows.is_empty() {
        return Err(Problem::bad(
            "rows_none",
            format!("{} holds no row.", path.display()),
            "Give one JSON object a line, or a .txt or .md file with text in it.",
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
    let bytes = std::fs::read(path)
        .map_err(|e| unreadable(e.to_string(), "Check the path; give a .jsonl, .json, .txt or .md file."))?;
    let text = String::from_utf8(bytes).map_err(|e| {
        unreadable(
            format!("byte {} is not UTF-8", e.utf8_error().valid_up_to()),
            "Save the file as UTF-8 and try again.",
        )
    })?;
    Ok(text.strip_prefix('\u{feff}').map(str::to_owned).unwrap_or(text))
}

fn records(
    text: &str,
    path: &Path,
    tokenizer: &Result<Tokenizer, Problem>,
    limits: Limits,
) -> Result<Rows, Problem> {
    let at = |line: usize| Place { path, line };
    let one = |(source, (line, value)): (usize, (usize, Value))| {
        let rows = format::read(&value).and_then(|e| encode::encode(e, tokenizer, source as u64));
        let rows = rows.map_err(|fault| at(line).refuse(fault))?;
        rows.into_iter().map(|row| at(line).cut(row, limits)).collect::<Result<Vec<_>, _>>()
    };
    let values: Vec<(usize, Value)> = if text.trim_start().starts_with('[') {
        let list: Vec<Value> = serde_json::from_str(text).map_err(|e| at(e.line()).not_json(&e))?;
        list.into_iter().enumerate().map(|(i, value)| (i + 1, value)).collect()
    } else {
        let lines = text.lines().enumerate().filter(|(_, line)| !line.trim().is_empty());
        lines
            .map(|(i, line)| Ok((i + 1, serde_json::from_str(line).map_err(|e| at(i + 1).not_json(&e))?)))
            .collect::<Result<_, Problem>>()?
    };
    // In parallel, and the first bad line is the one that is reported.
    let read: Vec<Result<Vec<(TokenRow, bool)>, Problem>> =
        values.into_par_iter().enumerate().map(one).collect();
    let mut out = Rows::default();
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
    line: usize,
}

impl Place<'_> {
    fn problem(&self, code: &str, what: impl std::fmt::Display, hint: &str) -> Problem {
        Problem::bad(code, format!("{} line {}: {what}.", self.path.display(), self.line), hint)
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
                "Use {text}, {prompt, completion}, {messages}, {conversations}, {instruction, input, output} or {input_ids, labels}.",
            ),
            Fault::Preference => self.problem(
                "row_preference",
                "a preference row (chosen and rejected) needs DPO, not in this version",
                "Keep the chosen answer only: {\"prompt\": …, \"completion\": <chosen>}.",
            ),
            Fault::Other(problem) => Problem {
                detail: format!("{} line {}: {}", self.path.display(), self.line, problem.detail),
                ..problem
            },
        }
    }

    /// Cuts a row to the maximal length and refuses one that would teach nothing.
    fn cut(&self, mut row: TokenRow, limits: Limits) -> Result<(TokenRow, bool), Problem> {
        let wrong =
            |n: i64| n != i64::from(IGNORED) && u64::try_from(n).map_or(true, |n| n >= limits.vocabulary);
        let ids = row.input_ids.iter().map(|&id| i64::from(id));
        if let Some(id) = ids.chain(row.labels.iter().map(|&l| i64::from(l))).find(|&n| wrong(n)) {
            return Err(self.problem(
                "row_invalid",
                format_args!("token id {id}, the model knows 0 to {}", limits.vocabulary.saturating_sub(1)),
                "Tokenise the row with this model's tokenizer.",
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
