//! The working kernel against the plain one, at sizes that hit every edge.

use karat_engine::kernel::cpu::Cpu;
use karat_engine::kernel::reference::Reference;
use karat_engine::kernel::{
    Activation, Attention, AttentionGrads, AttentionSaved, Cut, Dropout, Kernel, Mat, Rotary, Span,
};
use karat_engine::rng::Rng;

fn numbers(seed: u64, len: usize) -> Vec<f32> {
    let mut rng = Rng::new(&[seed]);
    (0..len).map(|_| rng.normal() as f32).collect()
}

fn close(name: &str, ours: &[f32], reference: &[f32]) {
    let error = crate::support::relative(ours, reference);
    assert!(error < 2e-5, "{name}: {error}");
}

#[test]
fn matrix_products_at_odd_sizes_and_every_transpose() {
    let shapes = [
        (1, 7, 5),
        (1, 512, 300),
        (3, 64, 64),
        (4, 1030, 300),
        (13, 5, 1),
        (15, 1, 31),
        (65, 33, 129),
        (70, 600, 8),
        (300, 17, 257),
        (257, 8, 1024),
        (333, 40, 16),
        (9, 1500, 333),
        (1100, 530, 70),
    ];
    for (m, k, n) in shapes {
        let (a, b, old) = (numbers(1, m * k), numbers(2, k * n), numbers(3, m * n));
        let (at, bt) = (transposed(&a, m, k), transposed(&b, k, n));
        let left = [Mat::new(&a, m, k), Mat::new(&at, k, m).t()];
        let right = [Mat::new(&b, k, n), Mat::new(&bt, n, k).t()];
        for (a, b) in left.iter().flat_map(|a| right.iter().map(move |b| (*a, *b))) {
            for accumulate in [false, true] {
                let (mut ours, mut plain) = (old.clone(), old.clone());
                Cpu.matmul(0.5, a, b, accumulate, &mut ours);
                Reference.matmul(0.5, a, b, accumulate, &mut plain);
                close(&format!("{m} × {k} × {n}"), &ours, &plain);
            }
        }
    }
}

#[test]
fn products_of_every_small_shape_touch_nothing_beside_theirs() {
    for m in 1..=17 {
        for n in 1..=34 {
            let k = 1 + (m * 7 + n * 5) % 37;
            let (a, b) = (numbers(m as u64, m * k), numbers(n as u64, k * n));
            let (mut ours, mut plain) = (vec![7.0; m * n], vec![7.0; m * n]);
            let (a, b) = (Mat::new(&a, m, k), Mat::new(&b, k, n));
            Cpu.matmul(1.5, a, b, true, &mut ours);
            Reference.matmul(1.5, a, b, true, &mut plain);
            close(&format!("{m} × {k} × {n}"), &ours, &plain);
        }
    }
}

fn transposed(a: &[f32], rows: usize, cols: usize) -> Vec<f32> {
    (0..rows * cols).map(|i| a[i % rows * cols + i / rows]).collect()
}

#[test]
fn attention_with_groups_uneven_sequences_and_a_cache() {
    let square = |at: usize, n: usize| Span { query: at, queries: n, key: at, keys: n };
    let spans = vec![square(0, 1), square(1, 130), square(131, 64), square(195, 17)];
    let cached = vec![Span { query: 0, queries: 1, key: 0, keys: 99 }];
    let chunk = vec![Span { query: 0, queries: 70, key: 0, keys: 99 }];
    let slopes = [0.5, 0.25, 0.125, 0.0625, 0.03, 0.01];
    for (spans, heads, kv_heads, head_dim) in [(&spans, 6, 2, 24), (&cached, 4, 4, 16), (&chunk, 4, 1, 8)] {
        let plain = Attention::plain(heads, kv_heads, head_dim, spans);
        attention(&plain);
        attention(&Attention { value_dim: 10, scale: 0.3, ..plain.clone() });
        attention(&Attention { value_dim: 40, slopes: Some(&slopes), ..plain.clone() });
        for window in [1, 7, 64, 100] {
            attention(&Attention { window: Some(window), ..plain.clone() });
            attention(&Attention { window: Some(window), slopes: Some(&slopes), ..plain.clone() });
        }
    }
}

fn attention(shape: &Attention<'_>) {
    let queries: usize = shape.spans.iter().map(|s| s.queries).sum();
    let keys: usize = shape.spans.iter().map(|s| s.keys).sum();
    let q = numbers(1, queries * shape.heads * shape.head_dim);
    let k = numbers(2, keys * shape.kv_heads * shape.head_dim);
    let v = numbers(3, keys * shape.kv_heads * shape.value_dim);
    let dout = numbers(4, queries * shape.heads * shape.value_dim);
    let run = |kernel: &dyn Kernel<f32>| {
        let (mut out, mut lse) = (vec![9.0; dout.len()], vec![9.0; queries * shape.heads]);
        kernel.attention(shape, (&q, &k, &v), &mut out, &mut lse);
        let (mut dq, mut dk, mut dv) = (vec![1.0; q.len()], vec![1.0; k.len()], vec![1.0; v.len()]);
        let saved = AttentionSaved { q: &q, k: &k, v: &v, out: &out, lse: &lse };
        let grads = AttentionGrads { dq: &mut dq, dk: &mut dk, dv: &mut dv };
        kernel.attention_backward(shape, &saved, &dout, grads);
        [out, lse, dq, dk, dv]
    };
    let names = ["out", "lse", "dq", "dk", "dv"];
    for (name, (ours, plain)) in names.iter().zip(run(&Cpu).iter().zip(run(&Reference))) {
        close(&format!("{name} of {shape:?}"), ours, &plain);
    }
}

