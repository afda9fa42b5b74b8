//! Latencies and what is said of them.

use serde::Serialize;

/// All latencies of a run, in microseconds.
#[derive(Clone, Debug, Default, Serialize, PartialEq)]
pub(crate) struct Latency {
    pub(crate) p50_us: f64,
    pub(crate) p99_us: f64,
    pub(crate) max_us: f64,
}

impl Latency {
    /// Sorts the samples, which are in nanoseconds, in place.
    pub(crate) fn of(samples: &mut [u64]) -> Self {
        samples.sort_unstable();
        let micros = |per_mille| percentile(samples, per_mille) as f64 / 1000.0;
        Self { p50_us: micros(500), p99_us: micros(990), max_us: micros(1000) }
    }
}

/// The nearest-rank percentile: the smallest sample that at least `per_mille`/1000 of all samples do not exceed.
/// No interpolation, so every figure is a latency that some request really had. 0 of no samples.
pub(crate) fn percentile(sorted: &[u64], per_mille: usize) -> u64 {
    let rank = (sorted.len() * per_mille).div_ceil(1000).max(1);
    sorted.get(rank - 1).copied().unwrap_or_default()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn percentiles_are_nearest_ranks() {
        let hundred: Vec<u64> = (1..=100).collect();
        assert_eq!(percentile(&hundred, 500), 50);
        assert_eq!(percentile(&hundred, 990), 99);
        assert_eq!(percentile(&hundred, 1000), 100);
        assert_eq!(percentile(&hundred, 0), 1);
        assert_eq!(percentile(&[7], 990), 7);
        assert_eq!(percentile(&[1, 2, 3], 500), 2);
        assert_eq!(percentile(&[], 500), 0);
    }

    #[test]
    fn latency_sorts_and_scales() {
        let mut samples: Vec<u64> = (1..=1000).rev().map(|n| n * 1000).collect();
        let latency = Latency::of(&mut samples);
        assert_eq!(latency, Latency { p50_us: 500.0, p99_us: 990.0, max_us: 1000.0 });
    }
}
