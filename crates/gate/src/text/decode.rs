//! T1: bytes that are text.

use crate::door::kind::utf16;
use crate::evidence::{at, finding, many, place};
use chardetng::{EncodingDetector, Iso2022JpDetection, Utf8Detection};
use encoding_rs::Encoding;
use karat_types::{Evidence, Finding};
use serde_json::json;
use std::ops::Range;

/// Replacement characters in 10,000 characters above which a person looks.
const SOME_LOST: u64 = 10;
/// The same above which the text is broken.
const TOO_MANY_LOST: u64 = 100;

/// The text, or the place of the first byte that is not UTF-8.
pub(crate) fn decode(bytes: &[u8]) -> Result<&str, Box<Finding>> {
    if let Some(found) = utf16(bytes) {
        return Err(broken(bytes, 0..bytes.len().min(2), found.to_owned()));
    }
    std::str::from_utf8(bytes).map_err(|error| {
        let start = error.valid_up_to();
        let end = start + error.error_len().unwrap_or(bytes.len() - start);
        broken(bytes, start..end, format!("byte 0x{:02X}", bytes[start]))
    })
}

/// What a text that is not UTF-8 says, and the encoding it was read in; none when it is
/// UTF-8 already (but for a few bad bytes) or no encoding fits.
pub fn converted(bytes: &[u8]) -> Option<(String, &'static str)> {
    match utf16(bytes) {
        Some(name) if name.starts_with("UTF-32") => return utf32(bytes, name.contains("big")),
        None if std::str::from_utf8(bytes).is_ok() || nearly_utf8(bytes).is_some() => return None,
        _ => {}
    }
    let encoding = guess(bytes);
    let (text, _, lossy) = encoding.decode(bytes);
    let is_odd = |c: char| c.is_control() && !c.is_whitespace();
    (!lossy && !text.contains(is_odd)).then(|| (text.into_owned(), encoding.name()))
}

/// Four bytes a character.
fn utf32(bytes: &[u8], big: bool) -> Option<(String, &'static str)> {
    let (parts, rest) = bytes.as_chunks::<4>();
    let code = |part: &[u8; 4]| if big { u32::from_be_bytes(*part) } else { u32::from_le_bytes(*part) };
    let text: Option<String> =
        parts.iter().map(code).filter(|&code| code != 0xfeff).map(char::from_u32).collect();
    rest.is_empty().then_some(())?;
    Some((text?, if big { "UTF-32BE" } else { "UTF-32LE" }))
}

/// Where the bad bytes of a text are that is UTF-8 elsewhere: the other characters of more
/// than one byte are so many that no other encoding would give them by chance. How many bad
/// places there are, and whether the only one is a character cut in half at the end.
fn nearly_utf8(bytes: &[u8]) -> Option<(u64, bool)> {
    let (mut good, mut bad, mut cut) = (0_u64, 0_u64, false);
    let mut seen = 0;
    for chunk in bytes.utf8_chunks() {
        good += chunk.valid().chars().filter(|c| !c.is_ascii()).count() as u64;
        seen += chunk.valid().len() + chunk.invalid().len();
        if let [first, ..] = chunk.invalid() {
            bad += 1;
            let halves = matches!(first, 0xc2..=0xf4) && !(0x80..0xc0).contains(first);
            cut = halves && seen == bytes.len();
        }
    }
    // A character of three bytes cut in half may be the only one of its text.
    let only_cut =
        bad == 1 && cut && (good > 0 || std::str::from_utf8(bytes).is_err_and(|e| e.error_len().is_none()));
    (bad > 0 && (good >= 4 * bad || only_cut)).then_some((bad, bad == 1 && cut))
}

/// The likeliest encoding of bytes that are not UTF-8.
fn guess(bytes: &[u8]) -> &'static Encoding {
    match utf16(bytes) {
        Some(name) if name.contains("big") => return encoding_rs::UTF_16BE,
        Some(_) => return encoding_rs::UTF_16LE,
        None => {}
    }
    match zeros(bytes) {
        [even, odd] if odd > 0 && even * 20 < odd => return encoding_rs::UTF_16LE,
        [even, odd] if even > 0 && odd * 20 < even => return encoding_rs::UTF_16BE,
        _ => {}
    }
    let mut detector = EncodingDetector::new(Iso2022JpDetection::Allow);
    detector.feed(bytes, true);
    detector.guess(None, Utf8Detection::Deny)
}

