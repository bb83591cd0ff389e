//! What the machine has left for a run, as Linux tells it; elsewhere nothing is known and
//! nothing is refused.

use std::fs;
use std::path::Path;

/// Bytes this process may still take: the least of free memory, the room in its control
/// groups (v2 and v1) and the limit on its address space.
pub(super) fn memory() -> Option<u64> {
    let free = field("/proc/meminfo", "MemAvailable:");
    let space = address_space().zip(field("/proc/self/status", "VmSize:"));
    let space = space.map(|(limit, used)| limit.saturating_sub(used));
    [free, groups(), space].into_iter().flatten().min()
}

/// The most memory this process ever had, bytes.
pub(super) fn peak() -> u64 {
    field("/proc/self/status", "VmHWM:").unwrap_or(0)
}

/// `name  123 kB` in a file of such lines, as bytes.
fn field(path: &str, name: &str) -> Option<u64> {
    let text = fs::read_to_string(path).ok()?;
    let line = text.lines().find_map(|line| line.strip_prefix(name))?;
    Some(line.trim().strip_suffix("kB")?.trim().parse::<u64>().ok()? * 1024)
}

/// The soft limit on the address space; none = unlimited.
fn address_space() -> Option<u64> {
    let text = fs::read_to_string("/proc/self/limits").ok()?;
    let line = text.lines().find_map(|line| line.strip_prefix("Max address space"))?;
    line.split_whitespace().next()?.parse().ok()
}

/// The least room in the control groups this process is in, and in those around them.
fn groups() -> Option<u64> {
    let text = fs::read_to_string("/proc/self/cgroup").ok()?;
    let rooms = text.lines().filter_map(|line| {
        let [_, controllers, path] = line.splitn(3, ':').collect::<Vec<_>>()[..] else { return None };
        match controllers {
            "" => tightest("/sys/fs/cgroup", path, ["memory.max", "memory.current", "inactive_file"]),
            "memory" => tightest(
                "/sys/fs/cgroup/memory",
                path,
                ["memory.limit_in_bytes", "memory.usage_in_bytes", "total_inactive_file"],
            ),
            _ => None,
        }
    });
    rooms.min()
}

/// Limit − use + what the kernel would give back at once, least over a group and those
/// around it. A container often sees its own group as the mount's root.
fn tightest(mount: &str, path: &str, names: [&str; 3]) -> Option<u64> {
    let room = |dir: &Path| {
        let number = |name: &str| fs::read_to_string(dir.join(name)).ok()?.trim().parse::<u64>().ok();
        let (limit, used) = (number(names[0])?, number(names[1])?);
        let stat = fs::read_to_string(dir.join("memory.stat")).unwrap_or_default();
        let cached = stat.lines().find_map(|line| line.strip_prefix(names[2])?.trim().parse::<u64>().ok());
        Some(limit.saturating_sub(used) + cached.unwrap_or(0).min(used))
    };
    let mount = Path::new(mount);
    let dir = mount.join(path.trim_start_matches('/'));
    dir.ancestors().take_while(|dir| dir.starts_with(mount)).filter_map(room).min()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_tightest_group_counts_with_what_it_would_give_back() {
        let root = tempfile::tempdir().unwrap();
        let write = |dir: &Path, limit: &str, used: &str, cached: &str| {
            fs::create_dir_all(dir).unwrap();
            fs::write(dir.join("memory.max"), limit).unwrap();
            fs::write(dir.join("memory.current"), used).unwrap();
            fs::write(dir.join("memory.stat"), format!("anon 5\ninactive_file {cached}\n")).unwrap();
        };
        let names = ["memory.max", "memory.current", "inactive_file"];
        let mount = root.path().to_str().unwrap();
        write(&root.path().join("a/b"), "max\n", "10\n", "0");
        assert_eq!(tightest(mount, "/a/b", names), None);
        write(&root.path().join("a"), "1000\n", "400\n", "150");
        assert_eq!(tightest(mount, "/a/b", names), Some(750));
        write(root.path(), "700\n", "600\n", "0");
        assert_eq!(tightest(mount, "/a/b", names), Some(100));
        assert_eq!(tightest(mount, "/elsewhere", names), Some(100));
    }

    #[cfg(target_os = "linux")]
    #[test]
    fn this_machine_tells() {
        assert!(memory().unwrap() > 1 << 20);
        assert!(peak() > 1 << 20);
    }
}
