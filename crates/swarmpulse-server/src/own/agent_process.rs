//! Figures of an agent's process: what it uses, and the limits that it runs towards.

use swarmpulse_fleet::ProcessLink;
use swarmpulse_model::Timestamp;

use super::exposition::Exposition;

/// An agent's process at the last look.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(super) struct Process {
    rss_bytes: u64,
    cpu_seconds: f64,
    cpu_ratio: f64,
    memory_ratio: f64,
    virtual_bytes: u64,
    memory_limit_bytes: Option<u64>,
    memory_pressure_ratio: Option<f64>,
    major_faults: u64,
    open_fds: Option<u64>,
    fd_limit: Option<u64>,
    threads: u64,
    thread_limit: Option<u64>,
    connections: Option<u64>,
    started_at: Timestamp,
}

impl Process {
    /// The process at the last look, with the memory of its machine; 0 where that is not known.
    pub(super) fn of(link: &ProcessLink, machine_memory_bytes: u64) -> Self {
        let sample = link.sample();
        // A control group may allow more than there is, and then the machine runs out first.
        let machine = Some(machine_memory_bytes).filter(|bytes| *bytes > 0);
        let memory_limit_bytes = sample.memory_limit_bytes.into_iter().chain(machine).min();
        Self {
            rss_bytes: sample.rss_bytes,
            cpu_seconds: sample.cpu_seconds,
            cpu_ratio: sample.cpu_ratio,
            memory_ratio: sample.memory_ratio,
            virtual_bytes: sample.vms_bytes,
            memory_limit_bytes,
            memory_pressure_ratio: sample.memory_pressure_ratio,
            major_faults: sample.major_faults,
            open_fds: sample.open_fds,
            fd_limit: sample.fd_limit,
            threads: sample.threads,
            thread_limit: sample.thread_limit,
            connections: sample.connections,
            started_at: link.started_at(),
        }
    }

