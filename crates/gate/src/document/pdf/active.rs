//! A7 for PDF: what runs, opens, plays or hides something. Links that a reader clicks and
//! a page to open at are fine, shares of other machines aside.

use super::object::words;
use crate::document::network;
use crate::evidence::finding;
use karat_types::Finding;
use lopdf::{Dictionary, Document, Object, ObjectId};
use serde_json::json;

/// Addresses that are no places but programs.
const SCRIPTS: [&str; 2] = ["javascript:", "vbscript:"];
/// Keys under which actions and names of files say where they lead.
const TARGETS: [&[u8]; 6] = [b"URI", b"F", b"UF", b"DOS", b"Unix", b"Mac"];

/// Actions that do something by themselves; of others only some triggers are meant.
const RUNNING: [&[u8]; 9] = [
    b"Launch",
    b"SubmitForm",
    b"ImportData",
    b"Rendition",
    b"Movie",
    b"Sound",
    b"SetOCGState",
    b"Trans",
    b"GoTo3DView",
];
/// Those of them that only change how pages look.
const HARMLESS: [&[u8]; 3] = [b"SetOCGState", b"Trans", b"GoTo3DView"];
/// Findings of one kind that are listed.
const SHOWN: usize = 5;
/// Values inside one object that are looked at.
const MAX_VALUES: usize = 2_000_000;

/// Everything active in the document.
pub(super) fn check(document: &Document) -> Vec<Finding> {
    let mut out = Vec::new();
    let mut looked = 0;
    for (id, object) in &document.objects {
        let mut open = vec![object];
        while let Some(object) = open.pop() {
            looked += 1;
            if looked > MAX_VALUES {
                let message = format!("The PDF has more than {MAX_VALUES} values.");
                out.push(finding("too_complex", json!(looked), json!(MAX_VALUES), message));
                return out;
            }
            match object {
                Object::Array(list) => open.extend(list),
                Object::Dictionary(dict) => {
                    look(dict, *id, document, &mut out);
                    open.extend(dict.iter().map(|(_, value)| value));
                }
                Object::Stream(stream) => {
                    look(&stream.dict, *id, document, &mut out);
                    open.extend(stream.dict.iter().map(|(_, value)| value));
                }
                _ => {}
            }
        }
    }
    opening(document, &mut out);
    out
}

fn add(out: &mut Vec<Finding>, code: &str, id: ObjectId, what: &str) {
    if out.iter().filter(|f| f.code == code).count() < SHOWN {
        let message = format!("{what} (object {} {}).", id.0, id.1);
        out.push(finding(code, json!(format!("object {} {}", id.0, id.1)), json!("none"), message));
    }
}

fn named<'a>(dict: &'a Dictionary, key: &[u8], document: &'a Document) -> Option<&'a [u8]> {
    dict.get_deref(key, document).ok()?.as_name().ok()
}

fn look(dict: &Dictionary, id: ObjectId, document: &Document, out: &mut Vec<Finding>) {
    let kind = named(dict, b"Type", document);
    let subtype = named(dict, b"Subtype", document);
    match named(dict, b"S", document) {
        Some(b"JavaScript") => add(out, "pdf_javascript", id, "The PDF has a script"),
        Some(b"Rendition") if dict.has(b"JS") => add(out, "pdf_javascript", id, "The PDF has a script"),
        Some(action)
            if RUNNING.contains(&action)
                && !HARMLESS.contains(&action)
                && kind.is_none_or(|k| k == b"Action") =>
        {
            let name = String::from_utf8_lossy(action);
            // `S` stands for other things too, in structure trees above all.
            if action == b"Launch" || kind == Some(b"Action") || dict.has(b"F") || dict.has(b"R") {
                add(out, "pdf_action", id, &format!("The PDF has an action “{name}”"));
            }
        }
        _ => {}
    }
    let script_names = dict.get_deref(b"JavaScript", document).ok().and_then(|o| o.as_dict().ok());
    let listed = |tree: &Dictionary, key: &[u8]| {
        let list = tree.get_deref(key, document).ok().and_then(|o| o.as_array().ok());
        list.is_some_and(|list| !list.is_empty())
    };
    if script_names.is_some_and(|tree| listed(tree, b"Names") || listed(tree, b"Kids")) {
        add(out, "pdf_javascript", id, "The PDF lists scripts");
    }
    links(dict, id, document, out);
    let filled = |object: &Object| match document.dereference(object) {
        Ok((_, Object::Dictionary(files))) => !files.is_empty(),
        Ok((_, Object::Stream(_))) => true,
        _ => false,
    };
    if kind == Some(b"EmbeddedFile") || dict.get(b"EF").is_ok_and(filled) {
        add(out, "pdf_embedded_file", id, "The PDF carries a file");
    }
    if matches!(subtype, Some(b"RichMedia" | b"3D" | b"Movie" | b"Screen"))
        && kind.is_none_or(|k| k == b"Annot")
    {
        let name = String::from_utf8_lossy(subtype.unwrap_or_default()).into_owned();
        add(out, "pdf_rich_media", id, &format!("The PDF has {name}"));
    }
    if dict.get_deref(b"XFA", document).is_ok_and(|o| !matches!(o, Object::Null)) {
        add(out, "pdf_xfa", id, "The PDF has an XFA form");
    }
}

/// Where the actions and names of files in a dictionary lead.
fn links(dict: &Dictionary, id: ObjectId, document: &Document, out: &mut Vec<Finding>) {
    for key in TARGETS {
        let Ok(Object::String(target, _)) = dict.get_deref(key, document) else { continue };
        let target = words(target);
        let plain = network::plain(&target);
        if key == b"URI" && SCRIPTS.iter().any(|scheme| plain.starts_with(scheme)) {
            add(out, "pdf_javascript", id, "A link of the PDF is a script");
        }
        if network::is_share(&target) {
            let target = crate::document::records::shape::brief(&target);
            add(out, "pdf_action", id, &format!("The PDF leads to a share of another machine, “{target}”"));
        }
    }
}

/// What happens by itself when the document or a page is opened: going to a page is fine.
fn opening(document: &Document, out: &mut Vec<Finding>) {
    let Ok(catalog) = document.catalog() else { return };
    let mut actions: Vec<&Dictionary> = Vec::new();
    if let Ok(Object::Dictionary(action)) = catalog.get_deref(b"OpenAction", document) {
        actions.push(action);
    }
    for dict in document.objects.values().filter_map(|object| object.as_dict().ok()) {
        if let Ok(Object::Dictionary(more)) = dict.get_deref(b"AA", document) {
            let triggered = more.iter().filter_map(|(_, o)| document.dereference(o).ok()?.1.as_dict().ok());
            actions.extend(triggered);
        }
    }
    for action in actions {
        if let Some(kind @ (b"URI" | b"GoToR" | b"GoToE")) = named(action, b"S", document) {
            let name = String::from_utf8_lossy(kind).into_owned();
            let root = document.trailer.get(b"Root").and_then(Object::as_reference).unwrap_or((0, 0));
            add(out, "pdf_action", root, &format!("The PDF runs “{name}” when it is opened"));
        }
    }
}
