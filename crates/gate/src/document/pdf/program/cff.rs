//! CFF programs: the names of glyphs, and which code each has.

use super::Names;
use super::reader::Bytes;

/// Glyphs of a font at most.
const MAX_GLYPHS: usize = 65_536;
/// Operands before an operator of a dictionary at most.
const MAX_OPERANDS: usize = 64;
/// Numbers above which strings are the font's own.
const STANDARD_STRINGS: usize = 391;

/// The first of the standard strings of a CFF, by their number (Adobe Technical Note
/// 5176, appendix A); the rest are names of weights.
const STRINGS: &str = "\
    .notdef space exclam quotedbl numbersign dollar percent ampersand quoteright parenleft parenright \
    asterisk plus comma hyphen period slash zero one two three four five six seven eight nine colon \
    semicolon less equal greater question at A B C D E F G H I J K L M N O P Q R S T U V W X Y Z bracketleft \
    backslash bracketright asciicircum underscore quoteleft a b c d e f g h i j k l m n o p q r s t u v w x \
    y z braceleft bar braceright asciitilde exclamdown cent sterling fraction yen florin section currency \
    quotesingle quotedblleft guillemotleft guilsinglleft guilsinglright fi fl endash dagger daggerdbl \
    periodcentered paragraph bullet quotesinglbase quotedblbase quotedblright guillemotright ellipsis \
    perthousand questiondown grave acute circumflex tilde macron breve dotaccent dieresis ring cedilla \
    hungarumlaut ogonek caron emdash AE ordfeminine Lslash Oslash OE ordmasculine ae dotlessi lslash oslash \
    oe germandbls onesuperior logicalnot mu trademark Eth onehalf plusminus Thorn onequarter divide \
    brokenbar degree thorn threequarters twosuperior registered minus eth multiply threesuperior copyright \
    Aacute Acircumflex Adieresis Agrave Aring Atilde Ccedilla Eacute Ecircumflex Edieresis Egrave Iacute \
    Icircumflex Idieresis Igrave Ntilde Oacute Ocircumflex Odieresis Ograve Otilde Scaron Uacute Ucircumflex \
    Udieresis Ugrave Yacute Ydieresis Zcaron aacute acircumflex adieresis agrave aring atilde ccedilla \
    eacute ecircumflex edieresis egrave iacute icircumflex idieresis igrave ntilde oacute ocircumflex \
    odieresis ograve otilde scaron uacute ucircumflex udieresis ugrave yacute ydieresis zcaron exclamsmall \
    Hungarumlautsmall dollaroldstyle dollarsuperior ampersandsmall Acutesmall parenleftsuperior \
    parenrightsuperior twodotenleader onedotenleader zerooldstyle oneoldstyle twooldstyle threeoldstyle \
    fouroldstyle fiveoldstyle sixoldstyle sevenoldstyle eightoldstyle nineoldstyle commasuperior \
    threequartersemdash periodsuperior questionsmall asuperior bsuperior centsuperior dsuperior esuperior \
    isuperior lsuperior msuperior nsuperior osuperior rsuperior ssuperior tsuperior ff ffi ffl \
    parenleftinferior parenrightinferior Circumflexsmall hyphensuperior Gravesmall Asmall Bsmall Csmall \
    Dsmall Esmall Fsmall Gsmall Hsmall Ismall Jsmall Ksmall Lsmall Msmall Nsmall Osmall Psmall Qsmall Rsmall \
    Ssmall Tsmall Usmall Vsmall Wsmall Xsmall Ysmall Zsmall colonmonetary onefitted rupiah Tildesmall \
    exclamdownsmall centoldstyle Lslashsmall Scaronsmall Zcaronsmall Dieresissmall Brevesmall Caronsmall \
    Dotaccentsmall Macronsmall figuredash hypheninferior Ogoneksmall Ringsmall Cedillasmall \
    questiondownsmall oneeighth threeeighths fiveeighths seveneighths onethird twothirds zerosuperior \
    foursuperior fivesuperior sixsuperior sevensuperior eightsuperior ninesuperior zeroinferior oneinferior \
    twoinferior threeinferior fourinferior fiveinferior sixinferior seveninferior eightinferior nineinferior \
    centinferior dollarinferior periodinferior commainferior Agravesmall Aacutesmall Acircumflexsmall \
    Atildesmall Adieresissmall Aringsmall AEsmall Ccedillasmall Egravesmall Eacutesmall Ecircumflexsmall \
    Edieresissmall Igravesmall Iacutesmall Icircumflexsmall Idieresissmall Ethsmall Ntildesmall Ogravesmall \
    Oacutesmall Ocircumflexsmall Otildesmall Odieresissmall OEsmall Oslashsmall Ugravesmall Uacutesmall \
    Ucircumflexsmall Udieresissmall Yacutesmall Thornsmall Ydieresissmall";
