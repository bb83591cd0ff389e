//! Names of glyphs as characters: the essentials of the Adobe glyph list, accents by
//! composition, and the names that carry their code in themselves.

use std::collections::HashMap;
use std::sync::LazyLock;
use unicode_normalization::UnicodeNormalization;

/// Endings that add a combining accent to the letter before them.
const ACCENTS: [(&str, char); 15] = [
    ("acute", '\u{301}'),
    ("grave", '\u{300}'),
    ("circumflex", '\u{302}'),
    ("dieresis", '\u{308}'),
    ("tilde", '\u{303}'),
    ("ring", '\u{30a}'),
    ("caron", '\u{30c}'),
    ("cedilla", '\u{327}'),
    ("ogonek", '\u{328}'),
    ("macron", '\u{304}'),
    ("breve", '\u{306}'),
    ("dotaccent", '\u{307}'),
    ("hungarumlaut", '\u{30b}'),
    ("commaaccent", '\u{326}'),
    ("tonos", '\u{301}'),
];

/// `name character` pairs, apart by spaces.
const NAMES: &str = "exclam ! quotedbl \" numbersign # dollar $ percent % ampersand & quotesingle ' quoteright ’ \
parenleft ( parenright ) asterisk * plus + comma , hyphen - period . slash / zero 0 one 1 two 2 three 3 four 4 \
five 5 six 6 seven 7 eight 8 nine 9 colon : semicolon ; less < equal = greater > question ? at @ bracketleft [ \
backslash \\ bracketright ] asciicircum ^ underscore _ grave ` quoteleft ‘ braceleft { bar | braceright } \
asciitilde ~ exclamdown ¡ cent ¢ sterling £ currency ¤ yen ¥ brokenbar ¦ section § dieresis ¨ copyright © \
ordfeminine ª guillemotleft « guillemotright » logicalnot ¬ registered ® macron ¯ overscore ¯ degree ° plusminus ± \
twosuperior ² threesuperior ³ acute ´ mu µ paragraph ¶ periodcentered · middot · cedilla ¸ onesuperior ¹ \
ordmasculine º onequarter ¼ onehalf ½ threequarters ¾ questiondown ¿ AE Æ ae æ Eth Ð eth ð multiply × divide ÷ \
Oslash Ø oslash ø Thorn Þ thorn þ germandbls ß Germandbls ẞ Dcroat Đ dcroat đ Dslash Đ Hbar Ħ hbar ħ dotlessi ı \
dotlessj ȷ IJ Ĳ ij ĳ kgreenlandic ĸ Lslash Ł lslash ł Ldot Ŀ ldot ŀ napostrophe ŉ Eng Ŋ eng ŋ OE Œ oe œ Tbar Ŧ \
tbar ŧ longs ſ florin ƒ Ohorn Ơ ohorn ơ Uhorn Ư uhorn ư schwa ə circumflex ˆ caron ˇ breve ˘ dotaccent ˙ ring ˚ \
ogonek ˛ tilde ˜ hungarumlaut ˝ endash – emdash — rangedash – punctdash — afii00208 ― quotesinglbase ‚ quotedblleft “ \
quotedblright ” quotedblbase „ dagger † daggerdbl ‡ bullet • ellipsis … perthousand ‰ perthousandzero ‰ \
guilsinglleft ‹ guilsinglright › fraction ⁄ Euro € euro € trademark ™ servicemark ℠ numero № afii61352 № minus − \
partialdiff ∂ product ∏ summation ∑ radical √ infinity ∞ integral ∫ approxequal ≈ notequal ≠ lessequal ≤ \
greaterequal ≥ lozenge ◊ Delta ∆ Omega Ω increment ∆ Alpha Α Beta Β Gamma Γ Epsilon Ε Zeta Ζ Eta Η Theta Θ Iota Ι \
Kappa Κ Lambda Λ Mu Μ Nu Ν Xi Ξ Omicron Ο Pi Π Rho Ρ Sigma Σ Tau Τ Upsilon Υ Phi Φ Chi Χ Psi Ψ alpha α beta β \
gamma γ delta δ epsilon ε epsilon1 ϵ zeta ζ eta η theta θ theta1 ϑ iota ι kappa κ lambda λ nu ν xi ξ omicron ο \
pi π pi1 ϖ rho ρ rho1 ϱ sigma σ sigma1 ς tau τ upsilon υ phi φ phi1 ϕ chi χ psi ψ omega ω universal ∀ existential ∃ \
suchthat ∋ asteriskmath ∗ element ∈ notelement ∉ congruent ≅ similar ∼ therefore ∴ perpendicular ⊥ proportional ∝ \
equivalence ≡ logicaland ∧ logicalor ∨ intersection ∩ union ∪ propersuperset ⊃ reflexsuperset ⊇ notsubset ⊄ \
propersubset ⊂ reflexsubset ⊆ angle ∠ gradient ∇ nabla ∇ dotmath ⋅ arrowboth ↔ arrowleft ← arrowup ↑ arrowright → \
arrowdown ↓ arrowdblboth ⇔ arrowdblleft ⇐ arrowdblup ⇑ arrowdblright ⇒ arrowdbldown ⇓ aleph ℵ Ifraktur ℑ Rfraktur ℜ \
weierstrass ℘ circlemultiply ⊗ circleplus ⊕ emptyset ∅ angleleft ⟨ angleright ⟩ floorleft ⌊ floorright ⌋ \
ceilingleft ⌈ ceilingright ⌉ minute ′ second ″ prime ′ minusplus ∓ precedesequal ⪯ followsequal ⪰ lessmuch ≪ \
greatermuch ≫ precedes ≺ follows ≻ openbullet ◦ circle ○ square □ blacksquare ■ filledbox ■ triangle △ star ⋆ \
diamond ◇ club ♣ heart ♥ spade ♠ check ✓ checkmark ✓ cross ✗ mapsto ↦ turnstileleft ⊢ turnstileright ⊣ bardbl ∥ \
backslashbig \\ parallel ∥ arrownortheast ↗ arrowsoutheast ↘ arrownorthwest ↖ arrowsouthwest ↙ lscript ℓ \
ell ℓ ff ff fi fi fl fl ffi ffi ffl ffl f_f ff st st ct ct visiblespace ␣ dotlessjmath ȷ vector ⃗ tie ⁀ \
perthousandsign ‰ interrobang ‽ anglearc ∟ Yen ¥ sfthyphen - hyphenminus - figuredash ‒ nobreakspace - \
quotedblreversed ‟ onefifth ⅕ onethird ⅓ twothirds ⅔ oneeighth ⅛ threeeighths ⅜ fiveeighths ⅝ seveneighths ⅞ \
zerosuperior ⁰ foursuperior ⁴ fivesuperior ⁵ sixsuperior ⁶ sevensuperior ⁷ eightsuperior ⁸ ninesuperior ⁹ nsuperior ⁿ \
zerooldstyle 0 oneoldstyle 1 twooldstyle 2 threeoldstyle 3 fouroldstyle 4 fiveoldstyle 5 sixoldstyle 6 \
sevenoldstyle 7 eightoldstyle 8 nineoldstyle 9 summationtext ∑ summationdisplay ∑ producttext ∏ productdisplay ∏ \
integraltext ∫ integraldisplay ∫ radicalbig √ radicalBig √ parenleftbig ( parenrightbig ) parenleftBig ( \
parenrightBig ) parenleftbigg ( parenrightbigg ) bracketleftbig [ bracketrightbig ] braceleftbig { bracerightbig } \
slashbig / unionsq ⊔ intersectionsq ⊓ owner ∋ multiplydot ⋅ arrowhookleft ↩ arrowhookright ↪ negationslash ̸ \
mapsfrom ↤ circledot ⊙ circleminus ⊖ circledivide ⊘ satisfies ⊨ latticetop ⊤ perpendicularsign ⊥ dbar đ";

