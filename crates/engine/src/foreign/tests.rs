use super::*;
use crate::tokenizer::Tokenizer;
use std::path::PathBuf;

fn fixtures() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/fixtures/tokenizers")
}

#[test]
fn tokens_equal_those_of_sentencepiece_and_transformers() {
    let text = std::fs::read_to_string(fixtures().join("expected.json")).unwrap();
    let expected: Value = serde_json::from_str(&text).unwrap();
    let kinds = expected["ids"].as_object().unwrap();
    assert_eq!(kinds.len(), 8);
    for (name, wanted) in kinds {
        let tokenizer = Tokenizer::load(&fixtures().join(name)).unwrap();
        for (text, ids) in expected["texts"].as_array().unwrap().iter().zip(wanted.as_array().unwrap()) {
            let text = text.as_str().unwrap();
            let ours: Vec<Value> = tokenizer.encode(text).unwrap().into_iter().map(Value::from).collect();
            assert_eq!(&ours, ids.as_array().unwrap(), "{name}: {text:?}");
        }
    }
}

#[test]
fn text_comes_back_where_nothing_is_normalised() {
    for name in ["llama", "glm3", "unigram_bytes", "gpt2", "glm4"] {
        let tokenizer = Tokenizer::load(&fixtures().join(name)).unwrap();
        for text in ["The gate  says why.\n\t漢字 🦀", "a", "</s> x"] {
            assert_eq!(tokenizer.decode(&tokenizer.encode(text).unwrap()).unwrap(), text, "{name}");
        }
    }
}

#[test]
fn tokens_behind_the_vocabulary_keep_their_ids() {
    let glm3 = Tokenizer::load(&fixtures().join("glm3")).unwrap();
    let pieces = glm3.vocabulary() - 9;
    let ids = glm3.encode_rendered("[gMASK]sop<|user|>hi", &[]).unwrap();
    let first: Vec<u64> = ids.iter().take(3).map(|t| u64::from(t.0) - pieces).collect();
    assert_eq!(first, [1, 3, 6]);
    let glm4 = Tokenizer::load(&fixtures().join("glm4")).unwrap();
    let ids = glm4.encode_rendered("[gMASK]<|user|>hi", &[]).unwrap();
    assert_eq!([ids[0].0, ids[1].0].map(u64::from), [glm4.vocabulary() - 2, glm4.vocabulary() - 1]);
}

#[test]
fn what_cannot_be_followed_is_refused_with_the_way_to_convert() {
    let dir = tempfile::tempdir().unwrap();
    let model = std::fs::read(fixtures().join("glm4/tokenizer.model")).unwrap();
    std::fs::write(dir.path().join("tokenizer.model"), &model).unwrap();
    let problem = Tokenizer::load(dir.path()).err().unwrap();
    assert!(problem.code == "tokenizer_unsupported" && problem.hint.contains("tiktoken"), "{problem}");
    let model = std::fs::read(fixtures().join("llama/tokenizer.model")).unwrap();
    for cut in [1, 100, model.len() - 1] {
        std::fs::write(dir.path().join("tokenizer.model"), &model[..cut]).unwrap();
        assert_eq!(Tokenizer::load(dir.path()).err().unwrap().code, "tokenizer_broken", "{cut}");
    }
}
