//! Files of records: JSON lines, CSV and Parquet, one training row a record.
//!
//! Every record is read by its own fields ([`shape`]); one that is broken refuses the file,
//! and the first [`SHOWN`] broken ones are listed with their line, field, what was expected
//! and what was found. The words of all records together go through the checks on text; a
//! text that stands word for word in an earlier record (a system prompt, as a rule) is
//! checked once. What stands beside the words (names of fields, arguments of tools, columns
//! nobody trains on) is released with them, so it is searched for secrets and the like.

mod formula;
mod parquet;
pub mod shape;
mod table;

use super::{Extract, Place, Span};
use crate::evidence::{at, finding, many, place};
use karat_rows::{shape as form, strict};
use karat_types::{Evidence, Finding};
use serde_json::{Map, Value, json};
use shape::{Fault, Shape};
use std::collections::{BTreeMap, HashMap, HashSet};
use std::hash::{DefaultHasher, Hash, Hasher};
use std::ops::Range;

/// Broken records that are listed one by one.
const SHOWN: u64 = 20;
/// Records from which on a file of nothing but copies is no accident.
const MANY_RECORDS: u64 = 20;
/// Copies in 1,000 records from which on there is next to nothing else.
const MOST_COPIES: u64 = 900;
/// Copies in 1,000 records that cost nothing.
const FEW_COPIES: u64 = 10;
/// Copies in 1,000 records that cost most.
const MANY_COPIES: u64 = 500;
/// What they cost at most, in points.
const COPIES_COST: u64 = 40;

/// One record of a file, for releases.
#[derive(Clone, Debug, PartialEq)]
pub struct Record {
    /// Line of the file it begins on; Parquet: its number. From 1.
    pub line: u64,
    /// Its bytes in the file; Parquet: its number from 0, and one more.
    pub span: Range<u64>,
    /// What it is.
    pub shape: Shape,
    /// Its fields, empty cells and nulls left out where the format has no other way.
    pub fields: Map<String, Value>,
}

/// Where a record stands.
#[derive(Clone, Debug)]
struct Spot {
    line: u64,
    span: Range<usize>,
}

/// What is wrong with a file or a record before its fields are looked at.
type Broken = Box<Finding>;

/// A record as it was read, or what is wrong with it.
type Read = Result<Map<String, Value>, (Fault, u64)>;

/// The records of a file that passed, in order.
pub fn records(bytes: &[u8], media_type: &str) -> Vec<Record> {
    let mut out = Vec::new();
    // A fault of the file ends the list: what passed the gate has none.
    let _refused = walk(bytes, media_type, &mut |spot, read| {
        let Ok(fields) = read else { return };
        // A row of a release is the record that it carries.
        let fields = form::released(&fields).unwrap_or(fields);
        let Ok(shape::Told { shape, .. }) = shape::read(&fields) else { return };
        let span = spot.span.start as u64..spot.span.end as u64;
        out.push(Record { line: spot.line, span, shape, fields });
    });
    out
}

/// What reading a file of records gave.
#[derive(Default)]
pub(super) struct Looked {
    pub(super) words: Words,
    /// Names and strings that are none of the words.
    pub(super) beside: Words,
    pub(super) findings: Vec<Finding>,
    /// Points of quality that copies cost.
    pub(super) lost: u32,
}

/// Texts of records, one below the other, each once.
#[derive(Default)]
pub(super) struct Words {
    pub(super) extract: Extract,
    /// Bytes of each span's record in the file; empty for Parquet, which has no lines.
    places: Vec<Range<usize>>,
    seen: HashMap<u64, Vec<Range<usize>>>,
}

impl Words {
    /// Adds a text of a record, unless the very same stands there already.
    fn add(&mut self, spot: &Spot, has_lines: bool, text: &str) {
        let text = text.trim();
        if text.is_empty() {
            return;
        }
        let whole = &mut self.extract.text;
        let seen = self.seen.entry(hash(text)).or_default();
        if seen.iter().any(|range| whole.get(range.clone()) == Some(text)) {
            return;
        }
        let start = whole.len();
        let end = start + text.len();
        seen.push(start..end);
        let place = Place::Record { line: spot.line };
        self.extract.spans.push(Span { start: start as u64, end: end as u64, place });
        if has_lines {
            self.places.push(spot.span.clone());
        }
        whole.push_str(text);
        whole.push('\n');
    }
}

/// Reads and judges all records.
pub(super) fn look(bytes: &[u8], media_type: &str) -> Looked {
    let mut sorter = Sorter { bytes, unit: unit(media_type), ..Sorter::default() };
    let result = walk(bytes, media_type, &mut |spot, read| sorter.take(&spot, read));
    if let Err(broken) = result {
        sorter.looked.findings.push(*broken);
    }
    if super::TABLES.contains(&media_type) {
        sorter.looked.findings.extend(table::look(bytes, media_type));
    }
    sorter.end(media_type)
}

fn unit(media_type: &str) -> &'static str {
    if media_type == super::PARQUET { "Record" } else { "Line" }
}

