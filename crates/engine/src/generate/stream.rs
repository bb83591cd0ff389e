//! Turns a stream of tokens into pieces of whole characters, and ends it at stop texts.

use crate::tokenizer::Tokenizer;
use karat_types::Problem;

/// Tokens that may wait for the rest of a character; four bytes need four at most.
const PATIENCE: usize = 8;

/// Decodes tokens as they come. A character that spans tokens waits for its last byte.
#[derive(Default)]
pub(crate) struct Decoder {
    ids: Vec<u32>,
    /// Tokens from here give the context a decoder may need (white space at the front).
    context: usize,
    /// Tokens from here are not shown yet.
    fresh: usize,
}

impl Decoder {
    /// The text that `id` completes; empty while a character is incomplete.
    pub(crate) fn push(&mut self, id: u32, tokenizer: &Tokenizer) -> Result<String, Problem> {
        self.ids.push(id);
        let waiting = self.ids.len() - self.fresh < PATIENCE;
        self.take(tokenizer, waiting)
    }

    /// What is left when no token follows.
    pub(crate) fn finish(&mut self, tokenizer: &Tokenizer) -> Result<String, Problem> {
        self.take(tokenizer, false)
    }

    fn take(&mut self, tokenizer: &Tokenizer, wait: bool) -> Result<String, Problem> {
        let shown = tokenizer.decode(&self.ids[self.context..self.fresh])?;
        let text = tokenizer.decode(&self.ids[self.context..])?;
        if wait && text.ends_with('\u{FFFD}') {
            return Ok(String::new());
        }
        let Some(piece) = text.get(shown.len()..).filter(|piece| !piece.is_empty()) else {
            return Ok(String::new());
        };
        self.context = self.fresh;
        self.fresh = self.ids.len();
        Ok(piece.to_owned())
    }
}

/// Holds back what may become a stop text, across any number of pieces.
pub(crate) struct Stops {
    stops: Vec<String>,
    held: String,
}

impl Stops {
    /// Empty stop texts are ignored.
    pub(crate) fn new(stops: &[String]) -> Self {
        Self { stops: stops.iter().filter(|s| !s.is_empty()).cloned().collect(), held: String::new() }
    }

    /// Takes a piece; gives what may be shown, and whether a stop text ended the answer.
    pub(crate) fn push(&mut self, piece: &str) -> (String, bool) {
        self.held.push_str(piece);
        let first = self.stops.iter().filter_map(|stop| self.held.find(stop.as_str())).min();
        if let Some(at) = first {
            self.held.truncate(at);
            return (std::mem::take(&mut self.held), true);
        }
        let may_begin = |at: usize| self.stops.iter().any(|stop| stop.starts_with(&self.held[at..]));
        let keep = self.held.char_indices().map(|(at, _)| at).find(|&at| may_begin(at));
        let rest = self.held.split_off(keep.unwrap_or(self.held.len()));
        (std::mem::replace(&mut self.held, rest), false)
    }

    /// What was held back when the answer ends without a stop text.
    pub(crate) fn finish(&mut self) -> String {
        std::mem::take(&mut self.held)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::testing::tokenizer;

    #[test]
    fn pieces_are_whole_characters_and_add_up_to_the_text() {
        let (_dir, tokenizer) = tokenizer();
        let text = "a 漢字 of 🦀🏳️‍🌈 é\n";
        let (mut decoder, mut out, mut empty) = (Decoder::default(), String::new(), 0);
        for id in tokenizer.encode(text).unwrap() {
            let piece = decoder.push(id, &tokenizer).unwrap();
            assert!(!piece.contains('\u{FFFD}'), "{piece:?}");
            empty += usize::from(piece.is_empty());
            out += &piece;
        }
        out += &decoder.finish(&tokenizer).unwrap();
        assert_eq!(out, text);
        assert!(empty > 0, "no character was spread over tokens: the test shows nothing");
    }

    #[test]
    fn broken_bytes_do_not_block_the_stream() {
        let (_dir, tokenizer) = tokenizer();
        let half = tokenizer.encode("🦀").unwrap()[0];
        let mut decoder = Decoder::default();
        let shown: String = (0..20).map(|_| decoder.push(half, &tokenizer).unwrap()).collect();
        assert!(shown.contains('\u{FFFD}'));
    }

    #[test]
    fn a_stop_text_is_found_across_pieces_and_never_shown() {
        let mut stops = Stops::new(&["END.".to_owned(), String::new()]);
        assert_eq!(stops.push("a E"), ("a ".to_owned(), false));
        assert_eq!(stops.push("N"), (String::new(), false));
        assert_eq!(stops.push("x EN"), ("ENx ".to_owned(), false));
        assert_eq!(stops.push("D. more"), (String::new(), true));
        let mut open = Stops::new(&["END.".to_owned()]);
        assert_eq!(open.push("é EN"), ("é ".to_owned(), false));
        assert_eq!(open.finish(), "EN");
    }
}
