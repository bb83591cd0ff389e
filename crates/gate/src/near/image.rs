//! I9: how far two images are from each other.
//!
//! A coarse hash of 64 bits (`image::hash`) of the image as it is, turned, mirrored and with
//! its edges cut finds candidates: one form of one image against the other as it is, and the
//! other way round. Letters, stripes and drawings of one layout share it, so the slopes of
//! the small copies (32 × 32) that are stored are then laid over each other, the one cut and
//! turned as the hash said. All in integers.

use super::Prints;

/// Bits that may differ in a copy.
pub(super) const SAME: u32 = 4;
/// Bits that may differ in something a person must look at.
pub(super) const CLOSE: u32 = 8;
/// Bits that may differ in a candidate.
const CANDIDATE: u32 = 12;
/// Of 1,000: how alike the slopes of a copy are, of something a person must look at, and of
/// a plain drawing of which a person must look at.
const SLOPES: [i64; 3] = [960, 850, 940];
/// How much the brightness of a cell may differ in a copy, levels of 256. Measured: at most 4
/// in copies saved again at another quality or size, 7.8 and more between icons of a family.
const FLAW: i128 = 6;
/// How much a colour may differ in a copy, steps of two levels.
const COLOUR: u8 = 16;
/// Slopes of 480 that an image needs to be sure that there is no other like it: letters,
/// flags and stars have fewer, photographs nearly all.
const RICH: usize = 280;
/// A slope that counts, in 1/64 of a level.
const CLEAR: i64 = 64;
/// Candidates whose slopes are compared: those of the fewest bits.
const TRIED: usize = 6;

/// The image as it is, and turned and mirrored.
pub(crate) const TURNS: usize = 8;
/// What is cut off at the left, the top, the right and the bottom, of 1,000.
pub(crate) const CUTS: [[u32; 4]; 37] = cuts();
/// Cells of a side of the small copy.
pub(crate) const SIDE: usize = 32;
/// Words of a small copy.
const COPY: usize = SIDE * SIDE / 8;
/// Cells of a side in which slopes are compared.
const CELLS: usize = 16;

const fn cuts() -> [[u32; 4]; 37] {
    let mut out = [[0; 4]; 37];
    let mut at = 0;
    while at < 37 {
        let n = at as u32;
        let mut side = 0;
        while side < 4 {
            out[at][side] = match n {
                // All four edges.
                0..=4 => 20 * (n + 1),
                // One of them.
                5..=20 => 25 * ((n - 5) / 4 + 1) * ((n - 5) % 4 == side as u32) as u32,
                // Two that meet.
                21..=32 => {
                    let first = (n - 21) % 4;
                    let cut = [30, 60, 100][((n - 21) / 4) as usize];
                    cut * (side as u32 == first || side as u32 == (first + 1) % 4) as u32
                }
                // Two that do not.
                _ => [40, 80][((n - 33) / 2) as usize] * (side as u32 % 2 == n % 2) as u32,
            };
            side += 1;
        }
        at += 1;
    }
    out
}

/// Differing bits of 64 of two images that are alike, at most [`SAME`] in a copy, at most
/// [`CLOSE`] where a person must look; none when they are no likeness. Where there are no
/// small copies the hashes decide alone.
pub(crate) fn bits(one: &Prints, other: &Prints) -> Option<u32> {
    let mut candidates = candidates(&one.gradients, &other.gradients);
    candidates.sort_unstable_by_key(|candidate| candidate.0);
    let (Some(mine), Some(theirs)) = (Small::of(one), Small::of(other)) else {
        return candidates.first().map(|candidate| candidate.0);
    };
    let laid = |(bits, a, b): (u32, usize, usize)| {
        let cells = (mine.seen(a), theirs.seen(b));
        (slopes_alike(&cells.0, &cells.1), bits, cells)
    };
    let tried = candidates.into_iter().take(TRIED).map(laid);
    let (alike, bits, cells) = tried.max_by_key(|(alike, bits, _)| (*alike, std::cmp::Reverse(*bits)))?;
    let rich = mine.rich() && theirs.rich();
    let sure = rich
        && alike >= SLOPES[0]
        && same_colours(mine.colours, theirs.colours)
        && same_everywhere(&cells.0, &cells.1);
    match alike {
        _ if sure && bits <= SAME => Some(bits),
        _ if alike >= SLOPES[if rich { 1 } else { 2 }] => Some(bits.clamp(SAME + 1, CLOSE)),
        _ => None,
    }
}

/// Bits, form of the one and form of the other: one of them is always as it is or turned.
fn candidates(one: &[u64], other: &[u64]) -> Vec<(u32, usize, usize)> {
    let pair = |(a, x): (usize, &u64), (b, y): (usize, &u64)| {
        let bits = (x ^ y).count_ones();
        let apart = a.min(b) == 0 || (a < TURNS) != (b < TURNS);
        (apart && bits <= CANDIDATE).then_some((bits, a, b))
    };
    let all = one.iter().enumerate();
    all.flat_map(|mine| other.iter().enumerate().filter_map(move |theirs| pair(mine, theirs))).collect()
}

