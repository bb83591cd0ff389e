//! Check digits of cards and national identity numbers, each over digits and letters alone.

/// Digits as numbers; a letter counts ten.
fn values(plain: &[u8]) -> Vec<u32> {
    plain.iter().map(|b| if b.is_ascii_digit() { u32::from(b - b'0') } else { 10 }).collect()
}

fn weighted(plain: &[u8], weights: &[u32]) -> u32 {
    values(plain).iter().zip(weights).map(|(value, weight)| value * weight).sum()
}

fn number(plain: &[u8]) -> u64 {
    plain.iter().fold(0, |n, b| n * 10 + u64::from(b.wrapping_sub(b'0') % 10))
}

/// Month 1–12 and day 1–31.
fn is_date(month: &[u8], day: &[u8]) -> bool {
    (1..=12).contains(&number(month)) && (1..=31).contains(&number(day))
}

pub(super) fn luhn(plain: &[u8]) -> bool {
    let doubled = |value: u32| if value > 4 { 2 * value - 9 } else { 2 * value };
    let sum: u32 = values(plain)
        .iter()
        .rev()
        .enumerate()
        .map(|(at, &value)| if at % 2 == 1 { doubled(value) } else { value })
        .sum();
    sum.is_multiple_of(10)
}

pub(super) fn china(plain: &[u8]) -> bool {
    let weights = [7, 9, 10, 5, 8, 4, 2, 1, 6, 3, 7, 9, 10, 5, 8, 4, 2];
    let check = b"10X98765432"[(weighted(&plain[..17], &weights) % 11) as usize];
    check == plain[17]
        && (1900..2100).contains(&number(&plain[6..10]))
        && is_date(&plain[10..12], &plain[12..14])
}

pub(super) fn italy(plain: &[u8]) -> bool {
    const ODD: [u32; 26] =
        [1, 0, 5, 7, 9, 13, 15, 17, 19, 21, 2, 4, 18, 20, 11, 3, 6, 8, 12, 14, 16, 10, 22, 25, 24, 23];
    let value = |b: u8| usize::from(if b.is_ascii_digit() { b - b'0' } else { b - b'A' });
    let sum: u32 = plain[..15]
        .iter()
        .enumerate()
        .map(|(at, &b)| if at % 2 == 0 { ODD[value(b)] } else { value(b) as u32 })
        .sum();
    b"ABCDEHLMPRST".contains(&plain[8]) && u32::from(plain[15] - b'A') == sum % 26
}

pub(super) fn brazil(plain: &[u8]) -> bool {
    let check = |n: usize| {
        let sum: u32 = values(&plain[..n])
            .iter()
            .enumerate()
            .map(|(at, value)| value * (n as u32 + 1 - at as u32))
            .sum();
        (sum * 10 % 11) % 10 == values(plain)[n]
    };
    check(9) && check(10)
}

pub(super) fn spain(plain: &[u8]) -> bool {
    b"TRWAGMYFPDXBNJZSQVHLCKE"[(number(&plain[..8]) % 23) as usize] == plain[8]
}

pub(super) fn spain_foreign(plain: &[u8]) -> bool {
    let first = match plain[0] {
        b'X' => b'0',
        b'Y' => b'1',
        b'Z' => b'2',
        _ => return false,
    };
    let mut all = plain.to_vec();
    all[0] = first;
    spain(&all)
}

pub(super) fn poland(plain: &[u8]) -> bool {
    weighted(plain, &[1, 3, 7, 9, 1, 3, 7, 9, 1, 3, 1]).is_multiple_of(10)
        && (1..=31).contains(&number(&plain[4..6]))
}

pub(super) fn france(plain: &[u8]) -> bool {
    matches!(plain[0], b'1' | b'2')
        && (1..=12).contains(&number(&plain[3..5]))
        && 97 - number(&plain[..13]) % 97 == number(&plain[13..15])
}

pub(super) fn germany(plain: &[u8]) -> bool {
    plain[0] != b'0' && croatia(plain)
}

/// ISO 7064, modulus 11 and 10.
pub(super) fn croatia(plain: &[u8]) -> bool {
    let sum = values(&plain[..10]).iter().fold(10, |product, value| {
        let sum = match (value + product) % 10 {
            0 => 10,
            sum => sum,
        };
        2 * sum % 11
    });
    (11 - sum) % 10 == values(plain)[10]
}

pub(super) fn netherlands(plain: &[u8]) -> bool {
    let sum = weighted(&plain[..8], &[9, 8, 7, 6, 5, 4, 3, 2]);
    sum % 11 == values(plain)[8] && sum > 0
}

