//! XML as events, under a limit of depth and without document types.

use crate::evidence::finding;
use karat_types::Finding;
use quick_xml::XmlVersion;
use quick_xml::events::{BytesStart, Event};
use quick_xml::reader::Reader;
use serde_json::json;

/// Elements inside each other at most.
const MAX_DEPTH: usize = 256;

/// What a part says next; names are without their prefix.
pub(super) enum Said<'a> {
    Open(&'a str, &'a BytesStart<'a>),
    Close(&'a str),
    Text(&'a str),
}

/// Walks a part and hands over what it says; an empty element is opened and closed.
pub(super) fn walk(name: &str, content: &[u8], each: &mut dyn FnMut(Said<'_>)) -> Result<(), Box<Finding>> {
    let text = utf8(content);
    let bad = |why: String| Box::new(super::super::broken("DOCX", &format!("part {name}: {why}")));
    let text = text.ok_or_else(|| bad("it is neither UTF-8 nor UTF-16".into()))?;
    let mut reader = Reader::from_str(&text);
    reader.config_mut().check_end_names = true;
    let mut depth = 0_usize;
    loop {
        match reader.read_event().map_err(|error| bad(error.to_string()))? {
            Event::Eof if depth > 0 => return Err(bad("it ends in the middle".into())),
            Event::Eof => return Ok(()),
            Event::Start(start) => {
                depth += 1;
                if depth > MAX_DEPTH {
                    let message = format!("Part {name} has elements more than {MAX_DEPTH} deep.");
                    return Err(Box::new(finding("too_complex", json!(depth), json!(MAX_DEPTH), message)));
                }
                each(Said::Open(local(&start), &start));
            }
            Event::Empty(start) => {
                each(Said::Open(local(&start), &start));
                each(Said::Close(local(&start)));
            }
            Event::End(end) => {
                depth = depth.saturating_sub(1);
                each(Said::Close(end.local_name().into_inner()));
            }
            Event::Text(words) => each(Said::Text(&words.xml_content(XmlVersion::Implicit1_0))),
            Event::CData(words) => each(Said::Text(&words.xml_content(XmlVersion::Implicit1_0))),
            Event::GeneralRef(reference) => {
                let named = match reference.resolve_char_ref() {
                    Ok(Some(c)) => Some(c),
                    Ok(None) => predefined(&reference.xml_content(XmlVersion::Implicit1_0)),
                    Err(error) => return Err(bad(error.to_string())),
                };
                let Some(c) = named else { return Err(bad("an entity without a meaning".into())) };
                each(Said::Text(c.encode_utf8(&mut [0; 4])));
            }
            Event::DocType(_) => return Err(Box::new(dtd(name))),
            Event::Comment(_) | Event::Decl(_) | Event::PI(_) => {}
        }
    }
}

fn local<'a>(start: &'a BytesStart<'_>) -> &'a str {
    start.local_name().into_inner()
}

fn predefined(name: &str) -> Option<char> {
    Some(match name {
        "lt" => '<',
        "gt" => '>',
        "amp" => '&',
        "apos" => '\'',
        "quot" => '"',
        _ => return None,
    })
}

/// The finding on a document type.
pub(super) fn dtd(part: &str) -> Finding {
    let message = format!("Part {part} declares a DTD.");
    finding("xml_dtd", json!(part), json!("none"), message)
}

/// The text of a part; parts are UTF-8 or UTF-16.
fn utf8(content: &[u8]) -> Option<std::borrow::Cow<'_, str>> {
    match content {
        [0xff, 0xfe, rest @ ..] => {
            encoding_rs::UTF_16LE.decode_without_bom_handling_and_without_replacement(rest)
        }
        [0xfe, 0xff, rest @ ..] => {
            encoding_rs::UTF_16BE.decode_without_bom_handling_and_without_replacement(rest)
        }
        [0xef, 0xbb, 0xbf, rest @ ..] => std::str::from_utf8(rest).ok().map(Into::into),
        _ => std::str::from_utf8(content).ok().map(Into::into),
    }
}

/// An attribute by its name without prefix.
pub(super) fn attribute(start: &BytesStart<'_>, name: &str) -> Option<String> {
    start.attributes().with_checks(false).flatten().find_map(|a| {
        (a.key.local_name().into_inner() == name)
            .then(|| a.normalized_value(XmlVersion::Implicit1_0).ok().map(std::borrow::Cow::into_owned))?
    })
}

/// A switch such as `<w:vanish/>`: on, unless its value says no.
pub(super) fn is_on(start: &BytesStart<'_>) -> bool {
    !attribute(start, "val").is_some_and(|v| matches!(v.as_str(), "0" | "false" | "off" | "none"))
}
