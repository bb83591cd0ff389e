//! T1: text that was read in the wrong encoding once, and letters a conversion gave up.
//!
//! UTF-8 read as another encoding gives pairs such as “Ã¤”. They are undone on trial: what
//! is written in an encoding and then reads as UTF-8 nearly without a fault was UTF-8 before;
//! honest text never does, because its letters follow each other in another way.

use crate::evidence::{at, finding, many, place};
use encoding_rs::{Encoding, GBK, KOI8_R, MACINTOSH, SHIFT_JIS, WINDOWS_1250, WINDOWS_1251, WINDOWS_1252};
use karat_types::Finding;
use serde_json::json;
use std::collections::HashSet;

/// Characters of the text that are tried.
const SAMPLE: usize = 200_000;
/// Garbled characters needed.
const LEAST: u64 = 4;
/// Of 1,000 characters beyond ASCII, how many must be garbled.
const SHARE: u64 = 850;
/// Different words with a question mark inside, of 10,000, and at least so many.
const LOST: u64 = 100;
const LEAST_LOST: u64 = 5;

/// Encodings UTF-8 is wrongly read as, and the names `iconv` has for them.
const READ_AS: &[(&Encoding, &str)] = &[
    (WINDOWS_1252, "WINDOWS-1252"),
    (WINDOWS_1251, "WINDOWS-1251"),
    (KOI8_R, "KOI8-R"),
    (WINDOWS_1250, "WINDOWS-1250"),
    (MACINTOSH, "MACINTOSH"),
    (GBK, "GB18030"),
    (SHIFT_JIS, "CP932"),
];

/// Garbled text, and letters replaced by question marks.
pub(super) fn check(text: &str) -> Option<Finding> {
    if text.is_ascii() {
        return lost(text);
    }
    garbled(text).or_else(|| lost(text))
}

fn garbled(text: &str) -> Option<Finding> {
    let sample = sample(text);
    let (name, first, count) = READ_AS
        .iter()
        .find_map(|(encoding, name)| undone(sample, encoding).map(|(first, count)| (name, first, count)))?;
    let c = sample[first..].chars().next()?;
    let end = first + c.len_utf8();
    let shown: String = sample[first..].chars().take_while(|c| !c.is_ascii()).take(4).collect();
    let message = format!(
        "{} are garbled: the text was UTF-8 and was read as {name} once; the first is “{shown}”.",
        many(count, "character")
    );
    let mut found =
        at(finding("garbled_text", json!(count), json!(0), message), place(text.as_bytes(), first, end));
    found.fix = format!(
        "Take the original file, or undo the wrong conversion: iconv -f UTF-8 -t {name} old.txt > new.txt"
    );
    Some(found)
}

fn sample(text: &str) -> &str {
    let mut end = text.len().min(SAMPLE);
    while !text.is_char_boundary(end) {
        end -= 1;
    }
    &text[..end]
}

/// The first garbled character and how many there are, if `sample` is UTF-8 read in
/// `encoding`.
fn undone(sample: &str, encoding: &'static Encoding) -> Option<(usize, u64)> {
    let (mut good, mut bad, mut first) = (0_u64, 0_u64, None);
    let mut run: Option<usize> = None;
    let ends = sample.char_indices().chain([(sample.len(), ' ')]);
    for (here, c) in ends {
        // East Asian encodings put ASCII letters behind their lead bytes: runs go on there.
        if !c.is_ascii() {
            run.get_or_insert(here);
            continue;
        }
        let Some(start) = run.take() else { continue };
        let (well, badly) = run_undone(&sample[start..here], encoding);
        if well > 0 {
            first.get_or_insert(start);
        }
        good += well;
        bad += badly;
    }
    (good >= LEAST && good * 1000 >= (good + bad) * SHARE).then_some(())?;
    Some((first?, good))
}

/// Characters of UTF-8 in a run without ASCII once it is written in `encoding`, and faults.
fn run_undone(run: &str, encoding: &'static Encoding) -> (u64, u64) {
    let mut bytes = Vec::with_capacity(run.len());
    let mut bad = 0;
    if encoding == WINDOWS_1252 {
        // Latin-1 has the controls that Windows-1252 leaves out.
        for c in run.chars() {
            match u8::try_from(u32::from(c)) {
                Ok(byte) => bytes.push(byte),
                Err(_) => {
                    let mut one = [0; 4];
                    let (written, _, failed) = encoding.encode(c.encode_utf8(&mut one));
                    bad += u64::from(failed);
                    if !failed {
                        bytes.extend_from_slice(&written);
                    }
                }
            }
        }
    } else {
        let (written, _, failed) = encoding.encode(run);
        if failed {
            return (0, run.chars().count() as u64);
        }
        bytes.extend_from_slice(&written);
    }
    let mut good = 0;
    for chunk in bytes.utf8_chunks() {
        bad += u64::from(!chunk.invalid().is_empty());
        for c in chunk.valid().chars() {
            if c.is_ascii() || c.is_control() || matches!(c, '\u{e000}'..='\u{f8ff}') {
                bad += 1
            } else {
                good += 1
            }
        }
    }
    (good, bad)
}

