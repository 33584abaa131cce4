//! Lanes with channels that answer as the tests say, in time that passes by itself.

use std::collections::VecDeque;

use swarmpulse_notify::Sending;

use super::super::cases::{id, notification};
use super::*;

/// What a channel does when it is asked.
enum Answer {
    Takes,
    /// Takes it in words of ours.
    Rewords,
    Later(Option<f64>),
    Refuses,
    Hangs,
    Panics,
}

struct Fake {
    answers: Mutex<VecDeque<Answer>>,
    asked: Mutex<Vec<(EffectId, f64)>>,
    began: tokio::time::Instant,
}

impl Fake {
    fn new(answers: impl IntoIterator<Item = Answer>) -> Arc<Self> {
        Arc::new(Self {
            answers: Mutex::new(answers.into_iter().collect()),
            asked: Mutex::default(),
            began: tokio::time::Instant::now(),
        })
    }

    fn asked(&self) -> Vec<(u64, f64)> {
        let asked = self.asked.lock();
        asked
            .iter()
            .map(|(id, at_s)| (id.position.offset, *at_s))
            .collect()
    }
}

impl Notifier for Fake {
    fn kind(&self) -> &'static str {
        "fake"
    }

    fn send_resolved(&self) -> bool {
        true
    }

    fn send<'a>(&'a self, message: Message<'a>) -> Sending<'a> {
        self.asked
            .lock()
            .push((message.id, self.began.elapsed().as_secs_f64()));
        let answer = self.answers.lock().pop_front().unwrap_or(Answer::Takes);
        if matches!(answer, Answer::Rewords) {
            message.remarks.note("title is in our own words: it fails");
        }
        Box::pin(async move {
            match answer {
                Answer::Takes | Answer::Rewords => Ok(()),
                Answer::Later(after_s) => Err(SendError::Later {
                    detail: "status 503".to_owned(),
                    after_s,
                }),
                Answer::Refuses => Err(SendError::Refused {
                    detail: "status 404".to_owned(),
                }),
                Answer::Hangs => std::future::pending().await,
                Answer::Panics => panic!("a fault of this channel"),
            }
        })
    }
}

struct World {
    lane: Arc<Lane>,
    told: mpsc::Receiver<Delivery>,
    stop: watch::Sender<bool>,
    task: tokio::task::JoinHandle<()>,
}

fn world(fake: Option<&Arc<Fake>>) -> World {
    let began = tokio::time::Instant::now();
    let (deliveries, told) = mpsc::channel(100);
    let (stop, stopped) = watch::channel(false);
    let around = Surroundings {
        identity: Text::const_new("monitor"),
        now: Arc::new(move || Timestamp::from_unix_s(1e9).plus_s(began.elapsed().as_secs_f64())),
        deliveries,
        turns: Arc::new(Semaphore::new(32)),
        turns_of_failing: Arc::new(Semaphore::new(16)),
        external_url: "http://monitor".into(),
        stopped,
    };
    let lane = Lane::new(&"team".into(), &"fake/0".into(), around);
    lane.use_notifier(fake.map(|fake| Arc::clone(fake) as Arc<dyn Notifier>));
    let task = tokio::spawn(Arc::clone(&lane).run());
    World {
        lane,
        told,
        stop,
        task,
    }
}

fn item(offset: u64, firing: &[u64], resolved: &[u64]) -> Item {
    let notification = Arc::new(notification("g", firing, resolved));
    Item::new(id(offset), notification, Timestamp::from_unix_s(1e9))
}

async fn next(world: &mut World) -> (u64, DeliveryOutcome, u32, Option<String>) {
    let delivery = world.told.recv().await.unwrap();
    let error = delivery.error.map(|error| error.to_string());
    (
        delivery.notification.position.offset,
        delivery.outcome,
        delivery.attempts,
        error,
    )
}

#[tokio::test(start_paused = true)]
async fn a_channel_that_comes_back_takes_all_in_order() {
    let fake = Fake::new([Answer::Later(None), Answer::Hangs, Answer::Takes]);
    let mut world = world(Some(&fake));
    world.lane.push(item(1, &[1], &[]));
    world.lane.push(item(2, &[], &[1]));
    assert_eq!(next(&mut world).await, (1, DeliveryOutcome::Delivered, 3, None));
    assert_eq!(next(&mut world).await, (2, DeliveryOutcome::Delivered, 1, None));
    let asked = fake.asked();
    let order: Vec<u64> = asked.iter().map(|(id, _)| *id).collect();
    assert_eq!(
        order,
        [1, 1, 1, 2],
        "the same id in every attempt, and nobody overtakes"
    );
    assert!((0.75..=1.25).contains(&asked[1].1), "{asked:?}");
    assert!(
        (32.0..=34.0).contains(&asked[2].1),
        "the time-out and two seconds: {asked:?}"
    );
    let figures = world.lane.tally.figures();
    assert_eq!((figures.sent, figures.failed, figures.retried), (2, 2, 2));
    assert_eq!(figures.last_error, None, "it works again");
}

#[tokio::test(start_paused = true)]
async fn retry_after_is_heeded_within_bounds() {
    let fake = Fake::new([Answer::Later(Some(120.0)), Answer::Later(Some(1e9))]);
    let mut world = world(Some(&fake));
    world.lane.push(item(1, &[1], &[]));
    next(&mut world).await;
    let asked = fake.asked();
    assert!((120.0..121.0).contains(&asked[1].1), "{asked:?}");
    assert!(
        (1020.0..1022.0).contains(&asked[2].1),
        "a quarter of an hour at most: {asked:?}"
    );
}