/// What is stored of an image beside its hashes.
struct Small<'a> {
    copy: &'a [u64],
    colours: &'a [u64],
}

impl<'a> Small<'a> {
    fn of(prints: &'a Prints) -> Option<Self> {
        let (copy, colours) = prints.detail.split_at_checked(COPY)?;
        (colours.len() == 4).then_some(Self { copy, colours })
    }

    fn at(&self, x: usize, y: usize) -> i64 {
        let cell = y * SIDE + x;
        self.copy.get(cell / 8).map_or(0, |word| i64::from(word.to_be_bytes()[cell % 8]))
    }

    /// The cells of a form, in 1/65,536 of a level.
    fn seen(&self, form: usize) -> [i64; CELLS * CELLS] {
        let turn = if form < TURNS { form } else { 0 };
        let [left, top, right, bottom] =
            form.checked_sub(TURNS).and_then(|n| CUTS.get(n)).copied().unwrap_or_default();
        let (across, down) = (weights(left, right), weights(top, bottom));
        // First the rows, then the columns.
        let mut lines = [[0; SIDE]; CELLS];
        for (line, weights) in lines.iter_mut().zip(&down) {
            for (x, sum) in line.iter_mut().enumerate() {
                *sum =
                    weights.iter().enumerate().filter(|(_, w)| **w > 0).map(|(y, w)| w * self.at(x, y)).sum();
            }
        }
        std::array::from_fn(|cell| {
            let (x, y) = turned(turn, cell % CELLS, cell / CELLS, CELLS);
            lines[y].iter().zip(&across[x]).map(|(value, weight)| value * weight).sum()
        })
    }

    fn rich(&self) -> bool {
        slopes(&self.seen(0)).filter(|slope| slope.abs() >= CLEAR).count() >= RICH
    }
}

/// The share of each of 32 pixels in each of 16 cells of what is left when so much of 1,000 is
/// cut off at both ends; the shares of a cell are 256 together, but for rounding.
fn weights(before: u32, after: u32) -> [[i64; SIDE]; CELLS] {
    // In 1/16,000 of the side.
    let (start, size) = (i64::from(before) * 16, i64::from(1000 - before - after));
    let pixel = 16_000 / SIDE as i64;
    std::array::from_fn(|cell| {
        let (from, to) = (start + size * cell as i64, start + size * (cell as i64 + 1));
        std::array::from_fn(|at| {
            let (first, last) = (pixel * at as i64, pixel * (at as i64 + 1));
            (to.min(last) - from.max(first)).max(0) * 256 / size.max(1)
        })
    })
}

/// Where the cell at x, y of a turned image comes from: transposed (bit 2), flipped upside
/// down (bit 1), mirrored (bit 0).
pub(crate) const fn turned(turn: usize, x: usize, y: usize, side: usize) -> (usize, usize) {
    let x = if turn & 1 == 1 { side - 1 - x } else { x };
    let y = if turn & 2 == 2 { side - 1 - y } else { y };
    if turn & 4 == 4 { (y, x) } else { (x, y) }
}

/// From each cell to the next to the right and to the one below, in 1/64 of a level.
fn slopes(cells: &[i64; CELLS * CELLS]) -> impl Iterator<Item = i64> {
    let across = (0..CELLS * CELLS).filter(|at| at % CELLS + 1 < CELLS).map(|at| (at, at + 1));
    let down = (0..CELLS * (CELLS - 1)).map(|at| (at, at + CELLS));
    across.chain(down).map(|(a, b)| (cells[b] - cells[a]) / 1024)
}

/// The cosine between two images' slopes, of 1,000.
fn slopes_alike(one: &[i64; CELLS * CELLS], other: &[i64; CELLS * CELLS]) -> i64 {
    let (mut both, mut a, mut b) = (0i64, 0i64, 0i64);
    for (x, y) in slopes(one).zip(slopes(other)) {
        both += x * y;
        a += x * x;
        b += y * y;
    }
    both * 1000 / a.isqrt().saturating_mul(b.isqrt()).max(1)
}

/// Whether no cell differs by more than [`FLAW`], once both are of one brightness and contrast.
fn same_everywhere(one: &[i64; CELLS * CELLS], other: &[i64; CELLS * CELLS]) -> bool {
    flaw_within(one, other) && flaw_within(other, one)
}

/// The straight line of least squares from the one to the other, and no cell far from it.
fn flaw_within(one: &[i64; CELLS * CELLS], other: &[i64; CELLS * CELLS]) -> bool {
    let count = (CELLS * CELLS) as i128;
    // In 1/256 of a level times the number of cells, so that nothing is lost to a mean.
    let centred = |cells: &[i64; CELLS * CELLS]| {
        let sum: i128 = cells.iter().map(|cell| i128::from(cell / 256)).sum();
        cells.map(|cell| i128::from(cell / 256) * count - sum)
    };
    let (x, y) = (centred(one), centred(other));
    let spread: i128 = x.iter().map(|x| x * x).sum();
    let both: i128 = x.iter().zip(&y).map(|(x, y)| x * y).sum();
    let far = FLAW * 256 * count * spread;
    x.iter().zip(&y).all(|(x, y)| (y * spread - x * both).abs() <= far)
}

