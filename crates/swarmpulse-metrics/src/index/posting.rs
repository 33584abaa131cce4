//! Which series have one label: few as a list, many as a bitmap.

use roaring::RoaringBitmap;

/// A list that grows longer than this becomes a bitmap.
const LIST_MAX: usize = 48;

/// Series in ascending order.
#[derive(Clone, Debug)]
pub(crate) enum Posting {
    /// None or one.
    One(Option<u32>),
    /// A few.
    Few(Vec<u32>),
    /// Many.
    Many(Box<RoaringBitmap>),
}

impl Posting {
    pub(crate) fn new() -> Self {
        Self::One(None)
    }

    pub(crate) fn len(&self) -> u64 {
        match self {
            Self::One(one) => u64::from(one.is_some()),
            Self::Few(few) => few.len() as u64,
            Self::Many(many) => many.len(),
        }
    }

    pub(crate) fn insert(&mut self, series: u32) {
        match self {
            Self::One(None) => *self = Self::One(Some(series)),
            Self::One(Some(one)) if *one == series => {}
            Self::One(Some(one)) => {
                let mut few = Vec::with_capacity(4);
                few.extend([series.min(*one), series.max(*one)]);
                *self = Self::Few(few);
            }
            Self::Few(few) => {
                if few.last().is_some_and(|last| *last < series) {
                    few.push(series);
                } else if let Err(place) = few.binary_search(&series) {
                    few.insert(place, series);
                }
                if few.len() > LIST_MAX {
                    *self = Self::Many(Box::new(few.iter().copied().collect()));
                }
            }
            Self::Many(many) => {
                many.insert(series);
            }
        }
    }

    pub(crate) fn remove(&mut self, series: u32) {
        match self {
            Self::One(one) => *one = one.filter(|held| *held != series),
            Self::Few(few) => {
                if let Ok(place) = few.binary_search(&series) {
                    few.remove(place);
                }
                if few.len() <= 1 {
                    *self = Self::One(few.first().copied());
                }
            }
            Self::Many(many) => {
                many.remove(series);
                if many.len() <= LIST_MAX as u64 / 2 {
                    *self = Self::Few(many.iter().collect());
                }
            }
        }
    }

    /// The series, ascending.
    pub(crate) fn to_vec(&self) -> Vec<u32> {
        match self {
            Self::One(one) => one.iter().copied().collect(),
            Self::Few(few) => few.clone(),
            Self::Many(many) => many.iter().collect(),
        }
    }

    /// Adds them to a bitmap.
    pub(crate) fn add_to(&self, bitmap: &mut RoaringBitmap) {
        match self {
            Self::One(one) => bitmap.extend(one.iter().copied()),
            Self::Few(few) => bitmap.extend(few.iter().copied()),
            Self::Many(many) => *bitmap |= &**many,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn it_holds_what_was_added_whatever_its_form() {
        let mut posting = Posting::new();
        let mut model = std::collections::BTreeSet::new();
        for step in 0..400u32 {
            let series = step.wrapping_mul(2_654_435_761) % 150;
            if step % 3 == 2 || step > 250 {
                posting.remove(series);
                model.remove(&series);
            } else {
                posting.insert(series);
                model.insert(series);
            }
            assert_eq!(posting.to_vec(), model.iter().copied().collect::<Vec<_>>());
            assert_eq!(posting.len(), model.len() as u64);
            let mut bitmap = RoaringBitmap::new();
            posting.add_to(&mut bitmap);
            assert!(bitmap.iter().eq(model.iter().copied()));
        }
    }
}
