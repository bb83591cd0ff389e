//! The two number types of the engine: `f32` for work, `f64` for proving gradients.

use std::borrow::Cow;
use std::fmt::Debug;
use std::ops::{Add, AddAssign, Div, Mul, MulAssign, Neg, Sub};

/// A floating-point number the tape can compute with.
pub trait Real:
    Copy
    + Send
    + Sync
    + Default
    + PartialOrd
    + Debug
    + Add<Output = Self>
    + Sub<Output = Self>
    + Mul<Output = Self>
    + Div<Output = Self>
    + Neg<Output = Self>
    + AddAssign
    + MulAssign
    + 'static
{
    /// 0.
    const ZERO: Self;
    /// 1.
    const ONE: Self;
    /// The nearest number to `x`.
    fn of(x: f64) -> Self;
    /// The same number in double precision.
    fn to_f64(self) -> f64;
    /// eˣ.
    fn exp(self) -> Self;
    /// Natural logarithm.
    fn ln(self) -> Self;
    /// Square root.
    fn sqrt(self) -> Self;
    /// The numbers in single precision.
    fn as_f32(x: &[Self]) -> Cow<'_, [f32]>;
    /// `y[o] = w[o]·x`, one output a row of `w`, on this thread.
    fn matvec(w: &[Self], x: &[Self], y: &mut [Self]);
    /// The error function.
    fn error_function(self) -> Self {
        Self::of(erf(self.to_f64()))
    }
}

/// `2/√π · e^(−x²) · Σ 2ⁿ x²ⁿ⁺¹ / (1·3·5…(2n+1))`: all terms have one sign, so nothing cancels
/// (Abramowitz and Stegun 7.1.6).
fn erf(x: f64) -> f64 {
    if x.abs() > 6.0 {
        return x.signum();
    }
    let (mut term, mut sum) = (x, x);
    for n in 1..200 {
        term *= 2.0 * x * x / f64::from(2 * n + 1);
        sum += term;
    }
    std::f64::consts::FRAC_2_SQRT_PI * (-x * x).exp() * sum
}

macro_rules! real {
    ($type:ty, $as_f32:expr, $matvec:expr) => {
        impl Real for $type {
            const ZERO: Self = 0.0;
            const ONE: Self = 1.0;
            fn of(x: f64) -> Self {
                x as $type
            }
            fn to_f64(self) -> f64 {
                f64::from(self)
            }
            fn exp(self) -> Self {
                <$type>::exp(self)
            }
            fn ln(self) -> Self {
                <$type>::ln(self)
            }
            fn sqrt(self) -> Self {
                <$type>::sqrt(self)
            }
            fn as_f32(x: &[Self]) -> Cow<'_, [f32]> {
                $as_f32(x)
            }
            fn matvec(w: &[Self], x: &[Self], y: &mut [Self]) {
                $matvec(w, x, y);
            }
        }
    };
}
real!(f32, Cow::Borrowed, |w, x, y| crate::kernel::cpu::matvec(1.0, w, x, false, y));
real!(f64, |x: &[f64]| x.iter().map(|&x| x as f32).collect(), plain_matvec);

fn plain_matvec(w: &[f64], x: &[f64], y: &mut [f64]) {
    for (row, y) in w.chunks_exact(x.len()).zip(y) {
        *y = row.iter().zip(x).map(|(w, x)| w * x).sum();
    }
}
