//! Turns of conversations that are not written as {role, content}.

use crate::Record;
use serde_json::Value;

/// Roles that chat templates know. A turn of any other, a mistyped one above all, would never
/// be trained and nobody would notice.
pub const ROLES: [&str; 9] =
    ["system", "developer", "user", "assistant", "tool", "function", "observation", "ipython", "environment"];

/// The role of a speaker of ShareGPT's `from`.
pub fn speaker(from: &str) -> Option<&'static str> {
    Some(match from {
        "human" | "user" => "user",
        "gpt" | "assistant" | "model" | "chatgpt" | "bing" | "bard" | "function_call" => "assistant",
        "system" => "system",
        "tool" | "observation" | "function_response" => "tool",
        _ => return None,
    })
}

/// What somebody says.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Turn<'a> {
    /// `system`, `user` or `assistant`.
    pub role: &'static str,
    /// The words, in pieces that follow each other.
    pub parts: Vec<&'a str>,
}

impl Turn<'_> {
    /// Whether it says nothing.
    pub fn is_blank(&self) -> bool {
        self.parts.iter().all(|part| part.trim().is_empty())
    }
}

/// What is wrong with a field.
#[derive(Clone, Debug, PartialEq)]
pub struct Wrong<'a> {
    /// Its path, such as `contents[2].role`.
    pub field: String,
    /// What it has to be.
    pub expected: &'static str,
    /// What it is, if it is there.
    pub found: Option<&'a Value>,
}

const WORDS: &str = "a string with words in it";

/// The turns of Gemini's `contents`, after its `systemInstruction`.
///
/// # Errors
/// The first field that is not as it has to be.
pub fn gemini(map: &Record) -> Result<Vec<Turn<'_>>, Wrong<'_>> {
    let mut out = Vec::new();
    for name in ["systemInstruction", "system_instruction"] {
        let parts = match map.get(name) {
            None | Some(Value::Null) => continue,
            Some(Value::String(text)) => vec![text.as_str()],
            Some(found) => parts(found, name)?,
        };
        out.push(Turn { role: "system", parts });
        break;
    }
    let list = match map.get("contents") {
        Some(Value::Array(list)) if !list.is_empty() => list,
        found => return Err(wrong("contents".into(), "a list of {role, parts}", found)),
    };
    for (i, turn) in list.iter().enumerate() {
        let name = format!("contents[{i}]");
        let role = match turn.get("role").and_then(Value::as_str) {
            Some("user") => "user",
            Some("model") => "assistant",
            _ => return Err(wrong(format!("{name}.role"), "user or model", turn.get("role"))),
        };
        let turn = Turn { role, parts: parts(turn, &name)? };
        if turn.is_blank() {
            return Err(wrong(format!("{name}.parts"), WORDS, None));
        }
        out.push(turn);
    }
    Ok(out)
}

fn wrong<'a>(field: String, expected: &'static str, found: Option<&'a Value>) -> Wrong<'a> {
    Wrong { field, expected, found }
}

fn parts<'a>(turn: &'a Value, name: &str) -> Result<Vec<&'a str>, Wrong<'a>> {
    let Some(Value::Array(list)) = turn.get("parts") else {
        return Err(wrong(format!("{name}.parts"), "a list of {text}", turn.get("parts")));
    };
    let text = |(i, part): (usize, &'a Value)| {
        let text = part.as_str().or_else(|| part.get("text").and_then(Value::as_str));
        text.ok_or_else(|| wrong(format!("{name}.parts[{i}]"), "a part with text", Some(part)))
    };
    list.iter().enumerate().map(text).collect()
}

/// How many turns a good and a bad answer begin with in common, which is what was asked; never
/// all of the good one.
pub fn shared<T: PartialEq>(chosen: &[T], rejected: &[T]) -> usize {
    let same = chosen.iter().zip(rejected).take_while(|(a, b)| a == b).count();
    same.min(chosen.len().saturating_sub(1))
}

/// Who begins to speak on a line of a transcript, and what follows.
fn mark(line: &str) -> Option<(&'static str, usize)> {
    [("Human:", "user"), ("Assistant:", "assistant")]
        .into_iter()
        .find(|(mark, _)| line.starts_with(mark))
        .map(|(mark, role)| (role, mark.len()))
}

