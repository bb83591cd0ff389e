//! Any bytes as rows.csv: no panic, and the same verdict twice.

#![no_main]

karat_gate_fuzz::target!("rows.csv", Text);
