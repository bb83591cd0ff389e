//! Any bytes as photo.png: no panic, and the same verdict twice.

#![no_main]

karat_gate_fuzz::target!("photo.png", Image);
