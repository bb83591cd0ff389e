//! `karat standing`.

use crate::run::karat;
use serde_json::json;
use std::path::Path;

#[test]
fn the_published_example_as_json() {
    let answer = karat(Path::new("."), &["standing", "--accepted", "45", "--rejected", "5", "--json"]);
    assert_eq!(answer.code, 0);
    assert_eq!(answer.lines(), [json!({"proven_bp": 6789, "rate_bp": 9000, "tier_if_reached": "Trusted"})]);
}

#[test]
fn no_decisions_prove_nothing_and_have_no_rate() {
    let answer = karat(Path::new("."), &["standing", "--accepted", "0", "--rejected", "0", "--json"]);
    assert_eq!(answer.lines(), [json!({"proven_bp": 0, "rate_bp": null, "tier_if_reached": "Newcomer"})]);
}

#[test]
fn a_history_keeps_its_best() {
    let history = format!("{}{}", "A".repeat(10), "R".repeat(10));
    let answer = karat(Path::new("."), &["standing", "--history", &history, "--json"]);
    let line = &answer.lines()[0];
    assert_eq!(line["standing_bp"], 4964);
    assert!(line["proven_bp"].as_u64() < Some(4964));
    assert_eq!((&line["rate_bp"], &line["tier_if_reached"]), (&json!(5000), &json!("Proven")));
}

#[test]
fn people_get_the_two_sentences() {
    let answer = karat(Path::new("."), &["standing", "--accepted", "45", "--rejected", "5"]);
    for part in [
        "proven 67.89 %",
        "Tier if reached: Trusted",
        "the best acceptance rate you have proved this season, at odds of 100 to 1",
        "A rejection can never take back what you proved; it just proves nothing new.",
        "A standing once reached this season stays.",
    ] {
        assert!(answer.stdout.contains(part), "{part} in {}", answer.stdout);
    }
}

#[test]
fn wrong_input_is_told_with_its_fix() {
    let answer = karat(Path::new("."), &["standing", "--accepted", "100001", "--json"]);
    assert_eq!((answer.code, &answer.problem()["code"]), (1, &json!("too_many_decisions")));
    assert!(answer.problem()["hint"].as_str().unwrap().contains("100000"));
    let answer = karat(Path::new("."), &["standing", "--history", "AAXR", "--json"]);
    assert_eq!(answer.problem()["code"], "bad_history");
    assert_eq!(karat(Path::new("."), &["standing", "--accepted", "-1"]).code, 2);
    assert_eq!(karat(Path::new("."), &["standing"]).code, 2);
}
