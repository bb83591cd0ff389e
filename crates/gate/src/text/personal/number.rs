//! Accounts, cards and identity numbers: only those whose check digits hold, and where a
//! form alone proves little, only behind a word that names it.

use super::Kind;
use super::digits::{
    argentina, australia, belgium, brazil, britain, bulgaria, chile, china, croatia, czech, denmark, finland,
    france, germany, greece, hong_kong, india, italy, japan, korea, luhn, medicare, mexico, netherlands, nhs,
    norway, poland, romania, russia, spain, spain_foreign, sweden, taiwan, turkey, united_states, verhoeff,
    yugoslavia,
};
use crate::text::seen::plain_numbers;
use std::ops::Range;

/// How far before a number the word that names it may stand, bytes.
const NEAR: usize = 60;
/// Bytes of a line end and of what the next line is indented with, in an account number.
const INDENT: usize = 12;
/// Words near a payment card number.
const CARD_WORDS: &[&str] = &[
    "card",
    "visa",
    "mastercard",
    "amex",
    "american express",
    "maestro",
    "cvv",
    "cvc",
    "karte",
    "carte",
    "carta",
    "tarjeta",
    "cartão",
    "cartao",
    "karta",
    "kart",
    "карт",
    "信用卡",
    "银行卡",
    "カード",
    "카드",
];

/// A country's number: its form (`d` digit, `a` letter, `*` either, `~` the sign of a century), its word, its proof.
struct Id {
    /// Separators in it are taken out before.
    form: &'static str,
    /// Words of which one must stand near; empty = the form is proof enough.
    words: &'static [&'static str],
    holds: fn(&[u8]) -> bool,
}

