//! ClamAV's daemon as the virus scanner (check A8): files go to it in pieces over its own
//! socket, nothing is written to disk.

use karat_services::scan::{Scan, Scanner};
use std::io::{BufRead, BufReader, Error, ErrorKind, Read, Result, Write};
use std::net::{TcpStream, ToSocketAddrs};
use std::os::unix::net::UnixStream;
use std::path::PathBuf;
use std::str::FromStr;
use std::time::Duration;

/// How long a connection may take.
const CONNECT: Duration = Duration::from_secs(5);
/// How long each piece may take to go out, and the answer to come.
const ANSWER: Duration = Duration::from_secs(60);
/// Bytes of a piece.
const PIECE: usize = 64 << 10;
/// Longest answer, bytes.
const LONGEST: u64 = 4_096;

/// Where clamd listens: `/run/clamav/clamd.ctl`, or `127.0.0.1:3310`.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum Clamd {
    /// A socket in the file system.
    Path(PathBuf),
    /// Host and port.
    Tcp(String),
}

impl FromStr for Clamd {
    type Err = String;
    fn from_str(text: &str) -> std::result::Result<Self, String> {
        if text.starts_with('/') {
            return Ok(Self::Path(text.into()));
        }
        match text.rsplit_once(':') {
            Some((host, port)) if !host.is_empty() && port.parse::<u16>().is_ok() => {
                Ok(Self::Tcp(text.into()))
            }
            _ => Err(format!("'{text}' is neither the absolute path of clamd's socket nor its host:port")),
        }
    }
}

trait Stream: Read + Write {}
impl<T: Read + Write> Stream for T {}

impl Clamd {
    fn connect(&self) -> Result<Box<dyn Stream>> {
        match self {
            Self::Path(path) => {
                let stream = UnixStream::connect(path)?;
                stream.set_read_timeout(Some(ANSWER))?;
                stream.set_write_timeout(Some(ANSWER))?;
                Ok(Box::new(stream))
            }
            Self::Tcp(address) => {
                let mut last = Error::from(ErrorKind::NotFound);
                for address in address.to_socket_addrs()? {
                    match TcpStream::connect_timeout(&address, CONNECT) {
                        Ok(stream) => {
                            stream.set_read_timeout(Some(ANSWER))?;
                            stream.set_write_timeout(Some(ANSWER))?;
                            return Ok(Box::new(stream));
                        }
                        Err(error) => last = error,
                    }
                }
                Err(last)
            }
        }
    }

    fn ask(&self, bytes: &[u8]) -> Result<String> {
        let mut stream = self.connect()?;
        // A daemon that has enough closes early and has said why before.
        let sent = send(stream.as_mut(), bytes);
        let answer = hear(stream.as_mut());
        match (sent, answer) {
            (_, Ok(answer)) if !answer.is_empty() => Ok(answer),
            (Err(error), _) | (_, Err(error)) => Err(error),
            (Ok(()), Ok(_)) => Err(ErrorKind::UnexpectedEof.into()),
        }
    }
}

/// `zINSTREAM`: pieces with their length before them, big end first, and an empty one.
fn send(to: &mut dyn Stream, bytes: &[u8]) -> Result<()> {
    to.write_all(b"zINSTREAM\0")?;
    for piece in bytes.chunks(PIECE) {
        to.write_all(&(piece.len() as u32).to_be_bytes())?;
        to.write_all(piece)?;
    }
    to.write_all(&[0; 4])?;
    to.flush()
}

/// Until the zero byte, or the end.
fn hear(from: &mut dyn Stream) -> Result<String> {
    let mut answer = Vec::new();
    BufReader::new(from.take(LONGEST)).read_until(0, &mut answer)?;
    let answer = answer.strip_suffix(&[0]).unwrap_or(&answer);
    Ok(String::from_utf8_lossy(answer).trim().to_owned())
}

/// `stream: OK`, `stream: NAME FOUND`, or an error.
fn understand(answer: &str) -> Scan {
    let said = answer.strip_prefix("stream: ").unwrap_or(answer);
    match said.strip_suffix(" FOUND") {
        Some(name) => Scan::Found(name.to_owned()),
        None if said == "OK" => Scan::Clean,
        None => Scan::Absent(format!("clamd says: {said}")),
    }
}

impl Scanner for Clamd {
    fn scan(&self, bytes: &[u8]) -> Scan {
        match self.ask(bytes) {
            Ok(answer) => understand(&answer),
            Err(error) => Scan::Absent(error.to_string()),
        }
    }

    fn is_up(&self) -> bool {
        let pong = self.connect().and_then(|mut stream| {
            stream.write_all(b"zPING\0")?;
            hear(stream.as_mut())
        });
        pong.is_ok_and(|answer| answer == "PONG")
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn addresses_are_paths_or_host_and_port() {
        assert_eq!("/run/clamd.ctl".parse(), Ok(Clamd::Path("/run/clamd.ctl".into())));
        assert_eq!("localhost:3310".parse(), Ok(Clamd::Tcp("localhost:3310".into())));
        for wrong in ["", "clamd.ctl", "host", "host:", ":3310", "host:99999"] {
            assert!(wrong.parse::<Clamd>().unwrap_err().contains("host:port"), "{wrong}");
        }
    }

    #[test]
    fn answers_are_understood() {
        assert_eq!(understand("stream: OK"), Scan::Clean);
        assert_eq!(
            understand("stream: Win.Test.EICAR_HDB-1 FOUND"),
            Scan::Found("Win.Test.EICAR_HDB-1".into())
        );
        let full = understand("INSTREAM size limit exceeded. ERROR");
        assert!(matches!(full, Scan::Absent(why) if why.contains("size limit")));
    }

    #[test]
    fn a_daemon_that_is_not_there_scans_nothing() {
        let gone = Clamd::Path("/nowhere/clamd.ctl".into());
        assert!(matches!(gone.scan(b"x"), Scan::Absent(_)) && !gone.is_up());
    }
}
