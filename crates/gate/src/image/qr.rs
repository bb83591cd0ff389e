//! I8: QR codes, which lead people somewhere and teach a model nothing.

use super::luma::Luma;
use rqrr::PreparedImage;
use std::collections::BTreeSet;

/// The longer side of the image that is searched: a code of 5 % of it is 180 pixels wide.
const SIDE: usize = 800;
/// Corner squares (three a code) up to which the image is searched: the search compares
/// each with every two others, and a hostile image has thousands.
const MOST_CORNERS: usize = 96;

/// A code: x, y, width, height in the pixels of the whole image.
pub(super) type Area = [u32; 4];

/// The codes that can be read, as boxes in an image of `width` × `height` pixels; none when
/// there are too many corner squares to search it.
pub(super) fn codes(image: &Luma, width: u32, height: u32) -> Option<Vec<Area>> {
    let small = image.shrink(SIDE);
    let (w, h) = (small.width, small.height);
    if w < 21 || h < 21 {
        return Some(Vec::new());
    }
    let black = threshold(&small);
    if corners(&black, w) > MOST_CORNERS {
        return None;
    }
    let mut search = PreparedImage::prepare_from_bitmap(w, h, |x, y| black[y * w + x]);
    let grids = search.detect_grids();
    let readable = grids.iter().filter(|grid| grid.decode_to(std::io::sink()).is_ok());
    let mut found: Vec<Area> = readable
        .map(|grid| {
            let side = |of: fn(&rqrr::Point) -> i32, most: usize, full: u32| {
                let values = || grid.bounds.iter().map(|p| of(p).clamp(0, most as i32) as u64);
                let scale = |v: u64| (v * u64::from(full) / most as u64) as u32;
                (scale(values().min().unwrap_or(0)), scale(values().max().unwrap_or(0)))
            };
            let (left, right) = side(|p| p.x, w, width);
            let (top, bottom) = side(|p| p.y, h, height);
            [left, top, right - left, bottom - top]
        })
        .collect();
    found.sort_unstable();
    Some(found)
}

/// What is darker than nine tenths of the mean of a quarter of the image around it.
fn threshold(image: &Luma) -> Vec<bool> {
    let (w, h) = (image.width, image.height);
    let reach = w.max(h) / 8;
    // Sums of all pixels above and to the left.
    let mut sums = vec![0u32; (w + 1) * (h + 1)];
    for y in 0..h {
        let mut line = 0;
        for x in 0..w {
            line += u32::from(image.data[y * w + x]);
            sums[(y + 1) * (w + 1) + x + 1] = sums[y * (w + 1) + x + 1] + line;
        }
    }
    let mut black = Vec::with_capacity(w * h);
    for y in 0..h {
        let (top, bottom) = (y.saturating_sub(reach) * (w + 1), (y + reach + 1).min(h) * (w + 1));
        let rows = (bottom - top) / (w + 1);
        for x in 0..w {
            let (left, right) = (x.saturating_sub(reach), (x + reach + 1).min(w));
            let sum =
                u64::from(sums[bottom + right] + sums[top + left] - sums[bottom + left] - sums[top + right]);
            let count = (rows * (right - left)) as u64;
            black.push(u64::from(image.data[y * w + x]) * count * 10 < sum * 9);
        }
    }
    black
}

/// How many black rings have, in some row, a black stone inside as the corners of a code
/// do: runs of 1 : 1 : 3 : 1 : 1, the outer two of one piece and the stone of another.
fn corners(black: &[bool], w: usize) -> usize {
    let piece = pieces(black, w);
    let mut rings = BTreeSet::new();
    for (y, row) in black.chunks_exact(w).enumerate() {
        let mut starts: [usize; 6] = [0; 6];
        let mut changes = 0;
        for x in 1..=w {
            let before = row[x - 1];
            if x < w && row[x] == before {
                continue;
            }
            starts.rotate_left(1);
            starts[5] = x;
            changes += 1;
            if !before || changes < 5 {
                continue;
            }
            let runs: [usize; 5] = std::array::from_fn(|i| starts[i + 1] - starts[i]);
            let unit = (runs[0] + runs[1] + runs[3] + runs[4]) / 4;
            let fits = |i: usize, times: usize| runs[i].abs_diff(times * unit) <= unit * 3 / 4;
            if fits(0, 1) && fits(1, 1) && fits(2, 3) && fits(3, 1) && fits(4, 1) {
                let [left, stone, right] = [0, 2, 4].map(|i| piece[y * w + starts[i]]);
                if left == right && stone != right {
                    rings.insert(right);
                }
            }
        }
    }
    rings.len()
}

