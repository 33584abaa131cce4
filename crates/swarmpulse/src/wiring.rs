//! The server's parts put together: stores, runtime, HTTP; started in order, stopped in the reverse.

mod alerts;
mod collectors;
mod glob;
mod loading;
mod metric_store;
mod secrets;
mod shipping;

pub use glob::files as glob_files;
use loading::Reread;
pub use loading::{check_files, rule_files};
pub use metric_store::{journal_options as metric_journal_options, open as open_metrics};
mod otlp_ports;

use std::net::{SocketAddr, TcpListener};
use std::path::Path;
use std::sync::Arc;

use anyhow::Context as _;
use swarmpulse_journal::SegmentJournal;
use swarmpulse_ledger::{SqliteHistory, SqliteState};
use swarmpulse_probe::AgentPattern;
use swarmpulse_runtime::{
    Discovery, LogOptions, Options, ProbeOptions, RetentionOptions, Runtime, SpaceFloor, Stores,
};
use swarmpulse_server::{App, ServerOptions, check_exposure, serve};
use swarmpulse_store::State as _;
use swarmpulse_wire::remote_write::RemoteWriteLimits;
use swarmpulse_wire::{Limits, Privacy};

use crate::config::{Config, Environment};
use crate::output;
use otlp_ports::OtlpPorts;
use shipping::Shipping;
use swarmpulse_notify::ship::ShipTap;

/// Runs the server of this configuration until it is told to end. Which rules, routes and objectives hold is read anew at
/// every reload.
///
/// # Errors
/// If a part cannot start.
pub fn run(config: &Config, reread: Reread, environment: &Environment) -> anyhow::Result<()> {
    let tap = shipping::tap();
    start_log(config, &tap.0);
    if let Err(error) = swarmpulse_probe::raise_fd_limit() {
        tracing::warn!(%error, "the limit of open files stays as it is");
    }
    let data = &config.data.dir;
    make_private_dir(data)?;
    let state = Arc::new(SqliteState::open(data.join("state.db"))?);
    let tokens = state.tokens()?.len();
    check_exposure(config.server.listen, tokens, config.server.insecure)?;
    // Bound before recovery, so that a port in use is told at once.
    let listener = listen(config.server.listen)?;
    let address = listener.local_addr().context("ask for the address")?;
    let otlp = OtlpPorts::bind(config, tokens)?;
    let mut options = options(config)?;
    collectors::add(config, environment, &mut options)?;
    let objectives = Arc::default();
    alerts::add(
        config,
        reread,
        environment,
        address,
        Arc::clone(&objectives),
        &mut options,
    )?;
    let shipping = Shipping::attach(config, environment, &tap)?;
    let runtime = Runtime::start(stores(config, state)?, options)?;
    let app = App::new(
        runtime.handle(),
        ServerOptions {
            objectives,
            shipping: shipping.destinations(),
            ..server_options(config)
        },
    );
    announce(address, data, &otlp.describe())?;
    let served = tokio::runtime::Builder::new_multi_thread()
        .enable_all()
        .thread_name("http")
        .build()
        .context("start the asynchronous workers")?
        .block_on(async {
            let listener = tokio::net::TcpListener::from_std(listener).context("hand over the listener")?;
            let otlp = otlp.serve(&app)?;
            let end = tokio::sync::watch::Sender::new(false);
            let shipping = shipping.start(&end, &runtime.handle());
            let reloads = tokio::spawn(alerts::reload_on_hangup(runtime.handle()));
            let served = serve(listener, app, told_to_end()).await.context("serve");
            reloads.abort();
            otlp.join_all().await;
            end.send_replace(true);
            shipping.join_all().await;
            served
        });
    tracing::info!("stopping");
    runtime.stop();
    served
}

