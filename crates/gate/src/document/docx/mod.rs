//! DOCX: an archive of XML parts, held against limits before anything in it is believed.

mod active;
pub(in crate::document) mod archive;
mod body;
mod colour;
mod content;
mod field;
mod numbering;
mod styles;
mod table;
mod unseen;
mod xml;

#[cfg(test)]
mod tests;

use super::Looked;
use crate::evidence::finding;
use archive::Archive;
use karat_types::Finding;
use serde_json::json;

/// Characters for each page that images fill, below which a document is mostly images.
const LEAST_TEXT: u64 = 100;
/// Thousandths of a page that images fill before anything is said of it.
const SOME_IMAGES: u64 = 500;

/// The text of a DOCX and what speaks against it.
pub(super) fn look(bytes: &[u8]) -> Looked {
    let archive = match Archive::open(bytes) {
        Ok(archive) => archive,
        Err(findings) => return Looked { findings, ..Looked::default() },
    };
    let mut findings = active::check(&archive);
    findings.extend(archive.strange.iter().cloned());
    let Some(main) = archive.main_part() else {
        findings.push(super::broken("DOCX", "it has no main document part"));
        return Looked { findings, ..Looked::default() };
    };
    let read = match body::read(&archive, &main) {
        Ok(read) => read,
        Err(broken) => {
            findings.push(*broken);
            return Looked { findings, ..Looked::default() };
        }
    };
    findings.extend(read.hidden);
    findings.extend(images(&read.extract.text, read.images, read.image_area));
    if findings.is_empty() && read.extract.text.trim().is_empty() {
        let message = "The document has no text.".to_owned();
        findings.push(finding("document_without_text", json!(0), json!(1), message));
    }
    findings.extend(super::people::in_docx(&archive));
    Looked { extract: read.extract, findings }
}

/// What is said of `count` images that fill `area` thousandths of a page.
fn images(text: &str, count: u64, area: u64) -> Option<Finding> {
    if count == 0 {
        return None;
    }
    let characters = text.chars().filter(|c| !c.is_whitespace()).count() as u64;
    let each = characters * 1000 / area.max(1);
    if area >= SOME_IMAGES && each < LEAST_TEXT {
        let pages = format!("{}.{}", area / 1000, area % 1000 / 100);
        let message = format!("{count} images fill {pages} pages, beside {characters} characters of text.");
        return Some(finding("docx_mostly_images", json!(each), json!(LEAST_TEXT), message));
    }
    let message = format!("{} left out.", crate::evidence::many(count, "image"));
    Some(finding("images_left_out", json!(count), json!("any number"), message))
}
