//! Decoding allocates in proportion to what is there, whatever lengths the bytes claim.

use std::alloc::{GlobalAlloc, Layout, System};
use std::sync::atomic::{AtomicUsize, Ordering};

use swarmpulse_model::record::Heartbeat;
use swarmpulse_model::{Position, Record, Source, Timestamp};
use swarmpulse_wire::envelope::{decode_body, encode_body};
use swarmpulse_wire::{Kind, Limits, Privacy, decode};

static ALLOCATED: AtomicUsize = AtomicUsize::new(0);

struct Counting;

#[expect(
    unsafe_code,
    reason = "an allocator that counts is the only way to see what is allocated"
)]
// SAFETY: every call goes on to the system's allocator unchanged.
unsafe impl GlobalAlloc for Counting {
    unsafe fn alloc(&self, layout: Layout) -> *mut u8 {
        ALLOCATED.fetch_add(layout.size(), Ordering::Relaxed);
        // SAFETY: the caller keeps `alloc`'s contract.
        unsafe { System.alloc(layout) }
    }

    unsafe fn dealloc(&self, block: *mut u8, layout: Layout) {
        // SAFETY: the caller keeps `dealloc`'s contract, and the block came from `System`.
        unsafe { System.dealloc(block, layout) }
    }
}

#[global_allocator]
static COUNTING: Counting = Counting;

/// Bytes allocated in all, freed or not.
fn allocated(work: impl FnOnce()) -> usize {
    let before = ALLOCATED.load(Ordering::Relaxed);
    work();
    ALLOCATED.load(Ordering::Relaxed) - before
}

fn read(body: &[u8]) -> usize {
    allocated(|| drop(decode_body(Position::default(), Timestamp(0), body)))
}

/// One test, so that no other thread allocates meanwhile.
#[test]
fn allocation_is_bounded_by_the_input() {
    // Ordinary heartbeats: no more than ten times their bytes.
    let beat = |n: u64| {
        Record::Heartbeat(Box::new(Heartbeat {
            agent: format!("agent-{n}").as_str().into(),
            kind: Some("bot".into()),
            host: Some("host-1".into()),
            pid: Some(4711),
            status: Some("working".into()),
            interval_s: Some(10.0),
            sequence: Some(n),
            at: Some(Timestamp(1_763_771_465_000_000_000)),
            metrics: vec![("cpu".into(), 0.5), ("rss".into(), 1e6)],
            ..Heartbeat::default()
        }))
    };
    let mut body = Vec::new();
    encode_body(
        "default",
        "",
        Source::Http,
        &(0..1000).map(beat).collect::<Vec<_>>(),
        &mut body,
    );
    assert!(
        read(&body) < 10 * body.len(),
        "{} for {}",
        read(&body),
        body.len()
    );

    // A claimed length allocates nothing.
    for claim in [
        &b"\x01\x22\xff\xff\xff\xff\x0f"[..],
        b"\x01\x0a\xff\xff\xff\xff\xff\xff\xff\xff\x7f",
        b"\x01\x22\x7f\x62\x7e",
    ] {
        assert!(read(claim) < 4096, "{claim:?}");
    }

    // The dearest bytes there are: empty records of the largest type, two bytes each. What they cost is
    // their size in memory, a constant.
    for kind in 4..=16_u8 {
        let mut body = vec![1];
        for _ in 0..1000 {
            // Numbers from 16 on take two bytes.
            body.extend(if kind < 16 {
                vec![kind << 3 | 2, 0]
            } else {
                vec![0x82, 0x01, 0]
            });
        }
        assert!(
            read(&body) < 400 * body.len(),
            "record {kind}: {} for {}",
            read(&body),
            body.len()
        );
    }

    // JSON: a body of rejections costs their messages, and no more than the item limit allows.
    let rejected = "0,".repeat(49_999) + "0";
    let json = allocated(|| {
        drop(decode(
            Kind::Events,
            format!("[{rejected}]").as_bytes(),
            &Limits::default(),
            &Privacy::default(),
        ));
    });
    assert!(json < 400 * rejected.len(), "{json} for {}", rejected.len());
}
