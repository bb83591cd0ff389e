//! Which rows each step sees: fixed before the first one.

use crate::rng::Rng;
use crate::schedule::LearningRate;
use karat_types::train::TrainSettings;

/// The schedule of a run, a function of the settings and the lengths of the rows only.
#[derive(Clone, Debug)]
pub struct Plan {
    /// Steps in all.
    pub steps: u64,
    /// The learning rate over them.
    pub rate: LearningRate,
    lengths: Vec<usize>,
    batch: usize,
    accumulation: usize,
    /// Tokens of a micro-batch when rows are packed.
    room: Option<usize>,
    /// The last step of each epoch, from the first; what lies beyond has as many as the last.
    ends: Vec<u64>,
    eval_every: u64,
    save_every: Option<u64>,
    seed: u64,
    shuffle: bool,
}

impl Plan {
    /// Lays the steps out over rows of these lengths, of which there is at least one.
    pub fn new(s: &TrainSettings, lengths: &[usize]) -> Self {
        let batch = s.batch_size.max(1) as usize;
        let mut plan = Self {
            steps: 0,
            rate: LearningRate { peak: s.learning_rate, warmup: 0, total: 0, shape: s.schedule },
            lengths: lengths.to_vec(),
            batch,
            accumulation: s.accumulation.max(1) as usize,
            room: s.packing.then(|| batch * s.max_length as usize),
            ends: Vec::new(),
            eval_every: 0,
            save_every: s.save_every.filter(|&every| every > 0),
            seed: s.seed,
            shuffle: s.shuffle,
        };
        plan.steps = plan.lay_epochs(s);
        plan.eval_every = s.eval_every.unwrap_or(plan.steps.div_ceil(10)).max(1);
        let warmup = s.warmup_steps.unwrap_or((plan.steps * 3).div_ceil(100)).min(plan.steps);
        plan.rate = LearningRate { warmup, total: plan.steps, ..plan.rate };
        plan
    }

    /// Finds where epochs end, and how many steps there are. Only packed and shuffled epochs
    /// differ in length.
    fn lay_epochs(&mut self, s: &TrainSettings) -> u64 {
        let one = self.steps_of(0);
        let differ = self.room.is_some() && self.shuffle;
        let last = match s.steps {
            Some(steps) if !differ => return self.close(one, steps),
            None if !differ => return self.close(one, (s.epochs * one as f64).ceil() as u64),
            Some(_) => u64::MAX,
            None => s.epochs.ceil().max(1.0) as u64,
        };
        let mut end = 0;
        for epoch in 0..last {
            let own = self.steps_of(epoch);
            let part = if epoch as f64 + 1.0 > s.epochs { s.epochs - epoch as f64 } else { 1.0 };
            self.ends.push(end + own);
            match s.steps {
                Some(steps) if end + own >= steps => return steps.max(1),
                Some(_) => end += own,
                None => end += (own as f64 * part).ceil() as u64,
            }
        }
        end.max(1)
    }

    fn close(&mut self, one: u64, steps: u64) -> u64 {
        self.ends = vec![one];
        steps.max(1)
    }

    /// Whether the held-out rows are evaluated after this step; always after the last.
    pub fn evaluates(&self, step: u64) -> bool {
        step.is_multiple_of(self.eval_every) || step == self.steps
    }

    /// Whether a checkpoint was asked for after this step.
    pub fn saves(&self, step: u64) -> bool {
        self.save_every.is_some_and(|every| step.is_multiple_of(every))
    }

    /// The epoch of a step (from 1), and its place in it.
    fn place(&self, step: u64) -> (u64, usize) {
        let (last, known) = (self.ends[self.ends.len() - 1], self.ends.len() as u64);
        if step > last {
            let before = if known > 1 { self.ends[self.ends.len() - 2] } else { 0 };
            let (own, past) = (last - before, step - 1 - last);
            return (known + past / own, (past % own) as usize);
        }
        let epoch = self.ends.partition_point(|&end| end < step);
        let before = if epoch > 0 { self.ends[epoch - 1] } else { 0 };
        (epoch as u64, (step - 1 - before) as usize)
    }

    fn steps_of(&self, epoch: u64) -> u64 {
        self.micro_batches(epoch).len().div_ceil(self.accumulation) as u64
    }

    /// The micro-batches of an epoch, as row numbers. Rows keep their order; packed, each
    /// micro-batch takes the next rows as long as they fit.
    fn micro_batches(&self, epoch: u64) -> Vec<Vec<usize>> {
        let mut order: Vec<usize> = (0..self.lengths.len()).collect();
        if self.shuffle {
            Rng::new(&[self.seed, 0x5e_ed, epoch]).shuffle(&mut order);
        }
        let Some(room) = self.room else {
            return order.chunks(self.batch).map(<[usize]>::to_vec).collect();
        };
        let (mut out, mut taken): (Vec<Vec<usize>>, usize) = (Vec::new(), 0);
        for row in order {
            taken += self.lengths[row];
            match out.last_mut() {
                Some(batch) if taken <= room => batch.push(row),
                _ => {
                    out.push(vec![row]);
                    taken = self.lengths[row];
                }
            }
        }
        out
    }

