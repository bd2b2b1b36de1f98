//! What the process itself takes, under the names every Prometheus client uses for it, and which build it is. Reads
//! `/proc/self` at each scrape; where that is not there, as on macOS, there are no such series.

use std::fmt;
use std::fs;

use prometheus_client::collector::Collector;
use prometheus_client::encoding::{DescriptorEncoder, EncodeMetric};
use prometheus_client::metrics::MetricType;
use prometheus_client::metrics::counter::ConstCounter;
use prometheus_client::metrics::family::Family;
use prometheus_client::metrics::gauge::{ConstGauge, Gauge};
use prometheus_client::registry::Registry;

use crate::series::{self, Metric};

/// How many ticks of the kernel's accounts are a second: `USER_HZ`, 100 on every Linux that Rust is built for.
const TICKS: f64 = 100.0;

/// Registers `build_info`: always 1, at the version and the commit that run.
pub(super) fn register_build(registry: &mut Registry) {
    let build = Family::<Vec<(&'static str, &'static str)>, Gauge>::default();
    let labels = vec![
        ("version", env!("CARGO_PKG_VERSION")),
        ("commit", crate::version::COMMIT),
    ];
    build.get_or_create(&labels).set(1);
    super::put(registry, &series::BUILD_INFO, build);
}

/// The series of the process, in a registry without a prefix of ours.
#[derive(Debug)]
pub(in crate::operator) struct Process;

impl Collector for Process {
    fn encode(&self, mut encoder: DescriptorEncoder<'_>) -> fmt::Result {
        let read = |path: &str| fs::read_to_string(path).unwrap_or_default();
        let (stat, status) = (read("/proc/self/stat"), read("/proc/self/status"));
        if let Some(seconds) = cpu_seconds(&stat) {
            let Metric { name, help, .. } = series::PROCESS_CPU;
            let series = encoder.encode_descriptor(name, help, None, MetricType::Counter)?;
            ConstCounter::new(seconds).encode(series)?;
        }
        let open = fs::read_dir("/proc/self/fd").map(|all| all.count() as f64).ok();
        for (metric, value) in [
            (series::PROCESS_RESIDENT, kibibytes(&status, "VmRSS:")),
            (series::PROCESS_VIRTUAL, kibibytes(&status, "VmSize:")),
            (series::PROCESS_OPEN_FDS, open),
            (series::PROCESS_MAX_FDS, max_fds(&read("/proc/self/limits"))),
            (series::PROCESS_START, start_time(&stat, &read("/proc/stat"))),
        ] {
            if let Some(value) = value {
                let series = encoder.encode_descriptor(metric.name, metric.help, None, MetricType::Gauge)?;
                ConstGauge::new(value).encode(series)?;
            }
        }
        Ok(())
    }
}

/// A field of `/proc/self/stat`, counted as proc(5) does. The second, the program's name in brackets, may hold anything.
fn field(stat: &str, number: usize) -> Option<f64> {
    let (_, rest) = stat.rsplit_once(')')?;
    rest.split_whitespace().nth(number.checked_sub(3)?)?.parse().ok()
}

/// User and system time.
fn cpu_seconds(stat: &str) -> Option<f64> {
    Some((field(stat, 14)? + field(stat, 15)?) / TICKS)
}

/// When the machine started, and how long after that the process did.
fn start_time(stat: &str, machine: &str) -> Option<f64> {
    let booted = machine.lines().find_map(|line| line.strip_prefix("btime "))?;
    Some(booted.trim().parse::<f64>().ok()? + field(stat, 22)? / TICKS)
}

/// A line of `/proc/self/status`, in bytes.
fn kibibytes(status: &str, name: &str) -> Option<f64> {
    let value = status.lines().find_map(|line| line.strip_prefix(name))?;
    let kibibytes: f64 = value.trim().strip_suffix("kB")?.trim().parse().ok()?;
    Some(kibibytes * 1024.0)
}

/// The soft limit; `unlimited` is told by leaving it out.
fn max_fds(limits: &str) -> Option<f64> {
    let line = limits
        .lines()
        .find_map(|line| line.strip_prefix("Max open files"))?;
    line.split_whitespace().next()?.parse().ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    const STAT: &str = "42 (a )b) S 1 42 42 0 -1 4194304 100 0 0 0 250 150 0 0 20 0 9 0 12345 1000 200";

    #[test]
    fn what_is_served_is_what_the_catalogue_says() {
        let mut registry = Registry::default();
        registry.register_collector(Box::new(Process));
        let mut text = String::new();
        prometheus_client::encoding::text::encode(&mut text, &registry).expect("a string takes it");
        if cfg!(target_os = "linux") {
            let differences = series::held::differences(&text, &[&series::PROCESS]);
            assert_eq!(differences, [""; 0], "{text}");
        }
    }

    #[test]
    fn what_the_kernel_says_is_read_whatever_the_program_is_called() {
        assert_eq!(cpu_seconds(STAT), Some(4.0));
        assert_eq!(
            start_time(STAT, "cpu 1 2\nbtime 1700000000\n"),
            Some(1_700_000_123.45)
        );
        let status = "Name:\tzegel\nVmSize:\t  2048 kB\nVmRSS:\t    1024 kB\n";
        assert_eq!(kibibytes(status, "VmRSS:"), Some(1_048_576.0));
        assert_eq!(kibibytes(status, "VmSize:"), Some(2_097_152.0));
        let limits = "Limit  Soft Limit  Hard Limit  Units\nMax open files            1024                 4096                 files\n";
        assert_eq!(max_fds(limits), Some(1024.0));
    }

    #[test]
    fn what_is_not_there_is_left_out() {
        for text in [
            "",
            "42",
            "42 (x)",
            "42 (x) S",
            ")",
            "Max open files unlimited unlimited",
            "VmRSS: kB",
            "btime x",
        ] {
            assert_eq!(cpu_seconds(text), None, "{text}");
            assert_eq!(start_time(text, text), None, "{text}");
            assert_eq!(kibibytes(text, "VmRSS:"), None, "{text}");
            assert_eq!(max_fds(text), None, "{text}");
        }
    }

    #[test]
    fn the_series_have_the_names_every_client_gives_them() {
        let mut registry = Registry::default();
        register_build(registry.sub_registry_with_prefix("zegel"));
        registry.register_collector(Box::new(Process));
        let mut text = String::new();
        prometheus_client::encoding::text::encode(&mut text, &registry).expect("a string takes it");
        let version = env!("CARGO_PKG_VERSION");
        assert!(
            text.contains(&format!("\nzegel_build_info{{version=\"{version}\",commit=\"")),
            "{text}"
        );
        if cfg!(target_os = "linux") {
            for name in [
                "process_cpu_seconds_total",
                "process_resident_memory_bytes",
                "process_virtual_memory_bytes",
                "process_open_fds",
                "process_max_fds",
                "process_start_time_seconds",
            ] {
                let line = text
                    .lines()
                    .find_map(|line| line.strip_prefix(name)?.strip_prefix(' '));
                let value: f64 = line.unwrap_or_default().parse().unwrap_or(-1.0);
                assert!(value >= 0.0, "{name}\n{text}");
            }
        }
    }
}
