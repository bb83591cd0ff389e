//! Colours of letters and of what is behind them, as far as they decide what can be read.

use super::xml::{self, Said, attribute};
use quick_xml::events::BytesStart;

/// Red, green and blue.
pub(super) type Rgb = [u8; 3];
const WHITE: Rgb = [255; 3];
const BLACK: Rgb = [0; 3];
/// Sum of the differences of red, green and blue below which letters are not seen: 0.12 of
/// a whole colour, as in a PDF.
const SAME: u32 = 31;
/// The colours a marker has.
const MARKERS: [(&str, Rgb); 16] = [
    ("black", BLACK),
    ("blue", [0, 0, 255]),
    ("cyan", [0, 255, 255]),
    ("green", [0, 255, 0]),
    ("magenta", [255, 0, 255]),
    ("red", [255, 0, 0]),
    ("yellow", [255, 255, 0]),
    ("white", WHITE),
    ("darkBlue", [0, 0, 128]),
    ("darkCyan", [0, 128, 128]),
    ("darkGreen", [0, 128, 0]),
    ("darkMagenta", [128, 0, 128]),
    ("darkRed", [128, 0, 0]),
    ("darkYellow", [128, 128, 0]),
    ("darkGray", [128, 128, 128]),
    ("lightGray", [192, 192, 192]),
];

/// The colour of letters.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Ink {
    /// Black or white, whichever can be read.
    Auto,
    Of(Rgb),
}

/// What is behind letters.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Ground {
    Of(Rgb),
    /// A pattern, a drawn shape, the bands of a table's style: more than can be told.
    Unknown,
}

/// The colours that a document calls light and dark.
#[derive(Clone, Copy, Debug)]
pub(super) struct Theme {
    light: Rgb,
    dark: Rgb,
}

impl Theme {
    /// Of the part of the theme; white and black where it says nothing.
    pub(super) fn read(content: &[u8]) -> Self {
        let mut out = Self { light: WHITE, dark: BLACK };
        let mut inside = "";
        // What cannot be read leaves the usual colours.
        let _partly_read_is_enough = xml::walk("theme", content, &mut |said| match said {
            Said::Open("lt1", _) => inside = "lt1",
            Said::Open("dk1", _) => inside = "dk1",
            Said::Close("lt1" | "dk1") => inside = "",
            Said::Open(kind @ ("srgbClr" | "sysClr"), start) if !inside.is_empty() => {
                let name = if kind == "sysClr" { "lastClr" } else { "val" };
                if let Some(colour) = attribute(start, name).and_then(|value| hex(&value)) {
                    *(if inside == "lt1" { &mut out.light } else { &mut out.dark }) = colour;
                }
            }
            _ => {}
        });
        out
    }

    /// A colour by its name in the theme, where it is not lightened or darkened.
    fn named(self, start: &BytesStart<'_>, [name, shade, tint]: [&str; 3]) -> Option<Rgb> {
        let name = attribute(start, name)?;
        let changed = attribute(start, shade).is_some() || attribute(start, tint).is_some();
        match name.as_str() {
            "background1" | "light1" if !changed => Some(self.light),
            "text1" | "dark1" if !changed => Some(self.dark),
            _ => None,
        }
    }

    /// What `<w:color>` says.
    pub(super) fn ink(self, start: &BytesStart<'_>) -> Ink {
        let named = self.named(start, ["themeColor", "themeShade", "themeTint"]);
        named.or_else(|| hex(&attribute(start, "val")?)).map_or(Ink::Auto, Ink::Of)
    }

    /// What `<w:shd>` says; none when one sees through it.
    pub(super) fn shading(self, start: &BytesStart<'_>) -> Option<Ground> {
        let own = |name: &str| attribute(start, name).and_then(|value| hex(&value));
        let fill =
            self.named(start, ["themeFill", "themeFillShade", "themeFillTint"]).or_else(|| own("fill"));
        let front = self.named(start, ["themeColor", "themeShade", "themeTint"]).or_else(|| own("color"));
        match attribute(start, "val").as_deref() {
            Some("solid") => Some(Ground::Of(front.unwrap_or(self.dark))),
            Some("nil") => None,
            None | Some("clear") => fill.map(Ground::Of),
            Some(_) => Some(Ground::Unknown),
        }
    }
}

/// What `<w:highlight>` says.
pub(super) fn marker(start: &BytesStart<'_>) -> Option<Ground> {
    let name = attribute(start, "val")?;
    MARKERS.iter().find(|(marker, _)| *marker == name).map(|(_, colour)| Ground::Of(*colour))
}

/// `FDFDFE`, as documents write colours.
pub(super) fn hex(value: &str) -> Option<Rgb> {
    let digits = value.trim_start_matches('#');
    let value = u32::from_str_radix(digits, 16).ok().filter(|_| digits.len() == 6)?;
    let [_, r, g, b] = value.to_be_bytes();
    Some([r, g, b])
}

