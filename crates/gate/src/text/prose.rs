//! What a reader reads: a text without its code, addresses and markup.
//!
//! A light reading of Markdown, line by line and in linear time, that does no harm to
//! plain text: good enough to count words and symbols, not a renderer.

/// A tag or an address longer than this is not one.
const MAX_MARKUP: usize = 600;

/// The readable part of a text, with what was left out counted.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Prose {
    /// Readable lines, in order; empty ones are dropped.
    pub lines: Vec<String>,
    /// Characters, white space aside, of addresses.
    pub link_chars: u64,
    /// Characters, white space aside, of fenced and inline code.
    pub code_chars: u64,
    /// Characters, white space aside, of the whole text.
    pub all_chars: u64,
}

impl Prose {
    /// Reads a text.
    pub fn of(text: &str) -> Self {
        let mut prose = Self::default();
        let mut fence: Option<&str> = None;
        for line in text.lines() {
            let visible = ink(line);
            prose.all_chars += visible;
            let marker = fence_marker(line);
            match (fence, marker) {
                (None, Some(open)) => fence = Some(open),
                (Some(open), Some(close)) if close.starts_with(open) && closes(line, close) => fence = None,
                (Some(_), _) => prose.code_chars += visible,
                (None, None) => prose.read_line(line),
            }
        }
        prose
    }

    fn read_line(&mut self, line: &str) {
        let line = line.trim_start().trim_start_matches('>').trim();
        if is_definition(line) {
            self.link_chars += ink(line);
            return;
        }
        let line = strip_marker(line);
        if is_rule(line) {
            return;
        }
        let mut out = String::with_capacity(line.len());
        let mut rest = line;
        while let Some(at) = rest.find(['<', '[', ']', '!', '`', 'h', '|', '*']) {
            out.push_str(&rest[..at]);
            rest = &rest[at..];
            let taken = self.markup(rest, &mut out);
            rest = &rest[taken..];
        }
        out.push_str(rest);
        let readable = out.trim();
        if !readable.is_empty() {
            self.lines.push(readable.to_owned());
        }
    }

    /// Handles what begins at `rest` and says how many bytes it takes; what is neither
    /// code, address nor markup goes to `out`.
    fn markup(&mut self, rest: &str, out: &mut String) -> usize {
        if let Some(length) = bare_address(rest) {
            self.link_chars += rest[..length].chars().count() as u64;
            return length;
        }
        match rest.as_bytes()[0] {
            b'<' => {
                if let Some(length) = tag(rest) {
                    self.link_chars += addresses_in(&rest[..length]);
                    return length;
                }
                out.push('<');
                1
            }
            b'!' if rest.starts_with("![") => {
                // An image: neither its description nor its address is running text.
                let end = bounded_find(&rest[2..], "]").map_or(2, |at| at + 2);
                end.max(2)
            }
            b'[' => 1,
            b']' => self.link_target(rest),
            b'`' => self.code(rest),
            b'|' => {
                out.push(' ');
                1
            }
            b'*' => 1,
            _ => {
                let Some(c) = rest.chars().next() else { return rest.len() };
                out.push(c);
                c.len_utf8()
            }
        }
    }

    /// `](address)` and `][name]` after the words of a link.
    fn link_target(&mut self, rest: &str) -> usize {
        let close = match rest.as_bytes().get(1) {
            Some(b'(') => ")",
            Some(b'[') => "]",
            _ => return 1,
        };
        match bounded_find(&rest[2..], close) {
            Some(at) => {
                self.link_chars += ink(&rest[2..2 + at]);
                at + 3
            }
            None => 1,
        }
    }

    /// Inline code between equal numbers of back-quotes.
    fn code(&mut self, rest: &str) -> usize {
        let ticks = rest.bytes().take_while(|&b| b == b'`').count();
        match bounded_find(&rest[ticks..], &rest[..ticks]) {
            Some(at) => {
                self.code_chars += ink(&rest[ticks..ticks + at]);
                at + 2 * ticks
            }
            None => ticks,
        }
    }
}

/// The text without its fenced blocks and inline code.
pub(crate) fn without_code(text: &str) -> String {
    let (mut out, mut fence) = (String::with_capacity(text.len()), None);
    for line in text.split_inclusive('\n') {
        match (fence, fence_marker(line)) {
            (None, Some(open)) => fence = Some(open),
            (Some(open), Some(close)) if close.starts_with(open) && closes(line, close) => fence = None,
            (None, None) => line.split('`').step_by(2).for_each(|part| out.push_str(part)),
            _ => {}
        }
    }
    out
}

