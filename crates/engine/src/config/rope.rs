//! Rotary positions: their frequencies, and what stretches them over longer texts.
//!
//! Formulas: transformers `modeling_rope_utils.py` (default, linear, dynamic, yarn, llama3).

use super::{Fields, wrong};
use karat_types::Problem;
use serde_json::{Map, Value};
use std::f64::consts::PI;

/// The kinds of scaling the engine knows, by `rope_type`.
pub const ROPE_TYPES: &[&str] = &["default", "linear", "dynamic", "yarn", "llama3"];

/// Rotary positions of a model.
#[derive(Clone, Debug, PartialEq)]
pub struct Rope {
    /// Base of the angles.
    pub theta: f64,
    /// Numbers of each head that turn; even.
    pub dim: usize,
    /// Whether a pair is (2i, 2i + 1) instead of (i, i + dim/2).
    pub interleaved: bool,
    /// How longer texts are reached.
    pub scaling: Scaling,
}

/// How rotary positions reach texts longer than those of the first training.
#[derive(Clone, Debug, PartialEq)]
pub enum Scaling {
    /// Not at all.
    Plain,
    /// All angles divided by `factor`.
    Linear {
        /// How much longer.
        factor: f64,
    },
    /// NTK: θ grows with the text once it is longer than `original`.
    Dynamic {
        /// How much longer.
        factor: f64,
        /// Tokens of the first training.
        original: f64,
    },
    /// LLaMA 3.1: slow angles divided by `factor`, fast ones kept, a ramp between.
    Llama3 {
        /// How much longer.
        factor: f64,
        /// Turns over `original` below which an angle is slow.
        low: f64,
        /// Turns above which it is fast.
        high: f64,
        /// Tokens of the first training.
        original: f64,
    },
    /// YaRN: as above with a linear ramp over the dimensions, and cos and sin multiplied.
    Yarn {
        /// How much longer.
        factor: f64,
        /// Tokens of the first training.
        original: f64,
        /// First and last dimension of the ramp.
        ramp: (f64, f64),
        /// What cos and sin are multiplied with.
        attention: f64,
    },
}

impl Rope {
    /// Plain rotary positions on the whole head.
    pub fn plain(theta: f64, dim: usize) -> Self {
        Self { theta, dim, interleaved: false, scaling: Scaling::Plain }
    }

    /// Reads `rope_theta` + `rope_scaling` (transformers 4) or `rope_parameters` (5) for heads
    /// of `head_dim` numbers, of which `partial` turn unless the file says otherwise.
    pub(super) fn read(
        fields: &Fields<'_>,
        head_dim: usize,
        partial: f64,
        context: usize,
    ) -> Result<Self, Problem> {
        let empty = Map::new();
        let object = |name: &str| fields.0[name].as_object().unwrap_or(&empty).clone();
        let mut part = object("rope_parameters");
        part.extend(object("rope_scaling"));
        let number = |name: &str| part.get(name).and_then(Value::as_f64);
        let theta = number("rope_theta").or_else(|| fields.0["rope_theta"].as_f64()).unwrap_or(10_000.0);
        let partial = number("partial_rotary_factor")
            .or_else(|| fields.0["partial_rotary_factor"].as_f64())
            .unwrap_or(partial);
        let dim = (head_dim as f64 * partial) as usize;
        if dim == 0 || dim > head_dim || !dim.is_multiple_of(2) || !(theta > 0.0 && theta.is_finite()) {
            return Err(wrong(format!(
                "Rotary positions turn {dim} of {head_dim} numbers a head with θ {theta}: an even number from 2 to {head_dim} and a θ above 0 are expected."
            )));
        }
        let scaling = Scaling::read(&part, fields, (theta, dim), context as f64)?;
        Ok(Self { theta, dim, interleaved: false, scaling })
    }

    /// What cos and sin are multiplied with.
    pub fn attention_factor(&self) -> f64 {
        if let Scaling::Yarn { attention, .. } = self.scaling { attention } else { 1.0 }
    }

    /// The longest text, when config.json says `context`: its `max_position_embeddings` may or
    /// may not count the stretching already.
    pub fn reach(&self, context: usize) -> usize {
        let stretched = match self.scaling {
            Scaling::Plain => 0.0,
            Scaling::Linear { factor } => context as f64 * factor,
            Scaling::Dynamic { factor, original }
            | Scaling::Llama3 { factor, original, .. }
            | Scaling::Yarn { factor, original, .. } => original * factor,
        };
        context.max(stretched as usize)
    }

