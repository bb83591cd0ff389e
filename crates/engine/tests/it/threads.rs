//! The same bytes for one thread and for two.

use crate::parity::loss_and_grads;
use karat_engine::Model;
use karat_engine::config::Config;
use karat_engine::lora::{self, LoraConfig};
use karat_engine::rng::Rng;
use karat_engine::tape::Batch;

fn bytes(threads: usize, full: bool) -> Vec<u32> {
    let pool = rayon::ThreadPoolBuilder::new().num_threads(threads).build().unwrap();
    pool.install(|| {
        let mut model = Model::init(Config::llama(1000, 128, 352, 2, (4, 2)), 1);
        if full {
            model.train_base();
        } else {
            let mut rng = Rng::new(&[3]);
            let numbers = &mut |_: &str, shape: &[usize]| {
                Ok((0..shape.iter().product()).map(|_| rng.normal() as f32 * 0.05).collect())
            };
            lora::attach(&mut model, &LoraConfig::new(8, 16.0), numbers).unwrap();
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
    for full in [true, false] {
        let one = bytes(1, full);
        assert!(one.len() > 10_000 && one.iter().any(|&b| b != 0));
        assert!(one == bytes(2, full) && one == bytes(3, full) && one == bytes(1, full));
    }
}