    /// Reads the plan step by step.
    pub fn cursor(&self) -> Cursor<'_> {
        Cursor { plan: self, epoch: u64::MAX, batches: Vec::new() }
    }

    /// Rows read over the whole run, again and again.
    pub fn rows(&self) -> u64 {
        let mut cursor = self.cursor();
        (1..=self.steps).map(|step| cursor.batches(step).iter().map(Vec::len).sum::<usize>() as u64).sum()
    }

    /// Tokens of the longest micro-batch of the whole run.
    pub fn longest(&self) -> usize {
        let mut cursor = self.cursor();
        let tokens = |batch: &Vec<usize>| batch.iter().map(|&row| self.lengths[row]).sum::<usize>();
        (1..=self.steps).filter_map(|step| cursor.batches(step).iter().map(tokens).max()).max().unwrap_or(0)
    }
}

/// A place in a plan; remembers the epoch it is in.
pub struct Cursor<'a> {
    plan: &'a Plan,
    epoch: u64,
    batches: Vec<Vec<usize>>,
}

impl Cursor<'_> {
    /// The micro-batches of a step (from 1), as row numbers. The last step of an epoch may
    /// be smaller; no row is seen twice in one epoch.
    pub fn batches(&mut self, step: u64) -> &[Vec<usize>] {
        let (epoch, index) = self.plan.place(step);
        if epoch != self.epoch {
            (self.epoch, self.batches) = (epoch, self.plan.micro_batches(epoch));
        }
        let first = (index * self.plan.accumulation).min(self.batches.len());
        &self.batches[first..self.batches.len().min(first + self.plan.accumulation)]
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn sorted(mut rows: Vec<usize>) -> Vec<usize> {
        rows.sort_unstable();
        rows
    }

    fn rows(plan: &Plan, steps: std::ops::RangeInclusive<u64>) -> Vec<usize> {
        let mut cursor = plan.cursor();
        steps.flat_map(|step| cursor.batches(step).concat()).collect()
    }

    #[test]
    fn an_epoch_sees_every_row_once_and_the_next_in_another_order() {
        let settings = TrainSettings { batch_size: 3, accumulation: 2, epochs: 2.0, ..Default::default() };
        let plan = Plan::new(&settings, &[5; 20]);
        assert_eq!(plan.steps, 8);
        let (first, second) = (rows(&plan, 1..=4), rows(&plan, 5..=8));
        assert_ne!(first, second);
        assert_eq!(sorted(first), (0..20).collect::<Vec<_>>());
        assert_eq!(sorted(second), (0..20).collect::<Vec<_>>());
        let sizes = |step| plan.cursor().batches(step).iter().map(Vec::len).collect::<Vec<_>>();
        assert_eq!((sizes(1), sizes(4)), (vec![3, 3], vec![2]));
        assert!(plan.evaluates(8) && plan.evaluates(1));
        assert_eq!(plan.longest(), 15);
    }

    #[test]
    fn a_part_of_an_epoch_is_rounded_up_to_whole_steps() {
        let steps = |epochs| {
            let settings = TrainSettings { batch_size: 4, epochs, ..Default::default() };
            Plan::new(&settings, &[5; 20]).steps
        };
        assert_eq!([0.01, 0.5, 1.0, 1.5, 2.0].map(steps), [1, 3, 5, 8, 10]);
    }

    #[test]
    fn packed_batches_hold_what_fits_and_miss_no_row() {
        let lengths: Vec<usize> = (0..50).map(|i| 1 + (i * 7) % 30).collect();
        for (shuffle, epochs) in [(false, 3.0), (true, 3.0), (true, 2.5)] {
            let settings = TrainSettings {
                batch_size: 2,
                accumulation: 2,
                max_length: 32,
                packing: true,
                shuffle,
                epochs,
                ..Default::default()
            };
            let plan = Plan::new(&settings, &lengths);
            let mut cursor = plan.cursor();
            let mut seen = Vec::new();
            for step in 1..=plan.steps {
                let batches = cursor.batches(step);
                assert!((1..=2).contains(&batches.len()), "step {step}");
                for batch in batches {
                    assert!(batch.iter().map(|&row| lengths[row]).sum::<usize>() <= 64);
                    seen.extend(batch);
                }
            }
            let whole = epochs.floor() as usize * 50;
            for epoch in seen[..whole].chunks(50) {
                assert_eq!(sorted(epoch.to_vec()), (0..50).collect::<Vec<_>>());
            }
            assert_eq!(seen.len() > whole, epochs.fract() > 0.0);
            let exact = Plan::new(&TrainSettings { steps: Some(plan.steps), ..settings }, &lengths);
            assert_eq!(rows(&exact, 1..=plan.steps), seen);
        }
    }
}
