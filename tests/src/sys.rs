//! What Linux has and safe Rust does not: fork, another user, mounts of one's own, counted system calls.

#![expect(unsafe_code, reason = "calls the C library where no safe wrapper exists")]

use std::path::Path;
use std::sync::atomic::AtomicU64;

use rustix::mm::{MapFlags, ProtFlags, mmap};
use rustix::mount::{MountFlags, MountPropagationFlags, mount, mount_bind, mount_change, mount_remount};
use rustix::process::{Gid, Pid, Signal, Uid};

/// Whether this process is root, in whatever namespace.
#[must_use]
pub fn is_root() -> bool {
    rustix::process::geteuid().is_root()
}

/// Becomes another user, for good. Needs root.
pub fn become_user(uid: u32) {
    assert!(is_root(), "this test changes users: run it as root");
    let parent = rustix::process::getppid().unwrap().as_raw_nonzero().get().unsigned_abs();
    let group = Gid::from_raw(uid);
    rustix::thread::set_thread_groups(&[]).unwrap();
    rustix::thread::set_thread_res_gid(group, group, group).unwrap();
    let user = Uid::from_raw(uid);
    rustix::thread::set_thread_res_uid(user, user, user).unwrap();
    crate::child::die_with(parent);
}

/// Mounts a tmpfs of `size` at `target`, for this process and its children only. Where this process is not root, it
/// becomes root of a user namespace of its own first.
pub fn private_tmpfs(target: &Path, size: &str) {
    let hint = "this test mounts a file system: run it as root, or allow user namespaces";
    let (uid, gid) = (rustix::process::geteuid(), rustix::process::getegid());
    let flags = if is_root() { libc::CLONE_NEWNS } else { libc::CLONE_NEWNS | libc::CLONE_NEWUSER };
    // SAFETY: `unshare` takes no pointer; these namespaces are looked at by name only, and nothing open changes.
    assert!(unsafe { libc::unshare(flags) } == 0, "{hint}: {}", std::io::Error::last_os_error());
    if flags & libc::CLONE_NEWUSER != 0 {
        std::fs::write("/proc/self/setgroups", "deny").expect(hint);
        std::fs::write("/proc/self/uid_map", format!("0 {} 1", uid.as_raw())).expect(hint);
        std::fs::write("/proc/self/gid_map", format!("0 {} 1", gid.as_raw())).expect(hint);
    }
    mount_change("/", MountPropagationFlags::PRIVATE | MountPropagationFlags::REC).expect(hint);
    let options = std::ffi::CString::new(format!("size={size},mode=700")).unwrap();
    mount("tmpfs", target, "tmpfs", MountFlags::empty(), Some(options.as_c_str())).expect(hint);
}

/// Makes what is mounted at `from` visible at `to` as well, but read-only there. For who has mounted it privately.
pub fn bind_read_only(from: &Path, to: &Path) {
    mount_bind(from, to).unwrap();
    mount_remount(to, MountFlags::BIND | MountFlags::RDONLY, "").unwrap();
}

/// Makes a file system read-only.
///
/// # Errors
///
/// What the kernel says.
pub fn remount_read_only(target: &Path) -> Result<(), rustix::io::Errno> {
    mount_remount(target, MountFlags::RDONLY, "")
}

/// Takes a lock of the open file description, `F_RDLCK` or `F_WRLCK`; `false` if it is not to be had.
#[must_use]
pub fn lock_file(fd: std::os::fd::RawFd, kind: libc::c_int) -> bool {
    let narrow = |n: libc::c_int| libc::c_short::try_from(n).unwrap();
    let lock = libc::flock {
        l_type: narrow(kind),
        l_whence: narrow(libc::SEEK_SET),
        l_start: 0,
        l_len: 0,
        l_pid: 0,
    };
    // SAFETY: the kernel reads `lock`, which is valid; a descriptor that is none is an error.
    (unsafe { libc::fcntl(fd, libc::F_OFD_SETLK, &raw const lock) }) == 0
}

/// What `fork` gave.
#[derive(Debug)]
pub enum Fork {
    /// To the parent.
    Parent(Pid),
    /// To the child.
    Child,
}

/// Forks. Roles have one thread, so the child may go on as it likes; it dies with its parent unless it is told not
/// to.
#[must_use]
pub fn fork() -> Fork {
    assert_eq!(std::fs::read_dir("/proc/self/task").unwrap().count(), 1, "fork wants a single thread");
    // SAFETY: the process has a single thread (checked), so the child's memory is as consistent as the parent's.
    match unsafe { libc::fork() } {
        -1 => panic!("fork: {}", std::io::Error::last_os_error()),
        0 => Fork::Child,
        pid => Fork::Parent(Pid::from_raw(pid).unwrap()),
    }
}

