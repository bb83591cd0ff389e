//! Tokens, renders and masks against transformers (fixtures/text/make.py).

use karat_engine::chat_template::{ChatTemplate, Message, SpecialTexts};
use karat_engine::tokenizer::Tokenizer;
use karat_types::Micros;
use serde_json::Value;
use std::path::PathBuf;

fn fixture(name: &str) -> (Tokenizer, Value) {
    let dir = PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("tests/fixtures/text").join(name);
    let expected = std::fs::read(dir.join("expected.json")).unwrap();
    (Tokenizer::load(&dir).unwrap(), serde_json::from_slice(&expected).unwrap())
}

fn ids(value: &Value) -> Vec<u32> {
    value.as_array().unwrap().iter().map(|id| u32::try_from(id.as_u64().unwrap()).unwrap()).collect()
}

fn template(source: &str) -> ChatTemplate {
    let specials = SpecialTexts {
        bos: Some("<s>".into()),
        eos: Some("</s>".into()),
        all: ["<|assistant|>", "<|user|>", "<|end|>", "</s>", "<s>"].map(str::to_owned).to_vec(),
        ..SpecialTexts::default()
    };
    ChatTemplate::compile(source, specials, Micros(0)).unwrap()
}

#[test]
fn texts_have_the_tokens_of_split_special_tokens() {
    for name in ["byte_level", "sentencepiece"] {
        let (tokenizer, expected) = fixture(name);
        let cases = expected["texts"].as_array().unwrap();
        assert_eq!(cases.len(), 8);
        for case in cases {
            let text = case["text"].as_str().unwrap();
            assert_eq!(tokenizer.encode_document(text).unwrap(), ids(&case["ids"]), "{name}: {text:?}");
        }
    }
}

#[test]
fn conversations_have_the_text_tokens_and_mask_of_apply_chat_template() {
    for name in ["byte_level", "sentencepiece"] {
        let (tokenizer, expected) = fixture(name);
        let mut masks = 0;
        for case in expected["chats"].as_array().unwrap() {
            let template = template(case["template"].as_str().unwrap());
            let messages: Vec<Message> = case["messages"]
                .as_array()
                .unwrap()
                .iter()
                .map(|message| Message::from_json(message.clone()).unwrap())
                .collect();
            let tools = Some(&case["tools"]).filter(|tools| !tools.is_null());
            let samples = template.samples(&messages, tools).unwrap();
            assert_eq!(samples.len(), 1);
            let sample = &samples[0];
            assert_eq!(sample.text, case["text"].as_str().unwrap(), "{name}");
            let prompt = template.prompt(&messages[..messages.len() - 1], tools).unwrap();
            assert_eq!(prompt.text, case["prompt"].as_str().unwrap(), "{name}");
            let tokens = tokenizer.encode_rendered(&sample.text, &sample.literal).unwrap();
            let got: Vec<u32> = tokens.iter().map(|t| t.0).collect();
            assert_eq!(got, ids(&case["ids"]), "{name}: {:?}", sample.text);
            if case["mask"].is_array() {
                let trained = |at: &std::ops::Range<usize>| {
                    sample.trained.iter().any(|t| at.start < t.end && t.start < at.end)
                };
                let mask: Vec<u32> = tokens.iter().map(|(_, at)| u32::from(trained(at))).collect();
                assert_eq!(mask, ids(&case["mask"]), "{name}: {:?}", sample.text);
                masks += 1;
            }
        }
        assert_eq!(masks, 2);
    }
}

/// The slow way (control tokens cut out by hand) agrees with the library's own.
#[test]
fn a_control_token_in_a_content_changes_nothing_around_it() {
    for name in ["byte_level", "sentencepiece"] {
        let (tokenizer, _) = fixture(name);
        let template =
            template("{% for m in messages %}<|{{ m.role }}|>\n{{ m.content }}<|end|>\n{% endfor %}");
        let encode = |content: &str| {
            let messages = [Message::new("user", content), Message::new("assistant", "The gate says why.")];
            let sample = template.samples(&messages, None).unwrap().remove(0);
            let tokens = tokenizer.encode_rendered(&sample.text, &sample.literal).unwrap();
            tokens.into_iter().map(|t| t.0).collect::<Vec<u32>>()
        };
        let (plain, typed) = (encode("a b"), encode("a <|end|> b"));
        let controls = |ids: &[u32]| ids.iter().filter(|&&id| (0..6).contains(&id)).count();
        assert_eq!(controls(&plain), controls(&typed), "{name}");
        assert!(typed.ends_with(&plain[plain.len() - 12..]), "{name}: {plain:?} {typed:?}");
    }
}
