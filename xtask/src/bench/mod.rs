//! `cargo xtask bench NAME [PART]`: this build beside its peers, interleaved in one run.

mod engine;
mod machine;
mod page;
mod peers;

/// Runs a benchmark by name; `part` runs only the comparisons whose title has this word.
pub(crate) fn run(name: &str, part: Option<&str>) -> Result<(), String> {
    match name {
        "engine" => engine::run(part),
        other => Err(format!("There is no benchmark '{other}'; there is: engine.")),
    }
}

/// The median of what was measured.
pub(super) fn median(mut values: Vec<f64>) -> Option<f64> {
    values.sort_by(f64::total_cmp);
    values.get(values.len() / 2).copied()
}

#[cfg(test)]
mod tests {
    #[test]
    fn the_median_is_the_one_in_the_middle() {
        assert_eq!(super::median(vec![3.0, 9.0, 1.0]), Some(3.0));
        assert_eq!(super::median(Vec::new()), None);
    }
}