/// Words in a file that processes share, at first 0. They stay mapped.
#[must_use]
pub fn shared_words(file: &Path, count: usize) -> &'static [AtomicU64] {
    let opened = std::fs::File::options().read(true).write(true).create(true).truncate(false).open(file);
    let file = opened.unwrap();
    let len = count * size_of::<AtomicU64>();
    file.set_len(len as u64).unwrap();
    let access = ProtFlags::READ | ProtFlags::WRITE;
    // SAFETY: a new mapping, at a place that the kernel chooses.
    let at = unsafe { mmap(std::ptr::null_mut(), len, access, MapFlags::SHARED, &file, 0) }.unwrap();
    // SAFETY: mapped to stay, aligned to pages, as long as the file, and nobody looks at it but through atomics.
    unsafe { std::slice::from_raw_parts(at.cast::<AtomicU64>(), count) }
}

/// Page faults of this process so far, minor and major. Allocates nothing.
#[must_use]
pub fn faults() -> u64 {
    // SAFETY: `rusage` is plain numbers, for which zeros are valid.
    let mut usage: libc::rusage = unsafe { std::mem::zeroed() };
    // SAFETY: `usage` is valid for writing.
    let result = unsafe { libc::getrusage(libc::RUSAGE_SELF, &raw mut usage) };
    assert_eq!(result, 0);
    u64::try_from(usage.ru_minflt).unwrap() + u64::try_from(usage.ru_majflt).unwrap()
}

/// A marker between counted stretches: one system call that nothing else makes.
pub fn mark() {
    let _ = rustix::process::getppid();
}

/// Counts system calls of a child, which must be waiting for a line when this begins.
#[derive(Debug)]
pub struct Tracer {
    pid: libc::pid_t,
}

impl Tracer {
    /// Takes hold of a process. All further calls must come from the same thread.
    #[must_use]
    pub fn seize(pid: u32) -> Self {
        let tracer = Self { pid: i32::try_from(pid).unwrap() };
        tracer.request(libc::PTRACE_SEIZE, libc::PTRACE_O_TRACESYSGOOD);
        tracer.request(libc::PTRACE_INTERRUPT, 0);
        tracer.wait();
        tracer
    }

    /// Lets the child run until it has passed `marks` more of [`mark`]; gives the system calls between each two.
    #[must_use]
    pub fn between_marks(&self, marks: usize) -> Vec<Vec<u64>> {
        let mut stretches: Vec<Vec<u64>> = Vec::new();
        loop {
            self.request(libc::PTRACE_SYSCALL, 0);
            self.wait();
            let Some(call) = self.entered() else { continue };
            if call == libc::SYS_getppid.unsigned_abs() {
                if stretches.len() == marks - 1 {
                    return stretches;
                }
                stretches.push(Vec::new());
            } else if let Some(last) = stretches.last_mut() {
                last.push(call);
            }
        }
    }

    /// Lets go.
    pub fn release(self) {
        self.request(libc::PTRACE_DETACH, 0);
    }

    /// The system call that the child is about to make, if that is why it stopped.
    fn entered(&self) -> Option<u64> {
        // SAFETY: plain numbers, for which zeros are valid.
        let mut info: libc::ptrace_syscall_info = unsafe { std::mem::zeroed() };
        let size = size_of_val(&info);
        // SAFETY: the kernel writes `size` bytes at most to `info`, which has that many.
        let got = unsafe {
            libc::ptrace(
                libc::PTRACE_GET_SYSCALL_INFO,
                self.pid,
                size,
                (&raw mut info).cast::<libc::c_void>(),
            )
        };
        // SAFETY: a union of plain numbers; it counts only where `op` names this variant.
        (got > 0 && info.op == libc::PTRACE_SYSCALL_INFO_ENTRY).then_some(unsafe { info.u.entry.nr })
    }

    fn request(&self, request: libc::c_uint, data: libc::c_int) {
        // SAFETY: these requests read and write no memory of ours.
        let result = unsafe { libc::ptrace(request, self.pid, 0usize, libc::c_long::from(data)) };
        assert_eq!(result, 0, "ptrace: {}", std::io::Error::last_os_error());
    }

    fn wait(&self) {
        let mut status = 0;
        // SAFETY: `status` is valid for writing.
        let got = unsafe { libc::waitpid(self.pid, &raw mut status, libc::__WALL) };
        assert!(got == self.pid && libc::WIFSTOPPED(status), "the traced child ended: {status}");
    }
}

/// Sends a signal.
pub fn kill(pid: Pid, signal: Signal) {
    rustix::process::kill_process(pid, signal).unwrap();
}