    /// Radians a token of each pair, in a text of `length` tokens, rounded to f32 as
    /// transformers rounds them.
    pub fn frequencies(&self, length: usize) -> Vec<f32> {
        let dim = self.dim as f64;
        let plain = |theta: f64, j: usize| 1.0 / theta.powf((2 * j) as f64 / dim);
        let one = |j: usize| match self.scaling {
            Scaling::Plain => plain(self.theta, j),
            Scaling::Linear { factor } => plain(self.theta, j) / factor,
            Scaling::Dynamic { factor, original } => {
                let longer = (length as f64).max(original) * factor / original - (factor - 1.0);
                plain(self.theta * longer.powf(dim / (dim - 2.0)), j)
            }
            Scaling::Llama3 { factor, low, high, original } => {
                let frequency = plain(self.theta, j);
                let turns = original * frequency / (2.0 * PI);
                let keep = ((turns - low) / (high - low)).clamp(0.0, 1.0);
                (1.0 - keep) * frequency / factor + keep * frequency
            }
            Scaling::Yarn { factor, ramp: (low, high), .. } => {
                let frequency = plain(self.theta, j);
                let slow = ((j as f64 - low) / (high - low)).clamp(0.0, 1.0);
                frequency / factor * slow + frequency * (1.0 - slow)
            }
        };
        (0..self.dim / 2).map(|j| one(j) as f32).collect()
    }
}

impl Scaling {
    fn read(
        part: &Map<String, Value>,
        fields: &Fields<'_>,
        (theta, dim): (f64, usize),
        context: f64,
    ) -> Result<Self, Problem> {
        let kind = part.get("rope_type").or_else(|| part.get("type")).and_then(Value::as_str);
        let kind = kind.unwrap_or("default");
        let number = |name: &str| part.get(name).and_then(Value::as_f64);
        let need = |name: &str| {
            number(name).filter(|x| x.is_finite() && *x > 0.0).ok_or_else(|| {
                let found = part.get(name).unwrap_or(&Value::Null);
                wrong(format!(
                    "Rotary positions of type '{kind}' need {name}, a number above 0; it is {found}."
                ))
            })
        };
        let original = || {
            let name = "original_max_position_embeddings";
            fields.0[name].as_f64().or_else(|| number(name)).filter(|n| *n >= 1.0).unwrap_or(context)
        };
        match kind {
            "default" => Ok(Self::Plain),
            "linear" => Ok(Self::Linear { factor: need("factor")? }),
            "dynamic" if dim > 2 => Ok(Self::Dynamic { factor: need("factor")?, original: context }),
            "llama3" => {
                let (low, high) = (need("low_freq_factor")?, need("high_freq_factor")?);
                if high <= low {
                    return Err(wrong(format!(
                        "high_freq_factor is {high}, it must be above low_freq_factor, {low}."
                    )));
                }
                Ok(Self::Llama3 { factor: need("factor")?, low, high, original: original() })
            }
            "yarn" => {
                let factor = if part.get("factor").is_none_or(Value::is_null) {
                    context / original()
                } else {
                    need("factor")?
                };
                Ok(yarn(part, factor, original(), (theta, dim)))
            }
            other => Err(wrong(format!(
                "Rotary positions of type '{other}' with {dim} numbers a head are not known; known are: {}.",
                ROPE_TYPES.join(", ")
            ))),
        }
    }
}

fn yarn(part: &Map<String, Value>, factor: f64, original: f64, (theta, dim): (f64, usize)) -> Scaling {
    let number = |name: &str| part.get(name).and_then(Value::as_f64).filter(|x| *x != 0.0);
    let mscale = |m: f64| if factor <= 1.0 { 1.0 } else { 0.1 * m * factor.ln() + 1.0 };
    let attention =
        number("attention_factor").unwrap_or_else(|| match (number("mscale"), number("mscale_all_dim")) {
            (Some(own), Some(all)) => mscale(own) / mscale(all),
            _ => mscale(1.0),
        });
    let (fast, slow) = (number("beta_fast").unwrap_or(32.0), number("beta_slow").unwrap_or(1.0));
    let at = |turns: f64| dim as f64 * (original / (turns * 2.0 * PI)).ln() / (2.0 * theta.ln());
    let (mut low, mut high) = (at(fast), at(slow));
    if part.get("truncate").and_then(Value::as_bool).unwrap_or(true) {
        (low, high) = (low.floor(), high.ceil());
    }
    (low, high) = (low.max(0.0), high.min(dim as f64 - 1.0));
    if low == high {
        high += 0.001;
    }
    Scaling::Yarn { factor, original, ramp: (low, high), attention }
}
