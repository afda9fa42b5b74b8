//! Lists from outside, bounded while they are read.

use serde::de::{Error, SeqAccess, Visitor};
use serde::{Deserialize, Deserializer};
use std::fmt;
use std::marker::PhantomData;

/// At most `MAX` things.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct AtMost<const MAX: usize, T>(Vec<T>);

impl<const MAX: usize, T> AtMost<MAX, T> {
    /// The things themselves.
    pub fn into_vec(self) -> Vec<T> {
        self.0
    }
}

impl<'de, const MAX: usize, T: Deserialize<'de>> Deserialize<'de> for AtMost<MAX, T> {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        deserializer.deserialize_seq(Bounded::<MAX, T>(PhantomData)).map(Self)
    }
}

struct Bounded<const MAX: usize, T>(PhantomData<T>);

impl<'de, const MAX: usize, T: Deserialize<'de>> Visitor<'de> for Bounded<MAX, T> {
    type Value = Vec<T>;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("an array")
    }

    fn visit_seq<A: SeqAccess<'de>>(self, mut things: A) -> Result<Vec<T>, A::Error> {
        let mut read = Vec::new();
        while let Some(thing) = things.next_element()? {
            if read.len() == MAX {
                return Err(A::Error::custom(format_args!("longer than {MAX} items")));
            }
            read.push(thing);
        }
        Ok(read)
    }
}
