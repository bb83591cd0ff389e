//! Small documents made on the spot, for tests.

use crate::input::{Input, Rules};
use karat_types::Modality;
use karat_types::finding::Verdict;
use std::io::{Cursor, Write};
use zip::ZipWriter;
use zip::write::SimpleFileOptions;

/// Sixty different words of prose.
pub(super) const PROSE: &str = "The river rises in the hills behind the town and runs for two days before it \
    reaches the sea. In spring the water is cold and fast, and people who live along it keep their boats \
    on the bank until May. My grandmother used to say that you could hear the stones talk at night, which \
    was only the gravel moving under the flood, but nobody ever told her so.";

/// The verdict on a file of a text datanet.
pub(super) fn judge(name: &str, bytes: &[u8]) -> Verdict {
    crate::check(&Input { name, bytes, rules: Rules::of(Modality::Text) })
}

/// The codes of a verdict that refuse or hold.
pub(super) fn codes(name: &str, bytes: &[u8]) -> Vec<String> {
    use karat_types::Class;
    let found = judge(name, bytes).findings.into_iter();
    found.filter(|f| matches!(f.class, Class::Refuse | Class::Hold)).map(|f| f.code).collect()
}

/// A ZIP of these entries.
pub(super) fn zip(entries: &[(&str, &[u8])]) -> Vec<u8> {
    let mut writer = ZipWriter::new(Cursor::new(Vec::new()));
    for (name, content) in entries {
        writer.start_file(*name, SimpleFileOptions::default()).unwrap();
        writer.write_all(content).unwrap();
    }
    writer.finish().unwrap().into_inner()
}

const TYPES: &str = r#"<?xml version="1.0"?><Types xmlns="http://schemas.openxmlformats.org/package/2006/content-types"><Default Extension="xml" ContentType="application/xml"/></Types>"#;
const RELS: &str = r#"<?xml version="1.0"?><Relationships xmlns="http://schemas.openxmlformats.org/package/2006/relationships"><Relationship Id="rId1" Type="http://schemas.openxmlformats.org/officeDocument/2006/relationships/officeDocument" Target="word/document.xml"/></Relationships>"#;

/// A DOCX with this body and these further parts.
pub(super) fn docx(body: &str, more: &[(&str, &str)]) -> Vec<u8> {
    let document = format!(
        r#"<?xml version="1.0" encoding="UTF-8"?><w:document xmlns:w="http://schemas.openxmlformats.org/wordprocessingml/2006/main"><w:body>{body}</w:body></w:document>"#
    );
    let mut entries: Vec<(&str, &[u8])> = vec![
        ("[Content_Types].xml", TYPES.as_bytes()),
        ("_rels/.rels", RELS.as_bytes()),
        ("word/document.xml", document.as_bytes()),
    ];
    entries.extend(more.iter().map(|(name, content)| (*name, content.as_bytes())));
    zip(&entries)
}

/// A paragraph with one run.
pub(super) fn p(text: &str) -> String {
    format!("<w:p><w:r><w:t>{text}</w:t></w:r></w:p>")
}

/// A PDF of these objects, numbered from 1; the first is the catalogue. `{…}` is a stream:
/// its length is put before it.
pub(super) fn pdf(objects: &[String]) -> Vec<u8> {
    let mut out = b"%PDF-1.5\n%\xe2\xe3\xcf\xd3\n".to_vec();
    let mut places = Vec::new();
    for (i, object) in objects.iter().enumerate() {
        places.push(out.len());
        out.extend(format!("{} 0 obj\n{object}\nendobj\n", i + 1).into_bytes());
    }
    let table = out.len();
    out.extend(format!("xref\n0 {}\n0000000000 65535 f \n", objects.len() + 1).into_bytes());
    for place in places {
        out.extend(format!("{place:010} 00000 n \n").into_bytes());
    }
    let end = format!("trailer\n<< /Size {} /Root 1 0 R >>\nstartxref\n{table}\n%%EOF\n", objects.len() + 1);
    out.extend(end.into_bytes());
    out
}

/// A stream object with this content and these further entries.
pub(super) fn stream(entries: &str, content: &str) -> String {
    format!("<< {entries} /Length {} >>\nstream\n{content}\nendstream", content.len())
}

/// The catalogue, the tree of pages and the pages with these contents, all with the fonts
/// F (Helvetica) and C (Courier); further objects start at number `3 + 2 × pages`.
pub(super) fn pages(contents: &[String], catalogue: &str, page: &str, more: &[String]) -> Vec<u8> {
    let kids: String = (0..contents.len()).map(|i| format!("{} 0 R ", 3 + 2 * i)).collect();
    let mut objects = vec![
        format!("<< /Type /Catalog /Pages 2 0 R {catalogue} >>"),
        format!(
            "<< /Type /Pages /Count {} /Kids [{kids}] /MediaBox [0 0 612 792] /Resources << /Font << \
             /F << /Type /Font /Subtype /Type1 /BaseFont /Helvetica /Encoding /WinAnsiEncoding >> \
             /C << /Type /Font /Subtype /Type1 /BaseFont /Courier >> >> {page} >> >>",
            contents.len()
        ),
    ];
    for (i, content) in contents.iter().enumerate() {
        objects.push(format!("<< /Type /Page /Parent 2 0 R /Contents {} 0 R >>", 4 + 2 * i));
        objects.push(stream("", content));
    }
    objects.extend(more.iter().cloned());
    pdf(&objects)
}

/// The operators that write these lines from `x`, `y` down.
pub(super) fn written(x: u32, y: u32, lines: &[&str]) -> String {
    let mut out = format!("BT /F 10 Tf 12 TL {x} {y} Td\n");
    for line in lines {
        out += &format!("({line}) Tj T*\n");
    }
    out + "ET\n"
}

/// The prose in lines of a page's width.
pub(super) fn prose() -> String {
    let words: Vec<&str> = PROSE.split_whitespace().collect();
    let lines: Vec<String> = words.chunks(12).map(|line| line.join(" ")).collect();
    let lines: Vec<&str> = lines.iter().map(String::as_str).collect();
    written(72, 700, &lines)
}
