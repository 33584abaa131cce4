//! Descriptors, threads and connections, counted on this very process; one test, so that nothing else opens any.
#![cfg(all(target_os = "linux", not(feature = "portable")))]
#![expect(clippy::unwrap_used, reason = "a helper that fails fails its test")]

#[path = "support/children.rs"]
mod support;

use std::fs::File;
use std::net::{TcpListener, TcpStream, UdpSocket};
use std::os::unix::net::UnixStream;
use std::sync::{Arc, Barrier};

use support::{now, sample_of, table, target};
use swarmpulse_model::process::ProcessSample;
use swarmpulse_probe::{ProcessTable, raise_fd_limit};

fn look(table: &mut ProcessTable) -> ProcessSample {
    sample_of(&table.sample_dear(now()), "self").unwrap()
}

#[test]
fn descriptors_threads_and_connections_are_counted_exactly() {
    let limit = raise_fd_limit().unwrap();
    let mut table = table();
    table.watch(target("self", std::process::id()), now()).unwrap();
    let before = look(&mut table);
    assert_eq!(before.fd_limit, limit, "the real limit, not a customary one");
    assert!(before.pss_bytes.is_some_and(|pss| pss > 0));

    let files: Vec<File> = (0..806).map(|_| File::open("/dev/null").unwrap()).collect();
    let after = look(&mut table);
    assert_eq!(after.open_fds.unwrap() - before.open_fds.unwrap(), 806);
    drop(files);
    assert_eq!(look(&mut table).open_fds, before.open_fds);

    let barrier = Arc::new(Barrier::new(21));
    let started = Arc::new(Barrier::new(21));
    let threads: Vec<_> = (0..20)
        .map(|_| {
            let (started, barrier) = (started.clone(), barrier.clone());
            std::thread::spawn(move || {
                started.wait();
                barrier.wait();
            })
        })
        .collect();
    started.wait();
    let after = look(&mut table);
    assert_eq!(after.threads - before.threads, 20);
    assert!(after.thread_limit.is_some_and(|limit| limit > after.threads));
    barrier.wait();
    threads.into_iter().for_each(|thread| thread.join().unwrap());

    let connections = before.connections.unwrap();
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    assert_eq!(
        look(&mut table).connections,
        Some(connections),
        "a listener is no connection"
    );
    let outgoing = TcpStream::connect(listener.local_addr().unwrap()).unwrap();
    let incoming = listener.accept().unwrap();
    assert_eq!(look(&mut table).connections, Some(connections + 2));
    let udp = UdpSocket::bind("127.0.0.1:0").unwrap();
    let unix = UnixStream::pair().unwrap();
    assert_eq!(look(&mut table).connections, Some(connections + 5));
    drop((outgoing, incoming, udp, unix));
    let sample = sample_of(&table.sample(now()), "self").unwrap();
    assert_eq!(
        sample.connections,
        Some(connections + 5),
        "carried on until the next dear look"
    );
}
