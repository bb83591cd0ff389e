use super::{bnb, nf4, scales};
use crate::config::Config;
use crate::kernel::cpu::Cpu;
use crate::kernel::reference::Reference;
use crate::kernel::{Kernel, Mat};
use crate::lora::{self, LoraConfig};
use crate::model::Model;
use crate::net::{Grads, Weight};
use crate::quant::dot::Level;
use crate::quant::{Bits, Blocks, Half, Nf4};
use crate::rng::Rng;
use crate::tape::{Batch, Pass, Pool};
use crate::weights::Tensors;
use karat_types::Precision;
use std::path::{Path, PathBuf};
use std::sync::Arc;

fn fixture(part: &str) -> PathBuf {
    PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("tests/fixtures/nf4").join(part)
}

fn numbers(seed: u64, len: usize) -> Vec<f32> {
    let mut rng = Rng::new(&[seed]);
    (0..len).map(|_| (rng.normal() * 0.05) as f32).collect()
}

fn four(seed: u64, shape: [usize; 2], double: bool) -> (Vec<f32>, Nf4) {
    let x = numbers(seed, shape[0] * shape[1]);
    let read = |first: usize, out: &mut [f32]| -> Result<(), ()> {
        out.copy_from_slice(&x[first..first + out.len()]);
        Ok(())
    };
    let four = Nf4::encode(shape, double, read).unwrap();
    (x.clone(), four)
}

fn bit_patterns(x: &[f32]) -> Vec<u32> {
    x.iter().map(|x| x.to_bits()).collect()
}

/// The file of reference numbers bitsandbytes wrote.
struct Codec(Tensors);

impl Codec {
    fn floats(&self, name: &str) -> Vec<f32> {
        let shape = self.0.shape(name).unwrap().to_vec();
        self.0.read(name, &shape).unwrap()
    }

    fn bytes(&self, name: &str) -> &[u8] {
        self.0.raw(name).unwrap().0
    }
}

#[test]
fn codes_scales_and_double_quantisation_are_bitsandbytes_bit_for_bit() {
    let codec = Codec(Tensors::open_files(&[fixture("codec.safetensors")]).unwrap());
    assert_eq!(bit_patterns(&codec.floats("code")), bit_patterns(&nf4::CODE));
    assert_eq!(bit_patterns(&codec.floats("map")), bit_patterns(&scales::dynamic_map()[..]));
    for name in ["one", "odd", "whole", "many", "half", "brain"] {
        let x = codec.floats(&format!("{name}.x"));
        let ours = nf4::encode(&x);
        assert!(ours.nibbles == codec.bytes(&format!("{name}.packed")), "{name}");
        assert_eq!(
            bit_patterns(&ours.absmax),
            bit_patterns(&codec.floats(&format!("{name}.absmax"))),
            "{name}"
        );
        let double = scales::double(&ours.absmax);
        assert_eq!(
            bit_patterns(&[double.offset]),
            bit_patterns(&codec.floats(&format!("{name}.offset"))),
            "{name}"
        );
        assert_eq!(
            bit_patterns(&double.absmax),
            bit_patterns(&codec.floats(&format!("{name}.nested"))),
            "{name}"
        );
        assert!(double.codes == codec.bytes(&format!("{name}.codes")), "{name}");
        let rounding = match name {
            "half" => super::Rounding::F16,
            "brain" => super::Rounding::Bf16,
            _ => super::Rounding::F32,
        };
        let nibbles = ours.nibbles;
        let doubled = name == "many";
        let scales =
            if doubled { scales::Scales::Double(double) } else { scales::Scales::Plain(ours.absmax) };
        let held = Nf4 { shape: [1, x.len()], nibbles, scales, block: nf4::BLOCK, code: nf4::CODE, rounding };
        let mut decoded = vec![0.0; x.len()];
        held.decode(0, &mut decoded);
        let theirs = codec.floats(&format!("{name}.{}", if doubled { "decoded_double" } else { "decoded" }));
        assert_eq!(bit_patterns(&decoded), bit_patterns(&theirs), "{name}");
    }
}

