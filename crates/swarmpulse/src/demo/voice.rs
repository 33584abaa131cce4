//! How an agent of the demo speaks: heartbeats, events, tasks and calls.

use serde_json::{Value, json};
use swarmpulse_client::Client;

use super::cast::KIND;
use crate::clock;

/// Seconds between heartbeats.
pub const INTERVAL_S: u64 = 5;

/// One agent's voice.
pub struct Voice {
    client: Client,
    agent: String,
    host: String,
    pid: Option<u32>,
    instance: String,
}

impl Voice {
    /// An agent in this process.
    #[must_use]
    pub fn here(client: Client, agent: String) -> Self {
        let host = rustix::system::uname().nodename().to_string_lossy().into_owned();
        let pid = std::process::id();
        let instance = format!("{host}-{pid}-{}", clock::now_ms());
        Self {
            client,
            agent,
            host,
            pid: Some(pid),
            instance,
        }
    }

    /// An agent on another machine, where no probe can look.
    #[must_use]
    pub fn elsewhere(client: Client, agent: String, host: &str) -> Self {
        let instance = format!("{host}-{}", clock::now_ms());
        Self {
            client,
            agent,
            host: host.to_owned(),
            pid: None,
            instance,
        }
    }

    /// A heartbeat's body; `status` where the agent says what it does.
    #[must_use]
    pub fn beat_body(&self, status: Option<&str>) -> Value {
        let mut body = json!({
            "agent": self.agent,
            "kind": KIND,
            "host": self.host,
            "instance": self.instance,
            "interval_s": INTERVAL_S,
            "at": clock::now_text(),
        });
        if let Some(pid) = self.pid {
            body["pid"] = json!(pid);
        }
        if let Some(status) = status {
            body["status"] = json!(status);
        }
        body
    }

    /// Says that it is there. A server that is away hears the next one.
    pub async fn beat(&self, status: Option<&str>) {
        let _ = self.client.send_heartbeats(&[self.beat_body(status)]).await;
    }

    /// Says that work went on.
    pub async fn step(&self) {
        let event = json!({"type": "agent.step", "source": "agent", "agent": self.agent, "instance": self.instance, "at": clock::now_text()});
        let _ = self.client.send_events(&[event]).await;
    }

    /// Says that it has a task in hand that may go without progress for so long.
    pub async fn take_task(&self, timeout_s: u64) {
        let task = json!({
            "task": format!("{}-task", self.agent),
            "type": "demo",
            "status": "running",
            "agent": self.agent,
            "timeout_s": timeout_s,
        });
        let _ = self.client.send_tasks(&[task]).await;
    }

    /// Says that a service answered a call with this status code.
    pub async fn call(&self, status_code: u16) {
        let call = json!({
            "service": "demo-llm",
            "operation": "messages",
            "agent": self.agent,
            "state": "closed",
            "status_code": status_code,
            "latency_ms": 180,
        });
        let _ = self.client.send_calls(&[call]).await;
    }

    /// Many heartbeats in one request.
    pub async fn beat_together(client: &Client, voices: &[Self], status: Option<&str>) {
        let bodies: Vec<Value> = voices.iter().map(|voice| voice.beat_body(status)).collect();
        let _ = client.send_heartbeats(&bodies).await;
    }
}

/// Says of every agent that it has stopped and of every task that it is done, so that nothing of the demo stays.
pub async fn stop_all(client: &Client, agents: &[String]) {
    let beats: Vec<Value> = agents
        .iter()
        .map(|agent| json!({"agent": agent, "kind": KIND, "status": "stopped"}))
        .collect();
    let tasks: Vec<Value> = ["demo-healthy", "demo-hanging"]
        .map(|agent| json!({"task": format!("{agent}-task"), "type": "demo", "status": "cancelled", "agent": agent}))
        .to_vec();
    let _ = client.send_tasks(&tasks).await;
    let _ = client.send_heartbeats(&beats).await;
}
