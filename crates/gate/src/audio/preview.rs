//! What a person sees of a recording before hearing it.

use super::judge;
use super::meter::Measured;
use super::open::millis;
use super::spectrum::{BANDS, edges};
use base64::Engine;
use base64::prelude::BASE64_STANDARD;
use serde::{Deserialize, Serialize};

/// Most pairs of the wave form, and most columns of the spectrogram.
const MOST_PEAKS: usize = 1000;
const MOST_COLUMNS: usize = 400;

/// The derived file `preview` of a recording, as JSON.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Preview {
    /// Length of the decoded sound.
    pub duration_ms: u64,
    /// Samples a second.
    pub sample_rate: u32,
    /// Number of channels; the pictures show all of them in one.
    pub channels: u32,
    /// Lowest and highest sample of each of at most 1,000 equal stretches, −1,000 to 1,000 of
    /// full scale.
    pub peaks: Vec<[i16; 2]>,
    /// Levels over time and frequency.
    pub spectrogram: Spectrogram,
    /// Integrated loudness (EBU R 128), tenths of LUFS; none for what is below its gate.
    pub loudness_lufs_x10: Option<i64>,
    /// Level of the whole (root mean square), hundredths of dB below full scale: negative.
    pub level_db_x100: i64,
    /// Stretches of a second and more below −60 dB, start and end in milliseconds.
    pub silences_ms: Vec<(u64, u64)>,
}

/// Levels over time and frequency.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Spectrogram {
    /// Columns, at most 400, all of the same length in time; they span the recording.
    pub times: u32,
    /// Rows of a column.
    pub bands: u32,
    /// Edges of the rows in Hz, one more than there are rows, ascending (mel scale).
    pub edges_hz: Vec<u32>,
    /// One byte a level, 0 = −100 dB or less, 255 = full scale; column by column from the
    /// start, each from the lowest row to the highest; base64 with padding.
    pub values: String,
}

/// The preview of what was measured.
pub(super) fn of(measured: &Measured) -> Preview {
    let peaks = groups(measured.blocks.len(), MOST_PEAKS).map(|range| {
        let part = &measured.blocks[range];
        let low = part.iter().map(|b| b.low).min().unwrap_or(0);
        let high = part.iter().map(|b| b.high).max().unwrap_or(0);
        [mille(low), mille(high)]
    });
    let picture = &measured.spectrum.picture;
    let mut values = Vec::with_capacity(MOST_COLUMNS * BANDS);
    let mut times = 0;
    for range in groups(picture.len(), MOST_COLUMNS) {
        times += 1;
        let part = &picture[range];
        values.extend((0..BANDS).map(|band| {
            let sum: usize = part.iter().map(|column| usize::from(column[band])).sum();
            (sum / part.len().max(1)) as u8
        }));
    }
    Preview {
        duration_ms: millis(measured.frames, measured.rate),
        sample_rate: measured.rate,
        channels: measured.channels.len() as u32,
        peaks: peaks.collect(),
        spectrogram: Spectrogram {
            times,
            bands: BANDS as u32,
            edges_hz: edges(measured.rate).into_iter().map(|hz| hz.round() as u32).collect(),
            values: BASE64_STANDARD.encode(values),
        },
        loudness_lufs_x10: measured.lufs_tenths,
        level_db_x100: measured.level(),
        silences_ms: judge::silences(measured),
    }
}

/// At most `most` ranges that cover `count` things evenly.
fn groups(count: usize, most: usize) -> impl Iterator<Item = std::ops::Range<usize>> {
    let number = count.min(most);
    (0..number).map(move |nth| nth * count / number..(nth + 1) * count / number)
}

fn mille(sample: i16) -> i16 {
    (i32::from(sample) * 1000 / 32_768) as i16
}