const IDS: &[Id] = &[
    Id { form: "ddddddddddddddddd*", words: &[], holds: china },
    Id { form: "aaaaaaddaddaddda", words: &[], holds: italy },
    Id { form: "ddd.ddd.ddd-dd", words: &[], holds: brazil },
    Id { form: "ddddddddddd", words: &["cpf"], holds: brazil },
    Id { form: "dddddddda", words: &["dni", "nif"], holds: spain },
    Id { form: "addddddda", words: &["nie", "nif"], holds: spain_foreign },
    Id { form: "ddddddddddd", words: &["pesel"], holds: poland },
    Id {
        form: "ddddddddddddddd",
        words: &["sécurité sociale", "securite sociale", "nir", "insee"],
        holds: france,
    },
    Id { form: "d dd dd dd ddd ddd dd", words: &[], holds: france },
    Id {
        form: "ddddddddddd",
        words: &["steuer-id", "steuerid", "identifikationsnummer", "idnr"],
        holds: germany,
    },
    Id {
        form: "dd ddd ddd ddd",
        words: &["steuer-id", "steuerid", "identifikationsnummer", "idnr"],
        holds: germany,
    },
    Id { form: "ddddddddd", words: &["bsn", "burgerservicenummer", "sofinummer"], holds: netherlands },
    Id { form: "dd.dd.dd-ddd.dd", words: &[], holds: belgium },
    Id { form: "dddddd-dddd", words: &["personnummer"], holds: sweden },
    Id { form: "dddddd~ddd*", words: &["henkilötunnus", "hetu"], holds: finland },
    Id { form: "ddddddddddd", words: &["fødselsnummer", "fodselsnummer", "personnummer"], holds: norway },
    Id { form: "dddddd ddddd", words: &["fødselsnummer", "fodselsnummer", "personnummer"], holds: norway },
    Id { form: "ddd ddd dddd", words: &["nhs"], holds: nhs },
    Id { form: "dddddddddd", words: &["nhs"], holds: nhs },
    Id { form: "ddd-dd-dddd", words: &["ssn", "social security"], holds: united_states },
    Id { form: "ddd ddd ddd", words: &["sin ", "sin:", "social insurance"], holds: luhn },
    Id { form: "ddd-ddd-ddd", words: &["sin ", "sin:", "social insurance"], holds: luhn },
    Id { form: "dddddd-ddddddd", words: &[], holds: korea },
    Id { form: "dddd dddd dddd", words: &["aadhaar", "आधार"], holds: verhoeff },
    Id { form: "dddddddddddd", words: &["aadhaar", "आधार"], holds: verhoeff },
    Id { form: "ddddddddddd", words: &["t.c.", "tckn", "kimlik"], holds: turkey },
    Id { form: "ddddddddddddd", words: &["south african", "sa id", "rsa id"], holds: luhn },
    Id { form: "ddddddddddddd", words: &["cnp", "cod numeric"], holds: romania },
    Id { form: "dddddd/dddd", words: &["rodné", "rodne"], holds: czech },
    Id { form: "dd.ddd.ddd-*", words: &[], holds: chile },
    Id { form: "ddd ddd ddd", words: &["tfn", "tax file"], holds: australia },
    Id { form: "ddd-ddd-ddd dd", words: &["снилс"], holds: russia },
    Id { form: "dd-dddddddd-d", words: &[], holds: argentina },
    Id { form: "dddddddddddd", words: &["マイナンバー", "個人番号", "my number"], holds: japan },
    Id { form: "dddd dddd dddd", words: &["マイナンバー", "個人番号", "my number"], holds: japan },
    Id { form: "aadddddda", words: &["national insurance", "nino", "ni number"], holds: britain },
    Id { form: "aa dd dd dd a", words: &["national insurance", "nino", "ni number"], holds: britain },
    Id {
        form: "aaaaadddda",
        words: &["pan ", "pan:", "pan-", "permanent account", "income tax"],
        holds: india,
    },
    Id { form: "dddddd-dddd", words: &["cpr"], holds: denmark },
    Id { form: "dddddddddd", words: &["cpr-n", "cpr n", "cpr:"], holds: denmark },
    Id { form: "dddddddddd", words: &["егн", "egn"], holds: bulgaria },
    Id { form: "ddddddddddd", words: &["oib"], holds: croatia },
    Id { form: "ddddddddddddd", words: JMBG, holds: yugoslavia },
    Id { form: "ddddddddddd", words: &["αμκα", "amka"], holds: greece },
    Id { form: "aaaaddddddaaaaaa*d", words: &[], holds: mexico },
    Id { form: "ddddddddd", words: ISRAEL, holds: luhn },
    Id { form: "adddddd(*)", words: HONG_KONG, holds: hong_kong },
    Id { form: "aadddddd(*)", words: HONG_KONG, holds: hong_kong },
    Id {
        form: "addddddddd",
        words: &["身分證", "身份證", "taiwan id", "taiwanese id", "national id"],
        holds: taiwan,
    },
    Id { form: "dddd ddddd d", words: &["medicare"], holds: medicare },
    Id { form: "dddddddddd", words: &["medicare"], holds: medicare },
    Id { form: "ddddddddddddddd", words: &["imei"], holds: luhn },
    Id { form: "dd-dddddd-dddddd-d", words: &["imei"], holds: luhn },
];
const JMBG: &[&str] = &["jmbg", "јмбг", "emšo", "emso", "embg", "ембг", "матичен број", "matični broj"];
const ISRAEL: &[&str] = &["ת.ז", "ת\"ז", "ת״ז", "תעודת זהות", "מספר זהות", "teudat zehut", "israeli id"];
const HONG_KONG: &[&str] = &["hkid", "hong kong id", "hk id", "身份證", "身分證", "身份证"];

/// All of them, with wide digits, those of other scripts, and any dash.
pub(super) fn find(text: &str) -> Vec<(Range<usize>, Kind)> {
    let Some(seen) = plain_numbers(text) else { return find_plain(text) };
    find_plain(&seen.text).into_iter().map(|(span, kind)| (seen.origin(span), kind)).collect()
}

