//! The engine against what other programs give.

mod text;
