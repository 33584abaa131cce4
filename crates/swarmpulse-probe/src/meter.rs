//! Processor time and I/O of a process and its descendants, without counting anything twice.
//!
//! The kernel adds a child's figures to its parent when the parent waits for it. So what a parent gained from
//! children is theirs to the extent that was seen while they lived. A child that nobody waits for vanishes with
//! what it spent since the last look; one that is adopted counts from the first look at it on.

/// The figures of one process of the tree at one look.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(crate) struct Member {
    pub(crate) pid: u32,
    pub(crate) parent: u32,
    pub(crate) start_ticks: u64,
    pub(crate) own_ticks: u64,
    /// Of children that it waited for.
    pub(crate) children_ticks: u64,
    /// Its own and of children that it waited for; 0 where they may not be read.
    pub(crate) read_bytes: u64,
    pub(crate) write_bytes: u64,
}

/// What was spent.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(crate) struct Spent {
    pub(crate) ticks: u64,
    pub(crate) read_bytes: u64,
    pub(crate) write_bytes: u64,
}

impl Spent {
    fn add(&mut self, other: Self) {
        self.ticks = self.ticks.saturating_add(other.ticks);
        self.read_bytes = self.read_bytes.saturating_add(other.read_bytes);
        self.write_bytes = self.write_bytes.saturating_add(other.write_bytes);
    }
}

impl Member {
    fn total(&self) -> Spent {
        Spent {
            ticks: self.own_ticks.saturating_add(self.children_ticks),
            read_bytes: self.read_bytes,
            write_bytes: self.write_bytes,
        }
    }
}

/// Adds up what a process tree spends.
#[derive(Debug, Default)]
pub(crate) struct Meter {
    /// The members at the last look, by pid.
    last: Vec<Member>,
    /// When that was, in ticks of the machine's uptime.
    last_look_ticks: u64,
    total: Spent,
}

impl Meter {
    /// A meter that starts at this look at the process alone.
    pub(crate) fn start(root: Member, look_ticks: u64) -> Self {
        Self {
            last: vec![root],
            last_look_ticks: look_ticks,
            total: root.total(),
        }
    }

    /// What was spent since the process started, as far as it was seen.
    pub(crate) fn total(&self) -> Spent {
        self.total
    }

    /// Takes the members at this look, in any order; what was spent since the last. `is_alive` tells whether
    /// a former member still runs somewhere else.
    pub(crate) fn advance(
        &mut self,
        members: &mut Vec<Member>,
        look_ticks: u64,
        is_alive: impl Fn(u32) -> bool,
    ) -> Spent {
        members.sort_unstable_by_key(|member| member.pid);
        let waited_for = self.vanished(members, is_alive);
        let mut spent = Spent::default();
        for member in members.iter() {
            let seen = waited_for.iter().filter(|(pid, _)| *pid == member.pid);
            let mut counted = Spent::default();
            seen.for_each(|(_, child)| counted.add(*child));
            spent.add(self.spent_by(member, counted));
        }
        self.total.add(spent);
        self.last_look_ticks = look_ticks;
        std::mem::swap(&mut self.last, members);
        spent
    }

    /// What one member spent. `counted`: what its vanished children had spent when last seen.
    fn spent_by(&self, member: &Member, counted: Spent) -> Spent {
        let before = match find(&self.last, member.pid) {
            Some(before) if before.start_ticks == member.start_ticks => *before,
            // Born since the last look: all of it is new. Else it was adopted.
            _ if member.start_ticks >= self.last_look_ticks => Member::default(),
            _ => return Spent::default(),
        };
        let from_children = member
            .children_ticks
            .saturating_sub(before.children_ticks)
            .saturating_sub(counted.ticks);
        Spent {
            ticks: member
                .own_ticks
                .saturating_sub(before.own_ticks)
                .saturating_add(from_children),
            read_bytes: member
                .read_bytes
                .saturating_sub(before.read_bytes)
                .saturating_sub(counted.read_bytes),
            write_bytes: member
                .write_bytes
                .saturating_sub(before.write_bytes)
                .saturating_sub(counted.write_bytes),
        }
    }

    /// Members of the last look that ended, each with the ancestor to which its figures went.
    fn vanished(&self, members: &[Member], is_alive: impl Fn(u32) -> bool) -> Vec<(u32, Spent)> {
        let remains = |former: &Member| {
            find(members, former.pid).is_some_and(|member| member.start_ticks == former.start_ticks)
        };
        let mut vanished = Vec::new();
        for former in self.last.iter().filter(|former| !remains(former)) {
            if find(members, former.pid).is_none() && is_alive(former.pid) {
                continue;
            }
            let mut heir = former.parent;
            for _ in 0..self.last.len() {
                if find(members, heir).is_some() {
                    vanished.push((heir, former.total()));
                    break;
                }
                match find(&self.last, heir) {
                    Some(parent) => heir = parent.parent,
                    None => break,
                }
            }
        }
        vanished
    }
}

