//! Things marked by their place: a set that allocates nothing as marks come and go, and gives the first in order.

use crate::plan::index::Ix;
use std::marker::PhantomData;

/// Marked things of a table.
#[derive(Debug, Clone)]
pub(super) struct Marks<T> {
    /// A bit for each place.
    words: Vec<u64>,
    of: PhantomData<fn() -> T>,
}

/// The word of a place, and its bit in it.
fn bit_of<T>(ix: Ix<T>) -> (usize, u64) {
    (Ix::<u64>::new(ix.place() / u64::BITS).index(), 1 << (ix.place() % u64::BITS))
}

impl<T> Marks<T> {
    /// Marks one.
    pub(super) fn insert(&mut self, ix: Ix<T>) {
        let (word, bit) = bit_of(ix);
        if self.words.len() <= word {
            self.words.resize(word + 1, 0);
        }
        self.words[word] |= bit;
    }

    /// Takes one's mark away.
    pub(super) fn remove(&mut self, ix: Ix<T>) {
        let (word, bit) = bit_of(ix);
        if let Some(word) = self.words.get_mut(word) {
            *word &= !bit;
        }
    }

    /// The first that is marked, with its mark taken away.
    pub(super) fn pop_first(&mut self) -> Option<Ix<T>> {
        let (place, word) = (0u32..).zip(&mut self.words).find(|(_, word)| **word != 0)?;
        let bit = word.trailing_zeros();
        *word &= *word - 1;
        Some(Ix::new(place * u64::BITS + bit))
    }
}

impl<T> FromIterator<Ix<T>> for Marks<T> {
    fn from_iter<I: IntoIterator<Item = Ix<T>>>(items: I) -> Self {
        let mut marks = Self { words: Vec::new(), of: PhantomData };
        items.into_iter().for_each(|ix| marks.insert(ix));
        marks
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn marks_come_in_order_and_once() {
        let mut marks: Marks<u8> = [200, 3, 64, 63, 3].into_iter().map(Ix::new).collect();
        marks.remove(Ix::new(64));
        marks.remove(Ix::new(900)); // never marked
        let order: Vec<_> = std::iter::from_fn(|| marks.pop_first()).map(Ix::place).collect();
        assert_eq!(order, [3, 63, 200]);
        marks.insert(Ix::new(64));
        assert_eq!((marks.pop_first(), marks.pop_first()), (Some(Ix::new(64)), None));
    }
}
