//! Adobe's numbered collections of Chinese, Japanese and Korean letters: which character a
//! number (CID) is.
//!
//! The collections follow the national character sets: long runs of numbers are long runs
//! of cells there. The tables below give these runs (from Adobe's CMaps H, GB-EUC-H,
//! ETen-B5-H and KSC-EUC-H); the cells themselves are what `encoding_rs` knows. Rare
//! letters outside the national sets, and forms for vertical lines, have no character here.

use encoding_rs::{BIG5, EUC_JP, EUC_KR, Encoding, GBK};

/// First number, its cell counted from the first one of the set, and how many follow.
type Run = (u16, u16, u16);

/// A collection.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Collection {
    Japan,
    China,
    Taiwan,
    Korea,
}

const JAPAN: &[Run] = &[
    (633, 0, 108),
    (741, 119, 8),
    (749, 135, 7),
    (756, 153, 15),
    (771, 175, 8),
    (780, 203, 10),
    (790, 220, 26),
    (816, 252, 26),
    (842, 282, 83),
    (925, 376, 86),
    (1011, 470, 24),
    (1035, 502, 24),
    (1059, 564, 33),
    (1092, 612, 33),
    (1125, 1410, 2965),
    (4090, 4418, 3388),
];
const CHINA: &[Run] = &[
    (96, 0, 94),
    (190, 110, 50),
    (240, 162, 10),
    (250, 174, 12),
    (262, 188, 177),
    (439, 376, 86),
    (525, 470, 24),
    (549, 502, 53),
    (602, 564, 33),
    (635, 612, 33),
    (668, 658, 32),
    (700, 694, 38),
    (738, 755, 76),
    (814, 846, 126),
    (940, 1410, 3755),
    (4695, 5170, 3008),
];
const TAIWAN: &[Run] = &[
    (99, 0, 25),
    (128, 29, 119),
    (249, 150, 254),
    (503, 405, 3),
    (506, 5872, 30),
    (537, 5902, 25),
    (595, 471, 1412),
    (2007, 1884, 424),
    (2432, 2308, 1876),
    (4309, 4184, 387),
    (4696, 4572, 525),
    (5222, 5097, 189),
    (5411, 5287, 84),
    (5496, 5371, 54),
    (5552, 5427, 90),
    (5642, 5518, 354),
    (5996, 6280, 10),
    (6006, 6291, 33),
    (6040, 6324, 48),
    (6088, 6373, 46),
    (6135, 6419, 167),
    (6302, 6587, 1840),
    (8143, 8428, 108),
    (8251, 8537, 537),
    (8789, 9075, 100),
    (8890, 9175, 399),
    (9289, 9575, 1637),
    (10927, 11212, 146),
    (11074, 11358, 287),
    (11362, 11645, 116),
    (11478, 11762, 137),
    (11615, 11900, 104),
    (11720, 12004, 222),
    (11942, 12227, 198),
    (12140, 12426, 82),
    (12222, 12509, 86),
    (12309, 12595, 8),
    (12317, 12604, 153),
    (12470, 12758, 56),
    (12527, 12814, 113),
    (12641, 12927, 142),
    (12784, 13069, 45),
    (12829, 13115, 71),
    (12901, 13186, 194),
    (13095, 13381, 490),
    (13586, 13871, 43),
    (13630, 13917, 11),
    (13642, 13928, 4),
    (13743, 25, 4),
    (13747, 5927, 7),
    (13754, 5935, 302),
    (14056, 13932, 41),
];
const KOREA: &[Run] = &[
    (101, 0, 163),
    (264, 188, 145),
    (409, 334, 52),
    (461, 391, 10),
    (471, 408, 24),
    (495, 440, 24),
    (519, 470, 68),
    (587, 564, 79),
    (679, 674, 255),
    (934, 940, 86),
    (1020, 1034, 33),
    (1053, 1082, 33),
    (1086, 1410, 2350),
    (3436, 3854, 141),
    (3582, 4002, 16),
    (3598, 4019, 163),
    (3761, 4183, 24),
    (3785, 4208, 34),
    (3819, 4243, 171),
    (3994, 4420, 21),
    (4015, 4442, 23),
    (4038, 4466, 12),
    (4050, 4479, 84),
    (4159, 4624, 11),
    (4186, 4694, 169),
    (4355, 4864, 21),
    (4389, 4902, 103),
    (4492, 5006, 20),
    (4512, 5027, 91),
    (4603, 5119, 24),
    (4627, 5144, 344),
    (4971, 5489, 30),
    (5001, 5520, 30),
    (5031, 5551, 93),
    (5124, 5645, 47),
    (5171, 5693, 30),
    (5201, 5724, 101),
    (5303, 5828, 18),
    (5321, 5847, 45),
    (5372, 5900, 102),
    (5474, 6003, 25),
    (5499, 6029, 63),
    (5562, 6093, 195),
    (5773, 6307, 98),
    (5901, 6446, 35),
    (6005, 6596, 14),
    (6031, 6631, 11),
    (6047, 6650, 16),
    (6063, 6667, 77),
    (6166, 6780, 31),
    (6197, 6812, 42),
    (6239, 6855, 39),
    (6278, 6895, 35),
    (6313, 6931, 14),
    (6340, 6966, 15),
    (6373, 7012, 43),
    (6437, 7092, 10),
    (6460, 7122, 14),
    (6479, 7147, 74),
    (6553, 7222, 74),
    (6627, 7297, 345),
    (6972, 7643, 60),
    (7032, 7704, 20),
    (7052, 7725, 83),
    (7135, 7809, 70),
    (7205, 7880, 193),
    (7399, 8076, 31),
    (7430, 8108, 15),
    (7445, 8124, 10),
    (7455, 8135, 101),
    (7556, 8237, 20),
    (7576, 8258, 108),
    (7684, 8368, 67),
    (7751, 8436, 126),
    (7877, 8563, 179),
];

