//! T16 of documents: whom a file names in its properties, beside its text.
//!
//! Word processors write their users there. Everybody but the contributor gets the text
//! that was read instead of such a file, so nothing of it is given away.

use super::NAMES_PEOPLE;
use super::docx::archive::Archive;
use super::pdf::Objects;
use crate::evidence::finding;
use karat_types::Finding;
use lopdf::Object;
use serde_json::json;

/// Bytes of an XMP packet that are read.
const MOST_XMP: usize = 1_000_000;
/// Properties of a DOCX that name people: part, element, the words for it.
const IN_DOCX: [(&str, &str, &str); 5] = [
    ("docProps/core.xml", "dc:creator", "author"),
    ("docProps/core.xml", "cp:lastModifiedBy", "last modified by"),
    ("docProps/app.xml", "Manager", "manager"),
    ("docProps/app.xml", "Company", "company"),
    ("docProps/custom.xml", "vt:lpwstr", "custom properties"),
];
/// Marks of people in the parts of a DOCX: who commented or changed what.
const AUTHORS: [&[u8]; 2] = [b"w:author=\"", b"w15:author=\""];

/// What a PDF says of people in its document information and its XMP packet.
pub(super) fn in_pdf(objects: &mut Objects<'_>) -> Option<Finding> {
    let document = objects.document;
    let mut fields = Vec::new();
    if let Some(info) = objects.below(&document.trailer, b"Info") {
        for key in ["Author", "Manager", "Company"] {
            let value = info.get(key.as_bytes()).ok().map(|value| objects.follow(value));
            if let Some(Object::String(text, _)) = value
                && text.iter().any(u8::is_ascii_alphanumeric)
            {
                fields.push(format!("Info {key}"));
            }
        }
    }
    let packet = document.catalog().ok().and_then(|catalog| objects.stream(catalog, b"Metadata", MOST_XMP));
    if packet.is_some_and(|packet| holds(&String::from_utf8_lossy(&packet), "dc:creator")) {
        fields.push("XMP dc:creator".to_owned());
    }
    told(&fields)
}

/// What a DOCX says of people in its properties, comments and tracked changes.
pub(super) fn in_docx(archive: &Archive) -> Option<Finding> {
    let mut fields = Vec::new();
    for (part, element, words) in IN_DOCX {
        let content = archive.part(part).map(String::from_utf8_lossy);
        if content.is_some_and(|content| holds(&content, element)) {
            fields.push(words.to_owned());
        }
    }
    let named = |content: &[u8]| {
        AUTHORS.iter().any(|mark| {
            super::find(content, mark)
                .is_some_and(|at| content.get(at + mark.len()).is_some_and(|b| *b != b'"'))
        })
    };
    if archive.xml_parts().any(|(_, content)| named(content)) {
        fields.push("authors of comments or changes".to_owned());
    }
    told(&fields)
}

/// Whether an element stands in a text with a word in it, tags aside.
fn holds(xml: &str, element: &str) -> bool {
    let open = format!("<{element}");
    let mut rest = xml;
    while let Some(at) = rest.find(&open) {
        rest = &rest[at + open.len()..];
        let Some((head, inner)) = rest.split_once('>') else { return false };
        if !head.ends_with('/') && (head.is_empty() || head.starts_with(char::is_whitespace)) {
            let end = inner.find(&format!("</{element}")).unwrap_or(inner.len());
            let mut tag = false;
            for c in inner[..end].chars() {
                match c {
                    '<' => tag = true,
                    '>' => tag = false,
                    _ if !tag && c.is_alphanumeric() => return true,
                    _ => {}
                }
            }
        }
    }
    false
}

fn told(fields: &[String]) -> Option<Finding> {
    if fields.is_empty() {
        return None;
    }
    let message = format!(
        "The file names people in its properties ({}). Others get the text that was read from it, not the file.",
        fields.join(", ")
    );
    Some(finding(NAMES_PEOPLE, json!(fields), json!("none"), message))
}

#[cfg(test)]
mod tests {
    use super::super::testing::{PROSE, docx, judge, p, pages, prose, stream};
    use super::*;
    use karat_types::GateOutcome;

    fn fields(name: &str, bytes: &[u8]) -> Option<String> {
        let verdict = judge(name, bytes);
        assert_eq!(verdict.outcome, GateOutcome::Passed, "{:?}", verdict.findings);
        let found = verdict.findings.into_iter().find(|f| f.code == NAMES_PEOPLE)?;
        assert!(!found.message.contains("Ann"), "the name itself is nobody's business: {}", found.message);
        Some(found.measured.to_string())
    }

    #[test]
    fn a_docx_names_its_author_and_who_commented() {
        let core = |inner: &str| {
            format!(
                "<?xml version=\"1.0\"?><cp:coreProperties xmlns:cp=\"a\" xmlns:dc=\"b\">{inner}</cp:coreProperties>"
            )
        };
        let made = |inner: &str| docx(&p(PROSE), &[("docProps/core.xml", &core(inner))]);
        assert_eq!(
            fields("a.docx", &made("<dc:creator>Ann Smith</dc:creator>")).as_deref(),
            Some("[\"author\"]")
        );
        let both = made("<dc:creator>Ä.</dc:creator><cp:lastModifiedBy>Ann</cp:lastModifiedBy>");
        assert_eq!(fields("a.docx", &both).as_deref(), Some("[\"author\",\"last modified by\"]"));
        for none in [
            "<dc:creator></dc:creator>",
            "<dc:creator/>",
            "<dc:creators>Ann</dc:creators>",
            "<dc:title>Ann</dc:title>",
        ] {
            assert_eq!(fields("a.docx", &made(none)), None, "{none}");
        }
        let comment = "<?xml version=\"1.0\"?><w:comments xmlns:w=\"a\"><w:comment w:id=\"0\" w:author=\"Ann\"/></w:comments>";
        let told = fields("a.docx", &docx(&p(PROSE), &[("word/comments.xml", comment)]));
        assert_eq!(told.as_deref(), Some("[\"authors of comments or changes\"]"));
    }

    #[test]
    fn a_pdf_names_its_author_in_xmp_and_in_its_information() {
        let xmp = "<x:xmpmeta><dc:creator><rdf:Seq><rdf:li>Ann</rdf:li></rdf:Seq></dc:creator></x:xmpmeta>";
        let more = [stream("/Type /Metadata /Subtype /XML", xmp)];
        let named = pages(&[prose()], "/Metadata 5 0 R", "", &more);
        assert_eq!(fields("a.pdf", &named).as_deref(), Some("[\"XMP dc:creator\"]"));
        assert_eq!(fields("a.pdf", &pages(&[prose()], "", "", &[])), None);
        let info = |dict: &str| {
            let bytes = pages(&[prose()], "", "", &[]);
            let text = String::from_utf8_lossy(&bytes).into_owned();
            // Lossy reading would change the mark behind the header: only the trailer is replaced.
            let at = text.rfind("/Root 1 0 R").unwrap() + bytes.len() - text.len();
            [&bytes[..at], format!("/Info << {dict} >> ").as_bytes(), &bytes[at..]].concat()
        };
        assert_eq!(fields("a.pdf", &info("/Author (Ann)")).as_deref(), Some("[\"Info Author\"]"));
        assert_eq!(fields("a.pdf", &info("/Author () /Producer (pdfTeX) /Title (Rivers)")), None);
    }
}
