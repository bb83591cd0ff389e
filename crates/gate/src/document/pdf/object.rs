//! Objects of a PDF, looked up without recursion and unpacked under one budget.

use lopdf::{Dictionary, Document, Object, Stream};

/// Bytes all streams of a document that are read may unpack to.
const MAX_TOTAL: usize = 200_000_000;
/// Bytes one stream may unpack to.
pub(super) const MAX_STREAM: usize = 50_000_000;

/// The document and what was unpacked of it.
pub(in crate::document) struct Objects<'a> {
    pub(in crate::document) document: &'a Document,
    left: usize,
    /// Bytes of the first stream that was too big.
    pub(super) bomb: Option<usize>,
}

/// A number, whole or not.
pub(super) fn number(object: &Object) -> Option<f64> {
    match object {
        Object::Integer(n) => Some(*n as f64),
        Object::Real(n) if n.is_finite() => Some(f64::from(*n)),
        _ => None,
    }
}

/// A string that people read: UTF-16 or UTF-8 by its mark, else as good as Latin-1.
pub(in crate::document) fn words(bytes: &[u8]) -> String {
    match bytes {
        [0xfe, 0xff, rest @ ..] => encoding_rs::UTF_16BE.decode_without_bom_handling(rest).0.into_owned(),
        [0xff, 0xfe, rest @ ..] => encoding_rs::UTF_16LE.decode_without_bom_handling(rest).0.into_owned(),
        [0xef, 0xbb, 0xbf, rest @ ..] => String::from_utf8_lossy(rest).into_owned(),
        _ => bytes.iter().copied().map(char::from).collect(),
    }
}

impl<'a> Objects<'a> {
    pub(super) const fn new(document: &'a Document) -> Self {
        Self { document, left: MAX_TOTAL, bomb: None }
    }

    /// The object a reference leads to, or the object itself.
    pub(in crate::document) fn follow(&self, object: &'a Object) -> &'a Object {
        self.document.dereference(object).map_or(&Object::Null, |(_, object)| object)
    }

    /// The dictionary an entry leads to, without a copy.
    pub(in crate::document) fn below(&self, dict: &'a Dictionary, key: &[u8]) -> Option<&'a Dictionary> {
        match self.follow(dict.get(key).ok()?) {
            Object::Dictionary(dict) => Some(dict),
            Object::Stream(stream) => Some(&stream.dict),
            _ => None,
        }
    }

    /// The same for an object of any lifetime, copied.
    pub(super) fn resolve(&self, object: &Object) -> Object {
        match object {
            Object::Reference(id) => self.document.get_object(*id).cloned().unwrap_or(Object::Null),
            other => other.clone(),
        }
    }

    pub(super) fn get(&self, dict: &Dictionary, key: &[u8]) -> Option<Object> {
        dict.get(key).ok().map(|object| self.resolve(object)).filter(|object| !matches!(object, Object::Null))
    }

    pub(super) fn dictionary(&self, object: &Object) -> Option<Dictionary> {
        match self.resolve(object) {
            Object::Dictionary(dict) => Some(dict),
            Object::Stream(stream) => Some(stream.dict),
            _ => None,
        }
    }

    pub(super) fn name(&self, dict: &Dictionary, key: &[u8]) -> Option<Vec<u8>> {
        match self.get(dict, key) {
            Some(Object::Name(name)) => Some(name),
            _ => None,
        }
    }

    pub(super) fn number(&self, dict: &Dictionary, key: &[u8]) -> Option<f64> {
        self.get(dict, key).as_ref().and_then(number)
    }

    pub(super) fn array(&self, dict: &Dictionary, key: &[u8]) -> Option<Vec<Object>> {
        match self.get(dict, key) {
            Some(Object::Array(list)) => Some(list),
            _ => None,
        }
    }

    /// The content of a stream a dictionary names.
    pub(in crate::document) fn stream(
        &mut self,
        dict: &Dictionary,
        key: &[u8],
        most: usize,
    ) -> Option<Vec<u8>> {
        let document = self.document;
        let object = dict.get(key).ok()?;
        let Ok((_, Object::Stream(stream))) = document.dereference(object) else { return None };
        self.unpack(stream, most)
    }

    /// The content of a stream; none where it is too big (noted), damaged or of a filter
    /// that no text has.
    pub(super) fn unpack(&mut self, stream: &Stream, most: usize) -> Option<Vec<u8>> {
        let most = most.min(self.left);
        match stream.decompressed_content_with_limit(most) {
            Ok(content) => {
                self.left -= content.len().min(self.left);
                Some(content)
            }
            Err(lopdf::Error::Decompress(lopdf::DecompressError::MemoryLimitExceeded { .. })) => {
                self.bomb.get_or_insert(most);
                None
            }
            Err(_) => None,
        }
    }
}
