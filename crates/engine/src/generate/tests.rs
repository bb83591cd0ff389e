use super::*;
use crate::testing;
use karat_types::Precision;
use std::path::PathBuf;

fn request(max_tokens: u32, stop: &[&str]) -> GenerateRequest {
    GenerateRequest {
        model_dir: PathBuf::new(),
        adapter_dir: None,
        prompt: Prompt::Text(String::new()),
        max_tokens,
        temperature: 0.0,
        top_p: 1.0,
        seed: 1,
        stop: stop.iter().map(ToString::to_string).collect(),
        precision: Precision::F32,
    }
}

/// A model that says `text` token by token, whatever it reads; then EOS for ever.
fn say(text: &str, request: &GenerateRequest, on: &mut dyn FnMut(&str) -> Control) -> Generated {
    let (_dir, tokenizer) = testing::tokenizer();
    let mut ids = tokenizer.encode(text).unwrap().into_iter();
    let mut next = |_: &[u32]| {
        let mut logits = vec![0.0; 400];
        logits[ids.next().unwrap_or(1) as usize] = 9.0;
        logits
    };
    run(&[0], &tokenizer, request, &mut next, on).unwrap()
}

#[test]
fn pieces_add_up_to_the_answer_and_eos_ends_it() {
    let mut pieces = Vec::new();
    let said = say("漢字 and 🦀 ok", &request(99, &[]), &mut |piece| {
        pieces.push(piece.to_owned());
        Control::Continue
    });
    assert_eq!((said.text.as_str(), said.finish_reason.as_str()), ("漢字 and 🦀 ok", "stop"));
    assert_eq!(pieces.concat(), said.text);
    assert!(pieces.len() > 3 && pieces.iter().all(|p| !p.contains('\u{FFFD}')));
}

#[test]
fn the_number_of_tokens_is_a_limit() {
    let said = say("one two three four five six", &request(4, &[]), &mut |_| Control::Continue);
    assert_eq!((said.completion_tokens, said.finish_reason.as_str()), (4, "length"));
    assert!("one two three four five six".starts_with(&said.text) && !said.text.is_empty());
}

#[test]
fn a_stop_text_over_several_tokens_ends_the_answer_before_it() {
    let mut shown = String::new();
    let said = say("yes\n### Instruction: more", &request(99, &["### Instr"]), &mut |piece| {
        shown += piece;
        Control::Continue
    });
    assert_eq!((said.text.as_str(), said.finish_reason.as_str()), ("yes\n", "stop"));
    assert_eq!(shown, said.text);
}

#[test]
fn the_listener_can_end_it() {
    let mut pieces = 0;
    let said = say("one two three four", &request(99, &[]), &mut |_| {
        pieces += 1;
        Control::Cancel
    });
    assert_eq!((pieces, said.finish_reason.as_str()), (1, "stop"));
    assert!(said.text.len() < 5);
}

#[test]
fn nonsense_settings_are_refused() {
    assert_eq!(
        check(&GenerateRequest { temperature: -1.0, ..request(1, &[]) }).unwrap_err().code,
        "sampling_invalid"
    );
    assert_eq!(
        check(&GenerateRequest { temperature: f64::NAN, ..request(1, &[]) }).unwrap_err().code,
        "sampling_invalid"
    );
    assert_eq!(
        check(&GenerateRequest { top_p: 0.0, ..request(1, &[]) }).unwrap_err().code,
        "sampling_invalid"
    );
}

/// A random model that knows the test tokenizer's ids.
fn random() -> (tempfile::TempDir, Loaded) {
    let (dir, tokenizer) = testing::tokenizer();
    let changes = serde_json::json!({"max_position_embeddings": 64, "initializer_range": 0.3});
    let config = crate::config::Config::llama(400, 32, 48, 2, (4, 2)).with(changes).unwrap();
    crate::Model::init(config, 5).save(dir.path()).unwrap();
    let model = crate::Model::load(dir.path(), None).unwrap();
    (dir, Loaded { model, tokenizer: Ok(tokenizer) })
}

#[test]
fn temperature_zero_is_the_likeliest_token_of_a_full_pass_without_cache() {
    let (_dir, loaded) = random();
    let asked = GenerateRequest { prompt: Prompt::Text("The gate".into()), ..request(20, &[]) };
    let said = answer(&loaded, &asked, &mut |_| Control::Continue).unwrap();
    let tokenizer = loaded.tokenizer.as_ref().unwrap();
    let mut ids = tokenizer.encode_document("The gate").unwrap();
    let start = ids.len();
    while ids.len() < start + 20 {
        let logits = loaded.model.logits(&ids, &mut loaded.model.cache());
        let best = (0u32..).zip(&logits).max_by(|a, b| a.1.total_cmp(b.1)).unwrap().0;
        if tokenizer.eos().contains(&best) {
            break;
        }
        ids.push(best);
    }
    assert_eq!(said.text, tokenizer.decode(&ids[start..]).unwrap());
    assert!(said.completion_tokens > 5, "{said:?}");
}

#[test]
fn the_context_is_a_limit() {
    let (_dir, loaded) = random();
    let asked = GenerateRequest { prompt: Prompt::Text("a ".repeat(99)), ..request(5, &[]) };
    assert_eq!(answer(&loaded, &asked, &mut |_| Control::Continue).unwrap_err().code, "prompt_too_long");
    let asked = GenerateRequest { prompt: Prompt::Text("gate".into()), ..request(u32::MAX, &[]) };
    let said = answer(&loaded, &asked, &mut |_| Control::Continue).unwrap();
    assert!(said.prompt_tokens + said.completion_tokens <= 64);
}

#[test]
fn a_model_is_read_once_and_again_when_its_folder_changes() {
    let (dir, _) = random();
    let models = Models::default();
    let first = models.get(dir.path(), None, Precision::F32).unwrap();
    assert!(std::sync::Arc::ptr_eq(&first, &models.get(dir.path(), None, Precision::F32).unwrap()));
    std::fs::write(dir.path().join("chat_template.jinja"), "{{ messages }}").unwrap();
    let later = std::time::SystemTime::now() + std::time::Duration::from_secs(5);
    let file = std::fs::File::options().append(true).open(dir.path().join("chat_template.jinja")).unwrap();
    file.set_modified(later).unwrap();
    assert!(!std::sync::Arc::ptr_eq(&first, &models.get(dir.path(), None, Precision::F32).unwrap()));
    assert!(models.get(std::path::Path::new("/nowhere"), None, Precision::F32).is_err());
}
