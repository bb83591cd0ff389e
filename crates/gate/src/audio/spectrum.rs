//! What frequencies a recording has: for the picture people look at, and for S7.

use realfft::num_complex::Complex;
use realfft::{RealFftPlanner, RealToComplex};
use std::sync::Arc;

/// Columns a second.
const COLUMNS: u32 = 50;

/// Rows of the picture.
pub(super) const BANDS: usize = 64;

/// The quietest level of the picture, dB below full scale.
const FLOOR_DB: f32 = -100.0;

/// Columns quieter than this (dB) say nothing of what the recording device can do.
const HEARD_DB: f32 = -60.0;

/// Groups of equal width the range is cut into to look for a wall.
const GROUPS: usize = 256;

/// No recorder has a band narrower than the telephone's: below, low music just ends, Hz.
const LOWEST_WALL: usize = 2_500;

/// Sums spectra as samples come in.
pub(super) struct Spectrum {
    rate: u32,
    fft: Arc<dyn RealToComplex<f32>>,
    window: Vec<f32>,
    /// Power of a full-scale sine with this window.
    full: f32,
    hop: usize,
    waiting: Vec<f32>,
    input: Vec<f32>,
    output: Vec<Complex<f32>>,
    scratch: Vec<Complex<f32>>,
    power: Vec<f32>,
    /// First and one past the last bin of each row.
    bands: Vec<(usize, usize)>,
    /// Columns of the picture, 0–255 for −100–0 dB.
    pub(super) picture: Vec<[u8; BANDS]>,
    /// Sum of the spectra that could be heard, and how many they are.
    heard: Vec<f64>,
    heard_count: u64,
}

impl Spectrum {
    pub(super) fn new(rate: u32) -> Self {
        // 40 ms at least: a pitch of 50 Hz is still a line.
        let size = (rate as usize / 25).next_power_of_two().clamp(64, 32_768);
        let fft = RealFftPlanner::<f32>::new().plan_fft_forward(size);
        let turn = std::f32::consts::TAU / size as f32;
        let window: Vec<f32> = (0..size).map(|i| 0.5 - 0.5 * (i as f32 * turn).cos()).collect();
        let full = (window.iter().sum::<f32>() / 2.0).powi(2);
        let bins = size / 2 + 1;
        Self {
            rate,
            hop: (rate / COLUMNS).max(1) as usize,
            waiting: Vec::with_capacity(size * 2),
            input: fft.make_input_vec(),
            output: fft.make_output_vec(),
            scratch: fft.make_scratch_vec(),
            power: vec![0.0; bins],
            bands: bands(rate, bins),
            picture: Vec::new(),
            heard: vec![0.0; bins],
            heard_count: 0,
            fft,
            window,
            full,
        }
    }

    /// Adds samples of the mixed channels.
    pub(super) fn take(&mut self, mixed: &[f32]) {
        self.waiting.extend_from_slice(mixed);
        let mut at = 0;
        while self.waiting.len() - at >= self.window.len() {
            self.column(at);
            at += self.hop;
        }
        self.waiting.drain(..at);
    }

    /// What is left at the end, with silence behind it, when nothing was long enough.
    pub(super) fn finish(&mut self) {
        if self.picture.is_empty() && !self.waiting.is_empty() {
            self.waiting.resize(self.window.len(), 0.0);
            self.column(0);
        }
    }

