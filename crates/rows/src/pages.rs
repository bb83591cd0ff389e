//! What the pages of a column unpack to, counted before any of it is.
//!
//! Parquet's own reader allocates what the header of a page announces, and unpacks gzip
//! until it ends. This walk looks at every header first, and counts what gzip really holds.

use crate::parquet::{Excess, Limits, Wrong, damaged, too_much};
use crate::thrift::Walk;
use flate2::read::MultiGzDecoder;
use std::io::Read;

/// Bytes that the shortest value of a usual dictionary takes.
const DICTIONARY_VALUE: u64 = 4;
/// Values of a dictionary that are fine even where they are shorter.
const SMALL_DICTIONARY: u64 = 100_000;

/// How the pages of a column are packed.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Packing {
    Plain,
    /// Unpacks into the announced bytes and no further.
    Bounded,
    /// Unpacks until it ends.
    Gzip,
}

/// Where a column's pages stand.
pub(crate) struct Chunk {
    pub(crate) start: u64,
    pub(crate) end: u64,
    pub(crate) packing: Packing,
    /// Whether a row may hold any number of its values.
    pub(crate) repeated: bool,
}

/// The header of a page.
struct Header {
    dictionary: bool,
    unpacked: u64,
    packed: u64,
    values: u64,
    /// Bytes before what is packed.
    levels: u64,
    /// Whether the page says that it is not packed after all.
    plain: bool,
}

/// Walks all pages, or says which limit they pass.
pub(crate) fn check(bytes: &[u8], chunks: &[Chunk], limits: &Limits) -> Result<(), Wrong> {
    let (mut total, mut values, mut listed) = (0_u64, 0_u64, 0_u64);
    for chunk in chunks {
        let end = usize::try_from(chunk.end).unwrap_or(usize::MAX);
        let mut at = usize::try_from(chunk.start).unwrap_or(usize::MAX);
        let content = bytes.get(..end).ok_or_else(|| damaged("a column ends behind the file"))?;
        while at < end {
            let mut walk = Walk::new(content, at);
            let header = header(&mut walk)?;
            let body =
                walk.at()..walk.at().saturating_add(usize::try_from(header.packed).unwrap_or(usize::MAX));
            let page = content.get(body.clone()).ok_or_else(|| damaged("a page ends behind its column"))?;
            let size = header.unpacked.max(header.packed);
            total = total.saturating_add(size);
            within(Excess::Page, size, limits.page)?;
            within(Excess::Pages, total, limits.total)?;
            if header.dictionary {
                let most = SMALL_DICTIONARY.max(header.unpacked / DICTIONARY_VALUE);
                within(Excess::Values, header.values, most.min(header.unpacked.max(1)))?;
            } else {
                values = values.saturating_add(header.values);
                within(Excess::Values, values, limits.values)?;
                listed = listed.saturating_add(if chunk.repeated { header.values } else { 0 });
                within(Excess::Listed, listed, limits.listed)?;
            }
            if chunk.packing == Packing::Gzip && !header.plain {
                gzip(page, &header)?;
            }
            at = body.end;
        }
    }
    Ok(())
}

fn within(what: Excess, found: u64, most: u64) -> Result<(), Wrong> {
    if found > most { Err(too_much(what, found, most)) } else { Ok(()) }
}

/// Numbers of a page header's fields, as parquet-format names them.
mod field {
    pub(super) const KIND: i64 = 1;
    pub(super) const UNPACKED: i64 = 2;
    pub(super) const PACKED: i64 = 3;
    /// Data, dictionary and second form of data, each a struct whose field 1 counts values.
    pub(super) const DATA: i64 = 5;
    pub(super) const DICTIONARY: i64 = 7;
    pub(super) const DATA_2: i64 = 8;
    pub(super) const VALUES: i64 = 1;
    pub(super) const LEVELS_2: [i64; 2] = [5, 6];
    pub(super) const IS_PACKED_2: i64 = 7;
}

fn header(walk: &mut Walk<'_>) -> Result<Header, Wrong> {
    let numbers = walk.numbers().ok_or_else(|| damaged("the header of a page is damaged"))?;
    let raw = |outer: i64, id: i64| numbers.iter().find(|n| (n.outer, n.id) == (outer, id)).map(|n| n.value);
    let count = |outer: i64, id: i64| raw(outer, id).and_then(|n| u64::try_from(n).ok());
    let (Some(unpacked), Some(packed)) = (count(0, field::UNPACKED), count(0, field::PACKED)) else {
        return Err(damaged("a page does not state its size"));
    };
    let (kind, dictionary) = match raw(0, field::KIND) {
        Some(0) => (field::DATA, false),
        Some(2) => (field::DICTIONARY, true),
        Some(3) => (field::DATA_2, false),
        _ => return Err(damaged("a page is of an unknown kind")),
    };
    let values = count(kind, field::VALUES).ok_or_else(|| damaged("a page does not state its values"))?;
    let levels =
        field::LEVELS_2.map(|id| if kind == field::DATA_2 { count(kind, id).unwrap_or(0) } else { 0 });
    let plain = kind == field::DATA_2 && raw(kind, field::IS_PACKED_2) == Some(0);
    Ok(Header { dictionary, unpacked, packed, values, levels: levels[0].saturating_add(levels[1]), plain })
}

