//! The few most frequent names, in a handful of places.

use swarmpulse_model::Text;

/// Places.
const PLACES: usize = 4;

/// The most frequent names with their counts, by the Space-Saving method (Metwally, Agrawal and El Abbadi, 2005): a
/// name that comes when all places are taken takes the least one's and its count.
#[derive(Clone, Debug, Default)]
pub(super) struct Top(Vec<(Text, u64)>);

impl Top {
    /// Counts a name.
    pub(super) fn add(&mut self, name: Option<&Text>) {
        let Some(name) = name else { return };
        if let Some((_, count)) = self.0.iter_mut().find(|(known, _)| known == name) {
            *count += 1;
        } else if self.0.len() < PLACES {
            self.0.push((name.clone(), 1));
        } else if let Some(least) = self.0.iter_mut().min_by_key(|(_, count)| *count) {
            *least = (name.clone(), least.1 + 1);
        }
    }

    /// The most frequent name.
    pub(super) fn first(&self) -> Option<&Text> {
        self.0
            .iter()
            .max_by_key(|(_, count)| *count)
            .map(|(name, _)| name)
    }

    /// All names that it knows, the most frequent first.
    pub(super) fn names(&self) -> Vec<Text> {
        let mut names = self.0.clone();
        names.sort_by(|a, b| b.1.cmp(&a.1).then_with(|| a.0.cmp(&b.0)));
        names.into_iter().map(|(name, _)| name).collect()
    }

    /// How many it knows; there may be more when all places are taken.
    pub(super) fn known(&self) -> usize {
        self.0.len()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_frequent_stays_however_many_others_come() {
        let mut top = Top::default();
        for n in 0..1000 {
            top.add(Some(&"often".into()));
            top.add(Some(&format!("once-{n}").into()));
        }
        assert_eq!(top.first().map(Text::as_str), Some("often"));
        assert_eq!((top.known(), top.names().len()), (PLACES, PLACES));
    }
}
