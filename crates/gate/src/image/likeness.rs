//! I9: how near two images are, from what is stored of them.

use crate::near::Prints;

/// Bits of 64 that may differ in a copy.
const SAME: u32 = 4;
/// Bits of 64 that may differ in something a person must look at.
const CLOSE: u32 = 8;
/// Bits of 240 of the fine hash that may differ in a copy, and in a likeness.
const FINE: [u32; 2] = [24, 48];
/// How much a colour may differ in a copy, steps of two levels.
const COLOUR: u8 = 16;
/// Clear steps of 240 that an image needs to be sure that there is no other like it:
/// letters, flags and stars have fewer, photographs nearly all.
const RICH: u32 = 140;
/// How many of them to darker and how many to brighter: slopes and stripes have one kind.
const EACH_WAY: u32 = 40;
/// Words of a fine hash.
const WORDS: usize = 4;

/// Differing bits of 64: one image as it is against the other as it is, turned, mirrored or
/// cropped, and the other way round. Up to 4 it is a copy, up to 8 a person must look; none
/// when they are no likeness.
///
/// Drawings of one layout share their coarse hash, so it only finds candidates. A candidate
/// whose fine hash, colours and richness do not confirm that it is a copy counts as 5 bits
/// at least, and one whose fine hash is far is none. The thresholds were chosen with a
/// prototype on photographs and drawings; no benchmark measures this code yet.
pub fn likeness(one: &Prints, other: &Prints) -> Option<u32> {
    let pairs = forms(one).map(|form| (form, 0)).chain(forms(other).skip(1).map(|form| (0, form)));
    let candidates = pairs.filter_map(|(mine, theirs)| {
        // `mine` forms of one against the other as it is, and the other way round.
        let bits = (one.gradients.get(mine)? ^ other.gradients.get(theirs)?).count_ones();
        let apart = apart(fine(one, mine)?, fine(other, theirs)?);
        (bits <= CLOSE && apart <= FINE[1]).then_some((apart, bits))
    });
    let (apart, bits) = candidates.min()?;
    let sure = apart <= FINE[0] && same_colours(one, other) && rich(one) && rich(other);
    Some(if sure { bits } else { bits.max(SAME + 1) })
}

fn forms(prints: &Prints) -> std::ops::Range<usize> {
    0..prints.gradients.len()
}

fn fine(prints: &Prints, form: usize) -> Option<&[u64]> {
    prints.detail.get(form * WORDS..(form + 1) * WORDS)
}

fn apart(one: &[u64], other: &[u64]) -> u32 {
    one.iter().zip(other).map(|(a, b)| (a ^ b).count_ones()).sum()
}

/// Steps to darker and, in the mirrored form, steps to brighter.
fn rich(prints: &Prints) -> bool {
    let steps =
        |form| fine(prints, form).map_or(0, |words| words.iter().map(|w| w.count_ones()).sum::<u32>());
    steps(0) + steps(1) >= RICH && steps(0).min(steps(1)) >= EACH_WAY
}

/// Whether the colours are the same, however the image was turned.
fn same_colours(one: &Prints, other: &Prints) -> bool {
    let cells = |prints: &Prints| -> Option<Vec<[u8; 2]>> {
        let words = prints.detail.get(prints.gradients.len() * WORDS..)?;
        let bytes: Vec<u8> = words.iter().flat_map(|word| word.to_be_bytes()).collect();
        Some(bytes.as_chunks::<2>().0.to_vec()).filter(|cells| cells.len() == 16)
    };
    let (Some(one), Some(other)) = (cells(one), cells(other)) else { return false };
    (0..8u8).any(|turn| {
        (0..16).all(|cell| {
            let (x, y) = (cell % 4, cell / 4);
            let x = if turn & 1 == 1 { 3 - x } else { x };
            let y = if turn & 2 == 2 { 3 - y } else { y };
            let place = if turn & 4 == 4 { x * 4 + y } else { y * 4 + x };
            one[cell].iter().zip(other[place]).all(|(a, b)| a.abs_diff(b) <= COLOUR)
        })
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    const BITS: u64 = 0x0f0f_0f0f;

    /// Prints of an image with one form, its mirrored form and grey colours.
    fn prints(coarse: u64, fine: [u64; 4], grey: u8) -> Prints {
        let mirrored = fine.map(|word| !word & (u64::MAX >> 4));
        let colours = u64::from_be_bytes([grey; 8]);
        Prints {
            gradients: vec![coarse, !coarse],
            detail: [&fine[..], &mirrored, &[colours; 4]].concat(),
            ..Prints::default()
        }
    }

    #[test]
    fn copies_are_confirmed_and_lookalikes_are_looked_at() {
        let image = prints(0xabcd, [BITS; 4], 128);
        assert_eq!(likeness(&image, &image), Some(0));
        assert_eq!(likeness(&image, &prints(0xabce, [BITS; 4], 130)), Some(2));
        // Another colour, or too much of the fine hash apart: a person looks.
        assert_eq!(likeness(&image, &prints(0xabcd, [BITS; 4], 180)), Some(5));
        assert_eq!(likeness(&image, &prints(0xabcd, [0xf0f0_f0f0, BITS, BITS, BITS], 128)), Some(5));
        // The same layout and another drawing.
        assert_eq!(likeness(&image, &prints(0xabcd, [0xf0f0_f0f0; 4], 128)), None);
        assert_eq!(likeness(&image, &prints(0x1234_5678_9abc, [BITS; 4], 128)), None);
        assert_eq!(likeness(&Prints::default(), &image), None);
        assert_eq!(likeness(&Prints::default(), &Prints::default()), None);
    }

    #[test]
    fn plain_images_are_never_sure() {
        let mut letter = prints(0xabcd, [BITS; 4], 128);
        for word in &mut letter.detail[4..8] {
            *word = 0;
        }
        assert_eq!(likeness(&letter, &letter), Some(5));
    }

    #[test]
    fn a_mirrored_copy_is_found_from_both_sides() {
        let image = prints(0xabcd, [BITS; 4], 128);
        let mirrored = prints(!0xabcd, [BITS; 4].map(|word: u64| !word & (u64::MAX >> 4)), 128);
        assert_eq!((likeness(&image, &mirrored), likeness(&mirrored, &image)), (Some(0), Some(0)));
    }
}
