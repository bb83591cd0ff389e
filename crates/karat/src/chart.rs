//! A line chart for the terminal, in Braille dots: two columns and four rows a character.

/// Draws `points` (x, y), x growing, as `width` × `height` characters with its bounds beside it.
pub(crate) fn line(points: &[(f64, f64)], width: usize, height: usize) -> Vec<String> {
    let (Some(first), Some(last)) = (points.first(), points.last()) else { return Vec::new() };
    let ys = || points.iter().map(|p| p.1);
    let (low, high) = (ys().fold(f64::INFINITY, f64::min), ys().fold(f64::NEG_INFINITY, f64::max));
    let (columns, rows) = (width * 2, height * 4);
    let mut dots = vec![0u8; width * height];
    for column in 0..columns {
        let x = first.0 + (last.0 - first.0) * column as f64 / (columns - 1) as f64;
        let share = if high > low { (high - at(points, x)) / (high - low) } else { 0.5 };
        let row = ((share * (rows - 1) as f64).round() as usize).min(rows - 1);
        dots[row / 4 * width + column / 2] |= BITS[row % 4][column % 2];
    }
    let mut lines: Vec<String> = dots
        .chunks(width)
        .enumerate()
        .map(|(row, cells)| {
            let label = match row {
                0 => format!("{high:.2}"),
                r if r + 1 == height => format!("{low:.2}"),
                _ => String::new(),
            };
            let drawn: String =
                cells.iter().map(|bits| char::from_u32(0x2800 + u32::from(*bits)).unwrap_or(' ')).collect();
            format!("{label:>7} │{drawn}")
        })
        .collect();
    lines.push(format!("{:>7} └{}", "", "─".repeat(width)));
    let (from, to) = (format!("step {:.0}", first.0), format!("{:.0}", last.0));
    lines.push(format!("{:>8} {from}{to:>gap$}", "", gap = width.saturating_sub(from.len())));
    lines
}

/// Braille dots of a cell by row and column.
const BITS: [[u8; 2]; 4] = [[0x01, 0x08], [0x02, 0x10], [0x04, 0x20], [0x40, 0x80]];

/// The value at `x`, on the straight line between its neighbours.
fn at(points: &[(f64, f64)], x: f64) -> f64 {
    let next = points.partition_point(|p| p.0 < x).min(points.len() - 1);
    let (a, b) = (points[next.saturating_sub(1)], points[next]);
    if b.0 > a.0 { a.1 + (b.1 - a.1) * ((x - a.0) / (b.0 - a.0)).clamp(0.0, 1.0) } else { b.1 }
}

/// An exponential moving average, so that the direction can be seen through the noise.
pub(crate) fn smooth(points: &[(f64, f64)], keep: f64) -> Vec<(f64, f64)> {
    let mut mean = None;
    points
        .iter()
        .map(|&(x, y)| {
            let next = mean.map_or(y, |m: f64| m * keep + y * (1.0 - keep));
            mean = Some(next);
            (x, next)
        })
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_falling_line_falls_from_corner_to_corner() {
        let points: Vec<_> = (0..=10).map(|n| (f64::from(n), 10.0 - f64::from(n))).collect();
        let chart = line(&points, 10, 4);
        assert_eq!(chart.len(), 6);
        assert!(chart[0].starts_with("  10.00 │⠑"), "{}", chart[0]);
        assert!(chart[3].starts_with("   0.00 │⠀") && chart[3].ends_with('⢄'), "{}", chart[3]);
        assert!(chart[5].contains("step 0") && chart[5].ends_with("10"));
    }

    #[test]
    fn a_flat_line_and_no_line_are_drawn_too() {
        assert!(line(&[], 10, 4).is_empty());
        assert_eq!(line(&[(0.0, 1.0), (5.0, 1.0)], 4, 2).len(), 4);
        assert_eq!(smooth(&[(0.0, 4.0), (1.0, 2.0)], 0.5), [(0.0, 4.0), (1.0, 3.0)]);
    }
}
