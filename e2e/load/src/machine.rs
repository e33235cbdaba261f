//! Pinning, CPU time and memory of a process, from /proc.

use std::io::BufRead;
use std::process::{Child, Command, Stdio};

use anyhow::Context;

/// A program pinned to a core, killed when dropped.
pub struct Pinned {
    child: Child,
}

impl Pinned {
    /// Starts it.
    pub fn start(core: usize, program: &str, arguments: &[&str]) -> anyhow::Result<Self> {
        let child = Command::new("taskset")
            .args(["-c", &core.to_string(), program])
            .args(arguments)
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .spawn()
            .with_context(|| format!("cannot start {program} (is taskset there?)"))?;
        Ok(Self { child })
    }

    /// This program with other arguments, and its first line: `READY …`.
    pub fn myself(core: usize, command: &str) -> anyhow::Result<(Self, String)> {
        let program = std::env::current_exe()?;
        let mut pinned = Self::start(core, program.to_str().context("the program's path is no text")?, &[command])?;
        let mut line = String::new();
        let stdout = pinned.child.stdout.take().context("no output")?;
        std::io::BufReader::new(stdout).read_line(&mut line)?;
        let ready = line.trim().strip_prefix("READY ").with_context(|| format!("{command} said {line:?}"))?.to_owned();
        Ok((pinned, ready))
    }

    pub fn id(&self) -> u32 {
        self.child.id()
    }
}

impl Drop for Pinned {
    fn drop(&mut self) {
        // It may have ended by itself.
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

/// Pins this process, all its later threads included.
pub fn pin_myself(core: usize) -> anyhow::Result<()> {
    let done = Command::new("taskset")
        .args(["-a", "-cp", &core.to_string(), &std::process::id().to_string()])
        .stdout(Stdio::null())
        .status()?;
    anyhow::ensure!(done.success(), "taskset failed");
    Ok(())
}

/// Nanoseconds on a CPU so far, of all threads.
pub fn cpu_nanoseconds(process: u32) -> anyhow::Result<u64> {
    let mut total = 0;
    for thread in std::fs::read_dir(format!("/proc/{process}/task"))? {
        // A thread may end while we look.
        let Ok(stat) = std::fs::read_to_string(thread?.path().join("schedstat")) else { continue };
        total += stat.split_ascii_whitespace().next().and_then(|value| value.parse::<u64>().ok()).unwrap_or(0);
    }
    Ok(total)
}

/// Resident bytes.
pub fn resident_bytes(process: u32) -> anyhow::Result<u64> {
    let statm = std::fs::read_to_string(format!("/proc/{process}/statm"))?;
    let pages: u64 = statm.split_ascii_whitespace().nth(1).context("no resident pages")?.parse()?;
    Ok(pages * 4096)
}

/// What the figures were measured on.
pub fn describe() -> String {
    let info = std::fs::read_to_string("/proc/cpuinfo").unwrap_or_default();
    let model = info.lines().find_map(|line| line.strip_prefix("model name")).and_then(|rest| rest.split_once(": "));
    let kernel = std::fs::read_to_string("/proc/sys/kernel/osrelease").unwrap_or_default();
    let cores = info.matches("processor\t").count();
    format!("{}, {cores} cores, Linux {}", model.map_or("unknown CPU", |(_, model)| model.trim()), kernel.trim())
}
