//! The kitchen: one module per use case.

pub mod view;
