//! Any bytes as take.wav: no panic, and the same verdict twice.

#![no_main]

karat_gate_fuzz::target!("take.wav", Audio);
