//! T3: words of letters from two alphabets that look like one.

use crate::evidence::{at, finding, many, place};
use karat_types::Finding;
use serde_json::json;

/// Letters a word has at least; shorter ones are units and symbols (`μm`, `Δx`).
const LEAST: usize = 3;
/// Mixed words allowed in 1,000.
const PER_1000: u64 = 10;

/// Small and capital letters of Cyrillic, Greek and Armenian that look like Latin ones.
const LOOK_LATIN: &str = "аеорсухіјѕԁһӏԛԝѡвАВЕКМНОРСТХУІЈЅԌԚԜοανρικυτΑΒΕΖΗΙΚΜΝΟΡΤΥΧϲϳօսհոզցՕՍ";
/// Latin letters that look like Cyrillic or Greek ones.
const LOOK_OTHER: &str = "aeopcyxijsdhqwbABEKMHOPCTXYIJSvnZN";

/// The alphabets that have look-alikes of each other.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Alphabet {
    Latin,
    Cyrillic,
    Greek,
    Armenian,
}

const fn alphabet(c: char) -> Option<Alphabet> {
    match c {
        'a'..='z'
        | 'A'..='Z'
        | '\u{c0}'..='\u{d6}'
        | '\u{d8}'..='\u{f6}'
        | '\u{f8}'..='\u{24f}'
        | '\u{1e00}'..='\u{1eff}' => Some(Alphabet::Latin),
        '\u{400}'..='\u{52f}' | '\u{1c80}'..='\u{1c8f}' => Some(Alphabet::Cyrillic),
        '\u{370}'..='\u{3ff}' | '\u{1f00}'..='\u{1fff}' => Some(Alphabet::Greek),
        '\u{530}'..='\u{58f}' => Some(Alphabet::Armenian),
        _ => None,
    }
}

/// Words in which every letter of the rarer alphabet passes for one of the other.
pub(crate) fn check(text: &str) -> Option<Finding> {
    // Nothing but ASCII, or one alphabet all through, is the usual case and quickly seen.
    if text.is_ascii() {
        return None;
    }
    let (mut words, mut mixed, mut first) = (0_u64, 0_u64, None);
    let mut here = 0;
    for word in text.split(|c: char| alphabet(c).is_none()) {
        if !word.is_empty() {
            words += 1;
            if is_mixed(word) {
                mixed += 1;
                first.get_or_insert(here..here + word.len());
            }
        }
        // What stands between has one character.
        here += word.len();
        here += text.get(here..).and_then(|rest| rest.chars().next()).map_or(0, char::len_utf8);
    }
    let share = mixed * 1000 / words.max(1);
    let first = first.filter(|_| share > PER_1000)?;
    let shown = &text[first.clone()];
    let message = format!("{} mixed from two alphabets; the first is “{shown}”.", many(mixed, "word"));
    let place = place(text.as_bytes(), first.start, first.end);
    Some(at(finding("mixed_alphabets", json!(share), json!(PER_1000), message), place))
}

fn is_mixed(word: &str) -> bool {
    let mut first = None;
    let one = word.is_ascii() || word.chars().all(|c| *first.get_or_insert(alphabet(c)) == alphabet(c));
    if one || word.chars().count() < LEAST {
        return false;
    }
    let count = |of: Alphabet| word.chars().filter(|&c| alphabet(c) == Some(of)).count();
    let latin = count(Alphabet::Latin);
    [Alphabet::Cyrillic, Alphabet::Greek, Alphabet::Armenian].into_iter().any(|other| {
        let others = count(other);
        if latin == 0 || others == 0 || latin + others != word.chars().count() {
            return false;
        }
        let (rare, alike) = if others <= latin { (other, LOOK_LATIN) } else { (Alphabet::Latin, LOOK_OTHER) };
        word.chars().filter(|&c| alphabet(c) == Some(rare)).all(|c| alike.contains(c))
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn words_with_look_alikes_are_held() {
        let text = "The p\u{430}ssw\u{43e}rd of the b\u{430}nk is gone.";
        let found = check(text).unwrap();
        assert_eq!((found.code.as_str(), &found.measured), ("mixed_alphabets", &json!(285)));
        assert!(found.message.starts_with("2 words mixed"), "{}", found.message);
        assert!(check("Пocмотри на мopе").is_some());
    }

    #[test]
    fn honest_mixtures_are_left_alone() {
        for text in [
            "これはTypeScriptのテストです。漢字とカナとABC。",
            "한국어와 English를 함께",
            "Ћирилица и latinica у једном тексту, реч по реч",
            "a gap of 5 µm or 3 μm, Δx and λx, αβ-tests, β-carotene, kΩ",
            "Кириллица+v2, USB-кабель, HTTP-сервер, SMSка, PDFфайл",
            "Ελληνικά και English, Linuxάκι",
        ] {
            assert_eq!(check(text), None, "{text}");
        }
        let rare = format!("p\u{430}ss {}", "an honest word ".repeat(60));
        assert_eq!(check(&rare), None);
    }
}