/// transformers' log-probabilities on the dequantised weights.
fn expected(part: &str) -> (Vec<u32>, Vec<f32>, Vec<f32>) {
    let codec = Codec(Tensors::open_files(&[fixture(part).join("expected.safetensors")]).unwrap());
    let ids = codec.bytes("ids").chunks_exact(4).map(|c| u32::from_le_bytes(c.try_into().unwrap())).collect();
    (ids, codec.floats("logprobs"), codec.floats("q_proj"))
}

#[test]
fn checkpoints_that_bitsandbytes_quantised_score_as_transformers_on_the_same_numbers() {
    for part in ["plain", "double", "bf16"] {
        let (ids, logprobs, q_proj) = expected(part);
        for precision in [Precision::F32, Precision::Nf4] {
            let model = Model::load_as(&fixture(part), None, precision).unwrap();
            let (id, held) = model
                .params()
                .iter()
                .find(|(_, p)| p.name == "model.layers.1.self_attn.q_proj.weight")
                .unwrap();
            assert!(held.weight().dense().is_none());
            assert!(bit_patterns(&model.params().numbers(id)) == bit_patterns(&q_proj), "{part}");
            for (ours, theirs) in model.logprobs(&ids).iter().zip(&logprobs) {
                assert!((ours - theirs).abs() < 1e-4, "{part}: {ours} instead of {theirs}");
            }
            let mut cache = model.cache();
            let steps: Vec<Vec<f32>> = ids.iter().map(|&id| model.logits(&[id], &mut cache)).collect();
            for (i, theirs) in logprobs.iter().enumerate() {
                let sum: f64 = steps[i].iter().map(|&x| f64::from(x).exp()).sum();
                let ours = f64::from(steps[i][ids[i + 1] as usize]) - sum.ln();
                assert!((ours - f64::from(*theirs)).abs() < 1e-4, "{part}, token by token: {ours}, {theirs}");
            }
        }
    }
}

fn copy(part: &str, to: &Path) {
    for name in ["config.json", "model.safetensors"] {
        std::fs::copy(fixture(part).join(name), to.join(name)).unwrap();
    }
}

fn refusal(dir: &Path) -> String {
    let Err(problem) = Model::load(dir, None) else { panic!("accepted") };
    assert!(!problem.hint.is_empty());
    format!("{}: {}", problem.code, problem.detail)
}

#[test]
fn damaged_or_foreign_quantisation_is_named() {
    let root = tempfile::tempdir().unwrap();
    let (config, file) = (root.path().join("config.json"), root.path().join("model.safetensors"));
    copy("double", root.path());
    let (text, whole) = (std::fs::read_to_string(&config).unwrap(), std::fs::read(&file).unwrap());
    for (from, to, said) in [
        ("\"nf4\"", "\"fp4\"", "fp4"),
        ("\"bitsandbytes\"", "\"gptq\"", "gptq"),
        ("\"load_in_8bit\": false", "\"load_in_8bit\": true", "int8"),
    ] {
        std::fs::write(&config, text.replace(from, to)).unwrap();
        let refusal = refusal(root.path());
        assert!(refusal.starts_with("quantisation_unknown") && refusal.contains(said), "{refusal}");
    }
    std::fs::write(&config, &text).unwrap();
    let find = |what: &str| whole.windows(what.len()).position(|w| w == what.as_bytes()).unwrap();
    for (from, to, said) in [
        ("{\"quant_type\"", "x\"quant_type\"", "not JSON"),
        ("\"dtype\": \"float32\", \"shape\"", "\"dtype\": \"float99\", \"shape\"", "dtype"),
        ("\"shape\": [48, 80]", "\"shape\": [48, 79]", "shape"),
        ("\"blocksize\": 64", "\"blocksize\": 63", "blocksize"),
        ("nested_offset", "nested_ofsset", "nested_offset"),
        // The header: absmax shorter than the weight needs, and a map of another name.
        (
            "down_proj.weight.nested_absmax\":{\"dtype\":\"F32\",\"shape\":[1]",
            "down_proj.weight.nested_absmax\":{\"dtype\":\"I32\",\"shape\":[1]",
            "nested_absmax",
        ),
        ("down_proj.weight.quant_map\"", "down_proj.weight.quant_mop\"", "quant_map"),
    ] {
        let mut bytes = whole.clone();
        let at = find(from);
        bytes[at..at + to.len()].copy_from_slice(to.as_bytes());
        std::fs::write(&file, bytes).unwrap();
        let refusal = refusal(root.path());
        assert!(refusal.contains(said), "{from} → {to}: {refusal}");
    }
}

