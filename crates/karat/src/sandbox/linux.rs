//! Landlock and seccomp.

use super::{Limit, limit};
use landlock::{
    ABI, Access, AccessFs, AccessNet, LandlockStatus, Ruleset, RulesetAttr, RulesetStatus, Scope,
};
use rustix::process::{DumpableBehavior, Signal, set_dumpable_behavior, set_parent_process_death_signal};
use seccompiler::{
    BpfProgram, SeccompAction, SeccompCmpArgLen, SeccompCmpOp, SeccompCondition, SeccompFilter, SeccompRule,
};
use std::io::{Error, Result};

/// The newest landlock whose rights are asked for; an older kernel gives what it has.
const LANDLOCK: ABI = ABI::V6;

pub(super) fn process() -> Vec<Limit> {
    let orphan = set_parent_process_death_signal(Some(Signal::KILL)).map_err(Into::into);
    let sealed = set_dumpable_behavior(DumpableBehavior::NotDumpable).map_err(Into::into);
    vec![
        limit("orphan", "ends with its parent", orphan),
        limit("tracing", "no other process may look inside", sealed),
        match forbid_files() {
            Ok(found) => limit("landlock", &found, Ok(())),
            Err(why) => limit("landlock", "", Err(Error::other(why))),
        },
    ]
}

pub(super) fn thread() -> Vec<Limit> {
    vec![limit("seccomp", "only calls for memory, pipes and ending", forbid_calls())]
}

/// No path may be opened, made or run, no port used, no process signalled.
fn forbid_files() -> std::result::Result<String, String> {
    let rules = Ruleset::default()
        .handle_access(AccessFs::from_all(LANDLOCK))
        .and_then(|rules| rules.handle_access(AccessNet::from_all(LANDLOCK)))
        .and_then(|rules| rules.scope(Scope::from_all(LANDLOCK)))
        .and_then(|rules| rules.create()?.restrict_self())
        .map_err(|error| error.to_string())?;
    let abi = match rules.landlock {
        LandlockStatus::NotEnabled => {
            return Err("the kernel has it, but it was not turned on at start".into());
        }
        LandlockStatus::NotImplemented => return Err("this kernel does not have it".into()),
        LandlockStatus::Available { effective_abi, .. } => effective_abi as i32,
    };
    match rules.ruleset {
        RulesetStatus::FullyEnforced => Ok(format!("no path, no port (ABI {abi})")),
        RulesetStatus::PartiallyEnforced => Ok(format!("no path; the rest as far as ABI {abi} goes")),
        RulesetStatus::NotEnforced => Err("the kernel did not enforce it".into()),
    }
}

/// Two filters: what honest readers need is allowed and everything else fails; what only
/// an attack would try ends the process. The stricter of the two counts.
fn forbid_calls() -> Result<()> {
    let deadly = deadly().into_iter().map(|call| (call, Vec::new()));
    let refuse = SeccompAction::Errno(libc::EPERM.unsigned_abs());
    for (rules, other, named) in [
        (deadly.collect(), SeccompAction::Allow, SeccompAction::KillProcess),
        (allowed()?, refuse, SeccompAction::Allow),
    ] {
        let arch = std::env::consts::ARCH.try_into().map_err(Error::other)?;
        let filter = SeccompFilter::new(rules, other, named, arch).map_err(Error::other)?;
        let program: BpfProgram = filter.try_into().map_err(Error::other)?;
        seccompiler::apply_filter_all_threads(&program).map_err(Error::other)?;
    }
    Ok(())
}

type Rules = std::collections::BTreeMap<i64, Vec<SeccompRule>>;

/// What memory, pipes, locks, panics and the end of a process need.
const PLAIN: [i64; 26] = [
    libc::SYS_read,
    libc::SYS_write,
    libc::SYS_readv,
    libc::SYS_writev,
    libc::SYS_lseek,
    libc::SYS_close,
    libc::SYS_munmap,
    libc::SYS_mremap,
    libc::SYS_madvise,
    libc::SYS_brk,
    libc::SYS_futex,
    libc::SYS_sched_yield,
    libc::SYS_sched_getaffinity,
    libc::SYS_rt_sigaction,
    libc::SYS_rt_sigprocmask,
    libc::SYS_rt_sigreturn,
    libc::SYS_sigaltstack,
    libc::SYS_getrandom,
    libc::SYS_clock_gettime,
    libc::SYS_clock_nanosleep,
    libc::SYS_getpid,
    libc::SYS_getppid,
    libc::SYS_gettid,
    libc::SYS_restart_syscall,
    libc::SYS_exit,
    libc::SYS_exit_group,
];

fn allowed() -> Result<Rules> {
    let mut rules: Rules = PLAIN.iter().map(|&call| (call, Vec::new())).collect();
    let own = u64::from(std::process::id());
    let no_code = SeccompCmpOp::MaskedEq(libc::PROT_EXEC.unsigned_abs().into());
    // abort() sends its signal to itself, and only to itself.
    rules.insert(libc::SYS_tgkill, vec![when(&[(0, SeccompCmpOp::Eq, own)])?]);
    // Memory that can be written never becomes code.
    rules.insert(libc::SYS_mmap, vec![when(&[(2, no_code.clone(), 0)])?]);
    rules.insert(libc::SYS_mprotect, vec![when(&[(2, no_code, 0)])?]);
    // Its own limit of processor time is moved on for each file; the parent has a clock
    // of its own.
    let cpu = u64::from(libc::RLIMIT_CPU);
    rules.insert(libc::SYS_prlimit64, vec![when(&[(0, SeccompCmpOp::Eq, 0), (1, SeccompCmpOp::Eq, cpu)])?]);
    Ok(rules)
}

/// The call, when these arguments (place, comparison, value) hold.
fn when(arguments: &[(u8, SeccompCmpOp, u64)]) -> Result<SeccompRule> {
    let conditions = arguments
        .iter()
        .map(|(at, how, value)| SeccompCondition::new(*at, SeccompCmpArgLen::Dword, how.clone(), *value));
    let conditions = conditions.collect::<std::result::Result<_, _>>().map_err(Error::other)?;
    SeccompRule::new(conditions).map_err(Error::other)
}

/// What no reader of files ever needs.
fn deadly() -> Vec<i64> {
    let mut calls = vec![
        libc::SYS_execve,
        libc::SYS_execveat,
        libc::SYS_clone,
        libc::SYS_clone3,
        libc::SYS_ptrace,
        libc::SYS_process_vm_readv,
        libc::SYS_process_vm_writev,
        libc::SYS_socket,
        libc::SYS_socketpair,
        libc::SYS_connect,
        libc::SYS_bind,
        libc::SYS_listen,
        libc::SYS_sendto,
        libc::SYS_kill,
        libc::SYS_mount,
        libc::SYS_umount2,
        libc::SYS_pivot_root,
        libc::SYS_chroot,
        libc::SYS_unshare,
        libc::SYS_setns,
        libc::SYS_bpf,
        libc::SYS_perf_event_open,
        libc::SYS_userfaultfd,
        libc::SYS_io_uring_setup,
        libc::SYS_keyctl,
        libc::SYS_init_module,
        libc::SYS_kexec_load,
        libc::SYS_reboot,
    ];
    #[cfg(target_arch = "x86_64")]
    calls.extend([libc::SYS_fork, libc::SYS_vfork]);
    calls
}
