//! The child: locks itself in, then reads one file after the other until its standard
//! input ends.

use super::confine::{self, Meter};
use super::frame::{Answer, Request, read_bytes, read_head, write_examined, write_head};
use super::probe::Probe;
use karat_gate::{Examined, Input};
use std::io::{Read, Write};
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::sync::Mutex;

/// Room for parsers that nest; mapped, but only used when they do.
const STACK: usize = 64 << 20;

/// Reads files from standard input until it ends. `cpu_seconds` are given to each file.
pub(crate) fn serve(probe: Option<Probe>, cpu_seconds: u64) -> std::io::Result<()> {
    let meter = Meter::open();
    let outer = confine::process();
    let work = move || {
        let (mut from, mut to) = (std::io::stdin().lock(), std::io::stdout().lock());
        let limits = [outer, confine::thread(&meter, cpu_seconds)].concat();
        let hello = super::frame::Hello { limits, counts_cpu: meter.counts() };
        write_head(&mut to, &hello)?;
        to.flush()?;
        answer_all(
            &mut from,
            &mut to,
            |input| match probe {
                Some(probe) => Err(probe.run()),
                None => Ok(karat_gate::examine(input)),
            },
            || confine::give_cpu(&meter, cpu_seconds),
        )
    };
    // The default hook writes a trace for developers; here the parent wants one line.
    std::panic::set_hook(Box::new(|info| remember(&info.to_string())));
    let thread = std::thread::Builder::new().stack_size(STACK).spawn(work)?;
    thread.join().unwrap_or_else(|_| Err(std::io::ErrorKind::Other.into()))
}

fn answer_all(
    from: &mut impl Read,
    to: &mut impl Write,
    mut read: impl FnMut(&Input<'_>) -> Result<Examined, String>,
    mut before: impl FnMut(),
) -> std::io::Result<()> {
    loop {
        before();
        let Some(Request { name, rules, bytes }) = read_head(from)? else { return Ok(()) };
        let bytes = read_bytes(from, bytes)?;
        let input = Input { name: &name, bytes: &bytes, rules };
        match catch_unwind(AssertUnwindSafe(|| read(&input))) {
            Ok(Ok(examined)) => write_examined(to, examined)?,
            Ok(Err(how)) => fail(to, how)?,
            Err(_) => fail(to, remembered())?,
        }
    }
}

fn fail(to: &mut impl Write, how: String) -> std::io::Result<()> {
    write_head(to, &Answer::Failed { how })?;
    to.flush()
}

/// What the last panic said.
static PANIC: Mutex<String> = Mutex::new(String::new());
/// Longest account of a panic, characters.
const MAX_PANIC: usize = 500;

fn remember(text: &str) {
    if let Ok(mut last) = PANIC.lock() {
        *last = text.chars().take(MAX_PANIC).map(|c| if c.is_control() { ' ' } else { c }).collect();
    }
}

fn remembered() -> String {
    PANIC.lock().map(|last| last.clone()).unwrap_or_default()
}

#[cfg(test)]
mod tests {
    use super::super::frame::read_answer;
    use super::*;
    use karat_gate::Rules;
    use karat_types::Modality;

    #[test]
    fn files_are_answered_in_order_and_a_panic_is_one_of_the_answers() {
        let mut wire = Vec::new();
        for (name, bytes) in [("a.txt", b"one".as_slice()), ("b.txt", b"panic"), ("c.txt", b"no")] {
            let rules = Rules::of(Modality::Text);
            write_head(&mut wire, &Request { name: name.into(), rules, bytes: bytes.len() as u64 }).unwrap();
            wire.extend(bytes);
        }
        let mut out = Vec::new();
        let mut starts = 0;
        let read = |input: &Input<'_>| match input.bytes {
            b"panic" => panic!("as told"),
            b"no" => Err("cannot".to_owned()),
            _ => Ok(karat_gate::examine(input)),
        };
        answer_all(&mut wire.as_slice(), &mut out, read, || starts += 1).unwrap();
        let mut out = out.as_slice();
        let first = read_answer(&mut out).unwrap().unwrap();
        assert_eq!(first, karat_gate::examine(&Input::new("a.txt", b"one", Modality::Text)));
        assert!(read_answer(&mut out).unwrap().is_err());
        assert_eq!(read_answer(&mut out).unwrap().unwrap_err(), "cannot");
        assert_eq!((out.len(), starts), (0, 4));
    }

    #[test]
    fn a_panic_is_told_in_one_short_line() {
        remember(&format!("panicked at x.rs:1:\n{}", "é".repeat(600)));
        let told = remembered();
        assert!(told.starts_with("panicked at x.rs:1: é") && told.chars().count() == MAX_PANIC);
    }
}