static TABLE: LazyLock<HashMap<&'static str, &'static str>> = LazyLock::new(|| {
    let mut words = NAMES.split_whitespace();
    let mut table = HashMap::new();
    while let (Some(name), Some(text)) = (words.next(), words.next()) {
        table.insert(name, text);
    }
    table.insert("space", " ");
    table.insert("nbspace", " ");
    table.insert("nonbreakingspace", " ");
    table.insert("softhyphen", "-");
    table
});

/// The characters of a glyph's name; none when nothing says what it is.
pub(super) fn text(name: &str) -> Option<String> {
    if let Some(known) = known(name) {
        return Some(known);
    }
    // `a.sc` is a form of `a`, `f_i` a ligature of both.
    let plain = name.split('.').next().filter(|plain| !plain.is_empty())?;
    if plain != name
        && let Some(known) = known(plain)
    {
        return Some(known);
    }
    if plain.contains('_') {
        return plain.split('_').map(known).collect();
    }
    let small = plain.strip_suffix("small").or_else(|| plain.strip_suffix("oldstyle"))?;
    known(small)
}

fn known(name: &str) -> Option<String> {
    if let Some(text) = TABLE.get(name) {
        return Some((*text).to_owned());
    }
    let mut letters = name.chars();
    if let (Some(only), None) = (letters.next(), letters.next()) {
        return Some(only.to_string());
    }
    unicode(name).or_else(|| cyrillic(name)).or_else(|| accented(name))
}

