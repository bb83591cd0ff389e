//! The words that open a wallet (BIP-39): 12 to 24 words of a list of 2,048, of which the
//! last one carries check digits.

use crate::evidence::{at, finding, place};
use karat_types::Finding;
use serde_json::json;
use sha2::{Digest, Sha256};
use std::collections::HashMap;
use std::ops::Range;
use std::sync::LazyLock;

/// The English list of BIP-39 in its order (MIT licence of the proposal).
static NUMBERS: LazyLock<HashMap<&str, u16>> =
    LazyLock::new(|| include_str!("phrase.txt").split_whitespace().zip(0..).collect());

/// How many words there can be.
const LENGTHS: [usize; 5] = [12, 15, 18, 21, 24];
/// Words that say what follows; without right check digits one of them must stand before.
const NAMES: &[&str] =
    &["seed phrase", "seed words", "mnemonic", "recovery phrase", "recovery words", "wallet"];
/// How far before, bytes.
const NEAR: usize = 80;

/// A run of words of the list.
#[derive(Default)]
struct Run {
    numbers: Vec<u16>,
    span: Range<usize>,
}

/// Phrases whose check digits hold are keys; behind a word that names them, others may be.
pub(super) fn check(text: &str) -> Vec<Finding> {
    runs(text).into_iter().filter_map(|run| judged(text, &run)).take(super::MOST).collect()
}

fn judged(text: &str, run: &Run) -> Option<Finding> {
    let words = run.numbers.len();
    let mut different = run.numbers.clone();
    different.sort_unstable();
    different.dedup();
    // Examples repeat themselves: “abandon abandon … about”.
    if different.len() + 2 < words {
        return None;
    }
    let place = place(text.as_bytes(), run.span.start, run.span.end);
    let shown = json!(format!("{words} words of a wallet [masked]"));
    if holds(&run.numbers) && !ascends(&run.numbers) {
        let message = format!(
            "There is a private key here: the {words} words that open a wallet; its check digits are right."
        );
        return Some(at(finding("private_key", shown, json!("none"), message), place));
    }
    let mut from = run.span.start.saturating_sub(NEAR);
    while !text.is_char_boundary(from) {
        from += 1;
    }
    let before = text[from..run.span.start].to_ascii_lowercase();
    NAMES.iter().any(|name| before.contains(name)).then(|| {
        let message = "There may be a secret here: words that open a wallet.".to_owned();
        at(finding("possible_secret", shown, json!("none"), message), place)
    })
}

/// Whether the words stand as in a dictionary: such rows are cut from the list itself.
fn ascends(numbers: &[u16]) -> bool {
    numbers.windows(2).all(|pair| pair[0] < pair[1])
}

/// Runs of as many words of the list as a phrase has, with nothing but spaces, line ends,
/// commas and numbers between them.
fn runs(text: &str) -> Vec<Run> {
    let (mut found, mut run) = (Vec::new(), Run::default());
    let base = text.as_ptr() as usize;
    for word in text.split(|c: char| c.is_whitespace() || c == ',') {
        let start = word.as_ptr() as usize - base;
        let bare = word.trim_matches(|c: char| !c.is_alphanumeric());
        // `1.`, `2)` of a list.
        if bare.bytes().all(|b| b.is_ascii_digit()) && word.len() <= 4 {
            continue;
        }
        let number = if bare.len() <= 8 { NUMBERS.get(bare.to_ascii_lowercase().as_str()) } else { None };
        let begins = word.starts_with(bare) || run.numbers.is_empty();
        if !begins || number.is_none() {
            close(&mut run, &mut found);
        }
        let Some(&number) = number else { continue };
        if run.numbers.is_empty() {
            run.span.start =
                start + (word.len() - word.trim_start_matches(|c: char| !c.is_alphanumeric()).len());
        }
        run.numbers.push(number);
        run.span.end = start + word.trim_end_matches(|c: char| !c.is_alphanumeric()).len();
        // A sentence ends here.
        if word.len() > bare.len()
            && !word.starts_with(['"', '\'', '`', '('])
            && word.ends_with(['.', ';', ':', '"', '\'', '`', ')'])
        {
            close(&mut run, &mut found);
        }
    }
    close(&mut run, &mut found);
    found
}

fn close(run: &mut Run, found: &mut Vec<Run>) {
    let run = std::mem::take(run);
    if LENGTHS.contains(&run.numbers.len()) {
        found.push(run);
    }
}

/// Whether the last bits are the first of SHA-256 of the others: one for each three words.
fn holds(numbers: &[u16]) -> bool {
    let bits: Vec<bool> =
        numbers.iter().flat_map(|n| (0..11).rev().map(move |at| n >> at & 1 == 1)).collect();
    let (body, check) = bits.split_at(bits.len() - numbers.len() / 3);
    let bytes: Vec<u8> =
        body.chunks(8).map(|byte| byte.iter().fold(0, |sum, &bit| sum << 1 | u8::from(bit))).collect();
    let digest = Sha256::digest(&bytes);
    let digits = digest.iter().flat_map(|byte| (0..8).rev().map(move |at| byte >> at & 1 == 1));
    digits.zip(check).all(|(digit, bit)| digit == *bit)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn codes(text: &str) -> Vec<String> {
        check(text).into_iter().map(|f| f.code).collect()
    }

    #[test]
    fn the_list_is_the_whole_list() {
        assert_eq!(NUMBERS.len(), 2048);
        assert_eq!((NUMBERS["abandon"], NUMBERS["zoo"]), (0, 2047));
    }

    #[test]
    fn words_whose_check_digits_hold_are_a_key() {
        // Of the test vectors of the proposal, those that look drawn.
        for phrase in [
            "scheme spot photo card baby mountain device kick cradle pact join borrow",
            "cat swing flag economy stadium alone churn speed unique patch report train",
            "panda eyebrow bullet gorilla call smoke muffin taste mesh discover soft ostrich alcohol speed nation flash devote level hobby quick inner drive ghost inside",
        ] {
            for text in [
                format!("I wrote it down: {phrase}."),
                format!("\"{phrase}\""),
                phrase.replace(' ', "\n"),
                phrase.split(' ').enumerate().map(|(at, word)| format!("{}. {word}\n", at + 1)).collect(),
                phrase.replace(' ', ", "),
            ] {
                assert_eq!(codes(&text), ["private_key"], "{text}");
            }
            assert_eq!(
                codes(&phrase.replace("speed", "sponsor").replace("card", "cargo")),
                Vec::<String>::new()
            );
        }
    }

    #[test]
    fn examples_and_prose_are_none() {
        for text in [
            format!("{}about", "abandon ".repeat(11)),
            format!("mnemonic: {}junk", "test ".repeat(11)),
            include_str!("phrase.txt").to_owned(),
            "abandon ability able about above absent absorb abstract absurd abuse access accident".to_owned(),
            "You can carry this old horse into another village when winter is over, they said.".to_owned(),
        ] {
            assert_eq!(codes(&text), Vec::<String>::new(), "{text}");
        }
        let named =
            "seed phrase: youth ability able about above absent absorb abstract absurd abuse access accident";
        assert_eq!(codes(named), ["possible_secret"]);
    }
}
