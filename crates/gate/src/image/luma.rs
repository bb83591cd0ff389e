//! Brightness, in whole numbers: what all measures are taken from.

use image::metadata::Orientation;
use image::{DynamicImage, GenericImageView, Rgba};

/// Brightness of each pixel, 0–255, row by row.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Luma {
    pub(super) width: usize,
    pub(super) height: usize,
    pub(super) data: Vec<u8>,
}

impl Luma {
    /// The brightness of an image over a background (0 = black, 255 = white) that shows
    /// where it is transparent.
    pub(super) fn over(image: &DynamicImage, background: u8) -> Self {
        let (width, height) = (image.width() as usize, image.height() as usize);
        let data = match image {
            DynamicImage::ImageLuma8(grey) => grey.as_raw().clone(),
            // Scanners and instruments use few of the 65,536 levels: the highest one used
            // tells how far down they are looked at.
            DynamicImage::ImageLuma16(deep) => {
                let highest = deep.as_raw().iter().copied().max().unwrap_or(0);
                let shift = if highest < 4096 { (16 - highest.leading_zeros()).saturating_sub(8) } else { 8 };
                deep.as_raw().iter().map(|value| (value >> shift) as u8).collect()
            }
            DynamicImage::ImageRgb8(rgb) => {
                rgb.as_raw().as_chunks::<3>().0.iter().map(|&[r, g, b]| luma(r, g, b)).collect()
            }
            DynamicImage::ImageRgba8(rgba) => rgba
                .as_raw()
                .as_chunks::<4>()
                .0
                .iter()
                .map(|&[r, g, b, a]| over(luma(r, g, b), a, background))
                .collect(),
            other => {
                other.pixels().map(|(_, _, Rgba([r, g, b, a]))| over(luma(r, g, b), a, background)).collect()
            }
        };
        Self { width, height, data }
    }

    /// The mean brightness of each cell of a grid laid over the part `[left, top, width,
    /// height]`, in 1/65,536 of a level; cells cut pixels by their exact share.
    pub(super) fn cells(
        &self,
        [left, top, width, height]: [usize; 4],
        columns: usize,
        rows: usize,
    ) -> Vec<u64> {
        let mut sums = vec![0u64; columns * rows];
        let mut line = vec![0u64; columns];
        for y in 0..height {
            let start = (top + y) * self.width + left;
            let Some(row) = self.data.get(start..start + width) else { break };
            line.fill(0);
            add_row(row, &mut line);
            // This row's share of each row of cells, in 1/rows of a pixel.
            let (first, last) = (y * rows, (y + 1) * rows);
            for cell in first / height..rows.min(last.div_ceil(height)) {
                let share = last.min((cell + 1) * height) - first.max(cell * height);
                for (sum, value) in sums[cell * columns..].iter_mut().zip(&line) {
                    *sum += value * share as u64;
                }
            }
        }
        let area = (width * height) as u64;
        // A cell has width / columns by height / rows pixels, and the weights of its pixels
        // were multiplied by columns · rows: together they are width · height.
        sums.iter().map(|sum| (u128::from(*sum) * 65_536 / u128::from(area.max(1))) as u64).collect()
    }

    /// A smaller copy whose longer side is at most `side`; never a larger one.
    pub(super) fn shrink(&self, side: usize) -> Self {
        let longer = self.width.max(self.height);
        if longer <= side {
            return self.clone();
        }
        let scaled = |n: usize| (n * side / longer).max(1);
        let (width, height) = (scaled(self.width), scaled(self.height));
        let cells = self.cells([0, 0, self.width, self.height], width, height);
        Self { width, height, data: cells.iter().map(|cell| ((cell + 32_768) >> 16) as u8).collect() }
    }

    /// The largest part around the middle that has the shape of `width` × `height`.
    pub(super) fn middle(&self, width: usize, height: usize) -> Self {
        let (w, h) = (self.width, self.height);
        let keep_w = (h * width / height.max(1)).clamp(1, w);
        let keep_h = (w * height / width.max(1)).clamp(1, h);
        let (left, top) = ((w - keep_w) / 2, (h - keep_h) / 2);
        let row = |y: usize| self.data[y * w + left..y * w + left + keep_w].iter().copied();
        Self { width: keep_w, height: keep_h, data: (top..top + keep_h).flat_map(row).collect() }
    }

    /// The image as it is meant to be looked at.
    pub(super) fn turned(&self, orientation: Orientation) -> Self {
        let (w, h) = (self.width, self.height);
        let swapped = matches!(
            orientation,
            Orientation::Rotate90
                | Orientation::Rotate270
                | Orientation::Rotate90FlipH
                | Orientation::Rotate270FlipH
        );
        let (width, height) = if swapped { (h, w) } else { (w, h) };
        let from = |x: usize, y: usize| match orientation {
            Orientation::NoTransforms => (x, y),
            Orientation::FlipHorizontal => (w - 1 - x, y),
            Orientation::FlipVertical => (x, h - 1 - y),
            Orientation::Rotate180 => (w - 1 - x, h - 1 - y),
            Orientation::Rotate90 => (y, h - 1 - x),
            Orientation::Rotate270 => (w - 1 - y, x),
            Orientation::Rotate90FlipH => (y, x),
            Orientation::Rotate270FlipH => (w - 1 - y, h - 1 - x),
        };
        let data = (0..height)
            .flat_map(|y| (0..width).map(move |x| (x, y)))
            .map(|(x, y)| {
                let (x, y) = from(x, y);
                self.data[y * w + x]
            })
            .collect();
        Self { width, height, data }
    }
}