fn find(members: &[Member], pid: u32) -> Option<&Member> {
    members
        .binary_search_by_key(&pid, |member| member.pid)
        .ok()
        .map(|place| &members[place])
}

#[cfg(test)]
mod tests {
    use super::*;

    fn member(pid: u32, parent: u32, start: u64, own: u64, children: u64, io: u64) -> Member {
        Member {
            pid,
            parent,
            start_ticks: start,
            own_ticks: own,
            children_ticks: children,
            read_bytes: io,
            write_bytes: 0,
        }
    }

    fn look(meter: &mut Meter, at: u64, members: &[Member]) -> (u64, u64) {
        let spent = meter.advance(&mut members.to_vec(), at, |_| false);
        (spent.ticks, spent.read_bytes)
    }

    #[test]
    fn a_child_counts_once_living_and_waited_for() {
        let mut meter = Meter::start(member(10, 1, 5, 100, 0, 1000), 50);
        // A child is born at 60 and spends 30.
        assert_eq!(
            look(
                &mut meter,
                100,
                &[member(10, 1, 5, 101, 0, 1000), member(11, 10, 60, 30, 0, 500)]
            ),
            (31, 500)
        );
        // It spends 10 more, ends, is waited for: 40 ticks and 700 bytes move to its parent.
        assert_eq!(
            look(&mut meter, 200, &[member(10, 1, 5, 103, 40, 1700)]),
            (12, 200)
        );
        assert_eq!(
            meter.total(),
            Spent {
                ticks: 143,
                read_bytes: 1700,
                write_bytes: 0
            }
        );
        assert_eq!(look(&mut meter, 300, &[member(10, 1, 5, 103, 40, 1700)]), (0, 0));
    }

    #[test]
    fn children_that_live_and_die_between_looks_count() {
        let mut meter = Meter::start(member(10, 1, 5, 100, 0, 0), 50);
        assert_eq!(
            look(&mut meter, 100, &[member(10, 1, 5, 100, 77, 4000)]),
            (77, 4000)
        );
    }

    #[test]
    fn a_grandchild_s_figures_go_to_the_living_ancestor() {
        let mut meter = Meter::start(member(10, 1, 5, 0, 0, 0), 50);
        let tree = [
            member(10, 1, 5, 0, 0, 0),
            member(11, 10, 60, 5, 0, 0),
            member(12, 11, 61, 20, 0, 0),
        ];
        assert_eq!(look(&mut meter, 100, &tree), (25, 0));
        // 12 ended with 20, 11 waited for it and ended with 6 of its own: 26 in all, 1 of it new.
        assert_eq!(look(&mut meter, 200, &[member(10, 1, 5, 0, 26, 0)]), (1, 0));
    }

    #[test]
    fn adopted_and_abandoned_processes_make_no_jumps() {
        let mut meter = Meter::start(member(10, 1, 5, 0, 0, 0), 50);
        // A process that is older than the last look joins with a long past.
        assert_eq!(
            look(
                &mut meter,
                100,
                &[member(10, 1, 5, 0, 0, 0), member(9, 10, 3, 9000, 0, 9000)]
            ),
            (0, 0)
        );
        assert_eq!(
            look(
                &mut meter,
                200,
                &[member(10, 1, 5, 0, 0, 0), member(9, 10, 3, 9001, 0, 9000)]
            ),
            (1, 0)
        );
        // It leaves, alive: what the parent gains from others is not held against it.
        let spent = meter.advance(&mut vec![member(10, 1, 5, 0, 40, 0)], 300, |pid| pid == 9);
        assert_eq!(spent.ticks, 40);
    }

    #[test]
    fn a_child_that_nobody_waits_for_takes_nothing_away() {
        let mut meter = Meter::start(member(10, 1, 5, 100, 0, 0), 50);
        assert_eq!(
            look(
                &mut meter,
                100,
                &[member(10, 1, 5, 100, 0, 0), member(11, 10, 60, 30, 0, 0)]
            ),
            (30, 0)
        );
        assert_eq!(look(&mut meter, 200, &[member(10, 1, 5, 110, 0, 0)]), (10, 0));
        assert_eq!(meter.total().ticks, 140);
    }

    #[test]
    fn a_reused_pid_is_another_member() {
        let mut meter = Meter::start(member(10, 1, 5, 0, 0, 0), 50);
        assert_eq!(
            look(
                &mut meter,
                100,
                &[member(10, 1, 5, 0, 0, 0), member(11, 10, 60, 500, 0, 0)]
            ),
            (500, 0)
        );
        // The old 11 was waited for, the new one has spent 3.
        let next = [member(10, 1, 5, 0, 500, 0), member(11, 10, 150, 3, 0, 0)];
        assert_eq!(look(&mut meter, 200, &next), (3, 0));
    }
}
