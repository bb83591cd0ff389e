//! What holds a child that reads untrusted files: little memory and time, no files, no
//! network, no other process.
//!
//! Everywhere: resource limits. On Linux also landlock (no path, no port) and seccomp
//! (the few calls that memory, pipes and ending need). Each says whether it works, and
//! one that a machine does not have leaves the others in force.

use super::frame::Limit;
use rustix::process::{Resource, Rlimit, setrlimit};
use std::io::{Read, Seek};

/// Memory for one file, bytes, beyond what the program itself maps.
pub(crate) const MEMORY: u64 = 1 << 30;
/// Ticks of a second in `/proc/self/stat`; the same on every Linux this runs on.
const TICKS: u64 = 100;
/// Standard input, output, error, the processor's clock, and what landlock opens.
const FILES: u64 = 8;

/// What the kernel counts for this process; opened before the door closes.
pub(crate) struct Meter(Option<std::fs::File>);

/// Where `/proc/self/stat` has, behind the name: utime and stime, ticks; vsize, bytes.
const TIMES: [usize; 2] = [11, 12];
const SIZE: usize = 20;

impl Meter {
    /// Opens it where there is one.
    pub(crate) fn open() -> Self {
        Self(std::fs::File::open("/proc/self/stat").ok().filter(|_| cfg!(target_os = "linux")))
    }

    /// Whether there is one.
    pub(crate) fn counts(&self) -> bool {
        self.0.is_some()
    }

    /// The sum of some fields; 0 when they cannot be read.
    fn sum(&self, fields: &[usize]) -> u64 {
        let mut stat = String::new();
        let Some(mut file) = self.0.as_ref() else { return 0 };
        if file.rewind().and_then(|()| file.read_to_string(&mut stat)).is_err() {
            return 0;
        }
        // The name may hold anything, brackets too.
        let rest: Vec<&str> = stat.rsplit_once(')').map_or("", |(_, rest)| rest).split_whitespace().collect();
        fields.iter().filter_map(|at| rest.get(*at)?.parse::<u64>().ok()).sum()
    }

    /// Seconds of processor time used so far, rounded up.
    fn seconds(&self) -> u64 {
        self.sum(&TIMES).div_ceil(TICKS)
    }

    /// Bytes of address space mapped.
    fn mapped(&self) -> u64 {
        self.sum(&[SIZE])
    }
}

/// What holds for the whole process, before it has a second thread.
pub(crate) fn process() -> Vec<Limit> {
    let mut limits = vec![
        limit("files", "no file may grow", set(Resource::Fsize, 0)),
        limit("core", "no memory dumps", set(Resource::Core, 0)),
    ];
    limits.extend(system::process());
    limits.push(limit("handles", &format!("{FILES} open files"), set(Resource::Nofile, FILES)));
    limits
}

/// What is set last, by the thread that reads: from here on there is no way back.
pub(crate) fn thread(meter: &Meter, cpu_seconds: u64) -> Vec<Limit> {
    let memory = set(Resource::As, meter.mapped().saturating_add(MEMORY));
    let cpu = setrlimit(Resource::Cpu, cpu_limit(meter, cpu_seconds));
    let what = if meter.counts() { "a file" } else { "a child, which reads one file" };
    let mut limits = vec![
        limit("memory", &format!("{} MB of address space", MEMORY >> 20), memory),
        limit("processor", &format!("{cpu_seconds} s {what}"), cpu.map_err(Into::into)),
        limit("processes", "none may be started (root is only held by seccomp)", set(Resource::Nproc, 0)),
    ];
    limits.extend(system::thread());
    limits
}

/// Gives the next file its processor time.
pub(crate) fn give_cpu(meter: &Meter, cpu_seconds: u64) {
    if meter.counts() {
        // Whoever cannot raise it any more ends at the old limit: held, never wrong.
        let _ = setrlimit(Resource::Cpu, cpu_limit(meter, cpu_seconds));
    }
}

/// The soft limit ends the process; the hard one stays open so that it can be moved on.
fn cpu_limit(meter: &Meter, seconds: u64) -> Rlimit {
    let maximum = rustix::process::getrlimit(Resource::Cpu).maximum;
    let wanted = meter.seconds() + seconds;
    Rlimit { current: Some(maximum.map_or(wanted, |most| most.min(wanted))), maximum }
}

fn set(resource: Resource, most: u64) -> std::io::Result<()> {
    // Never above what this process was given.
    let most = rustix::process::getrlimit(resource).maximum.map_or(most, |given| given.min(most));
    Ok(setrlimit(resource, Rlimit { current: Some(most), maximum: Some(most) })?)
}

fn limit(name: &str, what: &str, done: std::io::Result<()>) -> Limit {
    match done {
        Ok(()) => Limit { name: name.into(), works: true, found: what.into() },
        Err(error) => Limit { name: name.into(), works: false, found: format!("not available: {error}") },
    }
}

#[cfg(target_os = "linux")]
#[path = "linux.rs"]
mod system;

/// Other systems have neither landlock nor seccomp.
#[cfg(not(target_os = "linux"))]
mod system {
    use super::{Limit, limit};

    pub(super) fn process() -> Vec<Limit> {
        Vec::new()
    }

    pub(super) fn thread() -> Vec<Limit> {
        let none = || Err(std::io::Error::other("this system is not Linux"));
        vec![limit("landlock", "", none()), limit("seccomp", "", none())]
    }
}