fn find_plain(text: &str) -> Vec<(Range<usize>, Kind)> {
    let bytes = text.as_bytes();
    let mut found = Vec::new();
    let mut at = 0;
    while at < bytes.len() {
        let begins = bytes[at].is_ascii_alphanumeric() && (at == 0 || !is_joined(bytes[at - 1]));
        if !begins {
            at += 1;
            continue;
        }
        // Most words are neither: no number begins with a small letter or a lone digit.
        let next = bytes.get(at + 1).copied().unwrap_or_default();
        let hit = match bytes[at] {
            b if b.is_ascii_digit() && (next.is_ascii_digit() || next == b' ') => {
                card(text, at).or_else(|| identity(text, at))
            }
            b'P' if next == b'<' => passport(text, at),
            b if b.is_ascii_uppercase() && (next.is_ascii_digit() || next.is_ascii_uppercase()) => {
                account(bytes, at).or_else(|| identity(text, at))
            }
            // In small letters only where it is called so.
            b if b.is_ascii_lowercase()
                && next.is_ascii_lowercase()
                && bytes.get(at + 2).is_some_and(u8::is_ascii_digit) =>
            {
                account(bytes, at).filter(|_| named(text, at, &["iban"]))
            }
            _ => None,
        };
        match hit {
            Some((end, kind)) => {
                found.push((at..end, kind));
                at = end;
            }
            // On to the next word.
            None => at += bytes[at..].iter().take_while(|b| is_joined(**b)).count().max(1),
        }
    }
    found
}

fn is_joined(b: u8) -> bool {
    b.is_ascii_alphanumeric() || b == b'_'
}

/// Whether one of the words stands shortly before.
fn named(text: &str, at: usize, words: &[&str]) -> bool {
    let mut from = at.saturating_sub(NEAR);
    while !text.is_char_boundary(from) {
        from += 1;
    }
    let before = text[from..at].to_lowercase();
    words.iter().any(|word| before.contains(word))
}

/// ISO 13616: two letters, two check digits, the country's length, and 97 divides.
fn account(bytes: &[u8], start: usize) -> Option<(usize, Kind)> {
    let head = bytes.get(start..start + 4)?;
    let [a, b, c, d] = head else { return None };
    if !(a.is_ascii_alphabetic() && b.is_ascii_alphabetic() && c.is_ascii_digit() && d.is_ascii_digit()) {
        return None;
    }
    let length = iban_length([a.to_ascii_uppercase(), b.to_ascii_uppercase()])?;
    let small = a.is_ascii_lowercase();
    let (mut rest, mut end) = (0_u32, start);
    let mut digits: Vec<u8> = Vec::with_capacity(length);
    // A line may end inside of it, once.
    let (mut grouped, mut ended) = (false, false);
    for (offset, &byte) in bytes[start..].iter().take(length + length / 4 + INDENT).enumerate() {
        let broken = matches!(bytes.get(start + offset.saturating_sub(1)), Some(b'\n' | b' ')) && ended;
        if byte.is_ascii_uppercase() || byte.is_ascii_digit() || small && byte.is_ascii_lowercase() {
            digits.push(byte.to_ascii_uppercase());
        } else if matches!(byte, b'\n' | b'\r') && !(ended && byte == b'\n') && digits.len() >= 8 {
            ended = byte == b'\n';
            if grouped && !digits.len().is_multiple_of(4) {
                break;
            }
        } else if matches!(byte, b' ' | b'-' | b'.') && (digits.len().is_multiple_of(4) || broken) {
            grouped = true;
        } else {
            break;
        }
        if digits.len() == length {
            end = start + offset + 1;
            break;
        }
    }
    if digits.len() < length || bytes.get(end).is_some_and(|b| is_joined(*b)) {
        return None;
    }
    digits.rotate_left(4);
    for &byte in &digits {
        let value = if byte.is_ascii_digit() { u32::from(byte - b'0') } else { u32::from(byte - b'A') + 10 };
        rest = (rest * if value > 9 { 100 } else { 10 } + value) % 97;
    }
    (rest == 1).then_some((end, Kind::Account))
}