/// Numbers of half-wide ASCII, first and last, in the collections in their order.
const HALF_WIDE: [(u32, u32); 4] = [(231, 325), (814, 907), (13_648, 13_742), (8094, 8189)];
/// Half-wide katakana of the Japanese collection.
const KATAKANA: (u32, u32) = (327, 389);

impl Collection {
    /// By its name in a font (`Ordering`).
    pub(super) fn named(ordering: &[u8]) -> Option<Self> {
        match ordering {
            b"Japan1" => Some(Self::Japan),
            b"GB1" => Some(Self::China),
            b"CNS1" => Some(Self::Taiwan),
            b"Korea1" => Some(Self::Korea),
            _ => None,
        }
    }

    const fn set(self) -> (&'static Encoding, &'static [Run]) {
        match self {
            Self::Japan => (EUC_JP, JAPAN),
            Self::China => (GBK, CHINA),
            Self::Taiwan => (BIG5, TAIWAN),
            Self::Korea => (EUC_KR, KOREA),
        }
    }

    /// The character of a number.
    pub(super) fn text(self, number: u32) -> Option<char> {
        let (from, to) = HALF_WIDE[self as usize];
        let ascii = |at: u32| char::from_u32(0x20 + at).filter(|c| c.is_ascii() && *c != '\x7f');
        match (self, number) {
            (Self::Japan, 61 | 291) => return Some('¥'),
            (Self::Japan, 95 | 325) => return Some('‾'),
            (Self::Japan, 97) => return Some('\\'),
            (Self::Japan, 100) => return Some('~'),
            (Self::Japan, n) if (KATAKANA.0..=KATAKANA.1).contains(&n) => {
                return char::from_u32(0xff61 + n - KATAKANA.0);
            }
            (_, 1..=95) => return ascii(number - 1),
            (_, n) if (from..=to).contains(&n) => return ascii(n - from),
            _ => {}
        }
        let number = u16::try_from(number).ok()?;
        let (encoding, runs) = self.set();
        let at = runs.partition_point(|run| run.0 <= number).checked_sub(1)?;
        let (first, cell, length) = runs[at];
        let ahead = number - first;
        if ahead >= length {
            return None;
        }
        let cell = cell + ahead;
        let pair = if self == Self::Taiwan {
            let low = cell % 157;
            [0xa1 + cell / 157, if low < 63 { 0x40 + low } else { 0x62 + low }]
        } else {
            [0xa1 + cell / 94, 0xa1 + cell % 94]
        };
        let pair = [u8::try_from(pair[0]).ok()?, u8::try_from(pair[1]).ok()?];
        encoding.decode_without_bom_handling_and_without_replacement(&pair)?.chars().next()
    }
}

#[cfg(test)]
mod tests {
    use super::Collection::{self, China, Japan, Korea, Taiwan};

    #[test]
    fn numbers_are_the_characters_of_the_collections() {
        for (collection, number, expected) in [
            (Japan, 1, ' '),
            (Japan, 34, 'A'),
            (Japan, 264, 'A'),
            (Japan, 634, '、'),
            (Japan, 843, 'あ'),
            (Japan, 1125, '亜'),
            (Japan, 4089, '腕'),
            (Japan, 4090, '弌'),
            (Japan, 7477, '瑤'),
            (Japan, 328, '｢'),
            (China, 34, 'A'),
            (China, 97, '、'),
            (China, 940, '啊'),
            (China, 4695, '亍'),
            (Taiwan, 595, '一'),
            (Taiwan, 34, 'A'),
            (Korea, 1086, '가'),
            (Korea, 3435, '힝'),
            (Korea, 3436, '伽'),
        ] {
            assert_eq!(collection.text(number), Some(expected), "{collection:?} {number}");
        }
        assert_eq!(Japan.text(0), None);
        assert_eq!(Japan.text(7478), None);
        assert_eq!(Collection::named(b"Identity"), None);
    }
}