/// Zero bytes at even and at odd places of the beginning: half of every Latin letter in
/// UTF-16 is one.
fn zeros(bytes: &[u8]) -> [usize; 2] {
    let count = |from: usize| bytes.iter().take(8192).skip(from).step_by(2).filter(|&&b| b == 0).count();
    let all = bytes.len().min(8192);
    [count(0), count(1)].map(|zeros| if zeros * 4 > all { zeros } else { 0 })
}

/// The name `iconv` has for an encoding; those it takes for a narrower one by their own.
fn iconv_name(bytes: &[u8]) -> &'static str {
    let marked = matches!(bytes, [0xff, 0xfe, ..] | [0xfe, 0xff, ..]) && utf16(bytes).is_some();
    match utf16(bytes) {
        Some(name) if name.starts_with("UTF-32") => {
            return if name.contains("big") { "UTF-32BE" } else { "UTF-32LE" };
        }
        _ => {}
    }
    match guess(bytes).name() {
        "UTF-16LE" | "UTF-16BE" if marked => "UTF-16",
        "windows-1252" => "WINDOWS-1252",
        "windows-1250" => "WINDOWS-1250",
        "windows-1251" => "WINDOWS-1251",
        "windows-1253" => "WINDOWS-1253",
        "windows-1254" => "WINDOWS-1254",
        "windows-1255" => "WINDOWS-1255",
        "windows-1256" => "WINDOWS-1256",
        "windows-1257" => "WINDOWS-1257",
        "windows-1258" => "WINDOWS-1258",
        "windows-874" => "WINDOWS-874",
        "Shift_JIS" => "CP932",
        "EUC-KR" => "CP949",
        "Big5" => "BIG5-HKSCS",
        "GBK" => "GB18030",
        "macintosh" => "MACINTOSH",
        other => other,
    }
}

fn broken(bytes: &[u8], span: Range<usize>, found: String) -> Box<Finding> {
    let place = place(bytes, span.start, span.end);
    let nearly = if utf16(bytes).is_some() { None } else { nearly_utf8(bytes) };
    let message = match &place {
        Evidence::Line { line, column, .. } => {
            format!("The text is not UTF-8: {found} in line {line}, column {column} (byte {}).", span.start)
        }
        _ => format!("The text is not UTF-8: {found} at byte {}.", span.start),
    };
    let (name, readable) = (iconv_name(bytes), converted(bytes).is_some());
    let mut found = at(finding("not_utf8", json!(found), json!("UTF-8"), message), place);
    if let Some((bad, cut)) = nearly {
        if cut {
            found.message.push_str(" The rest is UTF-8: the last character is cut in half.");
            "The file was cut off: send all of it, or delete the last byte and save the file as UTF-8 again."
                .clone_into(&mut found.fix);
        } else {
            found.message.push_str(&format!(" The rest is UTF-8; {} bad.", of_bytes(bad)));
            "Type the right character at the named place and save the file as UTF-8 again. Do not convert the whole file: all its other letters are right."
                .clone_into(&mut found.fix);
        }
    } else if readable {
        found.message.push_str(&format!(" It reads as {name}."));
        found.fix = format!(
            "Save the file as UTF-8 (most editors: “Save with encoding”), take “Convert it for me” in the pre-check, or run: iconv -f {name} -t UTF-8 old.txt > new.txt"
        );
    }
    Box::new(found)
}

fn of_bytes(bad: u64) -> String {
    if bad == 1 { "one place is".to_owned() } else { format!("{bad} places are") }
}

/// Control and replacement characters, and a byte order mark.
pub(crate) fn check(text: &str) -> Vec<Finding> {
    let mut findings = Vec::new();
    if text.starts_with('\u{feff}') {
        let message = "The text starts with a byte order mark; it is left out.".to_owned();
        findings.push(finding("byte_order_mark", json!(1), json!(0), message));
    }
    findings.extend(controls(text));
    findings.extend(replaced(text));
    findings
}

