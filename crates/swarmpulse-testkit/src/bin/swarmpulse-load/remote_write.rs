//! A fleet's history by Prometheus remote write: prepared first, then sent as fast as it is acknowledged.

mod agent;
mod body;
mod prepare;
mod prepared;
mod random;
mod send;

/// Which half of the work.
#[derive(clap::Subcommand)]
pub enum Command {
    /// Makes the requests and writes them to a file.
    Prepare(prepare::Arguments),
    /// Sends them and measures the server.
    Send(send::Arguments),
}

pub fn run(command: &Command) -> anyhow::Result<()> {
    match command {
        Command::Prepare(arguments) => prepare::run(arguments),
        Command::Send(arguments) => send::run(arguments),
    }
}