pub(super) fn belgium(plain: &[u8]) -> bool {
    let (body, check) = (number(&plain[..9]), number(&plain[9..]));
    is_date(&plain[2..4], &plain[4..6])
        && (97 - body % 97 == check || 97 - (2_000_000_000 + body) % 97 == check)
}

pub(super) fn sweden(plain: &[u8]) -> bool {
    is_date(&plain[2..4], &plain[4..6]) && luhn(plain)
}

pub(super) fn finland(plain: &[u8]) -> bool {
    let digits = plain[..9].iter().all(u8::is_ascii_digit);
    digits
        && is_date(&plain[2..4], &plain[..2])
        && b"0123456789ABCDEFHJKLMNPRSTUVWXY"[(number(&plain[..9]) % 31) as usize] == plain[9]
}

pub(super) fn norway(plain: &[u8]) -> bool {
    weighted(plain, &[3, 7, 6, 1, 8, 9, 4, 5, 2, 1]).is_multiple_of(11)
        && weighted(plain, &[5, 4, 3, 2, 7, 6, 5, 4, 3, 2, 1]).is_multiple_of(11)
}

pub(super) fn nhs(plain: &[u8]) -> bool {
    let check = 11 - weighted(&plain[..9], &[10, 9, 8, 7, 6, 5, 4, 3, 2]) % 11;
    check % 11 == values(plain)[9]
}

/// No check digit: the ranges that are given out.
pub(super) fn united_states(plain: &[u8]) -> bool {
    let (area, group, serial) = (number(&plain[..3]), number(&plain[3..5]), number(&plain[5..]));
    area > 0 && area < 900 && area != 666 && group > 0 && serial > 0
}

pub(super) fn korea(plain: &[u8]) -> bool {
    let check = (11 - weighted(&plain[..12], &[2, 3, 4, 5, 6, 7, 8, 9, 2, 3, 4, 5]) % 11) % 10;
    is_date(&plain[2..4], &plain[4..6]) && matches!(plain[6], b'1'..=b'8') && check == values(plain)[12]
}

pub(super) fn verhoeff(plain: &[u8]) -> bool {
    // Multiplication and the powers of the permutation in the dihedral group of ten.
    let product = |a: u32, b: u32| match (a < 5, b < 5) {
        (true, true) => (a + b) % 5,
        (true, false) => (a + b - 5) % 5 + 5,
        (false, true) => (a - 5 + 5 - b) % 5 + 5,
        (false, false) => (a + 5 - b) % 5,
    };
    const SHIFT: [u32; 10] = [1, 5, 7, 6, 2, 8, 3, 0, 9, 4];
    let moved = |value: u32, times: usize| (0..times % 8).fold(value, |value, _| SHIFT[value as usize]);
    values(plain).iter().rev().enumerate().fold(0, |sum, (at, &value)| product(sum, moved(value, at))) == 0
}

pub(super) fn turkey(plain: &[u8]) -> bool {
    let v = values(plain);
    let (odd, even): (u32, u32) = (v[0] + v[2] + v[4] + v[6] + v[8], v[1] + v[3] + v[5] + v[7]);
    v[0] != 0 && (odd * 7 + 10 * 9 - even) % 10 == v[9] && v[..10].iter().sum::<u32>() % 10 == v[10]
}

pub(super) fn romania(plain: &[u8]) -> bool {
    let sum = weighted(&plain[..12], &[2, 7, 9, 1, 4, 6, 3, 5, 8, 2, 7, 9]) % 11;
    is_date(&plain[3..5], &plain[5..7]) && (if sum == 10 { 1 } else { sum }) == values(plain)[12]
}

pub(super) fn czech(plain: &[u8]) -> bool {
    number(plain).is_multiple_of(11) && (1..=31).contains(&number(&plain[4..6]))
}

pub(super) fn chile(plain: &[u8]) -> bool {
    let sum = weighted(&plain[..8], &[3, 2, 7, 6, 5, 4, 3, 2]);
    let check = match 11 - sum % 11 {
        11 => b'0',
        10 => b'K',
        digit => b'0' + digit as u8,
    };
    check == plain[8]
}

pub(super) fn australia(plain: &[u8]) -> bool {
    weighted(plain, &[1, 4, 3, 7, 5, 8, 6, 9, 10]).is_multiple_of(11)
}

/// CUIT and CUIL: what kind of person, and a check digit.
pub(super) fn argentina(plain: &[u8]) -> bool {
    let check = (11 - weighted(&plain[..10], &[5, 4, 3, 2, 7, 6, 5, 4, 3, 2]) % 11) % 11;
    matches!(number(&plain[..2]), 20 | 23 | 24 | 27 | 30 | 33 | 34) && check == values(plain)[10]
}

