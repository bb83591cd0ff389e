//! Names of glyphs as characters: names of TeX fonts and of the Adobe glyph list, accents
//! by composition, and the names that carry their code in themselves.

use lopdf::{Dictionary, Document, Encoding, Object};
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
mapsfrom ↤ circledot ⊙ circleminus ⊖ circledivide ⊘ satisfies ⊨ latticetop ⊤ perpendicularsign ⊥ dbar đ \
suppress ' polishlcross ł diamondmath ⋄ circlecopyrt ○ equivasymptotic ≍ similarequal ≃ arrowboth ↔ triangleinv ▽ \
Rfractur ℜ Ifractur ℑ unionmulti ⊎ angbracketleft ⟨ angbracketright ⟩ arrowbothv ↕ arrowdblbothv ⇕ wreathproduct ≀ \
coproduct ∐ unionsqtext ⊔ subsetsqequal ⊑ supersetsqequal ⊒ arrowlefttophalf ↼ arrowleftbothalf ↽ arrowrighttophalf ⇀ \
arrowrightbothalf ⇁ triangleright ▷ triangleleft ◁ flat ♭ natural ♮ sharp ♯ slurbelow ⌣ slurabove ⌢ epsilon1 ϵ \
mathbullet • dblbracketleft ⟦ dblbracketright ⟧ braceleftBig { bracerightBig } braceleftbigg { bracerightbigg } \
braceleftBigg { bracerightBigg } parenleftBigg ( parenrightBigg ) bracketleftBig [ bracketrightBig ] \
bracketleftbigg [ bracketrightbigg ] bracketleftBigg [ bracketrightBigg ] angbracketleftbig ⟨ angbracketrightbig ⟩ \
angbracketleftBig ⟨ angbracketrightBig ⟩ slashBig / radicalbigg √ radicalBigg √ unionsqdisplay ⊔ intersectiontext ∩ \
intersectiondisplay ∩ uniontext ∪ uniondisplay ∪ logicalandtext ∧ logicalanddisplay ∧ logicalortext ∨ \
logicalordisplay ∨ coproducttext ∐ coproductdisplay ∐ circleplustext ⊕ circleplusdisplay ⊕ circlemultiplytext ⊗ \
circlemultiplydisplay ⊗ floorleftbig ⌊ floorrightbig ⌋ ceilingleftbig ⌈ ceilingrightbig ⌉ contintegraltext ∮ \
contintegraldisplay ∮ visualspace ␣ ringfitted ˚ dblgrave ̏ Ng Ŋ ng ŋ dslash đ perthousandzero ‰ compwordmark - \
hyphenchar - quotedblbaseleft „ Sharp ẞ sharps ß nolig - cwm -";

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
    for nothing in ["compwordmark", "cwm", "nolig"] {
        table.insert(nothing, "");
    }
    table
});

/// The text of a glyph in a font by its name: empty for an ornament (a piece of a music
/// sheet, of a big bracket, a hand that points), none for names that are only numbers.
/// In bitmap fonts a name with the code of a letter (`a97`) is that letter.
pub(super) fn of(name: &[u8], bitmap: bool) -> Option<String> {
    let name = std::str::from_utf8(name).ok()?;
    let digits = name.trim_start_matches(|c: char| c.is_ascii_alphabetic());
    let code: Option<u8> = digits.parse().ok().filter(|_| bitmap && name.len() - digits.len() <= 1);
    let letter = code.filter(|code| (0x20..0x7f).contains(code)).map(|code| char::from(code).to_string());
    text(name).or(letter).or_else(|| is_ornament(name).then(String::new))
}

/// Whether a name is made of words and not of a number.
fn is_ornament(name: &str) -> bool {
    let word = name.split(|c: char| !c.is_ascii_alphabetic()).next().unwrap_or_default();
    let numbered = ["glyph", "index", "cid", "gid", "char", "uni", "afii", "notdef", "null"];
    let number = numbered.iter().any(|start| word.to_ascii_lowercase().starts_with(start));
    word.len() >= 4 && !number && !name.starts_with('.')
}

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
    unicode(name).or_else(|| cyrillic(name)).or_else(|| accented(name)).or_else(|| adobe(name))
}

/// The rest of Adobe's list, which lopdf has for fonts that name single codes.
fn adobe(name: &str) -> Option<String> {
    let list = Object::Array(vec![0.into(), Object::Name(name.as_bytes().to_vec())]);
    let encoding = Dictionary::from_iter([("Differences", list)]);
    let font = Dictionary::from_iter([
        ("Type", Object::Name(b"Font".to_vec())),
        ("Subtype", Object::Name(b"Type1".to_vec())),
        ("Encoding", Object::Dictionary(encoding)),
    ]);
    let nowhere = Document::new();
    let Ok(Encoding::Differences(found)) = font.get_font_encoding(&nowhere) else { return None };
    let unit = found.map.get(&0)?.utf16_code_unit();
    // Adobe's places of its own say nothing to others; ligatures are their letters.
    let found = char::from_u32(u32::from(unit))?;
    let private = ('\u{e000}'..='\u{f8ff}').contains(&found) || found.is_control();
    let ligature = ('\u{fb00}'..='\u{fb06}').contains(&found);
    (!private).then(|| if ligature { found.nfkc().collect() } else { found.to_string() })
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
    use super::{of, text};

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
            assert_eq!((text(unknown), of(unknown.as_bytes(), false)), (None, None), "{unknown}");
        }
    }

    #[test]
    fn the_whole_list_of_adobe_and_names_of_tex_are_known() {
        for (name, expected) in [
            ("afii57664", "א"),
            ("afii57415", "ا"),
            ("hiragana", "ornament"),
            ("katakanaa", "ornament"),
            ("ahiragana", "あ"),
            ("Ibreve", "Ĭ"),
            ("angbracketleft", "⟨"),
            ("suppress", "'"),
            ("a97", "?"),
        ] {
            let found = of(name.as_bytes(), false).unwrap_or_else(|| "?".into());
            assert_eq!(if found.is_empty() { "ornament" } else { &found }, expected, "{name}");
        }
        assert_eq!(of(b"a97", true).as_deref(), Some("a"));
        assert_eq!(of(b"noteheads.s2", false).as_deref(), Some(""), "a sign, and no letter");
        assert_eq!(of(b"compwordmark", false).as_deref(), Some(""));
    }
}
