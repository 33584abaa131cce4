//! Processes of one agent are one agent: matches below another match of the same kind are left out.

/// How far up the ancestors are followed: deeper trees are not agents but loops.
const ANCESTORS_MAX: usize = 64;

/// Keeps the matches that have no ancestor among the matches of the same kind. `matches` is sorted by pid;
/// `parent_of` tells a process's parent, `None` or 0 at the top.
pub(crate) fn keep_topmost<K: PartialEq>(
    matches: Vec<(u32, K)>,
    mut parent_of: impl FnMut(u32) -> Option<u32>,
) -> Vec<(u32, K)> {
    let kept: Vec<bool> = matches
        .iter()
        .map(|(pid, kind)| {
            let mut ancestor = *pid;
            for _ in 0..ANCESTORS_MAX {
                ancestor = match parent_of(ancestor) {
                    Some(parent) if parent != 0 && parent != *pid => parent,
                    _ => return true,
                };
                let found = matches.binary_search_by_key(&ancestor, |(pid, _)| *pid);
                if found.is_ok_and(|place| matches[place].1 == *kind) {
                    return false;
                }
            }
            true
        })
        .collect();
    let mut kept = kept.into_iter();
    matches
        .into_iter()
        .filter(|_| kept.next().unwrap_or(true))
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_pool_collapses_onto_its_parent_and_other_kinds_stay() {
        // 10 celery -> 11, 12 celery (pool) -> 13 sh -> 14 celery; 20 claude -> 21 mcp; 30 celery on its own.
        let parents = [
            (10, 1),
            (11, 10),
            (12, 10),
            (13, 12),
            (14, 13),
            (20, 1),
            (21, 20),
            (30, 1),
            (1, 0),
        ];
        let parent_of = |pid| {
            parents
                .iter()
                .find(|(child, _)| *child == pid)
                .map(|(_, parent)| *parent)
        };
        let matches = vec![
            (10, "celery"),
            (11, "celery"),
            (12, "celery"),
            (14, "celery"),
            (20, "claude"),
            (21, "mcp"),
            (30, "celery"),
        ];
        let kept = keep_topmost(matches, parent_of);
        assert_eq!(
            kept,
            [(10, "celery"), (20, "claude"), (21, "mcp"), (30, "celery")]
        );
    }

    #[test]
    fn loops_among_parents_end() {
        let kept = keep_topmost(vec![(5, "a")], |pid| Some(if pid == 5 { 6 } else { 5 }));
        assert_eq!(kept, [(5, "a")], "nobody is its own ancestor");
        let kept = keep_topmost(vec![(5, "a")], |pid| Some(if pid == 7 { 8 } else { 7 }));
        assert_eq!(kept, [(5, "a")]);
    }
}
