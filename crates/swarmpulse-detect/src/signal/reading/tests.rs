//! What series of many exporters mean.

use std::collections::BTreeMap;

use super::*;

fn meaning(text: &str) -> Option<String> {
    let (name, labels) = text.split_once('{').unwrap_or((text, ""));
    let labels = labels.trim_end_matches('}');
    let mut pairs = vec![(METRIC_NAME, name)];
    pairs.extend(
        labels
            .split(", ")
            .filter(|label| !label.is_empty())
            .map(|label| label.split_once('=').unwrap()),
    );
    let it = read(&Labels::from_pairs(pairs))?;
    let Subject { entity, part } = it.subject;
    let scale = if it.scale == 1.0 {
        String::new()
    } else {
        format!(" x {}", it.scale)
    };
    let part = if part.is_empty() {
        String::new()
    } else {
        format!(" part {part}")
    };
    let namespace = if entity.namespace == "default" {
        String::new()
    } else {
        format!("{}:", entity.namespace)
    };
    Some(format!(
        "{} of {namespace}{} {}{part}{scale}",
        it.signal.as_str(),
        entity.kind.as_str(),
        entity.id
    ))
}

#[test]
fn series_mean_what_their_exporters_mean() {
    for (series, expected) in [
        (
            "swarmpulse_agent_open_fds{agent=a1, host=h, kind=bot, namespace=team}",
            "open_fds of team:agent a1",
        ),
        (
            "swarmpulse_agent_memory_limit_bytes{agent=a1, host=h}",
            "memory_limit_bytes of agent a1",
        ),
        ("swarmpulse_disk_free_bytes{host=h}", "disk_free_bytes of host h"),
        ("swarmpulse_process_open_fds", "open_fds of service swarmpulse"),
        (
            "process_resident_memory_bytes{instance=10.0.0.1:8000, job=api}",
            "memory_bytes of service api/10.0.0.1:8000",
        ),
        (
            "process_open_fds{agent=a1, instance=i, job=j}",
            "open_fds of agent a1",
        ),
        ("process_open_fds{job=api}", "open_fds of service api"),
        (
            "process_max_fds{service=web, job=api, instance=i}",
            "fd_limit of service web",
        ),
        (
            "process_start_time_seconds{sandbox=s1}",
            "start_time_seconds of sandbox s1",
        ),
        (
            "python_gc_collections_total{generation=2, job=j}",
            "gc_collections_total of service j part 2",
        ),
        (
            "cpython_gc_collections_total{cpython_gc_generation=0, agent=a}",
            "gc_collections_total of agent a part 0",
        ),
        (
            "v8js_gc_duration_seconds_sum{v8js_gc_type=major, agent=a}",
            "gc_seconds_total of agent a part major",
        ),
        (
            "jvm_gc_duration_seconds_sum{jvm_gc_action=end of minor GC, jvm_gc_name=G1, job=j}",
            "gc_seconds_total of service j part G1/end of minor GC",
        ),
        (
            "jvm_memory_used_bytes{jvm_memory_type=heap, jvm_memory_pool_name=G1 Old Gen, agent=a}",
            "heap_bytes of agent a part G1 Old Gen",
        ),
        (
            "jvm_memory_bytes_used{area=heap, job=j}",
            "heap_bytes of service j",
        ),
        (
            "process_runtime_cpython_memory_bytes{type=rss, agent=a}",
            "memory_bytes of agent a",
        ),
        (
            "process_paging_faults_total{type=major, agent=a}",
            "major_faults_total of agent a",
        ),
        (
            "node_filesystem_avail_bytes{instance=db1:9100, job=node, mountpoint=/var, fstype=ext4}",
            "disk_free_bytes of host db1 part /var",
        ),
        (
            "node_memory_MemTotal_bytes{instance=[::1]:9100}",
            "memory_limit_bytes of host [::1]",
        ),
        (
            "node_memory_MemTotal_bytes{instance=fe80::1}",
            "memory_limit_bytes of host fe80::1",
        ),
        (
            "node_memory_MemAvailable_bytes{instance=db1:9100, nodename=db1.lan}",
            "memory_available_bytes of host db1.lan",
        ),
        (
            "system_filesystem_usage_bytes{state=used, mountpoint=/, host_name=h}",
            "disk_used_bytes of host h part /",
        ),
        (
            "system_filesystem_usage_bytes{state=free, mountpoint=/, host_name=h}",
            "disk_free_bytes of host h part /",
        ),
        (
            "container_memory_working_set_bytes{container=web, pod=web-1}",
            "memory_bytes of sandbox web-1/web",
        ),
        (
            "container_memory_working_set_bytes{name=redis, id=/docker/1}",
            "memory_bytes of sandbox redis",
        ),
        (
            "redis_connected_clients{instance=redis:6379, job=redis}",
            "connections of service redis/redis:6379",
        ),
        (
            "pg_stat_activity_count{datname=shop, state=idle, instance=pg:5432}",
            "connections of service pg:5432 part shop/idle",
        ),
        (
            "rabbitmq_queue_messages{queue=mail, vhost=/, job=mq}",
            "queue_length of service mq part //mail",
        ),
        ("memory_mb{agent=a}", "memory_bytes of agent a x 1048576"),
        (
            "queue_depth{agent=a, namespace=team}",
            "queue_length of team:agent a",
        ),
        ("gc_seconds_total{agent=a}", "gc_seconds_total of agent a"),
        ("temperature{agent=a}", "other of agent a part temperature"),
    ] {
        assert_eq!(meaning(series).as_deref(), Some(expected), "{series}");
    }
}