    /// Writes its figures; what the system does not tell is left out.
    pub(super) fn write(&self, labels: &[(&str, &str)], out: &mut Exposition) {
        for (name, value) in [
            ("swarmpulse_agent_resident_memory_bytes", self.rss_bytes as f64),
            ("swarmpulse_agent_cpu_seconds_total", self.cpu_seconds),
            ("swarmpulse_agent_cpu_ratio", self.cpu_ratio),
            ("swarmpulse_agent_memory_ratio", self.memory_ratio),
            ("swarmpulse_agent_virtual_memory_bytes", self.virtual_bytes as f64),
            ("swarmpulse_agent_major_faults_total", self.major_faults as f64),
            ("swarmpulse_agent_threads", self.threads as f64),
            ("swarmpulse_agent_start_time_seconds", self.started_at.unix_s()),
        ] {
            out.add(name, labels, value);
        }
        let number = |count: Option<u64>| count.map(|count| count as f64);
        for (name, value) in [
            (
                "swarmpulse_agent_memory_limit_bytes",
                number(self.memory_limit_bytes),
            ),
            (
                "swarmpulse_agent_memory_pressure_ratio",
                self.memory_pressure_ratio,
            ),
            ("swarmpulse_agent_open_fds", number(self.open_fds)),
            ("swarmpulse_agent_fd_limit", number(self.fd_limit)),
            ("swarmpulse_agent_thread_limit", number(self.thread_limit)),
            ("swarmpulse_agent_connections", number(self.connections)),
        ] {
            if let Some(value) = value {
                out.add(name, labels, value);
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use swarmpulse_fleet::{Context, Fleet};
    use swarmpulse_model::process::{ProcessOrigin, ProcessReport, ProcessSample, ProcessSeen};
    use swarmpulse_model::record::FleetSettings;
    use swarmpulse_model::{Position, Record, Source};

    use super::super::exposition::{Exposition, Format};
    use super::super::fleet::{FleetFigures, Told};
    use super::*;
    use crate::access::Access;

    const GIB: u64 = 1 << 30;

    fn look(fleet: &mut Fleet, agent: &str, host: &str, pid: u32, sample: ProcessSample) {
        let report = ProcessReport {
            agent: agent.into(),
            kind: None,
            host: host.into(),
            pid,
            started_at: Timestamp::from_unix_s(50.0),
            origin: ProcessOrigin::Watched,
            instance: None,
            seen: ProcessSeen::Alive(Box::new(sample)),
        };
        let context = Context {
            position: Position {
                partition: 0,
                offset: pid.into(),
            },
            received_at: Timestamp::from_unix_s(100.0 + f64::from(pid)),
            namespace: "default",
            source: Source::Probe,
        };
        let record = Record::Process(Box::new(report));
        fleet.apply(&context, record, &mut Vec::new());
    }

    fn figures(fleet: &Fleet, machine_memory_bytes: u64) -> String {
        let (access, now) = (Access::open(), Timestamp::from_unix_s(200.0));
        let mut out = Exposition::new();
        FleetFigures::count(fleet, &access, now, Told::AllOrNone, machine_memory_bytes).write(&mut out);
        out.render(Format::Prometheus)
    }

    fn value<'t>(text: &'t str, name: &str, agent: &str) -> Option<&'t str> {
        let mut lines = text.lines().filter(|line| {
            line.starts_with(&format!("swarmpulse_agent_{name}{{"))
                && line.contains(&format!("agent=\"{agent}\""))
        });
        lines.next()?.rsplit_once(' ').map(|(_, value)| value)
    }

    #[test]
    fn limits_are_told_and_the_machines_memory_is_one() {
        let mut fleet = Fleet::new(FleetSettings {
            local_host: "here".into(),
            ..FleetSettings::default()
        });
        let of_group = |memory_limit_bytes| ProcessSample {
            rss_bytes: GIB / 4,
            memory_limit_bytes,
            ..ProcessSample::default()
        };
        look(&mut fleet, "boxed", "here", 1, of_group(Some(GIB)));
        look(&mut fleet, "vast", "here", 2, of_group(Some(64 * GIB)));
        look(&mut fleet, "free", "here", 3, of_group(None));
        look(&mut fleet, "far", "there", 4, of_group(None));
        let text = figures(&fleet, 8 * GIB);
        let limit = |agent| value(&text, "memory_limit_bytes", agent);
        assert_eq!(limit("boxed"), Some("1073741824"));
        assert_eq!(
            limit("vast"),
            Some("8589934592"),
            "there is no more than the machine has"
        );
        assert_eq!(limit("free"), Some("8589934592"));
        assert_eq!(limit("far"), None, "another machine's memory is not known");
        let unknown = figures(&fleet, 0);
        assert_eq!(value(&unknown, "memory_limit_bytes", "free"), None);
        assert_eq!(value(&unknown, "memory_limit_bytes", "vast"), Some("68719476736"));
    }

    #[test]
    fn what_the_system_tells_is_told_and_nothing_else() {
        let mut fleet = Fleet::new(FleetSettings::default());
        let sample = ProcessSample {
            vms_bytes: 7,
            major_faults: 3,
            fd_limit: Some(1024),
            thread_limit: Some(99),
            connections: Some(5),
            memory_pressure_ratio: Some(0.25),
            ..ProcessSample::default()
        };
        look(&mut fleet, "a", "h", 1, sample);
        look(&mut fleet, "b", "h", 2, ProcessSample::default());
        let text = figures(&fleet, 0);
        for (name, of_a, of_b) in [
            ("virtual_memory_bytes", Some("7"), Some("0")),
            ("major_faults_total", Some("3"), Some("0")),
            ("fd_limit", Some("1024"), None),
            ("thread_limit", Some("99"), None),
            ("connections", Some("5"), None),
            ("memory_pressure_ratio", Some("0.25"), None),
            ("start_time_seconds", Some("50"), Some("50")),
        ] {
            assert_eq!(
                (value(&text, name, "a"), value(&text, name, "b")),
                (of_a, of_b),
                "{name}"
            );
        }
    }
}
