//! Accents that are drawn as letters of their own, over the letter that follows, as TeX
//! does with its older fonts.

use unicode_normalization::UnicodeNormalization;

/// The mark that an accent standing alone becomes on a letter.
const fn mark(accent: char) -> Option<char> {
    Some(match accent {
        '`' | '\u{300}' => '\u{300}',
        '´' | '\u{301}' => '\u{301}',
        'ˆ' | '^' | '\u{302}' => '\u{302}',
        '˜' | '~' | '\u{303}' => '\u{303}',
        '¯' | 'ˉ' | '\u{304}' => '\u{304}',
        '˘' | '\u{306}' => '\u{306}',
        '˙' | '\u{307}' => '\u{307}',
        '¨' | '\u{308}' => '\u{308}',
        '˚' | '\u{30a}' => '\u{30a}',
        '˝' | '\u{30b}' => '\u{30b}',
        'ˇ' | '\u{30c}' => '\u{30c}',
        '¸' | '\u{327}' => '\u{327}',
        '˛' | '\u{328}' => '\u{328}',
        _ => return None,
    })
}

/// A text that ends with an accent, and the letter drawn under it, as one; none where
/// there is no such letter.
pub(super) fn composed(before: &str, letter: &str) -> Option<String> {
    let accent = before.chars().next_back()?;
    let mark = mark(accent)?;
    let base = match letter.chars().next()? {
        'ı' => 'i',
        'ȷ' => 'j',
        other => other,
    };
    let whole: String = [base, mark].into_iter().nfc().collect();
    let is_letter = base.is_alphabetic() && whole.chars().count() == 1;
    let head = &before[..before.len() - accent.len_utf8()];
    let rest = letter.chars().skip(1);
    is_letter.then(|| head.chars().chain(whole.chars()).chain(rest).collect())
}

#[cfg(test)]
mod tests {
    use super::composed;

    #[test]
    fn accents_and_letters_become_one() {
        for (before, letter, expected) in
            [("p´", "a", "pá"), ("´", "ı", "í"), ("erm¨", "o", "ermö"), ("fa¸", "c", "faç"), ("ˇ", "C", "Č")]
        {
            assert_eq!(composed(before, letter).as_deref(), Some(expected));
        }
        for (before, letter) in [("a", "b"), ("x´", "1"), ("´", "q"), ("", "a")] {
            assert_eq!(composed(before, letter), None, "{before}{letter}");
        }
    }
}