#[test]
fn everything_row_by_row() {
    let (rows, n) = (300, 75);
    let (x, w, dy) = (numbers(1, rows * n), numbers(2, n), numbers(3, rows * n));
    let tokens: Vec<u64> = (0..rows as u64).collect();
    let targets: Vec<u32> = (0..rows as u32).map(|i| i % n as u32).collect();
    let run = |kernel: &dyn Kernel<f32>| {
        let mut out = Vec::new();
        let (mut y, mut inv) = (vec![0.0; x.len()], vec![0.0; rows]);
        kernel.rms_norm(&x, &w, 1e-5, &mut y, &mut inv);
        let mut again = vec![0.0; x.len()];
        kernel.rms_norm_again(&x, &w, &inv, &mut again);
        assert_eq!(again, y, "a norm computed again");
        let (mut dx, mut dw) = (vec![1.0; x.len()], vec![1.0; n]);
        kernel.rms_norm_backward((&x, &w, &inv), &dy, &mut dx, Some(&mut dw));
        out.extend([y.clone(), inv, dx, dw]);
        kernel.swiglu(&x, &dy, &mut y);
        let (mut gate, mut up) = (x.clone(), dy.clone());
        kernel.swiglu_backward(&mut gate, &mut up, &y);
        out.extend([y.clone(), gate, up]);
        let mask = Dropout { p: 0.3, layer: 5, tokens: &tokens };
        kernel.dropout(&mask, &x, false, &mut y);
        out.push(y.clone());
        kernel.dropout(&mask, &dy, true, &mut y);
        out.push(y);
        let (mut logits, mut nats) = (x.clone(), vec![0.0; rows]);
        kernel.cross_entropy(&mut logits, &targets, Some(0.25), &mut nats);
        out.extend([logits, nats]);
        let mut turned = numbers(6, rows * 24);
        let angles = numbers(7, rows * 4);
        let (cos, sin): (Vec<f32>, Vec<f32>) = angles.iter().map(|a| (a.cos(), a.sin())).unzip();
        for (pairs, interleaved) in [(4, false), (4, true), (2, false), (3, true)] {
            let shape = Rotary { heads: 3, head_dim: 8, pairs, interleaved };
            let (cos, sin) = (&cos[..rows * pairs], &sin[..rows * pairs]);
            kernel.rope(&mut turned, &shape, cos, sin, false);
            out.push(turned.clone());
            kernel.rope(&mut turned, &shape, cos, sin, true);
            close("turned there and back", &turned, &numbers(6, rows * 24));
        }
        let cut = Cut { groups: 3, width: 8, first: 2, taken: 5 };
        let (mut part, mut whole) = (vec![9.0; rows * 15], vec![1.0; rows * 24]);
        kernel.cut(&turned, &cut, &mut part);
        kernel.cut_backward(&part, &cut, &mut whole);
        out.extend([part, whole]);
        kernel.add_bias(&w, &mut turned[..rows / n * n]);
        let mut dbias = vec![0.0; n];
        kernel.bias_backward(&dy, &mut dbias);
        out.push(dbias);
        out
    };
    for (i, (ours, plain)) in run(&Cpu).iter().zip(run(&Reference)).enumerate() {
        close(&format!("output {i}"), ours, &plain);
    }
}

#[test]
fn layer_norm_activations_and_products() {
    for (rows, n) in [(1, 1), (300, 75), (7, 1000)] {
        let (x, w, b, dy) = (numbers(1, rows * n), numbers(2, n), numbers(3, n), numbers(4, rows * n));
        let run = |kernel: &dyn Kernel<f32>| {
            let (mut y, mut stats) = (vec![9.0; x.len()], vec![9.0; 2 * rows]);
            kernel.layer_norm(&x, (&w, &b), 1e-2, &mut y, &mut stats);
            let (mut dx, mut dw, mut db) = (vec![1.0; x.len()], vec![1.0; n], vec![1.0; n]);
            kernel.layer_norm_backward((&x, &w, &stats), &dy, &mut dx, (Some(&mut dw), Some(&mut db)));
            let mut out = vec![y.clone(), stats, dx, dw, db];
            for f in [
                Activation::Silu,
                Activation::Gelu,
                Activation::GeluTanh,
                Activation::QuickGelu,
                Activation::Relu,
            ] {
                let mut slope: Vec<f32> = x.iter().map(|x| 4.0 * x).collect();
                kernel.activate(f, &slope, &mut y);
                kernel.activate_backward(f, &mut slope, &dy);
                out.extend([y.clone(), slope]);
            }
            kernel.multiply(&x, &dy, &mut y);
            let (mut da, mut db) = (x.clone(), dy.clone());
            kernel.multiply_backward(&mut da, &mut db, &y);
            out.extend([y, da, db]);
            out
        };
        for (i, (ours, plain)) in run(&Cpu).iter().zip(run(&Reference)).enumerate() {
            // A norm of one number is nothing but its bias.
            if plain.iter().any(|x| x.abs() > 1e-6) {
                close(&format!("output {i} of {rows} × {n}"), ours, &plain);
            }
        }
    }
}
