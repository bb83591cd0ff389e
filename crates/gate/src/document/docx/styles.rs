//! What the styles of a DOCX say that matters for its text: headings, lists, hidden text,
//! colours.

use super::colour::{Ground, Ink, Theme, marker};
use super::xml::{self, Said, attribute, is_on};
use std::collections::HashMap;

/// Styles that build on each other at most.
const MAX_CHAIN: usize = 16;

#[derive(Clone, Debug, Default)]
struct Style {
    parent: Option<String>,
    heading: Option<u8>,
    hidden: Option<bool>,
    list: Option<(String, u8)>,
    ink: Option<Ink>,
    /// Behind its letters, and behind its paragraphs.
    letters: Option<Ground>,
    paragraph: Option<Ground>,
}

/// All styles by their id.
#[derive(Default)]
pub(super) struct Styles {
    by_id: HashMap<String, Style>,
    /// What holds where no style says otherwise.
    ink: Option<Ink>,
    /// The style of paragraphs that name none.
    usual: Option<String>,
}

impl Styles {
    /// Reads the part of styles; a damaged one gives what was read until then.
    pub(super) fn read(content: &[u8], theme: Theme) -> Self {
        let mut out = Self::default();
        let (mut id, mut style) = (None::<String>, Style::default());
        let mut level = 0;
        let (mut of_letters, mut bands) = (false, false);
        let _partly_read_is_enough = xml::walk("styles", content, &mut |said| match said {
            Said::Open("style", start) => {
                id = attribute(start, "styleId");
                style = Style::default();
                level = 0;
                let kind = attribute(start, "type").unwrap_or_default();
                bands = kind == "table";
                if kind == "paragraph"
                    && attribute(start, "default").is_some_and(|on| on == "1" || on == "true")
                {
                    out.usual.clone_from(&id);
                }
            }
            Said::Open(name, start) if id.is_some() => {
                let value = || attribute(start, "val").unwrap_or_default();
                match name {
                    "name" => style.heading = style.heading.or(heading_name(&value())),
                    "basedOn" => style.parent = Some(value()),
                    "outlineLvl" => {
                        style.heading = value().parse().ok().filter(|n| *n < 6).map(|n: u8| n + 1)
                    }
                    "rPr" => of_letters = true,
                    "color" => style.ink = Some(theme.ink(start)),
                    "highlight" => style.letters = marker(start),
                    // Which cells a table's style shades depends on their place.
                    "shd" if bands => {
                        style.paragraph = style.paragraph.or(theme.shading(start).map(|_| Ground::Unknown));
                    }
                    "shd" if of_letters => style.letters = theme.shading(start),
                    "shd" => style.paragraph = theme.shading(start),
                    "vanish" => style.hidden = Some(is_on(start)),
                    "ilvl" => level = value().parse().unwrap_or(0),
                    "numId" => style.list = Some((value(), level)),
                    _ => {}
                }
            }
            Said::Open("color", start) => out.ink = Some(theme.ink(start)),
            Said::Close("rPr") => of_letters = false,
            Said::Close("style") => {
                if let Some(id) = id.take() {
                    out.by_id.insert(id, std::mem::take(&mut style));
                }
            }
            _ => {}
        });
        out
    }

    fn find<T>(&self, id: Option<&str>, get: impl Fn(&Style) -> Option<T>) -> Option<T> {
        let mut style = self.by_id.get(id?)?;
        for _ in 0..MAX_CHAIN {
            if let Some(found) = get(style) {
                return Some(found);
            }
            style = self.by_id.get(style.parent.as_deref()?)?;
        }
        None
    }

    /// The level of a heading, 1–6.
    pub(super) fn heading(&self, id: Option<&str>) -> Option<u8> {
        self.find(id, |style| style.heading)
    }

    pub(super) fn is_hidden(&self, id: Option<&str>) -> bool {
        self.find(id, |style| style.hidden).unwrap_or(false)
    }

    /// The colour of letters of a style of theirs, in a paragraph of another.
    pub(super) fn ink(&self, letters: Option<&str>, paragraph: Option<&str>) -> Option<Ink> {
        let of = |id| self.find(id, |style| style.ink);
        of(letters).or_else(|| of(paragraph.or(self.usual.as_deref()))).or(self.ink)
    }

    /// What these styles put behind letters.
    pub(super) fn behind(&self, letters: Option<&str>, paragraph: Option<&str>) -> Option<Ground> {
        let of = |id| self.find(id, |style| style.letters);
        of(letters).or_else(|| of(paragraph.or(self.usual.as_deref())))
    }

    /// What a style puts behind its paragraphs or the cells of its tables.
    pub(super) fn shading(&self, id: Option<&str>) -> Option<Ground> {
        self.find(id.or(self.usual.as_deref()), |style| style.paragraph)
    }

    /// The list a style belongs to and its level there.
    pub(super) fn list(&self, id: Option<&str>) -> Option<(String, u8)> {
        self.find(id, |style| style.list.clone())
    }
}

/// `heading 2` is 2, whatever the language of the program; a title is 1.
fn heading_name(name: &str) -> Option<u8> {
    let name = name.to_ascii_lowercase();
    if name == "title" {
        return Some(1);
    }
    name.strip_prefix("heading ")?.trim().parse().ok().filter(|n| (1..=6).contains(n))
}
