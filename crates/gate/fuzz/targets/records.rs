//! Any bytes as rows.jsonl: no panic, and the same verdict twice.

#![no_main]

karat_gate_fuzz::target!("rows.jsonl", Text);