/// `B?ume`: letters that an encoding did not have.
fn lost(text: &str) -> Option<Finding> {
    let (mut lost, mut words, mut first) = (HashSet::new(), 0_u64, None);
    for (start, word) in split(text) {
        words += u64::from(word.chars().any(char::is_alphabetic));
        if let Some(at) = inside(word) {
            // A pattern such as “colou?r” comes again and again; words differ.
            lost.insert(word);
            first.get_or_insert((start + at, word));
        }
    }
    let count = lost.len() as u64;
    (count >= LEAST_LOST && count * 10_000 >= words * LOST).then_some(())?;
    let (start, word) = first?;
    let word: String = word.chars().take(40).collect();
    let message = format!(
        "{} have question marks in the place of letters; the first is “{word}”.",
        many(count, "word")
    );
    Some(at(
        finding("lost_letters", json!(count), json!(LEAST_LOST), message),
        place(text.as_bytes(), start, start + 1),
    ))
}

/// Words and where they begin.
fn split(text: &str) -> impl Iterator<Item = (usize, &str)> {
    text.split_whitespace().map(|word| (word.as_ptr() as usize - text.as_ptr() as usize, word))
}

/// Where a question mark stands between letters; addresses and patterns are no words.
fn inside(word: &str) -> Option<usize> {
    let marked = word.trim_matches(|c: char| !c.is_alphanumeric());
    if !marked.contains('?')
        || marked.contains(['/', '=', '&', '\\', '(', '[', '<', '|', '{', '$', ':', '*', '+', '.', '"', '“'])
    {
        return None;
    }
    let chars: Vec<(usize, char)> = word.char_indices().collect();
    let lower = |at: usize| chars.get(at).is_some_and(|(_, c)| c.is_alphabetic());
    (1..chars.len()).find_map(|at| {
        let behind = (at..chars.len()).find(|&at| chars[at].1 != '?')?;
        let small = chars[behind].1.is_lowercase();
        (chars[at].1 == '?' && lower(at - 1) && small && behind - at <= 2).then_some(chars[at].0)
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    const GERMAN: &str = "Die Bäume blühen früh, und die Gärten füllen sich mit Vögeln, die schöne Lieder über die Dächer trällern. ";
    const RUSSIAN: &str = "Кошка сидит на ковре и не спит, потому что ждёт ужина у окна. ";
    const CHINESE: &str =
        "这条河发源于小镇后面的山丘，流淌两天才到达大海，水很冷，春天的时候人们把船停在岸上。";

    fn misread(text: &str, encoding: &'static Encoding) -> String {
        encoding.decode_without_bom_handling(text.as_bytes()).0.into_owned()
    }

    #[test]
    fn utf8_read_as_something_else_is_undone() {
        for (text, encoding, name) in [
            (GERMAN, WINDOWS_1252, "-t WINDOWS-1252 "),
            (RUSSIAN, WINDOWS_1251, "-t WINDOWS-1251 "),
            (RUSSIAN, KOI8_R, "-t KOI8-R "),
            (GERMAN, MACINTOSH, "-t MACINTOSH "),
        ] {
            let found = check(&misread(text, encoding)).unwrap_or_else(|| panic!("{name}"));
            assert_eq!(found.code, "garbled_text");
            assert!(found.fix.contains(name), "{}", found.fix);
        }
        // As Latin-1, where half of the bytes are controls.
        let latin: String = RUSSIAN.bytes().map(char::from).collect();
        assert!(check(&latin).unwrap().fix.contains("WINDOWS-1252"));
        let found = check(&format!("fine\n{}", misread(GERMAN, WINDOWS_1252))).unwrap();
        assert!(
            matches!(found.evidence, Some(karat_types::Evidence::Line { line: 2, column: 6, .. })),
            "{found:?}"
        );
        assert!(found.message.contains("“Ã¤”"), "{}", found.message);
    }

    #[test]
    fn honest_letters_are_left_alone() {
        for text in [
            GERMAN,
            RUSSIAN,
            CHINESE,
            "Il dit « CAFÉ » et « THÉ », puis « ÉTÉ », « ARRÊTÉ » et « FINI » — voilà.",
            "Der „Spaß“ und der „Gruß“ und der „Fuß“ und „Maß“.",
            "Ça va? Ã is a letter of Portuguese: SÃO, MÃE, NÃO, IRMÃ.",
            "Ўсё добра, і ўсе яны прыйшлі ў дом.",
            "“What?” she asked. “Why?”",
        ] {
            assert_eq!(check(&text.repeat(3)), None, "{text}");
        }
    }

    #[test]
    fn question_marks_for_letters_are_seen() {
        let lost = GERMAN.replace(['ä', 'ö', 'ü'], "?");
        let found = check(&lost).unwrap();
        assert_eq!(found.code, "lost_letters");
        assert!(found.message.contains("“B?ume”"), "{}", found.message);
        for text in [
            "Is it? Yes. Really?No. What?? see http://a.b/c?d=e and colou?r or a?b ",
            "Who?What?Where?When? ",
        ] {
            assert_eq!(check(&text.repeat(3)), None, "{text}");
        }
    }

    proptest! {
        #[test]
        fn any_text_is_tried_without_a_panic(text in "([ -ÿ]|\\PC|Ã¤|Р°|\\?){0,80}") {
            check(&text);
        }
    }
}
