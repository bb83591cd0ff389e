//! A7: fields of a DOCX that run a program or fetch a text when they are brought up to date.

use super::xml::{self, Said, attribute};
use crate::document::network;
use crate::document::records::shape::brief;
use crate::evidence::finding;
use karat_types::Finding;
use serde_json::json;

/// Fields that start a program.
const RUN: [&str; 2] = ["DDE", "DDEAUTO"];
/// Fields that fetch what they name; harmless when it is a file of the author's own.
const FETCH: [&str; 5] = ["INCLUDETEXT", "INCLUDE", "IMPORT", "LINK", "DATABASE"];
/// Fields whose target may be a page of the web, but no share of another machine.
const LEAD: [&str; 2] = ["HYPERLINK", "INCLUDEPICTURE"];

/// The fields of a part. Their instruction stands in one attribute, or in pieces between the
/// beginning of a field and its separator.
pub(super) fn check(part: &str, content: &[u8]) -> Vec<Finding> {
    let mut findings = Vec::new();
    let (mut open, mut inside): (Vec<String>, bool) = (Vec::new(), false);
    // A damaged part is reported where its text is read.
    let _reported_elsewhere = xml::walk(part, content, &mut |said| match said {
        Said::Open("fldSimple", start) => {
            findings.extend(attribute(start, "instr").and_then(|instruction| judge(&instruction)));
        }
        Said::Open("fldChar", start) => match attribute(start, "fldCharType").as_deref() {
            Some("begin") => open.push(String::new()),
            _ => findings.extend(open.pop().and_then(|instruction| judge(&instruction))),
        },
        Said::Open("instrText", _) => inside = true,
        Said::Close("instrText") => inside = false,
        Said::Text(words) if inside => {
            if let Some(instruction) = open.last_mut() {
                instruction.push_str(words);
            }
        }
        _ => {}
    });
    findings
}

fn judge(instruction: &str) -> Option<Finding> {
    let name = instruction.split_whitespace().next()?.to_ascii_uppercase();
    let remote = instruction.contains("://") || instruction.contains("\\\\");
    let name = name.as_str();
    let share = || instruction.split_whitespace().any(|word| network::is_share(word.trim_matches('"')));
    if !(RUN.contains(&name) || remote && FETCH.contains(&name) || LEAD.contains(&name) && share()) {
        return None;
    }
    let shown = brief(instruction.trim());
    let message = format!("A field of the document runs or fetches something: {shown}.");
    Some(finding("docx_external_content", json!(shown), json!("none"), message))
}

#[cfg(test)]
mod tests {
    use super::check;

    fn found(body: &str) -> usize {
        let part = format!("<w:document xmlns:w=\"w\">{body}</w:document>");
        check("word/document.xml", part.as_bytes()).len()
    }

    fn pieces(words: &[&str]) -> String {
        let texts: String =
            words.iter().map(|w| format!("<w:r><w:instrText>{w}</w:instrText></w:r>")).collect();
        format!("<w:fldChar w:fldCharType=\"begin\"/>{texts}<w:fldChar w:fldCharType=\"end\"/>")
    }

    #[test]
    fn programs_and_texts_from_elsewhere_are_found_however_they_are_written() {
        assert_eq!(found(&pieces(&["DD", "EAUTO c:\\\\windows\\\\system32\\\\cmd.exe \"/k calc\""])), 1);
        assert_eq!(found("<w:fldSimple w:instr=\" dde excel \"/>"), 1);
        assert_eq!(found(&pieces(&["INCLUDETEXT \"http://evil.example/a.docx\""])), 1);
        assert_eq!(found(&pieces(&["LINK Excel.Sheet.12 \\\\server\\a.xlsx"])), 1);
        assert_eq!(found(&pieces(&["HYPERLINK \"\\\\\\\\server\\\\a\""])), 1);
        assert_eq!(found(&pieces(&["HYPERLINK \"file://server/a\""])), 1);
        assert_eq!(found(&pieces(&["INCLUDEPICTURE \"\\\\\\\\server\\\\a.png\" \\d"])), 1);
        let inner = pieces(&["DDE cmd"]);
        let nested = format!(
            "<w:fldChar w:fldCharType=\"begin\"/>{inner}<w:instrText>PAGE</w:instrText><w:fldChar w:fldCharType=\"separate\"/><w:fldChar w:fldCharType=\"end\"/>"
        );
        assert_eq!(found(&nested), 1);
    }

    #[test]
    fn what_every_document_has_is_no_danger() {
        for honest in [
            "PAGE",
            "TOC \\o \"1-3\" \\h",
            "HYPERLINK \"https://example.org\"",
            "HYPERLINK \\l \"chapter\" \\o \"C:\\\\a\"",
            "DATE \\@ \"d MMMM\"",
            "INCLUDEPICTURE \"https://example.org/a.png\" \\d",
            "INCLUDETEXT \"chapter1.docx\"",
            "REF _Ref1 \\h",
            "",
        ] {
            assert_eq!(found(&pieces(&[honest])), 0, "{honest}");
        }
    }
}
