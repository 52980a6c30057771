//! For tests: kernels that refuse a system call, as older ones and sandboxes do.

#![expect(unsafe_code, reason = "calls prctl")]

use libc::{BPF_ABS, BPF_JEQ, BPF_JMP, BPF_K, BPF_LD, BPF_RET, BPF_W, prctl, sock_filter};

/// What `act` comes to on a thread for which the system call of this `number` fails with `EINVAL`.
pub(super) fn without<T: Send>(number: libc::c_long, act: impl FnOnce() -> T + Send) -> T {
    let step = |code: u32, jf, k| sock_filter { code: u16::try_from(code).unwrap(), jt: 0, jf, k };
    let refusal = libc::SECCOMP_RET_ERRNO | u32::try_from(libc::EINVAL).unwrap();
    let mut filter = [
        step(BPF_LD | BPF_W | BPF_ABS, 0, 0),
        step(BPF_JMP | BPF_JEQ | BPF_K, 1, u32::try_from(number).unwrap()),
        step(BPF_RET | BPF_K, 0, refusal),
        step(BPF_RET | BPF_K, 0, libc::SECCOMP_RET_ALLOW),
    ];
    let refused = move || {
        let program = libc::sock_fprog { len: 4, filter: filter.as_mut_ptr() };
        // SAFETY: takes no pointer.
        let unprivileged = unsafe { prctl(libc::PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0) };
        // SAFETY: `program` and the filter that it points at outlive the call, which copies them.
        let filtered = unsafe { prctl(libc::PR_SET_SECCOMP, libc::SECCOMP_MODE_FILTER, &raw const program) };
        assert_eq!((unprivileged, filtered), (0, 0), "{}", std::io::Error::last_os_error());
        act()
    };
    std::thread::scope(|threads| threads.spawn(refused).join().unwrap())
}