/// Whether the colours are the same, however the image was turned.
fn same_colours(one: &[u64], other: &[u64]) -> bool {
    let cell = |of: &[u64], at: usize| {
        let word = of.get(at / 4).copied().unwrap_or(0).to_be_bytes();
        [word[at % 4 * 2], word[at % 4 * 2 + 1]]
    };
    (0..TURNS).any(|turn| {
        (0..16).all(|at| {
            let (x, y) = turned(turn, at % 4, at / 4, 4);
            cell(one, at).iter().zip(cell(other, y * 4 + x)).all(|(a, b)| a.abs_diff(b) <= COLOUR)
        })
    })
}

#[cfg(test)]
mod tests {
    use super::super::words::mix;
    use super::*;

    /// Prints with one coarse hash, its mirrored form and a small copy of noise in `size`
    /// cells.
    fn prints(hash: u64, seed: u64, size: usize, grey: u8) -> Prints {
        let level = |x: usize, y: usize| mix(seed << 20 | (y / size * SIDE + x / size) as u64) as u8;
        let cells = (0..SIDE * SIDE).map(|at| level(at % SIDE, at / SIDE)).collect::<Vec<_>>();
        let copy = cells.as_chunks::<8>().0.iter().map(|&word| u64::from_be_bytes(word));
        Prints {
            gradients: vec![hash, !hash],
            detail: copy.chain([u64::from_be_bytes([grey; 8]); 4]).collect(),
            ..Prints::default()
        }
    }

    #[test]
    fn copies_are_confirmed_and_lookalikes_are_looked_at() {
        let image = prints(0xabcd, 1, 2, 128);
        assert_eq!(bits(&image, &image), Some(0));
        assert_eq!(bits(&image, &prints(0xabce, 1, 2, 130)), Some(2));
        // Another colour, or more bits than a copy has: a person looks.
        assert_eq!(bits(&image, &prints(0xabcd, 1, 2, 180)), Some(5));
        assert_eq!(bits(&image, &prints(0xab32, 1, 2, 128)), Some(8));
        // The same layout and another drawing; no candidate.
        assert_eq!(bits(&image, &prints(0xabcd, 2, 2, 128)), None);
        assert_eq!(bits(&image, &prints(0x1234_5678_9abc, 1, 2, 128)), None);
        assert_eq!(bits(&Prints::default(), &image), None);
    }

    #[test]
    fn what_differs_in_one_place_is_looked_at() {
        let image = prints(0xabcd, 1, 2, 128);
        let changed = |by: u8| {
            let mut other = prints(0xabcd, 1, 2, 128);
            // A cell of two by two: a word holds eight of a line.
            for line in [16, 17] {
                let mut cells = other.detail[line * 4].to_be_bytes();
                for cell in &mut cells[..2] {
                    *cell = if *cell > 127 { *cell - by } else { *cell + by };
                }
                other.detail[line * 4] = u64::from_be_bytes(cells);
            }
            bits(&image, &other)
        };
        assert_eq!(changed(4), Some(0));
        assert_eq!(changed(10), Some(5));
    }

    #[test]
    fn brighter_and_of_more_contrast_is_the_same() {
        let level = |cell: usize| (mix(cell as u64) % 100) as i64 * 65_536;
        let one: [i64; CELLS * CELLS] = std::array::from_fn(level);
        let other: [i64; CELLS * CELLS] = std::array::from_fn(|cell| level(cell) * 3 / 2 + 20 * 65_536);
        assert!(same_everywhere(&one, &other));
        let spot: [i64; CELLS * CELLS] =
            std::array::from_fn(|cell| other[cell] + i64::from(cell == 77) * 12 * 65_536);
        assert!(!same_everywhere(&one, &spot));
    }

    #[test]
    fn plain_images_are_never_sure() {
        let plain = prints(0xabcd, 1, 16, 128);
        assert_eq!(bits(&plain, &plain), Some(5));
    }

    #[test]
    fn hashes_alone_decide_where_there_is_no_small_copy() {
        let bare = |hash| Prints { gradients: vec![hash, 0xf0f0_f0f0], ..Prints::default() };
        assert_eq!(bits(&bare(0b1111), &bare(0b1110)), Some(1));
        assert_eq!(bits(&bare(0), &bare(u64::MAX)), None);
    }

    #[test]
    fn cuts_are_different_and_at_most_a_tenth() {
        let mut seen = CUTS.to_vec();
        seen.sort_unstable();
        seen.dedup();
        assert!(seen.len() == CUTS.len() && seen.iter().flatten().all(|cut| *cut <= 100));
        assert_eq!((CUTS[4], CUTS[5], CUTS[21]), ([100; 4], [25, 0, 0, 0], [30, 30, 0, 0]));
    }

    #[test]
    fn cells_are_shares_of_pixels() {
        for cut in CUTS {
            for line in weights(cut[0], cut[2]) {
                let sum: i64 = line.iter().sum();
                assert!((250..=256).contains(&sum), "{cut:?} {sum}");
            }
        }
    }
}
