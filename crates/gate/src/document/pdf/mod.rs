//! PDF: structure by lopdf, under limits; letters, lines and columns by our own walk.

mod accents;
mod active;
mod bidi;
mod canvas;
mod cmap;
mod collection;
mod content;
mod encoding;
mod font;
mod glyphs;
mod guard;
mod layout;
mod lexer;
mod matrix;
mod object;
mod pages;
mod program;
mod text;
mod unseen;

#[cfg(test)]
mod tests;

use super::{Looked, broken};
use crate::evidence::{at, finding, many};
use content::Shown;
use karat_types::{Evidence, Finding};
use lopdf::{Document, LoadOptions};
pub(super) use object::{Objects, words};
use serde_json::json;

pub(super) use encoding::symbol_letter;

/// Characters a page has that is no scan.
const SCAN_TEXT: u64 = 100;
/// Share of a page, in thousandths, that an image covers when the page is a scan.
const SCAN_COVER: u64 = 500;
/// Pages in 1,000 that may be scans.
const MAX_SCANS: u64 = 200;
/// Thousandths of all pages that images may cover when there is little text beside them.
const MAX_COVER: u64 = 500;
/// Characters a page on the mean that are more than little text.
const MUCH_TEXT: u64 = 500;
/// Letters in 1,000 that may be without a mapping. Of 743 real files, those with fewer lose
/// arrows, signs of music and pieces of drawings; those with more lose words.
const MAX_UNMAPPED: u64 = 100;

/// The text of a PDF and what speaks against it.
pub(super) fn look(bytes: &[u8]) -> Looked {
    let refused = |found: Finding| Looked { findings: vec![found], ..Looked::default() };
    if let Some(found) = guard::check(bytes) {
        return refused(found);
    }
    let options = LoadOptions { max_decompressed_size: Some(object::MAX_STREAM), ..LoadOptions::default() };
    let document = match Document::load_mem_with_options(bytes, options) {
        Ok(document) => document,
        Err(error) => return refused(failed(bytes, &error)),
    };
    if document.trailer.has(b"Encrypt") || document.is_encrypted() || document.was_encrypted() {
        let opens = document.was_encrypted() || document.encryption_state.is_some();
        return refused(encrypted(bytes, opens));
    }
    if let Some(found) = guard::incomplete(bytes, &document) {
        return refused(found);
    }
    let mut findings = active::check(&document);
    let mut objects = Objects::new(&document);
    let shown = match pages::walk(&mut objects) {
        Ok(shown) => shown,
        Err(found) => {
            findings.push(*found);
            return Looked { findings, ..Looked::default() };
        }
    };
    if let Some(most) = objects.bomb {
        let message = format!("A stream unpacks to more than {most} bytes.");
        findings.push(finding("stream_bomb", json!(most), json!(object::MAX_STREAM), message));
    }
    findings.extend(judge(&shown));
    let lines = shown.iter().map(|page| {
        let seen: Vec<_> = page.pieces.iter().filter(|p| p.unseen.is_none()).cloned().collect();
        layout::lines(&seen)
    });
    let heights: Vec<f64> = shown.iter().map(|page| page.size.1).collect();
    let mut extract = text::extract(lines.collect(), &heights);
    extract.pages = shown.iter().map(|page| text::size(page.size)).collect();
    if findings.iter().all(|f| f.class != karat_types::Class::Refuse) && extract.text.trim().is_empty() {
        let message = format!("No text on {}.", many(shown.len() as u64, "page"));
        findings.push(finding("document_without_text", json!(0), json!(1), message));
    }
    findings.extend(super::people::in_pdf(&mut objects));
    Looked { extract, findings }
}

/// For whom it is encrypted, as far as its dictionary says.
fn encrypted(bytes: &[u8], opens: bool) -> Finding {
    let certificates = super::find(bytes, b"/Adobe.PubSec").is_some();
    let (found, message) = match (certificates, opens) {
        (true, _) => ("for certificates", "The PDF is encrypted for the holders of certain certificates."),
        (_, true) => (
            "without a password to open",
            "The PDF is encrypted: it opens without a password, but an owner's password forbids copying or printing.",
        ),
        _ => ("with a password", "The PDF is encrypted and opens only with a password."),
    };
    finding("encrypted_document", json!(found), json!("none"), message.to_owned())
}