/// Puts places in the file in the stead of places in the extracted text.
pub(super) fn to_file(bytes: &[u8], looked: &Words, findings: &mut [Finding]) {
    // Where the same words were found last, so that they are not found there again.
    let mut behind: HashMap<(String, usize, String), usize> = HashMap::new();
    let spans = &looked.extract.spans;
    for found in findings {
        let Some(Evidence::Line { start, end, .. }) = found.evidence else { continue };
        let at = spans.partition_point(|span| span.start <= start).saturating_sub(1);
        let Some(Span { place: Place::Record { line }, .. }) = spans.get(at) else { continue };
        let Some(record) = looked.places.get(at) else {
            // Parquet: the record's number, and the place in the extracted text.
            found.evidence = Some(Evidence::Line { line: *line, column: 1, start, end });
            continue;
        };
        let words = looked.extract.text.get(start as usize..(end as usize).min(looked.extract.text.len()));
        let words = words.unwrap_or_default();
        let last = behind.entry((found.code.clone(), record.start, words.to_owned())).or_insert(record.start);
        let exact =
            written(bytes, *last..record.end, words).or_else(|| written(bytes, record.clone(), words));
        *last = exact.as_ref().map_or(*last, |exact| exact.end);
        let exact = exact.unwrap_or_else(|| record.clone());
        found.evidence = Some(place(bytes, exact.start, exact.end));
    }
}

/// Where words stand in these bytes of the file, as they are or as JSON writes them.
fn written(bytes: &[u8], within: Range<usize>, words: &str) -> Option<Range<usize>> {
    let record = bytes.get(within.clone()).filter(|_| !words.is_empty())?;
    let json = serde_json::to_string(words).unwrap_or_default();
    [words, json.trim_matches('"')].into_iter().find_map(|words| {
        let at = within.start + super::find(record, words.as_bytes())?;
        Some(at..at + words.len())
    })
}

#[derive(Default)]
struct Sorter<'a> {
    bytes: &'a [u8],
    unit: &'static str,
    looked: Looked,
    seen_records: HashMap<u64, Vec<String>>,
    shapes: BTreeMap<Shape, u64>,
    good: u64,
    broken: u64,
    copies: u64,
    first_copy: Option<Spot>,
}

impl Sorter<'_> {
    fn take(&mut self, spot: &Spot, read: Read) {
        let fields = match read {
            Ok(fields) => fields,
            Err((fault, column)) => return self.refuse(spot, &fault, column),
        };
        // A row of a release is the record that it carries; the columns around it are in the
        // file all the same.
        let carried = form::released(&fields);
        let record = carried.as_ref().unwrap_or(&fields);
        match shape::read(record) {
            Ok(told) => {
                self.good += 1;
                *self.shapes.entry(told.shape).or_default() += 1;
                let has_lines = self.unit == "Line";
                for text in &told.texts {
                    self.looked.words.add(spot, has_lines, text);
                }
                self.looked.words.extract.text.push('\n');
                let content = carried.as_ref().and_then(|_| fields.get("content")?.as_str());
                let words: Vec<&str> = told.texts.iter().chain(&told.cut).copied().chain(content).collect();
                let around = carried.as_ref().map(|_| others(&fields, &words)).unwrap_or_default();
                for text in others(record, &words).into_iter().chain(around) {
                    self.looked.beside.add(spot, has_lines, text);
                }
                self.compare(spot, record);
            }
            Err(fault) => self.refuse(spot, &fault, 1),
        }
    }

    /// Counts a record whose fields all stand in an earlier one.
    fn compare(&mut self, spot: &Spot, fields: &Map<String, Value>) {
        let written = serde_json::to_string(fields).unwrap_or_default();
        let seen = self.seen_records.entry(hash(&written)).or_default();
        if seen.contains(&written) {
            self.copies += 1;
            self.first_copy.get_or_insert_with(|| spot.clone());
        } else {
            seen.push(written);
        }
    }

    fn refuse(&mut self, spot: &Spot, fault: &Fault, column: u64) {
        self.broken += 1;
        if self.broken > SHOWN {
            return;
        }
        let Fault { code, field, expected, found: what } = fault;
        let of_field = if field.is_empty() { String::new() } else { format!("field {field}: ") };
        let message = format!("{} {}: {of_field}expected {expected}, found {what}.", self.unit, spot.line);
        let measured = json!({"line": spot.line, "field": field, "found": what});
        let (start, end) = (spot.span.start as u64, spot.span.end as u64);
        let place = Evidence::Line { line: spot.line, column, start, end };
        self.looked.findings.push(at(finding(code, measured, json!(expected), message), place));
    }

    fn end(mut self, media_type: &str) -> Looked {
        let findings = &mut self.looked.findings;
        if self.broken > SHOWN {
            let message =
                format!("{} are broken; the first {SHOWN} are listed.", many(self.broken, "record"));
            findings.push(finding("more_broken_records", json!(self.broken), json!(0), message));
        }
        if self.good + self.broken == 0 && findings.is_empty() {
            let message = format!("The file ({media_type}) has no record.");
            findings.push(finding("records_none", json!(0), json!(1), message));
        }
        if self.shapes.len() > 1 {
            let counts: Vec<String> = self
                .shapes
                .iter()
                .map(|(shape, n)| format!("{} {}", many(*n, "record"), shape.as_str()))
                .collect();
            let message = format!("The file has {}.", counts.join(", "));
            findings.push(finding("record_shapes_mixed", json!(counts), json!("one shape"), message));
        }
        if let Some(first) = self.first_copy.take() {
            let share = self.copies * 1000 / self.good.max(1);
            if share >= MOST_COPIES && self.good >= MANY_RECORDS {
                let message = format!(
                    "{} of {} records stand in the file already, the first copy on line {}.",
                    self.copies, self.good, first.line
                );
                let found = finding("records_repeated", json!(share), json!(MOST_COPIES), message);
                self.looked.findings.push(at(found, self.place_of(&first)));
            } else if share > FEW_COPIES {
                let beyond = share.min(MANY_COPIES) - FEW_COPIES;
                self.looked.lost = (COPIES_COST * beyond / (MANY_COPIES - FEW_COPIES)) as u32;
                let message = format!(
                    "{} points lost: {} of {} records stand in the file already, the first on line {}.",
                    self.looked.lost, self.copies, self.good, first.line
                );
                let found = finding("duplicate_records", json!(share), json!(FEW_COPIES), message);
                self.looked.findings.push(at(found, self.place_of(&first)));
            }
        }
        self.looked
    }

    fn place_of(&self, spot: &Spot) -> Evidence {
        match self.unit {
            "Line" => place(self.bytes, spot.span.start, spot.span.end),
            _ => Evidence::Line { line: spot.line, column: 1, start: 0, end: 0 },
        }
    }
}

