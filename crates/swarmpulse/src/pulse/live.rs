//! `pulse --watch`: the table redrawn in place, or one line a change where the output is no terminal.

use std::time::Duration;

use swarmpulse_api::{Agent, StreamEvent, Topic};
use swarmpulse_client::{Client, ClientError, StreamItem, StreamOptions};
use tokio::signal::unix::{SignalKind, signal};
use tokio::sync::mpsc;
use tokio::task::JoinSet;
use tokio::time::{MissedTickBehavior, interval};

use super::PulseArgs;
use super::figures::{evidence, one_line};
use super::fleet::Fleet;
use super::screen::{Keys, Screen, size};
use super::table::{View, render};
use crate::clock;
use crate::output;

/// Figures between changes of verdicts are read anew so often.
const REFRESH: Duration = Duration::from_secs(5);
/// The screen is drawn at most so often.
const FRAME: Duration = Duration::from_millis(100);

enum News {
    Stream(StreamItem),
    Fleet(Box<Fleet>),
    Failed(ClientError),
}

/// Shows the fleet until told to end.
///
/// # Errors
/// If the server cannot be reached at first, or refuses later.
pub async fn run(args: &PulseArgs, client: Client) -> anyhow::Result<()> {
    let fleet = super::read(args, &client).await?;
    let (sender, news) = mpsc::channel(256);
    let mut tasks = JoinSet::new();
    let topics = vec![Topic::Verdicts, Topic::Summary];
    let stream = client.stream(StreamOptions {
        topics,
        ..StreamOptions::default()
    });
    tasks.spawn(follow(stream, sender.clone()));
    if size().is_some() && !args.json {
        tasks.spawn(refresh(args.clone(), client, sender));
        on_screen(args, fleet, news).await
    } else {
        drop(sender);
        as_lines(args, &fleet, news).await
    }
}

async fn follow(mut stream: swarmpulse_client::Stream, sender: mpsc::Sender<News>) {
    loop {
        let (news, last) = match stream.next().await {
            Ok(item) => (News::Stream(item), false),
            Err(error) => (News::Failed(error), true),
        };
        if sender.send(news).await.is_err() || last {
            return;
        }
    }
}

async fn refresh(args: PulseArgs, client: Client, sender: mpsc::Sender<News>) {
    let mut ticks = interval(REFRESH);
    ticks.set_missed_tick_behavior(MissedTickBehavior::Delay);
    ticks.tick().await;
    loop {
        ticks.tick().await;
        // The stream tells of a server that is away; figures then grow old in sight.
        if let Ok(fleet) = super::read(&args, &client).await
            && sender.send(News::Fleet(Box::new(fleet))).await.is_err()
        {
            return;
        }
    }
}

async fn on_screen(args: &PulseArgs, mut fleet: Fleet, mut news: mpsc::Receiver<News>) -> anyhow::Result<()> {
    let mut ends = [
        SignalKind::terminate(),
        SignalKind::hangup(),
        SignalKind::interrupt(),
    ]
    .map(signal)
    .into_iter()
    .collect::<Result<Vec<_>, _>>()?;
    let [terminate, hangup, interrupt] = ends.as_mut_slice() else {
        anyhow::bail!("listen to signals")
    };
    let mut resized = signal(SignalKind::window_change())?;
    let screen = Screen::enter()?;
    let mut keys = Keys::of(&screen)?;
    let mut connection = "connecting".to_owned();
    let mut frames = interval(FRAME);
    frames.set_missed_tick_behavior(MissedTickBehavior::Delay);
    let mut changed = true;
    let mut drawn_at_s = 0;
    loop {
        tokio::select! {
            item = news.recv() => match item {
                Some(News::Fleet(read)) => fleet = *read,
                Some(News::Failed(error)) => return Err(error.into()),
                Some(News::Stream(item)) => apply(args, &mut fleet, &mut connection, item),
                None => anyhow::bail!("the stream ended"),
            },
            pressed = keys.next() => {
                if pressed.iter().any(|key| matches!(key, b'q' | b'Q' | 3)) {
                    return Ok(());
                }
                continue;
            }
            _ = resized.recv() => {}
            _ = terminate.recv() => return Ok(()),
            _ = hangup.recv() => return Ok(()),
            _ = interrupt.recv() => return Ok(()),
            _ = frames.tick() => {
                let now_ms = clock::now_ms();
                if changed || now_ms / 1000 != drawn_at_s {
                    let (width, height) = size().unwrap_or((80, 24));
                    let status = Some(format!("{connection} · q ends"));
                    let view = View { width: Some(width), height: Some(height), now_ms, status };
                    screen.draw(&render(&fleet, &view))?;
                    drawn_at_s = now_ms / 1000;
                    changed = false;
                }
                continue;
            }
        }
        changed = true;
    }
}

fn apply(args: &PulseArgs, fleet: &mut Fleet, connection: &mut String, item: StreamItem) {
    match item {
        StreamItem::Connected => "live".clone_into(connection),
        StreamItem::Lost { retry_in, .. } => {
            *connection = format!(
                "connection lost, next try in {:.1} s; the ages go on",
                retry_in.as_secs_f64()
            );
        }
        StreamItem::Skipped { .. } => {}
        StreamItem::Event(StreamEvent {
            topic: Topic::Summary,
            data,
            ..
        }) => {
            if let Ok(summary) = serde_json::from_value(data) {
                fleet.summary = summary;
            }
        }
        StreamItem::Event(StreamEvent {
            topic: Topic::Verdicts,
            data,
            ..
        }) => {
            if let Ok(agent) = serde_json::from_value::<Agent>(data) {
                let wanted = args.wants(&agent);
                fleet.update(agent, wanted, args.limit as usize);
            }
        }
        StreamItem::Event(_) => {}
    }
}

async fn as_lines(args: &PulseArgs, fleet: &Fleet, mut news: mpsc::Receiver<News>) -> anyhow::Result<()> {
    // Listened to throughout: a listener made anew in each round would miss what comes between two rounds.
    let mut interrupt = signal(SignalKind::interrupt())?;
    let mut terminate = signal(SignalKind::terminate())?;
    for agent in &fleet.agents {
        print_change(args, agent, None)?;
    }
    loop {
        let item = tokio::select! {
            item = news.recv() => item,
            _ = interrupt.recv() => return Ok(()),
            _ = terminate.recv() => return Ok(()),
        };
        match item {
            Some(News::Stream(StreamItem::Event(event))) if event.topic == Topic::Verdicts => {
                if let Ok(agent) = serde_json::from_value::<Agent>(event.data)
                    && args.wants(&agent)
                {
                    print_change(args, &agent, event.id.as_deref())?;
                }
            }
            Some(News::Stream(StreamItem::Lost { error, retry_in })) => {
                output::note(&format!(
                    "swarmpulse pulse: {error}; next try in {:.1} s",
                    retry_in.as_secs_f64()
                ));
            }
            Some(News::Failed(error)) => return Err(error.into()),
            Some(News::Stream(_) | News::Fleet(_)) => {}
            None => anyhow::bail!("the stream ended"),
        }
    }
}

fn print_change(args: &PulseArgs, agent: &Agent, id: Option<&str>) -> anyhow::Result<()> {
    if args.json {
        output::line(&serde_json::json!({"id": id, "agent": agent}).to_string())?;
    } else {
        let now_ms = clock::now_ms();
        let line = format!(
            "{} {:<11} {} {}",
            agent.since,
            agent.verdict,
            one_line(&agent.agent),
            evidence(now_ms, agent)
        );
        output::line(line.trim_end())?;
    }
    Ok(())
}
