//! Sources of signals: which metric of whom means what.

use super::Signal;

/// Whose a metric is, by the labels that tell.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Owner {
    /// A process: its agent, else the service, else job and instance.
    Process,
    /// A program that others use: as a process, but a label `agent` names who measured it, not whose it is.
    Service,
    /// A machine.
    Host,
    /// A container.
    Container,
    /// The monitor itself.
    Monitor,
    /// An agent that sends numbers with its heartbeats: no other label says what is meant.
    AgentAlone,
}

/// Values of a label, under any of the names that exporters give it.
#[derive(Clone, Copy, Debug)]
pub(super) struct Values {
    pub labels: &'static [&'static str],
    pub values: &'static [&'static str],
}

/// A metric that means a signal.
#[derive(Clone, Copy, Debug)]
pub(super) struct Source {
    pub name: &'static str,
    pub signal: Signal,
    pub owner: Owner,
    /// Values are multiplied by this.
    pub scale: f64,
    /// Labels that tell parts of the owner apart.
    pub part: &'static [&'static str],
    /// Only samples where one of these labels has one of these values.
    pub only: Option<Values>,
    /// No samples where one of these labels has one of these values.
    pub never: Option<Values>,
}

impl Source {
    const fn new(owner: Owner, name: &'static str, signal: Signal) -> Self {
        Self {
            name,
            signal,
            owner,
            scale: 1.0,
            part: &[],
            only: None,
            never: None,
        }
    }

    const fn process(name: &'static str, signal: Signal) -> Self {
        Self::new(Owner::Process, name, signal)
    }

    const fn service(name: &'static str, signal: Signal) -> Self {
        Self::new(Owner::Service, name, signal)
    }

    const fn host(name: &'static str, signal: Signal) -> Self {
        Self::new(Owner::Host, name, signal)
    }

    const fn container(name: &'static str, signal: Signal) -> Self {
        // Sums over slices of the machine have an empty name, and an empty label is no label.
        Self::new(Owner::Container, name, signal)
    }

    const fn monitor(name: &'static str, signal: Signal) -> Self {
        Self::new(Owner::Monitor, name, signal)
    }

    const fn sent(name: &'static str, signal: Signal) -> Self {
        Self::new(Owner::AgentAlone, name, signal)
    }

    const fn scaled(mut self, scale: f64) -> Self {
        self.scale = scale;
        self
    }

    const fn by(mut self, part: &'static [&'static str]) -> Self {
        self.part = part;
        self
    }

    const fn only(mut self, labels: &'static [&'static str], values: &'static [&'static str]) -> Self {
        self.only = Some(Values { labels, values });
        self
    }

    const fn never(mut self, labels: &'static [&'static str], values: &'static [&'static str]) -> Self {
        self.never = Some(Values { labels, values });
        self
    }
}

const MIB: f64 = 1_048_576.0;
/// File systems that hold nothing of their own, or are full by nature.
const UNREAL: &[&str] = &[
    "autofs",
    "devtmpfs",
    "fuse.lxcfs",
    "iso9660",
    "nsfs",
    "overlay",
    "proc",
    "ramfs",
    "squashfs",
    "sysfs",
    "tmpfs",
];
const JVM_POOL: &[&str] = &["jvm_memory_pool_name", "pool", "id"];
const JVM_AREA: &[&str] = &["jvm_memory_type", "area", "type"];
const JVM_COLLECTOR: &[&str] = &["jvm_gc_name", "jvm_gc_action", "gc", "action", "cause"];
const CPU_MODE: &[&str] = &["cpu_mode", "process_cpu_state", "state", "type"];
const DISK_STATE: &[&str] = &["system_filesystem_state", "state"];
const DISK_PART: &[&str] = &["system_filesystem_mountpoint", "mountpoint"];
const ACTIVITY: &[&str] = &[
    "datname",
    "usename",
    "application_name",
    "backend_type",
    "state",
    "wait_event_type",
    "wait_event",
];