pub(super) fn japan(plain: &[u8]) -> bool {
    let sum = weighted(&plain[..11], &[6, 5, 4, 3, 2, 7, 6, 5, 4, 3, 2]) % 11;
    (if sum <= 1 { 0 } else { 11 - sum }) == values(plain)[11]
}

/// No check digit: the letters that are given out.
pub(super) fn britain(plain: &[u8]) -> bool {
    let (first, second) = (plain[0], plain[1]);
    !b"DFIQUV".contains(&first)
        && !b"DFIOQUV".contains(&second)
        && !matches!(&plain[..2], b"BG" | b"GB" | b"KN" | b"NK" | b"NT" | b"TN" | b"ZZ")
        && matches!(plain[8], b'A'..=b'D')
}

/// No check digit: the fourth letter says whose number it is.
pub(super) fn india(plain: &[u8]) -> bool {
    b"ABCFGHJLPT".contains(&plain[3])
}

pub(super) fn russia(plain: &[u8]) -> bool {
    let sum = weighted(&plain[..9], &[9, 8, 7, 6, 5, 4, 3, 2, 1]);
    u64::from(sum % 101 % 100) == number(&plain[9..])
}

/// No check digit since 2007: a day and a month.
pub(super) fn denmark(plain: &[u8]) -> bool {
    is_date(&plain[2..4], &plain[..2])
}

/// The month is one higher by 20 or 40 in other centuries.
pub(super) fn bulgaria(plain: &[u8]) -> bool {
    let sum = weighted(&plain[..9], &[2, 4, 8, 5, 10, 9, 7, 3, 6]) % 11 % 10;
    matches!(number(&plain[2..4]), 1..=12 | 21..=32 | 41..=52)
        && (1..=31).contains(&number(&plain[4..6]))
        && sum == values(plain)[9]
}

pub(super) fn yugoslavia(plain: &[u8]) -> bool {
    let sum = weighted(&plain[..12], &[7, 6, 5, 4, 3, 2, 7, 6, 5, 4, 3, 2]) % 11;
    is_date(&plain[2..4], &plain[..2]) && (if sum == 0 { 0 } else { 11 - sum }) == values(plain)[12]
}

pub(super) fn greece(plain: &[u8]) -> bool {
    is_date(&plain[2..4], &plain[..2]) && luhn(plain)
}

/// CURP: a birthday, a sex, and a check digit over the place of each sign in the alphabet
/// with Ñ.
pub(super) fn mexico(plain: &[u8]) -> bool {
    let value = |b: u8| match b {
        b'0'..=b'9' => u32::from(b - b'0'),
        b'A'..=b'N' => u32::from(b - b'A') + 10,
        _ => u32::from(b - b'A') + 11,
    };
    let sum: u32 = plain[..17].iter().zip((2..=18).rev()).map(|(&b, weight)| value(b) * weight).sum();
    is_date(&plain[6..8], &plain[8..10])
        && matches!(plain[10], b'H' | b'M' | b'X')
        && (10 - sum % 10) % 10 == u32::from(plain[17].wrapping_sub(b'0'))
}

/// One letter or two, six digits, and a check digit that may be an A.
pub(super) fn hong_kong(plain: &[u8]) -> bool {
    let value = |b: u8| if b.is_ascii_digit() { u32::from(b - b'0') } else { u32::from(b - b'A') + 10 };
    // A space counts 36 where there is one letter only.
    let lone = if plain.len() == 8 { 36 * 9 } else { 0 };
    let weights = (1..=9).rev().skip(9 - plain.len());
    let sum: u32 = plain.iter().zip(weights).map(|(&b, weight)| value(b) * weight).sum();
    (sum + lone).is_multiple_of(11)
}

/// The letter of a place stands for two digits.
pub(super) fn taiwan(plain: &[u8]) -> bool {
    const PLACES: &[u8] = b"ABCDEFGHJKLMNPQRSTUVXYWZIO";
    let Some(place) = PLACES.iter().position(|&of| of == plain[0]) else { return false };
    let place = place as u32 + 10;
    let sum = place / 10 + place % 10 * 9 + weighted(&plain[1..], &[8, 7, 6, 5, 4, 3, 2, 1, 1]);
    matches!(plain[1], b'1' | b'2' | b'8' | b'9') && sum.is_multiple_of(10)
}

pub(super) fn medicare(plain: &[u8]) -> bool {
    let sum = weighted(&plain[..8], &[1, 3, 7, 9, 1, 3, 7, 9]) % 10;
    matches!(plain[0], b'2'..=b'6') && sum == values(plain)[8]
}
