//! The keys of DeepSeek-V2 and V3: latent attention and experts.

use super::{Config, Fields, Rope, Sizes, wrong};
use crate::kernel::{Gating, Groups, Scoring};
use karat_types::Problem;
use serde_json::Value;

/// What only DeepSeek has.
#[derive(Clone, Debug, PartialEq)]
pub struct Keys {
    /// Width of the queries' latent; none = queries come straight from the hidden rows.
    pub query_latent: Option<usize>,
    /// Width of the latent keys and values share.
    pub latent: usize,
    /// Numbers of each query and key head that do not turn.
    pub still: usize,
    /// Numbers that turn; those of the keys are shared by all heads.
    pub turned: usize,
    /// Numbers of each value head.
    pub value_dim: usize,
    /// What the attention scores are multiplied with.
    pub scale: f64,
    /// Whether q_a, kv_a and o have biases.
    pub attention_bias: bool,
    /// Whether dense and shared gate, up and down have biases.
    pub mlp_bias: bool,
    /// Which blocks have experts.
    pub sparse: Vec<bool>,
    /// The experts of those blocks.
    pub moe: Option<Moe>,
}

/// The experts of a block.
#[derive(Clone, Debug, PartialEq)]
pub struct Moe {
    /// How tokens choose among them.
    pub gating: Gating,
    /// Whether a bias moves the choice.
    pub choice_bias: bool,
    /// Width inside an expert.
    pub inner: usize,
    /// Width inside the experts everybody asks, all together; 0 = there are none.
    pub shared: usize,
}

pub(super) fn read(fields: &Fields<'_>) -> Result<Config, Problem> {
    let model_type = fields.0["model_type"].as_str().unwrap_or_default();
    let (layers, heads) = (fields.number("num_hidden_layers")?, fields.number("num_attention_heads")?);
    let sizes = Sizes {
        vocab: "vocab_size",
        hidden: fields.number("hidden_size")?,
        intermediate: fields.number("intermediate_size")?,
        layers,
        heads,
        kv_heads: heads,
        head_dim: fields.number("qk_rope_head_dim")?,
        context: "max_position_embeddings",
        default_context: 2048,
    };
    let keys = Keys::read(model_type, fields, layers.min(super::MOST_LAYERS))?;
    let config = Config::common(fields, sizes, super::Keys::Deepseek(keys))?;
    let mut rope = Rope::read(fields, config.head_dim, 1.0, config.context)?;
    rope.interleaved = !is_v3(model_type) || fields.flag("rope_interleave", true);
    if !matches!(fields.0["hidden_act"].as_str(), None | Some("silu" | "swish")) {
        return Err(wrong(format!("hidden_act is {}, this family has 'silu'.", fields.0["hidden_act"])));
    }
    Ok(Config { context: rope.reach(config.context), rope: Some(rope), ..config })
}

impl Keys {
    fn read(model_type: &str, fields: &Fields<'_>, layers: usize) -> Result<Self, Problem> {
        let (still, turned) = (fields.number("qk_nope_head_dim")?, fields.number("qk_rope_head_dim")?);
        let moe = Moe::read(model_type, fields)?;
        let first =
            fields.0["first_k_dense_replace"].as_u64().unwrap_or(if is_v3(model_type) { 3 } else { 0 });
        let every = fields.optional("moe_layer_freq").unwrap_or(1);
        let sparse = |n: usize| moe.is_some() && n as u64 >= first && n.is_multiple_of(every);
        let query_latent = match &fields.0["q_lora_rank"] {
            Value::Null if fields.0.get("q_lora_rank").is_some() => None,
            _ => Some(fields.number("q_lora_rank")?),
        };
        Ok(Self {
            query_latent,
            latent: fields.number("kv_lora_rank")?,
            still,
            turned,
            value_dim: fields.number("v_head_dim")?,
            scale: scale(fields, still + turned)?,
            attention_bias: fields.flag("attention_bias", false),
            mlp_bias: !is_v3(model_type) && fields.flag("mlp_bias", false),
            sparse: (0..layers).map(sparse).collect(),
            moe,
        })
    }
}

fn is_v3(model_type: &str) -> bool {
    model_type == "deepseek_v3"
}