fn iban_length(country: [u8; 2]) -> Option<usize> {
    const LENGTHS: &[(&str, usize)] = &[
        ("NO", 15),
        ("BE", 16),
        ("DK FI FO GL NL SD", 18),
        ("MK SI", 19),
        ("AT BA EE KZ LT LU XK MN", 20),
        ("CH CR HR LI LV", 21),
        ("BG BH DE GB GE IE ME RS VA", 22),
        ("AE GI IL IQ OM TL SO", 23),
        ("AD CZ ES MD PK RO SA SE SK TN VG", 24),
        ("LY PT ST", 25),
        ("IS TR", 26),
        ("FR GR IT MC MR SM DJ", 27),
        ("AL AZ BY CY DO GT HU LB NI PL SV", 28),
        ("BR EG PS QA UA", 29),
        ("JO KW MU YE", 30),
        ("MT SC", 31),
        ("LC", 32),
        ("RU", 33),
    ];
    let country = std::str::from_utf8(&country).ok()?.to_owned();
    LENGTHS.iter().find(|(names, _)| names.split(' ').any(|name| name == country)).map(|(_, length)| *length)
}

/// A card: length and first digits of an issuer, Luhn's check digit, and its word before it.
fn card(text: &str, start: usize) -> Option<(usize, Kind)> {
    let bytes = text.as_bytes();
    let (mut digits, mut end) = (Vec::with_capacity(19), start);
    for (offset, &b) in bytes[start..].iter().take(24).enumerate() {
        if b.is_ascii_digit() {
            digits.push(b);
            end = start + offset + 1;
        } else if !(matches!(b, b' ' | b'-') || b == b'.' && digits.len().is_multiple_of(4))
            || !bytes.get(start + offset + 1).is_some_and(u8::is_ascii_digit)
        {
            break;
        }
    }
    let two = digits.iter().take(2).fold(0, |n, b| n * 10 + u32::from(b - b'0'));
    let four = digits.iter().take(4).fold(0, |n, b| n * 10 + u32::from(b - b'0'));
    let issued = match digits.len() {
        13 => two / 10 == 4,
        14 => matches!(two, 36 | 38 | 39) || matches!(four, 3000..=3059),
        15 => matches!(two, 34 | 37),
        16 => {
            two / 10 == 4
                || matches!(two, 51..=55 | 65)
                || matches!(four, 2221..=2720 | 6011 | 3528..=3589 | 2200..=2204)
                || matches!(two, 62)
        }
        17..=19 => matches!(two, 50 | 56..=58 | 62 | 63 | 67),
        _ => false,
    };
    let ends = bytes.get(end).is_none_or(|b| !is_joined(*b));
    (issued && ends && luhn(&digits) && (named(text, start, CARD_WORDS) || dated(text, end)))
        .then_some((end, Kind::Card))
}

/// Whether an expiry date or a security code follows shortly, as on a card.
fn dated(text: &str, end: usize) -> bool {
    let mut to = text.len().min(end + NEAR);
    while !text.is_char_boundary(to) {
        to -= 1;
    }
    let behind = text.get(end..to).unwrap_or_default().to_lowercase();
    ["cvc", "cvv", "exp ", "exp.", "exp:", "expir", "valid thru", "gültig bis"]
        .iter()
        .any(|word| behind.contains(word))
}

