//! T15: keys and tokens.
//!
//! One search finds the places where any of the rules' literals stands; only there is the
//! exact form tried, over a short stretch. A form that leaves no doubt refuses; what only
//! looks like a secret is held. What is written in base64 is read too, twice over where
//! base64 stands in base64: there only what leaves no doubt counts.

mod commands;
mod generic;
mod keys;
mod phrase;
mod random;
mod rules;

use super::encoded;
use super::seen::visible;
use crate::evidence::{at, finding, place};
use aho_corasick::{AhoCorasick, AhoCorasickKind, MatchKind};
use karat_types::{Evidence, Finding};
use random::is_stand_in;
use regex::Regex;
use rules::{RULES, Rule};
use serde_json::json;
use std::ops::Range;
use std::sync::LazyLock;

/// Findings of one kind reported at most.
const MOST: usize = 20;
/// The longest token, bytes.
const WINDOW: usize = 1600;

/// One search for all literals, and the form of each rule.
struct Scanner {
    literals: AhoCorasick,
    forms: Vec<Regex>,
}

static SCANNER: LazyLock<Option<Scanner>> = LazyLock::new(|| {
    let forms: Result<Vec<Regex>, _> = RULES.iter().map(|rule| Regex::new(&expanded(rule))).collect();
    let literals = AhoCorasick::builder()
        .match_kind(MatchKind::Standard)
        .kind(Some(AhoCorasickKind::DFA))
        .build(RULES.iter().map(|rule| rule.literal));
    Some(Scanner { literals: literals.ok()?, forms: forms.ok()? })
});

/// The pattern with its short forms written out, bound to the start where it begins with
/// its literal.
fn expanded(rule: &Rule) -> String {
    let long = [
        ("%w", "[A-Za-z0-9_-]"),
        ("%a", "[A-Za-z0-9]"),
        ("%u", "[A-Z0-9]"),
        ("%l", "[a-z0-9]"),
        ("%b", "[A-Za-z0-9+/]"),
    ];
    let pattern =
        long.iter().fold(rule.pattern.to_owned(), |pattern, (short, long)| pattern.replace(short, long));
    let start = if rule.back == 0 { "^" } else { "" };
    format!("(?-u){start}(?:{pattern})")
}

/// Private keys, access tokens, and what may be one; each with a masked place.
pub(crate) fn check(text: &str) -> Vec<Finding> {
    let Some(seen) = visible(text) else { return check_visible(text) };
    // A character that shows nothing must not hide a token; the place is that of the text.
    let mut findings = check_visible(&seen.text);
    for finding in &mut findings {
        if let Some(Evidence::Line { start, end, .. }) = finding.evidence {
            let origin = seen.origin(start as usize..end as usize);
            finding.evidence = Some(place(text.as_bytes(), origin.start, origin.end));
        }
    }
    findings
}

fn check_visible(text: &str) -> Vec<Finding> {
    let mut findings = keys::private_keys(text);
    findings.extend(phrase::check(text));
    let tokens = tokens(text);
    findings.extend(tokens.iter().take(MOST).map(|(span, rule)| refused(text, span, rule)));
    let encoded = encoded_secrets(text, &findings);
    let mut taken: Vec<Range<usize>> = tokens.into_iter().map(|(span, _)| span).collect();
    taken.extend(encoded.iter().map(|(span, _)| span.clone()));
    taken.sort_by_key(|span| (span.start, span.end));
    findings.extend(encoded.into_iter().map(|(_, finding)| finding));
    findings.extend(generic::check(text, &taken));
    findings
}

/// Where base64 carries a key or a token, outside of what was found already.
fn encoded_secrets(text: &str, found: &[Finding]) -> Vec<(Range<usize>, Finding)> {
    let taken: Vec<Range<usize>> = found
        .iter()
        .filter_map(|f| match f.evidence {
            Some(Evidence::Line { start, end, .. }) => Some(start as usize..end as usize),
            _ => None,
        })
        .collect();
    let free = |span: &Range<usize>| !taken.iter().any(|of| of.start < span.end && span.start < of.end);
    let secret = |data: encoded::Data| {
        let finding = carried(text, &data)?;
        Some((data.span, finding))
    };
    let data = encoded::data(text).into_iter().filter(|data| free(&data.span));
    data.filter_map(secret).take(MOST).collect()
}

/// The first secret that a run of base64 carries.
fn carried(text: &str, data: &encoded::Data) -> Option<Finding> {
    if keys::is_bare_key(&data.bytes) {
        return Some(keys::bare(text, data.span.clone()));
    }
    let outer = encoded::said(&data.bytes)?;
    let mut inside = certain(&outer);
    for inner in encoded::data(&outer) {
        if inside.is_some() {
            break;
        }
        inside = match encoded::said(&inner.bytes) {
            _ if keys::is_bare_key(&inner.bytes) => Some(keys::bare(&outer, inner.span)),
            Some(said) => certain(&said),
            None => None,
        };
    }
    let inside = inside?;
    let message = inside.message.replacen(" here:", " here, encoded (base64):", 1);
    let place = place(text.as_bytes(), data.span.start, data.span.end);
    Some(at(Finding { message, ..inside }, place))
}

