//! Did you mean …?

/// The end of a sentence about an unknown name: the nearest known one, or what to do without one.
pub(super) fn did_you_mean<'a>(unknown: &str, known: impl Iterator<Item = &'a str>) -> String {
    let nearest = known.map(|name| (distance(unknown, name), name)).min();
    match nearest {
        Some((distance, name)) if distance <= allowance(unknown) => format!("; did you mean `{name}`?"),
        _ => "; remove it".into(),
    }
}

/// Typing errors forgiven in a name: one in three letters, at most three.
fn allowance(name: &str) -> usize {
    (name.chars().count() / 3).min(3)
}

/// Letters to add, remove or change (Levenshtein).
fn distance(from: &str, to: &str) -> usize {
    let to: Vec<char> = to.chars().collect();
    let mut row: Vec<usize> = (0..=to.len()).collect();
    for (i, a) in from.chars().enumerate() {
        let mut diagonal = row[0];
        row[0] = i + 1;
        for (j, b) in to.iter().enumerate() {
            let change = diagonal + usize::from(a != *b);
            diagonal = row[j + 1];
            row[j + 1] = change.min(row[j] + 1).min(diagonal + 1);
        }
    }
    row[to.len()]
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_nearest_name_is_suggested_and_a_far_one_is_not() {
        let known = || ["server.issuer", "server.listen"].into_iter();
        assert_eq!(did_you_mean("server.isuer", known()), "; did you mean `server.issuer`?");
        assert_eq!(did_you_mean("postgres.pool", known()), "; remove it");
        assert_eq!(distance("kitten", "sitting"), 3);
        assert_eq!(distance("", "abc"), 3);
    }
}
