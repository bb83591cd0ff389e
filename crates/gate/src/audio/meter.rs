//! Everything that is measured of the samples, in one pass and little memory.

use super::spectrum::{Spectrum, decibel};
use ebur128::{EbuR128, Mode};
use karat_types::Hash;
use rusty_chromaprint::{Configuration, Fingerprinter};
use sha2::{Digest, Sha256};

/// Shortest recording a chromaprint says anything of, seconds.
const CHROMA_SECONDS: u64 = 3;

/// Blocks a second: 5 ms each.
pub(super) const BLOCKS: u32 = 200;

/// From this part of full scale on a sample counts as clipped.
const CLIPPED: f32 = 0.999;

/// Five milliseconds of all channels.
#[derive(Clone, Copy, Debug, Default)]
pub(super) struct Block {
    pub(super) low: i16,
    pub(super) high: i16,
    /// Mean of the squares and of the values.
    pub(super) power: f32,
    pub(super) mean: f32,
    /// Clipped samples.
    pub(super) clipped: u16,
}

/// Measures as samples come in.
pub(super) struct Meter {
    pub(super) rate: u32,
    pub(super) channels: usize,
    /// Samples of a channel so far.
    pub(super) frames: u64,
    only_hash: bool,
    hash: Sha256,
    whole: Vec<i16>,
    bytes: Vec<u8>,
    mixed: Vec<f32>,
    chroma: Option<Fingerprinter>,
    loudness: Option<EbuR128>,
    pub(super) spectrum: Spectrum,
    pub(super) blocks: Vec<Block>,
    block: Running,
    block_len: u32,
    /// Sum of values and of squares of each channel.
    sums: Vec<(f64, f64)>,
    /// Samples that are no numbers, and the first of them.
    pub(super) not_numbers: u64,
    pub(super) first_not_number: Option<u64>,
}

/// The block that is being filled.
#[derive(Default)]
struct Running {
    frames: u32,
    low: i16,
    high: i16,
    power: f64,
    sum: f64,
    clipped: u16,
}

impl Running {
    fn close(self, channels: usize) -> Option<Block> {
        let count = f64::from(self.frames) * channels as f64;
        (self.frames > 0).then(|| Block {
            low: self.low,
            high: self.high,
            power: (self.power / count) as f32,
            mean: (self.sum / count) as f32,
            clipped: self.clipped,
        })
    }
}

impl Meter {
    /// Only hashes; the rest stays empty.
    pub(super) fn hash_only(rate: u32, channels: u32) -> Self {
        Self { only_hash: true, chroma: None, loudness: None, ..Self::new(rate, channels) }
    }

    pub(super) fn new(rate: u32, channels: u32) -> Self {
        let mut chroma = Fingerprinter::new(&Configuration::preset_test2());
        let chroma = chroma.start(rate, channels).is_ok().then_some(chroma);
        Self {
            rate,
            channels: channels.max(1) as usize,
            frames: 0,
            only_hash: false,
            hash: Sha256::new(),
            whole: Vec::new(),
            bytes: Vec::new(),
            mixed: Vec::new(),
            chroma,
            loudness: EbuR128::new(channels, rate, Mode::I).ok(),
            spectrum: Spectrum::new(rate),
            blocks: Vec::new(),
            block: Running::default(),
            block_len: (rate / BLOCKS).max(1),
            sums: vec![(0.0, 0.0); channels.max(1) as usize],
            not_numbers: 0,
            first_not_number: None,
        }
    }

    /// Adds interleaved samples; what is no number becomes silence.
    pub(super) fn take(&mut self, samples: &mut [f32]) {
        let whole = samples.len() / self.channels * self.channels;
        let samples = &mut samples[..whole];
        self.numbers(samples);
        self.whole.clear();
        self.whole.extend(samples.iter().map(|&s| to_whole(s)));
        self.bytes.clear();
        self.bytes.extend(self.whole.iter().flat_map(|s| s.to_le_bytes()));
        self.hash.update(&self.bytes);
        self.frames += (samples.len() / self.channels) as u64;
        if self.only_hash {
            return;
        }
        if let Some(chroma) = &mut self.chroma {
            chroma.consume(&self.whole);
        }
        if let Some(loudness) = &mut self.loudness {
            // Fails only for a wrong number of samples.
            let _ = loudness.add_frames_f32(samples);
        }
        self.mixed.clear();
        let channels = self.channels as f32;
        self.mixed
            .extend(samples.chunks_exact(self.channels).map(|frame| frame.iter().sum::<f32>() / channels));
        self.spectrum.take(&self.mixed);
        self.levels(samples);
    }

    fn numbers(&mut self, samples: &mut [f32]) {
        for (nth, sample) in samples.iter_mut().enumerate() {
            if !sample.is_finite() {
                self.not_numbers += 1;
                self.first_not_number.get_or_insert(self.frames + (nth / self.channels) as u64);
                *sample = 0.0;
            }
            // Beyond any level a recording has; keeps the sums finite.
            *sample = sample.clamp(-1024.0, 1024.0);
        }
    }

