//! The gate from outside.

mod replay;