fn start_log(config: &Config, tap: &ShipTap) {
    use tracing_subscriber::EnvFilter;
    use tracing_subscriber::prelude::*;
    let filter = EnvFilter::try_new(&config.log.filter).unwrap_or_else(|_| EnvFilter::new("info"));
    let log = tracing_subscriber::fmt()
        .with_env_filter(filter)
        .with_writer(std::io::stderr);
    // A second start within one process keeps the first log.
    drop(if config.log.format == "json" {
        log.json().finish().with(tap.layer()).try_init()
    } else {
        let colours = std::io::IsTerminal::is_terminal(&std::io::stderr());
        let log = log.with_ansi(colours).with_target(false);
        log.finish().with(tap.layer()).try_init()
    });
}

fn make_private_dir(dir: &Path) -> anyhow::Result<()> {
    let mut builder = std::fs::DirBuilder::new();
    builder.recursive(true);
    #[cfg(unix)]
    std::os::unix::fs::DirBuilderExt::mode(&mut builder, 0o700);
    builder
        .create(dir)
        .with_context(|| format!("make the data directory {}", dir.display()))
}

fn listen(address: SocketAddr) -> anyhow::Result<TcpListener> {
    let listener = TcpListener::bind(address).with_context(|| {
        format!("listen on {address}: another server may run there; choose another with --listen")
    })?;
    listener.set_nonblocking(true).context("set up the listener")?;
    Ok(listener)
}

fn stores(config: &Config, state: Arc<SqliteState>) -> anyhow::Result<Stores> {
    let data = &config.data.dir;
    let (journal, recovery) =
        SegmentJournal::open(&data.join("journal"), swarmpulse_journal::Options::default())?;
    if let Some(truncation) = &recovery.truncated {
        tracing::warn!(
            ?truncation,
            "the journal's torn end was cut off: nothing in it was acknowledged"
        );
    }
    for damage in &recovery.damage {
        tracing::error!(?damage, "a damaged journal segment was set aside");
    }
    let metrics = metric_store::open(data, config.metrics.options())?;
    let (housekeeper, of_metrics) = (journal.housekeeper(), metrics.housekeeper);
    let chores = move |stop: &dyn Fn() -> bool| {
        if let Err(error) = housekeeper.prepare_spare() {
            tracing::debug!(%error, "no spare journal segment");
        }
        if let Err(error) = of_metrics.prepare_spare() {
            tracing::debug!(%error, "no spare journal segment of metrics");
        }
        match housekeeper.compress_closed(stop) {
            Ok(_) => {}
            Err(error) => tracing::warn!(%error, "closed journal segments stay uncompressed"),
        }
    };
    let history = SqliteHistory::open(data.join("history"))?;
    for (day, error) in history.renew()? {
        tracing::warn!(
            day,
            error,
            "a day of history keeps the views of an earlier release; it is read all the same"
        );
    }
    for damage in history.take_reports() {
        tracing::error!(?damage, "a damaged day of history was set aside");
    }
    Ok(Stores {
        journal: Box::new(journal),
        journal_chores: Some(Box::new(chores)),
        history: Arc::new(history),
        state,
        metrics: metrics.store,
    })
}

fn options(config: &Config) -> anyhow::Result<Options> {
    let host = swarmpulse_probe::host_name();
    let mut settings = config.fleet.clone();
    if settings.local_host.is_empty() {
        settings.local_host = host.clone();
    }
    let data = &config.data;
    Ok(Options {
        retention: RetentionOptions {
            journal_keep_days: data.journal_keep_days,
            journal_max_bytes: data.journal_max_bytes,
            history_keep_days: data.history_keep_days,
            history_max_bytes: data.history_max_bytes,
        },
        logs: Some(LogOptions {
            dir: data.dir.join("logs"),
            max_bytes: data.log_max_bytes,
            max_hours: 24.0,
            keep_files: usize::try_from(data.log_keep_files).unwrap_or(usize::MAX),
            keep_days: data.log_keep_days,
        }),
        space_floor: Some(SpaceFloor {
            path: data.dir.clone(),
            min_free_bytes: data.min_free_bytes,
        }),
        probes: Some(ProbeOptions {
            host: settings.local_host.clone(),
            intervals_s: intervals(config),
            discovery: Discovery {
                patterns: patterns(config)?,
            },
            disk_path: data.dir.clone(),
        }),
        settings,
        ..Options::default()
    })
}