/// Unpacks a page into nothing, up to one byte more than it states.
fn gzip(page: &[u8], header: &Header) -> Result<(), Wrong> {
    let stated = header.unpacked.saturating_sub(header.levels);
    let packed = usize::try_from(header.levels).ok().and_then(|levels| page.get(levels..));
    let packed = packed.ok_or_else(|| damaged("the levels of a page end behind it"))?;
    let mut unpacked = MultiGzDecoder::new(packed).take(stated.saturating_add(1));
    let found = std::io::copy(&mut unpacked, &mut std::io::sink());
    match found {
        // A page of nulls alone has nothing packed.
        _ if stated == 0 => Ok(()),
        Ok(found) if found > stated => Err(too_much(Excess::Stated, found, stated)),
        Ok(found) if found == stated => Ok(()),
        _ => Err(damaged("a page does not unpack to the bytes it states")),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use flate2::{Compression, write::GzEncoder};
    use std::io::Write;

    const LIMITS: Limits = Limits { page: 1000, total: 2500, rows: 10, values: 100, listed: 50 };

    /// Fields of whole numbers, from 1, each in the short form.
    fn numbers(values: &[u32]) -> Vec<u8> {
        let mut out = Vec::new();
        for value in values {
            out.push(0x15);
            let mut left = u64::from(*value) << 1;
            while left > 0x7f {
                out.push((left & 0x7f) as u8 | 0x80);
                left >>= 7;
            }
            out.push(left as u8);
        }
        out
    }

    /// A page of this kind; its struct, in field `at`, holds these numbers.
    fn page(kind: u32, unpacked: u32, at: u8, inner: &[u32], body: &[u8]) -> Vec<u8> {
        let mut out = numbers(&[kind, unpacked, body.len() as u32]);
        out.push((at - 3) << 4 | 12);
        out.extend(numbers(inner));
        out.extend([0, 0]);
        out.extend(body);
        out
    }

    fn judge(pages: &[Vec<u8>], packing: Packing, repeated: bool) -> Result<(), Wrong> {
        let bytes = pages.concat();
        let chunk = Chunk { start: 0, end: bytes.len() as u64, packing, repeated };
        check(&bytes, &[chunk], &LIMITS)
    }

    fn excess(what: Excess, found: u64, most: u64) -> Result<(), Wrong> {
        Err(too_much(what, found, most))
    }

    #[test]
    fn what_headers_announce_is_counted() {
        let data = |unpacked, values| page(0, unpacked, 5, &[values], b"12345678");
        let bounded = |pages: &[Vec<u8>]| judge(pages, Packing::Bounded, false);
        assert_eq!(bounded(&[data(900, 60), data(900, 40)]), Ok(()));
        assert_eq!(bounded(&[data(900, 60), data(900, 41)]), excess(Excess::Values, 101, 100));
        assert_eq!(bounded(&[data(1001, 1)]), excess(Excess::Page, 1001, 1000));
        assert_eq!(bounded(&[data(900, 1), data(900, 1), data(900, 1)]), excess(Excess::Pages, 2700, 2500));
        assert_eq!(judge(&[data(900, 51)], Packing::Plain, true), excess(Excess::Listed, 51, 50));
        let dictionary = |values| page(2, 800, 7, &[values], b"12345678");
        assert_eq!(bounded(&[dictionary(800)]), Ok(()));
        assert_eq!(bounded(&[dictionary(u32::MAX >> 1)]), excess(Excess::Values, (1 << 31) - 1, 800));
    }

    #[test]
    fn headers_that_say_nothing_sure_are_damage() {
        let good = page(0, 8, 5, &[1], b"12345678");
        for (pages, why) in [
            (page(1, 8, 6, &[1], b"12345678"), "unknown kind"),
            (page(0, 8, 7, &[1], b"12345678"), "does not state its values"),
            (good[..good.len() - 1].to_vec(), "ends behind its column"),
            (vec![0x15, 0, 0], "does not state its size"),
            (vec![0x19; 40], "header of a page is damaged"),
        ] {
            let Err(Wrong::Damaged(found)) = judge(&[pages], Packing::Plain, false) else { panic!("{why}") };
            assert!(found.contains(why), "{found}");
        }
    }

    #[test]
    fn gzip_is_unpacked_to_what_it_states_and_no_further() {
        let gzip = |bytes: &[u8]| {
            let mut out = GzEncoder::new(Vec::new(), Compression::best());
            out.write_all(bytes).unwrap();
            out.finish().unwrap()
        };
        let judge = |page| judge(&[page], Packing::Gzip, false);
        let bomb = gzip(&vec![0; 10_000_000]);
        assert_eq!(judge(page(0, 900, 5, &[1], &gzip(&[7; 900]))), Ok(()));
        assert_eq!(judge(page(0, 100, 5, &[1], &bomb[..900])), excess(Excess::Stated, 101, 100));
        let short = judge(page(0, 901, 5, &[1], &gzip(&[7; 900])));
        assert!(matches!(short, Err(Wrong::Damaged(_))));
        // The second form: levels stand before what is packed.
        let levels = [&[1, 2, 3][..], &gzip(&[7; 500])].concat();
        let second = |unpacked| page(3, unpacked, 8, &[1, 0, 1, 0, 2, 1], &levels);
        assert_eq!(judge(second(503)), Ok(()));
        assert_eq!(judge(second(300)), excess(Excess::Stated, 298, 297));
    }
}
