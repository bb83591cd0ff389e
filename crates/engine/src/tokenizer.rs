//! Text to tokens and back, as the model's `tokenizer.json` says.
//!
//! What people wrote is always encoded with special-token parsing off (transformers'
//! `split_special_tokens=True`): a `</s>` typed into a row stays five harmless characters.
//! Only the text a chat template itself writes may become control tokens.

use crate::chat_template::{ChatTemplate, SpecialTexts};
use crate::foreign;
use karat_types::{Clock, Hash, Problem, clock::SystemClock};
use serde_json::Value;
use std::ops::Range;
use std::path::Path;
use tokenizers::tokenizer::{
    Model, Normalizer, OffsetType, PreTokenizedString, PreTokenizer, Split, Token, normalizer::Range as Part,
};

/// A model folder's tokenizer with its chat template and its special tokens.
pub struct Tokenizer {
    /// Parses no special token: for what people wrote.
    literal: tokenizers::Tokenizer,
    /// Parses special tokens: for what the template wrote.
    marked: tokenizers::Tokenizer,
    /// Every special token with its id, longest first.
    specials: Vec<(String, u32)>,
    /// Added tokens that are not special; they are found in any text, as transformers does.
    added: Vec<(String, u32)>,
    bos: Option<u32>,
    eos: Vec<u32>,
    adds_bos: bool,
    template: Option<ChatTemplate>,
    hash: Hash,
    template_hash: Option<Hash>,
}

impl Tokenizer {
    /// Reads `tokenizer.json` (or an older file that stands in for it), `tokenizer_config.json`,
    /// `generation_config.json`, `config.json` and the chat template (`chat_template.jinja` goes
    /// before the one in the configuration).
    ///
    /// # Errors
    /// `tokenizer_missing`, `tokenizer_broken`, `chat_template_broken`.
    pub fn load(dir: &Path) -> Result<Self, Problem> {
        let config = json_or_null(&dir.join("tokenizer_config.json"));
        let (json, bytes) = source(dir, &config)?;
        let literal = tokenizers::Tokenizer::from_bytes(&json).map_err(|e| {
            Problem::bad(
                "tokenizer_broken",
                format!("What {} holds is not a tokenizer: {e}.", dir.display()),
                "Copy tokenizer.json from the model's source again, or make one with `karat models init`.",
            )
        })?;
        let model = json_or_null(&dir.join("config.json"));
        let generation = json_or_null(&dir.join("generation_config.json"));
        let mut tokenizer = Self::assemble(literal, &config, &model, &generation);
        tokenizer.hash = Hash::of(&bytes);
        if let Some(source) = template_source(dir, &config) {
            tokenizer.template_hash = Some(Hash::of(source.as_bytes()));
            tokenizer.template =
                Some(ChatTemplate::compile(&source, tokenizer.special_texts(&config), SystemClock.now())?);
        }
        Ok(tokenizer)
    }

    fn assemble(
        mut literal: tokenizers::Tokenizer,
        config: &Value,
        model: &Value,
        generation: &Value,
    ) -> Self {
        // Lengths are cut where they are counted, never silently in here.
        literal.with_padding(None);
        let _ = literal.with_truncation(None);
        let mut marked = literal.clone();
        literal.set_encode_special_tokens(true);
        marked.set_encode_special_tokens(false);
        let (mut specials, mut added) = (Vec::new(), Vec::new());
        for (id, token) in literal.get_added_tokens_decoder() {
            let list = if token.special { &mut specials } else { &mut added };
            list.push((token.content, id));
        }
        for list in [&mut specials, &mut added] {
            list.sort_by(|a, b| b.0.len().cmp(&a.0.len()).then(a.1.cmp(&b.1)));
        }
        let id_of = |name: &str| token_text(config, name).and_then(|t| literal.token_to_id(&t));
        let bos = id_of("bos_token").or_else(|| ids(&model["bos_token_id"]).first().copied());
        let first = literal.encode_fast("", true).ok().and_then(|e| e.get_ids().first().copied());
        let adds_bos = bos.is_some() && (first == bos || config["add_bos_token"] == Value::Bool(true));
        let mut eos: Vec<u32> = id_of("eos_token").into_iter().collect();
        for id in ids(&generation["eos_token_id"]).into_iter().chain(ids(&model["eos_token_id"])) {
            if !eos.contains(&id) {
                eos.push(id);
            }
        }
        let hash = Hash([0; 32]);
        Self {
            literal,
            marked,
            specials,
            added,
            bos,
            eos,
            adds_bos,
            template: None,
            hash,
            template_hash: None,
        }
    }

