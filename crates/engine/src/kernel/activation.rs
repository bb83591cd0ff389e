//! The curves between two linear layers.

use crate::real::Real;
use karat_types::Problem;

/// An activation, by what it computes.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Activation {
    /// `x · σ(x)`.
    Silu,
    /// `x · Φ(x)` with the error function.
    Gelu,
    /// GELU by tanh: `x · σ(2√(2/π)(x + 0.044715 x³))`; GPT-2's and BLOOM's.
    GeluTanh,
    /// `x · σ(1.702 x)`.
    QuickGelu,
    /// `max(x, 0)`.
    Relu,
}

/// 2√(2/π).
pub(crate) const TANH: f64 = 1.595_769_121_605_731;
/// The cubic part of GELU by tanh.
pub(crate) const CUBE: f64 = 0.044_715;
/// The slope of the quick GELU.
pub(crate) const QUICK: f64 = 1.702;

/// The names transformers gives them.
const NAMES: &[(&str, Activation)] = &[
    ("gelu", Activation::Gelu),
    ("gelu_accurate", Activation::GeluTanh),
    ("gelu_fast", Activation::GeluTanh),
    ("gelu_new", Activation::GeluTanh),
    ("gelu_python", Activation::Gelu),
    ("gelu_python_tanh", Activation::GeluTanh),
    ("gelu_pytorch_tanh", Activation::GeluTanh),
    ("quick_gelu", Activation::QuickGelu),
    ("relu", Activation::Relu),
    ("silu", Activation::Silu),
    ("swish", Activation::Silu),
];

impl Activation {
    /// By transformers' name.
    ///
    /// # Errors
    /// `config_invalid`, naming the known ones.
    pub fn named(name: &str) -> Result<Self, Problem> {
        NAMES.iter().find(|(known, _)| *known == name).map(|(_, activation)| *activation).ok_or_else(|| {
            let known: Vec<&str> = NAMES.iter().map(|(name, _)| *name).collect();
            Problem::bad(
                "config_invalid",
                format!("The activation '{name}' is not known; known are: {}.", known.join(", ")),
                "Choose a model with one of these; for others open an issue naming the model.",
            )
        })
    }

    /// The value and the slope at `x`.
    pub(crate) fn at<F: Real>(self, x: F) -> (F, F) {
        let gate = |u: F, slope: F| {
            let s = F::ONE / (F::ONE + (-u).exp());
            (x * s, s + x * s * (F::ONE - s) * slope)
        };
        match self {
            Self::Silu => gate(x, F::ONE),
            Self::QuickGelu => gate(x * F::of(QUICK), F::of(QUICK)),
            Self::GeluTanh => {
                let square = x * x;
                let slope = F::of(TANH) * (F::ONE + F::of(3.0 * CUBE) * square);
                gate(F::of(TANH) * x * (F::ONE + F::of(CUBE) * square), slope)
            }
            Self::Gelu => {
                let half = F::of(0.5);
                let below = half * (F::ONE + (x * F::of(std::f64::consts::FRAC_1_SQRT_2)).error_function());
                let density = (-(half * x * x)).exp() * F::of((2.0 * std::f64::consts::PI).sqrt().recip());
                (x * below, below + x * density)
            }
            Self::Relu => {
                if x > F::ZERO {
                    (x, F::ONE)
                } else {
                    (F::ZERO, F::ZERO)
                }
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn known_values_and_an_unknown_name() {
        let close = |a: f64, b: f64| assert!((a - b).abs() < 1e-12, "{a} instead of {b}");
        close(Activation::Gelu.at(1.0f64).0, 0.841_344_746_068_542_9);
        close(Activation::GeluTanh.at(1.0f64).0, 0.841_191_990_608_276_4);
        close(Activation::Silu.at(-2.0f64).0, -0.238_405_844_044_234_95);
        close((-3.0f64).error_function(), -0.999_977_909_503_001_4);
        close(9.0f64.error_function(), 1.0);
        let problem = Activation::named("mish").unwrap_err();
        assert!(problem.detail.contains("mish") && problem.detail.contains("gelu_new"));
    }
}
