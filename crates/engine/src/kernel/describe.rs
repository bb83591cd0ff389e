//! Which kernels this machine gets, for `karat doctor` and the benchmark.

use super::cpu::{self, brain::Kind};

/// The kernels chosen at run time.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Chosen {
    /// Products and elementwise work in f32.
    pub f32: &'static str,
    /// Products of brain floats.
    pub bf16: &'static str,
    /// Why AMX is not used; none when it is.
    pub without_amx: Option<String>,
    /// Bits of a vector.
    pub vector_bits: u32,
}

impl Chosen {
    /// The kernel a precision runs on, by its name; the f32 one when it is not bf16.
    pub fn of(&self, precision: &str) -> &'static str {
        if precision == "bf16" { self.bf16 } else { self.f32 }
    }
}

/// Asks the processor, and tries AMX when it says it has it and a probe was set.
pub fn describe() -> Chosen {
    let vector_bits = cpu::vector_bits();
    let (f32, widened) = match vector_bits {
        512 => ("avx512", "widened to f32, avx512"),
        256 => ("avx2", "widened to f32, avx2"),
        _ => ("portable", "widened to f32, portable"),
    };
    let bf16 = match cpu::brain::kind() {
        Kind::Amx => "amx-bf16",
        Kind::Avx512Bf16 => "avx512-bf16",
        Kind::Widened => widened,
    };
    Chosen { f32, bf16, without_amx: cpu::amx_verdict().err(), vector_bits }
}