fn controls(text: &str) -> Option<Finding> {
    let is_bad = |c: char| c.is_control() && !matches!(c, '\t' | '\n' | '\r' | '\u{c}' | '\u{85}');
    let (start, first) = text.char_indices().find(|&(_, c)| is_bad(c))?;
    let count = text[start..].chars().filter(|&c| is_bad(c)).count() as u64;
    let message = format!("Found {}; the first is U+{:04X}.", many(count, "control character"), first as u32);
    let place = place(text.as_bytes(), start, start + first.len_utf8());
    let mut found = at(finding("control_characters", json!(count), json!(0), message), place);
    if let Some(fix) = control_fix(first) {
        fix.clone_into(&mut found.fix);
    }
    Some(found)
}

/// What takes the commonest control characters of honest files away; none = the usual fix.
fn control_fix(first: char) -> Option<&'static str> {
    match first {
        '\u{8}' => Some(
            "Backspaces print one character over another, as in a manual page made for a printer. Run: sed 's/.\\x08//g; s/\\x08//g' old.txt > new.txt",
        ),
        '\u{1a}' => Some("U+001A ends a file of DOS. Run: tr -d '\\032' < old.txt > new.txt"),
        '\0' => Some(
            "NUL characters are no text: is it the right file? If it is, run: tr -d '\\000' < old.txt > new.txt",
        ),
        '\u{80}'..='\u{9f}' => Some(
            "Such characters come from a file of Windows-1252 that was read as Latin-1. Convert the original again: iconv -f WINDOWS-1252 -t UTF-8 old.txt > new.txt",
        ),
        _ => None,
    }
}

