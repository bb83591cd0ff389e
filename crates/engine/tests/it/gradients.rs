//! Every operation against finite differences, in f64 through the plain kernel.

use karat_engine::config::Config;
use karat_engine::kernel::reference::Reference;
use karat_engine::lora::{self, LoraConfig};
use karat_engine::model::Model;
use karat_engine::net::{Grads, ParamId};
use karat_engine::rng::Rng;
use karat_engine::tape::{Batch, Parts, Pass, Pool};
use serde_json::{Value, json};
use std::sync::Arc;

/// A LLaMA with biases, grouped queries and an adapter: every operation and every kind of
/// parameter, in f64.
fn model(tied: bool) -> Model<f64> {
    let changes = json!({"tie_word_embeddings": tied, "attention_bias": true, "mlp_bias": true});
    let adapter =
        LoraConfig { dropout: 0.25, rank_pattern: vec![("q_proj".into(), 2.0)], ..LoraConfig::new(3, 6.0) };
    build(Config::llama(11, 8, 12, 2, (4, 2)).with(changes).unwrap(), &adapter)
}

/// A DeepSeek with latent queries, groups of experts and an adapter on everything it may sit
/// on, the router and the experts included.
fn deepseek(version: &str) -> Model<f64> {
    let config = Config::parse(&json!({
        "model_type": version, "vocab_size": 11, "hidden_size": 8, "intermediate_size": 12,
        "moe_intermediate_size": 5, "num_hidden_layers": 2, "num_attention_heads": 2,
        "n_routed_experts": 6, "num_experts_per_tok": 3, "n_shared_experts": 1, "n_group": 3,
        "topk_group": 2, "topk_method": if version == "deepseek_v2" { "group_limited_greedy" } else { "noaux_tc" },
        "kv_lora_rank": 5, "q_lora_rank": 4, "qk_rope_head_dim": 4, "qk_nope_head_dim": 3,
        "v_head_dim": 5, "first_k_dense_replace": 1, "routed_scaling_factor": 1.5,
        "attention_bias": true, "max_position_embeddings": 64,
    }));
    let parameters = ["gate.weight", "gate_up_proj", "experts.down_proj"].map(str::to_owned).to_vec();
    let adapter = LoraConfig { dropout: 0.25, parameters, ..LoraConfig::new(3, 6.0) };
    build(config.unwrap(), &adapter)
}

fn build(config: Config, adapter: &LoraConfig) -> Model<f64> {
    let mut count = 0;
    let mut source = move |_: &str, shape: &[usize]| {
        count += 1;
        let mut rng = Rng::new(&[count]);
        Ok((0..shape.iter().product()).map(|_| rng.normal() * 0.4).collect())
    };
    let mut model = Model::build(config, Arc::new(Reference), &mut source).unwrap();
    lora::attach(&mut model, adapter, &mut source).unwrap();
    model
}

fn loss(model: &Model<f64>, grads: Option<&mut Grads<f64>>) -> f64 {
    let mut batch = Batch::default();
    batch.push(&[1, 2, 3, 4, 5], 7);
    batch.push(&[6, 7, 1], 8);
    let wanted = [(0, 2), (1, 3), (3, 5), (5, 7), (6, 1)];
    let mut pool = Pool::default();
    // Dropout is on while recording only, so the plain loss records too, into nowhere.
    let mut nowhere = Grads::zeros(model.params());
    let pass = Pass { grads: Some(grads.unwrap_or(&mut nowhere)), dropout: 0.25, ..Pass::default() };
    model.loss(&batch, &wanted, 0.2, &mut pool, pass) * 0.2
}

fn check(mut model: Model<f64>, ids: &[ParamId]) {
    let mut grads = Grads::zeros(model.params());
    loss(&model, Some(&mut grads));
    let step = 1e-5;
    for &id in ids {
        let name = model.params().get(id).name.clone();
        let len = model.params().get(id).len();
        let largest = grads.get(id).iter().fold(0f64, |m, g| m.max(g.abs()));
        // An expert that nobody asked has none.
        assert!(largest > 1e-6 || name.contains(".experts."), "{name} gets no gradient");
        let largest = largest.max(1e-6);
        for i in (0..len).step_by(len.div_ceil(7)) {
            let mut at = |delta: f64| {
                model.params_mut().data_mut(id)[i] += delta;
                let loss = loss(&model, None);
                model.params_mut().data_mut(id)[i] -= delta;
                loss
            };
            let slope = (at(step) - at(-step)) / (2.0 * step);
            let error = (slope - grads.get(id)[i]).abs() / largest;
            assert!(error < 1e-6, "{name}[{i}]: {} instead of {slope}", grads.get(id)[i]);
        }
    }
}

