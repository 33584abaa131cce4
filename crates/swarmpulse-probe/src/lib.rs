//! Probes of processes and hosts: procfs on Linux, sysinfo elsewhere
