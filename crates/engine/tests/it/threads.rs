//! The same bytes for one thread and for two.

use crate::parity::loss_and_grads;
use karat_engine::Model;
use karat_engine::config::Config;
use karat_engine::lora::{self, LoraConfig};
use karat_engine::rng::Rng;
use karat_engine::tape::Batch;

fn llama() -> Config {
    Config::llama(1000, 128, 352, 2, (4, 2))
}

/// Eight experts of which each token asks three.
fn deepseek() -> Config {
    let config = Config::parse(&serde_json::json!({
        "model_type": "deepseek_v3", "vocab_size": 1000, "hidden_size": 96, "intermediate_size": 200,
        "moe_intermediate_size": 72, "num_hidden_layers": 2, "num_attention_heads": 4,
        "n_routed_experts": 8, "num_experts_per_tok": 3, "n_shared_experts": 1, "n_group": 4,
        "topk_group": 2, "kv_lora_rank": 32, "q_lora_rank": 48, "qk_rope_head_dim": 16,
        "qk_nope_head_dim": 24, "v_head_dim": 20, "first_k_dense_replace": 1,
        "max_position_embeddings": 512,
    }));
    config.unwrap()
}

fn bytes(config: &Config, threads: usize, full: bool) -> Vec<u32> {
    let pool = rayon::ThreadPoolBuilder::new().num_threads(threads).build().unwrap();
    pool.install(|| {
        let mut model = Model::init(config.clone(), 1);
        if full {
            model.train_base();
        } else {
            let mut rng = Rng::new(&[3]);
            let numbers = &mut |_: &str, shape: &[usize]| {
                Ok((0..shape.iter().product()).map(|_| rng.normal() as f32 * 0.05).collect())
            };
            let parameters = ["gate.weight", "gate_up_proj", "experts.down_proj"].map(str::to_owned).to_vec();
            let parameters = if config.model_type == "llama" { Vec::new() } else { parameters };
            lora::attach(&mut model, &LoraConfig { parameters, ..LoraConfig::new(8, 16.0) }, numbers)
                .unwrap();
            model.train_adapter();
        }
        let mut rng = Rng::new(&[2]);
        let mut row = |n: usize| -> Vec<u32> { (0..n).map(|_| rng.below(1000) as u32).collect() };
        let rows = [row(200), row(77), row(131)];
        let wanted: Vec<(u32, u32)> = (0..190).map(|i| (i, rows[0][i as usize + 1])).collect();
        let (loss, grads) = loss_and_grads(&model, &Batch::new(rows.iter().map(Vec::as_slice)), &wanted);
        let mut out = vec![(loss as f32).to_bits()];
        let trained = model.params().trained();
        out.extend(trained.iter().flat_map(|&id| grads.get(id)).map(|x| x.to_bits()));
        out
    })
}

#[test]
fn gradients_do_not_depend_on_the_number_of_threads() {
    for (config, full) in [(llama(), true), (llama(), false), (deepseek(), true), (deepseek(), false)] {
        let run = |threads| bytes(&config, threads, full);
        let one = run(1);
        assert!(one.len() > 10_000 && one.iter().any(|&b| b != 0));
        assert!(one == run(2) && one == run(3) && one == run(1));
    }
}
