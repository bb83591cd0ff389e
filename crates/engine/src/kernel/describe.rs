//! Which kernels this machine gets, for `karat doctor` and the benchmark.

/// The kernels chosen at run time.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Chosen {
    /// Products and elementwise work in f32.
    pub f32: &'static str,
    /// Bits of a vector.
    pub vector_bits: u32,
}

impl Chosen {
    /// The kernel a precision runs on, by its name; the f32 one when it is not known.
    pub fn of(&self, _precision: &str) -> &'static str {
        self.f32
    }
}

/// Asks the processor.
pub fn describe() -> Chosen {
    match super::cpu::vector_bits() {
        512 => Chosen { f32: "avx512", vector_bits: 512 },
        256 => Chosen { f32: "avx2", vector_bits: 256 },
        bits => Chosen { f32: "portable", vector_bits: bits },
    }
}
