//! Which scripts put no spaces between words.

/// First and last characters of the blocks of scripts without spaces between words,
/// ascending. Lao and Thai, Tibetan, Myanmar, Khmer, Tai Le and New Tai Lue, Buginese, Tai
/// Tham, Balinese, kana, Bopomofo, Han, Yi, Phags-pa, Javanese, Tai Viet, Tangut, Khitan.
const SPACELESS: &[(char, char)] = &[
    ('\u{e00}', '\u{fff}'),
    ('\u{1000}', '\u{109f}'),
    ('\u{1780}', '\u{17ff}'),
    ('\u{1950}', '\u{19ff}'),
    ('\u{1a00}', '\u{1aaf}'),
    ('\u{1b00}', '\u{1b7f}'),
    ('\u{3005}', '\u{3007}'),
    ('\u{3040}', '\u{312f}'),
    ('\u{31a0}', '\u{31bf}'),
    ('\u{31f0}', '\u{31ff}'),
    ('\u{3400}', '\u{4dbf}'),
    ('\u{4e00}', '\u{9fff}'),
    ('\u{a000}', '\u{a4cf}'),
    ('\u{a840}', '\u{a87f}'),
    ('\u{a980}', '\u{a9ff}'),
    ('\u{aa60}', '\u{aadf}'),
    ('\u{f900}', '\u{faff}'),
    ('\u{ff66}', '\u{ff9d}'),
    ('\u{17000}', '\u{18cff}'),
    ('\u{1b000}', '\u{1b2ff}'),
    ('\u{20000}', '\u{323af}'),
];

/// Whether a character is of a script that puts no spaces between words.
pub(crate) fn is_spaceless(c: char) -> bool {
    if c < '\u{e00}' {
        return false;
    }
    let at = SPACELESS.partition_point(|&(_, last)| last < c);
    SPACELESS.get(at).is_some_and(|&(first, _)| first <= c)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_table_ascends_and_knows_its_scripts() {
        assert!(SPACELESS.windows(2).all(|pair| pair[0].1 < pair[1].0));
        for c in "ไລབྷမခᥖᦑᨠᬓの漢ㄅꀊꦗꪀ𗀀".chars() {
            assert!(is_spaceless(c), "U+{:04X}", c as u32);
        }
        for c in "aßжאبहকதаგአ한ᠮ, 。".chars() {
            assert!(!is_spaceless(c), "U+{:04X}", c as u32);
        }
    }
}