fn intervals(config: &Config) -> Vec<(String, f64)> {
    let probe = &config.probe;
    [
        ("process_liveness", probe.liveness_s),
        ("process_sample", probe.sample_s),
        ("process_dear", probe.dear_s),
        ("discovery", probe.discover_s),
        ("host", probe.sample_s),
    ]
    .map(|(name, interval_s)| (name.to_owned(), interval_s))
    .into()
}

/// The user's own patterns first, so that they can name what the shipped ones would.
fn patterns(config: &Config) -> anyhow::Result<Vec<AgentPattern>> {
    if !config.probe.discover {
        return Ok(Vec::new());
    }
    let own = config.probe.patterns.iter().map(|pattern| {
        let kind = pattern.kind.as_deref().unwrap_or(&pattern.name);
        AgentPattern::own(
            &pattern.name,
            kind,
            pattern.program.as_deref(),
            pattern.argument.as_deref(),
        )
    });
    let mut all = own
        .collect::<Result<Vec<_>, _>>()
        .context("read probe.patterns")?;
    all.extend(AgentPattern::shipped());
    Ok(all)
}

fn server_options(config: &Config) -> ServerOptions {
    let limits = &config.limits;
    let size = |bytes: u64| usize::try_from(bytes).unwrap_or(usize::MAX);
    ServerOptions {
        limits: Limits {
            body_bytes: size(limits.body_bytes),
            decompressed_bytes: size(limits.decompressed_bytes),
            items: size(limits.items),
            text_bytes: size(limits.text_bytes),
            attributes: size(limits.attributes),
            attribute_key_bytes: size(limits.attribute_key_bytes),
            attribute_value_bytes: size(limits.attribute_value_bytes),
            metrics: size(limits.metrics),
            nesting: size(limits.nesting),
            event_data_bytes: size(limits.event_data_bytes),
            depends_on: size(limits.depends_on),
            ..Limits::default()
        },
        remote_write: RemoteWriteLimits {
            decompressed_bytes: size(limits.remote_write_bytes),
            samples: size(limits.remote_write_samples),
            ..RemoteWriteLimits::default()
        },
        privacy: Privacy {
            keep_payloads: config.privacy.keep_payloads,
        },
        allowed_hosts: config.server.allowed_hosts.clone(),
        require_tokens: config.server.require_tokens,
        insecure: config.server.insecure,
        query: config.query.options(),
        desk: config.alerts.options(),
        telemetry: config.otlp.options(config.privacy.keep_payloads),
        ..ServerOptions::default()
    }
}

fn announce(address: SocketAddr, data: &Path, otlp: &str) -> anyhow::Result<()> {
    output::line(&format!("Swarmpulse watches. Open http://{address}"))?;
    output::line(&format!("  data in {}; end it with Ctrl-C", data.display()))?;
    if !otlp.is_empty() {
        output::line(&format!("  OpenTelemetry: {otlp}"))?;
    }
    output::line("  send a first heartbeat from another terminal:")?;
    output::line(&format!(
        "    curl -d '{{\"agent\":\"a1\"}}' {address}/api/v1/heartbeats"
    ))?;
    Ok(())
}

/// Ends when the process is asked to.
async fn told_to_end() {
    #[cfg(unix)]
    {
        use tokio::signal::unix::{SignalKind, signal};
        let Ok(mut terminate) = signal(SignalKind::terminate()) else {
            return;
        };
        tokio::select! {
            _ = tokio::signal::ctrl_c() => {}
            _ = terminate.recv() => {}
        }
    }
    #[cfg(not(unix))]
    drop(tokio::signal::ctrl_c().await);
}
