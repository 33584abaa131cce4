//! The pulse of a service or a type of work: how many went well and how many failed, slot by slot, beside its baseline.

/// Length of a slot, in seconds.
pub(super) const SLOT_S: i64 = 5;
/// Slots that are remembered one by one: a quarter of an hour.
pub(super) const SLOTS: usize = 180;
/// Slots that wait before they count as normal: five minutes, so that the start of a failure is not taken for it.
const QUARANTINE: i64 = 60;
/// The half-life of the baseline, in slots: six hours.
const HALF_LIFE: f64 = 6.0 * 3600.0 / SLOT_S as f64;
/// A failing state that lasts longer is the new normal, in slots: six hours.
const NEW_NORMAL: i64 = 6 * 3600 / SLOT_S;

/// What happened in a slot.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(super) struct Tally {
    /// Went well.
    pub ok: u16,
    /// Failed.
    pub failed: u16,
}

impl Tally {
    /// Adds one.
    fn add(&mut self, ok: bool) {
        let count = if ok { &mut self.ok } else { &mut self.failed };
        *count = count.saturating_add(1);
    }
}

/// What is normal: weights that fade with a half-life of six hours.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
pub(super) struct Baseline {
    /// Went well.
    pub ok: f64,
    /// Failed.
    pub failed: f64,
    /// Slots that this is the sum of.
    pub slots: f64,
}

impl Baseline {
    /// How many there were.
    pub fn count(&self) -> f64 {
        self.ok + self.failed
    }

    fn fade(&mut self, factor: f64) {
        self.ok *= factor;
        self.failed *= factor;
        self.slots *= factor;
    }
}

/// Counts of one service or type of work.
#[derive(Clone, Debug)]
pub(super) struct Pulse {
    ring: Box<[Tally; SLOTS]>,
    /// The newest slot.
    newest: i64,
    /// The first slot that it was heard of.
    first: i64,
    /// When it was last heard of.
    heard: i64,
    baseline: Baseline,
    /// Failures within the ring.
    recent_failed: u32,
    /// Whether it ever went well: without that, failures alone are reported and there is no share of them.
    exposed: bool,
    /// Held to be failing since that slot; those slots are not normal.
    failing_since: Option<i64>,
}

impl Pulse {
    /// Begins at a slot.
    pub fn new(slot: i64) -> Self {
        Self {
            ring: Box::new([Tally::default(); SLOTS]),
            newest: slot,
            first: slot,
            heard: slot,
            baseline: Baseline::default(),
            recent_failed: 0,
            exposed: false,
            failing_since: None,
        }
    }

    /// Counts one. False if its slot is no longer remembered.
    pub fn add(&mut self, slot: i64, ok: bool) -> bool {
        self.advance(slot);
        if slot <= self.newest - QUARANTINE {
            return false;
        }
        self.heard = self.heard.max(slot);
        self.exposed |= ok;
        self.recent_failed += u32::from(!ok);
        self.ring[place(slot)].add(ok);
        true
    }

    /// Moves on to a slot; what was before the quarantine becomes normal.
    pub fn advance(&mut self, slot: i64) {
        if slot - self.newest > SLOTS as i64 {
            // Beyond what is remembered nothing happened in between: the slots are empty.
            let idle = slot - self.newest - SLOTS as i64;
            for _ in 0..SLOTS {
                self.step();
            }
            self.baseline.fade(0.5_f64.powf(idle as f64 / HALF_LIFE));
            self.newest += idle;
        }
        while self.newest < slot {
            self.step();
        }
    }

    fn step(&mut self) {
        self.newest += 1;
        let gone = std::mem::take(&mut self.ring[place(self.newest)]);
        self.recent_failed -= u32::from(gone.failed).min(self.recent_failed);
        let settled = self.newest - QUARANTINE;
        if settled < self.first {
            return;
        }
        if let Some(since) = self.failing_since {
            if self.newest - since > NEW_NORMAL {
                self.failing_since = None;
            } else if settled >= since {
                return;
            }
        }
        let tally = self.ring[place(settled)];
        self.baseline.fade(FADE);
        self.baseline.ok += f64::from(tally.ok);
        self.baseline.failed += f64::from(tally.failed);
        self.baseline.slots += 1.0;
    }

    /// The slots that are remembered, the oldest first. The last is the newest.
    pub fn slots(&self) -> impl DoubleEndedIterator<Item = Tally> + '_ {
        (0..SLOTS as i64).map(|age| self.ring[place(self.newest - (SLOTS as i64 - 1) + age)])
    }

    /// The newest slot.
    pub fn newest(&self) -> i64 {
        self.newest
    }

    /// The number of the slot at a place of [`Self::slots`].
    pub fn slot_at(&self, index: usize) -> i64 {
        self.newest - (SLOTS as i64 - 1) + index as i64
    }

    /// What is normal for it.
    pub fn baseline(&self) -> &Baseline {
        &self.baseline
    }

    /// Failures within the slots that are remembered.
    pub fn recent_failed(&self) -> u32 {
        self.recent_failed
    }

    /// Whether it is known how many went well.
    pub fn exposed(&self) -> bool {
        self.exposed
    }

    /// When it was last heard of.
    pub fn heard(&self) -> i64 {
        self.heard
    }

    /// Since when it is held to be failing.
    pub fn failing_since(&self) -> Option<i64> {
        self.failing_since
    }

    /// Holds it to be failing since that slot, or no longer.
    pub fn hold(&mut self, since: Option<i64>) {
        self.failing_since = since;
    }
}

/// What a slot takes from the weight of those before it: 2^(-1 / half-life).
const FADE: f64 = 1.0 - std::f64::consts::LN_2 / HALF_LIFE;

fn place(slot: i64) -> usize {
    slot.rem_euclid(SLOTS as i64) as usize
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn slots_become_normal_after_the_quarantine() {
        let mut pulse = Pulse::new(0);
        for slot in 0..200 {
            assert!(pulse.add(slot, slot % 10 != 0));
        }
        let normal = pulse.baseline();
        assert!((normal.slots - 139.0).abs() < 4.0, "{normal:?}");
        let share = normal.failed / normal.count();
        assert!((share - 0.1).abs() < 0.01, "{share}");
        assert_eq!(pulse.recent_failed(), 18);
        assert_eq!(
            pulse.slots().map(|tally| u32::from(tally.failed)).sum::<u32>(),
            18
        );
    }

    #[test]
    fn a_failing_state_is_not_normal() {
        let mut pulse = Pulse::new(0);
        for slot in 0..400 {
            pulse.add(slot, slot < 200);
            if slot == 220 {
                pulse.hold(Some(200));
            }
        }
        assert!(pulse.baseline().failed < 1.0, "{:?}", pulse.baseline());
        for slot in 400..400 + NEW_NORMAL + 100 {
            pulse.add(slot, false);
        }
        assert!(pulse.baseline().failed > 50.0, "{:?}", pulse.baseline());
    }

    #[test]
    fn a_long_silence_costs_nothing_and_fades() {
        let mut pulse = Pulse::new(0);
        for slot in 0..500 {
            pulse.add(slot, true);
        }
        pulse.advance(500 + 1_000_000_000);
        assert!(pulse.baseline().count() < 1e-6);
        assert!(!pulse.add(10, true), "too late");
        assert_eq!(pulse.newest(), 1_000_000_500);
    }
}
