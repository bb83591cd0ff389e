use super::*;

const LLAMA3: &str = "{{- bos_token }}{%- for message in messages %}{{- '<|start_header_id|>' + message['role'] + '<|end_header_id|>\\n\\n' + message['content'] | trim + '<|eot_id|>' }}{%- endfor %}{%- if add_generation_prompt %}{{- '<|start_header_id|>assistant<|end_header_id|>\\n\\n' }}{%- endif %}";
const TAGGED: &str = "{% for m in messages %}
    {% if m.role == 'assistant' %}
A: {% generation %}{{ m.content }}<|end|>{% endgeneration %}

    {% else %}
U: {{ m.content }}
    {% endif %}
{% endfor %}
{% if add_generation_prompt %}A: {% endif %}";
/// Drops what earlier turns thought, as Qwen3 does.
const THINKING: &str = "{% for m in messages %}<|{{ m.role }}|>\n{% if m.role == 'assistant' and not loop.last and '</think>' in m.content %}{{ m.content.split('</think>')[-1].lstrip() }}{% else %}{{ m.content }}{% endif %}<|end|>\n{% endfor %}{% if add_generation_prompt %}<|assistant|>\n{% endif %}";

fn template(source: &str) -> ChatTemplate {
    let all = ["<s>", "</s>", "<|user|>", "<|assistant|>", "<|end|>", "<|eot_id|>", "<|start_header_id|>"];
    let specials = SpecialTexts {
        bos: Some("<s>".into()),
        eos: Some("</s>".into()),
        all: all.map(str::to_owned).to_vec(),
        ..SpecialTexts::default()
    };
    ChatTemplate::compile(source, specials, Micros(0)).unwrap()
}

fn talk() -> Vec<Message> {
    vec![
        Message::new("user", " q1 "),
        Message::new("assistant", "a1"),
        Message::new("user", "q2"),
        Message::new("assistant", "a2\n"),
    ]
}

fn trained(sample: &Rendered) -> Vec<&str> {
    sample.trained.iter().map(|r| &sample.text[r.clone()]).collect()
}

fn one(source: &str, messages: &[Message]) -> Rendered {
    let mut samples = template(source).samples(messages, None).unwrap();
    assert_eq!(samples.len(), 1);
    samples.remove(0)
}

#[test]
fn our_own_template_trains_the_answers_and_their_ends() {
    let sample = one(crate::bpe::TEMPLATE, &talk());
    assert_eq!(
        sample.text,
        "<s><|user|>\n q1 <|end|>\n<|assistant|>\na1<|end|>\n<|user|>\nq2<|end|>\n<|assistant|>\na2\n<|end|>\n"
    );
    assert_eq!(trained(&sample), ["a1<|end|>", "a2\n<|end|>"]);
    assert!(sample.closed);
}

#[test]
fn a_trimming_template_keeps_its_mask() {
    let sample = one(LLAMA3, &talk());
    assert!(sample.text.starts_with("<s><|start_header_id|>user<|end_header_id|>\n\nq1<|eot_id|>"));
    assert_eq!(trained(&sample), ["a1<|eot_id|>", "a2<|eot_id|>"]);
    let literal: Vec<&str> = sample.literal.iter().map(|r| &sample.text[r.clone()]).collect();
    assert_eq!(literal, ["q1", "a1", "q2", "a2"]);
}

#[test]
fn the_generation_tag_says_what_is_trained() {
    let sample = one(TAGGED, &talk());
    assert_eq!(sample.text, "U:  q1 \nA: a1<|end|>\nU: q2\nA: a2\n<|end|>\n");
    assert_eq!(trained(&sample), ["a1<|end|>", "a2\n<|end|>"]);
    let outside = TAGGED.replace("<|end|>{% endgeneration %}", "{% endgeneration %}<|end|>");
    assert_eq!(trained(&one(&outside, &talk())), ["a1<|end|>", "a2\n<|end|>"], "the end is always trained");
}

#[test]
fn a_weight_of_zero_leaves_a_turn_out() {
    let mut messages = talk();
    messages[1].trained = false;
    for source in [crate::bpe::TEMPLATE, TAGGED] {
        assert_eq!(trained(&one(source, &messages)), ["a2\n<|end|>"]);
    }
}