#[test]
fn panels_multiply_like_the_decoded_weight_at_odd_shapes() {
    for (shape, rows) in [([5, 7], 1), ([130, 48], 3), ([257, 100], 9), ([1100, 150], 300), ([64, 384], 2)] {
        let (_, w) = four(3, shape, true);
        let [outs, ins] = shape;
        let mut dense = vec![0.0; outs * ins];
        w.decode(0, &mut dense);
        let (x, dy) = (numbers(4, rows * ins), numbers(5, rows * outs));
        let weight: &dyn Weight<f32> = &w;
        for kernel in [&Cpu as &dyn Kernel<f32>, &Reference] {
            let (mut y, mut plain) = (vec![9.0; rows * outs], vec![9.0; rows * outs]);
            weight.multiply(kernel, &x, rows, &mut y);
            Reference.matmul(
                1.0,
                Mat::new(&x, rows, ins),
                Mat::new(&dense, outs, ins).t(),
                false,
                &mut plain,
            );
            close(&y, &plain);
            for add in [false, true] {
                let (mut dx, mut plain) = (vec![0.5; rows * ins], vec![0.5; rows * ins]);
                weight.multiply_transposed(kernel, &dy, rows, add, &mut dx);
                Reference.matmul(
                    1.0,
                    Mat::new(&dy, rows, outs),
                    Mat::new(&dense, outs, ins),
                    add,
                    &mut plain,
                );
                close(&dx, &plain);
            }
        }
        let mut some = vec![0.0; 2 * ins];
        weight.rows(outs - 2..outs, &mut some);
        assert_eq!(some, dense[(outs - 2) * ins..]);
    }
}

fn close(ours: &[f32], plain: &[f32]) {
    let largest = plain.iter().fold(0f32, |m, x| m.max(x.abs()));
    for (a, b) in ours.iter().zip(plain) {
        assert!((a - b).abs() <= 2e-5 * largest, "{a} instead of {b}");
    }
}

#[test]
fn a_quantised_matrix_needs_at_most_14_percent() {
    let (x, w) = four(1, [512, 1408], true);
    assert!((w.bytes() as f64) < 0.14 * (4 * x.len()) as f64, "{} bytes", w.bytes());
    let mut back = vec![0.0; x.len()];
    w.decode(0, &mut back);
    let (mut apart, mut all) = (0.0f64, 0.0f64);
    for (a, b) in x.iter().zip(&back) {
        apart += f64::from(a - b).powi(2);
        all += f64::from(*a).powi(2);
    }
    let error = (apart / all).sqrt();
    assert!((0.05..0.1).contains(&error), "{error}");
}

/// A model in f64 whose linear layers are NF4, and an adapter on all of them.
fn model64() -> Model<f64> {
    let config = Config::llama(11, 8, 12, 2, (4, 2));
    let mut count = 0;
    let mut source = move |_: &str, shape: &[usize]| {
        count += 1;
        let mut rng = Rng::new(&[count]);
        Ok((0..shape.iter().product()).map(|_| rng.normal() * 0.4).collect())
    };
    let mut model = Model::build(config, Arc::new(Reference), &mut source).unwrap();
    for i in 0..model.net.sites.len() {
        let site = &model.net.sites[i];
        if site.adaptable {
            let (id, shape) = (site.weight, [site.outs, site.ins]);
            model.net.params.hold(id, Box::new(four(i as u64, shape, true).1));
        }
    }
    lora::attach(&mut model, &LoraConfig::new(3, 6.0), &mut source).unwrap();
    model.train_adapter();
    model
}

