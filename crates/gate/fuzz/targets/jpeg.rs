//! Any bytes as photo.jpg: no panic, and the same verdict twice.

#![no_main]

karat_gate_fuzz::target!("photo.jpg", Image);
