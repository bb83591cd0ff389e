//! Use cases against real databases, with stand-ins for the engine.

#![allow(clippy::unwrap_used, reason = "a test may panic")]

mod aside;
mod backup;
mod blind;
mod datanet;
mod door;
mod duplicate;
mod gate;
mod identity;
mod jobs;
mod kitchen;
mod limits;
mod mended;
mod pace;
mod planted;
mod purpose;
mod race;
mod records;
mod release;
mod release_media;
mod review;
mod run;
mod seen;
mod shown;
mod standing;
mod support;
mod trust;
mod watch;
mod withdrawal;