    fn special_texts(&self, config: &Value) -> SpecialTexts {
        let text = |name: &str, id: Option<u32>| {
            token_text(config, name).or_else(|| id.and_then(|id| self.literal.id_to_token(id)))
        };
        SpecialTexts {
            bos: text("bos_token", self.bos),
            eos: text("eos_token", self.eos.first().copied()),
            pad: text("pad_token", None),
            unk: text("unk_token", None),
            all: self.specials.iter().map(|(text, _)| text.clone()).collect(),
        }
    }

    /// The chat template, if the model has one.
    pub fn template(&self) -> Option<&ChatTemplate> {
        self.template.as_ref()
    }

    /// The chat template, or the problem `no_chat_template`.
    ///
    /// # Errors
    /// When the folder has none.
    pub fn chat(&self) -> Result<&ChatTemplate, Problem> {
        self.template.as_ref().ok_or_else(|| {
            Problem::bad(
                "no_chat_template",
                "This model has no chat template: it continues text, it does not take turns.",
                "Use plain completion (`karat generate --prompt …`, `/v1/completions`), or add a chat_template.jinja to its folder.",
            )
        })
    }

    /// SHA-256 of `tokenizer.json`, or of the file that stands in for it.
    pub fn hash(&self) -> Hash {
        self.hash
    }

    /// SHA-256 of the chat template's text.
    pub fn template_hash(&self) -> Option<Hash> {
        self.template_hash
    }

    /// The token that begins a document, if there is one.
    pub fn bos(&self) -> Option<u32> {
        self.bos
    }

    /// Tokens that end an answer: the tokenizer's, then those of `generation_config.json`.
    pub fn eos(&self) -> &[u32] {
        &self.eos
    }

    /// The number of ids a model needs: the highest id + 1.
    pub fn vocabulary(&self) -> u64 {
        self.literal.get_vocab(true).into_values().max().map_or(0, |id| u64::from(id) + 1)
    }

    /// Refuses a tokenizer that can write ids the model does not have.
    ///
    /// # Errors
    /// `vocab_mismatch`.
    pub fn fits(&self, model_vocabulary: u64) -> Result<(), Problem> {
        let own = self.vocabulary();
        if own <= model_vocabulary {
            return Ok(());
        }
        Err(Problem::bad(
            "vocab_mismatch",
            format!(
                "The tokenizer writes {own} ids, the model knows {model_vocabulary}: they do not belong together."
            ),
            "Take tokenizer.json and the weights from the same model.",
        ))
    }

    /// Tokens of `text`, control tokens in it taken as plain characters; no BOS, no EOS.
    ///
    /// # Errors
    /// `tokenizer_failed` when the tokenizer has no way to write the text.
    pub fn encode(&self, text: &str) -> Result<Vec<u32>, Problem> {
        Ok(self.literal.encode_fast(text, false).map_err(failed)?.get_ids().to_vec())
    }

    /// Tokens of a text that begins a document: one BOS if the model wants one, then the text.
    ///
    /// # Errors
    /// As [`Self::encode`].
    pub fn encode_document(&self, text: &str) -> Result<Vec<u32>, Problem> {
        let mut out: Vec<u32> = self.bos.filter(|_| self.adds_bos).into_iter().collect();
        out.extend(self.encode(text)?);
        Ok(out)
    }

    /// Tokens of a rendered conversation with the bytes each stands for. Control tokens are
    /// parsed everywhere except inside `literal`, the places people wrote.
    ///
    /// # Errors
    /// As [`Self::encode`].
    pub fn encode_rendered(
        &self,
        text: &str,
        literal: &[Range<usize>],
    ) -> Result<Vec<(u32, Range<usize>)>, Problem> {
        let typed = |list: &[(String, u32)]| {
            literal.iter().any(|r| list.iter().any(|(special, _)| text[r.clone()].contains(special.as_str())))
        };
        let encoding = if typed(&self.specials) {
            self.encode_around(text, literal).map_err(failed)?
        } else {
            self.marked.encode(text, false).map_err(failed)?
        };
        let offsets = encoding.get_offsets();
        Ok(encoding.get_ids().iter().zip(offsets).map(|(&id, &(a, b))| (id, a..b)).collect())
    }

