//! Every family from its config.json to an answer: made, trained, asked, exported, held small.

use crate::models::HOME;
use crate::run::{Answer, karat};
use serde_json::{Value, json};
use std::path::Path;

/// A tiny shape of each family, in its own words. The vocabulary comes with the tokenizer.
fn families() -> Vec<(&'static str, Value)> {
    let llama = |model_type: &str| {
        json!({
            "model_type": model_type, "hidden_size": 32, "intermediate_size": 48, "num_hidden_layers": 2,
            "num_attention_heads": 4, "num_key_value_heads": 2, "max_position_embeddings": 64,
        })
    };
    let with = |model_type: &str, more: Value| {
        let mut config = llama(model_type);
        config.as_object_mut().unwrap().extend(more.as_object().unwrap().clone());
        config
    };
    let latent = json!({
        "num_key_value_heads": 4, "q_lora_rank": null, "kv_lora_rank": 16, "qk_nope_head_dim": 8,
        "qk_rope_head_dim": 8, "v_head_dim": 8, "n_routed_experts": 4, "num_experts_per_tok": 2,
        "n_shared_experts": 1, "moe_intermediate_size": 24, "first_k_dense_replace": 1, "n_group": 1,
        "topk_group": 1,
    });
    let small = json!({ "n_embd": 32, "n_layer": 2, "n_head": 4, "n_positions": 64, "model_type": "gpt2" });
    let bloom =
        json!({ "model_type": "bloom", "hidden_size": 36, "n_layer": 2, "n_head": 6, "seq_length": 64 });
    let chatglm = json!({
        "model_type": "chatglm", "hidden_size": 32, "ffn_hidden_size": 48, "num_layers": 2,
        "num_attention_heads": 4, "multi_query_attention": true, "multi_query_group_num": 2,
        "kv_channels": 8, "seq_length": 64, "layernorm_epsilon": 1e-5, "rmsnorm": true,
        "add_qkv_bias": true, "add_bias_linear": false,
    });
    vec![
        ("llama", llama("llama")),
        ("mistral", with("mistral", json!({ "sliding_window": 9 }))),
        ("qwen2", llama("qwen2")),
        ("qwen3", with("qwen3", json!({ "head_dim": 12 }))),
        ("deepseek_v2", with("deepseek_v2", latent.clone())),
        ("deepseek_v3", with("deepseek_v3", latent)),
        ("gpt2", small),
        ("bloom", bloom),
        ("glm", with("glm", json!({ "head_dim": 8, "partial_rotary_factor": 0.5 }))),
        ("glm4", with("glm4", json!({ "head_dim": 8, "partial_rotary_factor": 0.5 }))),
        ("chatglm", chatglm),
    ]
}

/// Runs a command line that must go well; its last line as JSON.
fn say(home: &Path, line: &str) -> Value {
    let said: Answer = karat(home, &line.split(' ').collect::<Vec<_>>());
    assert_eq!(said.code, 0, "karat {line}\n{}", said.stderr);
    said.lines().pop().unwrap()
}

fn logprobs(home: &Path, more: &str) -> Vec<f64> {
    let scored = say(home, &format!("score --ids 5,9,17,33,40,41,7,120,64,3 --json {more}"));
    scored["logprobs"].as_array().unwrap().iter().skip(1).map(|x| x.as_f64().unwrap()).collect()
}

fn apart(a: &[f64], b: &[f64]) -> f64 {
    a.iter().zip(b).map(|(a, b)| (a - b).abs()).fold(0.0, f64::max)
}

#[test]
fn each_family_is_made_trained_asked_and_exported() {
    for (family, config) in families() {
        let home = tempfile::tempdir().unwrap();
        let home = home.path();
        std::fs::write(home.join("config.json"), config.to_string()).unwrap();
        let row = |i: usize| json!({ "text": format!("Row {i}: the gate says why, and people decide.") });
        let rows: String = (0..8).map(|i| format!("{}\n", row(i))).collect();
        std::fs::write(home.join("rows.jsonl"), rows).unwrap();
        let base = HOME.path().join("base");
        let made = say(
            home,
            &format!(
                "models init --config config.json --tokenizer {} --seed 3 --out base --json",
                base.display()
            ),
        );
        assert_eq!(made["family"], family);
        let train = "train --model base --data rows.jsonl --batch-size 4 --steps 3 --warmup-steps 0 --lr 0.01 --max-length 48 --json";
        let trained = say(home, &format!("{train} --method lora --rank 4 --out tuned"));
        assert!(trained["loss_last"].as_f64() < trained["loss_first"].as_f64(), "{family}: {trained}");
        say(home, &format!("{train} --method full --out whole"));
        say(home, &format!("{train} --method qlora --rank 4 --out thin"));
        let said = say(
            home,
            "generate --model base --adapter tuned --prompt gate --max-tokens 8 --temperature 0 --json",
        );
        assert!(said["completion_tokens"].as_u64().unwrap() > 0);
        let exported = say(home, "export --model base --adapter tuned --format merged --out merged --json");
        assert!(exported["max_logprob_difference"].as_f64().unwrap() < 1e-3, "{family}: {exported}");
        let (plain, tuned, merged) = (
            logprobs(home, "--model base"),
            logprobs(home, "--model base --adapter tuned"),
            logprobs(home, "--model merged"),
        );
        assert!(apart(&tuned, &merged) < 1e-3 && apart(&tuned, &plain) > 1e-3, "{family}");
        assert!(apart(&plain, &logprobs(home, "--model whole")) > 1e-3, "{family}: nothing was trained");
        for (precision, bound) in [("bf16", 0.1), ("q8", 0.1), ("q4", 1.0), ("nf4", 1.0)] {
            let held = logprobs(home, &format!("--model base --precision {precision}"));
            let error = apart(&plain, &held);
            assert!(error > 0.0 && error < bound, "{family} as {precision}: {error}");
        }
    }
}
