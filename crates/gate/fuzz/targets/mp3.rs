//! Any bytes as take.mp3: no panic, and the same verdict twice.

#![no_main]

karat_gate_fuzz::target!("take.mp3", Audio);
