//! The body of a DOCX as Markdown, paragraph by paragraph.
//!
//! Deleted text of tracked changes, comments, field codes, headers and footers are left
//! out; inserted text stays. Hidden text is left out and reported.

use super::active;
use super::archive::Archive;
use super::colour::{Ground, Grounds, Ink, Theme, hex, marker, unseen};
use super::numbering::Numbering;
use super::styles::Styles;
use super::table::Table;
use super::unseen::Unseen;
use super::xml::{self, Said, attribute, is_on};
use crate::document::pdf::symbol_letter;
use crate::document::{Extract, Place, Span};
use karat_types::Finding;
use quick_xml::events::BytesStart;
use std::borrow::Cow;
use std::collections::BTreeMap;

/// What was read.
pub(super) struct Body {
    pub(super) extract: Extract,
    pub(super) hidden: Option<Finding>,
    pub(super) images: u64,
    /// Area under images, thousandths of a page.
    pub(super) image_area: u64,
}

/// Area of a page in square EMU when the document does not say: A4, 914,400 to the inch.
const PAGE_AREA: u128 = 7_560_000 * 10_692_000;
/// EMU in a twentieth of a point.
const EMU_PER_TWIP: u128 = 635;
/// Size of letters, in half points, that nobody can read.
const TINY: u32 = 2;

/// Elements whose content is no text of the document.
const SKIPPED: &[&str] = &[
    "del",
    "moveFrom",
    "delText",
    "instrText",
    "delInstrText",
    "rt",
    "sectPrChange",
    "pPrChange",
    "rPrChange",
    "tblPrChange",
    "tcPrChange",
    "trPrChange",
    "numberingChange",
    "binData",
    "posOffset",
    "fldData",
    "annotation",
    "pctWidth",
    "pctHeight",
    "docPartObj",
    "placeholder",
];

/// A finished paragraph or line of a table.
struct Block {
    paragraph: u32,
    text: String,
    /// Joined to the block before it without a blank line.
    tight: bool,
}

/// A paragraph while it is read.
#[derive(Default)]
struct Paragraph {
    number: u32,
    text: String,
    style: Option<String>,
    list: Option<(String, u8)>,
    level: u8,
    outline: Option<u8>,
    /// Text boxes that hang on it; they follow it.
    after: Vec<Block>,
    /// It is one big letter, the first of the next paragraph.
    drop_cap: bool,
    shading: Option<Ground>,
    /// Runs that were open around it.
    runs: usize,
}

/// A run while it is read: how its letters look.
#[derive(Default)]
struct Run {
    hidden: Option<bool>,
    tiny: bool,
    style: Option<String>,
    ink: Option<Ink>,
    shading: Option<Ground>,
    /// Drawn over the shading.
    marker: Option<Ground>,
}

/// Whose properties are read.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Owner {
    Nothing,
    Run,
    /// The sign at a paragraph's end.
    Mark,
    Paragraph,
    Table,
    /// A row of a table, where it differs from its table.
    Row,
    Cell,
}

/// Where finished blocks go.
enum Sink {
    Body(Vec<Block>),
    Cell(Vec<Block>),
    Frame(Vec<Block>),
}

impl Sink {
    fn blocks(&mut self) -> &mut Vec<Block> {
        match self {
            Self::Body(blocks) | Self::Cell(blocks) | Self::Frame(blocks) => blocks,
        }
    }
}

/// The body with its notes.
pub(super) fn read(archive: &Archive, main: &str) -> Result<Body, Box<Finding>> {
    let (folder, file) = main.rsplit_once('/').unwrap_or(("", main));
    let listed = format!("{folder}/_rels/{file}.rels");
    let relations = active::relations(archive.part(&listed).unwrap_or_default());
    // By the list of the document's parts, or where every program puts them.
    let part = |kind: &str| {
        let named = relations.iter().find(|r| !r.external && r.kind.rsplit('/').next() == Some(kind));
        let named = named.map(|r| {
            if r.target.starts_with('/') { r.target.clone() } else { format!("{folder}/{}", r.target) }
        });
        let named = named.and_then(|name| archive.part(&name));
        named.or_else(|| archive.part(&format!("{folder}/{kind}.xml"))).unwrap_or_default()
    };
    let theme = Theme::read(part("theme"));
    let mut reader =
        Reader::new(theme, Styles::read(part("styles"), theme), Numbering::read(part("numbering")));
    reader.has_paper = crate::document::find(part("settings"), b"displayBackgroundShape").is_some();
    for (kind, name) in [("", "footnotes"), ("e", "endnotes")] {
        reader.note_kind = kind;
        let content = part(name);
        if !content.is_empty() {
            xml::walk(name, content, &mut |said| reader.take(&said))?;
        }
        reader.sinks = vec![Sink::Body(Vec::new())];
    }
    reader.note_kind = "";
    reader.number = 0;
    xml::walk(main, archive.part(main).unwrap_or_default(), &mut |said| reader.take(&said))?;
    Ok(reader.end())
}