/// The entries of an INDEX.
struct Index<'a> {
    data: Bytes<'a>,
    count: usize,
    size: usize,
    /// Where the table of places begins.
    table: usize,
    /// Where the next part begins.
    next: usize,
}

impl<'a> Index<'a> {
    fn read(data: Bytes<'a>, at: usize) -> Option<Self> {
        let count = usize::from(data.u16(at)?);
        if count == 0 {
            return Some(Self { data, count, size: 1, table: at, next: at + 2 });
        }
        let size = usize::from(data.u8(at + 2)?);
        let mut out = Self { data, count, size, table: at + 3, next: 0 };
        out.next = out.place(count)?;
        (1..=4).contains(&size).then_some(out)
    }

    /// Where an entry begins; places count from the byte before the data.
    fn place(&self, entry: usize) -> Option<usize> {
        let base = self.table + (self.count + 1) * self.size - 1;
        base.checked_add(self.data.sized(self.table + entry * self.size, self.size)?)
    }

    fn get(&self, entry: usize) -> Option<&'a [u8]> {
        if entry >= self.count {
            return None;
        }
        self.data.slice(self.place(entry)?, self.place(entry + 1)?)
    }
}

/// What the top dictionary says that matters here.
#[derive(Default)]
struct Top {
    charset: usize,
    encoding: usize,
    glyphs: usize,
    is_cid: bool,
}

impl Top {
    fn read(dict: &[u8]) -> Option<Self> {
        let dict = Bytes(dict);
        let mut out = Self::default();
        let mut held: Vec<i64> = Vec::new();
        let mut at = 0;
        while let Some(byte) = dict.u8(at) {
            at += 1;
            let value = match byte {
                0..=21 => {
                    let escaped = if byte == 12 { Some(dict.u8(at)?) } else { None };
                    at += usize::from(byte == 12);
                    out.operator(byte, escaped, held.last().copied());
                    held.clear();
                    continue;
                }
                28 => i64::from(dict.u16(at)? as i16),
                29 => i64::from(dict.u32(at)? as i32),
                30 => {
                    // A real number: no place is one.
                    while dict.u8(at)? & 0x0f != 0x0f {
                        at += 1;
                    }
                    at += 1;
                    0
                }
                32..=246 => i64::from(byte) - 139,
                247..=250 => (i64::from(byte) - 247) * 256 + i64::from(dict.u8(at)?) + 108,
                251..=254 => -(i64::from(byte) - 251) * 256 - i64::from(dict.u8(at)?) - 108,
                _ => continue,
            };
            at += match byte {
                28 => 2,
                29 => 4,
                247..=254 => 1,
                _ => 0,
            };
            if held.len() < MAX_OPERANDS {
                held.push(value);
            }
        }
        (out.glyphs > 0).then_some(out)
    }

    fn operator(&mut self, byte: u8, escaped: Option<u8>, last: Option<i64>) {
        let place = last.and_then(|n| usize::try_from(n).ok()).unwrap_or(0);
        match (byte, escaped) {
            (15, _) => self.charset = place,
            (16, _) => self.encoding = place,
            (17, _) => self.glyphs = place,
            (12, Some(30)) => self.is_cid = true,
            _ => {}
        }
    }
}

