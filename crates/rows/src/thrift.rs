//! The compact form of Thrift, walked without believing a length it states.
//!
//! Parquet's own reader allocates what a header announces; this walk comes first and finds
//! out whether the announced things can be there at all.

/// A place in the bytes; every method is none where they end too early.
pub(crate) struct Walk<'a> {
    bytes: &'a [u8],
    at: usize,
}

/// Structs and lists inside each other at most.
const MAX_DEPTH: usize = 32;

/// Fields of a struct at most, those of the structs in it included.
const MAX_FIELDS: usize = 64;

/// A whole number or truth value of a struct.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Number {
    /// The field of the struct it stands in; 0 for those of the struct itself.
    pub(crate) outer: i64,
    /// Its own field. A struct stands in the list too, as 0.
    pub(crate) id: i64,
    /// What it says.
    pub(crate) value: i64,
}

/// What is still open, for [`Walk::skip`].
enum Open {
    Struct,
    Elements(u64, u8),
    Pairs(u64, u8, u8),
}

impl<'a> Walk<'a> {
    pub(crate) const fn new(bytes: &'a [u8], at: usize) -> Self {
        Self { bytes, at }
    }

    pub(crate) const fn at(&self) -> usize {
        self.at
    }

    fn byte(&mut self) -> Option<u8> {
        let byte = *self.bytes.get(self.at)?;
        self.at += 1;
        Some(byte)
    }

    fn varint(&mut self) -> Option<u64> {
        let mut value = 0_u64;
        for shift in (0..70).step_by(7) {
            let byte = self.byte()?;
            value |= u64::from(byte & 0x7f).checked_shl(shift).unwrap_or(0);
            if byte & 0x80 == 0 {
                return Some(value);
            }
        }
        None
    }

    /// A signed number as it is written in fields.
    fn zigzag(&mut self) -> Option<i64> {
        let value = self.varint()?;
        Some((value >> 1).cast_signed() ^ -(value & 1).cast_signed())
    }

    fn jump(&mut self, count: u64) -> Option<()> {
        let end = self.at.checked_add(usize::try_from(count).ok()?)?;
        (end <= self.bytes.len()).then(|| self.at = end)
    }

    /// The next field's id and type; id 0 is the end of the struct.
    fn field(&mut self, last: i64) -> Option<(i64, u8)> {
        let head = self.byte()?;
        if head == 0 {
            return Some((0, 0));
        }
        let id = if head >> 4 == 0 { self.zigzag()? } else { last + i64::from(head >> 4) };
        Some((id, head & 0x0f))
    }

    /// Passes over a struct and gives its whole numbers and truth values, and those of the
    /// structs in it, which is as deep as it looks. A field that comes twice is none: readers
    /// differ in which one they believe.
    pub(crate) fn numbers(&mut self) -> Option<Vec<Number>> {
        let mut out: Vec<Number> = Vec::new();
        let mut last = 0;
        // The struct in this one that is open, and the last field of this one.
        let mut inside: Option<(i64, i64)> = None;
        for _ in 0..MAX_FIELDS {
            let (id, kind) = self.field(last)?;
            let outer = inside.map_or(0, |(outer, _)| outer);
            let seen = out.iter().any(|n| n.outer == outer && n.id == id);
            last = id;
            match (kind, inside) {
                (0, None) => return Some(out),
                (0, Some((_, before))) => (inside, last) = (None, before),
                _ if seen => return None,
                (1 | 2, _) => out.push(Number { outer, id, value: i64::from(kind == 1) }),
                (4..=6, _) => {
                    let value = self.zigzag()?;
                    out.push(Number { outer, id, value });
                }
                (12, None) => {
                    out.push(Number { outer, id, value: 0 });
                    (inside, last) = (Some((id, id)), 0);
                }
                _ => self.skip(kind)?,
            }
        }
        None
    }

    /// Passes over a value of this type, lists no longer than what is left.
    pub(crate) fn skip(&mut self, kind: u8) -> Option<()> {
        let mut open = Vec::new();
        self.enter(kind, &mut open)?;
        while let Some(top) = open.pop() {
            let next = match top {
                Open::Struct => match self.byte()? {
                    0 => continue,
                    head => {
                        if head >> 4 == 0 {
                            self.zigzag()?;
                        }
                        open.push(Open::Struct);
                        head & 0x0f
                    }
                },
                Open::Elements(0, _) | Open::Pairs(0, ..) => continue,
                Open::Elements(left, kind) => {
                    open.push(Open::Elements(left - 1, kind));
                    // Truth values in lists take a byte each, in fields none.
                    if kind <= 2 { 3 } else { kind }
                }
                Open::Pairs(left, key, value) => {
                    open.push(Open::Pairs(left - 1, key, value));
                    self.enter(if key <= 2 { 3 } else { key }, &mut open)?;
                    if value <= 2 { 3 } else { value }
                }
            };
            self.enter(next, &mut open)?;
            if open.len() > MAX_DEPTH {
                return None;
            }
        }
        Some(())
    }

    fn enter(&mut self, kind: u8, open: &mut Vec<Open>) -> Option<()> {
        match kind {
            1 | 2 => {}
            3 => self.jump(1)?,
            4..=6 => drop(self.varint()?),
            7 => self.jump(8)?,
            8 => {
                let length = self.varint()?;
                self.jump(length)?;
            }
            9 | 10 => {
                let head = self.byte()?;
                let count = if head >> 4 == 15 { self.varint()? } else { u64::from(head >> 4) };
                self.possible(count)?;
                open.push(Open::Elements(count, head & 0x0f));
            }
            11 => {
                let count = self.varint()?;
                self.possible(count)?;
                if count > 0 {
                    let kinds = self.byte()?;
                    open.push(Open::Pairs(count, kinds >> 4, kinds & 0x0f));
                }
            }
            12 => open.push(Open::Struct),
            13 => self.jump(16)?,
            _ => return None,
        }
        Some(())
    }

    /// Every element takes a byte at least.
    fn possible(&self, count: u64) -> Option<()> {
        (count <= (self.bytes.len() - self.at) as u64).then_some(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn numbers_of_a_struct_are_found_and_the_rest_is_passed_over() {
        // 1: i32 = 3; 2: binary "ab"; 3: list of two i32; 5: struct {1: true, 2: i32 = 1}; 6: i64 = -1.
        let bytes =
            [0x15, 6, 0x18, 2, b'a', b'b', 0x19, 0x25, 2, 4, 0x2c, 0x11, 0x15, 2, 0, 0x16, 1, 0, 0xff];
        let mut walk = Walk::new(&bytes, 0);
        let told: Vec<_> = walk.numbers().unwrap().iter().map(|n| (n.outer, n.id, n.value)).collect();
        assert_eq!(told, [(0, 1, 3), (0, 5, 0), (5, 1, 1), (5, 2, 1), (0, 6, -1)]);
        assert_eq!(walk.at(), bytes.len() - 1);
        // The same field twice, in the long form of its number.
        assert_eq!(Walk::new(&[0x15, 6, 0x05, 2, 8, 0], 0).numbers(), None);
    }

    #[test]
    fn lists_longer_than_the_bytes_are_not_believed() {
        assert_eq!(Walk::new(&[0x19, 0xf5, 0xff, 0xff, 0xff, 0x0f, 1], 0).numbers(), None);
        assert_eq!(Walk::new(&[0x1c; 200], 0).numbers(), None, "structs without end");
        assert_eq!(Walk::new(&[0x15], 0).numbers(), None);
    }
}
