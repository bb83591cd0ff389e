//! sentencepiece models.
//!
//! `LlamaTokenizer` is written as transformers 5 writes it (no rules for characters, one space
//! before the text unless `add_prefix_space` is false). Every other class is written as
//! sentencepiece itself reads the model; that is what ChatGLM's own tokenizer uses.

use super::proto::{CONTROL, NORMAL, Spm, USER_DEFINED};
use super::{Added, broken, unsupported, whole};
use karat_types::Problem;
use serde_json::{Value, json};
use std::collections::{BTreeMap, HashMap};
use std::path::Path;

const UNIGRAM: u64 = 1;
const BPE: u64 = 2;
/// What stands for a space in pieces.
const SPACE: &str = "\u{2581}";
/// What ChatGLM2 and 3 put behind the vocabulary, in this order.
const CHATGLM: [&str; 9] = [
    "[MASK]",
    "[gMASK]",
    "[sMASK]",
    "sop",
    "eop",
    "<|system|>",
    "<|user|>",
    "<|assistant|>",
    "<|observation|>",
];

/// The tokenizer.json of a model file.
pub(super) fn convert(
    source: &[u8],
    class: &str,
    (config, mut tokens): (&Value, BTreeMap<u32, Added>),
    file: &Path,
) -> Result<Value, Problem> {
    let spm = Spm::read(source).ok_or_else(|| broken(file, "no whole sentencepiece model"))?;
    if spm.space_as_suffix || !spm.escape_spaces {
        return Err(unsupported(file, "spaces at the end of pieces, or spaces as they are, are not known"));
    }
    for (id, piece) in (0..).zip(&spm.pieces) {
        if [CONTROL, USER_DEFINED].contains(&piece.kind) {
            let token = Added { content: piece.text.clone(), special: piece.kind == CONTROL };
            tokens.entry(id).or_insert(token);
        }
    }
    if class == "ChatGLMTokenizer" {
        for (id, content) in (spm.pieces.len() as u32..).zip(CHATGLM) {
            tokens.entry(id).or_insert(Added { content: content.into(), special: true });
        }
    }
    let unk = Added { content: spm.unk_piece.clone(), special: true };
    tokens.entry(spm.unk_id as u32).or_insert(unk);
    match spm.model_type {
        BPE if class == "LlamaTokenizer" => Ok(llama(&spm, config, &tokens)),
        BPE | UNIGRAM => Ok(plain(&spm, &tokens)),
        other => Err(unsupported(file, format_args!("model type {other} is neither unigram nor BPE"))),
    }
}

/// As transformers' `LlamaTokenizer`.
fn llama(spm: &Spm, config: &Value, tokens: &BTreeMap<u32, Added>) -> Value {
    let prefix = config["add_prefix_space"].as_bool().unwrap_or(true);
    let scheme = match (prefix, config["legacy"].as_bool().unwrap_or(false)) {
        (false, _) => "never",
        (true, true) => "always",
        (true, false) => "first",
    };
    let pre = json!({"type": "Metaspace", "replacement": SPACE, "prepend_scheme": scheme, "split": false});
    whole(tokens, [Value::Null, pre, decoder(true, prefix), bpe(spm, Value::Null, true)])
}

/// As sentencepiece itself. Two differences are known, both in models with user-defined
/// symbols: beside one, spaces are taken away as at the ends of a text when the model takes
/// them away there; and a text that begins with a space gets none put before it.
fn plain(spm: &Spm, tokens: &BTreeMap<u32, Added>) -> Value {
    let mut rules = Vec::new();
    if !spm.charsmap.is_empty() {
        rules.push(json!({"type": "Precompiled", "precompiled_charsmap": base64(&spm.charsmap)}));
    }
    let replace = |pattern: Value, by: &str| json!({"type": "Replace", "pattern": pattern, "content": by});
    if spm.fewer_spaces {
        rules.push(replace(json!({"Regex": "^ +| +$"}), ""));
        rules.push(replace(json!({"Regex": " {2,}"}), " "));
    }
    // A symbol cuts the text, and only the first part begins with a space.
    let symbols = spm.pieces.iter().any(|p| p.kind == USER_DEFINED);
    if spm.dummy_prefix && !symbols {
        rules.push(json!({"type": "Prepend", "prepend": SPACE}));
    }
    rules.push(replace(json!({"String": " "}), SPACE));
    let scheme = if spm.dummy_prefix && symbols { "first" } else { "never" };
    let mut pre =
        vec![json!({"type": "Metaspace", "replacement": SPACE, "prepend_scheme": scheme, "split": false})];
    let rules = json!({"type": "Sequence", "normalizers": rules});
    let model = if spm.model_type == BPE {
        bpe(spm, json!(spm.unk_piece), spm.byte_fallback)
    } else {
        pre.push(apart(spm));
        let vocab: Vec<Value> = spm.pieces.iter().map(|p| json!([p.text, f64::from(p.score)])).collect();
        json!({"type": "Unigram", "unk_id": spm.unk_id, "vocab": vocab, "byte_fallback": spm.byte_fallback})
    };
    let pre = json!({"type": "Sequence", "pretokenizers": pre});
    whole(tokens, [rules, pre, decoder(spm.byte_fallback, spm.dummy_prefix), model])
}