struct Reader {
    theme: Theme,
    styles: Styles,
    numbering: Numbering,
    sinks: Vec<Sink>,
    tables: Vec<Table>,
    paragraphs: Vec<Paragraph>,
    runs: Vec<Run>,
    notes: BTreeMap<String, String>,
    used_notes: Vec<(u32, String)>,
    note_kind: &'static str,
    note: Option<String>,
    number: u32,
    /// Elements that are open, and the depth at which skipping began.
    depth: usize,
    skipped: Option<usize>,
    /// Depth of alternatives whose first choice was read.
    chosen: Vec<usize>,
    in_text: usize,
    owner: Owner,
    grounds: Grounds,
    /// Whether pages are drawn in the colour the document names.
    has_paper: bool,
    /// The first letter of the next paragraph.
    drop_cap: String,
    unseen: Unseen,
    images: u64,
    image_area: u128,
    page_area: Option<u128>,
    inline_area: Option<u128>,
}

impl Reader {
    fn new(theme: Theme, styles: Styles, numbering: Numbering) -> Self {
        Self {
            theme,
            styles,
            numbering,
            sinks: vec![Sink::Body(Vec::new())],
            tables: Vec::new(),
            paragraphs: Vec::new(),
            runs: Vec::new(),
            notes: BTreeMap::new(),
            used_notes: Vec::new(),
            note_kind: "",
            note: None,
            number: 0,
            depth: 0,
            skipped: None,
            chosen: Vec::new(),
            in_text: 0,
            owner: Owner::Nothing,
            grounds: Grounds::new(),
            has_paper: false,
            drop_cap: String::new(),
            unseen: Unseen::default(),
            images: 0,
            image_area: 0,
            page_area: None,
            inline_area: None,
        }
    }

    fn take(&mut self, said: &Said<'_>) {
        match said {
            Said::Open(name, start) => {
                self.depth += 1;
                if self.skipped.is_none() {
                    if self.is_skipped(name, start) {
                        self.skipped = Some(self.depth);
                    } else {
                        self.open(name, start);
                    }
                }
            }
            Said::Close(name) => {
                if self.skipped.is_none() {
                    self.close(name);
                } else if self.skipped == Some(self.depth) {
                    self.skipped = None;
                }
                self.depth = self.depth.saturating_sub(1);
            }
            Said::Text(text) if self.skipped.is_none() && self.in_text > 0 => self.text(text),
            Said::Text(_) => {}
        }
    }

    /// Of alternatives the first that is there; separators between notes are no notes.
    fn is_skipped(&mut self, name: &str, start: &BytesStart<'_>) -> bool {
        match name {
            "Choice" => {
                let again = self.chosen.last() == Some(&self.depth);
                if !again {
                    self.chosen.push(self.depth);
                }
                again
            }
            "Fallback" => self.chosen.last() == Some(&self.depth),
            "footnote" | "endnote" => {
                attribute(start, "type").is_some_and(|kind| kind.to_ascii_lowercase().contains("separator"))
            }
            _ => SKIPPED.contains(&name),
        }
    }