/// Adds each pixel of a row to the columns it lies in, weighted in 1/columns of a pixel.
fn add_row(row: &[u8], line: &mut [u64]) {
    let (columns, width) = (line.len(), row.len());
    let mut column = 0;
    for (x, &value) in row.iter().enumerate() {
        let (mut from, to) = (x * columns, (x + 1) * columns);
        while from < to {
            while column + 1 < columns && (column + 1) * width <= from {
                column += 1;
            }
            let edge = if column + 1 < columns { to.min((column + 1) * width) } else { to };
            line[column] += u64::from(value) * (edge - from) as u64;
            from = edge;
        }
    }
}

/// Brightness of a colour (ITU-R BT.601), rounded.
fn luma(r: u8, g: u8, b: u8) -> u8 {
    ((299 * u32::from(r) + 587 * u32::from(g) + 114 * u32::from(b) + 500) / 1000) as u8
}

fn over(luma: u8, alpha: u8, background: u8) -> u8 {
    let alpha = u32::from(alpha);
    ((u32::from(luma) * alpha + u32::from(background) * (255 - alpha) + 127) / 255) as u8
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn grid(width: usize, height: usize) -> Luma {
        let data = (0..width * height).map(|i| (i * 37 % 251) as u8).collect();
        Luma { width, height, data }
    }

    #[test]
    fn cells_are_means_of_exactly_their_pixels() {
        let small = Luma { width: 3, height: 1, data: vec![0, 90, 255] };
        // Two cells of one and a half pixels: (0 + 90/2) / 1.5 and (90/2 + 255) / 1.5.
        assert_eq!(small.cells([0, 0, 3, 1], 2, 1), [30 << 16, 200 << 16]);
        // More cells than pixels: each pixel fills its own.
        assert_eq!(small.cells([0, 0, 3, 1], 6, 2)[..6], [0, 0, 90 << 16, 90 << 16, 255 << 16, 255 << 16]);
        assert_eq!(small.cells([1, 0, 1, 1], 1, 1), [90 << 16]);
        let big = grid(64, 32);
        let half = big.shrink(32);
        assert_eq!((half.width, half.height), (32, 16));
        let four = [0, 1, 64, 65].map(|i| u32::from(big.data[i])).iter().sum::<u32>();
        assert_eq!(u32::from(half.data[0]), (four + 2) / 4);
    }

    #[test]
    fn turning_agrees_with_the_library() {
        let image = grid(5, 3);
        let buffer = image::GrayImage::from_raw(5, 3, image.data.clone()).unwrap();
        for exif in 1..=8 {
            let orientation = Orientation::from_exif(exif).unwrap();
            let mut theirs = DynamicImage::ImageLuma8(buffer.clone());
            theirs.apply_orientation(orientation);
            assert_eq!(image.turned(orientation), Luma::over(&theirs, 255), "{exif}");
        }
    }

    #[test]
    fn the_middle_is_without_bars() {
        let image = grid(8, 6);
        let wide = image.middle(3000, 2000);
        assert_eq!((wide.width, wide.height), (8, 5));
        assert_eq!(wide.data[..8], image.data[..8]);
        let tall = image.middle(10, 30);
        assert_eq!((tall.width, tall.height, tall.data[0]), (2, 6, image.data[3]));
        assert_eq!(image.middle(4, 3), image);
    }

    #[test]
    fn what_is_transparent_shows_the_background() {
        let image = DynamicImage::ImageRgba8(image::RgbaImage::from_pixel(2, 2, Rgba([9, 9, 9, 0])));
        assert_eq!((Luma::over(&image, 255).data[0], Luma::over(&image, 0).data[0]), (255, 0));
        let deep = DynamicImage::ImageRgb16(image::ImageBuffer::from_pixel(2, 2, image::Rgb([65_535u16; 3])));
        assert_eq!(Luma::over(&deep, 0).data, [255; 4]);
    }

    proptest! {
        #[test]
        fn the_mean_of_the_cells_is_the_mean(width in 1usize..40, height in 1usize..40, columns in 1usize..20, rows in 1usize..20) {
            let image = grid(width, height);
            let cells = image.cells([0, 0, width, height], columns, rows);
            let mean = image.data.iter().map(|&v| f64::from(v)).sum::<f64>() / image.data.len() as f64;
            let of_cells = cells.iter().map(|&v| v as f64 / 65_536.0).sum::<f64>() / cells.len() as f64;
            prop_assert!((mean - of_cells).abs() < 0.01, "{mean} {of_cells}");
        }
    }
}
