//! The machines that agents run on, and the processes on the monitor's own machine that agents have named.

use smallvec::SmallVec;
use swarmpulse_model::Text;

use crate::LocalPid;
use crate::arena::Index;
use crate::fleet::Fleet;
use crate::names::Names;

/// Host names are sorted out when there are twice as many as agents, and more than this: containers come and go.
const HOSTS_KEPT: usize = 1024;

impl Fleet {
    /// Notes the machine that an agent runs on.
    pub(crate) fn place_on_host(&mut self, index: Index, host: &Text) {
        let known = self
            .agents
            .get(index)
            .and_then(|agent| agent.host)
            .is_some_and(|known| self.hosts.name(known) == host);
        if known {
            return;
        }
        let number = match self.hosts.find(host) {
            Some(number) => number,
            None => {
                self.forget_hosts();
                self.hosts.intern(host)
            }
        };
        if let Some(agent) = self.agents.get_mut(index) {
            agent.host = Some(number);
        }
    }

    /// Keeps the names of hosts that agents run on, and no others, once there are many.
    fn forget_hosts(&mut self) {
        if self.hosts.len() < HOSTS_KEPT + 2 * self.agents.len() {
            return;
        }
        let mut kept = Names::default();
        let all: Vec<Index> = self.agents.iter_from(0).map(|(index, _)| index).collect();
        for index in all {
            if let Some(agent) = self.agents.get_mut(index)
                && let Some(host) = agent.host
            {
                agent.host = Some(kept.intern(self.hosts.name(host)));
            }
        }
        self.hosts = kept;
    }

    /// An agent names a process of the monitor's own machine as its own.
    pub(crate) fn name_local_pid(&mut self, pid: u32, index: Index) {
        let owners = self.local_pids.entry(pid).or_default();
        if !owners.contains(&index) {
            owners.push(index);
        }
    }

    /// That process is no longer this agent's.
    pub(crate) fn unname_local_pid(&mut self, pid: u32, index: Index) {
        if let Some(owners) = self.local_pids.get_mut(&pid) {
            owners.retain(|owner| *owner != index);
            if owners.is_empty() {
                self.local_pids.remove(&pid);
            }
        }
    }

    /// The agents that named that process as theirs.
    pub(crate) fn owners_of_pid(&self, pid: u32) -> SmallVec<[Index; 2]> {
        self.local_pids.get(&pid).cloned().unwrap_or_default()
    }

    /// Processes on the monitor's own machine that agents have named. Several agents may live in one process.
    #[must_use]
    pub fn local_pids(&self) -> Vec<LocalPid> {
        let named = self
            .local_pids
            .iter()
            .flat_map(|(pid, owners)| owners.iter().map(move |owner| (*pid, *owner)));
        let living = named.filter_map(|(pid, index)| {
            let agent = self.agents.get(index).filter(|agent| agent.death.is_none())?;
            let watched = agent
                .named_pids
                .iter()
                .any(|named| named.pid == pid && named.by_watcher);
            Some(LocalPid {
                agent: agent.id.clone(),
                kind: agent.kind.clone(),
                instance: agent.instance.clone(),
                pid,
                watched,
            })
        });
        living.collect()
    }
}
