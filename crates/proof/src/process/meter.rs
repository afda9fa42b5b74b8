//! What the kernel says a process has used.

use crate::Result;
use serde::Serialize;
use std::time::Duration;

/// Reads one process's figures.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Meter(u32);

/// Kibibytes, as `/proc/PID/status` counts them.
#[derive(Clone, Copy, Debug, Default, Serialize, PartialEq, Eq)]
pub(crate) struct Memory {
    /// Resident now (VmRSS).
    pub(crate) resident_kib: u64,
    /// Resident at most so far (VmHWM).
    pub(crate) peak_kib: u64,
}

/// A clock tick of `/proc/PID/stat`: USER_HZ is 100 on every Linux that Rust runs on. Hence figures are to be
/// taken over a second or more.
const TICK: Duration = Duration::from_millis(10);

impl Meter {
    pub(crate) fn of(pid: u32) -> Self {
        Self(pid)
    }

    pub(crate) fn own() -> Self {
        Self(std::process::id())
    }

    /// User and system time of all its threads, dead ones included.
    pub(crate) fn cpu(self) -> Result<Duration> {
        let stat = std::fs::read_to_string(format!("/proc/{}/stat", self.0))?;
        cpu_ticks(&stat).map(|ticks| TICK * ticks).ok_or_else(|| "/proc/PID/stat cannot be read".into())
    }

    pub(crate) fn memory(self) -> Result<Memory> {
        let status = std::fs::read_to_string(format!("/proc/{}/status", self.0))?;
        Ok(Memory { resident_kib: kib(&status, "VmRSS:"), peak_kib: kib(&status, "VmHWM:") })
    }
}

/// utime + stime, the 14th and 15th field. The name before them may hold spaces and parentheses.
fn cpu_ticks(stat: &str) -> Option<u32> {
    let (_, after_name) = stat.rsplit_once(')')?;
    let mut fields = after_name.split_ascii_whitespace().skip(11);
    let mut next = || fields.next()?.parse::<u32>().ok();
    Some(next()? + next()?)
}

fn kib(status: &str, name: &str) -> u64 {
    let value = status.lines().find_map(|line| line.strip_prefix(name));
    value.and_then(|value| value.trim().split(' ').next()?.parse().ok()).unwrap_or_default()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn fields_are_where_the_kernel_puts_them() {
        let stat = "12 (a) b (c)) S 1 2 3 4 5 6 7 8 9 10 250 17 0 0 20 0 4 0 100 1 1";
        assert_eq!(cpu_ticks(stat), Some(267));
        let status = "Name:\tx\nVmHWM:\t   2048 kB\nVmRSS:\t    1024 kB\n";
        assert_eq!((kib(status, "VmRSS:"), kib(status, "VmHWM:")), (1024, 2048));
        let own = Meter::own();
        assert!(own.cpu().is_ok());
        assert!(own.memory().expect("memory").resident_kib > 0);
    }
}
