//! I9: hashes that copies of an image share when they are smaller, darker, saved worse,
//! turned, mirrored or cropped.
//!
//! Gradient hashes ("dHash", no cosine transform): each of 64 bits says whether a cell of a
//! grid of 9 × 8 mean brightnesses is clearly brighter than its right neighbour. They find
//! candidates; a small copy of 32 × 32 cells and the colours of 4 × 4 confirm what they
//! found (`near::image`). All in integers, so they are the same everywhere.

use super::luma::Luma;
use crate::near::image::{CUTS, SIDE, TURNS, turned};
use image::{DynamicImage, GenericImageView, Rgba};

/// Cells of the square all forms are taken from: 32 · 9 = 36 · 8.
const SQUARE: usize = 288;
/// A clear step of brightness: a level, in 1/65,536. Saving an image anew moves less.
const STEP: u64 = 65_536;
/// Clear steps of 64 and of 240 that an image must have for its hash to say anything, and
/// how many of the 240 to darker and to brighter: a white page with a few lines has fewer,
/// or a slope of one direction, and would be a copy of every other.
const LEAST_STEPS: [usize; 3] = [16, 48, 12];

/// What an image is recognised by.
#[derive(Debug, Default, PartialEq, Eq)]
pub(super) struct Hashes {
    /// The hashes: of the image, of its seven turned and mirrored versions, and of what is
    /// left after each of [`CUTS`]. None when it is too flat.
    pub(super) gradients: Vec<u64>,
    /// The small copy, eight cells a word.
    pub(super) copy: Vec<u64>,
}

fn darker(a: u64, b: u64) -> bool {
    a > b + STEP
}

fn brighter(a: u64, b: u64) -> bool {
    b > a + STEP
}

/// All hashes of an image.
pub(super) fn hashes(image: &Luma) -> Hashes {
    let square = bytes(&image.cells([0, 0, image.width, image.height], SQUARE, SQUARE));
    let square = Luma { width: SQUARE, height: SQUARE, data: square };
    let cells = |columns, rows| square.cells([0, 0, SQUARE, SQUARE], columns, rows);
    let steps = |cells: &[u64], columns: usize, is: fn(u64, u64) -> bool| {
        let pairs = cells.chunks(columns).flat_map(|line| line.windows(2));
        pairs.filter(|pair| matches!(pair, [a, b] if is(*a, *b))).count()
    };
    let (coarse, fine) = (cells(9, 8), cells(16, 16));
    let (down, up) = (steps(&fine, 16, darker), steps(&fine, 16, brighter));
    let coarse = steps(&coarse, 9, darker) + steps(&coarse, 9, brighter);
    if coarse < LEAST_STEPS[0] || down + up < LEAST_STEPS[1] || down.min(up) < LEAST_STEPS[2] {
        return Hashes::default();
    }
    let turns = (0..TURNS).map(|turn| gradient(&square.in_square(turn), [0; 4]));
    let gradients = turns.chain(CUTS.into_iter().map(|cut| gradient(&square, cut))).collect();
    let copy =
        bytes(&cells(SIDE, SIDE)).as_chunks::<8>().0.iter().map(|&word| u64::from_be_bytes(word)).collect();
    Hashes { gradients, copy }
}

/// The colours of 4 × 4 cells, four words: of each cell how much redder and how much bluer
/// than green it is, in two bytes around 128.
pub(super) fn colours(image: &DynamicImage) -> [u64; 4] {
    let small = image.thumbnail_exact(4, 4);
    let mut bytes = small.pixels().flat_map(|(_, _, Rgba([r, g, b, a]))| {
        let shown = |v: u8| (i32::from(v) * i32::from(a) + 255 * (255 - i32::from(a))) / 255;
        [r, b].map(|v| ((shown(v) - shown(g)) / 2 + 128).clamp(0, 255) as u8)
    });
    std::array::from_fn(|_| (0..8).fold(0, |word, _| word << 8 | u64::from(bytes.next().unwrap_or(128))))
}

/// Cells as whole levels.
fn bytes(cells: &[u64]) -> Vec<u8> {
    cells.iter().map(|cell| ((cell + STEP / 2) / STEP) as u8).collect()
}

