//! A small tokenizer for the tests of this crate.

use crate::bpe;
use crate::tokenizer::Tokenizer;
use tempfile::TempDir;

/// Text in the shapes people write.
pub(crate) const TEXT: &str = "The gate checks each file and says why. Who contributes is credited: \
    the release names the submission, the run names the release. fn main() { println!(\"hi\"); }\n";

/// A folder with a byte-level BPE of 400 tokens and its template, and the tokenizer read from it.
pub(crate) fn tokenizer() -> (TempDir, Tokenizer) {
    let dir = tempfile::tempdir().unwrap();
    let texts: Vec<String> = (0..30).map(|i| format!("{TEXT}{i}")).collect();
    let trained = bpe::train(texts.iter().map(String::as_str), 400).unwrap();
    bpe::save(&trained, 64, dir.path()).unwrap();
    let tokenizer = Tokenizer::load(dir.path()).unwrap();
    (dir, tokenizer)
}

/// The same tokenizer without any chat template.
pub(crate) fn without_template() -> (TempDir, Tokenizer) {
    let (dir, _) = tokenizer();
    std::fs::remove_file(dir.path().join("chat_template.jinja")).unwrap();
    let tokenizer = Tokenizer::load(dir.path()).unwrap();
    (dir, tokenizer)
}
