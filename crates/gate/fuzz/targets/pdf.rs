//! Any bytes as paper.pdf: no panic, and the same verdict twice.

#![no_main]

karat_gate_fuzz::target!("paper.pdf", Text);