fn replaced(text: &str) -> Option<Finding> {
    let start = text.find('\u{fffd}')?;
    let count = text[start..].chars().filter(|&c| c == '\u{fffd}').count() as u64;
    let share = count * 10_000 / text.chars().count() as u64;
    let message = format!("{} lost in an earlier conversion (�).", many(count, "character"));
    let found = if share > TOO_MANY_LOST {
        finding("replacement_characters", json!(share / 10), json!(TOO_MANY_LOST / 10), message)
    } else if share > SOME_LOST {
        finding("some_replacement_characters", json!(share), json!(SOME_LOST), message)
    } else {
        return None;
    };
    Some(at(found, place(text.as_bytes(), start, start + 3)))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn codes(text: &str) -> Vec<String> {
        check(text).into_iter().map(|f| f.code).collect()
    }

    #[test]
    fn the_first_bad_byte_has_a_line_and_a_column() {
        let broken = decode(b"f\xc3\xbcr\nK\xf6ln").unwrap_err();
        assert_eq!(broken.evidence, Some(Evidence::Line { line: 2, column: 2, start: 6, end: 7 }));
        assert!(broken.message.contains("byte 0xF6 in line 2, column 2"), "{}", broken.message);
        assert!(broken.fix.contains("iconv"));
        let cut = decode("f\u{fc}".as_bytes().split_last().unwrap().1).unwrap_err();
        assert_eq!(cut.evidence, Some(Evidence::Line { line: 1, column: 2, start: 1, end: 2 }));
        assert!(decode(b"\xff\xfeh\0i\0").unwrap_err().message.contains("UTF-16 (little endian) in line 1"));
    }

    #[test]
    fn the_fix_names_the_encoding_it_really_has() {
        let fix = |bytes: &[u8]| decode(bytes).unwrap_err().fix;
        let german = "Die Männer grüßen über die Straße, und die Köchin trägt süße Äpfel. ".repeat(4);
        let russian = "Кошка сидит на ковре и не спит, потому что ждёт ужина. ".repeat(4);
        let japanese = "これは古い文字コードで書かれた文章です。猫はマットの上に座っている。".repeat(4);
        for (encoding, text, name) in [
            (encoding_rs::WINDOWS_1252, &german, "-f WINDOWS-1252 "),
            (encoding_rs::WINDOWS_1251, &russian, "-f WINDOWS-1251 "),
            (encoding_rs::KOI8_R, &russian, "-f KOI8-"),
            (encoding_rs::SHIFT_JIS, &japanese, "-f CP932 "),
            (encoding_rs::EUC_JP, &japanese, "-f EUC-JP "),
        ] {
            let bytes = encoding.encode(text).0;
            assert!(fix(&bytes).contains(name), "{name}: {}", fix(&bytes));
            assert_eq!(converted(&bytes).unwrap().0, *text);
        }
        let wide: Vec<u8> = german.encode_utf16().flat_map(u16::to_le_bytes).collect();
        assert!(fix(&wide).contains("-f UTF-16LE "), "{}", fix(&wide));
        let marked = [b"\xff\xfe".as_slice(), &wide].concat();
        assert!(fix(&marked).contains("-f UTF-16 "), "{}", fix(&marked));
        assert_eq!(converted(&marked).unwrap(), (german, "UTF-16LE"));
        assert_eq!(converted("schon gut: ü".as_bytes()), None);
    }

    #[test]
    fn a_bad_byte_in_utf8_is_no_other_encoding() {
        let german = "Die Männer grüßen über die Straße, und die Köchin trägt süße Äpfel. ";
        let bad = [german.as_bytes(), b"Gr\xfc\xdfe. ", german.as_bytes()].concat();
        let broken = decode(&bad).unwrap_err();
        assert!(broken.message.contains("The rest is UTF-8; 2 places are bad."), "{}", broken.message);
        assert!(!broken.fix.contains("iconv") && converted(&bad).is_none(), "{}", broken.fix);
        for cut in ["Am Ende steht ein Café".as_bytes(), "猫はマットの上に座って".as_bytes()] {
            let broken = decode(&cut[..cut.len() - 1]).unwrap_err();
            assert!(broken.message.contains("cut in half") && broken.fix.contains("cut off"), "{broken:?}");
        }
        assert!(decode(b"K\xf6ln, sch\xf6n").unwrap_err().message.contains("It reads as WINDOWS-1252"));
    }

    #[test]
    fn four_bytes_a_character_are_utf32() {
        let text = "Grüße aus dem Gärtchen";
        for (mark, name, bytes) in [
            (
                b"\xff\xfe\0\0",
                "UTF-32LE",
                text.chars().flat_map(|c| u32::from(c).to_le_bytes()).collect::<Vec<u8>>(),
            ),
            (b"\0\0\xfe\xff", "UTF-32BE", text.chars().flat_map(|c| u32::from(c).to_be_bytes()).collect()),
        ] {
            for bytes in [[mark, &bytes[..]].concat(), bytes] {
                let broken = decode(&bytes).unwrap_err();
                assert!(broken.message.contains("UTF-32") && broken.fix.contains(name), "{broken:?}");
                assert_eq!(converted(&bytes), Some((text.to_owned(), name)));
            }
        }
    }

    #[test]
    fn controls_are_refused_but_for_the_four_of_plain_text() {
        assert_eq!(codes("a\tb\r\nc\u{c}d"), [""; 0]);
        for bad in ["a\0b", "a\u{1b}[31mb", "a\u{7f}b", "a\u{92}b"] {
            assert_eq!(codes(bad), ["control_characters"], "{bad:?}");
        }
        assert_eq!(check("x\n\u{7}\u{7}")[0].measured, json!(2));
        for (bad, fix) in [
            ("\u{1b}[1mNAME\u{1b}[0m", "sed 's/\\x1b"),
            ("N\u{8}NA\u{8}A", "sed 's/.\\x08//g; s/\\x08//g'"),
            ("the end\n\u{1a}", "tr -d '\\032'"),
            ("a\0b", "tr -d '\\000'"),
            ("it\u{92}s", "iconv -f WINDOWS-1252"),
        ] {
            assert!(check(bad)[0].fix.contains(fix), "{bad:?}: {}", check(bad)[0].fix);
        }
    }

    #[test]
    fn a_byte_order_mark_is_only_noted() {
        assert_eq!(codes("\u{feff}hello"), ["byte_order_mark"]);
    }

    #[test]
    fn lost_characters_are_weighed() {
        let text = |lost: usize| "\u{fffd}".repeat(lost) + &"a".repeat(10_000 - lost);
        assert_eq!(codes(&text(10)), [""; 0]);
        assert_eq!(codes(&text(11)), ["some_replacement_characters"]);
        assert_eq!(codes(&text(101)), ["replacement_characters"]);
    }
}
