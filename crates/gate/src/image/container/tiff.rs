//! TIFF: directories of fields that point into the file. EXIF blocks and multi-picture
//! indexes have the same build.

use super::{Container, Fault, Kind, Part, take};
use std::ops::Range;

/// Directories that are followed; real files have below ten.
const MOST_DIRECTORIES: usize = 64;
/// Strips or tiles of one image: a strip for every row of the tallest.
const MOST_STRIPS: usize = 1 << 20;

/// The order of bytes in numbers.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(in crate::image) enum Order {
    Little,
    Big,
}

impl Order {
    /// The order a TIFF header announces.
    pub(in crate::image) fn of(bytes: &[u8]) -> Option<Self> {
        match bytes.get(..4)? {
            b"II*\0" => Some(Self::Little),
            b"MM\0*" => Some(Self::Big),
            _ => None,
        }
    }

    /// Two bytes at a place.
    pub(in crate::image) fn u16(self, bytes: &[u8], at: usize) -> Option<u16> {
        let two = take::<2>(bytes, at)?;
        Some(if self == Self::Little { u16::from_le_bytes(two) } else { u16::from_be_bytes(two) })
    }

    /// Four bytes at a place.
    pub(in crate::image) fn u32(self, bytes: &[u8], at: usize) -> Option<u32> {
        let four = take::<4>(bytes, at)?;
        Some(if self == Self::Little { u32::from_le_bytes(four) } else { u32::from_be_bytes(four) })
    }
}

/// One field of a directory.
#[derive(Clone, Debug)]
pub(in crate::image) struct Field {
    pub(in crate::image) tag: u16,
    /// 3 = two bytes, 4 = four bytes, 13 = four bytes that point at a directory.
    format: u16,
    count: usize,
    /// Where its twelve bytes stand.
    pub(in crate::image) entry: usize,
    /// Where its values stand: in the entry or elsewhere; may lie outside the file.
    pub(in crate::image) data: Range<usize>,
}

impl Field {
    /// The values as numbers, as far as they are in the file.
    fn numbers(&self, bytes: &[u8], order: Order) -> Vec<u64> {
        let one = |i: usize| match self.format {
            1 => bytes.get(self.data.start + i).copied().map(u64::from),
            3 => order.u16(bytes, self.data.start + 2 * i).map(u64::from),
            _ => order.u32(bytes, self.data.start + 4 * i).map(u64::from),
        };
        (0..self.count.min(MOST_STRIPS)).map_while(one).collect()
    }
}

/// One directory.
#[derive(Clone, Debug)]
pub(in crate::image) struct Ifd {
    /// Where its count of fields stands.
    pub(in crate::image) at: usize,
    /// Its fields.
    pub(in crate::image) fields: Vec<Field>,
    /// Where the next one stands; 0 = this is the last.
    pub(in crate::image) next: usize,
}

impl Ifd {
    /// Reads the directory at a place; none when it is cut off.
    pub(in crate::image) fn read(bytes: &[u8], order: Order, at: usize) -> Option<Self> {
        let count = usize::from(order.u16(bytes, at)?);
        let next = order.u32(bytes, at + 2 + 12 * count)? as usize;
        let field = |i: usize| {
            let entry = at + 2 + 12 * i;
            let format = order.u16(bytes, entry + 2)?;
            let count = order.u32(bytes, entry + 4)? as usize;
            let size = match format {
                3 | 8 => 2,
                4 | 9 | 11 | 13 => 4,
                5 | 10 | 12 => 8,
                _ => 1,
            };
            let length = count.saturating_mul(size);
            let start = if length <= 4 { entry + 8 } else { order.u32(bytes, entry + 8)? as usize };
            Some(Field {
                tag: order.u16(bytes, entry)?,
                format,
                count,
                entry,
                data: start..start.saturating_add(length),
            })
        };
        let fields = (0..count).map(field).collect::<Option<_>>()?;
        Some(Self { at, fields, next })
    }

    /// The first field of this tag.
    pub(in crate::image) fn field(&self, tag: u16) -> Option<&Field> {
        self.fields.iter().find(|field| field.tag == tag)
    }

    fn end(&self) -> usize {
        self.at + 6 + 12 * self.fields.len()
    }

    /// The first number of a field.
    pub(in crate::image) fn number(&self, bytes: &[u8], order: Order, tag: u16) -> Option<u64> {
        self.field(tag)?.numbers(bytes, order).first().copied()
    }
}

