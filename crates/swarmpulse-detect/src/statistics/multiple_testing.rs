//! Many tests at once: which of them may be believed.

/// Benjamini and Hochberg (1995): the largest p-value that may be believed among `tests` tests, of which `p_values` are
/// those that were worth computing (all others count as 1), so that of the believed at most a share `share` is false.
/// Where nothing is true at all, the probability of believing anything is at most `share`. `None` if none may be.
#[must_use]
pub fn believed_up_to(p_values: &[f64], tests: usize, share: f64) -> Option<f64> {
    let mut sorted: Vec<f64> = p_values.iter().copied().filter(|p| p.is_finite()).collect();
    sorted.sort_by(f64::total_cmp);
    let tests = tests.max(sorted.len()) as f64;
    sorted
        .iter()
        .enumerate()
        .rev()
        .find(|(rank, p)| **p <= share * (*rank as f64 + 1.0) / tests)
        .map(|(_, p)| *p)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_example_of_the_paper() {
        // Benjamini and Hochberg (1995), section 4: four of the fifteen are rejected at 0.05.
        let p = [
            0.0001, 0.0004, 0.0019, 0.0095, 0.0201, 0.0278, 0.0298, 0.0344, 0.0459, 0.3240, 0.4262, 0.5719,
            0.6528, 0.7590, 1.0,
        ];
        assert_eq!(believed_up_to(&p, p.len(), 0.05), Some(0.0095));
        assert_eq!(
            believed_up_to(&p[..9], p.len(), 0.05),
            Some(0.0095),
            "tests not computed count"
        );
    }

    #[test]
    fn nothing_is_believed_of_nothing() {
        assert_eq!(believed_up_to(&[], 100, 0.05), None);
        assert_eq!(believed_up_to(&[0.01, f64::NAN], 100, 0.05), None);
        assert_eq!(believed_up_to(&[0.01], 1, 0.05), Some(0.01));
    }
}
