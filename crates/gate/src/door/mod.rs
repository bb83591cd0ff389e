//! Before anything is parsed: name, type, licence.

pub mod kind;
pub mod licence;
pub(crate) mod made;
pub mod name;
pub mod outside;
pub(crate) mod polyglot;
