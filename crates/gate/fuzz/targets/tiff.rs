//! Any bytes as photo.tiff: no panic, and the same verdict twice.

#![no_main]

karat_gate_fuzz::target!("photo.tiff", Image);
