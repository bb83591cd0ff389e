//! T16 of documents: whom a file names in its properties, beside its text.
//!
//! Word processors write their users there. Everybody but the contributor gets the text
//! that was read instead of such a file, so nothing of it is given away. Names of programs
//! and placeholders are nobody's.

use super::NAMES_PEOPLE;
use super::docx::archive::Archive;
use super::pdf::{Objects, words};
use super::person::is_person;
use crate::evidence::finding;
use karat_types::Finding;
use lopdf::Object;
use serde_json::json;

/// Bytes of an XMP packet, and of one name, that are read.
const MOST_XMP: usize = 1_000_000;
const MOST_NAME: usize = 300;
/// Properties of a DOCX that name people: part, element, the words for it.
const IN_DOCX: [(&str, &str, &str); 5] = [
    ("docProps/core.xml", "dc:creator", "author"),
    ("docProps/core.xml", "cp:lastModifiedBy", "last modified by"),
    ("docProps/app.xml", "Manager", "manager"),
    ("docProps/app.xml", "Company", "company"),
    ("docProps/custom.xml", "vt:lpwstr", "custom properties"),
];
/// Marks of people in the parts of a DOCX: who commented or changed what.
const AUTHORS: [&str; 2] = ["w:author=\"", "w15:author=\""];

/// What a PDF says of people in its document information and its XMP packet.
pub(super) fn in_pdf(objects: &mut Objects<'_>) -> Option<Finding> {
    let document = objects.document;
    let mut fields = Vec::new();
    if let Some(info) = objects.below(&document.trailer, b"Info") {
        for key in ["Author", "Manager", "Company"] {
            let value = info.get(key.as_bytes()).ok().map(|value| objects.follow(value));
            if let Some(Object::String(text, _)) = value
                && is_person(&words(text))
            {
                fields.push(format!("Info {key}"));
            }
        }
    }
    let packet = document.catalog().ok().and_then(|catalog| objects.stream(catalog, b"Metadata", MOST_XMP));
    if packet.is_some_and(|packet| names(&String::from_utf8_lossy(&packet), "dc:creator")) {
        fields.push("XMP dc:creator".to_owned());
    }
    told(&fields)
}

/// What a DOCX says of people in its properties, comments and tracked changes.
pub(super) fn in_docx(archive: &Archive) -> Option<Finding> {
    let mut fields = Vec::new();
    for (part, element, words) in IN_DOCX {
        let content = archive.part(part).map(String::from_utf8_lossy);
        if content.is_some_and(|content| names(&content, element)) {
            fields.push(words.to_owned());
        }
    }
    if archive.xml_parts().any(|(_, content)| has_author(content)) {
        fields.push("authors of comments or changes".to_owned());
    }
    told(&fields)
}

/// Whether a part says that a person commented or changed something.
fn has_author(content: &[u8]) -> bool {
    let Ok(finder) = aho_corasick::AhoCorasick::new(AUTHORS) else { return false };
    let mut last: &[u8] = &[];
    finder.find_iter(content).any(|hit| {
        let rest = content.get(hit.end()..).unwrap_or_default();
        let value = rest.get(..rest.len().min(MOST_NAME)).unwrap_or_default();
        let value = value.split(|b| *b == b'"').next().unwrap_or_default();
        // Changes of one author stand in rows of thousands.
        let again = value == last;
        last = value;
        !again && is_person(&String::from_utf8_lossy(value))
    })
}

/// Whether an element stands in a text with a person in it, tags aside.
fn names(xml: &str, element: &str) -> bool {
    let open = format!("<{element}");
    let mut rest = xml;
    while let Some(at) = rest.find(&open) {
        rest = &rest[at + open.len()..];
        let Some((head, inner)) = rest.split_once('>') else { return false };
        if !head.ends_with('/') && (head.is_empty() || head.starts_with(char::is_whitespace)) {
            let end = inner.find(&format!("</{element}")).unwrap_or(inner.len());
            // Several creators are several elements of a list.
            let between = |part: &str| is_person(part.rsplit('>').next().unwrap_or_default());
            if inner[..end].split('<').any(between) {
                return true;
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
            "<dc:creator>python-docx</dc:creator>",
            "<dc:creator>Microsoft Office User</dc:creator><cp:lastModifiedBy>LibreOffice/7.4</cp:lastModifiedBy>",
            "<dc:creator/>",
            "<dc:creators>Ann</dc:creators>",
            "<dc:title>Ann</dc:title>",
        ] {
            assert_eq!(fields("a.docx", &made(none)), None, "{none}");
        }
        let comment = "<?xml version=\"1.0\"?><w:comments xmlns:w=\"a\"><w:comment w:id=\"0\" w:author=\"Ann\"/></w:comments>";
        let told = fields("a.docx", &docx(&p(PROSE), &[("word/comments.xml", comment)]));
        assert_eq!(told.as_deref(), Some("[\"authors of comments or changes\"]"));
        let nobody = comment.replace("\"Ann\"", "\"Unknown Author\"");
        assert_eq!(fields("a.docx", &docx(&p(PROSE), &[("word/comments.xml", &nobody)])), None);
        let second = nobody.replace("</w:comments>", "<w:comment w:author=\"Ann\"/></w:comments>");
        assert!(fields("a.docx", &docx(&p(PROSE), &[("word/comments.xml", &second)])).is_some());
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
        for ann in ["(Ann)", "<feff0041006e006e>", "<feff041804320430043d>"] {
            let told = fields("a.pdf", &info(&format!("/Author {ann}")));
            assert_eq!(told.as_deref(), Some("[\"Info Author\"]"), "{ann}");
        }
        for nobody in ["(anonymous)", "<feff0075007300650072>", "(LaTeX with hyperref)", "<feff>"] {
            assert_eq!(fields("a.pdf", &info(&format!("/Author {nobody}"))), None, "{nobody}");
        }
        assert_eq!(fields("a.pdf", &info("/Author () /Producer (pdfTeX) /Title (Rivers)")), None);
    }
}
