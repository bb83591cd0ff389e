//! The encodings a simple font starts from.

/// Characters of StandardEncoding from 0xA1 on; a space where there is none.
const STANDARD: &str =
    "¡¢£⁄¥ƒ§¤'“«‹›ﬁﬂ –†‡· ¶•‚„”»…‰ ¿ `´ˆ˜¯˘˙¨ ˚¸ ˝˛ˇ—                Æ ª    ŁØŒº     æ   ı  łøœß";
/// The font Symbol from 0x22 on; a space where there is none.
const SYMBOL: &str =
    "∀#∃%&∋()∗+,−./0123456789:;<=>?≅ΑΒΧ∆ΕΦΓΗΙϑΚΛΜΝΟΠΘΡΣΤΥςΩΞΨΖ[∴]⊥_ αβχδεφγηιϕκλμνοπθρστυϖωξψζ{|}∼";
/// The font Symbol from 0xA1 on.
const SYMBOL_HIGH: &str = "ϒ′≤⁄∞ƒ♣♦♥♠↔←↑→↓°±″≥×∝∂•÷≠≡≈…  ↵ℵℑℜ℘⊗⊕∅∩∪⊃⊇⊄⊂⊆∈∉∠∇®©™∏√⋅¬∧∨⇔⇐⇑⇒⇓◊⟨®©™∑";

/// A letter of the font Symbol.
pub(in crate::document) fn symbol_letter(code: u8) -> Option<char> {
    Base::Symbol.text(code)
}

/// A table of 256 codes.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Base {
    Standard,
    WinAnsi,
    MacRoman,
    Symbol,
}

impl Base {
    pub(super) fn named(name: &[u8]) -> Option<Self> {
        match name {
            b"StandardEncoding" => Some(Self::Standard),
            b"WinAnsiEncoding" => Some(Self::WinAnsi),
            b"MacRomanEncoding" => Some(Self::MacRoman),
            _ => None,
        }
    }

    /// What a code stands for.
    pub(super) fn text(self, code: u8) -> Option<char> {
        let of = |table: &str, from: u8| {
            code.checked_sub(from).and_then(|at| table.chars().nth(usize::from(at))).filter(|c| *c != ' ')
        };
        let decoded = |encoding: &'static encoding_rs::Encoding| {
            let (text, _) = encoding.decode_without_bom_handling(std::slice::from_ref(&code));
            text.chars().next().filter(|c| !c.is_control() && *c != '\u{fffd}')
        };
        match (self, code) {
            (_, 0x20) => Some(' '),
            (_, 0..0x20 | 0x7f) => None,
            (Self::Symbol, 0x21) => Some('!'),
            (Self::Symbol, 0x22..=0x7e) => of(SYMBOL, 0x22),
            (Self::Symbol, _) => of(SYMBOL_HIGH, 0xa1),
            (Self::Standard, 0x27) => Some('’'),
            (Self::Standard, 0x60) => Some('‘'),
            (_, 0..0x80) => Some(char::from(code)),
            (Self::Standard, _) => of(STANDARD, 0xa1),
            (Self::WinAnsi, 0xa0) => Some(' '),
            (Self::WinAnsi, 0xad) => Some('-'),
            (Self::WinAnsi, 0x80..=0x9f) => decoded(encoding_rs::WINDOWS_1252).or(Some('•')),
            (Self::WinAnsi, _) => Some(char::from(code)),
            (Self::MacRoman, 0xca) => Some(' '),
            (Self::MacRoman, _) => decoded(encoding_rs::MACINTOSH),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::Base;

    #[test]
    fn the_tables_agree_with_the_specification() {
        let all =
            |base: Base, codes: &[u8]| codes.iter().map(|c| base.text(*c).unwrap_or('?')).collect::<String>();
        let codes = [0xa1, 0xae, 0xb1, 0xd0, 0xe1, 0xe8, 0xf5, 0xfb, 0x27];
        assert_eq!(all(Base::Standard, &codes), "¡ﬁ–—ÆŁıß’");
        assert_eq!(all(Base::WinAnsi, &[0x80, 0x93, 0xe9, 0xad, 0xa0]), "€“é- ");
        assert_eq!(all(Base::MacRoman, &[0x8e, 0xd2, 0xde]), "é“ﬁ");
        assert_eq!(all(Base::Symbol, &[0x61, 0x77, 0xa3, 0xae, 0xb7, 0x22]), "αω≤→•∀");
    }
}
