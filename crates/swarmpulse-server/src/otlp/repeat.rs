//! Own series of LLM usage, written again between requests, so that they last as long as others do.

use std::sync::Arc;
use std::time::Duration;

use crate::app::App;

const EVERY: Duration = Duration::from_secs(15);

/// Runs until the server stops.
pub(crate) async fn repeat(app: Arc<App>) {
    let mut stopping = app.stopping();
    let mut ticks = tokio::time::interval(EVERY);
    ticks.set_missed_tick_behavior(tokio::time::MissedTickBehavior::Delay);
    loop {
        tokio::select! {
            _ = stopping.wait_for(|stops| *stops) => return,
            _ = ticks.tick() => {}
        }
        let app = Arc::clone(&app);
        // Many series take a while, which others would wait for.
        if tokio::task::spawn_blocking(move || write(&app)).await.is_err() {
            return tracing::error!("LLM usage is no longer repeated");
        }
    }
}

fn write(app: &App) {
    let runtime = app.runtime();
    let now = runtime.now();
    let batches = app.telemetry().lock().repeat(now);
    for (namespace, batch) in batches {
        let appended = runtime
            .metrics()
            .append(&namespace, now, &batch, Box::new(|_| {}));
        let lost = match appended {
            Ok(appended) => appended.rejected_samples,
            Err(error) => {
                tracing::debug!(%error, "LLM usage is not repeated");
                batch.samples.len() as u64
            }
        };
        if lost > 0 {
            runtime.counters().drop_for("own_samples", lost);
        }
    }
}