/// Letters that cannot be told from what is behind them, in words.
pub(super) fn unseen(ink: Ink, ground: Ground) -> Option<String> {
    let (Ink::Of(ink), Ground::Of(ground)) = (ink, ground) else { return None };
    let difference: u32 = ink.iter().zip(ground).map(|(a, b)| u32::from(a.abs_diff(b))).sum();
    let name = |[r, g, b]: Rgb| format!("{r:02X}{g:02X}{b:02X}");
    (difference < SAME).then(|| {
        let contrast = contrast(ink, ground);
        format!("in the colour {} on {}, a contrast of {contrast:.2} to 1", name(ink), name(ground))
    })
}

/// How much brighter the brighter of two colours is (WCAG 2: 1 is none, 21 black on white).
fn contrast(a: Rgb, b: Rgb) -> f64 {
    let linear = |value: u8| {
        let value = f64::from(value) / 255.0;
        if value <= 0.040_45 { value / 12.92 } else { ((value + 0.055) / 1.055).powf(2.4) }
    };
    let bright = |[r, g, b]: Rgb| 0.2126 * linear(r) + 0.7152 * linear(g) + 0.0722 * linear(b) + 0.05;
    let (a, b) = (bright(a), bright(b));
    a.max(b) / a.min(b)
}

/// What lies behind a paragraph: the page, and the tables, cells and boxes around it.
pub(super) struct Grounds {
    page: Ground,
    /// None for what one sees through.
    around: Vec<Option<Ground>>,
}

impl Grounds {
    pub(super) const fn new() -> Self {
        Self { page: Ground::Of(WHITE), around: Vec::new() }
    }

    /// The colour of the pages.
    pub(super) fn paper(&mut self, colour: Rgb) {
        self.page = Ground::Of(colour);
    }

    pub(super) fn enter(&mut self, ground: Option<Ground>) {
        self.around.push(ground);
    }

    /// The innermost one turns out to have this colour.
    pub(super) fn paint(&mut self, ground: Option<Ground>) {
        if let (Some(last), Some(ground)) = (self.around.last_mut(), ground) {
            *last = Some(ground);
        }
    }

    pub(super) fn leave(&mut self) {
        self.around.pop();
    }

    /// What is seen behind letters that have no ground of their own.
    pub(super) fn seen(&self) -> Ground {
        self.around.iter().rev().find_map(|ground| *ground).unwrap_or(self.page)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_what_cannot_be_told_apart_is_unseen() {
        let of =
            |ink: &str, ground: &str| unseen(Ink::Of(hex(ink).unwrap()), Ground::Of(hex(ground).unwrap()));
        let told = of("FDFDFE", "FFFFFF").unwrap();
        assert_eq!(told, "in the colour FDFDFE on FFFFFF, a contrast of 1.02 to 1");
        for (ink, ground) in
            [("FFFFFF", "FFFFFF"), ("F6F6F6", "FFFFFF"), ("000000", "0A0A0A"), ("1F3864", "203864")]
        {
            assert!(of(ink, ground).is_some(), "{ink} on {ground}");
        }
        for (ink, ground) in [
            ("D9D9D9", "FFFFFF"),
            ("BFBFBF", "FFFFFF"),
            ("FFFF00", "FFFFFF"),
            ("FFFFFF", "000000"),
            ("000000", "333333"),
        ] {
            assert_eq!(of(ink, ground), None, "{ink} on {ground}");
        }
        assert_eq!(unseen(Ink::Auto, Ground::Of(BLACK)), None);
        assert_eq!(unseen(Ink::Of(WHITE), Ground::Unknown), None);
        assert_eq!((hex("auto"), hex("FFF"), hex("#FFFFFF"), hex("ÄÄÄ")), (None, None, Some(WHITE), None));
        assert_eq!(format!("{:.1}", contrast(BLACK, WHITE)), "21.0");
    }

    #[test]
    fn a_theme_says_what_light_and_dark_are() {
        let part = br#"<a:theme xmlns:a="a"><a:dk1><a:sysClr val="windowText" lastClr="101010"/></a:dk1><a:lt1><a:srgbClr val="202020"/></a:lt1><a:dk2><a:srgbClr val="334455"/></a:dk2></a:theme>"#;
        let theme = Theme::read(part);
        assert_eq!((theme.light, theme.dark), ([0x20; 3], [0x10; 3]));
        let usual = Theme::read(b"");
        assert_eq!((usual.light, usual.dark), (WHITE, BLACK));
    }

    #[test]
    fn the_innermost_ground_is_seen() {
        let mut grounds = Grounds::new();
        assert_eq!(grounds.seen(), Ground::Of(WHITE));
        grounds.enter(Some(Ground::Unknown));
        grounds.enter(None);
        assert_eq!(grounds.seen(), Ground::Unknown);
        grounds.paint(Some(Ground::Of(BLACK)));
        assert_eq!(grounds.seen(), Ground::Of(BLACK));
        grounds.leave();
        grounds.leave();
        grounds.leave();
        grounds.paper([1, 2, 3]);
        assert_eq!(grounds.seen(), Ground::Of([1, 2, 3]));
    }
}
