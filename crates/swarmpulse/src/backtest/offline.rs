//! A backtest without a server: on the data directory.

use std::path::Path;

use anyhow::Context as _;
use swarmpulse_api::{Backtest, NewBacktest};
use swarmpulse_backtest::{BacktestOptions, TellingOptions, backtest, did, routing, rule_files};
use swarmpulse_ledger::SqliteHistory;
use swarmpulse_model::Timestamp;
use swarmpulse_store::MetricStore;

use crate::config::{self, Config, Environment};
use crate::offline::{DataArgs, data_dir};
use crate::output;
use crate::wiring::open_metrics;
use crate::{clock, wiring};

/// Progress is told after so much of the span.
const TELL_EVERY: f64 = 0.1;

pub fn run(wanted: &NewBacktest, data: &DataArgs, environment: &Environment) -> anyhow::Result<Backtest> {
    let dir = data_dir(data, environment)?;
    anyhow::ensure!(
        dir.join("metrics").is_dir(),
        "there is no metric store in {}: name the data directory with --data",
        dir.display()
    );
    let config = config::load(data.config.as_deref(), environment, Vec::new())?.config;
    let files = if wanted.rules.is_empty() && wanted.objectives.is_empty() {
        wiring::rule_files(&config)?
    } else {
        rule_files(&wanted.rules, &wanted.objectives).map_err(|faults| anyhow::anyhow!(faults.join("\n")))?
    };
    let options = BacktestOptions {
        from: time(&wanted.from)?,
        to: wanted.to.as_deref().map_or(Ok(now()), time)?,
        default_interval_s: wanted.interval_s.unwrap_or(config.rules.interval_s),
        external_url: config.alerts.external_url(config.server.listen),
        telling: telling(wanted, &config)?,
    };
    let history = SqliteHistory::open(dir.join("history"))?;
    let done = did(&history, options.from, options.to)?.of_files(&files);
    let opened = open_metrics(&dir, config.metrics.options()).context(
        "take the metric store; stop the server that runs on it first, or leave out --data to ask that server",
    )?;
    let mut told = 0.0;
    let report = backtest(opened.store.clone(), &files, done, &options, &mut |progress| {
        if progress.ratio - told >= TELL_EVERY {
            told = progress.ratio;
            output::note(&format!("  {:.0} %, {}", 100.0 * progress.ratio, progress.at));
        }
        true
    });
    if let Err(error) = opened.store.close(now()) {
        output::note(&format!(
            "swarmpulse: the store is not closed in good order: {error}"
        ));
    }
    Ok(report?.shape())
}

/// The routes that were named, or those of the configuration.
fn telling(wanted: &NewBacktest, config: &Config) -> anyhow::Result<TellingOptions> {
    let mut telling = TellingOptions {
        desk: config.alerts.options(),
        ..TellingOptions::default()
    };
    for (name, for_s) in &wanted.for_s {
        telling.desk.for_s.insert(name.as_str().into(), *for_s);
    }
    let file = match &wanted.routes {
        Some(file) => Some((file.name.clone(), file.text.clone())),
        None => {
            let path = Path::new(&config.alerts.file);
            let is_absent = config.alerts.file == config::ALERTS_FILE && !path.exists();
            let read = || std::fs::read_to_string(path).with_context(|| format!("read {}", path.display()));
            match is_absent {
                true => None,
                false => Some((path.display().to_string(), read()?)),
            }
        }
    };
    if let Some((name, text)) = file {
        let (routing, receivers) =
            routing(&name, &text).map_err(|faults| anyhow::anyhow!(faults.join("\n")))?;
        telling.routing = routing;
        telling.receivers = receivers;
    }
    Ok(telling)
}

fn time(text: &str) -> anyhow::Result<Timestamp> {
    let seconds: f64 = text.parse().with_context(|| format!("`{text}` is no time"))?;
    Ok(Timestamp::from_unix_s(seconds))
}

fn now() -> Timestamp {
    Timestamp(clock::now_ms().saturating_mul(1_000_000))
}
