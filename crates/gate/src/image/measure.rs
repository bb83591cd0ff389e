//! I6 and I7: how flat and how sharp an image is.

use super::luma::Luma;
use image::{DynamicImage, GenericImageView, Rgba};

/// Pixels that are looked at for the commonest colour.
const MOST_SAMPLES: u64 = 4_000_000;

/// Standard deviation of the brightness, in hundredths of a level.
pub(super) fn deviation(image: &Luma) -> u64 {
    let count = image.data.len().max(1) as u64;
    let sum: u64 = image.data.iter().map(|&v| u64::from(v)).sum();
    let squares: u64 = image.data.iter().map(|&v| u64::from(v) * u64::from(v)).sum();
    // 100·sd = sqrt(10⁴·(n·Σv² − (Σv)²)) / n
    let spread = u128::from(count) * u128::from(squares) - u128::from(sum) * u128::from(sum);
    ((spread * 10_000).isqrt() / u128::from(count)) as u64
}

/// The share of the commonest colour, in hundredths of a percent, where it is more than
/// half; 0 where no colour is. Of large images every second or third pixel is looked at.
pub(super) fn commonest(image: &DynamicImage) -> u64 {
    let (width, height) = image.dimensions();
    let pixels = u64::from(width) * u64::from(height);
    let step = pixels.div_ceil(MOST_SAMPLES).isqrt().max(1) as usize;
    let colour = |x, y| match image.get_pixel(x, y) {
        Rgba([_, _, _, 0]) => [0; 4],
        Rgba(colour) => colour,
    };
    let sampled =
        || (0..height).step_by(step).flat_map(move |y| (0..width).step_by(step).map(move |x| colour(x, y)));
    // A colour of more than half outlives all others when each pixel of another colour
    // takes one of its pixels away (Boyer and Moore 1981).
    let (mut candidate, mut lead) = ([0; 4], 0u64);
    for colour in sampled() {
        if lead == 0 {
            candidate = colour;
        }
        lead = if colour == candidate { lead + 1 } else { lead - 1 };
    }
    let (count, same) = sampled().fold((0u64, 0u64), |(n, s), c| (n + 1, s + u64::from(c == candidate)));
    let share = same * 10_000 / count.max(1);
    if share > 5000 { share } else { 0 }
}

/// Variance of the Laplacian (the 3 × 3 cross), rounded down: the higher, the sharper.
pub(super) fn sharpness(image: &Luma) -> u64 {
    let (w, h) = (image.width, image.height);
    if w < 3 || h < 3 {
        return 0;
    }
    let (mut sum, mut squares) = (0i64, 0u64);
    for y in 1..h - 1 {
        let row = |y: usize| &image.data[y * w..(y + 1) * w];
        let (above, here, below) = (row(y - 1), row(y), row(y + 1));
        for x in 1..w - 1 {
            let around = [above[x], below[x], here[x - 1], here[x + 1]].map(i64::from).iter().sum::<i64>();
            let value = around - 4 * i64::from(here[x]);
            sum += value;
            squares += value.unsigned_abs() * value.unsigned_abs();
        }
    }
    let count = ((w - 2) * (h - 2)) as u128;
    let spread =
        count * u128::from(squares) - u128::from(sum.unsigned_abs()) * u128::from(sum.unsigned_abs());
    (spread / (count * count)) as u64
}

#[cfg(test)]
mod tests {
    use super::*;
    use image::{Rgb, RgbImage};

    #[test]
    fn numbers_are_those_of_the_textbook() {
        let flat = Luma { width: 8, height: 8, data: vec![100; 64] };
        assert_eq!((deviation(&flat), sharpness(&flat)), (0, 0));
        // Half 0 and half 10: a deviation of 5.
        let halves = Luma { width: 4, height: 2, data: vec![0, 10, 0, 10, 10, 0, 10, 0] };
        assert_eq!(deviation(&halves), 500);
        // A chessboard of 0 and 10: the Laplacian is ±40 everywhere.
        let board = Luma {
            width: 6,
            height: 6,
            data: (0..36).map(|i| if (i + i / 6) % 2 == 0 { 0 } else { 10 }).collect(),
        };
        assert_eq!(sharpness(&board), 1600);
    }

    #[test]
    fn the_commonest_colour_is_counted() {
        let mut image = RgbImage::from_pixel(100, 100, Rgb([255, 255, 255]));
        for x in 0..50 {
            image.put_pixel(x, 7, Rgb([x as u8, 0, 0]));
        }
        assert_eq!(commonest(&DynamicImage::ImageRgb8(image)), 9950);
        let noise = RgbImage::from_fn(100, 100, |x, y| Rgb([x as u8, y as u8, 0]));
        assert_eq!(commonest(&DynamicImage::ImageRgb8(noise)), 0);
        let large = RgbImage::from_pixel(3000, 2000, Rgb([1, 2, 3]));
        assert_eq!(commonest(&DynamicImage::ImageRgb8(large)), 10_000);
    }
}
