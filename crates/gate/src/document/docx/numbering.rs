//! Lists: which mark stands before a paragraph.

use super::xml::{self, Said, attribute};
use std::collections::HashMap;

/// Levels of a list.
const LEVELS: usize = 9;

#[derive(Clone, Debug)]
struct Level {
    numbered: bool,
    silent: bool,
    start: u64,
}

const BULLET: Level = Level { numbered: false, silent: false, start: 1 };

/// All lists, and how far each was counted.
#[derive(Default)]
pub(super) struct Numbering {
    lists: HashMap<String, Vec<Level>>,
    abstract_of: HashMap<String, String>,
    /// Where a list begins anew although others of its kind were counted before it.
    restarts: HashMap<String, [Option<u64>; LEVELS]>,
    /// By kind: lists of one kind go on counting.
    counted: HashMap<String, [Option<u64>; LEVELS]>,
}

impl Numbering {
    /// Reads the part of lists; a damaged one gives what was read until then.
    pub(super) fn read(content: &[u8]) -> Self {
        let mut out = Self::default();
        let (mut list, mut number) = (None::<String>, None::<String>);
        let mut at = 0;
        let _partly_read_is_enough = xml::walk("numbering", content, &mut |said| {
            let Said::Open(name, start) = said else { return };
            let value = || attribute(start, "val").unwrap_or_default();
            match name {
                "abstractNum" => {
                    list = attribute(start, "abstractNumId");
                    number = None;
                }
                "num" => {
                    number = attribute(start, "numId");
                    list = None;
                }
                "abstractNumId" => {
                    if let Some(number) = &number {
                        out.abstract_of.insert(number.clone(), value());
                    }
                }
                "lvlOverride" | "lvl" => {
                    at = attribute(start, "ilvl").and_then(|n| n.parse().ok()).unwrap_or(0).min(LEVELS - 1)
                }
                "startOverride" => {
                    let Some(number) = &number else { return };
                    let levels = out.restarts.entry(number.clone()).or_default();
                    if let Some(level) = levels.get_mut(at) {
                        *level = Some(value().parse().unwrap_or(1));
                    }
                }
                "numFmt" | "start" => {
                    let Some(list) = &list else { return };
                    let levels = out.lists.entry(list.clone()).or_insert_with(|| vec![BULLET; LEVELS]);
                    let Some(level) = levels.get_mut(at) else { return };
                    if name == "start" {
                        level.start = value().parse().unwrap_or(1);
                    } else {
                        level.silent = value() == "none";
                        level.numbered = value() != "bullet" && !level.silent;
                    }
                }
                _ => {}
            }
        });
        out
    }

    /// What stands before the next paragraph of this list at this level.
    pub(super) fn mark(&mut self, id: &str, level: u8) -> Option<String> {
        // 0 takes a paragraph out of the list of its style.
        if id == "0" {
            return None;
        }
        let level = usize::from(level).min(LEVELS - 1);
        let list = self.abstract_of.get(id).cloned().unwrap_or_default();
        let kind = self.lists.get(&list).and_then(|levels| levels.get(level)).cloned().unwrap_or(BULLET);
        let counted = self.counted.entry(if list.is_empty() { id.to_owned() } else { list }).or_default();
        for deeper in &mut counted[level + 1..] {
            *deeper = None;
        }
        if let Some(start) = self.restarts.get_mut(id).and_then(|levels| levels[level].take()) {
            counted[level] = start.checked_sub(1);
        }
        let number = counted[level].map_or(kind.start, |n| n.saturating_add(1));
        counted[level] = Some(number);
        let indent = "  ".repeat(level);
        Some(match kind {
            Level { silent: true, .. } => indent,
            Level { numbered: true, .. } => format!("{indent}{number}. "),
            _ => format!("{indent}- "),
        })
    }
}
