//! Welch's t-test of two samples of different variance.

/// Beyond this the means are told apart with a probability of error under 10⁻⁵: the bound that leakage tests use.
pub(super) const LEAK: f64 = 4.5;

/// Samples above this share of all are left out: the machine's own hiccups hide what is looked for.
const KEPT_PER_MILLE: usize = 900;

pub(super) struct Found {
    pub(super) means: (f64, f64),
    pub(super) t: f64,
}

/// Compares two samples, each without those beyond the same bound, which both are cut at together.
pub(super) fn welch(a: &[f64], b: &[f64]) -> Found {
    let mut all: Vec<f64> = a.iter().chain(b).copied().collect();
    all.sort_by(f64::total_cmp);
    let bound = all.get(all.len() * KEPT_PER_MILLE / 1000).copied().unwrap_or(f64::INFINITY);
    let (a, b) = (moments(a, bound), moments(b, bound));
    let error = (a.variance / a.count + b.variance / b.count).sqrt();
    let difference = a.mean - b.mean;
    let t = if difference == 0.0 { 0.0 } else { difference / error };
    Found { means: (a.mean, b.mean), t }
}

struct Moments {
    count: f64,
    mean: f64,
    variance: f64,
}

fn moments(sample: &[f64], bound: f64) -> Moments {
    let kept: Vec<f64> = sample.iter().copied().filter(|x| *x <= bound).collect();
    let count = kept.len() as f64;
    let mean = kept.iter().sum::<f64>() / count;
    let variance = kept.iter().map(|x| (x - mean).powi(2)).sum::<f64>() / (count - 1.0);
    Moments { count, mean, variance }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::rng::Rng;

    /// About normal, of this mean, with a deviation of about 29.
    fn sample(rng: &mut Rng, mean: f64, count: usize) -> Vec<f64> {
        (0..count).map(|_| mean + rng.between(0, 100) as f64 - 50.0).collect()
    }

    #[test]
    fn p32_a_difference_in_time_is_found_and_none_is_made_up() {
        let mut rng = Rng::new(7);
        let (a, b) = (sample(&mut rng, 1000.0, 10_000), sample(&mut rng, 1000.0, 10_000));
        assert!(welch(&a, &b).t.abs() < LEAK);
        let slower = sample(&mut rng, 1006.0, 10_000);
        assert!(welch(&slower, &a).t > LEAK, "a fifth of the deviation");
        assert!(welch(&a, &slower).t < -LEAK);
    }

    #[test]
    fn the_statistic_is_the_textbooks() {
        // Means 3 and 4, variances 2.5 and 2.5, five each: t = -1 / sqrt(1).
        let (a, b) = ([1.0, 2.0, 3.0, 4.0, 5.0], [2.0, 3.0, 4.0, 5.0, 6.0]);
        let (a, b) = (moments(&a, f64::INFINITY), moments(&b, f64::INFINITY));
        assert_eq!((a.mean, b.mean, a.variance, b.variance), (3.0, 4.0, 2.5, 2.5));
    }
}
