//! PDF: structure by lopdf, under limits; letters, lines and columns by our own walk.

mod active;
mod cmap;
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
mod text;

#[cfg(test)]
mod tests;

use super::{Looked, broken};
use crate::evidence::{at, finding, many};
use content::{Shown, Unseen};
use karat_types::{Evidence, Finding};
use lopdf::{Document, LoadOptions};
use object::Objects;
use serde_json::json;
use std::collections::HashSet;

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
/// Letters in 1,000 that may be without a mapping.
const MAX_UNMAPPED: u64 = 50;
/// Unseen letters that are a leftover (a dot, a space filler) and no text.
const FEW_UNSEEN: u64 = 3;

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
        return refused(encrypted());
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
    let heights: Vec<f64> = shown.iter().map(|page| page.height).collect();
    let extract = text::extract(lines.collect(), &heights);
    if findings.iter().all(|f| f.class != karat_types::Class::Refuse) && extract.text.trim().is_empty() {
        let message = format!("No text on {}.", many(shown.len() as u64, "page"));
        findings.push(finding("document_without_text", json!(0), json!(1), message));
    }
    Looked { extract, findings }
}

fn encrypted() -> Finding {
    let message = "The PDF is encrypted.".to_owned();
    finding("encrypted_document", json!("PDF encryption"), json!("none"), message)
}

/// Why lopdf gave up, in our words.
fn failed(bytes: &[u8], error: &lopdf::Error) -> Finding {
    match error {
        lopdf::Error::Decompress(lopdf::DecompressError::MemoryLimitExceeded { .. }) => {
            let message = format!("A stream unpacks to more than {} bytes.", object::MAX_STREAM);
            finding("stream_bomb", json!(object::MAX_STREAM), json!(object::MAX_STREAM), message)
        }
        lopdf::Error::InvalidPassword | lopdf::Error::Decryption(_) => encrypted(),
        _ if super::find(bytes, b"/Encrypt").is_some() => encrypted(),
        other => broken("PDF", &other.to_string()),
    }
}

/// What the pages together say: scans, images, letters without a meaning, unseen text.
fn judge(pages: &[Shown]) -> Vec<Finding> {
    let mut findings: Vec<Finding> = unmapped(pages).into_iter().collect();
    findings.extend(images(pages));
    findings.extend(unseen(pages));
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

/// A piece's line: its turn and its baseline in whole points.
fn line_of(piece: &content::Piece) -> (u8, i64) {
    (piece.turn, piece.y.round() as i64)
}

fn seen_lines(page: &Shown) -> HashSet<(u8, i64)> {
    page.pieces.iter().filter(|p| p.unseen.is_none()).map(line_of).collect()
}

/// Unseen text, one finding for each way of hiding it.
fn unseen(pages: &[Shown]) -> Vec<Finding> {
    let ways = [
        (Unseen::Invisible, "drawn invisibly"),
        (Unseen::Tiny, "smaller than one point"),
        (Unseen::Background, "in the colour of its background"),
        (Unseen::OffPage, "outside the page"),
    ];
    // Lines that run over the edge of their page are an oversight: their beginning is seen.
    let lines: Vec<HashSet<(u8, i64)>> = pages.iter().map(seen_lines).collect();
    let overflows = |page: u32, piece: &content::Piece| {
        let line = line_of(piece);
        lines
            .get(page as usize - 1)
            .is_some_and(|seen| (-1..=1).any(|by| seen.contains(&(line.0, line.1 + by))))
    };
    let mut out = Vec::new();
    for (way, words) in ways {
        let hidden = pages.iter().enumerate().flat_map(|(i, page)| {
            page.pieces.iter().filter(|p| p.unseen == Some(way)).map(move |piece| (i as u32 + 1, piece))
        });
        let hidden = hidden.filter(|(page, piece)| way != Unseen::OffPage || !overflows(*page, piece));
        let letters = |p: &content::Piece| p.text.chars().filter(|c| c.is_alphanumeric()).count() as u64;
        let count: u64 = hidden.clone().map(|(_, piece)| letters(piece)).sum();
        let Some((page, piece)) = hidden.clone().find(|(_, piece)| letters(piece) > 0) else { continue };
        if count <= FEW_UNSEEN {
            continue;
        }
        let a = content::unturned(piece.turn, (piece.x0, piece.y - 0.8 * piece.size));
        let b = content::unturned(piece.turn, (piece.x1, piece.y + 0.25 * piece.size));
        let area = text::area(&[a.0.min(b.0), a.1.min(b.1), a.0.max(b.0), a.1.max(b.1)]);
        let quote = super::records::shape::brief(piece.text.trim());
        let message = format!("{} {words}, first on page {page}: “{quote}”.", many(count, "letter"));
        let place = Evidence::Page { page, area, start: 0, end: 0 };
        out.push(at(finding("hidden_text", json!(count), json!(0), message), place));
    }
    out
}