#[test]
fn gradients_through_a_four_bit_base_are_finite_differences() {
    let mut model = model64();
    let batch = Batch::new([&[1u32, 2, 3, 4, 5][..], &[6, 7, 1]]);
    let wanted = [(0, 2), (1, 3), (3, 5), (5, 7), (6, 1)];
    let mut grads = Grads::zeros(model.params());
    let mut pool = Pool::default();
    let pass = Pass { grads: Some(&mut grads), ..Pass::default() };
    model.loss(&batch, &wanted, 1.0, &mut pool, pass);
    let ids = model.params().trained();
    assert_eq!(ids.len(), 28);
    for id in ids {
        let largest = grads.get(id).iter().fold(0f64, |m, g| m.max(g.abs()));
        assert!(largest > 1e-7, "no gradient");
        for i in (0..grads.get(id).len()).step_by(5) {
            let mut at = |delta: f64| {
                model.params_mut().data_mut(id)[i] += delta;
                let loss = model.loss(&batch, &wanted, 1.0, &mut pool, Pass::default());
                model.params_mut().data_mut(id)[i] -= delta;
                loss
            };
            let slope = (at(1e-5) - at(-1e-5)) / 2e-5;
            assert!((slope - grads.get(id)[i]).abs() / largest < 1e-5, "{slope}, {}", grads.get(id)[i]);
        }
    }
}

#[test]
fn companions_name_their_weight() {
    assert_eq!(bnb::owner("a.b.weight.absmax"), Some("a.b.weight"));
    assert_eq!(bnb::owner("a.b.weight.quant_state.bitsandbytes__nf4"), Some("a.b.weight"));
    assert_eq!(bnb::owner("a.b.weight.other"), None);
    assert_eq!(bnb::owner("a.b.weight"), None);
}

fn blocks(bits: Bits, shape: [usize; 2]) -> (Vec<f32>, Blocks) {
    let x = numbers(7, shape[0] * shape[1]);
    let read = |first: usize, out: &mut [f32]| -> Result<(), ()> {
        out.copy_from_slice(&x[first..first + out.len()]);
        Ok(())
    };
    (x.clone(), Blocks::encode(bits, shape, read).unwrap())
}

/// Root of the mean square of the difference over that of the reference.
fn spread(ours: &[f32], reference: &[f32]) -> f64 {
    let square = |x: f64| x * x;
    let apart: f64 = ours.iter().zip(reference).map(|(a, b)| square(f64::from(a - b))).sum();
    (apart / reference.iter().map(|&x| square(f64::from(x))).sum::<f64>()).sqrt()
}

#[test]
fn integer_products_have_the_same_bytes_on_all_instructions_and_are_close_to_the_numbers() {
    let shapes = [[16, 32], [5, 7], [33, 100], [130, 64], [1, 1], [48, 333]];
    for (bits, shape) in [Bits::Eight, Bits::Four].into_iter().flat_map(|b| shapes.map(|s| (b, s))) {
        let [outs, ins] = shape;
        let (_, w) = blocks(bits, shape);
        let mut dense = vec![0.0; outs * ins];
        Weight::rows(&w, 0..outs, &mut dense);
        for rows in [1, 2, 3, 4, 5, 9] {
            let x = numbers(rows as u64, rows * ins);
            let mut plain = vec![0.0; rows * outs];
            Reference.matmul(
                1.0,
                Mat::new(&x, rows, ins),
                Mat::new(&dense, outs, ins).t(),
                false,
                &mut plain,
            );
            let run = |level: Level| {
                let mut y = vec![9.0; rows * outs];
                w.multiply_at(level, &x, rows, &mut y);
                y
            };
            let portable = run(Level::Portable);
            assert!(
                spread(&portable, &plain) < 0.02,
                "{bits:?} {shape:?} {rows}: {}",
                spread(&portable, &plain)
            );
            for level in [Level::Avx2, Level::Vnni].into_iter().filter(|level| level.works()) {
                assert_eq!(
                    bit_patterns(&run(level)),
                    bit_patterns(&portable),
                    "{level:?} {bits:?} {shape:?} {rows}"
                );
            }
            let mut y = vec![9.0; rows * outs];
            w.multiply(&Cpu, &x, rows, &mut y);
            assert_eq!(bit_patterns(&y), bit_patterns(&portable));
        }
    }
}

