//! What a reader must not be able to do, tried for real: by `karat doctor`, and by the
//! tests through a hidden flag. A probe ends like a reader that was taken over would.

use std::net::{SocketAddr, TcpStream};
use std::process::Command;
use std::time::Duration;

/// One thing to try instead of reading a file.
#[derive(Clone, Copy, Debug, PartialEq, Eq, clap::ValueEnum)]
pub(crate) enum Probe {
    /// Read a file.
    Open,
    /// Write a file.
    Create,
    /// Reach the network.
    Connect,
    /// Run a program.
    Exec,
    /// Start a thread.
    Thread,
    /// End the parent.
    Kill,
    /// Take more memory than there is for it.
    Memory,
    /// Never end.
    Spin,
    /// Wait for ever.
    Sleep,
    /// Nest too deep.
    Stack,
    /// Panic.
    Panic,
    /// Answer something else.
    Garbage,
}

/// Those that are over at once.
pub(crate) const QUICK: [Probe; 6] =
    [Probe::Open, Probe::Create, Probe::Connect, Probe::Exec, Probe::Thread, Probe::Kill];

/// How the answer begins when nothing stopped the attempt.
pub(crate) const ALLOWED: &str = "was not stopped";

impl Probe {
    /// Its name on the command line.
    pub(crate) const fn as_str(self) -> &'static str {
        match self {
            Self::Open => "open",
            Self::Create => "create",
            Self::Connect => "connect",
            Self::Exec => "exec",
            Self::Thread => "thread",
            Self::Kill => "kill",
            Self::Memory => "memory",
            Self::Spin => "spin",
            Self::Sleep => "sleep",
            Self::Stack => "stack",
            Self::Panic => "panic",
            Self::Garbage => "garbage",
        }
    }

    /// Tries it; when this process lives on, says what came of it.
    pub(crate) fn run(self) -> String {
        let tried: std::io::Result<()> = match self {
            Self::Open => std::fs::read("/etc/passwd").map(drop),
            Self::Create => std::fs::write(std::env::temp_dir().join("karat-probe"), "x"),
            Self::Connect => {
                // Nobody listens there; being refused by the network is having reached it.
                let nobody = SocketAddr::from(([127, 0, 0, 1], 9));
                match TcpStream::connect_timeout(&nobody, Duration::from_secs(1)) {
                    Err(error) if error.kind() != std::io::ErrorKind::ConnectionRefused => Err(error),
                    _ => Ok(()),
                }
            }
            Self::Exec => Command::new("/bin/true").status().map(drop),
            Self::Thread => std::thread::Builder::new().spawn(|| {}).map(drop),
            Self::Kill => kill_parent(),
            Self::Memory => take_memory(),
            Self::Spin => spin(),
            Self::Sleep => loop {
                std::thread::sleep(Duration::from_secs(1));
            },
            Self::Stack => nest(1).map(drop),
            Self::Panic => panic!("a probe panics as it was told"),
            Self::Garbage => garbage(),
        };
        match tried {
            Ok(()) => format!("{ALLOWED}: {}", self.as_str()),
            Err(error) => format!("{} was stopped: {error}", self.as_str()),
        }
    }
}

/// Signal 0 asks whether one may be sent, and harms nobody.
fn kill_parent() -> std::io::Result<()> {
    let parent = rustix::process::getppid().ok_or(std::io::ErrorKind::NotFound)?;
    Ok(rustix::process::test_kill_process(parent)?)
}

/// Twice what is allowed, all of it touched.
fn take_memory() -> std::io::Result<()> {
    let wanted = usize::try_from(super::confine::MEMORY * 2).unwrap_or(usize::MAX);
    std::hint::black_box(vec![1_u8; wanted]);
    Ok(())
}

fn spin() -> std::io::Result<()> {
    let mut n = 0_u64;
    loop {
        n = std::hint::black_box(n.wrapping_add(1));
    }
}

/// Far more frames than any stack has room for.
fn nest(depth: u64) -> std::io::Result<u64> {
    let frame = std::hint::black_box([depth; 64]);
    if depth == u64::MAX { Ok(frame[0]) } else { nest(depth + 1).map(|n| n + std::hint::black_box(frame)[1]) }
}

fn garbage() -> std::io::Result<()> {
    use std::io::Write;
    let mut out = std::io::stdout();
    out.write_all(b"\xff\xff\xff\xffnot an answer")?;
    out.flush()
}
