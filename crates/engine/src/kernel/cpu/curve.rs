//! Activations and layer norm, written in lanes as in [`super::row`].

use super::row::{LANES, fold_lanes};
use super::simd::{exp, simd};
use crate::kernel::Activation;
use crate::kernel::activation::{CUBE, QUICK, TANH};

/// The logistic function.
#[inline(always)]
fn sigmoid(x: f32) -> f32 {
    1.0 / (1.0 + exp(-x))
}

/// The error function, within 10⁻⁶: an odd rational function on ±4, where it is ±1 in
/// f32 (the coefficients are those of XLA and Eigen).
#[inline(always)]
fn erf(x: f32) -> f32 {
    let x = x.clamp(-4.0, 4.0);
    let square = x * x;
    let mut top = -2.726_142_3e-10;
    for c in [2.770_681_4e-8, -2.101_024e-6, -5.692_506_4e-5, -7.349_906_3e-4, -2.954_6e-3, -1.609_603_3e-2] {
        top = top * square + c;
    }
    let mut bottom = -1.456_607_2e-5;
    for c in [-2.133_740_6e-4, -1.682_827e-3, -7.373_329_2e-3, -1.426_474e-2] {
        bottom = bottom * square + c;
    }
    x * top / bottom
}

/// What is under the logistic function of GELU by tanh, and its slope.
#[inline(always)]
fn bent(x: f32) -> (f32, f32) {
    let (a, c) = (TANH as f32, CUBE as f32);
    (a * x * (1.0 + c * x * x), a * (1.0 + 3.0 * c * x * x))
}

/// The part of a normal distribution below `x`.
#[inline(always)]
fn below(x: f32) -> f32 {
    0.5 * (1.0 + erf(x * std::f32::consts::FRAC_1_SQRT_2))
}

/// The slope of `x · σ(u(x))`.
#[inline(always)]
fn gated(x: f32, u: f32, slope: f32) -> f32 {
    let s = sigmoid(u);
    s + x * s * (1.0 - s) * slope
}

simd! {
    /// `y = f(x)`.
    fn activate(f: Activation, x: &[f32], y: &mut [f32]) {
        let rows = y.iter_mut().zip(x);
        match f {
            Activation::Silu => rows.for_each(|(y, &x)| *y = x * sigmoid(x)),
            Activation::QuickGelu => rows.for_each(|(y, &x)| *y = x * sigmoid(QUICK as f32 * x)),
            Activation::GeluTanh => rows.for_each(|(y, &x)| *y = x * sigmoid(bent(x).0)),
            Activation::Gelu => rows.for_each(|(y, &x)| *y = x * below(x)),
            Activation::Relu => rows.for_each(|(y, &x)| *y = if x > 0.0 { x } else { 0.0 }),
        }
    }
}

simd! {
    /// Turns `x` into its gradient.
    fn activate_backward(f: Activation, x: &mut [f32], dy: &[f32]) {
        let rows = x.iter_mut().zip(dy);
        match f {
            Activation::Silu => rows.for_each(|(x, dy)| *x = dy * gated(*x, *x, 1.0)),
            Activation::QuickGelu => {
                rows.for_each(|(x, dy)| *x = dy * gated(*x, QUICK as f32 * *x, QUICK as f32));
            }
            Activation::GeluTanh => rows.for_each(|(x, dy)| {
                let (u, slope) = bent(*x);
                *x = dy * gated(*x, u, slope);
            }),
            Activation::Gelu => rows.for_each(|(x, dy)| {
                let density = exp(-0.5 * *x * *x) * 0.398_942_3;
                *x = dy * (below(*x) + *x * density);
            }),
            Activation::Relu => rows.for_each(|(x, dy)| *x = if *x > 0.0 { *dy } else { 0.0 }),
        }
    }
}

simd! {
    /// `y = a · b`.
    fn multiply(a: &[f32], b: &[f32], y: &mut [f32]) {
        for ((y, a), b) in y.iter_mut().zip(a).zip(b) {
            *y = a * b;
        }
    }
}

simd! {
    /// Turns both factors into their gradients.
    fn multiply_backward(a: &mut [f32], b: &mut [f32], dy: &[f32]) {
        for ((a, b), dy) in a.iter_mut().zip(b).zip(dy) {
            (*a, *b) = (dy * *b, dy * *a);
        }
    }
}

/// Σ f(i) in lanes.
#[inline(always)]
fn sum_lanes(n: usize, f: impl Fn(usize) -> f32) -> f32 {
    let mut lanes = [0.0f32; LANES];
    let whole = n - n % LANES;
    for first in (0..whole).step_by(LANES) {
        for (i, lane) in lanes.iter_mut().enumerate() {
            *lane += f(first + i);
        }
    }
    for i in whole..n {
        lanes[i - whole] += f(i);
    }
    fold_lanes(lanes, |a, b| a + b)
}

simd! {
    /// Row by row `y = (x − mean) · inv · w + b`; keeps mean and inv.
    fn layer_norm(x: &[f32], weights: (&[f32], &[f32]), eps: f32, y: &mut [f32], stats: &mut [f32]) {
        let ((w, b), n) = (weights, weights.0.len());
        let rows = x.chunks_exact(n).zip(y.chunks_exact_mut(n)).zip(stats.chunks_exact_mut(2));
        for ((x, y), stats) in rows {
            let (x, y, w, b) = (&x[..n], &mut y[..n], &w[..n], &b[..n]);
            let mean = sum_lanes(n, |i| x[i]) / n as f32;
            let spread = sum_lanes(n, |i| (x[i] - mean) * (x[i] - mean));
            let inv = 1.0 / (spread / n as f32 + eps).sqrt();
            (stats[0], stats[1]) = (mean, inv);
            for i in 0..n {
                y[i] = (x[i] - mean) * inv * w[i] + b[i];
            }
        }
    }
}

simd! {
    /// Adds the gradient of the normalised rows to `dx`.
    fn layer_norm_backward(x: &[f32], w: &[f32], stats: &[f32], dy: &[f32], dx: &mut [f32]) {
        let n = w.len();
        let rows = x.chunks_exact(n).zip(dy.chunks_exact(n)).zip(dx.chunks_exact_mut(n));
        for (((x, dy), dx), stats) in rows.zip(stats.chunks_exact(2)) {
            let (x, dy, dx, w) = (&x[..n], &dy[..n], &mut dx[..n], &w[..n]);
            let (mean, inv) = (stats[0], stats[1]);
            let flat = sum_lanes(n, |i| dy[i] * w[i]) / n as f32;
            let along = sum_lanes(n, |i| dy[i] * w[i] * ((x[i] - mean) * inv)) / n as f32;
            for i in 0..n {
                dx[i] += inv * (dy[i] * w[i] - flat - (x[i] - mean) * inv * along);
            }
        }
    }
}

simd! {
    /// Adds the gradient of the weight.
    fn layer_norm_weight(x: &[f32], stats: &[f32], dy: &[f32], dw: &mut [f32]) {
        let n = dw.len();
        for ((x, dy), stats) in x.chunks_exact(n).zip(dy.chunks_exact(n)).zip(stats.chunks_exact(2)) {
            for i in 0..n {
                dw[i] += dy[i] * ((x[i] - stats[0]) * stats[1]);
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::real::Real;

    #[test]
    fn erf_is_within_a_millionth() {
        for i in -60_000..=60_000 {
            let x = i as f32 / 10_000.0;
            let (ours, real) = (f64::from(erf(x)), f64::from(x).error_function());
            assert!((ours - real).abs() < 1e-6, "erf {x}: {ours} instead of {real}");
        }
    }
}