    fn open(&mut self, name: &str, start: &BytesStart<'_>) {
        match name {
            "p" => {
                self.number += 1;
                let (number, runs) = (self.number, self.runs.len());
                self.paragraphs.push(Paragraph { number, runs, ..Paragraph::default() });
            }
            "r" => self.runs.push(Run::default()),
            "t" => self.in_text += 1,
            "tab" if !self.runs.is_empty() => self.text("\t"),
            "ptab" => self.text("\t"),
            "br" | "cr" if !self.runs.is_empty() => self.text("\n"),
            "noBreakHyphen" => self.text("-"),
            "sym" => self.symbol(start),
            "rPr" | "pPr" | "tblPr" | "tblPrEx" | "tcPr" => self.owner = self.owner_of(name),
            "tbl" => {
                self.grounds.enter(None);
                self.tables.push(Table::default());
            }
            "tr" => {
                if let Some(table) = self.tables.last_mut() {
                    table.open_row();
                }
            }
            "tc" => {
                self.grounds.enter(None);
                self.sinks.push(Sink::Cell(Vec::new()));
            }
            "txbxContent" => {
                self.grounds.enter(Some(Ground::Unknown));
                self.sinks.push(Sink::Frame(Vec::new()));
            }
            "footnote" | "endnote" => {
                let id = attribute(start, "id").unwrap_or_default();
                self.note = Some(format!("{}{id}", self.note_kind));
                self.sinks = vec![Sink::Body(Vec::new())];
            }
            "footnoteReference" => self.refer("", start),
            "endnoteReference" => self.refer("e", start),
            "extent" | "ext" => self.extent(start),
            "blip" | "imagedata" => {
                self.images += 1;
                self.image_area += self.inline_area.take().unwrap_or(0);
            }
            "pgSz" => self.page_size(start),
            "background" if self.has_paper => {
                if let Some(colour) = attribute(start, "color").and_then(|value| hex(&value)) {
                    self.grounds.paper(colour);
                }
            }
            _ => self.property(name, start),
        }
    }

    /// Whose properties begin with an element.
    fn owner_of(&self, name: &str) -> Owner {
        let around = self.paragraphs.last().map_or(0, |p| p.runs);
        match name {
            "rPr" if self.runs.len() > around => Owner::Run,
            "rPr" => Owner::Mark,
            "tblPr" => Owner::Table,
            "tblPrEx" => Owner::Row,
            "tcPr" => Owner::Cell,
            _ => Owner::Paragraph,
        }
    }

    /// Properties of what is open.
    fn property(&mut self, name: &str, start: &BytesStart<'_>) {
        let value = || attribute(start, "val").unwrap_or_default();
        match (self.owner, name) {
            (Owner::Run, _) => return self.run_property(name, start),
            (Owner::Mark, _) => return,
            (Owner::Table, "tblStyle") => return self.grounds.paint(self.styles.shading(Some(&value()))),
            (Owner::Table | Owner::Cell, "shd") => return self.grounds.paint(self.theme.shading(start)),
            (Owner::Row, "shd") => return self.grounds.paint(Some(Ground::Unknown)),
            _ => {}
        }
        let Some(paragraph) = self.paragraphs.last_mut() else { return };
        match name {
            "pStyle" => paragraph.style = Some(value()),
            "outlineLvl" => paragraph.outline = value().parse().ok().filter(|n: &u8| *n < 6).map(|n| n + 1),
            "ilvl" => paragraph.level = value().parse().unwrap_or(0),
            "numId" => paragraph.list = Some((value(), paragraph.level)),
            "shd" if self.owner == Owner::Paragraph => paragraph.shading = self.theme.shading(start),
            "framePr" => paragraph.drop_cap = attribute(start, "dropCap").is_some_and(|kind| kind != "none"),
            _ => {}
        }
    }

    fn run_property(&mut self, name: &str, start: &BytesStart<'_>) {
        let Some(run) = self.runs.last_mut() else { return };
        let value = || attribute(start, "val").unwrap_or_default();
        match name {
            "vanish" => run.hidden = Some(is_on(start)),
            "rStyle" => run.style = Some(value()),
            "sz" => run.tiny = value().parse().is_ok_and(|size: u32| size <= TINY),
            "color" => run.ink = Some(self.theme.ink(start)),
            "shd" => run.shading = self.theme.shading(start),
            "highlight" => run.marker = marker(start),
            _ => {}
        }
    }

    fn close(&mut self, name: &str) {
        match name {
            "p" => self.end_paragraph(),
            "r" => drop(self.runs.pop()),
            "t" => self.in_text = self.in_text.saturating_sub(1),
            "rPr" if self.owner == Owner::Mark => self.owner = Owner::Paragraph,
            "rPr" | "pPr" | "tblPr" | "tblPrEx" | "tcPr" => self.owner = Owner::Nothing,
            "tbl" => {
                self.grounds.leave();
                self.end_table();
            }
            "tc" => {
                self.grounds.leave();
                self.end_cell();
            }
            "txbxContent" => self.end_frame(),
            "footnote" | "endnote" => self.end_note(),
            "AlternateContent" => {
                let inside = self.depth + 1;
                self.chosen.retain(|&depth| depth != inside);
            }
            "pict" | "drawing" => self.inline_area = None,
            _ => {}
        }
    }