    /// The tokenizer's own steps, with the control tokens cut out by hand: the library can
    /// only parse them everywhere or nowhere.
    fn encode_around(
        &self,
        text: &str,
        literal: &[Range<usize>],
    ) -> tokenizers::Result<tokenizers::Encoding> {
        let marks = self.marks(text, literal);
        let mut pieces = PreTokenizedString::from(text);
        pieces.split(|_, whole| {
            let mut out: Vec<Split> = Vec::new();
            let mut at = 0;
            let cut = |a: usize, b: usize| whole.slice(Part::Original(a..b));
            for (range, id, content) in &marks {
                out.extend(cut(at, range.start).map(Split::from));
                let token = Token::new(*id, content.clone(), (0, range.len()));
                out.extend(cut(range.start, range.end).map(|n| Split::from((n, Some(vec![token])))));
                at = range.end;
            }
            out.extend(cut(at, text.len()).map(Split::from));
            Ok(out)
        })?;
        if let Some(normalizer) = self.literal.get_normalizer() {
            pieces.normalize(|piece| normalizer.normalize(piece))?;
        }
        if let Some(pre) = self.literal.get_pre_tokenizer() {
            pre.pre_tokenize(&mut pieces)?;
        }
        pieces.tokenize(|piece| self.literal.get_model().tokenize(piece.get()))?;
        pieces.into_encoding(None, 0, OffsetType::Byte)
    }

    /// Where control tokens stand that the template wrote, left to right, longest first.
    fn marks(&self, text: &str, literal: &[Range<usize>]) -> Vec<(Range<usize>, u32, String)> {
        let mut found: Vec<(Range<usize>, u32, String)> = Vec::new();
        for (list, anywhere) in [(&self.specials, false), (&self.added, true)] {
            for (content, id) in list.iter().filter(|(content, _)| !content.is_empty()) {
                for (start, _) in text.match_indices(content.as_str()) {
                    let range = start..start + content.len();
                    if anywhere || !literal.iter().any(|l| l.start < range.end && range.start < l.end) {
                        found.push((range, *id, content.clone()));
                    }
                }
            }
        }
        found.sort_by(|a, b| a.0.start.cmp(&b.0.start).then(b.0.end.cmp(&a.0.end)));
        let mut end = 0;
        found.retain(|(range, _, _)| {
            let free = range.start >= end;
            if free {
                end = range.end;
            }
            free
        });
        found
    }

    /// The text of `ids`, control tokens left out; broken UTF-8 becomes U+FFFD.
    ///
    /// # Errors
    /// `tokenizer_failed` when the decoder refuses.
    pub fn decode(&self, ids: &[u32]) -> Result<String, Problem> {
        self.literal.decode(ids, true).map_err(failed)
    }
}

/// tokenizer.json, or what an older file is as one; and the bytes of the file it is from.
fn source(dir: &Path, config: &Value) -> Result<(Vec<u8>, Vec<u8>), Problem> {
    if let Ok(bytes) = std::fs::read(dir.join("tokenizer.json")) {
        return Ok((bytes.clone(), bytes));
    }
    let found = foreign::find(dir, config)?.ok_or_else(|| missing(dir))?;
    Ok((found.json.to_string().into_bytes(), found.source))
}

fn missing(dir: &Path) -> Problem {
    Problem::bad(
        "tokenizer_missing",
        format!(
            "There is no tokenizer.json, tokenizer.model or vocab.json with merges.txt in {}, so text cannot be read.",
            dir.display()
        ),
        "Copy tokenizer.json from the model's source into the folder, or give ids instead of text (`--ids`, rows with input_ids).",
    )
}

fn failed(error: tokenizers::Error) -> Problem {
    Problem::bad(
        "tokenizer_failed",
        format!("The tokenizer could not take this text: {error}."),
        "Check that tokenizer.json belongs to this model and has an unknown token or byte fallback.",
    )
}

fn json_or_null(path: &Path) -> Value {
    std::fs::read(path).ok().and_then(|bytes| serde_json::from_slice(&bytes).ok()).unwrap_or(Value::Null)
}

/// A token's text, written as a string or as an AddedToken object.
fn token_text(config: &Value, name: &str) -> Option<String> {
    let value = &config[name];
    value.as_str().or_else(|| value["content"].as_str()).map(str::to_owned)
}

/// `eos_token_id` is a number or a list of numbers.
fn ids(value: &Value) -> Vec<u32> {
    let one = |v: &Value| v.as_u64().and_then(|id| u32::try_from(id).ok());
    match value {
        Value::Array(list) => list.iter().filter_map(one).collect(),
        other => one(other).into_iter().collect(),
    }
}

/// The template's text: its own file, else a string or the list's `default` in the configuration.
fn template_source(dir: &Path, config: &Value) -> Option<String> {
    if let Ok(text) = std::fs::read_to_string(dir.join("chat_template.jinja")) {
        return Some(text);
    }
    match &config["chat_template"] {
        Value::String(text) => Some(text.clone()),
        Value::Array(list) => list
            .iter()
            .find(|entry| entry["name"] == "default")
            .or(list.first())
            .and_then(|entry| entry["template"].as_str())
            .map(str::to_owned),
        _ => None,
    }
}

#[cfg(test)]
#[path = "tokenizer_tests.rs"]
mod tests;
