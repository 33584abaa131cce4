//! A load program: bounded in count and time, aimed at one server on this machine.

mod ask;
mod bodies;
mod disk;
mod events;
mod fleet;
mod heartbeats;
mod process;
mod remote_write;
mod report;

use std::net::SocketAddr;
use std::path::PathBuf;

use clap::{Parser, Subcommand};

/// Loads a Swarmpulse server on this machine and prints what it measured, one JSON object a line.
#[derive(Parser)]
#[command(after_help = "Examples:
  swarmpulse-load heartbeats --server 127.0.0.1:9870 --seconds 10
  swarmpulse-load events --rate 10000 --seconds 30
  swarmpulse-load fleet --agents 100000 --interval 10 --seconds 60 --fall-silent 1000
  swarmpulse-load remote-write prepare --out ./load && swarmpulse-load remote-write send --file ./load
  swarmpulse-load ask --path '/prometheus/api/v1/query?query=up'
  swarmpulse-load fsync --dir ./data")]
struct Arguments {
    #[command(subcommand)]
    command: Command,
}

#[derive(Subcommand)]
enum Command {
    /// As many NDJSON heartbeats as the server makes durable.
    Heartbeats(heartbeats::Arguments),
    /// Events at a rate, and how soon history finds them.
    Events(events::Arguments),
    /// A fleet at its heartbeat interval, some of which falls silent: how soon the stream says so.
    Fleet(fleet::Arguments),
    /// A fleet's history by Prometheus remote write.
    #[command(subcommand)]
    RemoteWrite(remote_write::Command),
    /// The same question again and again.
    Ask(ask::Arguments),
    /// How long this disk takes to make a small write durable.
    Fsync {
        /// A folder on the disk.
        #[arg(long)]
        dir: PathBuf,
    },
}

/// Where the server is, and its process.
#[derive(clap::Args, Clone, Debug)]
struct Target {
    /// The server's address.
    #[arg(long, default_value = "127.0.0.1:9870")]
    server: SocketAddr,
    /// The server's process, to measure what it costs.
    #[arg(long)]
    pid: Option<u32>,
}

fn main() -> anyhow::Result<()> {
    match Arguments::parse().command {
        Command::Heartbeats(arguments) => heartbeats::run(&arguments),
        Command::Events(arguments) => events::run(&arguments),
        Command::Fleet(arguments) => fleet::run(&arguments),
        Command::RemoteWrite(command) => remote_write::run(&command),
        Command::Ask(arguments) => ask::run(&arguments),
        Command::Fsync { dir } => disk::run(&dir),
    }
}

impl Target {
    fn check(&self) -> anyhow::Result<()> {
        anyhow::ensure!(
            self.server.ip().is_loopback(),
            "load goes to this machine alone, not to {}",
            self.server
        );
        Ok(())
    }
}