/// The turns of a transcript as HH-RLHF writes it, each after an empty line and “Human:” or
/// “Assistant:”. Turns without words are left out, but for the last one; neighbours of one
/// role are one turn. None where the text does not begin like that.
pub fn transcript(text: &str) -> Option<Vec<Turn<'_>>> {
    let mut out: Vec<Turn<'_>> = Vec::new();
    let mut role: Option<&'static str> = None;
    let (mut start, mut at, mut blank) = (0, 0, true);
    for line in text.split_inclusive('\n') {
        if let Some((next, skip)) = mark(line).filter(|_| blank) {
            if let Some(role) = role {
                say(&mut out, role, text.get(start..at)?);
            }
            (role, start) = (Some(next), at + skip);
        }
        blank = line.trim().is_empty();
        if role.is_none() && !blank {
            return None;
        }
        at += line.len();
    }
    let said = text.get(start..)?.trim();
    let role = role?;
    if said.is_empty() {
        out.push(Turn { role, parts: vec![said] });
    } else {
        say(&mut out, role, said);
    }
    Some(out)
}

fn say<'a>(out: &mut Vec<Turn<'a>>, role: &'static str, said: &'a str) {
    let said = said.trim();
    match out.last_mut() {
        _ if said.is_empty() => {}
        Some(last) if last.role == role => last.parts.extend(["\n\n", said]),
        _ => out.push(Turn { role, parts: vec![said] }),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    fn shown(turns: &[Turn<'_>]) -> Vec<(&'static str, String)> {
        turns.iter().map(|turn| (turn.role, turn.parts.concat())).collect()
    }

    #[test]
    fn transcripts_are_cut_where_somebody_begins_to_speak() {
        let text = "\n\nHuman: What?\n\nNot Human: but\nHuman: this\n\nAssistant: That.\r\n\r\nHuman:\n\nHuman: And?\n\nHuman: Now!\n\nAssistant: Yes.\n";
        let turns = transcript(text).unwrap();
        let expected = [
            ("user", "What?\n\nNot Human: but\nHuman: this"),
            ("assistant", "That."),
            ("user", "And?\n\nNow!"),
            ("assistant", "Yes."),
        ];
        assert_eq!(shown(&turns), expected.map(|(role, said)| (role, said.to_owned())));
        let open = transcript("Human: q\n\nAssistant: ").unwrap();
        assert!(open.len() == 2 && open[1].is_blank() && open[1].role == "assistant");
        for none in ["", "\n\n", "words\n\nHuman: q\n\nAssistant: a", "a human: q"] {
            assert_eq!(transcript(none), None, "{none}");
        }
    }

    #[test]
    fn what_both_answers_begin_with_was_asked() {
        assert_eq!(shared(&[1, 2, 3], &[1, 2, 4]), 2);
        assert_eq!(shared(&[1, 2], &[1, 2]), 1, "the last of the good answer is always its own");
        assert_eq!((shared(&[1], &[2]), shared::<u8>(&[], &[])), (0, 0));
    }

    #[test]
    fn contents_are_read_or_the_field_is_named() {
        let good = json!({"systemInstruction": {"role": "system", "parts": [{"text": "s"}]}, "contents": [
            {"role": "user", "parts": [{"text": "q"}, {"text": "r", "thought": null}]}, {"role": "model", "parts": ["a"]}]});
        let turns = gemini(good.as_object().unwrap()).unwrap();
        let expected = [("system", "s"), ("user", "qr"), ("assistant", "a")];
        assert_eq!(shown(&turns), expected.map(|(role, said)| (role, said.to_owned())));
        let cases = [
            (json!({"contents": []}), "contents"),
            (json!({"contents": "x"}), "contents"),
            (json!({"contents": [1]}), "contents[0].role"),
            (json!({"contents": [{"role": "assistant", "parts": []}]}), "contents[0].role"),
            (json!({"contents": [{"role": "user"}]}), "contents[0].parts"),
            (json!({"contents": [{"role": "user", "parts": [{"text": " "}]}]}), "contents[0].parts"),
            (
                json!({"contents": [{"role": "user", "parts": [{"text": "q"}, {"inlineData": {}}]}]}),
                "contents[0].parts[1]",
            ),
            (json!({"systemInstruction": 7, "contents": []}), "systemInstruction.parts"),
        ];
        for (value, field) in cases {
            assert_eq!(gemini(value.as_object().unwrap()).unwrap_err().field, field, "{value}");
        }
    }

    proptest::proptest! {
        #[test]
        fn no_word_of_a_transcript_is_lost(text in "(Human: |Assistant:|\n|\r\n| |a|é|\\PC){0,40}") {
            if let Some(turns) = transcript(&text) {
                let kept: String = turns.iter().flat_map(|turn| &turn.parts).copied().collect();
                let letters = |text: &str| text.chars().filter(|c| *c == 'é').count();
                proptest::prop_assert_eq!(letters(&kept), letters(&text));
            }
        }
    }
}
