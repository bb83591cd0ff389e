//! One child as its parent holds it.

use super::frame::{Hello, Request, read_answer, read_head, write_head};
use super::{Settings, probe::Probe};
use karat_gate::{Examined, Input};
use std::io::{BufReader, BufWriter, ErrorKind, Read, Write};
use std::process::{Child, ChildStderr, ChildStdin, ChildStdout, Command, ExitStatus, Stdio};
use std::sync::mpsc::{Receiver, RecvTimeoutError, Sender, channel};
use std::sync::{LazyLock, Mutex};
use std::time::{Duration, Instant};

/// How much of what a dying child says is kept, bytes.
const LAST_WORDS: u64 = 4_096;
/// How long a child that closed its pipes may take to end.
const ENDING: Duration = Duration::from_secs(2);

/// A child process that reads files.
pub(super) struct Reader {
    child: Child,
    pipes: Option<(BufWriter<ChildStdin>, BufReader<ChildStdout>)>,
    stderr: Option<ChildStderr>,
    patience: Duration,
    /// What holds it.
    pub(super) hello: Hello,
    /// Files it has read.
    pub(super) files: u32,
}

impl Reader {
    /// Starts a child and hears what holds it; else says why there is none.
    pub(super) fn start(settings: &Settings, probe: Option<Probe>) -> Result<Self, String> {
        let mut command = Command::new(&settings.binary);
        command.arg("read-file").arg("--cpu-seconds").arg(settings.cpu_seconds.to_string());
        if let Some(probe) = probe.or(settings.probe) {
            command.arg("--probe").arg(probe.as_str());
        }
        // Nothing of this process's environment: it may hold keys. One arena, because
        // each takes 64 MB of the address space it may use.
        command.env_clear().env("MALLOC_ARENA_MAX", "1").current_dir("/");
        command.stdin(Stdio::piped()).stdout(Stdio::piped()).stderr(Stdio::piped());
        let mut child = spawn(command).map_err(|error| format!("it could not be started: {error}"))?;
        let (Some(stdin), Some(stdout)) = (child.stdin.take(), child.stdout.take()) else {
            return Err("it has no pipes".to_owned());
        };
        let stderr = child.stderr.take();
        let pipes = Some((BufWriter::new(stdin), BufReader::new(stdout)));
        let hello = Hello { limits: Vec::new(), counts_cpu: false };
        let mut reader = Self { child, pipes, stderr, patience: settings.patience, hello, files: 0 };
        reader.hello =
            reader.talk(|_, from| read_head(from)?.ok_or_else(|| ErrorKind::UnexpectedEof.into()))?;
        Ok(reader)
    }

    /// Has one file read; else says how the child ended.
    pub(super) fn read(&mut self, input: &Input<'_>) -> Result<Examined, String> {
        self.files += 1;
        let request = Request {
            name: input.name.to_owned(),
            rules: input.rules.clone(),
            bytes: input.bytes.len() as u64,
        };
        self.talk(|to, from| {
            write_head(to, &request)?;
            to.write_all(input.bytes)?;
            to.flush()?;
            read_answer(from)
        })?
    }

    /// Talks to the child on a thread of its own, so that this one can look at the clock.
    fn talk<T: Send>(
        &mut self,
        say: impl FnOnce(&mut BufWriter<ChildStdin>, &mut BufReader<ChildStdout>) -> std::io::Result<T> + Send,
    ) -> Result<T, String> {
        let Some((mut to, mut from)) = self.pipes.take() else { return Err("it had ended before".into()) };
        let (done, wait) = channel();
        let told = std::thread::scope(|scope| {
            scope.spawn(|| {
                let said = say(&mut to, &mut from);
                let _ = done.send(said.map(|value| (value, to, from)));
            });
            let told = wait.recv_timeout(self.patience);
            if matches!(told, Err(RecvTimeoutError::Timeout)) {
                // Its pipes close with it, and the thread above comes back.
                let _ = self.child.kill();
            }
            told
        });
        match told {
            Ok(Ok((value, to, from))) => {
                self.pipes = Some((to, from));
                Ok(value)
            }
            Ok(Err(error)) => Err(self.ended(&error)),
            Err(_) => Err(format!("it took more than {} s", self.patience.as_secs())),
        }
    }

    /// How a child ended that did not answer.
    fn ended(&mut self, error: &std::io::Error) -> String {
        let status = self.wait();
        let mut words = Vec::new();
        if let Some(stderr) = self.stderr.take() {
            let _ = stderr.take(LAST_WORDS).read_to_end(&mut words);
        }
        let words = String::from_utf8_lossy(&words);
        match status {
            // It went on talking, in a language of its own.
            _ if error.kind() == ErrorKind::InvalidData => format!("its answer could not be read: {error}"),
            None => format!("its answer could not be read: {error}"),
            Some(status) => of_status(status, &words),
        }
    }

    /// Its end; none when it was still alive and had to be ended.
    fn wait(&mut self) -> Option<ExitStatus> {
        let began = Instant::now();
        while began.elapsed() < ENDING {
            if let Ok(Some(status)) = self.child.try_wait() {
                return Some(status);
            }
            std::thread::sleep(Duration::from_millis(2));
        }
        let _ = self.child.kill();
        let _ = self.child.wait();
        None
    }
}

impl Drop for Reader {
    fn drop(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

/// The end of a process as people say it.
fn of_status(status: ExitStatus, words: &str) -> String {
    use std::os::unix::process::ExitStatusExt;
    if words.contains("memory allocation of") {
        return "it ran out of memory".into();
    }
    if words.contains("overflowed its stack") {
        return "it nested too deep for its stack".into();
    }
    match status.signal() {
        Some(SIGXCPU) => "it used up its processor time".into(),
        Some(SIGSYS) => "it tried what a reader may not do (signal 31)".into(),
        Some(signal) => format!("it was ended by signal {signal}"),
        None => format!("it ended by itself ({status})"),
    }
}

/// The limit of processor time; the same number on Linux and on macOS.
const SIGXCPU: i32 = 24;
/// A call that seccomp forbids; Linux.
const SIGSYS: i32 = 31;

/// A command to start, and where its child is wanted.
type Order = (Command, Sender<std::io::Result<Child>>);

/// Starts children on one thread that lives as long as this process: the kernel ends a
/// child when the *thread* that started it does.
fn spawn(command: Command) -> std::io::Result<Child> {
    static STARTER: LazyLock<Mutex<Sender<Order>>> = LazyLock::new(|| {
        let (orders, taken): (_, Receiver<Order>) = channel();
        std::thread::spawn(move || {
            for (mut command, back) in taken {
                let _ = back.send(command.spawn());
            }
        });
        Mutex::new(orders)
    });
    let gone = |_| std::io::Error::other("the thread that starts readers is gone");
    let (back, child) = channel();
    let sent = STARTER.lock().map(|orders| orders.send((command, back)).is_ok()).unwrap_or(false);
    if !sent {
        return Err(std::io::Error::other("the thread that starts readers is gone"));
    }
    child.recv().map_err(gone)?
}
