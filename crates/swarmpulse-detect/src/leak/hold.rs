//! A leak that was found: what it was found by, and how long it is held on to.

use super::growth::Growth;

/// Looks without growth after which a leak is over.
const QUIET: u8 = 6;

/// A leak.
#[derive(Clone, Copy, Debug)]
pub(super) struct Hold {
    /// Its growth as last seen.
    pub growth: Growth,
    /// The minute at which growth began.
    pub from: i64,
    /// The minute at which it was found.
    pub found: i64,
    /// Looks without growth since the last with.
    quiet: u8,
}

impl Hold {
    /// Takes in what a look found. `end` is the minute at which the looked at cells end and `cell` how many minutes one
    /// has; `grows` tells whether memory still grows where growth by itself would not be called a leak.
    pub(super) fn follow(
        held: &mut Option<Self>,
        found: Option<Growth>,
        end: i64,
        cell: i64,
        grows: impl Fn(&Self) -> bool,
    ) {
        let leak = found.filter(|growth| growth.leak);
        match (held.as_mut(), leak) {
            (None, None) => {}
            (None, Some(growth)) => {
                let from = end - growth.lasted as i64 * cell;
                *held = Some(Self {
                    growth,
                    from,
                    found: end,
                    quiet: 0,
                });
            }
            (Some(hold), Some(growth)) => {
                hold.from = hold.from.min(end - growth.lasted as i64 * cell);
                hold.growth = growth;
                hold.quiet = 0;
            }
            (Some(hold), None) => {
                hold.quiet = if grows(hold) { 0 } else { hold.quiet + 1 };
                if hold.quiet >= QUIET {
                    *held = None;
                }
            }
        }
    }
}