    fn column(&mut self, at: usize) {
        let samples = &self.waiting[at..at + self.window.len()];
        for ((input, sample), factor) in self.input.iter_mut().zip(samples).zip(&self.window) {
            *input = sample * factor;
        }
        if self.fft.process_with_scratch(&mut self.input, &mut self.output, &mut self.scratch).is_err() {
            return;
        }
        let scale = 1.0 / self.full;
        for (power, bin) in self.power.iter_mut().zip(&self.output) {
            *power = bin.norm_sqr() * scale;
        }
        let row = |&(from, to): &(usize, usize)| {
            let loudest = self.power[from..to].iter().copied().fold(0.0, f32::max);
            ((decibel(loudest) - FLOOR_DB) * 255.0 / -FLOOR_DB).clamp(0.0, 255.0).round() as u8
        };
        let mut column = [0; BANDS];
        for (out, band) in column.iter_mut().zip(&self.bands) {
            *out = row(band);
        }
        self.picture.push(column);
        // A Hann window spreads a tone over 1.5 bins.
        if decibel(self.power.iter().skip(1).sum::<f32>() / 1.5) >= HEARD_DB {
            self.heard_count += 1;
            for (sum, power) in self.heard.iter_mut().zip(&self.power) {
                *sum += f64::from(*power);
            }
        }
    }

    /// Per mille of the range above which there is nothing, where the sound ends at a wall
    /// and not little by little.
    ///
    /// A wall is what a converter's filter leaves behind when a recording of a lower rate is
    /// stored at a higher one: a full band up to the edge, at least 25 dB within a sixth of an
    /// octave, and nothing above it anywhere. Voices and instruments fade over
    /// octaves, a pure tone has no band below its edge, and what was recorded at the rate it
    /// is stored at has its noise up to the end.
    pub(super) fn wall(&self) -> Option<u32> {
        const DROP_DB: f64 = 25.0;
        if self.heard_count == 0 || self.heard.len() < GROUPS {
            return None;
        }
        let groups = self.groups();
        let lowest = LOWEST_WALL * 2 * GROUPS / self.rate as usize;
        (lowest.max(8)..GROUPS - GROUPS / 8).rev().find_map(|edge| {
            let slope = (edge / 8).max(2);
            let above = groups[edge + slope..].iter().copied().fold(f64::MIN, f64::max);
            let near = median(&groups[edge - slope / 2 - 1..edge]);
            let below = &groups[edge / 2..edge];
            let full = below.iter().filter(|level| **level >= above + DROP_DB / 2.0).count();
            let wall =
                near - above >= DROP_DB && median(below) - above >= DROP_DB && full * 10 >= below.len() * 9;
            wall.then_some((edge * 1000 / GROUPS) as u32)
        })
    }

    /// Mean level of each group, dB.
    fn groups(&self) -> Vec<f64> {
        let bins = self.heard.len();
        (0..GROUPS)
            .map(|nth| {
                let part = &self.heard
                    [nth * bins / GROUPS..((nth + 1) * bins / GROUPS).max(nth * bins / GROUPS + 1)];
                let mean = part.iter().sum::<f64>() / part.len() as f64 / self.heard_count as f64;
                10.0 * (mean + 1e-20).log10()
            })
            .collect()
    }
}

/// Edges of the rows, Hz: equal steps of the mel scale (HTK: 2595·log₁₀(1 + f/700)) from 0 to
/// half the rate.
pub(super) fn edges(rate: u32) -> Vec<f32> {
    let mel = |hz: f32| 2595.0 * (1.0 + hz / 700.0).log10();
    let top = mel(rate as f32 / 2.0);
    let hz = |mel: f32| 700.0 * (10_f32.powf(mel / 2595.0) - 1.0);
    (0..=BANDS).map(|nth| hz(top * nth as f32 / BANDS as f32)).collect()
}

fn bands(rate: u32, bins: usize) -> Vec<(usize, usize)> {
    let bin = |hz: f32| (hz * 2.0 / rate as f32 * (bins - 1) as f32).round() as usize;
    let edges = edges(rate);
    edges
        .windows(2)
        .map(|pair| {
            let from = bin(pair[0]).min(bins - 1);
            (from, bin(pair[1]).clamp(from + 1, bins.max(from + 1)))
        })
        .collect()
}

pub(super) fn decibel(power: f32) -> f32 {
    10.0 * (power + 1e-12).log10()
}

fn median(values: &[f64]) -> f64 {
    let mut sorted = values.to_vec();
    sorted.sort_by(f64::total_cmp);
    sorted.get(sorted.len() / 2).copied().unwrap_or(f64::MIN)
}
