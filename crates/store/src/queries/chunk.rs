//! Many rows by one statement: on PostgreSQL each statement is a way there and back.

use super::conn::{Error, Result};

/// Rows a statement, the most that fit first: few texts, so that each is prepared once.
const CHUNKS: [usize; 3] = [128, 16, 1];

/// Does something to all of these.
pub(super) fn in_chunks<T>(all: &[T], mut work: impl FnMut(&[T]) -> Result<()>) -> Result<()> {
    let mut rest = all;
    for size in CHUNKS {
        while rest.len() >= size {
            let (chunk, others) = rest.split_at(size);
            work(chunk)?;
            rest = others;
        }
    }
    Ok(())
}

/// Does something to all of these, which must change as many rows.
pub(super) fn all_in_chunks<T>(all: &[T], mut work: impl FnMut(&[T]) -> Result<usize>) -> Result<()> {
    in_chunks(all, |chunk| match work(chunk)? {
        changed if changed == chunk.len() => Ok(()),
        changed => Err(Error::Changed(changed)),
    })
}

/// `(?1, ?2), (?3, ?4)`: so many tuples of so many parameters.
pub(super) fn numbered(tuples: usize, each: usize) -> String {
    let tuple = |n| {
        let params: Vec<String> = (1..=each).map(|at| format!("?{}", n * each + at)).collect();
        format!("({})", params.join(", "))
    };
    (0..tuples).map(tuple).collect::<Vec<_>>().join(", ")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn all_are_done_once_and_in_order() {
        let all: Vec<usize> = (0..307).collect();
        let (mut done, mut sizes) = (Vec::new(), Vec::new());
        in_chunks(&all, |chunk| {
            done.extend_from_slice(chunk);
            sizes.push(chunk.len());
            Ok(())
        })
        .expect("done");
        assert_eq!((done, sizes), (all, vec![128, 128, 16, 16, 16, 1, 1, 1]));
    }

    #[test]
    fn a_row_that_is_not_changed_is_an_error() {
        assert!(matches!(all_in_chunks(&[1, 2], |_| Ok(0)), Err(Error::Changed(0))));
    }

    #[test]
    fn parameters_are_numbered_through() {
        assert_eq!(numbered(2, 2), "(?1, ?2), (?3, ?4)");
    }
}
