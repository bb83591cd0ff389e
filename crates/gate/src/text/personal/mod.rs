//! T16: what belongs to a person: addresses, telephone numbers, cards, accounts, identity
//! numbers.
//!
//! Addresses and telephone numbers are only noted, with a mask to take: a list of authors is
//! no offence. Numbers with check digits that hold are looked at by a person.

mod contact;
mod digits;
mod number;

use crate::evidence::{at, finding, many, place};
use karat_types::Finding;
use serde::{Deserialize, Serialize};
use serde_json::json;

/// What a stretch of text gives away.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Kind {
    /// An email address.
    Email,
    /// A public IPv4 or IPv6 address.
    Ip,
    /// A telephone number.
    Phone,
    /// An IBAN whose check digits hold.
    Account,
    /// A payment card number whose check digit holds.
    Card,
    /// A national identity number.
    Identity,
}

impl Kind {
    const ALL: [Self; 6] = [Self::Email, Self::Ip, Self::Phone, Self::Account, Self::Card, Self::Identity];

    /// The code of its finding and what one is called.
    const fn words(self) -> (&'static str, &'static str) {
        match self {
            Self::Email => ("email_address", "email address"),
            Self::Ip => ("public_ip_address", "public IP address"),
            Self::Phone => ("phone_number", "telephone number"),
            Self::Account => ("bank_account", "bank account number"),
            Self::Card => ("payment_card", "payment card number"),
            Self::Identity => ("identity_number", "identity number"),
        }
    }

    /// What stands in its place after masking.
    pub const fn mask(self) -> &'static str {
        match self {
            Self::Email => "[email]",
            Self::Ip => "[ip address]",
            Self::Phone => "[phone]",
            Self::Account => "[bank account]",
            Self::Card => "[card number]",
            Self::Identity => "[identity number]",
        }
    }
}

/// A stretch to replace.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Mask {
    /// First byte.
    pub start: usize,
    /// One past the last byte.
    pub end: usize,
    /// What it is.
    pub kind: Kind,
    /// What stands there afterwards.
    pub replacement: String,
}

/// Everything to mask, in order, without overlap.
pub fn masks(text: &str) -> Vec<Mask> {
    let mut found = contact::find(text);
    found.extend(number::find(text));
    // The longer one of two that begin together; a card number is no telephone number.
    found.sort_by_key(|(span, kind)| (span.start, std::cmp::Reverse(span.end), std::cmp::Reverse(*kind)));
    let mut end = 0;
    found
        .into_iter()
        .filter(|(span, _)| {
            let free = span.start >= end;
            if free {
                end = span.end;
            }
            free
        })
        .map(|(span, kind)| Mask {
            start: span.start,
            end: span.end,
            kind,
            replacement: kind.mask().to_owned(),
        })
        .collect()
}

/// The text with these masks put in; masks that do not fit the text are left out.
pub fn masked(text: &str, masks: &[Mask]) -> String {
    let mut out = String::with_capacity(text.len());
    let mut at = 0;
    for mask in masks {
        let fits = mask.start >= at && mask.end >= mask.start;
        let (Some(before), Some(_)) = (text.get(at..mask.start.max(at)), text.get(mask.end..)) else {
            continue;
        };
        if fits {
            out.push_str(before);
            out.push_str(&mask.replacement);
            at = mask.end;
        }
    }
    out.push_str(text.get(at..).unwrap_or_default());
    out
}

/// One finding a kind, at its first place.
pub(crate) fn check(text: &str) -> Vec<Finding> {
    let masks = masks(text);
    let of = |kind: Kind| {
        let first = masks.iter().find(|mask| mask.kind == kind)?;
        let count = masks.iter().filter(|mask| mask.kind == kind).count() as u64;
        let (code, what) = kind.words();
        let message = format!("Found {}; masked, each reads {}.", many_of(count, what), kind.mask());
        Some(at(
            finding(code, json!(count), json!(0), message),
            place(text.as_bytes(), first.start, first.end),
        ))
    };
    Kind::ALL.into_iter().filter_map(of).collect()
}

/// `2 email addresses`.
fn many_of(count: u64, what: &str) -> String {
    if count != 1 && what.ends_with('s') { format!("{count} {what}es") } else { many(count, what) }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn kinds(text: &str) -> Vec<Kind> {
        masks(text).into_iter().map(|mask| mask.kind).collect()
    }

    #[test]
    fn a_page_is_masked() {
        let text = "Ask Anna <anna.b@firma.de>, +49 30 901820, card 4111 1111 1111 1111, DE89 3704 0044 0532 0130 00.";
        let masks = masks(text);
        assert_eq!(masked(text, &masks), "Ask Anna <[email]>, [phone], card [card number], [bank account].");
        assert_eq!(masked(text, &[]), text);
        assert_eq!(masked("ü", &[Mask { start: 1, end: 9, kind: Kind::Ip, replacement: "x".into() }]), "ü");
    }

    #[test]
    fn one_finding_a_kind_and_no_refusal() {
        let found = check("Mail a.b@c.de and d@e.fr from 8.8.8.8, IBAN DE89370400440532013000");
        let codes: Vec<_> = found.iter().map(|f| (f.code.as_str(), f.measured.as_u64())).collect();
        assert_eq!(
            codes,
            [("email_address", Some(2)), ("public_ip_address", Some(1)), ("bank_account", Some(1))]
        );
        assert!(found[0].message.starts_with("Found 2 email addresses"), "{}", found[0].message);
        assert!(found.iter().all(|f| f.class != karat_types::Class::Refuse));
    }

    #[test]
    fn versions_dates_and_tables_are_nobodys() {
        let text = "Version 1.2.3.4 of 2024-05-17, 10:45:32, 0.000017 and 1,234,567; ISBN 978-3-16-148410-0; \
            section 4.12.3.1; lines 100-200; 3.14159265358979; 5000000000; 2001:db8::1, fe80::1, 192.168.0.1, a::b.";
        assert_eq!(kinds(text), []);
    }

    proptest! {
        #[test]
        fn masks_fit_any_text(text in "([0-9]{1,6}|[-. +/:@()]|[a-z]{1,3}|card|DNI|\\PC){0,120}") {
            let found = masks(&text);
            let mut end = 0;
            for mask in &found {
                prop_assert!(mask.start >= end && mask.end > mask.start && text.get(mask.start..mask.end).is_some());
                end = mask.end;
            }
            masked(&text, &found);
        }
    }
}