#[test]
fn a_template_without_an_end_is_closed_by_the_row() {
    let sample = one("{% for m in messages %}{{ m.role }}: {{ m.content }}\n{% endfor %}", &talk());
    assert_eq!(trained(&sample), ["a1", "a2\n\n"]);
    assert!(!sample.closed);
}

#[test]
fn a_template_that_rewrites_history_gives_one_sample_a_turn() {
    let messages = vec![
        Message::new("user", "q1"),
        Message::new("assistant", "<think>hm</think> a1"),
        Message::new("user", "q2"),
        Message::new("assistant", "a2"),
    ];
    let samples = template(THINKING).samples(&messages, None).unwrap();
    assert_eq!(samples.len(), 2);
    assert_eq!(trained(&samples[0]), ["<think>hm</think> a1<|end|>"]);
    assert_eq!(trained(&samples[1]), ["a2<|end|>"]);
    assert!(samples[1].text.contains("<|assistant|>\na1<|end|>"), "{}", samples[1].text);
}

#[test]
fn a_prompt_is_the_beginning_of_what_is_trained() {
    for source in [crate::bpe::TEMPLATE, LLAMA3, TAGGED, THINKING] {
        let messages = talk();
        let prompt = template(source).prompt(&messages[..3], None).unwrap();
        let sample = one(source, &messages);
        assert!(sample.text.starts_with(&prompt.text), "{source}");
        assert_eq!(prompt.text.len(), sample.trained[1].start, "{source}");
    }
}

#[test]
fn control_tokens_are_refused_where_their_place_is_not_known() {
    let tool = serde_json::json!({"role": "assistant", "content": "", "tool_calls": [{"name": "f</s>"}]});
    let messages = [Message::new("user", "q"), Message::from_json(tool).unwrap()];
    let problem = template(crate::bpe::TEMPLATE).samples(&messages, None).unwrap_err();
    assert_eq!(problem.code, "control_token");
    // In a content they are allowed, and known.
    let sample = one(crate::bpe::TEMPLATE, &[Message::new("user", "</s>"), Message::new("assistant", "a")]);
    assert_eq!(&sample.text[sample.literal[0].clone()], "</s>");
}

#[test]
fn what_the_template_refuses_is_told_in_its_words() {
    let source = "{% if messages[0].role != 'user' %}{{ raise_exception('user first!') }}{% endif %}";
    let problem = template(source).prompt(&[Message::new("system", "s")], None).unwrap_err();
    assert_eq!(problem.code, "chat_template_failed");
    assert!(problem.detail.contains("user first!"), "{}", problem.detail);
}

/// Asks whether the content is none, as DeepSeek's templates do.
const TOOLS: &str = "{% for m in messages %}{% if m.tool_calls %}<|assistant|>CALL {{ m.tool_calls[0].name }}<|end|>{% endif %}{% if m.content is not none %}<|{{ m.role }}|>{{ m.content }}<|end|>{% endif %}{% endfor %}";

#[test]
fn a_tool_call_without_words_is_trained_whole() {
    let call = serde_json::json!({"role": "assistant", "content": null, "tool_calls": [{"name": "f"}]});
    let messages = vec![
        Message::new("user", "q"),
        Message::from_json(call).unwrap(),
        Message::new("tool", "r"),
        Message::new("assistant", "a"),
    ];
    let samples = template(TOOLS).samples(&messages, None).unwrap();
    let shown: Vec<Vec<&str>> = samples.iter().map(trained).collect();
    assert_eq!(shown, [["<|assistant|>CALL f<|end|>"], ["<|assistant|>a<|end|>"]]);
    assert!(samples.iter().all(|s| s.closed));
}

#[test]
fn contents_that_a_template_moves_are_noticed() {
    let last_first = "{% for m in messages|reverse %}<|{{ m.role }}|>{{ m.content }}<|end|>{% endfor %}";
    let problem = template(last_first).samples(&talk(), None).unwrap_err();
    assert_eq!(problem.code, "chat_template_untrainable");
}
