//! Properties of outbox and lanes together: nothing is lost, told twice or out of order, whatever channels answer and
//! wherever the monitor crashes. Stories that once failed are kept by what they show.

use proptest::prelude::*;

use super::story::{Answer, CHANNELS, GROUPS, Step, Story};

fn answer() -> impl Strategy<Value = Answer> {
    prop_oneof![
        4 => Just(Answer::Takes),
        3 => prop::option::of(prop_oneof![0..5_u16, 5..2_000_u16]).prop_map(|asked_s| Answer::Fails { asked_s }),
        1 => Just(Answer::Refuses),
        2 => Just(Answer::Hangs),
    ]
}

fn step() -> impl Strategy<Value = Step> {
    let channel = || 0..CHANNELS;
    prop_oneof![
        12 => (0..GROUPS, channel(), 0..8_u8)
            .prop_map(|(group, channel, firing)| Step::Tell { group, channel, firing }),
        4 => (channel(), answer()).prop_map(|(channel, answer)| Step::Answer { channel, answer }),
        6 => prop_oneof![4 => 0..4_u32, 3 => 4..100_u32, 2 => 100..1_000_u32, 1 => 1_000..40_000_u32]
            .prop_map(|seconds| Step::Wait { seconds }),
        1 => (0..1_u8 << CHANNELS).prop_map(|channels| Step::Configure { channels }),
        1 => Just(Step::Keep),
        2 => Just(Step::Crash),
        1 => any::<bool>().prop_map(|refuses| Step::Refuse { refuses }),
        1 => any::<bool>().prop_map(|full| Step::Full { full }),
        1 => any::<u8>().prop_map(|letter| Step::Retry { letter }),
    ]
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(256))]

    #[test]
    fn nothing_is_lost_told_twice_or_out_of_order(steps in prop::collection::vec(step(), 1..60)) {
        Story::play(&steps)?;
    }
}

fn play(steps: &[Step]) {
    if let Err(error) = Story::play(steps) {
        panic!("{error}");
    }
}

const fn tell(channel: u8, firing: u8) -> Step {
    Step::Tell {
        group: 0,
        channel,
        firing,
    }
}

#[test]
fn what_ends_and_fires_again_while_it_waits_is_told_from_its_beginning() {
    play(&[tell(1, 0b01), tell(1, 0b10), tell(1, 0b01)]);
}

#[test]
fn a_dead_letter_that_is_tried_again_takes_the_place_of_nothing_newer() {
    // It hears of no ends, so what it was told first tells more than the last word.
    let channel = CHANNELS - 1;
    play(&[
        Step::Answer {
            channel,
            answer: Answer::Refuses,
        },
        tell(channel, 0b11),
        Step::Wait { seconds: 1 },
        Step::Answer {
            channel,
            answer: Answer::Fails { asked_s: None },
        },
        tell(channel, 0b01),
        Step::Wait { seconds: 1 },
        Step::Retry { letter: 0 },
    ]);
}
