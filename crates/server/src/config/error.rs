//! What is wrong with a configuration.

use std::fmt;

/// One thing that is wrong: where it stands, and what to do about it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Problem {
    /// Where it stands, such as `authms.toml line 7` or `environment`.
    pub place: String,
    /// What is wrong, what was expected, and how to mend it. Holds no secret.
    pub sentence: String,
}

impl Problem {
    pub(super) fn new(place: impl fmt::Display, sentence: impl Into<String>) -> Self {
        Self { place: place.to_string(), sentence: sentence.into() }
    }
}

impl fmt::Display for Problem {
    /// Always a single line, whatever a file name or value holds.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        for c in self.place.chars().chain(": ".chars()).chain(self.sentence.chars()) {
            crate::logging::write_escaped(f, c)?;
        }
        Ok(())
    }
}

/// Why a configuration is refused: at least one problem, shown one per line.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ConfigError {
    pub(super) problems: Vec<Problem>,
}

impl ConfigError {
    /// The problems, in the order they were found.
    pub fn problems(&self) -> &[Problem] {
        &self.problems
    }

    /// Refuses when there is any problem.
    pub(super) fn check(problems: Vec<Problem>) -> Result<(), Self> {
        if problems.is_empty() { Ok(()) } else { Err(Self { problems }) }
    }
}

impl From<Problem> for ConfigError {
    fn from(problem: Problem) -> Self {
        Self { problems: vec![problem] }
    }
}

impl fmt::Display for ConfigError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        for (at, problem) in self.problems.iter().enumerate() {
            if at > 0 {
                f.write_str("\n")?;
            }
            write!(f, "{problem}")?;
        }
        Ok(())
    }
}

impl std::error::Error for ConfigError {}
