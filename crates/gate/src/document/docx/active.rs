//! A7: what in a DOCX runs, loads or hides something.

use super::archive::Archive;
use super::field;
use super::xml::{self, Said, attribute};
use crate::document::network;
use crate::evidence::finding;
use karat_types::Finding;
use serde_json::json;

/// A relationship of a part.
pub(super) struct Relation {
    pub(super) kind: String,
    pub(super) target: String,
    pub(super) external: bool,
}

/// The relationships a part of them lists; none where it cannot be read.
pub(super) fn relations(content: &[u8]) -> Vec<Relation> {
    let mut out = Vec::new();
    // A damaged part of relationships is reported by the check of all parts.
    let _reported_elsewhere = xml::walk("relationships", content, &mut |said| {
        if let Said::Open("Relationship", start) = said {
            let of = |name| attribute(start, name).unwrap_or_default();
            let external = of("TargetMode").eq_ignore_ascii_case("external");
            out.push(Relation { kind: of("Type"), target: of("Target"), external });
        }
    });
    out
}

/// Everything active in the archive.
pub(super) fn check(archive: &Archive) -> Vec<Finding> {
    let mut findings = Vec::new();
    for name in &archive.names {
        findings.extend(entry(name));
    }
    for (name, content) in archive.xml_parts() {
        if super::super::find(content, b"<!DOCTYPE").is_some() {
            findings.push(xml::dtd(name));
        }
        if name == "[Content_Types].xml" {
            findings.extend(content_types(content));
        }
        if name.ends_with(".rels") {
            findings.extend(relations(content).iter().filter_map(relation));
        } else if name.starts_with("word/") {
            findings.extend(field::check(name, content));
        }
    }
    // A macro is an entry, a type and a relationship: once is enough.
    let mut seen = Vec::new();
    findings.retain(|f| {
        let key = (f.code.clone(), f.measured.clone());
        let macros = f.code == "docx_macros" && seen.iter().any(|(c, _)| c == "docx_macros");
        let new = !macros && !seen.contains(&key);
        seen.push(key);
        new && seen.len() <= 50
    });
    findings
}

/// What an entry's name alone says.
pub(super) fn entry(name: &str) -> Option<Finding> {
    let lower = name.to_ascii_lowercase();
    let file = lower.rsplit('/').next().unwrap_or_default();
    if file == "vbaproject.bin" || file == "vbadata.xml" {
        return Some(macros(name));
    }
    let embedded =
        lower.contains("/embeddings/") || lower.contains("/activex/") || file.starts_with("oleobject");
    (embedded && !lower.ends_with('/') && !lower.ends_with(".rels")).then(|| embedding(name))
}

fn macros(what: &str) -> Finding {
    finding("docx_macros", json!(what), json!("none"), format!("The document contains macros ({what})."))
}

fn embedding(what: &str) -> Finding {
    finding("docx_embedded_file", json!(what), json!("none"), format!("The document carries {what}."))
}

fn content_types(content: &[u8]) -> Option<Finding> {
    let mut found = None;
    // A damaged list of types leaves no document part, which is reported.
    let _reported_elsewhere = xml::walk("[Content_Types].xml", content, &mut |said| {
        if let Said::Open("Override" | "Default", start) = said
            && let Some(kind) = attribute(start, "ContentType")
            && (kind.contains("macroEnabled") || kind.contains("vbaProject"))
        {
            found.get_or_insert_with(|| macros(&kind));
        }
    });
    found
}

fn relation(relation: &Relation) -> Option<Finding> {
    let kind = relation.kind.rsplit('/').next().unwrap_or_default();
    let target = super::super::records::shape::brief(&relation.target);
    if relation.external {
        let share = network::is_share(&relation.target);
        if kind == "hyperlink" && share {
            let message = format!("A link of the document leads to a share of another machine, {target}.");
            return Some(finding("docx_external_content", json!(target), json!("none"), message));
        }
        if kind == "hyperlink" || (matches!(kind, "attachedTemplate" | "image") && is_local(&relation.target))
        {
            return None;
        }
        let message = format!("The document loads {target} ({kind}) from elsewhere.");
        return Some(finding("docx_external_content", json!(target), json!("none"), message));
    }
    match kind {
        "aFChunk" => {
            let message = format!("The part {target} is of another format.");
            Some(finding("docx_foreign_chunk", json!(target), json!("none"), message))
        }
        "oleObject" | "package" | "control" => Some(embedding(&relation.target)),
        "vbaProject" | "wordVbaData" => Some(macros(&relation.target)),
        _ => None,
    }
}

/// Whether a target is a file of the author's own machine, such as the template that Word
/// notes in every document made from one, or the place a picture was taken from: it is
/// only a name.
fn is_local(target: &str) -> bool {
    let path = target.strip_prefix("file:///").unwrap_or(target);
    let remote = ["http:", "https:", "ftp:", "mhtml:", "smb:", "mk:"];
    let scheme = remote.iter().any(|scheme| path.to_ascii_lowercase().starts_with(scheme));
    !scheme && !path.contains("://") && !path.starts_with("\\\\") && !path.starts_with('/')
}

#[cfg(test)]
mod tests {
    use super::is_local;

    #[test]
    fn templates_of_the_own_machine_are_only_names() {
        for local in
            ["file:///C:\\Users\\a\\Normal.dotm", "Normal.dotm", "C:\\x.dotx", "file:///Users/ada/x.dotx"]
        {
            assert!(is_local(local), "{local}");
        }
        for remote in [
            "https://evil.example/t.dotm",
            "\\\\server\\t.dotm",
            "file://server/t.dotm",
            "file:////server/t",
            "ftp://a/b",
            "//server/x",
        ] {
            assert!(!is_local(remote), "{remote}");
        }
    }
}