    fn levels(&mut self, samples: &[f32]) {
        for (frame, whole) in samples.chunks_exact(self.channels).zip(self.whole.chunks_exact(self.channels))
        {
            let block = &mut self.block;
            if block.frames == 0 {
                (block.low, block.high) = (i16::MAX, i16::MIN);
            }
            for ((sample, whole), sums) in frame.iter().zip(whole).zip(&mut self.sums) {
                let value = f64::from(*sample);
                let square = value * value;
                sums.0 += value;
                sums.1 += square;
                block.sum += value;
                block.power += square;
                block.low = block.low.min(*whole);
                block.high = block.high.max(*whole);
                block.clipped = block.clipped.saturating_add(u16::from(sample.abs() >= CLIPPED));
            }
            block.frames += 1;
            if block.frames == self.block_len {
                self.blocks.extend(std::mem::take(block).close(self.channels));
            }
        }
    }

    /// Closes the books.
    pub(super) fn finish(mut self) -> Measured {
        let rest = std::mem::take(&mut self.block).close(self.channels);
        self.blocks.extend(rest);
        self.spectrum.finish();
        let frames = self.frames.max(1) as f64;
        let channels: Vec<Channel> = self
            .sums
            .iter()
            .map(|&(sum, squares)| {
                let mean = sum / frames;
                Channel { offset: mean, power: (squares / frames - mean * mean).max(0.0) }
            })
            .collect();
        let lufs = self.loudness.and_then(|l| l.loudness_global().ok()).filter(|l| l.is_finite());
        let long = self.frames >= CHROMA_SECONDS * u64::from(self.rate);
        let chroma = self.chroma.filter(|_| long).map_or_else(Vec::new, |mut chroma| {
            chroma.finish();
            chroma.fingerprint().to_vec()
        });
        Measured {
            rate: self.rate,
            frames: self.frames,
            block_len: self.block_len,
            samples: Hash(self.hash.finalize().into()),
            chroma,
            lufs_tenths: lufs.map(|l| (l * 10.0).round() as i64),
            spectrum: self.spectrum,
            blocks: self.blocks,
            channels,
            not_numbers: self.not_numbers,
            first_not_number: self.first_not_number,
        }
    }
}

/// One channel over the whole recording.
#[derive(Clone, Copy, Debug)]
pub(super) struct Channel {
    /// Mean, part of full scale.
    pub(super) offset: f64,
    /// Power without the offset.
    pub(super) power: f64,
}

/// What was measured.
pub(super) struct Measured {
    pub(super) rate: u32,
    pub(super) frames: u64,
    pub(super) block_len: u32,
    /// SHA-256 of the samples as 16-bit integers, little endian, interleaved.
    pub(super) samples: Hash,
    pub(super) chroma: Vec<u32>,
    /// Integrated loudness (EBU R 128), tenths of LUFS; none below its gate.
    pub(super) lufs_tenths: Option<i64>,
    pub(super) spectrum: Spectrum,
    pub(super) blocks: Vec<Block>,
    pub(super) channels: Vec<Channel>,
    pub(super) not_numbers: u64,
    pub(super) first_not_number: Option<u64>,
}

impl Measured {
    /// Level of the whole without its offset, hundredths of dB below full scale.
    pub(super) fn level(&self) -> i64 {
        let power = self.channels.iter().map(|c| c.power).sum::<f64>() / self.channels.len().max(1) as f64;
        hundredths(decibel(power as f32))
    }

    /// Samples of all channels.
    pub(super) fn count(&self) -> u64 {
        self.frames * self.channels.len() as u64
    }

    /// Level of every 20 ms without the whole's offset, hundredths of dB.
    pub(super) fn levels(&self) -> Vec<i64> {
        let offset = self.channels.iter().map(|c| c.offset).sum::<f64>() / self.channels.len().max(1) as f64;
        let offset = offset as f32;
        let power = |block: &Block| (block.power - 2.0 * offset * block.mean + offset * offset).max(0.0);
        self.blocks
            .chunks(4)
            .map(|four| hundredths(decibel(four.iter().map(power).sum::<f32>() / four.len() as f32)))
            .collect()
    }

    /// Milliseconds at which a block starts.
    pub(super) fn block_ms(&self, nth: usize) -> u64 {
        super::open::millis(nth as u64 * u64::from(self.block_len), self.rate)
    }
}

fn hundredths(db: f32) -> i64 {
    (db * 100.0).round() as i64
}

/// A sample as 16 bits. Sixteen-bit sources come out as they went in, so a WAV and the FLAC
/// made of it have one hash.
fn to_whole(sample: f32) -> i16 {
    (sample * 32768.0).round().clamp(-32768.0, 32767.0) as i16
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_sixteen_bit_sample_survives() {
        for value in i16::MIN..=i16::MAX {
            assert_eq!(to_whole(f32::from(value) / 32768.0), value);
        }
    }
}