/// The number of the largest magnitude.
fn most(block: &[f32]) -> f32 {
    block.iter().fold(0.0f32, |m, &x| if x.abs() > m.abs() { x } else { m })
}

#[test]
fn numbers_in_blocks_are_as_close_as_llama_cpp_or_closer() {
    // The error of llama.cpp's Q8_0 and Q4_0 on normal numbers, by its own formulas.
    let (x, eight) = blocks(Bits::Eight, [64, 2048]);
    let (_, four) = blocks(Bits::Four, [64, 2048]);
    let error = |w: &Blocks| {
        let mut back = vec![0.0; x.len()];
        Weight::rows(w, 0..64, &mut back);
        spread(&back, &x)
    };
    let theirs = |quantise: fn(&[f32]) -> (f32, f32, f32)| {
        let round = |block: &[f32]| {
            let (scale, low, high) = quantise(block);
            let scale = ::half::f16::from_f32(scale).to_f32();
            block.iter().map(|x| (x / scale).round().clamp(low, high) * scale).collect::<Vec<_>>()
        };
        spread(&x.chunks(32).flat_map(round).collect::<Vec<_>>(), &x)
    };
    let q8_0 = theirs(|b| (most(b).abs() / 127.0, -127.0, 127.0));
    let q4_0 = theirs(|b| (most(b) / -8.0, -8.0, 7.0));
    assert!(error(&eight) < 1.01 * q8_0, "{} against {q8_0}", error(&eight));
    assert!(error(&four) < 0.95 * q4_0, "{} against {q4_0}", error(&four));
    assert_eq!(Weight::bytes(&four) * 32, x.len() * 18);
    assert_eq!(Weight::bytes(&eight) * 32, x.len() * 34);
}

#[test]
fn extreme_blocks_stay_finite_and_zeros_stay_zeros() {
    for bits in [Bits::Eight, Bits::Four] {
        let x: Vec<f32> = (0..96)
            .map(|i| match i / 32 {
                0 => 0.0,
                1 => 1e-30,
                _ => {
                    if i % 2 == 0 {
                        1e30
                    } else {
                        -1.0
                    }
                }
            })
            .collect();
        let read = |first: usize, out: &mut [f32]| -> Result<(), ()> {
            out.copy_from_slice(&x[first..first + out.len()]);
            Ok(())
        };
        let w = Blocks::encode(bits, [1, 96], read).unwrap();
        let mut back = vec![9.0; 96];
        Weight::rows(&w, 0..1, &mut back);
        assert!(back[..64].iter().all(|&x| x == 0.0) && back.iter().all(|x| x.is_finite()), "{back:?}");
        let mut y = [0.0];
        w.multiply(&Cpu, &[f32::NAN; 96], 1, &mut y);
        assert!(y[0].is_nan(), "a number that is none became {}", y[0]);
    }
}

#[test]
fn brain_floats_multiply_like_their_numbers() {
    let shape = [37, 75];
    let x = numbers(2, 37 * 75);
    let read = |first: usize, out: &mut [f32]| -> Result<(), ()> {
        out.copy_from_slice(&x[first..first + out.len()]);
        Ok(())
    };
    let w = Half::encode(shape, read).unwrap();
    let mut dense = vec![0.0; x.len()];
    Weight::rows(&w, 0..37, &mut dense);
    assert!(spread(&dense, &x) < 2e-3 && dense.iter().all(|x| x.to_bits() & 0xffff == 0));
    for rows in [1, 2, 8, 9, 40] {
        let x = numbers(3, rows * 75);
        let (mut y, mut plain) = (vec![9.0; rows * 37], vec![9.0; rows * 37]);
        w.multiply(&Cpu, &x, rows, &mut y);
        Reference.matmul(1.0, Mat::new(&x, rows, 75), Mat::new(&dense, 37, 75).t(), false, &mut plain);
        close(&y, &plain);
    }
}