#[tokio::test(start_paused = true)]
async fn what_is_refused_is_dead_at_once_and_the_next_is_tried() {
    let fake = Fake::new([Answer::Refuses]);
    let mut world = world(Some(&fake));
    world.lane.push(item(1, &[1], &[]));
    world.lane.push(item(2, &[], &[1]));
    let dead = (1, DeliveryOutcome::Dead, 1, Some("status 404".to_owned()));
    assert_eq!(next(&mut world).await, dead);
    assert_eq!(next(&mut world).await.1, DeliveryOutcome::Delivered);
    assert_eq!(world.lane.tally.figures().dead, 1);
}

#[tokio::test(start_paused = true)]
async fn after_six_hours_it_is_given_up() {
    let fake = Fake::new(std::iter::repeat_with(|| Answer::Later(None)).take(1000));
    let mut world = world(Some(&fake));
    world.lane.push(item(1, &[1], &[]));
    let (_, outcome, attempts, error) = next(&mut world).await;
    assert_eq!(outcome, DeliveryOutcome::Dead);
    assert!(error.unwrap().ends_with("attempts: status 503"));
    let asked = fake.asked();
    assert!((60..140).contains(&attempts), "{attempts}");
    assert!(asked.last().unwrap().1 > 5.8 * 3600.0, "{:?}", asked.last());
}

#[tokio::test(start_paused = true)]
async fn what_was_carried_is_settled_with_what_carries() {
    let fake = Fake::new([Answer::Later(Some(60.0))]);
    let mut world = world(Some(&fake));
    world.lane.push(item(1, &[1], &[]));
    tokio::time::sleep(Duration::from_secs(5)).await;
    world.lane.push(item(2, &[1, 2], &[]));
    let carried = (
        1,
        DeliveryOutcome::Delivered,
        0,
        Some("told with 0-2-0".to_owned()),
    );
    assert_eq!(next(&mut world).await, carried);
    assert_eq!(next(&mut world).await, (2, DeliveryOutcome::Delivered, 1, None));
    assert_eq!(world.lane.tally.figures().superseded, 1);
    let asked = fake.asked();
    assert!(
        (60.0..61.0).contains(&asked[1].1),
        "the channel is left alone as it asked: {asked:?}"
    );
}

#[tokio::test(start_paused = true)]
async fn what_is_given_up_takes_what_it_carried_along_with_the_reason() {
    let fake = Fake::new([Answer::Later(Some(60.0)), Answer::Refuses]);
    let mut world = world(Some(&fake));
    world.lane.push(item(1, &[1], &[]));
    tokio::time::sleep(Duration::from_secs(5)).await;
    world.lane.push(item(2, &[1, 2], &[]));
    let carried = (
        1,
        DeliveryOutcome::Dead,
        0,
        Some("given up with 0-2-0: status 404".to_owned()),
    );
    assert_eq!(next(&mut world).await, carried);
    assert_eq!(next(&mut world).await.1, DeliveryOutcome::Dead);
}

#[tokio::test(start_paused = true)]
async fn a_channel_that_panics_is_seen_and_goes_on() {
    let fake = Fake::new([Answer::Panics]);
    let mut world = world(Some(&fake));
    world.lane.push(item(1, &[1], &[]));
    world.lane.push(item(2, &[], &[1]));
    let (_, outcome, _, error) = next(&mut world).await;
    assert_eq!(outcome, DeliveryOutcome::Dead);
    assert!(error.unwrap().starts_with("sending it failed by a fault of ours"));
    assert_eq!(next(&mut world).await.1, DeliveryOutcome::Delivered);
}

#[tokio::test(start_paused = true)]
async fn a_channel_that_is_gone_takes_nothing() {
    let mut world = world(None);
    world.lane.push(item(1, &[1], &[]));
    let (_, outcome, _, error) = next(&mut world).await;
    assert_eq!(outcome, DeliveryOutcome::Dead);
    assert_eq!(error.unwrap(), "the channel is no longer configured");
}

#[tokio::test(start_paused = true)]
async fn it_stops_when_told() {
    let fake = Fake::new([Answer::Later(Some(600.0))]);
    let world = world(Some(&fake));
    world.lane.push(item(1, &[1], &[]));
    tokio::time::sleep(Duration::from_secs(1)).await;
    world.stop.send_replace(true);
    world.task.await.unwrap();
    assert_eq!(fake.asked().len(), 1);
}

#[tokio::test(start_paused = true)]
async fn what_is_said_in_our_words_is_counted_and_told_with_the_delivery() {
    let fake = Fake::new([Answer::Rewords, Answer::Takes]);
    let mut world = world(Some(&fake));
    world.lane.push(item(1, &[1], &[]));
    world.lane.push(item(2, &[], &[1]));
    let remark = "title is in our own words: it fails";
    let told = (1, DeliveryOutcome::Delivered, 1, Some(remark.to_owned()));
    assert_eq!(next(&mut world).await, told);
    assert_eq!(next(&mut world).await, (2, DeliveryOutcome::Delivered, 1, None));
    let figures = world.lane.tally.figures();
    assert_eq!((figures.sent, figures.reworded, figures.failed), (2, 1, 0));
    assert_eq!(figures.last_remark.as_deref(), Some(remark));
}
