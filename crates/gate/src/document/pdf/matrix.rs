//! Matrices of six numbers, as PDF writes them: x' = ax + cy + e, y' = bx + dy + f.

use super::object::number;
use lopdf::Object;

#[derive(Clone, Copy, Debug, PartialEq)]
pub(super) struct Matrix(pub(super) [f64; 6]);

impl Matrix {
    pub(super) const IDENTITY: Self = Self([1.0, 0.0, 0.0, 1.0, 0.0, 0.0]);

    pub(super) fn of(list: &[Object]) -> Option<Self> {
        let numbers: Vec<f64> = list.iter().filter_map(number).collect();
        numbers.first_chunk::<6>().map(|six| Self(*six))
    }

    /// First this one, then `after`.
    pub(super) fn times(&self, after: &Self) -> Self {
        let [a, b, c, d, e, f] = self.0;
        let [g, h, i, j, k, l] = after.0;
        Self([
            a * g + b * i,
            a * h + b * j,
            c * g + d * i,
            c * h + d * j,
            e * g + f * i + k,
            e * h + f * j + l,
        ])
    }

    pub(super) fn point(&self, x: f64, y: f64) -> (f64, f64) {
        let [a, b, c, d, e, f] = self.0;
        (a * x + c * y + e, b * x + d * y + f)
    }

    pub(super) const fn origin(&self) -> (f64, f64) {
        (self.0[4], self.0[5])
    }

    /// How high a unit becomes.
    pub(super) fn height(&self) -> f64 {
        self.0[2].hypot(self.0[3])
    }

    /// Whether upright rectangles stay upright.
    pub(super) fn is_upright(&self) -> bool {
        let [a, b, c, d, ..] = self.0;
        (b == 0.0 && c == 0.0) || (a == 0.0 && d == 0.0)
    }

    /// The upright box around a rectangle.
    pub(super) fn area(&self, x0: f64, y0: f64, x1: f64, y1: f64) -> [f64; 4] {
        let corners = [(x0, y0), (x1, y0), (x0, y1), (x1, y1)].map(|(x, y)| self.point(x, y));
        let of = |pick: fn(f64, f64) -> f64, get: fn(&(f64, f64)) -> f64| {
            corners.iter().map(get).fold(get(&corners[0]), pick)
        };
        [of(f64::min, |p| p.0), of(f64::min, |p| p.1), of(f64::max, |p| p.0), of(f64::max, |p| p.1)]
    }
}
