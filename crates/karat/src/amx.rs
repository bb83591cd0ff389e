//! Tries AMX in a child process: some virtual machines advertise it and end the program at
//! its first tile instruction.

use std::process::{Child, Command, ExitStatus, Stdio};
use std::time::{Duration, Instant};

/// Long enough for a busy machine; the products themselves take milliseconds.
const PATIENCE: Duration = Duration::from_secs(10);

/// Whether `karat doctor --probe-amx` came back well.
pub(crate) fn probe() -> Result<(), String> {
    let karat = std::env::current_exe().map_err(|e| format!("the program does not find itself: {e}"))?;
    let mut command = Command::new(karat);
    command.args(["doctor", "--probe-amx"]);
    command.stdin(Stdio::null()).stdout(Stdio::null()).stderr(Stdio::null());
    let child = command.spawn().map_err(|e| format!("the probe did not start: {e}"))?;
    judge(wait(child))
}

/// How the child ended; none when it had to be stopped.
fn wait(mut child: Child) -> Option<ExitStatus> {
    let began = Instant::now();
    while began.elapsed() < PATIENCE {
        match child.try_wait() {
            Ok(None) => std::thread::sleep(Duration::from_millis(2)),
            Ok(ended) => return ended,
            Err(_) => break,
        }
    }
    // It may have ended meanwhile; either way nothing is left behind.
    let _ = child.kill();
    let _ = child.wait();
    None
}

fn judge(ended: Option<ExitStatus>) -> Result<(), String> {
    match ended {
        Some(status) if status.success() => Ok(()),
        Some(status) => Err(format!("the probe in a child process failed: {status}")),
        None => Err(format!("the probe in a child process took more than {} s", PATIENCE.as_secs())),
    }
}

#[cfg(all(test, unix))]
mod tests {
    use super::*;

    fn shell(script: &str) -> Result<(), String> {
        let child = Command::new("sh").args(["-c", script]).spawn();
        judge(wait(child.map_err(|e| e.to_string())?))
    }

    #[test]
    fn a_crash_and_a_failure_are_a_no() {
        assert_eq!(shell("exit 0"), Ok(()));
        assert!(shell("exit 1").unwrap_err().contains("exit status: 1"));
        assert!(shell("kill -ILL $$").unwrap_err().contains("signal: 4"));
        assert!(judge(None).unwrap_err().contains("10 s"));
    }
}