/// `uni20AC`, `uni00660069`, `u1F600`.
fn unicode(name: &str) -> Option<String> {
    let hex = |digits: &str| {
        let plain = digits
            .bytes()
            .all(|b| b.is_ascii_digit() || (b'A'..=b'F').contains(&b) || (b'a'..=b'f').contains(&b));
        plain.then(|| u32::from_str_radix(digits, 16).ok().and_then(char::from_u32)).flatten()
    };
    if let Some(digits) =
        name.strip_prefix("uni").filter(|d| d.len() >= 4 && d.len() % 4 == 0 && d.is_ascii())
    {
        return (0..digits.len()).step_by(4).map(|at| hex(&digits[at..at + 4])).collect();
    }
    let digits = name.strip_prefix('u').filter(|d| (4..=6).contains(&d.len()))?;
    hex(digits).map(String::from)
}

/// Adobe's numbers of Cyrillic letters: afii10017 to afii10097.
fn cyrillic(name: &str) -> Option<String> {
    let number: u32 = name.strip_prefix("afii")?.parse().ok()?;
    let code = match number {
        10017..=10022 => 0x410 + number - 10017,
        10023 => 0x401,
        10024..=10049 => 0x416 + number - 10024,
        10065..=10070 => 0x430 + number - 10065,
        10071 => 0x451,
        10072..=10097 => 0x436 + number - 10072,
        10050 => 0x490,
        10098 => 0x491,
        10053 => 0x404,
        10101 => 0x454,
        10055 => 0x406,
        10103 => 0x456,
        10056 => 0x407,
        10104 => 0x457,
        _ => return None,
    };
    char::from_u32(code).map(String::from)
}

fn accented(name: &str) -> Option<String> {
    let (base, accent) =
        ACCENTS.iter().find_map(|(ending, accent)| Some((name.strip_suffix(ending)?, *accent)))?;
    let base = match base {
        "" => return None,
        "dotlessi" => "i",
        "dotlessj" => "j",
        other if other.chars().count() == 1 => other,
        other => TABLE.get(other).copied()?,
    };
    Some(format!("{base}{accent}").nfc().collect())
}

#[cfg(test)]
mod tests {
    use super::text;

    #[test]
    fn names_become_characters() {
        for (name, expected) in [
            ("space", " "),
            ("A", "A"),
            ("eacute", "é"),
            ("ccaron", "č"),
            ("uhungarumlaut", "ű"),
            ("scommaaccent", "ș"),
            ("ffi", "ffi"),
            ("f_i", "fi"),
            ("a.sc", "a"),
            ("uni20AC", "€"),
            ("uni00660069", "fi"),
            ("u1F600", "😀"),
            ("afii10017", "А"),
            ("afii10049", "Я"),
            ("afii10097", "я"),
            ("alphatonos", "ά"),
            ("germandbls", "ß"),
            ("Asmall", "A"),
        ] {
            assert_eq!(text(name).as_deref(), Some(expected), "{name}");
        }
        for unknown in ["", "g123", "uniXYZW", "glyph7", ".notdef"] {
            assert_eq!(text(unknown), None, "{unknown}");
        }
    }
}
