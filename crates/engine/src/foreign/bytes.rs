//! Byte-level BPE without a tokenizer.json: GPT-2's two files, and GLM-4's ranks.

use super::{Added, broken, unsupported, whole};
use karat_types::Problem;
use serde_json::{Map, Value, json};
use std::collections::{BTreeMap, HashMap};
use std::path::Path;

/// How Qwen2 and 3 cut a text.
const QWEN: &str = r"(?i:'s|'t|'re|'ve|'m|'ll|'d)|[^\r\n\p{L}\p{N}]?\p{L}+|\p{N}| ?[^\s\p{L}\p{N}]+[\r\n]*|\s*[\r\n]+|\s+(?!\S)|\s+";
/// How GLM-4 cuts a text.
const GLM4: &str = r"(?i:'s|'t|'re|'ve|'m|'ll|'d)|[^\r\n\p{L}\p{N}]?\p{L}+|\p{N}{1,3}| ?[^\s\p{L}\p{N}]+[\r\n]*|\s*[\r\n]+|\s+(?!\S)|\s+";

/// `vocab.json` and `merges.txt`.
pub(super) fn pairs(
    vocab: &[u8],
    merges: &[u8],
    (class, mut tokens): (&str, BTreeMap<u32, Added>),
    dir: &Path,
) -> Result<Value, Problem> {
    let vocab: Map<String, Value> =
        serde_json::from_slice(vocab).map_err(|e| broken(&dir.join("vocab.json"), e))?;
    let file = dir.join("merges.txt");
    let merges = std::str::from_utf8(merges).map_err(|e| broken(&file, e))?;
    let lines = merges.lines().filter(|line| !line.starts_with("#version") && !line.trim().is_empty());
    let pair = |line: &str| match line.split_once(' ') {
        Some((left, right)) if !right.contains(' ') => Ok(json!([left, right])),
        _ => Err(broken(&file, format_args!("the line \"{line}\" is no pair"))),
    };
    let merges = lines.map(pair).collect::<Result<Vec<Value>, _>>()?;
    if let Some(id) = vocab.get("<|endoftext|>").and_then(Value::as_u64) {
        let token = Added { content: "<|endoftext|>".into(), special: true };
        tokens.entry(id as u32).or_insert(token);
    }
    let parts = match class {
        "" | "GPT2Tokenizer" => [Value::Null, level(true)],
        "Qwen2Tokenizer" => [json!({"type": "NFC"}), cut(QWEN)],
        other => {
            return Err(unsupported(&dir.join("vocab.json"), format_args!("the class {other} is not known")));
        }
    };
    Ok(assemble((parts, false), vocab, merges, &tokens))
}

/// A `tokenizer.model` of lines `base64 rank`, as tiktoken has them.
pub(super) fn ranks(
    source: &[u8],
    class: &str,
    tokens: BTreeMap<u32, Added>,
    file: &Path,
) -> Result<Value, Problem> {
    let text = std::str::from_utf8(source).map_err(|_| broken(file, "neither sentencepiece nor tiktoken"))?;
    let line = |line: &str| {
        let (token, rank) = line.split_once(' ')?;
        Some((decode(token)?, rank.trim().parse::<u32>().ok()?))
    };
    let ranks: Option<Vec<(Vec<u8>, u32)>> = text.lines().filter(|l| !l.is_empty()).map(line).collect();
    let ranks =
        ranks.filter(|r| !r.is_empty()).ok_or_else(|| broken(file, "neither sentencepiece nor tiktoken"))?;
    if class != "ChatGLM4Tokenizer" {
        let what = "ranks as tiktoken has them, which do not say how a text is cut; only ChatGLM4Tokenizer's way is known";
        return Err(unsupported(file, what));
    }
    let of: HashMap<&[u8], u32> = ranks.iter().map(|(token, rank)| (&token[..], *rank)).collect();
    let letters = letters();
    let spell = |token: &[u8]| token.iter().map(|&b| letters[usize::from(b)]).collect::<String>();
    let mut merges = Vec::new();
    for (token, rank) in &ranks {
        let halves = (1..token.len()).map(|at| token.split_at(at));
        let known = halves.filter_map(|(l, r)| Some((*rank, *of.get(l)?, *of.get(r)?, l, r)));
        merges.extend(known);
    }
    merges.sort_unstable();
    let merges = merges.into_iter().map(|(.., l, r)| json!([spell(l), spell(r)])).collect();
    let vocab = ranks.iter().map(|(token, rank)| (spell(token), Value::from(*rank))).collect();
    // A word that is a token as it stands is that token, as in tiktoken.
    Ok(assemble(([Value::Null, cut(GLM4)], true), vocab, merges, &tokens))
}

fn assemble(
    ([normalizer, pre], whole_words): ([Value; 2], bool),
    vocab: Map<String, Value>,
    merges: Vec<Value>,
    tokens: &BTreeMap<u32, Added>,
) -> Value {
    let model = json!({
        "type": "BPE", "dropout": null, "unk_token": null, "continuing_subword_prefix": null,
        "end_of_word_suffix": null, "fuse_unk": false, "byte_fallback": false, "ignore_merges": whole_words,
        "vocab": vocab, "merges": merges,
    });
    whole(tokens, [normalizer, pre, level(true), model])
}

fn level(regex: bool) -> Value {
    json!({"type": "ByteLevel", "add_prefix_space": false, "trim_offsets": true, "use_regex": regex})
}

fn cut(pattern: &str) -> Value {
    let split =
        json!({"type": "Split", "pattern": {"Regex": pattern}, "behavior": "Isolated", "invert": false});
    json!({"type": "Sequence", "pretokenizers": [split, level(false)]})
}

/// The letter that stands for each byte (GPT-2's `bytes_to_unicode`).
fn letters() -> Vec<char> {
    let shown =
        |b: u32| (0x21..=0x7e).contains(&b) || (0xa1..=0xac).contains(&b) || (0xae..=0xff).contains(&b);
    let mut hidden = 0;
    let one = |b: u32| {
        let code = if shown(b) { b } else { 256 + hidden };
        hidden += u32::from(!shown(b));
        char::from_u32(code).unwrap_or_default()
    };
    (0..256).map(one).collect()
}

fn decode(text: &str) -> Option<Vec<u8>> {
    let digit = |b: u8| match b {
        b'A'..=b'Z' => Some(u32::from(b - b'A')),
        b'a'..=b'z' => Some(u32::from(b - b'a') + 26),
        b'0'..=b'9' => Some(u32::from(b - b'0') + 52),
        b'+' => Some(62),
        b'/' => Some(63),
        _ => None,
    };
    let (mut out, mut bits, mut held) = (Vec::new(), 0u32, 0);
    for b in text.trim_end_matches('=').bytes() {
        bits = bits << 6 | digit(b)?;
        held += 6;
        if held >= 8 {
            held -= 8;
            out.push((bits >> held) as u8);
            bits &= (1 << held) - 1;
        }
    }
    Some(out)
}