#[test]
fn every_base_parameter_in_full_training() {
    for tied in [false, true] {
        let mut model = model(tied);
        let ids: Vec<ParamId> =
            model.params().iter().filter(|(_, p)| !p.name.contains("lora_")).map(|(id, _)| id).collect();
        ids.iter().for_each(|&id| model.params_mut().train(id, true));
        check(model, &ids);
    }
}

#[test]
fn every_adapter_parameter_with_a_frozen_base_and_dropout() {
    let mut model = model(false);
    model.train_adapter();
    let ids = model.params().trained();
    assert_eq!(ids.len(), 28);
    check(model, &ids);
}

#[test]
fn latent_attention_and_experts_with_their_router() {
    for version in ["deepseek_v2", "deepseek_v3"] {
        let mut full = deepseek(version);
        full.train_base();
        let ids = full.params().trained();
        assert!(ids.iter().all(|&id| !full.params().get(id).name.ends_with("correction_bias")));
        check(full, &ids);
        let mut adapter = deepseek(version);
        adapter.train_adapter();
        let ids = adapter.params().trained();
        // Attention 2 × 5 sites, dense and shared 3 each, the router, and five parts of each
        // expert's adapter: gate and up share their A.
        assert_eq!(ids.len(), 2 * (10 + 6 + 1) + 6 * 5);
        check(adapter, &ids);
    }
}

/// The other families, so that every operation of theirs is in one of them.
fn others() -> Vec<Config> {
    let llama = |model_type: &str, more: Value| {
        let config = json!({"model_type": model_type, "hidden_size": 8, "intermediate_size": 6,
            "num_hidden_layers": 2, "num_attention_heads": 2, "num_key_value_heads": 1, "head_dim": 8});
        (config, more)
    };
    let gpt2 =
        json!({"model_type": "gpt2", "n_embd": 6, "n_layer": 2, "n_head": 2, "n_positions": 9, "n_inner": 5});
    let bloom = json!({"model_type": "bloom", "hidden_size": 6, "n_layer": 2, "n_head": 3});
    let chatglm = json!({"model_type": "chatglm", "hidden_size": 8, "ffn_hidden_size": 6, "num_layers": 2,
        "num_attention_heads": 2, "kv_channels": 8, "padded_vocab_size": 11, "add_qkv_bias": true});
    let yarn = json!({"type": "yarn", "factor": 2.0, "original_max_position_embeddings": 4});
    let all = [
        llama("llama", json!({"hidden_act": "quick_gelu", "rope_scaling": yarn})),
        llama("mistral", json!({"sliding_window": 2})),
        llama("qwen2", json!({"use_sliding_window": true, "sliding_window": 3, "max_window_layers": 1})),
        llama("qwen3", json!({"attention_bias": true})),
        llama("glm", json!({})),
        llama("glm4", json!({"hidden_act": "gelu", "attention_bias": false})),
        (gpt2.clone(), json!({"scale_attn_by_inverse_layer_idx": true, "tie_word_embeddings": false})),
        (gpt2, json!({"activation_function": "gelu"})),
        (bloom.clone(), json!({})),
        (bloom, json!({"apply_residual_connection_post_layernorm": true})),
        (chatglm.clone(), json!({"multi_query_attention": true, "multi_query_group_num": 1})),
        (
            chatglm,
            json!({"rmsnorm": false, "add_bias_linear": true, "apply_residual_connection_post_layernorm": true}),
        ),
    ];
    let whole = |(mut config, more): (Value, Value)| {
        config["vocab_size"] = json!(11);
        config.as_object_mut().unwrap().extend(more.as_object().unwrap().clone());
        Config::parse(&config).unwrap()
    };
    all.into_iter().map(whole).collect()
}