    fn text(&mut self, text: &str) {
        let way = self.way_hidden();
        let Some(paragraph) = self.paragraphs.last_mut() else { return };
        if let Some(way) = way {
            self.unseen.add(paragraph.number, text, &way);
            return;
        }
        paragraph
            .text
            .extend(text.chars().filter(|c| *c != '\u{ad}').map(|c| if c == '\u{a0}' { ' ' } else { c }));
    }

    /// Why letters that come now are not seen.
    fn way_hidden(&self) -> Option<Cow<'static, str>> {
        let paragraph = self.paragraphs.last()?;
        let (of_paragraph, run) = (paragraph.style.as_deref(), self.runs.last());
        let of_letters = run.and_then(|run| run.style.as_deref());
        let styles = &self.styles;
        let said = run.and_then(|run| run.hidden);
        if said.unwrap_or_else(|| styles.is_hidden(of_letters)) || styles.is_hidden(of_paragraph) {
            return Some("marked as hidden".into());
        }
        if run.is_some_and(|run| run.tiny) {
            return Some("not larger than one point".into());
        }
        let own = |get: fn(&Run) -> Option<Ground>| run.and_then(get);
        let ink = run.and_then(|run| run.ink).or_else(|| styles.ink(of_letters, of_paragraph))?;
        let ground = own(|run| run.marker)
            .or_else(|| own(|run| run.shading))
            .or_else(|| styles.behind(of_letters, of_paragraph))
            .or(paragraph.shading)
            .or_else(|| styles.shading(of_paragraph))
            .unwrap_or_else(|| self.grounds.seen());
        unseen(ink, ground).map(Cow::from)
    }

    /// A letter of a symbol font: Greek, signs of mathematics, arrows and bullets; the
    /// ornaments of others have no character.
    fn symbol(&mut self, start: &BytesStart<'_>) {
        let code = attribute(start, "char").and_then(|code| u32::from_str_radix(&code, 16).ok());
        let Some(code) = code.and_then(|code| u8::try_from(code & 0xff).ok()) else { return };
        let font = attribute(start, "font").unwrap_or_default();
        let known = match code {
            _ if font.eq_ignore_ascii_case("symbol") => symbol_letter(code),
            0xb7 | 0xa7 | 0x6c | 0x6e | 0x9f | 0x76 => Some('•'),
            0xe0 | 0xae | 0xd8 => Some('→'),
            0xdf => Some('←'),
            0xfc => Some('✓'),
            0xfb => Some('✗'),
            0xfe => Some('☑'),
            0xa8 | 0x6f => Some('☐'),
            0x4a => Some('☺'),
            _ => None,
        };
        if let Some(known) = known {
            self.text(known.encode_utf8(&mut [0; 4]));
        }
    }

    fn refer(&mut self, kind: &str, start: &BytesStart<'_>) {
        let id = format!("{kind}{}", attribute(start, "id").unwrap_or_default());
        if self.notes.contains_key(&id) {
            self.used_notes.push((self.paragraphs.last().map_or(1, |p| p.number), id.clone()));
            self.text(&format!("[^{id}]"));
        }
    }

    fn extent(&mut self, start: &BytesStart<'_>) {
        let side = |name| attribute(start, name).and_then(|v| v.parse::<u64>().ok()).map(u128::from);
        if let (Some(x), Some(y)) = (side("cx"), side("cy")) {
            self.inline_area = Some(x * y);
        }
    }

    fn page_size(&mut self, start: &BytesStart<'_>) {
        let side = |name| attribute(start, name).and_then(|v| v.parse::<u32>().ok()).map(u128::from);
        if let (Some(w), Some(h)) = (side("w"), side("h")) {
            self.page_area = Some(w * h * EMU_PER_TWIP * EMU_PER_TWIP).filter(|area| *area > 0);
        }
    }

    fn sink(&mut self) -> &mut Vec<Block> {
        if self.sinks.is_empty() {
            self.sinks.push(Sink::Body(Vec::new()));
        }
        let last = self.sinks.len() - 1;
        self.sinks[last].blocks()
    }

    fn end_paragraph(&mut self) {
        let Some(paragraph) = self.paragraphs.pop() else { return };
        let style = paragraph.style.as_deref();
        let text = paragraph.text.trim_matches(['\n', ' ']);
        if paragraph.drop_cap {
            self.drop_cap = text.to_owned();
            return;
        }
        let text = std::mem::take(&mut self.drop_cap) + text;
        let heading = paragraph.outline.or_else(|| self.styles.heading(style));
        let list = paragraph.list.clone().or_else(|| self.styles.list(style));
        let in_body = matches!(self.sinks.last(), Some(Sink::Body(_)));
        if !text.trim().is_empty() {
            let (text, tight) = match (heading, list) {
                (Some(level), _) if in_body => {
                    (format!("{} {}", "#".repeat(usize::from(level)), text.replace('\n', " ")), false)
                }
                (None, Some((id, level))) => match self.numbering.mark(&id, level) {
                    Some(mark) => (format!("{mark}{text}"), true),
                    None => (text, false),
                },
                _ => (text, false),
            };
            self.sink().push(Block { paragraph: paragraph.number, text, tight });
        }
        self.sink().extend(paragraph.after);
    }

    fn end_cell(&mut self) {
        let Some(mut sink) = self.sinks.pop_if(|sink| matches!(sink, Sink::Cell(_))) else { return };
        let blocks = std::mem::take(sink.blocks());
        let paragraph = blocks.first().map(|b| b.paragraph);
        let text = blocks.iter().map(|b| b.text.replace('\n', " ")).collect::<Vec<_>>().join(" ");
        if let Some(table) = self.tables.last_mut() {
            table.cell(text, paragraph);
        }
    }

    fn end_table(&mut self) {
        let Some(table) = self.tables.pop() else { return };
        if self.tables.is_empty() {
            let lines = table.lines();
            let blocks = lines.into_iter().enumerate();
            let blocks = blocks.map(|(i, (paragraph, text))| Block { paragraph, text, tight: i > 0 });
            self.sink().extend(blocks);
        } else {
            let text = table.flat();
            let paragraph = self.number;
            self.sink().push(Block { paragraph, text, tight: false });
        }
    }

    fn end_frame(&mut self) {
        self.grounds.leave();
        let Some(mut sink) = self.sinks.pop_if(|sink| matches!(sink, Sink::Frame(_))) else { return };
        let blocks = std::mem::take(sink.blocks());
        match self.paragraphs.last_mut() {
            Some(paragraph) => paragraph.after.extend(blocks),
            None => self.sink().extend(blocks),
        }
    }

    fn end_note(&mut self) {
        let Some(id) = self.note.take() else { return };
        let blocks = std::mem::take(self.sink());
        let text = blocks.iter().map(|b| b.text.trim().replace('\n', " ")).collect::<Vec<_>>().join(" ");
        if !text.trim().is_empty() {
            self.notes.insert(id, text.trim().to_owned());
        }
    }

    fn end(mut self) -> Body {
        let mut blocks = std::mem::take(self.sink());
        for (paragraph, id) in std::mem::take(&mut self.used_notes) {
            if let Some(text) = self.notes.remove(&id) {
                blocks.push(Block { paragraph, text: format!("[^{id}]: {text}"), tight: false });
            }
        }
        let mut extract = Extract::default();
        let mut was_tight = false;
        for block in blocks {
            if !extract.text.is_empty() {
                let joined = block.tight && (was_tight || block.text.starts_with('|'));
                extract.text.push_str(if joined { "\n" } else { "\n\n" });
            }
            was_tight = block.tight || block.text.starts_with('|');
            let start = extract.text.len() as u64;
            extract.text.push_str(&block.text);
            let end = extract.text.len() as u64;
            extract.spans.push(Span { start, end, place: Place::Paragraph { number: block.paragraph } });
        }
        if !extract.text.is_empty() {
            extract.text.push('\n');
        }
        let hidden = self.unseen.finding(&extract);
        let page = self.page_area.unwrap_or(PAGE_AREA);
        let image_area = u64::try_from(self.image_area * 1000 / page).unwrap_or(u64::MAX);
        Body { extract, hidden, images: self.images, image_area }
    }
}
