//! What of a body was refused, as the text that senders log.

use swarmpulse_store::metrics::Appended;

/// So many refusals are told one by one.
const TOLD_MAX: usize = 8;
/// The longest refusal that is told whole.
const TOLD_BYTES_MAX: usize = 512;

/// What of a body was refused.
#[derive(Debug, Default)]
pub(super) struct Refusals {
    count: u64,
    told: Vec<String>,
}

impl Refusals {
    /// Adds refusals with the first of their reasons.
    pub fn add(&mut self, count: u64, reasons: impl IntoIterator<Item = String>) {
        self.count += count;
        let room = TOLD_MAX.saturating_sub(self.told.len());
        self.told.extend(reasons.into_iter().take(room).map(short));
    }

    /// Adds what the store refused.
    pub fn add_appended(&mut self, appended: Appended) {
        let reasons = appended.rejections.into_iter().map(|rejection| rejection.detail);
        self.add(appended.rejected_samples, reasons);
    }

    /// `None` if nothing was refused, else the whole sentence.
    pub fn sentence(&self, unit: &str, stored: u64) -> Option<String> {
        if self.count == 0 {
            return None;
        }
        let (count, told) = (self.count, self.told.join("; "));
        let rest = count.saturating_sub(self.told.len() as u64);
        let more = if rest > 0 && !self.told.is_empty() {
            " ..."
        } else {
            ""
        };
        Some(format!(
            "{count} {unit} refused, the other {stored} are stored: {told}{more}"
        ))
    }
}

fn short(mut text: String) -> String {
    if text.len() > TOLD_BYTES_MAX {
        text.truncate(text.floor_char_boundary(TOLD_BYTES_MAX));
        text.push_str("...");
    }
    text
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_first_are_told_and_all_are_counted() {
        let mut refusals = Refusals::default();
        assert_eq!(refusals.sentence("samples", 5), None);
        refusals.add(2, ["one".to_owned(), "two".to_owned()]);
        assert_eq!(
            refusals.sentence("samples", 5).as_deref(),
            Some("2 samples refused, the other 5 are stored: one; two")
        );
        refusals.add(100, std::iter::repeat_n("é".repeat(1000), 100));
        let sentence = refusals.sentence("lines", 0).unwrap_or_default();
        assert!(sentence.starts_with("102 lines refused") && sentence.len() < 6000);
        assert!(sentence.ends_with("..."));
    }
}