#[test]
fn every_parameter_of_the_other_families() {
    for config in others() {
        let adapter = LoraConfig { dropout: 0.25, ..LoraConfig::new(2, 3.0) };
        let mut full = build(config.clone(), &adapter);
        full.train_base();
        let ids = full.params().trained();
        check(full, &ids);
        let mut tuned = build(config, &adapter);
        tuned.train_adapter();
        let ids = tuned.params().trained();
        assert!(ids.len() >= 16);
        check(tuned, &ids);
    }
}

#[test]
fn blocks_that_are_run_again_give_the_same_bytes() {
    for (adapter, experts) in [(true, false), (false, false), (true, true), (false, true)] {
        let mut model = if experts { deepseek("deepseek_v3") } else { model(true) };
        if adapter {
            model.train_adapter()
        } else {
            model.train_base()
        };
        let run = |checkpointing| {
            let mut grads = Grads::zeros(model.params());
            let mut batch = Batch::default();
            batch.push(&[1, 2, 3, 4, 5], 7);
            batch.push(&[6, 7, 1], 8);
            let mut pool = Pool::default();
            let pass = Pass { grads: Some(&mut grads), dropout: 0.25, checkpointing, ..Pass::default() };
            let nats = model.loss(&batch, &[(0, 2), (3, 5), (6, 1)], 0.3, &mut pool, pass);
            let all: Vec<Vec<f64>> =
                model.params().trained().iter().map(|&id| grads.get(id).to_vec()).collect();
            (nats, all)
        };
        assert_eq!(run(true), run(false));
    }
}

/// Two parties with two rows each: the whole gradient, and each party's.
#[test]
fn parts_of_a_gradient_are_the_gradients_of_their_rows_and_add_up() {
    let mut model = model(false);
    model.train_adapter();
    let rows: [(&[u32], usize); 4] =
        [(&[1, 2, 3, 4], 0), (&[5, 6, 7], 1), (&[8, 9, 10, 1, 2], 1), (&[3, 5, 9], 0)];
    let run = |weights: [f64; 2], checkpointing: bool| {
        let (mut batch, mut wanted, mut own) = (Batch::default(), Vec::new(), Vec::new());
        let (mut grads, mut parts) = (Grads::zeros(model.params()), Parts::default());
        parts.begin(model.params(), 2);
        for (i, (ids, party)) in rows.iter().enumerate() {
            let first = batch.len();
            batch.push(ids, i as u64);
            parts.own(&batch.keys[first..], *party);
            for (k, &id) in ids.iter().enumerate().skip(1) {
                wanted.push(((first + k - 1) as u32, id));
                own.push(weights[*party]);
            }
        }
        let pass = Pass {
            grads: Some(&mut grads),
            parts: Some(&mut parts),
            weights: &own,
            dropout: 0.25,
            checkpointing,
            ..Pass::default()
        };
        model.loss(&batch, &wanted, 0.1, &mut Pool::default(), pass);
        let flat = |grads: &Grads<f64>| {
            model.params().trained().iter().flat_map(|&id| grads.get(id).to_vec()).collect::<Vec<f64>>()
        };
        (flat(&grads), [flat(parts.get(0)), flat(parts.get(1))])
    };
    let close = |a: &[f64], b: &[f64]| a.iter().zip(b).all(|(a, b)| (a - b).abs() < 1e-14);
    for checkpointing in [false, true] {
        let (whole, [first, second]) = run([1.0, 1.0], checkpointing);
        let sum: Vec<f64> = first.iter().zip(&second).map(|(a, b)| a + b).collect();
        assert!(close(&sum, &whole) && first != second);
        let (without_second, [same, silent]) = run([1.0, 0.0], checkpointing);
        assert!(close(&without_second, &first) && close(&same, &first));
        assert!(silent.iter().all(|&g| g == 0.0));
        let (double, _) = run([1.0, 2.0], checkpointing);
        let wanted: Vec<f64> = first.iter().zip(&second).map(|(a, b)| a + 2.0 * b).collect();
        assert!(close(&double, &wanted));
    }
}
