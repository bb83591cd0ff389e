//! Wrappers around contents: private-use characters that no message contains.

use std::ops::Range;

const FIRST: u32 = 0xF0000;
const COUNT: u32 = 5;

/// Five characters that occur in none of the messages.
pub(super) struct Alphabet {
    open: char,
    close: char,
    end: char,
    generation_open: char,
    generation_close: char,
}

/// A render with its wrappers taken out; the ranges are bytes of `text`.
#[derive(Default)]
pub(super) struct Marked {
    pub(super) text: String,
    /// (index of the message, place of its content), in order of appearance.
    pub(super) contents: Vec<(usize, Range<usize>)>,
    /// Places inside the generation tag.
    pub(super) generated: Vec<Range<usize>>,
    /// A wrapper was cut, doubled or left open.
    torn: bool,
}

impl Marked {
    /// Whether each of these contents was found once, in order.
    pub(super) fn whole(&self, expected: &[usize]) -> bool {
        !self.torn && self.contents.iter().map(|(index, _)| index).eq(expected)
    }
}

impl Alphabet {
    /// The first five neighbouring private-use characters that no text contains.
    pub(super) fn outside<'a>(texts: impl Iterator<Item = &'a str>) -> Self {
        let mut base = FIRST;
        for text in texts {
            for c in text.chars() {
                let used = u32::from(c);
                // Plane 15 holds 65,534 characters; whoever uses the last ones gets a torn
                // wrapper, which is refused later, never a wrong mask.
                if used >= base && used < FIRST + 0xFF00 {
                    base = used + 1;
                }
            }
        }
        let at = |i: u32| char::from_u32(base + i % COUNT).unwrap_or('\u{F0000}');
        Self { open: at(0), close: at(1), end: at(2), generation_open: at(3), generation_close: at(4) }
    }

    /// `content` with its wrapper. White space stays outside, so that a template's own
    /// trimming still finds it.
    pub(super) fn wrap(&self, index: usize, content: &str) -> String {
        let body = content.trim();
        let start = content.len() - content.trim_start().len();
        let (lead, tail) = (&content[..start], &content[start + body.len()..]);
        let Self { open, close, end, .. } = self;
        format!("{lead}{open}{index}{end}{body}{close}{index}{end}{tail}")
    }

    pub(super) fn generation_open(&self) -> String {
        self.generation_open.to_string()
    }

    pub(super) fn generation_close(&self) -> String {
        self.generation_close.to_string()
    }

    /// Takes the wrappers out of a render and says where they were.
    pub(super) fn unwrap(&self, render: &str) -> Marked {
        let mut out = Marked::default();
        let (mut content, mut generation): (Option<(usize, usize)>, Option<usize>) = (None, None);
        let mut rest = render.chars();
        while let Some(c) = rest.next() {
            let here = out.text.len();
            if c == self.open || c == self.close {
                let digits: String = rest.by_ref().take_while(|&d| d != self.end).collect();
                match (digits.parse::<usize>(), c == self.open, content.take()) {
                    (Ok(index), true, None) => content = Some((index, here)),
                    (Ok(index), false, Some((opened, start))) if index == opened => {
                        out.contents.push((index, start..here));
                    }
                    _ => out.torn = true,
                }
            } else if c == self.generation_open {
                out.torn |= generation.replace(here).is_some();
            } else if c == self.generation_close {
                match generation.take() {
                    Some(start) => out.generated.push(start..here),
                    None => out.torn = true,
                }
            } else if c == self.end {
                out.torn = true;
            } else {
                out.text.push(c);
            }
        }
        out.torn |= content.is_some() || generation.is_some();
        out
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn wrappers_come_out_again_and_tell_their_place() {
        let alphabet = Alphabet::outside(["a\u{F0003}b"].into_iter());
        let render = format!("<{}|{}>", alphabet.wrap(0, " a\u{F0003}b\n"), alphabet.wrap(1, ""));
        let marked = alphabet.unwrap(&render);
        assert_eq!(marked.text, "< a\u{F0003}b\n|>");
        assert_eq!(marked.contents, vec![(0, 2..8), (1, 10..10)]);
        assert!(marked.whole(&[0, 1]) && !marked.whole(&[0]));
    }

    #[test]
    fn a_cut_wrapper_is_noticed() {
        let alphabet = Alphabet::outside(std::iter::empty());
        let wrapped = alphabet.wrap(0, "think</think>say");
        let cut = wrapped.split("</think>").last().unwrap();
        assert!(!alphabet.unwrap(cut).whole(&[0]));
    }
}