/// For each black pixel the piece of touching black pixels that it belongs to.
fn pieces(black: &[bool], w: usize) -> Vec<u32> {
    let mut parent: Vec<u32> = (0..black.len() as u32).collect();
    for at in (0..black.len()).filter(|&at| black[at]) {
        if at % w > 0 && black[at - 1] {
            join(&mut parent, at, at - 1);
        }
        if at >= w && black[at - w] {
            join(&mut parent, at, at - w);
        }
    }
    (0..black.len()).map(|at| root(&mut parent, at)).collect()
}

fn root(parent: &mut [u32], mut at: usize) -> u32 {
    while parent[at] as usize != at {
        parent[at] = parent[parent[at] as usize];
        at = parent[at] as usize;
    }
    at as u32
}

fn join(parent: &mut [u32], one: usize, other: usize) {
    let (a, b) = (root(parent, one), root(parent, other));
    parent[a.max(b) as usize] = a.min(b);
}

#[cfg(test)]
mod tests {
    use super::*;

    /// A code of 21 × 21 squares that says KARAT.
    const CODE: [u32; 21] = [
        0x1fcb7f, 0x104741, 0x174e5d, 0x17425d, 0x174b5d, 0x105c41, 0x1fd57f, 0x000800, 0x12dfa0, 0x0d0eaf,
        0x0c527c, 0x1101f7, 0x16eeec, 0x0010db, 0x1fcf59, 0x105447, 0x1745c3, 0x1758e7, 0x174ee5, 0x104329,
        0x1fd4ac,
    ];

    fn page(width: usize, height: usize) -> Luma {
        Luma { width, height, data: vec![230; width * height] }
    }

    fn draw(page: &mut Luma, left: usize, top: usize, square: usize) {
        for y in 0..21 * square {
            for x in 0..21 * square {
                let dark = CODE[y / square] >> (20 - x / square) & 1 == 1;
                page.data[(top + y) * page.width + left + x] = if dark { 20 } else { 230 };
            }
        }
    }

    #[test]
    fn codes_are_found_with_their_place_in_the_whole_image() {
        let mut image = page(700, 500);
        draw(&mut image, 100, 60, 9);
        let near = |found: u32, asked: u32| assert!(found.abs_diff(asked) <= 24, "{found} {asked}");
        let found = codes(&image, 1400, 1000).unwrap();
        assert_eq!(found.len(), 1);
        for (found, asked) in found[0].into_iter().zip([200, 120, 378, 378]) {
            near(found, asked);
        }
        let mut large = page(830, 830);
        draw(&mut large, 40, 40, 35);
        assert_eq!(codes(&large, 830, 830).unwrap().len(), 1);
        assert!(codes(&page(300, 300), 300, 300).unwrap().is_empty());
    }

    #[test]
    fn thousands_of_corner_squares_are_not_searched() {
        let mut image = page(800, 800);
        for (at, pixel) in image.data.iter_mut().enumerate() {
            let (x, y) = (at % 800 % 10, at / 800 % 10);
            let ring = x.abs_diff(4).max(y.abs_diff(4));
            *pixel = if ring == 3 || ring < 2 { 10 } else { 240 };
        }
        assert_eq!(codes(&image, 800, 800), None);
        let noise = Luma {
            data: (0..640_000u32).map(|i| (i.wrapping_mul(2_654_435_761) >> 24) as u8).collect(),
            ..image
        };
        assert!(codes(&noise, 800, 800).unwrap().is_empty());
    }
}
