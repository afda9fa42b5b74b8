//! Development only: measures a running authms server, races it and kills it, and says what it found.
//!
//! Every command but `simulate` starts the servers it talks to itself and sends traffic to the loopback interface alone; every
//! loop is bounded in count and in time. `wire` speaks HTTP, `process` owns the children, `cluster` is what can be
//! done to them, `load`, `race` and `torture` are the experiments, `lossy` is the file layer that forgets what was not synced,
//! and `simulate` plays the use cases in memory.
//! done to them, `proxy` carries every link that may fail, `load`, `race`, `torture` and `failover` are the experiments, and `lossy` is the file layer that forgets what was not synced.

mod api;
mod cli;
mod cluster;
mod failover;
mod faults;
mod figures;
mod load;
mod lossy;
#[cfg(test)]
mod model;
mod process;
mod progress;
mod promise;
mod proxy;
mod race;
mod rng;
mod serve;
mod setup;
mod simulate;
mod stats;
mod table;
mod timing;
mod torture;
mod wire;
mod yardstick;

use std::process::ExitCode;

/// What an experiment fails with when it could not be carried out at all.
type Failure = Box<dyn std::error::Error + Send + Sync>;
type Result<T, E = Failure> = std::result::Result<T, E>;

/// Parses the command line and runs one experiment. Anything but success means a violation, or no result.
pub fn main() -> ExitCode {
    cli::main()
}
