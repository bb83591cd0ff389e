//! I8: QR codes, which lead people somewhere and teach a model nothing.

use super::luma::Luma;
use rqrr::PreparedImage;

/// The longer side of the image that is searched: a code of 5 % of it is 180 pixels wide.
const SIDE: usize = 800;

/// A code: x, y, width, height in the pixels of the image searched.
pub(super) type Area = [u32; 4];

/// The codes that can be read, as boxes in an image of `width` × `height` pixels.
pub(super) fn codes(image: &Luma, width: u32, height: u32) -> Vec<Area> {
    let small = image.shrink(SIDE);
    let (w, h) = (small.width, small.height);
    if w < 21 || h < 21 {
        return Vec::new();
    }
    let mut search = PreparedImage::prepare_from_greyscale(w, h, |x, y| small.data[y * w + x]);
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
    found
}