/// The hash of the square without what is cut off.
fn gradient(square: &Luma, cut: [u32; 4]) -> u64 {
    let [left, top, right, bottom] = cut.map(|cut| (cut as usize * SQUARE + 500) / 1000);
    let part = [left, top, SQUARE - left - right, SQUARE - top - bottom];
    let grid = square.cells(part, 9, 8);
    let bits =
        grid.chunks(9).flat_map(|line| line.windows(2)).map(|pair| matches!(pair, [a, b] if *a > b + STEP));
    bits.fold(0, |hash, bit| hash << 1 | u64::from(bit))
}

impl Luma {
    /// A square turned or mirrored.
    fn in_square(&self, turn: usize) -> Self {
        let at = |n: usize| {
            let (x, y) = turned(turn, n % SQUARE, n / SQUARE, SQUARE);
            self.data.get(y * SQUARE + x).copied().unwrap_or(0)
        };
        Self { data: (0..SQUARE * SQUARE).map(at).collect(), ..*self }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use image::metadata::Orientation;

    /// Soft hills of brightness between 7 × 7 random heights.
    fn hills(seed: u32) -> Luma {
        let (width, height) = (300usize, 220usize);
        let mut state = seed;
        let heights: Vec<usize> = (0..64)
            .map(|_| {
                state = state.wrapping_mul(1_664_525).wrapping_add(1_013_904_223);
                (state >> 24) as usize * 200 / 256
            })
            .collect();
        let at = |x: usize, y: usize| {
            let (cx, cy, fx, fy) = (x / 43, y / 32, x % 43, y % 32);
            let edge = |row: usize| heights[row * 8 + cx] * (43 - fx) + heights[row * 8 + cx + 1] * fx;
            ((edge(cy) * (32 - fy) + edge(cy + 1) * fy) / (43 * 32)) as u8
        };
        let data = (0..height).flat_map(|y| (0..width).map(move |x| (x, y))).map(|(x, y)| at(x, y)).collect();
        Luma { width, height, data }
    }

    fn nearest(hash: u64, of: &[u64]) -> u32 {
        of.iter().map(|other| (hash ^ other).count_ones()).min().unwrap()
    }

    #[test]
    fn altered_copies_are_near_and_others_far() {
        let image = hills(1);
        let Hashes { gradients: all, copy } = hashes(&image);
        assert_eq!((all.len(), copy.len()), (45, 128));
        let own = |copy: &Luma| nearest(hashes(copy).gradients[0], &all);
        assert_eq!(own(&image), 0);
        assert!(own(&image.shrink(150)) <= 2);
        let brighter =
            Luma { data: image.data.iter().map(|v| v.saturating_add(30)).collect(), ..image.clone() };
        assert!(own(&brighter) <= 4);
        for exif in 2..=8 {
            let turned = image.turned(Orientation::from_exif(exif).unwrap());
            assert!(own(&turned) <= 1, "{exif}");
        }
        let cut = |[x, y, w, h]: [usize; 4]| Luma {
            width: w,
            height: h,
            data: (y..y + h).flat_map(|y| image.data[y * 300 + x..y * 300 + x + w].to_vec()).collect(),
        };
        assert!(own(&cut([6, 4, 288, 212])) <= 1);
        assert!(own(&cut([30, 22, 240, 176])) <= 1);
        assert!(own(&cut([0, 11, 300, 209])) <= 2);
        for seed in 2..7 {
            assert!(nearest(hashes(&hills(seed)).gradients[0], &all) > 8, "{seed}");
        }
    }

    #[test]
    fn flat_images_have_no_hash_rather_than_the_same() {
        let mut page = Luma { width: 400, height: 300, data: vec![255; 120_000] };
        assert!(hashes(&page) == Hashes::default());
        for x in 100..300 {
            page.data[150 * 400 + x] = 0;
        }
        assert!(hashes(&page) == Hashes::default());
        assert!(hashes(&Luma { width: 1, height: 1, data: vec![7] }) == Hashes::default());
    }

    #[test]
    fn colours_tell_what_brightness_does_not() {
        let flag =
            |r, g, b| DynamicImage::ImageRgb8(image::RgbImage::from_pixel(40, 40, image::Rgb([r, g, b])));
        let [red, green] = [flag(200, 0, 0), flag(0, 102, 0)].map(|image| colours(&image));
        assert_eq!(red, [0xe480_e480_e480_e480; 4]);
        assert_eq!(green, [0x4d4d_4d4d_4d4d_4d4d; 4]);
    }
}
