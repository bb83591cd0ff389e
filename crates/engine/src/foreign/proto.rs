//! The parts of sentencepiece's `ModelProto` that matter, read from protobuf's wire format.
//!
//! Numbers of fields: google/sentencepiece `sentencepiece_model.proto`.

/// What a piece is.
pub(super) const NORMAL: u64 = 1;
pub(super) const CONTROL: u64 = 3;
pub(super) const USER_DEFINED: u64 = 4;

/// A piece of the vocabulary.
#[derive(Clone, Debug, PartialEq)]
pub(super) struct Piece {
    pub(super) text: String,
    pub(super) score: f32,
    pub(super) kind: u64,
}

/// A model and its defaults.
#[derive(Clone, Debug, PartialEq)]
pub(super) struct Spm {
    pub(super) pieces: Vec<Piece>,
    /// 1 = unigram, 2 = BPE.
    pub(super) model_type: u64,
    pub(super) byte_fallback: bool,
    pub(super) unk_id: u64,
    pub(super) unk_piece: String,
    pub(super) space_as_suffix: bool,
    pub(super) charsmap: Vec<u8>,
    pub(super) dummy_prefix: bool,
    pub(super) fewer_spaces: bool,
    pub(super) escape_spaces: bool,
}

/// A field's value.
enum Wire<'a> {
    Number(u64),
    Bytes(&'a [u8]),
    Float(f32),
}

/// The fields of a message, one after the other; none = no protobuf.
fn fields(mut rest: &[u8]) -> Option<Vec<(u64, Wire<'_>)>> {
    let mut out = Vec::new();
    while !rest.is_empty() {
        let key = number(&mut rest)?;
        let value = match key & 7 {
            0 => Wire::Number(number(&mut rest)?),
            1 => {
                take(&mut rest, 8)?;
                continue;
            }
            2 => {
                let len = usize::try_from(number(&mut rest)?).ok()?;
                Wire::Bytes(take(&mut rest, len)?)
            }
            5 => Wire::Float(f32::from_le_bytes(take(&mut rest, 4)?.try_into().ok()?)),
            _ => return None,
        };
        out.push((key >> 3, value));
    }
    Some(out)
}

fn take<'a>(rest: &mut &'a [u8], len: usize) -> Option<&'a [u8]> {
    let (part, after) = rest.split_at_checked(len)?;
    *rest = after;
    Some(part)
}

fn number(rest: &mut &[u8]) -> Option<u64> {
    let mut out = 0u64;
    for shift in (0..64).step_by(7) {
        let byte = take(rest, 1)?[0];
        out |= u64::from(byte & 0x7f) << shift;
        if byte & 0x80 == 0 {
            return Some(out);
        }
    }
    None
}

fn text(bytes: &[u8]) -> Option<String> {
    String::from_utf8(bytes.to_vec()).ok()
}

impl Spm {
    /// Reads a model file; none when it is no sentencepiece model.
    pub(super) fn read(file: &[u8]) -> Option<Self> {
        let mut out = Self {
            pieces: Vec::new(),
            model_type: 1,
            byte_fallback: false,
            unk_id: 0,
            unk_piece: "<unk>".into(),
            space_as_suffix: false,
            charsmap: Vec::new(),
            dummy_prefix: true,
            fewer_spaces: true,
            escape_spaces: true,
        };
        for (field, value) in fields(file)? {
            match (field, value) {
                (1, Wire::Bytes(piece)) => out.pieces.push(Piece::read(piece)?),
                (2, Wire::Bytes(trainer)) => out.trainer(trainer)?,
                (3, Wire::Bytes(normalizer)) => out.normalizer(normalizer)?,
                _ => {}
            }
        }
        (!out.pieces.is_empty()).then_some(out)
    }

    fn trainer(&mut self, message: &[u8]) -> Option<()> {
        for (field, value) in fields(message)? {
            match (field, value) {
                (3, Wire::Number(n)) => self.model_type = n,
                (24, Wire::Number(n)) => self.space_as_suffix = n != 0,
                (35, Wire::Number(n)) => self.byte_fallback = n != 0,
                (40, Wire::Number(n)) => self.unk_id = n,
                (45, Wire::Bytes(piece)) => self.unk_piece = text(piece)?,
                _ => {}
            }
        }
        Some(())
    }

    fn normalizer(&mut self, message: &[u8]) -> Option<()> {
        for (field, value) in fields(message)? {
            match (field, value) {
                (2, Wire::Bytes(map)) => self.charsmap = map.to_vec(),
                (3, Wire::Number(n)) => self.dummy_prefix = n != 0,
                (4, Wire::Number(n)) => self.fewer_spaces = n != 0,
                (5, Wire::Number(n)) => self.escape_spaces = n != 0,
                _ => {}
            }
        }
        Some(())
    }
}

impl Piece {
    fn read(message: &[u8]) -> Option<Self> {
        let mut out = Self { text: String::new(), score: 0.0, kind: NORMAL };
        for (field, value) in fields(message)? {
            match (field, value) {
                (1, Wire::Bytes(piece)) => out.text = text(piece)?,
                (2, Wire::Float(score)) => out.score = score,
                (3, Wire::Number(kind)) => out.kind = kind,
                _ => {}
            }
        }
        Some(out)
    }
}