/// Why lopdf gave up, in our words.
fn failed(bytes: &[u8], error: &lopdf::Error) -> Finding {
    match error {
        lopdf::Error::Decompress(lopdf::DecompressError::MemoryLimitExceeded { .. }) => {
            let message = format!("A stream unpacks to more than {} bytes.", object::MAX_STREAM);
            finding("stream_bomb", json!(object::MAX_STREAM), json!(object::MAX_STREAM), message)
        }
        lopdf::Error::InvalidPassword | lopdf::Error::Decryption(_) => encrypted(bytes, false),
        _ if super::find(bytes, b"/Encrypt").is_some() => encrypted(bytes, false),
        other => broken("PDF", &other.to_string()),
    }
}

/// What the pages together say: scans, images, letters without a meaning, unseen text.
fn judge(pages: &[Shown]) -> Vec<Finding> {
    let mut findings: Vec<Finding> = unmapped(pages).into_iter().collect();
    findings.extend(images(pages));
    findings.extend(unseen::findings(pages));
    findings
}

fn characters(page: &Shown) -> u64 {
    let seen = page.pieces.iter().filter(|p| p.unseen.is_none());
    seen.map(|p| p.text.chars().filter(|c| !c.is_whitespace()).count() as u64).sum::<u64>() + page.unmapped
}

fn images(pages: &[Shown]) -> Option<Finding> {
    let count: u64 = pages.iter().map(|page| page.images).sum();
    if count == 0 {
        return None;
    }
    let number = pages.len() as u64;
    let cover = |page: &Shown| (page.covered * 1000.0).round() as u64;
    let scans: Vec<usize> = (0..pages.len())
        .filter(|&i| cover(&pages[i]) >= SCAN_COVER && characters(&pages[i]) < SCAN_TEXT)
        .collect();
    let share = scans.len() as u64 * 1000 / number;
    if share > MAX_SCANS {
        let message = format!(
            "{} of {} are pictures of text or drawings, with fewer than {SCAN_TEXT} characters.",
            scans.len(),
            many(number, "page")
        );
        let found = finding("scanned_pdf", json!(share), json!(MAX_SCANS), message);
        let page = scans.first().map_or(1, |i| *i as u32 + 1);
        return Some(at(found, Evidence::Page { page, area: [0; 4], start: 0, end: 0 }));
    }
    let covered = pages.iter().map(cover).sum::<u64>() / number;
    let letters = pages.iter().map(characters).sum::<u64>() / number;
    if covered > MAX_COVER && letters < MUCH_TEXT {
        let message =
            format!("Images cover {} % of the pages, beside {letters} characters a page.", covered / 10);
        return Some(finding("pdf_mostly_images", json!(covered), json!(MAX_COVER), message));
    }
    let message = format!("{} left out.", many(count, "image"));
    Some(finding("images_left_out", json!(count), json!("any number"), message))
}

fn unmapped(pages: &[Shown]) -> Option<Finding> {
    let lost: u64 = pages.iter().map(|page| page.unmapped).sum();
    let all: u64 = pages.iter().map(|page| page.letters).sum();
    if lost == 0 {
        return None;
    }
    let share = lost * 1000 / all.max(1);
    let page = pages.iter().position(|page| page.unmapped > 0).map_or(1, |at| at as u32 + 1);
    let message = format!("{lost} of {all} characters have no Unicode mapping, first on page {page}.");
    let code = if share > MAX_UNMAPPED { "pdf_text_unmapped" } else { "unmapped_characters" };
    Some(at(
        finding(code, json!(share), json!(MAX_UNMAPPED), message),
        Evidence::Page { page, area: [0; 4], start: 0, end: 0 },
    ))
}
