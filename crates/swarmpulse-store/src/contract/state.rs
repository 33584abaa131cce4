//! The contract of [`State`]: run it on every backend.
#![expect(
    clippy::unwrap_used,
    reason = "a contract suite is test code: a refusal is a failure"
)]

use swarmpulse_model::Timestamp;

use crate::{Scope, Snapshot, State, StateError, Token};

/// Checks everything that [`State`] promises. `new` gives an empty store, `reopen` closes one and opens it again.
///
/// # Panics
/// If the backend breaks a promise.
pub fn check<S: State>(new: impl Fn() -> S, reopen: impl Fn(S) -> S) {
    identities(&new, &reopen);
    snapshots(new(), &reopen);
    snapshot_bodies(new(), &reopen);
    cursors(new(), &reopen);
    projections(new(), &reopen);
    tokens(new(), &reopen);
}

fn identities<S: State>(new: &impl Fn() -> S, reopen: &impl Fn(S) -> S) {
    let (one, other) = (new(), new());
    let identity = one.identity().unwrap();
    assert!(!identity.is_empty());
    assert_ne!(identity, other.identity().unwrap(), "two stores are told apart");
    assert_eq!(reopen(one).identity().unwrap(), identity, "it lasts");
}

fn snapshot(next_offset: u64, version: u32) -> Snapshot {
    let body = format!("state {next_offset} of form {version}").into_bytes();
    Snapshot {
        next_offset,
        at: Timestamp(next_offset.cast_signed() * 1000 - 7),
        version,
        body,
    }
}

fn snapshots<S: State>(state: S, reopen: &impl Fn(S) -> S) {
    assert_eq!(state.snapshot(1, u64::MAX).unwrap(), None);
    for next_offset in [10, 20, 30] {
        state.save_snapshot(&snapshot(next_offset, 1)).unwrap();
    }
    let state = reopen(state);
    assert_eq!(
        state.snapshot(1, u64::MAX).unwrap(),
        Some(snapshot(30, 1)),
        "the newest"
    );
    assert_eq!(
        state.snapshot(1, 30).unwrap(),
        Some(snapshot(30, 1)),
        "the limit is included"
    );
    assert_eq!(state.snapshot(1, 29).unwrap(), Some(snapshot(20, 1)));
    assert_eq!(state.snapshot(1, 9).unwrap(), None);
    assert_eq!(state.snapshot(2, u64::MAX).unwrap(), None, "of another form");
    state.save_snapshot(&snapshot(40, 2)).unwrap();
    assert_eq!(
        state.snapshot(1, u64::MAX).unwrap(),
        Some(snapshot(30, 1)),
        "forms are told apart"
    );
    assert_eq!(state.snapshot(2, u64::MAX).unwrap(), Some(snapshot(40, 2)));
    assert_eq!(state.snapshot(1, 15).unwrap(), None, "only three are kept");
    state.save_snapshot(&snapshot(5, 2)).unwrap();
    assert_eq!(
        state.snapshot(2, 6).unwrap(),
        Some(snapshot(5, 2)),
        "saved last is newest, after a restore too"
    );
}

fn snapshot_bodies<S: State>(state: S, reopen: &impl Fn(S) -> S) {
    let body: Vec<u8> = (0..5_000_001_u32)
        .map(|index| (index.wrapping_mul(2_654_435_761) >> 24) as u8)
        .collect();
    let large = Snapshot {
        body,
        ..snapshot(7, 1)
    };
    state.save_snapshot(&large).unwrap();
    let state = reopen(state);
    assert!(
        state.snapshot(1, 7).unwrap() == Some(large),
        "a large body comes back as it was"
    );
    let empty = Snapshot {
        body: Vec::new(),
        ..snapshot(8, 1)
    };
    state.save_snapshot(&empty).unwrap();
    assert_eq!(state.snapshot(1, 8).unwrap(), Some(empty));
}

fn cursors<S: State>(state: S, reopen: &impl Fn(S) -> S) {
    assert_eq!(state.cursor("notify").unwrap(), 0, "unknown");
    state.set_cursor("notify", 7).unwrap();
    state.set_cursor("jsonl", 1 << 40).unwrap();
    state.set_cursor("notify", 9).unwrap();
    let state = reopen(state);
    assert_eq!(state.cursor("notify").unwrap(), 9);
    assert_eq!(state.cursor("jsonl").unwrap(), 1 << 40);
    assert_eq!(state.cursor("Notify").unwrap(), 0, "names are told apart by case");
}

fn projections<S: State>(state: S, reopen: &impl Fn(S) -> S) {
    assert_eq!(state.kept("desk").unwrap(), None, "unknown");
    let large: Vec<u8> = (0..3_000_000_u32)
        .map(|index| (index.wrapping_mul(2_654_435_761) >> 24) as u8)
        .collect();
    state.keep("desk", 7, b"first").unwrap();
    state.keep("outbox", 1 << 40, b"").unwrap();
    state.keep("desk", 9, &large).unwrap();
    let state = reopen(state);
    assert!(state.kept("desk").unwrap() == Some((9, large)), "the newest");
    assert_eq!(
        state.kept("outbox").unwrap(),
        Some((1 << 40, Vec::new())),
        "an empty one"
    );
    assert_eq!(state.kept("Desk").unwrap(), None, "names are told apart by case");
    state.keep("desk", 3, b"less").unwrap();
    assert_eq!(
        reopen(state).kept("desk").unwrap(),
        Some((3, b"less".to_vec())),
        "the last word stands, after a restore too"
    );
}

fn tokens<S: State>(state: S, reopen: &impl Fn(S) -> S) {
    let token = |id: &str, byte: u8, scope, namespace: Option<&str>| Token {
        id: id.into(),
        hash: [byte; 32],
        scope,
        namespace: namespace.map(Into::into),
        comment: "for the \"bots\"; größe".into(),
        created_at: Timestamp(1_700_000_000_123_456_789),
    };
    assert_eq!(state.tokens().unwrap(), []);
    let (first, second) = (
        token("aa", 1, Scope::Ingest, Some("team")),
        token("b", 2, Scope::Admin, None),
    );
    state.add_token(&second).unwrap();
    state.add_token(&first).unwrap();
    let taken = [
        token("aa", 3, Scope::Read, None),
        token("c", 1, Scope::Read, None),
    ];
    for token in taken {
        let refused = state.add_token(&token);
        assert!(
            matches!(refused, Err(StateError::TokenTaken { .. })),
            "the id or secret is taken: {refused:?}"
        );
    }
    let state = reopen(state);
    assert_eq!(state.tokens().unwrap(), [first.clone(), second], "by id");
    assert!(state.remove_token("b").unwrap());
    assert!(!state.remove_token("b").unwrap(), "it was gone");
    assert_eq!(reopen(state).tokens().unwrap(), [first]);
}