/// Walks the directories from the header on.
pub(super) fn walk(bytes: &[u8]) -> Result<Container, Fault> {
    let Some(order) = Order::of(bytes) else { return Err(Fault::broken("this is no TIFF header", 0)) };
    let mut found = Container { frames: 0, scans: 1, end: 8, ..Container::default() };
    let mut next = order.u32(bytes, 4).unwrap_or_default() as usize;
    let mut seen = Vec::new();
    let mut below: Vec<usize> = Vec::new();
    let mut chain = true;
    while next != 0 {
        if seen.contains(&next) || seen.len() >= MOST_DIRECTORIES {
            return Err(Fault::broken("the directories go round in a circle or are too many", next));
        }
        let Some(ifd) = Ifd::read(bytes, order, next) else {
            return Err(Fault::truncated("a directory", next, next as u64 + 6));
        };
        found.end = found.end.max(ifd.end());
        let first = seen.is_empty();
        seen.push(next);
        let small = ifd.number(bytes, order, 254).is_some_and(|kind| kind & 1 == 1)
            || ifd.number(bytes, order, 255) == Some(2);
        if chain && !small {
            found.frames += 1;
        }
        directory(bytes, order, &ifd, &mut found)?;
        if first {
            main_image(bytes, order, &ifd, &mut found)?;
        }
        for tag in [330, 34665, 34853, 40965] {
            below.extend(
                ifd.field(tag)
                    .into_iter()
                    .flat_map(|f| f.numbers(bytes, order))
                    .take(MOST_DIRECTORIES)
                    .map(|n| n as usize),
            );
        }
        chain &= ifd.next != 0;
        next = if chain { ifd.next } else { below.pop().unwrap_or_default() };
        if !chain {
            // One directory may be named from two places; only a chain can be a circle.
            while seen.contains(&next) {
                next = below.pop().unwrap_or_default();
            }
        }
    }
    if seen.is_empty() {
        return Err(Fault::broken("there is no image in it", 4));
    }
    found.end = found.end.min(bytes.len());
    Ok(found)
}

/// All that a directory points at must be in the file.
fn directory(bytes: &[u8], order: Order, ifd: &Ifd, found: &mut Container) -> Result<(), Fault> {
    for field in &ifd.fields {
        // Makers' notes and unknown fields may point anywhere; they are not ours to judge.
        if field.data.end <= bytes.len() {
            found.end = found.end.max(field.data.end);
        } else if matches!(field.tag, 256..=259 | 262 | 273 | 277..=279 | 322..=325) {
            return Err(Fault::truncated(format!("field {}", field.tag), field.entry, field.data.end as u64));
        }
        if let Some(kind) = private(field.tag) {
            let all = field.data.start..field.data.end.min(bytes.len());
            found.parts.push(Part { kind, all: field.entry..field.entry + 12, body: all });
        }
    }
    for (offsets, lengths) in [(273, 279), (324, 325), (513, 514)] {
        let (Some(offsets), Some(lengths)) = (ifd.field(offsets), ifd.field(lengths)) else { continue };
        let places = offsets.numbers(bytes, order).into_iter().zip(lengths.numbers(bytes, order));
        for (offset, length) in places {
            let end = offset.saturating_add(length);
            if end > bytes.len() as u64 {
                return Err(Fault::truncated(
                    "image data",
                    usize::try_from(offset).unwrap_or(usize::MAX),
                    end,
                ));
            }
            found.end = found.end.max(end as usize);
        }
    }
    Ok(())
}

/// Size and kind of the first image.
fn main_image(bytes: &[u8], order: Order, ifd: &Ifd, found: &mut Container) -> Result<(), Fault> {
    let number = |tag| ifd.number(bytes, order, tag);
    let side = |tag| number(tag).map(|n| u32::try_from(n).unwrap_or(u32::MAX));
    let (Some(width), Some(height)) = (side(256), side(257)) else {
        return Err(Fault::broken("the first directory has no width or no height", ifd.at));
    };
    found.size = (width, height);
    let depth = number(258).unwrap_or(1).clamp(8, 64) as u32;
    let channels = number(277).unwrap_or(1).clamp(1, 64) as u32;
    found.pixel_bytes = depth.div_ceil(8) * channels.max(if number(262) == Some(3) { 3 } else { 1 });
    if ifd.field(273).is_none() && ifd.field(324).is_none() {
        return Err(Fault::broken("the first directory has no image data", ifd.at));
    }
    Ok(())
}

/// Fields that speak of people, places, devices and programs.
fn private(tag: u16) -> Option<Kind> {
    Some(match tag {
        34665 | 34853 | 40965 | 37500 => Kind::Exif,
        700 => Kind::Xmp,
        33723 | 34377 => Kind::Iptc,
        269 | 270 | 285 | 315 | 316 | 33432 | 40091..=40095 => Kind::Text,
        271 | 272 | 305 | 306 | 50708 | 50735 | 50740 | 50827 | 51111 => Kind::Other,
        _ => return None,
    })
}
