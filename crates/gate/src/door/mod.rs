//! Before anything is parsed: name, type, licence.

pub mod kind;
pub mod licence;
pub mod name;
pub mod outside;
pub(crate) mod polyglot;
