//! Which service needs which, by number.

/// The graph of services by number, in both directions.
#[derive(Clone, Debug, Default)]
pub(super) struct Links {
    needs: Vec<Vec<u32>>,
    dependents: Vec<Vec<u32>>,
}

impl Links {
    /// Nothing needs anything, for so many services.
    pub fn new(services: usize) -> Self {
        Self {
            needs: vec![Vec::new(); services],
            dependents: vec![Vec::new(); services],
        }
    }

    /// Says that a service needs another; itself and what was said before change nothing.
    pub fn add(&mut self, service: u32, need: u32) {
        if service == need || self.needs[service as usize].contains(&need) {
            return;
        }
        self.needs[service as usize].push(need);
        self.dependents[need as usize].push(service);
    }

    /// What a service needs.
    pub fn needs(&self, service: u32) -> &[u32] {
        &self.needs[service as usize]
    }

    /// Who needs a service.
    pub fn dependents(&self, service: u32) -> &[u32] {
        &self.dependents[service as usize]
    }

    /// All that a service can take with it, itself first, everyone after all of its needs among them as far as there
    /// is such an order, at most so many.
    pub fn downstream(&self, root: u32, most: usize) -> Vec<u32> {
        let mut reached = vec![root];
        let mut seen = vec![false; self.needs.len()];
        seen[root as usize] = true;
        let mut at = 0;
        while at < reached.len() {
            for dependent in self.dependents(reached[at]) {
                if reached.len() < most && !seen[*dependent as usize] {
                    seen[*dependent as usize] = true;
                    reached.push(*dependent);
                }
            }
            at += 1;
        }
        self.ordered(&reached, &seen)
    }

    /// Everyone after its needs; a circle is entered where the root reached it first.
    fn ordered(&self, reached: &[u32], seen: &[bool]) -> Vec<u32> {
        let mut open = vec![0_u32; self.needs.len()];
        for service in &reached[1..] {
            open[*service as usize] = self
                .needs(*service)
                .iter()
                .filter(|need| seen[**need as usize])
                .count() as u32;
        }
        let mut done = vec![false; self.needs.len()];
        let mut order = Vec::with_capacity(reached.len());
        let mut ready = vec![reached[0]];
        let mut entries = reached.iter();
        loop {
            let Some(service) = ready
                .pop()
                .or_else(|| entries.by_ref().copied().find(|service| !done[*service as usize]))
            else {
                return order;
            };
            if done[service as usize] {
                continue;
            }
            done[service as usize] = true;
            order.push(service);
            for dependent in self.dependents(service) {
                let open = &mut open[*dependent as usize];
                *open = open.saturating_sub(1);
                if *open == 0 && seen[*dependent as usize] && !done[*dependent as usize] {
                    ready.push(*dependent);
                }
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn everyone_comes_after_its_needs() {
        let mut links = Links::new(6);
        for (service, need) in [(1, 0), (2, 1), (3, 2), (3, 0), (4, 3), (4, 1), (1, 0), (2, 2)] {
            links.add(service, need);
        }
        let order = links.downstream(0, 100);
        assert_eq!(order.len(), 5);
        for service in &order[1..] {
            let place = |wanted: u32| order.iter().position(|it| *it == wanted);
            for need in links.needs(*service) {
                assert!(place(*need) < place(*service), "{order:?}");
            }
        }
        assert_eq!(links.downstream(0, 3).len(), 3);
        assert_eq!(links.downstream(5, 3), [5]);
    }

    #[test]
    fn circles_end() {
        let mut links = Links::new(3);
        for (service, need) in [(1, 0), (2, 1), (1, 2), (0, 2)] {
            links.add(service, need);
        }
        assert_eq!(links.downstream(0, 100), [0, 1, 2]);
    }
}