/// The two lines at the foot of a passport (ICAO 9303): 44 characters each, with check digits
/// over the number, the birthday and the day it ends.
fn passport(text: &str, start: usize) -> Option<(usize, Kind)> {
    let rest = text.as_bytes().get(start..)?;
    let is_line = |line: &[u8]| {
        line.len() == 44 && line.iter().all(|b| b.is_ascii_uppercase() || b.is_ascii_digit() || *b == b'<')
    };
    let (first, behind) = rest.split_at_checked(44)?;
    let gap = behind.iter().take_while(|b| b.is_ascii_whitespace()).take(3).count();
    let second = behind.get(gap..gap + 44)?;
    let checked = |from: usize, to: usize| {
        let sum: u32 =
            second[from..to].iter().zip([7, 3, 1].iter().cycle()).map(|(&b, weight)| mrz(b) * weight).sum();
        sum % 10 == mrz(second[to])
    };
    let shaped = is_line(first) && is_line(second) && first.starts_with(b"P");
    (shaped && checked(0, 9) && checked(13, 19) && checked(21, 27))
        .then_some((start + 44 + gap + 44, Kind::Identity))
}

/// The value of a character in it.
const fn mrz(b: u8) -> u32 {
    match b {
        b'0'..=b'9' => (b - b'0') as u32,
        b'A'..=b'Z' => (b - b'A') as u32 + 10,
        _ => 0,
    }
}