/// Every source. Names may stand here twice where a label decides.
#[rustfmt::skip]
pub(super) const SOURCES: &[Source] = &[
    // The monitor's own series of agents' processes and of machines.
    Source::process("swarmpulse_agent_resident_memory_bytes", Signal::MemoryBytes),
    Source::process("swarmpulse_agent_memory_limit_bytes", Signal::MemoryLimitBytes),
    Source::process("swarmpulse_agent_open_fds", Signal::OpenFds),
    Source::process("swarmpulse_agent_fd_limit", Signal::FdLimit),
    Source::process("swarmpulse_agent_threads", Signal::Threads),
    Source::process("swarmpulse_agent_thread_limit", Signal::ThreadLimit),
    Source::process("swarmpulse_agent_connections", Signal::Connections),
    Source::process("swarmpulse_agent_cpu_ratio", Signal::CpuRatio),
    Source::process("swarmpulse_agent_cpu_seconds_total", Signal::CpuSecondsTotal),
    Source::process("swarmpulse_agent_start_time_seconds", Signal::StartTimeSeconds),
    Source::process("swarmpulse_agent_major_faults_total", Signal::MajorFaultsTotal),
    Source::process("swarmpulse_agent_memory_pressure_ratio", Signal::MemoryPressureRatio),
    Source::process("swarmpulse_agent_response_time_seconds", Signal::ResponseSeconds),
    Source::process("swarmpulse_agent_error_ratio", Signal::ErrorRatio),
    Source::host("swarmpulse_host_memory_available_bytes", Signal::MemoryAvailableBytes),
    Source::host("swarmpulse_host_memory_bytes", Signal::MemoryLimitBytes),
    Source::host("swarmpulse_host_cpu_ratio", Signal::CpuRatio),
    Source::host("swarmpulse_disk_free_bytes", Signal::DiskFreeBytes),
    Source::host("swarmpulse_disk_size_bytes", Signal::DiskSizeBytes),
    Source::monitor("swarmpulse_process_resident_memory_bytes", Signal::MemoryBytes),
    Source::monitor("swarmpulse_process_open_fds", Signal::OpenFds),
    Source::monitor("swarmpulse_process_max_fds", Signal::FdLimit),
    Source::monitor("swarmpulse_process_threads", Signal::Threads),
    Source::monitor("swarmpulse_process_cpu_seconds_total", Signal::CpuSecondsTotal),
    // What Prometheus' client libraries tell of every process.
    Source::process("process_resident_memory_bytes", Signal::MemoryBytes),
    Source::process("process_open_fds", Signal::OpenFds),
    Source::process("process_max_fds", Signal::FdLimit),
    Source::process("process_threads", Signal::Threads),
    Source::process("process_threads_total", Signal::Threads),
    Source::process("process_num_threads", Signal::Threads),
    Source::process("process_cpu_seconds_total", Signal::CpuSecondsTotal),
    Source::process("process_start_time_seconds", Signal::StartTimeSeconds),
    Source::process("process_major_pagefaults_total", Signal::MajorFaultsTotal),
    // CPython.
    Source::process("python_gc_collections_total", Signal::GcCollectionsTotal).by(&["generation"]),
    Source::process("cpython_gc_collections_total", Signal::GcCollectionsTotal).by(&["cpython_gc_generation", "generation"]),
    Source::process("process_runtime_cpython_gc_count_total", Signal::GcCollectionsTotal).by(&["count", "generation"]),
    // Its library gives this counter the unit of bytes.
    Source::process("process_runtime_cpython_gc_count_bytes_total", Signal::GcCollectionsTotal).by(&["count", "generation"]),
    Source::process("process_runtime_cpython_memory_bytes", Signal::MemoryBytes).only(&["type"], &["rss"]),
    Source::process("process_runtime_cpython_thread_count", Signal::Threads),
    Source::process("process_runtime_cpython_thread_count_ratio", Signal::Threads),
    // Go.
    Source::process("go_gc_duration_seconds_sum", Signal::GcSecondsTotal),
    Source::process("go_gc_duration_seconds_count", Signal::GcCollectionsTotal),
    Source::process("go_memstats_heap_inuse_bytes", Signal::HeapBytes),
    Source::process("go_gc_gomemlimit_bytes", Signal::HeapLimitBytes),
    Source::process("go_memory_used_bytes", Signal::HeapBytes).by(&["go_memory_type"]),
    Source::process("go_memory_limit_bytes", Signal::HeapLimitBytes),
    Source::process("process_runtime_go_mem_heap_inuse_bytes", Signal::HeapBytes),
    Source::process("process_runtime_go_gc_count_total", Signal::GcCollectionsTotal),
    Source::process("process_runtime_go_gc_pause_total_ns_total", Signal::GcSecondsTotal).scaled(1e-9),
    Source::process("process_runtime_go_gc_pause_total_nanoseconds_total", Signal::GcSecondsTotal).scaled(1e-9),
    // Node.js.
    Source::process("nodejs_gc_duration_seconds_sum", Signal::GcSecondsTotal).by(&["kind"]),
    Source::process("nodejs_gc_duration_seconds_count", Signal::GcCollectionsTotal).by(&["kind"]),
    Source::process("nodejs_heap_size_used_bytes", Signal::HeapBytes),
    Source::process("v8js_gc_duration_seconds_sum", Signal::GcSecondsTotal).by(&["v8js_gc_type"]),
    Source::process("v8js_gc_duration_seconds_count", Signal::GcCollectionsTotal).by(&["v8js_gc_type"]),
    Source::process("v8js_memory_heap_used_bytes", Signal::HeapBytes).by(&["v8js_heap_space_name"]),
    Source::process("v8js_memory_heap_space_used_size_bytes", Signal::HeapBytes).by(&["v8js_heap_space_name"]),
    // The Java virtual machine: OpenTelemetry, the Prometheus library old and new, Micrometer.
    Source::process("jvm_gc_duration_seconds_sum", Signal::GcSecondsTotal).by(JVM_COLLECTOR),
    Source::process("jvm_gc_duration_seconds_count", Signal::GcCollectionsTotal).by(JVM_COLLECTOR),
    Source::process("jvm_gc_collection_seconds_sum", Signal::GcSecondsTotal).by(JVM_COLLECTOR),
    Source::process("jvm_gc_collection_seconds_count", Signal::GcCollectionsTotal).by(JVM_COLLECTOR),
    Source::process("jvm_gc_pause_seconds_sum", Signal::GcSecondsTotal).by(JVM_COLLECTOR),
    Source::process("jvm_gc_pause_seconds_count", Signal::GcCollectionsTotal).by(JVM_COLLECTOR),
    Source::process("jvm_memory_used_bytes", Signal::HeapBytes).by(JVM_POOL).only(JVM_AREA, &["heap"]),
    Source::process("jvm_memory_limit_bytes", Signal::HeapLimitBytes).by(JVM_POOL).only(JVM_AREA, &["heap"]),
    Source::process("jvm_memory_bytes_used", Signal::HeapBytes).only(JVM_AREA, &["heap"]),
    Source::process("jvm_memory_bytes_max", Signal::HeapLimitBytes).only(JVM_AREA, &["heap"]),
    Source::process("jvm_memory_max_bytes", Signal::HeapLimitBytes).by(JVM_POOL).only(JVM_AREA, &["heap"]),
    Source::process("jvm_threads_current", Signal::Threads),
    Source::process("jvm_threads_live_threads", Signal::Threads),
    // .NET.
    Source::process("dotnet_gc_pause_time_seconds_total", Signal::GcSecondsTotal),
    Source::process("dotnet_gc_collections_total", Signal::GcCollectionsTotal).by(&["gc_heap_generation"]),
    Source::process("process_runtime_dotnet_gc_duration_nanoseconds_total", Signal::GcSecondsTotal).scaled(1e-9),
    // OpenTelemetry of processes, by its conventions old and new.
    Source::process("process_memory_usage_bytes", Signal::MemoryBytes),
    Source::process("process_open_file_descriptor_count", Signal::OpenFds),
    Source::process("process_open_file_descriptors", Signal::OpenFds),
    Source::process("process_unix_file_descriptor_count", Signal::OpenFds),
    Source::process("process_thread_count", Signal::Threads),
    Source::process("process_cpu_time_seconds_total", Signal::CpuSecondsTotal).by(CPU_MODE),
    Source::process("process_cpu_utilization_ratio", Signal::CpuRatio).by(CPU_MODE),
    Source::process("process_paging_faults_total", Signal::MajorFaultsTotal).only(&["system_paging_fault_type", "process_paging_fault_type", "type"], &["major"]),
    // Machines: node_exporter, OpenTelemetry, Windows.
    Source::host("node_memory_MemAvailable_bytes", Signal::MemoryAvailableBytes),
    Source::host("node_memory_MemTotal_bytes", Signal::MemoryLimitBytes),
    Source::host("node_filesystem_avail_bytes", Signal::DiskFreeBytes).by(DISK_PART).never(&["fstype"], UNREAL),
    Source::host("node_filesystem_size_bytes", Signal::DiskSizeBytes).by(DISK_PART).never(&["fstype"], UNREAL),
    Source::host("node_filefd_allocated", Signal::OpenFds),
    Source::host("node_filefd_maximum", Signal::FdLimit),
    Source::host("system_filesystem_usage_bytes", Signal::DiskUsedBytes).by(DISK_PART).only(DISK_STATE, &["used"]).never(&["type", "system_filesystem_type"], UNREAL),
    Source::host("system_filesystem_usage_bytes", Signal::DiskFreeBytes).by(DISK_PART).only(DISK_STATE, &["free"]).never(&["type", "system_filesystem_type"], UNREAL),
    Source::host("system_memory_limit_bytes", Signal::MemoryLimitBytes),
    Source::host("system_linux_memory_available_bytes", Signal::MemoryAvailableBytes),
    Source::host("windows_logical_disk_free_bytes", Signal::DiskFreeBytes).by(&["volume"]),
    Source::host("windows_logical_disk_size_bytes", Signal::DiskSizeBytes).by(&["volume"]),
    // Containers: cAdvisor.
    Source::container("container_memory_working_set_bytes", Signal::MemoryBytes),
    Source::container("container_spec_memory_limit_bytes", Signal::MemoryLimitBytes),
    Source::container("container_file_descriptors", Signal::OpenFds),
    Source::container("container_threads", Signal::Threads),
    Source::container("container_threads_max", Signal::ThreadLimit),
    Source::container("container_fs_usage_bytes", Signal::DiskUsedBytes).by(&["device"]),
    Source::container("container_fs_limit_bytes", Signal::DiskSizeBytes).by(&["device"]),
    Source::container("container_start_time_seconds", Signal::StartTimeSeconds),
    // Redis, PostgreSQL, MySQL, RabbitMQ and Celery, by their usual exporters.
    Source::service("redis_connected_clients", Signal::Connections),
    Source::service("redis_config_maxclients", Signal::ConnectionLimit),
    Source::service("redis_memory_used_bytes", Signal::MemoryBytes),
    Source::service("redis_memory_max_bytes", Signal::MemoryLimitBytes),
    Source::service("redis_start_time_seconds", Signal::StartTimeSeconds),
    Source::service("redis_key_size", Signal::QueueLength).by(&["db", "key"]),
    Source::service("pg_stat_activity_count", Signal::Connections).by(ACTIVITY),
    Source::service("pg_settings_max_connections", Signal::ConnectionLimit),
    Source::service("mysql_global_status_threads_connected", Signal::Connections),
    Source::service("mysql_global_variables_max_connections", Signal::ConnectionLimit),
    Source::service("pgbouncer_pools_client_active_connections", Signal::Connections).by(&["database", "user"]),
    Source::service("pgbouncer_config_max_client_connections", Signal::ConnectionLimit),
    Source::service("rabbitmq_queue_messages", Signal::QueueLength).by(&["vhost", "queue"]),
    Source::service("rabbitmq_process_open_fds", Signal::OpenFds),
    Source::service("rabbitmq_process_max_fds", Signal::FdLimit),
    Source::service("rabbitmq_process_resident_memory_bytes", Signal::MemoryBytes),
    Source::service("rabbitmq_resident_memory_limit_bytes", Signal::MemoryLimitBytes),
    Source::service("rabbitmq_disk_space_available_bytes", Signal::DiskFreeBytes),
    Source::service("celery_queue_length", Signal::QueueLength).by(&["queue_name"]),
    // Connection pools, by OpenTelemetry's conventions, HikariCP and SQLAlchemy's exporters.
    Source::process("db_client_connection_count", Signal::Connections).by(&["db_client_connection_pool_name", "pool_name"]).only(&["db_client_connection_state", "state"], &["used"]),
    Source::process("db_client_connection_max", Signal::ConnectionLimit).by(&["db_client_connection_pool_name", "pool_name"]),
    Source::process("hikaricp_connections_active", Signal::Connections).by(&["pool"]),
    Source::process("hikaricp_connections_max", Signal::ConnectionLimit).by(&["pool"]),
    // Numbers that agents send with their heartbeats, by the names that people give them.
    Source::sent("memory_bytes", Signal::MemoryBytes),
    Source::sent("rss_bytes", Signal::MemoryBytes),
    Source::sent("memory_mb", Signal::MemoryBytes).scaled(MIB),
    Source::sent("memory_usage_mb", Signal::MemoryBytes).scaled(MIB),
    Source::sent("rss_mb", Signal::MemoryBytes).scaled(MIB),
    Source::sent("memory_limit_bytes", Signal::MemoryLimitBytes),
    Source::sent("memory_limit_mb", Signal::MemoryLimitBytes).scaled(MIB),
    Source::sent("open_fds", Signal::OpenFds),
    Source::sent("num_fds", Signal::OpenFds),
    Source::sent("file_descriptors", Signal::OpenFds),
    Source::sent("fd_limit", Signal::FdLimit),
    Source::sent("max_fds", Signal::FdLimit),
    Source::sent("threads", Signal::Threads),
    Source::sent("thread_count", Signal::Threads),
    Source::sent("num_threads", Signal::Threads),
    Source::sent("thread_limit", Signal::ThreadLimit),
    Source::sent("connections", Signal::Connections),
    Source::sent("open_connections", Signal::Connections),
    Source::sent("connection_limit", Signal::ConnectionLimit),
    Source::sent("max_connections", Signal::ConnectionLimit),
    Source::sent("disk_used_bytes", Signal::DiskUsedBytes),
    Source::sent("disk_free_bytes", Signal::DiskFreeBytes),
    Source::sent("disk_size_bytes", Signal::DiskSizeBytes),
    Source::sent("queue_depth", Signal::QueueLength),
    Source::sent("queue_length", Signal::QueueLength),
    Source::sent("queue_limit", Signal::QueueLimit),
    Source::sent("queue_capacity", Signal::QueueLimit),
    Source::sent("cpu_ratio", Signal::CpuRatio),
    Source::sent("cpu_percent", Signal::CpuRatio).scaled(0.01),
    Source::sent("cpu_seconds_total", Signal::CpuSecondsTotal),
    Source::sent("gc_seconds_total", Signal::GcSecondsTotal),
    Source::sent("gc_time_seconds_total", Signal::GcSecondsTotal),
    Source::sent("gc_ms_total", Signal::GcSecondsTotal).scaled(0.001),
    Source::sent("gc_collections_total", Signal::GcCollectionsTotal),
    Source::sent("heap_bytes", Signal::HeapBytes),
    Source::sent("heap_used_bytes", Signal::HeapBytes),
    Source::sent("heap_limit_bytes", Signal::HeapLimitBytes),
    Source::sent("start_time_seconds", Signal::StartTimeSeconds),
    Source::sent("response_time_seconds", Signal::ResponseSeconds),
    Source::sent("response_time_ms", Signal::ResponseSeconds).scaled(0.001),
    Source::sent("error_ratio", Signal::ErrorRatio),
    Source::sent("error_rate", Signal::ErrorRatio),
];
