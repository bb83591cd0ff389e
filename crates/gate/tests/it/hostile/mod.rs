//! The hostile corpus: files made to break, fool or flood the gate, and the code each gets.

mod archives;
mod door;
mod pictures;
mod portable;
mod rows;
mod sounds;
mod words;

use karat_gate::{Input, code_table, examine};
use karat_types::{Class, GateOutcome, Modality};

/// What it is, the name it is offered under, its content and the code it must get.
type Case = (&'static str, &'static str, Vec<u8>, &'static str);

/// Enough honest prose that nothing but the attack is found.
const PROSE: &str = "The river rises in the hills above the town and runs past the old mill. In spring the \
    children count the swallows under its roof, and the miller writes their number on the door with chalk. \
    Nobody remembers who began it. When the bridge was mended last year, the masons left the door where it \
    was, because a hundred springs were written on it and they did not know which of them they could spare.\n";

/// Every case gets its code, has the outcome of the code's class and the same verdict twice;
/// whatever stops it says what was found and what to do.
fn judge(modality: Modality, cases: Vec<Case>) {
    let mut wrong = Vec::new();
    for (what, name, bytes, code) in cases {
        let verdict = examine(&Input::new(name, &bytes, modality)).verdict;
        let again = examine(&Input::new(name, &bytes, modality)).verdict;
        let codes: Vec<_> = verdict.findings.iter().map(|f| f.code.as_str()).collect();
        let class = code_table().find(|entry| entry.code == code).map(|entry| entry.class);
        let outcome = match class {
            Some(Class::Refuse) => GateOutcome::Refused,
            _ if verdict.findings.iter().any(|f| f.class == Class::Refuse) => GateOutcome::Refused,
            _ => GateOutcome::Held,
        };
        if !codes.contains(&code) || verdict.outcome != outcome {
            wrong.push(format!("{what}: {:?} {codes:?}, not {code}", verdict.outcome));
        }
        let stops = verdict.findings.iter().filter(|f| f.class <= Class::Hold);
        for mute in stops.filter(|f| f.message.is_empty() || f.fix.is_empty() || f.measured.is_null()) {
            wrong.push(format!("{what}: {} says too little: {mute:?}", mute.code));
        }
        if serde_json::to_vec(&verdict).unwrap() != serde_json::to_vec(&again).unwrap() {
            wrong.push(format!("{what}: another verdict the second time"));
        }
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}