/// The first secret of a text that leaves no doubt.
fn certain(text: &str) -> Option<Finding> {
    let token = || tokens(text).first().map(|(span, rule)| refused(text, span, rule));
    keys::private_keys(text).into_iter().next().or_else(token)
}

/// Places of tokens of an exact form, in order, without overlap.
fn tokens(text: &str) -> Vec<(Range<usize>, &'static Rule)> {
    let Some(scanner) = &*SCANNER else { return Vec::new() };
    let mut found: Vec<(Range<usize>, &'static Rule)> = Vec::new();
    for hit in scanner.literals.find_overlapping_iter(text) {
        let number = hit.pattern().as_usize();
        let (Some(rule), Some(form)) = (RULES.get(number), scanner.forms.get(number)) else { continue };
        if found.last().is_some_and(|(span, _)| hit.start() < span.end) {
            continue;
        }
        if let Some(span) = token(text, rule, form, hit.range()) {
            found.push((span, rule));
        }
    }
    found.sort_by_key(|(span, _)| span.start);
    found
}

fn token(text: &str, rule: &Rule, form: &Regex, hit: Range<usize>) -> Option<Range<usize>> {
    let from = floor(text, hit.start.saturating_sub(rule.back));
    let window = &text[from..floor(text, hit.end + WINDOW)];
    let found = form.find(window)?;
    let span = from + found.start()..from + found.end();
    let bytes = text.as_bytes();
    // A token is a word of its own: what goes on before or behind it is something else.
    let begins = span.start == 0
        || !bytes.get(span.start - 1).is_some_and(|b| b.is_ascii_alphanumeric() || *b == b'_');
    let ends = bytes.get(span.end).is_none_or(|&b| !b.is_ascii_alphanumeric() && b != b'_');
    let covers = span.start <= hit.start && hit.end <= span.end;
    let body = text.get(span.clone())?;
    let body = body.strip_prefix(rule.literal).unwrap_or(body);
    (begins && ends && covers && !is_stand_in(body)).then_some(span)
}

/// The nearest character boundary at or below.
fn floor(text: &str, at: usize) -> usize {
    let mut at = at.min(text.len());
    while !text.is_char_boundary(at) {
        at -= 1;
    }
    at
}

fn refused(text: &str, span: &Range<usize>, rule: &Rule) -> Finding {
    // What may stand one letter before the literal belongs to the name.
    let known = if rule.back == 1 { rule.literal.len() + 1 } else { rule.literal.len() };
    let name = if rule.back == 1 { &text[span.start..floor(text, span.start + known)] } else { rule.literal };
    let shown = format!("{name}… [{} characters masked]", span.len().saturating_sub(known));
    let sure =
        if random::check_digits_hold(&text[span.clone()]) { "; its check digits are right" } else { "" };
    let message = format!("There is an access token here: {}{sure}.", rule.service);
    let place = place(text.as_bytes(), span.start, span.end);
    at(finding("access_token", json!(shown), json!("none"), message), place)
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;
    use std::collections::BTreeSet;

    fn body(n: usize) -> String {
        (0..n).map(|i| char::from(b"aZ3kQ9xW7mB2vT5nR8"[i * 7 % 18])).collect()
    }

    #[test]
    fn every_form_can_be_read_and_holds_its_literal() {
        let scanner = SCANNER.as_ref().unwrap();
        assert_eq!(scanner.forms.len(), RULES.len());
        let services: BTreeSet<&str> = RULES.iter().map(|rule| rule.service).collect();
        assert!(services.len() >= 100, "{}", services.len());
    }

    #[test]
    fn tokens_of_exact_form_are_found_and_stand_ins_are_not() {
        let github = format!("token: ghp_{}.", body(36));
        assert_eq!(check(&github)[0].code, "access_token");
        assert!(!check(&github)[0].measured.to_string().contains(&body(8)));
        for innocent in [
            format!("ghp_{}", "x".repeat(36)),
            format!("ghp_{}", body(35)),
            format!("ghp_{}", body(37)),
            format!("AKIA{}EXAMPLE", "IOSFODNN7"),
            "AIzaYOUR_KEY".to_owned(),
            format!("xghp_{}", body(36)),
        ] {
            assert!(check(&innocent).iter().all(|f| f.code != "access_token"), "{innocent}");
        }
    }

    #[test]
    fn a_token_hides_behind_no_invisible_character() {
        let text = format!("é ghp\u{200b}_{}.", body(36));
        let found = check(&text);
        assert_eq!(found[0].code, "access_token");
        assert!(
            matches!(found[0].evidence, Some(Evidence::Line { line: 1, column: 3, start: 3, end: 46 })),
            "{found:?}"
        );
    }

    #[test]
    fn what_is_encoded_is_read() {
        use base64::Engine;
        let encode = |text: &str| base64::engine::general_purpose::STANDARD.encode(text);
        let login = encode(&format!("anna:ghp_{}", body(36)));
        let pem =
            format!("-----BEGIN RSA PRIVATE KEY-----\n{0}\n{0}\n-----END RSA PRIVATE KEY-----\n", body(64));
        for (text, code) in [
            (format!("{{\"auths\":{{\"r.io\":{{\"auth\":\"{login}\"}}}}}}"), "access_token"),
            (format!("client-key-data: {}", encode(&pem)), "private_key"),
            (format!("data: {}", encode(&format!("key: {}", encode(&pem)))), "private_key"),
        ] {
            let found = check(&text);
            assert_eq!((found.len(), found[0].code.as_str()), (1, code), "{text}: {found:?}");
            assert!(found[0].message.contains("encoded (base64)"), "{}", found[0].message);
            assert!(!found[0].measured.to_string().contains(&body(8)));
        }
        let example = encode(
            "aws_access_key_id = AKIAIOSFODNN7EXAMPLE, token ghp_xxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxx",
        );
        assert_eq!(check(&format!("data: {example}")), []);
    }

    #[test]
    fn a_key_without_its_armour_is_one() {
        let key = "MC4CAQAwBQYDK2VwBCIEIHRoaXMga2V5IGlzIG1hZGUgdXAgZm9yIGEgdGVzdCEh";
        for text in [format!("\"private_key\": \"{key}\""), format!("client_key: {key}")] {
            let found = check(&text);
            assert_eq!((found.len(), found[0].code.as_str()), (1, "private_key"), "{text}: {found:?}");
        }
        let armoured = format!("-----BEGIN PRIVATE KEY-----\n{key}\n-----END PRIVATE KEY-----");
        assert_eq!(check(&armoured).len(), 1);
        assert_eq!(check("It begins with MIIEvQIBADANBgkqhkiG9w0BAQEFAASCBKcwggSjAgEAAoIBAQ…"), []);
    }

    #[test]
    fn one_of_each_well_known_service() {
        let hex = |n: usize| (0..n).map(|i| char::from(b"3f9a0c7e51bd8264"[i * 7 % 16])).collect::<String>();
        for token in [
            format!("xoxb-{}-{}-{}", "270583916402", "481926305517", body(24)),
            format!("sk_live_{}", body(24)),
            format!("SG.{}.{}", body(22), body(43)),
            format!("SK{}", hex(32)),
            format!("{}-us12", hex(32)),
            format!("7310482956:AAH{}", body(32)),
            format!("https://discord.com/api/webhooks/829174650391827364/{}", body(68)),
            format!("MTE4{}.GhK3dZ.{}", body(20), body(38)),
            format!("https://hooks.slack.com/services/T03B7KQ9Z/B05N2XW8R/{}", body(24)),
            format!("DefaultEndpointsProtocol=https;AccountKey={}==", body(86)),
            format!("{}8Q~{}", "k7B", body(34)),
            format!("sk-{}T3BlbkFJ{}", body(20), body(20)),
            format!("sk-proj-{}T3BlbkFJ{}", body(74), body(74)),
            format!("sk-ant-api03-{}AA", body(93)),
            format!("dop_v1_{}", hex(64)),
            format!("shpat_{}", hex(32)),
            format!("hvs.{}", body(90)),
            format!("ATATT3xFfGF0{}", body(180)),
            format!("glsa_{}_{}", body(32), hex(8)),
            format!("pypi-AgEIcHlwaS5vcmc{}", body(120)),
            format!("{}.atlasv1.{}", body(14), body(67)),
            format!("aws_secret_access_key = {}", body(40)),
            format!("ntn_{}", body(46)),
            format!("sk_{}", hex(48)),
            format!("pat-eu1-{}-{}-{}-{}-{}", hex(8), hex(4), hex(4), hex(4), hex(12)),
            format!("live_{}", hex(35)),
            format!("1/1274021984376397:{}", hex(32)),
            format!("dG9rO{}=", body(54)),
            "oauth:8em6n5nf1q6qtdzd2h228s7bqxkyhk".to_owned(),
            format!("EAAhQM{}ZD", body(110)),
            format!("sntrys_eyJ{}_{}", body(73), body(43)),
            format!("https://hooks.zapier.com/hooks/catch/7391846/{}", "n0nk363"),
            format!("https://me.blob.core.windows.net/c?sv=2022-11-02&sig={}%3D", body(43)),
        ] {
            for text in [format!("see {token} here"), format!("\"{token}\""), token.clone()] {
                let found = check(&text);
                assert!(found.iter().any(|f| f.code == "access_token"), "{text}: {found:?}");
            }
        }
    }

    proptest! {
        #[test]
        fn any_text_is_searched_without_a_panic(text in "(sk-|SK|\\.|Q~|-us1|:AA|\\PC|[0-9a-f]{1,40}|=){0,60}") {
            check(&text);
        }
    }
}
