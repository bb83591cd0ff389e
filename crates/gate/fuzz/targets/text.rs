//! Any bytes as note.md: no panic, and the same verdict twice.

#![no_main]

karat_gate_fuzz::target!("note.md", Text);