/// Cuts the names of pieces that are not for text behind their first letter, so that the
/// unigram model, which looks for any piece, never finds one that somebody typed.
fn apart(spm: &Spm) -> Value {
    let kept = spm.pieces.iter().filter(|p| ![NORMAL, USER_DEFINED].contains(&p.kind));
    let cut = kept.filter_map(|piece| {
        let mut letters = piece.text.chars();
        let first = letters.next()?.to_string();
        let rest = letters.as_str();
        (!rest.is_empty()).then(|| format!("{}(?={})", escaped(&first), escaped(rest)))
    });
    let pattern = cut.collect::<Vec<_>>().join("|");
    json!({"type": "Split", "pattern": {"Regex": pattern}, "behavior": "MergedWithPrevious", "invert": false})
}

/// A text as the pattern that matches it alone.
fn escaped(text: &str) -> String {
    text.chars().flat_map(|c| (c.is_ascii_punctuation()).then_some('\\').into_iter().chain([c])).collect()
}

fn decoder(byte_fallback: bool, prefix: bool) -> Value {
    let mut steps = vec![json!({"type": "Replace", "pattern": {"String": SPACE}, "content": " "})];
    if byte_fallback {
        steps.push(json!({"type": "ByteFallback"}));
    }
    steps.push(json!({"type": "Fuse"}));
    if prefix {
        steps.push(json!({"type": "Strip", "content": " ", "start": 1, "stop": 0}));
    }
    json!({"type": "Sequence", "decoders": steps})
}

fn bpe(spm: &Spm, unk: Value, byte_fallback: bool) -> Value {
    // transformers lets pairs become any piece, sentencepiece none that is not for text.
    let any = unk.is_null();
    let vocab: serde_json::Map<String, Value> =
        (0u64..).zip(&spm.pieces).map(|(id, piece)| (piece.text.clone(), id.into())).collect();
    json!({
        "type": "BPE", "dropout": null, "unk_token": unk, "continuing_subword_prefix": null,
        "end_of_word_suffix": null, "fuse_unk": true, "byte_fallback": byte_fallback,
        "ignore_merges": false, "vocab": vocab, "merges": merges(spm, any),
    })
}

/// The pairs every piece can be put together from, in the order of the pieces (transformers
/// `generate_merges`).
fn merges(spm: &Spm, any: bool) -> Vec<Value> {
    let ids: HashMap<&str, usize> =
        spm.pieces.iter().enumerate().map(|(id, piece)| (&piece.text[..], id)).collect();
    let mut out = Vec::new();
    for piece in spm.pieces.iter().filter(|piece| any || piece.kind == NORMAL) {
        let pair = |(at, _): (usize, char)| {
            let (left, right) = piece.text.split_at(at);
            let key = (left.chars().count(), right.chars().count(), *ids.get(left)?, *ids.get(right)?);
            Some((key, left, right))
        };
        let mut own: Vec<_> = piece.text.char_indices().skip(1).filter_map(pair).collect();
        own.sort_unstable();
        out.extend(own.into_iter().map(|(_, left, right)| json!([left, right])));
    }
    out
}

fn base64(bytes: &[u8]) -> String {
    const LETTERS: &[u8; 64] = b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
    let mut out = String::with_capacity(bytes.len().div_ceil(3) * 4);
    for part in bytes.chunks(3) {
        let at = |i: usize| u32::from(part.get(i).copied().unwrap_or(0));
        let bits = at(0) << 16 | at(1) << 8 | at(2);
        for i in 0..4 {
            let letter = LETTERS[(bits >> (18 - 6 * i)) as usize & 63];
            out.push(if i <= part.len() { char::from(letter) } else { '=' });
        }
    }
    out
}
