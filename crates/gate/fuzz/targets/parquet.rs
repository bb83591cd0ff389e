//! Any bytes as rows.parquet: no panic, and the same verdict twice.

#![no_main]

karat_gate_fuzz::target!("rows.parquet", Text);
