//! Any bytes as photo.webp: no panic, and the same verdict twice.

#![no_main]

karat_gate_fuzz::target!("photo.webp", Image);
