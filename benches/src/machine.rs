//! What a run was measured on.

use std::path::Path;
use std::process::Command;

use crate::measure::Unit;
use crate::statistics::with_unit;

/// What there is to say about the machine, and the run.
#[derive(Clone, Debug, PartialEq)]
pub(crate) struct Machine {
    /// When the run began, which is its name.
    pub(crate) run: String,
    /// What is said about what.
    pub(crate) facts: Vec<(String, String)>,
}

impl Machine {
    /// This machine, now.
    pub(crate) fn here() -> Self {
        let facts = [
            ("processor", processor()),
            ("caches", caches()),
            ("memory", memory()),
            ("kernel", read("/proc/sys/kernel/osrelease")),
            ("frequency governor", read("/sys/devices/system/cpu/cpu0/cpufreq/scaling_governor")),
            ("transparent huge pages", read("/sys/kernel/mm/transparent_hugepage/enabled")),
            ("huge pages in shared memory", read("/sys/kernel/mm/transparent_hugepage/shmem_enabled")),
            ("load average before", read("/proc/loadavg")),
            ("compiler", said_by("rustc", &["--version"])),
            ("commit", commit()),
        ];
        let said = |(what, is): (&str, Option<String>)| {
            (what.to_owned(), is.unwrap_or_else(|| "cannot be seen".to_owned()))
        };
        let run = said_by("date", &["--utc", "+%Y-%m-%d %H:%M:%S UTC"]);
        Self { run: run.unwrap_or_else(|| "some day".to_owned()), facts: facts.map(said).to_vec() }
    }
}

fn read(path: impl AsRef<Path>) -> Option<String> {
    let text = std::fs::read_to_string(path).ok()?;
    Some(text.trim().to_owned()).filter(|text| !text.is_empty())
}

/// What a program prints.
fn said_by(program: &str, arguments: &[&str]) -> Option<String> {
    let output = Command::new(program).args(arguments).output().ok()?;
    let text = String::from_utf8(output.stdout).ok()?;
    Some(text.trim().to_owned()).filter(|text| output.status.success() && !text.is_empty())
}

fn processor() -> Option<String> {
    let cpuinfo = read("/proc/cpuinfo")?;
    let field = |name: &str| {
        let line = cpuinfo.lines().find(|line| line.starts_with(name))?;
        Some(line.split_once(':')?.1.trim())
    };
    let cores = cpuinfo.lines().filter(|line| line.starts_with("processor")).count();
    let model = field("model name").or(field("Hardware"))?;
    let (family, number) = (field("cpu family").unwrap_or("?"), field("model\t").unwrap_or("?"));
    let is_virtual = field("flags")?.split(' ').any(|flag| flag == "hypervisor");
    let kind = if is_virtual { "a virtual machine" } else { "bare metal" };
    Some(format!("{model} (family {family}, model {number}), {cores} cores, {kind}"))
}

fn caches() -> Option<String> {
    let mut caches = Vec::new();
    for index in 0.. {
        let directory = format!("/sys/devices/system/cpu/cpu0/cache/index{index}");
        let fact = |name: &str| read(format!("{directory}/{name}"));
        let Some(((level, kind), size)) = fact("level").zip(fact("type")).zip(fact("size")) else { break };
        let kind = if kind == "Unified" { String::new() } else { format!(" {}", kind.to_lowercase()) };
        caches.push(format!("L{level}{kind} {size}"));
    }
    Some(caches.join(", ")).filter(|caches| !caches.is_empty())
}

fn memory() -> Option<String> {
    let meminfo = read("/proc/meminfo")?;
    let total = meminfo.lines().find_map(|line| line.strip_prefix("MemTotal:"))?;
    let total: u32 = total.trim().strip_suffix(" kB")?.parse().ok()?;
    let shared = rustix::fs::statvfs("/dev/shm").ok()?;
    let shared = u32::try_from(shared.f_blocks * shared.f_frsize / 1024).ok()?;
    let text = |kibibytes: u32| with_unit(f64::from(kibibytes) * 1024.0, Unit::Bytes);
    Some(format!("{}, /dev/shm up to {}", text(total), text(shared)))
}

/// The commit of the sources, and whether they were changed since.
fn commit() -> Option<String> {
    let here = env!("CARGO_MANIFEST_DIR");
    let commit = said_by("git", &["-C", here, "rev-parse", "--short=10", "HEAD"])?;
    let changed = said_by("git", &["-C", here, "status", "--porcelain", "--untracked-files=no"]);
    Some(if changed.is_some() { format!("{commit}, changed since") } else { commit })
}
