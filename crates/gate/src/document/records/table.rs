//! CSV: what its rows are, and what a spreadsheet would make of them.

use super::shape::{self, Fault};
use super::{Broken, Read, Spot, formula};
use crate::document::TABLES;
use crate::evidence::{at, finding, many, place};
use karat_rows::csv::{Cell, Row, Table, Wrong};
use karat_types::Finding;
use serde_json::json;

/// The separator that the name of the file promises.
fn usual(media_type: &str) -> u8 {
    if media_type == TABLES[0] { b',' } else { b'\t' }
}

const fn named(separator: u8) -> &'static str {
    match separator {
        b';' => "semicolons",
        b'\t' => "tabs",
        b'|' => "bars",
        _ => "commas",
    }
}

/// Hands over every row, or says where the file stops being a table.
pub(super) fn walk(text: &str, media_type: &str, each: &mut dyn FnMut(Spot, Read)) -> Result<(), Broken> {
    let broken = |Wrong { line, span, what }: Wrong| {
        let message = format!("Line {line}: {what}.");
        let place = place(text.as_bytes(), span.start, span.end);
        Box::new(at(finding("csv_broken", json!(what), json!("well-formed CSV"), message), place))
    };
    let Some(mut table) = Table::open(text, usual(media_type)).map_err(broken)? else { return Ok(()) };
    while let Some(row) = table.next() {
        let row = row.map_err(broken)?;
        let spot = Spot { line: row.line, span: row.span.clone() };
        let fault = |wrong: karat_rows::csv::Fault| {
            let (expected, found) = (wrong.expected.into(), wrong.found);
            (Fault { code: "csv_broken", field: String::new(), expected, found }, 1)
        };
        each(spot, table.record(row).map_err(fault));
    }
    Ok(())
}

/// What is said of a table beside its records.
pub(super) fn look(bytes: &[u8], media_type: &str) -> Vec<Finding> {
    let text = std::str::from_utf8(bytes).unwrap_or_default();
    let usual = usual(media_type);
    let Ok(Some(mut table)) = Table::open(text, usual) else { return Vec::new() };
    let mut out = Vec::new();
    // A single column has none; it is read by a sign that cuts no row.
    if table.separator() != usual && table.first().cells.len() > 1 {
        let (found, promised) = (named(table.separator()), named(usual));
        let message = format!("The fields are separated by {found}.");
        out.push(finding("csv_separator", json!(found), json!(promised), message));
    }
    let mut formulas = Formulas { count: 0, first: None };
    formulas.take(table.first().clone());
    while let Some(Ok(row)) = table.next() {
        formulas.take(row);
    }
    if let Some((line, field, cell)) = formulas.first {
        let message = format!(
            "{} formula{}; the first, on line {line} in field {}, is “{}”.",
            if formulas.count == 1 {
                "1 cell is a".into()
            } else {
                format!("{} are", many(formulas.count, "cell"))
            },
            if formulas.count == 1 { "" } else { "s" },
            match table.name(field) {
                "" => format!("{}", field + 1),
                name => shape::brief(name),
            },
            shape::brief(&cell.text),
        );
        let place = place(bytes, cell.span.start, cell.span.end);
        out.push(at(finding("csv_formula", json!(formulas.count), json!(0), message), place));
    }
    out
}

/// Cells that a spreadsheet would run, and the first one with its line and field.
struct Formulas {
    count: u64,
    first: Option<(u64, usize, Cell)>,
}

impl Formulas {
    fn take(&mut self, row: Row) {
        for (field, cell) in row.cells.into_iter().enumerate() {
            if formula::is_formula(&cell.text) {
                self.count += 1;
                self.first.get_or_insert((row.line, field, cell));
            }
        }
    }
}
