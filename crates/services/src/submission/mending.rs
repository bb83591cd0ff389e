//! What a contributor may put right at once: personal data masked, another encoding read.

use crate::view::reading::{Converted, Mask, Reading};
use karat_gate::text::{decode, personal};

/// Most places that are offered; more are masked with a program.
const MOST_MASKS: usize = 500;

/// Places of the text that speak of people, with what could stand there instead.
pub(super) fn masks(reading: Option<&Reading>) -> Vec<Mask> {
    let found = reading.map_or_else(Vec::new, |reading| personal::masks(&reading.text));
    let shaped = found.into_iter().take(MOST_MASKS).map(|mask| Mask {
        start: mask.start as u64,
        end: mask.end as u64,
        kind: serde_json::to_value(mask.kind)
            .ok()
            .and_then(|word| word.as_str().map(str::to_owned))
            .unwrap_or_default(),
        replacement: mask.replacement,
    });
    shaped.collect()
}

/// The text as UTF-8, when the gate found it to be in another encoding.
pub(super) fn converted(bytes: &[u8]) -> Option<Converted> {
    let (text, encoding) = decode::converted(bytes)?;
    Some(Converted { encoding: encoding.to_owned(), text })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn masks_say_where_and_what() {
        let text = "Grüße von ada@lovelace-mail.de";
        let reading = Reading { text: text.into(), ..Reading::default() };
        let masks = masks(Some(&reading));
        let [mask] = masks.as_slice() else { panic!("{masks:?}") };
        assert_eq!((mask.kind.as_str(), mask.replacement.as_str()), ("email", "[email]"));
        assert_eq!(&text[mask.start as usize..mask.end as usize], "ada@lovelace-mail.de");
        assert_eq!(super::masks(None), []);
    }

    #[test]
    fn only_what_is_not_utf8_is_converted() {
        let latin = b"Gr\xfc\xdfe aus K\xf6ln und M\xfcnchen, wir w\xe4ren gern dabei gewesen.";
        let converted = converted(latin).unwrap();
        assert_eq!((converted.encoding.as_str(), &converted.text[..7]), ("windows-1252", "Grüße"));
        assert_eq!(super::converted("Grüße".as_bytes()), None);
    }
}
