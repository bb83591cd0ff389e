//! Any bytes as letter.docx: no panic, and the same verdict twice.

#![no_main]

karat_gate_fuzz::target!("letter.docx", Text);
