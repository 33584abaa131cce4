//! A monitor that has run out of descriptors cannot look; the processes are not dead for that. One test, since it
//! takes the descriptors from the whole test process.
#![cfg(all(target_os = "linux", not(feature = "portable")))]
#![expect(clippy::unwrap_used, reason = "a helper that fails fails its test")]

#[path = "support/children.rs"]
mod support;

use rustix::process::{Resource, Rlimit, getrlimit, setrlimit};
use support::{Kept, await_death, exit_of, now, sample_of, table_with, target};
use swarmpulse_model::process::ProcessSeen;
use swarmpulse_probe::ProbeSettings;

fn limit(current: Option<u64>) {
    setrlimit(
        Resource::Nofile,
        Rlimit {
            current,
            maximum: getrlimit(Resource::Nofile).maximum,
        },
    )
    .unwrap();
}

#[test]
fn want_of_descriptors_is_no_death() {
    let before = getrlimit(Resource::Nofile).current;
    let mut bare = table_with(ProbeSettings {
        held_fds_max: Some(0),
        ..ProbeSettings::default()
    });
    let mut held = table_with(ProbeSettings::default());
    let mut child = Kept::spawn("sleep", &["1000"]);
    bare.watch(target("bot", child.pid()), now()).unwrap();
    held.watch(target("bot", child.pid()), now()).unwrap();

    limit(Some(3));
    let without = bare.sample(now());
    let liveness = bare.liveness(now());
    let with = held.sample(now());
    limit(before);
    let ProcessSeen::Unreadable { error } = &without[0].seen else {
        panic!("{without:?}")
    };
    assert!(error.contains("/stat: Too many open files"), "{error}");
    assert!(liveness.is_empty(), "{liveness:?}");
    assert!(
        sample_of(&with, "bot").is_some(),
        "what is held can be read: {with:?}"
    );
    assert!(sample_of(&bare.sample(now()), "bot").is_some(), "it recovers");

    // Even without a descriptor to spare, a death is seen through what is held.
    limit(Some(3));
    child.0.kill().unwrap();
    await_death(&held);
    let exits = held.exits(now());
    limit(before);
    assert_eq!(exit_of(&exits, "bot").unwrap().signal, Some(9));
}