struct Font<'a> {
    data: Bytes<'a>,
    strings: Index<'a>,
    top: Top,
    /// The string of each glyph, by number; for fonts with CIDs the CID.
    charset: Vec<usize>,
}

impl<'a> Font<'a> {
    fn read(program: &'a [u8]) -> Option<Self> {
        let data = Bytes(program);
        let names = Index::read(data, usize::from(data.u8(2)?))?;
        let tops = Index::read(data, names.next)?;
        let strings = Index::read(data, tops.next)?;
        let top = Top::read(tops.get(0)?)?;
        let count = Index::read(data, top.glyphs)?.count;
        let charset = charset(data, top.charset, count.min(MAX_GLYPHS)).unwrap_or_default();
        Some(Self { data, strings, top, charset })
    }

    fn string(&self, number: usize) -> Option<&'a [u8]> {
        match number.checked_sub(STANDARD_STRINGS) {
            Some(own) => self.strings.get(own),
            None => STRINGS.split(' ').nth(number).map(str::as_bytes),
        }
    }

    fn name(&self, glyph: usize) -> Option<Vec<u8>> {
        self.string(*self.charset.get(glyph).filter(|_| glyph > 0)?).map(<[u8]>::to_vec)
    }
}

/// The string of each glyph; 0 stands for the set of ISO Latin letters, which are the
/// standard strings in their order.
fn charset(data: Bytes<'_>, at: usize, count: usize) -> Option<Vec<usize>> {
    if at <= 2 {
        return (at == 0).then(|| (0..count.min(229)).collect());
    }
    let format = data.u8(at)?;
    let mut out = vec![0];
    let mut at = at + 1;
    while out.len() < count {
        let Some(first) = data.u16(at).map(usize::from) else { break };
        at += 2;
        let more = match format {
            0 => 0,
            1 => usize::from(data.u8(at).unwrap_or(0)),
            _ => usize::from(data.u16(at).unwrap_or(0)),
        };
        at += usize::from(format.min(2));
        out.extend((first..=first + more).take(count - out.len()));
    }
    Some(out)
}

/// The names of the 256 codes.
pub(super) fn codes(program: &[u8]) -> Option<Names> {
    let font = Font::read(program).filter(|font| !font.top.is_cid)?;
    match font.top.encoding {
        0 => return Some(Names::Standard),
        // The encoding of expert fonts: figures and small capitals.
        1 => return None,
        _ => {}
    }
    let (data, start) = (font.data, font.top.encoding);
    let format = data.u8(start)?;
    let count = usize::from(data.u8(start + 1)?);
    let mut names = vec![None; 256];
    let mut at = start + 2;
    let mut glyph = 1;
    for _ in 0..count {
        let Some(code) = data.u8(at).map(usize::from) else { break };
        let more = if format & 0x7f == 0 { 0 } else { usize::from(data.u8(at + 1).unwrap_or(0)) };
        at += if format & 0x7f == 0 { 1 } else { 2 };
        for code in code..=code + more {
            if let Some(cell) = names.get_mut(code) {
                *cell = font.name(glyph);
            }
            glyph += 1;
        }
    }
    if format & 0x80 != 0 {
        for i in 0..usize::from(data.u8(at).unwrap_or(0)) {
            let (Some(code), Some(string)) = (data.u8(at + 1 + 3 * i), data.u16(at + 2 + 3 * i)) else {
                break;
            };
            names[usize::from(code)] = font.string(usize::from(string)).map(<[u8]>::to_vec);
        }
    }
    names.iter().any(Option::is_some).then_some(Names::Own(names))
}

/// The names of the glyphs by number; none for fonts whose glyphs have only numbers.
pub(super) fn names(program: &[u8]) -> Option<Vec<Vec<u8>>> {
    let font = Font::read(program).filter(|font| !font.top.is_cid)?;
    Some((0..font.charset.len()).map(|glyph| font.name(glyph).unwrap_or_default()).collect())
}

#[cfg(test)]
pub(in crate::document::pdf) mod tests {
    use super::*;

