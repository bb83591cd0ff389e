//! The pages of a document, in order, without recursion and each once.

use super::content::{self, Shown, Walker};
use super::object::{Objects, number};
use crate::document::broken;
use crate::evidence::finding;
use karat_types::Finding;
use lopdf::{Dictionary, Object, ObjectId, Stream};
use serde_json::json;
use std::collections::HashSet;

/// Pages at most, and nodes of the tree above them.
const MAX_PAGES: usize = 5000;
const MAX_NODES: usize = 50_000;
/// Streams of one page at most.
const MAX_STREAMS: usize = 2000;
/// Layers of a document at most.
const MAX_LAYERS: usize = 10_000;

/// A page with what it inherits.
#[derive(Clone, Copy)]
struct Node<'a> {
    dict: &'a Dictionary,
    resources: Option<&'a Dictionary>,
    frame: Option<&'a Object>,
    crop: Option<&'a Object>,
    rotate: i64,
}

/// What all pages show.
pub(super) fn walk(objects: &mut Objects<'_>) -> Result<Vec<Shown>, Box<Finding>> {
    let pages = pages(objects)?;
    if pages.is_empty() {
        return Err(Box::new(broken("PDF", "it has no page")));
    }
    let mut walker = Walker::default();
    walker.layers_off = layers_off(objects);
    let mut out = Vec::with_capacity(pages.len());
    for page in pages {
        out.push(show(&mut walker, objects, page));
        if let Some((what, found, most)) = walker.beyond {
            let message = format!("{what}: {found} found until page {}, {most} allowed.", out.len());
            return Err(Box::new(finding("too_complex", json!(found), json!(most), message)));
        }
    }
    Ok(out)
}

fn show<'d>(walker: &mut Walker, objects: &mut Objects<'d>, page: Node<'d>) -> Shown {
    let list = |object: Option<&'d Object>| match object.map(|o| objects.follow(o)) {
        Some(Object::Array(list)) => list.iter().map(|o| objects.follow(o).clone()).collect::<Vec<_>>(),
        _ => Vec::new(),
    };
    let letter = [0, 0, 612, 792].map(Object::Integer);
    let sheet = list(page.frame);
    let base = [seen(&list(page.crop), &sheet), sheet.clone(), letter.to_vec()]
        .iter()
        .find_map(|frame| content::base(frame, page.rotate));
    let Some((base, size)) = base else { return Shown::default() };
    let Some(resources) = page.resources else { return Shown { size, ..Shown::default() } };
    let streams = streams(objects, page.dict);
    let sides: Vec<f64> = sheet.iter().filter_map(number).collect();
    let sheet = match sides[..] {
        [a, b, c, d] => base.area(a, b, c, d),
        _ => [0.0, 0.0, size.0, size.1],
    };
    walker.page(objects, resources, &streams, base, (size, sheet))
}

/// What of a crop box lies on the sheet: readers show nothing beyond its edges.
fn seen(crop: &[Object], sheet: &[Object]) -> Vec<Object> {
    let sides = |frame: &[Object]| -> Option<[f64; 4]> {
        let [a, b, c, d] = frame.iter().filter_map(number).collect::<Vec<_>>()[..] else { return None };
        Some([a.min(c), b.min(d), a.max(c), b.max(d)])
    };
    let (Some(crop), Some(sheet)) = (sides(crop), sides(sheet)) else { return crop.to_vec() };
    let [left, low] = [crop[0].max(sheet[0]), crop[1].max(sheet[1])];
    let [right, high] = [crop[2].min(sheet[2]), crop[3].min(sheet[3])];
    if left >= right || low >= high {
        return Vec::new();
    }
    [left, low, right, high].map(|side| Object::Real(side as f32)).to_vec()
}

/// Layers that are switched off when the document is opened.
fn layers_off(objects: &Objects<'_>) -> HashSet<ObjectId> {
    let layers = objects.document.catalog().ok().and_then(|catalog| objects.below(catalog, b"OCProperties"));
    let default = layers.and_then(|layers| objects.below(layers, b"D"));
    let (Some(layers), Some(default)) = (layers, default) else { return HashSet::new() };
    let ids = |dict: &Dictionary, key: &[u8]| -> HashSet<ObjectId> {
        let list = objects.array(dict, key).unwrap_or_default();
        list.iter().take(MAX_LAYERS).filter_map(|o| o.as_reference().ok()).collect()
    };
    let mut off = ids(default, b"OFF");
    if objects.name(default, b"BaseState").as_deref() == Some(b"OFF") {
        let on = ids(default, b"ON");
        off.extend(ids(layers, b"OCGs").difference(&on));
    }
    off
}

fn streams<'d>(objects: &Objects<'d>, page: &'d Dictionary) -> Vec<&'d Stream> {
    let Ok(contents) = page.get(b"Contents") else { return Vec::new() };
    match objects.follow(contents) {
        Object::Stream(stream) => vec![stream],
        Object::Array(list) => {
            let streams = list.iter().take(MAX_STREAMS).map(|o| objects.follow(o));
            streams.filter_map(|o| o.as_stream().ok()).collect()
        }
        _ => Vec::new(),
    }
}

/// The leaves of the tree of pages, in order.
fn pages<'d>(objects: &Objects<'d>) -> Result<Vec<Node<'d>>, Box<Finding>> {
    let document = objects.document;
    let catalog = document.catalog().map_err(|_| Box::new(broken("PDF", "it has no catalogue")))?;
    let Some(root) = objects.below(catalog, b"Pages") else {
        return Err(Box::new(broken("PDF", "it has no tree of pages")));
    };
    let start = Node { dict: root, resources: None, frame: None, crop: None, rotate: 0 };
    let mut open = vec![inherit(objects, start, root)];
    let mut seen: HashSet<ObjectId> = HashSet::new();
    let mut out = Vec::new();
    let mut nodes = 0;
    while let Some(node) = open.pop() {
        nodes += 1;
        if out.len() > MAX_PAGES || nodes > MAX_NODES {
            let (found, most) =
                if out.len() > MAX_PAGES { (out.len(), MAX_PAGES) } else { (nodes, MAX_NODES) };
            let message = format!("More than {most} pages.");
            return Err(Box::new(finding("too_complex", json!(found), json!(most), message)));
        }
        let kids = node.dict.get(b"Kids").ok().map(|kids| objects.follow(kids));
        let Some(Object::Array(kids)) = kids else {
            out.push(node);
            continue;
        };
        for kid in kids.iter().rev().take(MAX_NODES) {
            // A node that stands twice in the tree is a loop or a copy.
            if let Ok(id) = kid.as_reference()
                && !seen.insert(id)
            {
                continue;
            }
            if let Object::Dictionary(dict) = objects.follow(kid) {
                open.push(inherit(objects, node, dict));
            }
        }
    }
    Ok(out)
}

fn inherit<'d>(objects: &Objects<'d>, above: Node<'d>, dict: &'d Dictionary) -> Node<'d> {
    Node {
        dict,
        resources: objects.below(dict, b"Resources").or(above.resources),
        frame: dict.get(b"MediaBox").ok().or(above.frame),
        crop: dict.get(b"CropBox").ok().or(above.crop),
        rotate: dict
            .get(b"Rotate")
            .ok()
            .and_then(|o| objects.follow(o).as_i64().ok())
            .unwrap_or(above.rotate),
    }
}
