//! A plain document as rows: cut at blank lines, filled up to the maximal length.

use super::{Rows, TokenRow};
use crate::tokenizer::Tokenizer;
use karat_types::Problem;

/// Rows of BOS + tokens + EOS, all trained; nothing is lost, so nothing is truncated. Only a
/// paragraph longer than a whole row is cut inside.
pub(super) fn rows(text: &str, tokenizer: &Tokenizer, max_length: usize) -> Result<Rows, Problem> {
    let frame = tokenizer.encode_document("")?;
    let end = tokenizer.eos().first().copied();
    let room = max_length.saturating_sub(frame.len() + usize::from(end.is_some())).max(1);
    let mut chunks: Vec<Vec<u32>> = Vec::new();
    for paragraph in paragraphs(text) {
        let ids = tokenizer.encode(paragraph)?;
        match chunks.last_mut() {
            Some(chunk) if chunk.len() + ids.len() <= room => chunk.extend(ids),
            _ => chunks.extend(ids.chunks(room).map(<[u32]>::to_vec)),
        }
    }
    let row = |(source, chunk): (usize, Vec<u32>)| {
        let input_ids: Vec<u32> = frame.iter().copied().chain(chunk).chain(end).collect();
        let labels = input_ids.iter().map(|&id| i32::try_from(id).unwrap_or(i32::MAX)).collect();
        TokenRow { input_ids, labels, source: source as u64 }
    };
    Ok(Rows { rows: chunks.into_iter().enumerate().map(row).collect(), ..Rows::default() })
}

/// Pieces that each end with their blank lines; put together they are the text.
pub(super) fn paragraphs(text: &str) -> Vec<&str> {
    let mut out = Vec::new();
    let (mut start, mut at, mut blank) = (0, 0, false);
    for line in text.split_inclusive('\n') {
        let empty = line.trim().is_empty();
        if blank && !empty && !text[start..at].trim().is_empty() {
            out.push(&text[start..at]);
            start = at;
        }
        blank = empty;
        at += line.len();
    }
    if !text[start..].trim().is_empty() {
        out.push(&text[start..]);
    }
    out
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn paragraphs_end_with_their_blank_lines() {
        assert_eq!(paragraphs("\n\na\nb\n\n\nc\n"), ["\n\na\nb\n\n\n", "c\n"]);
        assert!(paragraphs(" \n\n").is_empty());
    }
}
