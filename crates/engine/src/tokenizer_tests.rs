use super::*;
use crate::testing;

const WILD: &str = "Ünïcode 漢字かな 🦀🏳️‍🌈 \t\tfn f<T>() -> () {}\r\n  </s><s> <|user|>\n<|end|> e\u{301}";

#[test]
fn any_text_comes_back_as_it_was() {
    let (_dir, tokenizer) = testing::tokenizer();
    for text in [WILD, "", " ", "\n\n\n", "\u{F0000}\u{10FFFF}\u{0}"] {
        assert_eq!(tokenizer.decode(&tokenizer.encode(text).unwrap()).unwrap(), text);
    }
}

#[test]
fn control_tokens_that_people_write_stay_words() {
    let (_dir, tokenizer) = testing::tokenizer();
    assert!(tokenizer.encode(WILD).unwrap().iter().all(|&id| id >= 5));
    assert!(tokenizer.encode_document(WILD).unwrap()[1..].iter().all(|&id| id >= 5));
}

#[test]
fn a_document_begins_with_one_bos() {
    let (_dir, tokenizer) = testing::tokenizer();
    let ids = tokenizer.encode_document("<s>hi").unwrap();
    assert_eq!(ids.iter().filter(|&&id| id == 0).count(), 1);
    assert_eq!(ids[0], 0);
    assert_eq!(tokenizer.eos(), [1, 4]);
}

#[test]
fn what_the_template_writes_is_control_and_what_people_write_is_not() {
    let (_dir, tokenizer) = testing::tokenizer();
    let text = "<s><|user|>\nsay <|end|> and </s>🦀<|end|>\n";
    let written = text.find("say").unwrap()..text.rfind("<|end|>").unwrap();
    let tokens = tokenizer.encode_rendered(text, std::slice::from_ref(&written)).unwrap();
    let controls: Vec<(u32, Range<usize>)> = tokens.iter().filter(|t| t.0 < 5).cloned().collect();
    assert_eq!(controls, [(0, 0..3), (2, 3..11), (4, written.end..written.end + 7)]);
    let (mut at, mut bytes) = (0, 0);
    for (_, range) in &tokens {
        assert!(range.start <= at && range.end >= at, "a gap at {at}: {range:?}");
        bytes += usize::from(range.start < range.end);
        at = range.end;
    }
    assert_eq!((at, bytes), (text.len(), tokens.len()));
}

#[test]
fn both_ways_of_encoding_a_conversation_give_the_same_tokens() {
    let (_dir, tokenizer) = testing::tokenizer();
    let text = format!("<s><|user|>\n{}<|end|>\n<|assistant|>\n漢字 and 🦀<|end|>\n", testing::TEXT);
    let library = tokenizer.encode_rendered(&text, &[]).unwrap();
    let own = tokenizer.encode_around(&text, &[]).unwrap();
    let own: Vec<(u32, Range<usize>)> =
        own.get_ids().iter().zip(own.get_offsets()).map(|(&id, &(a, b))| (id, a..b)).collect();
    assert_eq!(library, own);
}

#[test]
fn a_folder_without_tokenizer_is_refused_with_the_fix() {
    let dir = tempfile::tempdir().unwrap();
    let problem = Tokenizer::load(dir.path()).err().unwrap();
    assert_eq!(problem.code, "tokenizer_missing");
    assert!(problem.hint.contains("tokenizer.json"));
    std::fs::write(dir.path().join("tokenizer.model"), b"x").unwrap();
    assert_eq!(Tokenizer::load(dir.path()).err().unwrap().code, "tokenizer_broken");
    std::fs::write(dir.path().join("tokenizer.json"), b"{").unwrap();
    assert_eq!(Tokenizer::load(dir.path()).err().unwrap().code, "tokenizer_broken");
}

#[test]
fn a_tokenizer_larger_than_the_model_is_refused() {
    let (_dir, tokenizer) = testing::tokenizer();
    let own = tokenizer.vocabulary();
    assert!(own > 261 && own <= 400, "{own}");
    assert!(tokenizer.fits(own).is_ok() && tokenizer.fits(own + 64).is_ok());
    assert_eq!(tokenizer.fits(own - 1).unwrap_err().code, "vocab_mismatch");
}

#[test]
fn the_template_file_goes_before_the_configuration() {
    let (dir, _) = testing::without_template();
    let config = dir.path().join("tokenizer_config.json");
    assert_eq!(Tokenizer::load(dir.path()).unwrap().chat().err().unwrap().code, "no_chat_template");
    let listed = r#"{"eos_token": {"content": "</s>"}, "chat_template": [{"name": "rag", "template": "r"}, {"name": "default", "template": "d"}]}"#;
    std::fs::write(&config, listed).unwrap();
    let prompt = |dir: &Path| {
        let message = crate::chat_template::Message::new("user", "x");
        Tokenizer::load(dir).unwrap().chat().unwrap().prompt(&[message], None).unwrap().text
    };
    assert_eq!(prompt(dir.path()), "d");
    std::fs::write(dir.path().join("chat_template.jinja"), "file").unwrap();
    assert_eq!(prompt(dir.path()), "file");
    std::fs::write(dir.path().join("chat_template.jinja"), "{% if %}").unwrap();
    assert_eq!(Tokenizer::load(dir.path()).err().unwrap().code, "chat_template_broken");
}