    fn index(entries: &[&[u8]]) -> Vec<u8> {
        let mut out = u16::try_from(entries.len()).unwrap().to_be_bytes().to_vec();
        if entries.is_empty() {
            return out;
        }
        out.push(1);
        let mut at = 1;
        out.push(1);
        for entry in entries {
            at += entry.len();
            out.push(u8::try_from(at).unwrap());
        }
        out.extend(entries.concat());
        out
    }

    /// A program with these glyphs behind `.notdef`, an encoding and without outlines.
    pub(in crate::document::pdf) fn program(own: &[&str], charset: &[u16], encoding: &[u8]) -> Vec<u8> {
        let head = [&[1, 0, 4, 1][..], &index(&[b"Test"])].concat();
        let strings: Vec<&[u8]> = own.iter().map(|name| name.as_bytes()).collect();
        let rest = [index(&strings), index(&[])].concat();
        // Three operands of three bytes, each with its operator.
        let dict_length = 12;
        let at = head.len() + 2 + 1 + 2 + dict_length + rest.len();
        let charset: Vec<u8> =
            [0].into_iter().chain(charset.iter().flat_map(|sid| sid.to_be_bytes())).collect();
        let outlines: Vec<&[u8]> = vec![&[14]; charset.len() / 2 + 1];
        let number = |n: usize, operator: u8| {
            let n = u16::try_from(n).unwrap().to_be_bytes();
            vec![28, n[0], n[1], operator]
        };
        let dict =
            [number(at, 15), number(at + charset.len(), 16), number(at + charset.len() + encoding.len(), 17)]
                .concat();
        assert_eq!(dict.len(), dict_length);
        [head, index(&[&dict]), rest, charset, encoding.to_vec(), index(&outlines)].concat()
    }

    fn read(program: &[u8]) -> Vec<(usize, String)> {
        let Some(Names::Own(names)) = codes(program) else { return Vec::new() };
        let named = names.into_iter().enumerate().filter_map(|(code, name)| Some((code, name?)));
        named.map(|(code, name)| (code, String::from_utf8(name).unwrap())).collect()
    }

    #[test]
    fn encodings_by_code_by_range_and_with_supplements_are_read() {
        let own = ["ff", "suppress"];
        let of = |list: &[(usize, &str)]| list.iter().map(|(c, n)| (*c, (*n).to_owned())).collect::<Vec<_>>();
        let by_code = program(&own, &[391, 34, 392], &[0, 3, 11, 65, 32]);
        assert_eq!(read(&by_code), of(&[(11, "ff"), (32, "suppress"), (65, "A")]));
        let by_range = program(&own, &[34, 35, 391], &[0x81, 2, 65, 1, 11, 0, 1, 200, 0, 36]);
        assert_eq!(read(&by_range), of(&[(11, "ff"), (65, "A"), (66, "B"), (200, "C")]));
        assert_eq!(names(&by_code).unwrap()[1..], [b"ff".to_vec(), b"A".to_vec(), b"suppress".to_vec()]);
    }

    #[test]
    fn the_standard_strings_stand_at_their_numbers() {
        let strings: Vec<&str> = STRINGS.split(' ').collect();
        assert_eq!(strings.len(), 379);
        for (number, name) in [
            (0, ".notdef"),
            (1, "space"),
            (34, "A"),
            (109, "fi"),
            (149, "germandbls"),
            (228, "zcaron"),
            (378, "Ydieresissmall"),
        ] {
            assert_eq!(strings[number], name);
        }
    }

    #[test]
    fn cut_and_damaged_programs_end_without_a_panic() {
        let whole = program(&["ff"], &[391, 34], &[0, 2, 11, 65]);
        for length in 0..whole.len() {
            let _any = (codes(&whole[..length]).is_some(), names(&whole[..length]));
        }
        for at in 0..whole.len() {
            for value in [0, 1, 28, 255] {
                let mut bytes = whole.clone();
                bytes[at] = value;
                let _any = (codes(&bytes).is_some(), names(&bytes));
            }
        }
    }
}