/// 1/√d, times the square of YaRN's `mscale_all_dim` factor (transformers `yarn_apply_mscale`).
fn scale(fields: &Fields<'_>, head_dim: usize) -> Result<f64, Problem> {
    let plain = 1.0 / (head_dim as f64).sqrt();
    let part = ["rope_scaling", "rope_parameters"].map(|name| &fields.0[name]);
    let Some(part) = part.into_iter().find(|p| p.is_object()) else { return Ok(plain) };
    let kind = part["rope_type"].as_str().or_else(|| part["type"].as_str()).unwrap_or("default");
    let all = part["mscale_all_dim"].as_f64().unwrap_or(0.0);
    if kind == "default" || all == 0.0 {
        return Ok(plain);
    }
    let factor = part["factor"].as_f64().filter(|f| f.is_finite() && *f > 0.0).ok_or_else(|| {
        wrong(format!("mscale_all_dim needs a factor, a number above 0; it is {}.", part["factor"]))
    })?;
    let mscale = if factor <= 1.0 { 1.0 } else { 0.1 * all * factor.ln() + 1.0 };
    Ok(plain * mscale * mscale)
}

impl Moe {
    fn read(model_type: &str, fields: &Fields<'_>) -> Result<Option<Self>, Problem> {
        if fields.0["n_routed_experts"].is_null() {
            return Ok(None);
        }
        let (experts, chosen) = (fields.number("n_routed_experts")?, fields.number("num_experts_per_tok")?);
        if chosen > experts {
            return Err(wrong(format!("num_experts_per_tok is {chosen}, there are {experts} experts.")));
        }
        let v3 = is_v3(model_type);
        let groups = if grouped(fields, v3)? { Some(groups(fields, (experts, chosen), v3)?) } else { None };
        let gating = Gating {
            experts,
            chosen,
            scoring: if v3 { Scoring::Sigmoid } else { Scoring::Softmax },
            groups,
            normalise: v3 && fields.flag("norm_topk_prob", true),
            factor: fields.float("routed_scaling_factor", if v3 { 2.5 } else { 1.0 }),
        };
        let inner = fields.number("moe_intermediate_size")?;
        let shared = inner * fields.optional("n_shared_experts").unwrap_or(0);
        Ok(Some(Self { gating, choice_bias: v3, inner, shared }))
    }
}

/// Whether tokens choose groups first; what this family does not do is refused by name.
fn grouped(fields: &Fields<'_>, v3: bool) -> Result<bool, Problem> {
    let text = |name: &str| fields.0[name].as_str();
    let (known_scoring, known_methods) = if v3 {
        ("sigmoid", &["noaux_tc"][..])
    } else {
        ("softmax", &["greedy", "group_limited_greedy"][..])
    };
    if let Some(other) = text("scoring_func").filter(|s| *s != known_scoring) {
        return Err(wrong(format!("scoring_func is '{other}', this family has '{known_scoring}'.")));
    }
    let method = text("topk_method").unwrap_or(known_methods[0]);
    if !known_methods.contains(&method) {
        return Err(wrong(format!(
            "topk_method is '{method}', this family has {}.",
            known_methods.join(", ")
        )));
    }
    Ok(method != "greedy")
}

fn groups(fields: &Fields<'_>, (experts, chosen): (usize, usize), v3: bool) -> Result<Groups, Problem> {
    let default = |name: &str, n: usize| match fields.0.get(name) {
        None if v3 => Ok(n),
        _ => fields.number(name),
    };
    let (count, kept) = (default("n_group", 8)?, default("topk_group", 4)?);
    let groups = Groups { count, kept, best: if v3 { 2 } else { 1 } };
    if !experts.is_multiple_of(count) || kept > count || experts / count < groups.best {
        return Err(wrong(format!(
            "{experts} experts in {count} groups of which {kept} are kept: equal groups of at least {} and no more kept than there are is expected.",
            groups.best
        )));
    }
    if v3 && experts / count * kept < chosen {
        return Err(wrong(format!(
            "{kept} groups of {} experts leave fewer than the {chosen} each token asks.",
            experts / count
        )));
    }
    Ok(groups)
}