#[test]
fn what_means_nothing_is_left_alone() {
    for series in [
        "up{instance=i, job=j}",
        "memory_bytes{job=j}",
        "threads{agent=a, kind=daemon}",
        "temperature{agent=a, room=2}",
        "steps_total{agent=a}",
        "latency_bucket{agent=a}",
        "swarmpulse_agent_up{agent=a}",
        "swarmpulse_anything{agent=a}",
        "process_open_fds",
        "jvm_memory_used_bytes{jvm_memory_type=non_heap, agent=a}",
        "jvm_memory_used_bytes{jvm_memory_type=non_heap}",
        "process_paging_faults_total{type=minor, agent=a}",
        "node_filesystem_avail_bytes{instance=a:1, mountpoint=/snap/x, fstype=squashfs}",
        "container_memory_working_set_bytes{id=/system.slice}",
        "container_memory_working_set_bytes{pod=web-1, container=POD}",
    ] {
        assert_eq!(meaning(series), None, "{series}");
    }
}

#[test]
fn an_id_that_is_none_names_nobody() {
    let long = "x".repeat(300);
    assert_eq!(meaning(&format!("open_fds{{agent={long}}}")), None);
}

#[test]
fn a_name_stands_twice_only_where_a_label_decides() {
    let mut by_name: BTreeMap<&str, Vec<&Source>> = BTreeMap::new();
    for source in SOURCES {
        by_name.entry(source.name).or_default().push(source);
    }
    for (name, sources) in by_name {
        assert!(
            sources.len() == 1 || sources.iter().all(|source| source.only.is_some()),
            "{name}"
        );
        assert!(sources.iter().all(|source| source.scale > 0.0), "{name}");
    }
}

#[test]
fn names_are_listed_once_and_without_those_of_heartbeats() {
    let names: Vec<_> = metric_names().collect();
    assert!(names.windows(2).all(|pair| pair[0] < pair[1]));
    assert!(names.contains(&"process_open_fds") && !names.contains(&"open_fds"));
}

#[test]
fn signals_have_names_that_are_read_again() {
    for signal in Signal::ALL {
        assert_eq!(Signal::parse(signal.as_str()), Some(signal));
    }
    assert_eq!(Signal::parse("memory"), None);
}
