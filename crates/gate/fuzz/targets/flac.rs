//! Any bytes as take.flac: no panic, and the same verdict twice.

#![no_main]

karat_gate_fuzz::target!("take.flac", Audio);