/// Characters that leave ink.
fn ink(text: &str) -> u64 {
    text.chars().filter(|c| !c.is_whitespace()).count() as u64
}

/// The run of back-quotes or tildes that opens or closes a fenced block.
pub(crate) fn fence_marker(line: &str) -> Option<&str> {
    let line = line.trim_start();
    let mark = *line.as_bytes().first()?;
    let length = line.bytes().take_while(|&b| b == mark).count();
    let is_fence = matches!(mark, b'`' | b'~') && length >= 3;
    // “```x``` y” on one line is inline code.
    (is_fence && !(mark == b'`' && line[length..].contains('`'))).then(|| &line[..length])
}

/// A closing fence has nothing behind it.
pub(crate) fn closes(line: &str, marker: &str) -> bool {
    line.trim().len() == marker.len()
}

/// `[name]: address`.
fn is_definition(line: &str) -> bool {
    line.starts_with('[') && line.find("]:").is_some_and(|at| at < MAX_MARKUP && !line[..at].contains("]("))
}

/// Rulers, underlines of headings and the second line of a table.
fn is_rule(line: &str) -> bool {
    line.len() >= 3
        && line.bytes().all(|b| matches!(b, b'-' | b'=' | b'_' | b'*' | b'|' | b':' | b' ' | b'+' | b'~'))
}

/// Without the mark of a heading or of a list.
fn strip_marker(line: &str) -> &str {
    let hashes = line.trim_start_matches('#');
    if hashes.len() < line.len() {
        return hashes.trim();
    }
    let item = line.strip_prefix(['-', '*', '+', '•']).filter(|rest| rest.starts_with(char::is_whitespace));
    item.unwrap_or(line).trim_start().trim_start_matches("[ ] ").trim_start_matches("[x] ")
}

fn bare_address(rest: &str) -> Option<usize> {
    let is_address = rest.starts_with("http://") || rest.starts_with("https://");
    is_address.then(|| {
        rest.find(|c: char| c.is_whitespace() || matches!(c, '<' | '>' | ')' | ']' | '"' | '|'))
            .unwrap_or(rest.len())
    })
}

/// `<a href=…>`, `</p>`, `<!-- … -->`, `<https://…>`.
fn tag(rest: &str) -> Option<usize> {
    let second = rest.as_bytes().get(1)?;
    (second.is_ascii_alphabetic() || matches!(second, b'/' | b'!')).then_some(())?;
    bounded_find(rest, ">").map(|at| at + 1)
}

fn addresses_in(tag: &str) -> u64 {
    tag.find("http").and_then(|at| bare_address(&tag[at..])).map_or(0, |length| length as u64)
}

/// `find`, not farther than markup goes: keeps the reading linear.
fn bounded_find(text: &str, what: &str) -> Option<usize> {
    let mut end = text.len().min(MAX_MARKUP);
    while !text.is_char_boundary(end) {
        end -= 1;
    }
    text[..end].find(what)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn lines(text: &str) -> Vec<String> {
        Prose::of(text).lines
    }

    #[test]
    fn links_keep_their_words_and_lose_their_addresses() {
        let prose = Prose::of(
            "See [the *guide*](https://a.example/b) or https://c.example, [it][ref].\n[ref]: https://d.example",
        );
        assert_eq!(prose.lines, ["See the guide or  it."]);
        assert_eq!(prose.link_chars, 19 + 18 + 3 + 23);
    }

    #[test]
    fn badges_images_and_tags_are_not_running_text() {
        assert_eq!(
            lines("[![Build](https://a/b.svg)](https://a/b) <img src=\"x\">\n<p align=center>Hello</p>"),
            ["Hello"]
        );
        assert_eq!(lines("if a < b and c > d"), ["if a < b and c > d"]);
    }

    #[test]
    fn code_is_counted_apart() {
        let prose = Prose::of("Use `a b` now\n```rust\nlet x;\n```\n~~~\nfoo\n```\n~~~\nend");
        assert_eq!(prose.lines, ["Use  now", "end"]);
        assert_eq!(prose.code_chars, 2 + 5 + 3 + 3);
    }

    #[test]
    fn marks_of_headings_lists_quotes_and_tables_go() {
        let text = "## Title ##\n- one\n* two\n> three\n---\n| a | b |\n|---|:-:|\n- [x] done\n#hash";
        assert_eq!(lines(text), ["Title ##", "one", "two", "three", "a   b", "done", "hash"]);
    }
}