fn identity(text: &str, start: usize) -> Option<(usize, Kind)> {
    let bytes = text.as_bytes();
    IDS.iter().find_map(|id| {
        let form = id.form.as_bytes();
        let part = bytes.get(start..start + form.len())?;
        let fits = part.iter().zip(form).all(|(b, f)| match f {
            b'd' => b.is_ascii_digit(),
            b'a' => b.is_ascii_uppercase(),
            b'*' => b.is_ascii_uppercase() || b.is_ascii_digit(),
            // Finns born in other centuries have another sign.
            b'~' => {
                matches!(b, b'-' | b'+' | b'A'..=b'F' | b'U'..=b'Y')
            }
            other => b == other,
        });
        let end = start + form.len();
        let ends = bytes.get(end).is_none_or(|b| !is_joined(*b) && *b != b'-');
        if !fits || !ends {
            return None;
        }
        let plain: Vec<u8> =
            part.iter().zip(form).filter(|(_, f)| matches!(f, b'd' | b'a' | b'*')).map(|(b, _)| *b).collect();
        let mixed = plain.iter().any(|b| *b != plain[0]);
        let proven = mixed && (id.holds)(&plain) && (id.words.is_empty() || named(text, start, id.words));
        proven.then_some((end, Kind::Identity))
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn found(text: &str) -> Vec<(Kind, &str)> {
        find(text).into_iter().map(|(span, kind)| (kind, &text[span])).collect()
    }

    #[test]
    fn accounts_are_proven_by_their_check_digits() {
        for iban in [
            "DE89370400440532013000",
            "GB82 WEST 1234 5698 7654 32",
            "FR1420041010050500013M02606",
            "NO9386011117947",
            "DE89-3704-0044-0532-0130-00",
            "de89 3704 0044 0532 0130 00",
            "DE89.3704.0044.0532.0130.00",
            "DE89 3704 0044\n0532 0130 00",
            "DE89 3704 0044\r\n    0532 0130 00",
            "DE893704004\n40532013000",
            "DE89–3704–0044–0532–0130–00",
            "ＤＥ８９３７０４００４４０５３２０１３０００",
        ] {
            assert_eq!(found(&format!("IBAN: {iban}.")), [(Kind::Account, iban)], "{iban}");
        }
        assert_eq!(found("see de89370400440532013000"), []);
        assert_eq!(found("DE88370400440532013000 and XX89370400440532013000"), []);
    }

    #[test]
    fn cards_need_issuer_check_digit_and_word() {
        assert_eq!(found("my card: 4111-1111-1111-1111!"), [(Kind::Card, "4111-1111-1111-1111")]);
        assert_eq!(found("Kreditkarte 5500000000000004"), [(Kind::Card, "5500000000000004")]);
        assert_eq!(found("tarjeta 378282246310005"), [(Kind::Card, "378282246310005")]);
        assert_eq!(found("4111 1111 1111 1111 exp 04/27 cvc 123"), [(Kind::Card, "4111 1111 1111 1111")]);
        for card in [
            "４１１１１１１１１１１１１１１１",
            "4111.1111.1111.1111",
            "4111–1111–1111–1111",
            "4111\u{a0}1111\u{a0}1111\u{a0}1111",
            "٤١١١ ١١١١ ١١١١ ١١١١",
        ] {
            assert_eq!(found(&format!("カード {card} ä")), [(Kind::Card, card)], "{card}");
        }
        for other in [
            "4111 1111 1111 1111",
            "card 4111 1111 1111 1112",
            "card 9111111111111111",
            "card 41111111111111111",
        ] {
            assert_eq!(found(other), [], "{other}");
        }
    }

    #[test]
    fn identity_numbers_of_many_countries() {
        for (word, id) in [
            ("", "11010519491231002X"),
            ("", "RSSMRA85T10A562S"),
            ("", "529.982.247-25"),
            ("CPF ", "52998224725"),
            ("DNI: ", "12345678Z"),
            ("NIE ", "X1234567L"),
            ("PESEL ", "44051401359"),
            ("nir ", "255081416802538"),
            ("Steuer-ID ", "86095742719"),
            ("BSN: ", "111222333"),
            ("", "85.07.30-033.28"),
            ("Personnummer ", "811228-9874"),
            ("hetu ", "131052-308T"),
            ("NHS number ", "943 476 5919"),
            ("SSN ", "536-90-4399"),
            ("SIN: ", "046 454 286"),
            ("Aadhaar ", "2341 2341 2346"),
            ("TCKN ", "10000000146"),
            ("CNP ", "1800101221144"),
            ("", "12.345.678-5"),
            ("TFN ", "123 456 782"),
            ("СНИЛС ", "112-233-445 95"),
            ("fødselsnummer ", "15076500565"),
            ("", "20-12345678-6"),
            ("マイナンバー ", "123456789018"),
            ("National Insurance number ", "AB123456C"),
            ("PAN: ", "ABCPK1234F"),
            ("CPR ", "070761-4285"),
            ("ЕГН ", "7523169263"),
            ("OIB ", "94577403194"),
            ("ЈМБГ ", "0101006500006"),
            ("ΑΜΚΑ ", "01018012342"),
            ("", "HEGG560427MVZRRL04"),
            ("ת.ז. ", "123456782"),
            ("HKID ", "A123456(3)"),
            ("身分證 ", "A123456789"),
            ("Medicare ", "2123 45670 1"),
            ("IMEI: ", "490154203237518"),
            (
                "",
                "P<UTOERIKSSON<<ANNA<MARIA<<<<<<<<<<<<<<<<<<<\nL898902C36UTO7408122F1204159ZE184226B<<<<<10",
            ),
        ] {
            assert_eq!(found(&format!("{word}{id}.")), [(Kind::Identity, id)], "{word}{id}");
        }
        for other in [
            "DNI 12345678A",
            "536-90-4399",
            "12345678Z",
            "SSN 000-12-3456",
            "20-12345678-7",
            "PAN: ABCXK1234F",
            "P<UTOERIKSSON<<ANNA<MARIA<<<<<<<<<<<<<<<<<<<\nL898902C37UTO7408122F1204159ZE184226B<<<<<10",
            "PESEL 44051401358",
            "2341 2341 2346",
            "070761-4285",
            "ЕГН 7523169264",
            "OIB 94577403195",
            "HEGG560427MVZRRL05",
            "HKID A123456(4)",
            "A123456789",
            "2123 45670 1",
            "490154203237518",
            "JMBG 0101006500007",
        ] {
            assert_eq!(found(other), [], "{other}");
        }
    }
}
