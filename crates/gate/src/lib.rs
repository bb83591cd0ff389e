//! karat-gate
