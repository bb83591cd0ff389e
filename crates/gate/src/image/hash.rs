//! I9: hashes that copies of an image share when they are smaller, darker, saved worse,
//! turned, mirrored or cropped by a little.
//!
//! Gradient hashes ("dHash", no cosine transform): each bit says whether a cell of a grid of
//! mean brightnesses is clearly brighter than its right neighbour. The coarse one, of 9 × 8
//! cells, finds copies; drawings and figures of one layout share it, so a fine one of 16 ×
//! 16 cells and the colours of 4 × 4 confirm what it found. All in integers, so they are the
//! same everywhere.

use super::luma::Luma;
use image::{DynamicImage, GenericImageView, Rgba};

/// Cells of the grid all variants are taken from: 16 · 9 = 18 · 8.
const FINE: usize = 144;
/// A clear step of brightness: a level, in 1/65,536. Saving an image anew moves less.
const STEP: u64 = 65_536;
/// Clear steps of 64 and of 240 that an image must have for its hash to say anything, and
/// how many of the 240 to darker and to brighter: a white page with a few lines has fewer,
/// or a slope of one direction, and would be a copy of every other.
const LEAST_STEPS: [usize; 3] = [16, 48, 12];
/// Words of a fine hash.
const WORDS: usize = 4;

/// What an image is recognised by.
#[derive(Debug, Default, PartialEq, Eq)]
pub(super) struct Hashes {
    /// The coarse hashes: of the image, of its seven turned and mirrored versions, of its
    /// middle and of it without 2 % at each of its four edges. None when it is too flat.
    pub(super) coarse: Vec<u64>,
    /// The fine hashes of the same forms, four words each.
    pub(super) fine: Vec<u64>,
}

/// All hashes of an image.
pub(super) fn hashes(image: &Luma) -> Hashes {
    let (w, h) = (image.width, image.height);
    let grid = |part: [usize; 4]| Fine(image.cells(part, FINE, FINE));
    let whole = grid([0, 0, w, h]);
    let ones = |turn| whole.fine(turn).iter().map(|word| word.count_ones() as usize).sum::<usize>();
    let (darker, brighter) = (ones(0), ones(1));
    if whole.steps::<9, 8>() < LEAST_STEPS[0]
        || darker + brighter < LEAST_STEPS[1]
        || darker.min(brighter) < LEAST_STEPS[2]
    {
        return Hashes::default();
    }
    let mut hashes = Hashes::default();
    let mut add = |grid: &Fine, turn: u8| {
        hashes.coarse.push(grid.coarse(turn));
        hashes.fine.extend(grid.fine(turn));
    };
    for turn in 0..8 {
        add(&whole, turn);
    }
    let (x, y) = (w / 50, h / 50);
    for part in
        [[x, y, w - 2 * x, h - 2 * y], [x, 0, w - x, h], [0, 0, w - x, h], [0, y, w, h - y], [0, 0, w, h - y]]
    {
        add(&grid(part), 0);
    }
    hashes
}

/// The colours of 4 × 4 cells, four words: of each cell how much redder and how much bluer
/// than green it is, in two bytes around 128.
pub(super) fn colours(image: &DynamicImage) -> [u64; WORDS] {
    let small = image.thumbnail_exact(4, 4);
    let mut bytes = small.pixels().flat_map(|(_, _, Rgba([r, g, b, a]))| {
        let shown = |v: u8| (i32::from(v) * i32::from(a) + 255 * (255 - i32::from(a))) / 255;
        [r, b].map(|v| ((shown(v) - shown(g)) / 2 + 128).clamp(0, 255) as u8)
    });
    std::array::from_fn(|_| (0..8).fold(0, |word, _| word << 8 | u64::from(bytes.next().unwrap_or(128))))
}

/// Mean brightnesses of a 144 × 144 grid.
struct Fine(Vec<u64>);

impl Fine {
    /// The cell at x, y once the image was transposed (bit 2), flipped upside down (bit 1)
    /// and mirrored (bit 0).
    fn at(&self, turn: u8, x: usize, y: usize) -> u64 {
        let x = if turn & 1 == 1 { FINE - 1 - x } else { x };
        let y = if turn & 2 == 2 { FINE - 1 - y } else { y };
        let (x, y) = if turn & 4 == 4 { (y, x) } else { (x, y) };
        self.0[y * FINE + x]
    }

    /// The grid of `W` × `H` cells of a turned version, as sums.
    fn grid<const W: usize, const H: usize>(&self, turn: u8) -> [[u64; W]; H] {
        let (wide, high) = (FINE / W, FINE / H);
        std::array::from_fn(|row| {
            std::array::from_fn(|column| {
                let cells =
                    (0..high).flat_map(|y| (0..wide).map(move |x| (column * wide + x, row * high + y)));
                cells.map(|(x, y)| self.at(turn, x, y)).sum()
            })
        })
    }

    fn coarse(&self, turn: u8) -> u64 {
        let grid = self.grid::<9, 8>(turn);
        let bits = grid.iter().flat_map(|line| line.windows(2).map(|pair| pair[0] > pair[1] + STEP * 288));
        bits.fold(0, |hash, bit| hash << 1 | u64::from(bit))
    }

    /// 240 bits, 60 in each word.
    fn fine(&self, turn: u8) -> [u64; WORDS] {
        let grid = self.grid::<16, 16>(turn);
        let mut bits = grid.iter().flat_map(|line| line.windows(2).map(|pair| pair[0] > pair[1] + STEP * 81));
        std::array::from_fn(|_| {
            (0..60).fold(0, |hash, _| hash << 1 | u64::from(bits.next().unwrap_or(false)))
        })
    }

    /// Neighbours that clearly differ.
    fn steps<const W: usize, const H: usize>(&self) -> usize {
        let clear = STEP * (FINE / W * (FINE / H)) as u64;
        let grid = self.grid::<W, H>(0);
        grid.iter().map(|line| line.windows(2).filter(|pair| pair[0].abs_diff(pair[1]) > clear).count()).sum()
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
        let Hashes { coarse: all, fine } = hashes(&image);
        assert_eq!((all.len(), fine.len()), (13, 52));
        let own = |copy: &Luma| nearest(hashes(copy).coarse[0], &all);
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
        assert_eq!(own(&cut([6, 4, 288, 212])), 0);
        assert_eq!(own(&cut([0, 4, 300, 216])), 0);
        for seed in 2..7 {
            assert!(nearest(hashes(&hills(seed)).coarse[0], &all) > 8, "{seed}");
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