/// Every name and string of a record that is none of its words.
fn others<'a>(fields: &'a Map<String, Value>, words: &[&str]) -> Vec<&'a str> {
    let words: HashSet<&str> = words.iter().map(|word| word.trim()).collect();
    let mut out: Vec<&str> = fields.keys().map(String::as_str).collect();
    let mut left: Vec<&Value> = fields.values().collect();
    while let Some(value) = left.pop() {
        match value {
            Value::String(text) if !words.contains(text.trim()) => out.push(text),
            Value::Array(list) => left.extend(list),
            Value::Object(map) => {
                out.extend(map.keys().map(String::as_str));
                left.extend(map.values());
            }
            _ => {}
        }
    }
    out
}

/// A hash that is the same on every machine; what it joins is compared byte for byte.
fn hash(text: &str) -> u64 {
    let mut hasher = DefaultHasher::new();
    text.hash(&mut hasher);
    hasher.finish()
}

/// Hands over every record, in order.
fn walk(bytes: &[u8], media_type: &str, each: &mut dyn FnMut(Spot, Read)) -> Result<(), Broken> {
    if media_type == super::PARQUET {
        return parquet::walk(bytes, each);
    }
    // What is not UTF-8 was refused before.
    let text = std::str::from_utf8(bytes).unwrap_or_default();
    match media_type {
        _ if super::TABLES.contains(&media_type) => table::walk(text, media_type, each),
        _ => {
            json_lines(text, each);
            Ok(())
        }
    }
}

fn json_lines(text: &str, each: &mut dyn FnMut(Spot, Read)) {
    let skipped = text.len() - text.trim_start_matches('\u{feff}').len();
    let mut at = skipped;
    for (number, line) in text[skipped..].split_inclusive('\n').enumerate() {
        let start = at;
        at += line.len();
        let words = line.trim_end_matches(['\n', '\r']);
        if words.trim().is_empty() {
            continue;
        }
        let spot = Spot { line: number as u64 + 1, span: start..start + words.len() };
        each(spot, json_object(words));
    }
}

fn json_object(line: &str) -> Read {
    let fault = |expected: &'static str, found: String| Fault {
        code: "record_not_json",
        field: String::new(),
        expected: expected.into(),
        found,
    };
    match strict::value(line) {
        Ok(Value::Object(map)) => Ok(map),
        Ok(other) => {
            if let Value::Array(list) = &other
                && let Some(name) = form::bare(list)
            {
                return Ok(Map::from_iter([(name.to_owned(), other)]));
            }
            let what = match other {
                Value::Array(_) => "an array",
                Value::String(_) => "a string",
                Value::Null => "null",
                _ => "a number or truth value",
            };
            Err((fault("one JSON object", what.to_owned()), 1))
        }
        Err(error) => {
            let column = error.column().max(1) as u64;
            let what = error.to_string();
            let what = what.split(" at line ").next().unwrap_or_default();
            let found = format!("a fault at column {column} ({})", shape::brief(what));
            Err((fault("one JSON object", found), column))
        }
    }
}

#[cfg(test)]
mod tests;
