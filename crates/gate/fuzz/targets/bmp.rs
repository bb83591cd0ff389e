//! Any bytes as photo.bmp: no panic, and the same verdict twice.

#![no_main]

karat_gate_fuzz::target!("photo.bmp", Image);
